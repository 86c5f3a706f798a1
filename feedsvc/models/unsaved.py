"""What somebody typed at the desk and has not saved yet: theirs alone, no revision, on no other page."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Unsaved(Base):
    """The fields of one item form as they stood a moment ago, whether or not they could be saved."""

    __tablename__ = "unsaved"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        # What is offered to its author where the item is opened.
        Index(None, "user_id", "translation_id", "saved_at"),
        Index(None, "saved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(40))
    """Random; the form's own, so that two tabs never write over each other."""
    translation_id: Mapped[int | None] = mapped_column(ForeignKey("translation.id"))
    """None for an item that is only being written."""
    base: Mapped[int]
    """Number of the revision that the form was opened on."""
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    """Name and value of each, in the form's order."""
    size: Mapped[int]
    """Characters in the fields."""
    writer: Mapped[str] = mapped_column(String(40))
    """Random; the opened page that wrote them last."""
    turn: Mapped[int] = mapped_column(BigInteger)
    """Which of that page's, so that a request that was overtaken changes nothing."""
    state: Mapped[str] = mapped_column(String(10))
    """`typed`; `aside` for words kept and not put into the form again; `done` for saved or dropped, the fields gone."""
    source: Mapped[str] = mapped_column(String(200), default="")
    """The file that the words came from, if they did."""
    saved_at: Mapped[datetime]
