"""What one person should know."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Message(Base):
    """Something that happened and concerns one person: shown at the desk. Its mail, where one is wished, is a `Notice`."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_person", "user_id", "id"),
        Index(
            "ix_message_unread",
            "user_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(20))
    """A key of `messages.KINDS`."""
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it tells of, and whom: so that nobody is told the same thing twice."""
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    language: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(120), default="")
    """Whose deed it was, by name; empty for what happened by itself."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What that person wrote along with it."""
    moment: Mapped[datetime | None]
    """When it goes or went live, where it speaks of that."""
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
