"""People whom journalists may call. An item names them; what it shows of them is what stands here now."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.taxonomy import Named


class Contact(Named, Base):
    """A press officer or spokesperson."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_order", "active", "folded", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    """As people write it, with spaces."""
    languages: Mapped[list[str]] = mapped_column(JSON)
    """Codes of the languages that they speak."""
    public: Mapped[bool]
    """Whether readers may see them; otherwise they are for the newsroom alone."""
    active: Mapped[bool]
    """False once retired: no longer offered, and gone from every page."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RevisionContact(Base):
    """A text names a contact, in its order."""

    __tablename__ = "revision_contact"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)
    position: Mapped[int]

    contact: Mapped[Contact] = relationship(lazy="joined", innerjoin=True)
