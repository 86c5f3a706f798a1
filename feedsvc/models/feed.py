"""What feeds exist, which version each is at, and the rendered entries they are joined from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Feed(Base):
    """A scope in a language. Requests compare nothing with this row; builders do."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("scope", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(60), unique=True)
    scope: Mapped[str] = mapped_column(String(200))
    """`news`, later `category/innovation` and so on: the path below /feeds/."""
    language: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(ForeignKey("change.id"))
    """The newest change that touched it; the shelf only ever goes forward in it."""
    last_modified: Mapped[datetime]
    """Whole seconds; never backwards, and later for every change that readers can see."""
    until: Mapped[datetime]
    """The next planned moment at which it changes by itself."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """When somebody last asked for it, within the hour; None: never."""


class Fragment(Base):
    """The bytes of one entry in one format. The key holds all they depend on, so they are never wrong."""

    __tablename__ = "fragment"
    __table_args__ = (Index("ix_fragment_used", "used_at"),)

    format: Mapped[str] = mapped_column(String(20), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    writer: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    problem: Mapped[str] = mapped_column(String(500), default="")
    """Why the entry had to be written in its safe form; empty when it did not."""
    used_at: Mapped[datetime]
