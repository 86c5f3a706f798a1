"""What the newsroom's people say about a text, who is at it just now, texts to begin with, and what the newsroom chose."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.account import User
from feedsvc.models.item import Translation

REMARKS = ("comment", "submit", "assign", "request-changes", "approve", "restore")


class Remark(Base):
    """One line of the conversation about a text, in its order: a deed of the review with its note, or a comment.

    For the newsroom's eyes alone. Those of kind `approve` are what the two-person rule is decided by.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(map(repr, REMARKS))})", name="kind"),
        Index("ix_remark_translation", "translation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    """The revision that it speaks of."""
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Whom it is meant for: the person who is responsible from then on."""

    translation: Mapped[Translation] = relationship()
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    to: Mapped[User | None] = relationship(foreign_keys=[to_id])


class Presence(Base):
    """Somebody has a text open to write. It bars nobody, and is worth nothing a minute after `seen_at`."""

    __tablename__ = "presence"

    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()


class Template(Base):
    """A text to begin with: the fields of the desk's form, by name."""

    __tablename__ = "template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    fields: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    changed_by: Mapped[User | None] = relationship()


class Preference(Base):
    """What the newsroom chose for itself; newsroom/preferences.py knows the names and what holds where none is kept."""

    __tablename__ = "preference"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[object] = mapped_column(JSON)
