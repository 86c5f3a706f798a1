"""Pictures: what was handed in, re-encoded in several sizes, and where a revision carries one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base


class Picture(Base):
    """One picture, never changed once it is kept. Of what was handed in nothing is left but how it looks."""

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """Random: its name in the API and at the desk, and the first part of its public address."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 in hex of what was handed in: the same file is the same picture."""
    name: Mapped[str] = mapped_column(String(200))
    """What the file was called, for the newsroom alone."""
    size: Mapped[int]
    """Bytes that were handed in."""
    width: Mapped[int]
    height: Mapped[int]
    """Pixels that were handed in, the right way up."""
    sizes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Its renditions from small to large, each `name`, `width`, `height`, and bytes as `jpg` and `webp`: enough for pages
    and feeds, which never read the bytes themselves.
    """
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Rendition(Base):
    """A picture's bytes in one size and format. A table of its own, so that no list ever reads them."""

    __tablename__ = "rendition"

    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    """`640.webp`: the last part of its address."""
    digest: Mapped[str] = mapped_column(String(32))
    """Of the bytes: the ETag."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class RevisionPicture(Base):
    """A picture that a revision carries, with what is said of it there. The one at position 0 leads."""

    __tablename__ = "revision_picture"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id"), index=True)
    alt: Mapped[str] = mapped_column(Text, default="")
    """For who cannot see it."""
    decorative: Mapped[bool]
    """Whether there is nothing to say of it."""
    caption: Mapped[str] = mapped_column(Text, default="")
    credit: Mapped[str] = mapped_column(String(300), default="")
    """Who made it."""
    rights: Mapped[str] = mapped_column(String(300), default="")
    """Who may use it, and how."""

    picture: Mapped[Picture] = relationship(lazy="joined", innerjoin=True)
