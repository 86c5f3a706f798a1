"""Feeds that an editor composed of subjects, languages and words."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class SavedFilter(Base):
    """A choice of what is public, under a name and an address of its own. It has no row in `feed` and no bytes on the shelf."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(60), unique=True)
    """What the ids of its feeds are made from."""
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    """Given once: readers follow the address."""
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    """`category/innovation` and so on: an item is about one at least of each kind that is named here."""
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Empty: in each language a feed with what is in that language."""
    words: Mapped[str] = mapped_column(String(200), default="")
    full: Mapped[bool]
    """Whether entries carry the whole text; else their summaries."""
    pictures: Mapped[bool]
    most: Mapped[int]
    """Entries."""
    profile: Mapped[str] = mapped_column(String(20), default="")
    """Whose rules it keeps: see newsroom/profiles.py."""
    listed: Mapped[bool]
    """Whether it is public: it has a page, and stands in the catalogue and in OPML. Otherwise for private feeds alone."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Since when its addresses answer 410."""
