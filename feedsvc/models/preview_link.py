"""Personal links by which chosen journalists read a text before the public does."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.account import User
from feedsvc.models.item import Revision, Translation


class PreviewLink(Base):
    """One journalist's link to one item. Its secret was shown once; only the digest is kept."""

    __tablename__ = "preview_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the address."""
    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """The one text that it shows; None: always the newest."""
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    first_read_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """The last reading that was written down: at most one in ten minutes is."""
    readings: Mapped[int] = mapped_column(default=0)

    translation: Mapped[Translation] = relationship()
    revision: Mapped[Revision | None] = relationship()
    created_by: Mapped[User | None] = relationship()
