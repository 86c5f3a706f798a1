"""“About” texts that stand below items: written once, copied into each text that is saved with them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.taxonomy import Named, Organisation


class Boilerplate(Named, Base):
    """A text such as “About Bakcell”, in one language or for all of them. `name` is the newsroom's own word for it."""

    __tablename__ = "boilerplate"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(12))
    """Empty: for items of every language."""
    heading: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Whose new items have it unless somebody chooses otherwise."""
    active: Mapped[bool]
    version: Mapped[int]
    """Grows with every change of its words."""
    hands: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Accounts of those who wrote some of its words since somebody else last brought them to readers: the two-person rule
    asks for another one.
    """
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship()


class RevisionBoilerplate(Base):
    """A text was saved with a boilerplate, as its words then were."""

    __tablename__ = "revision_boilerplate"
    # Which texts carry older words than the newest.
    __table_args__ = (Index("ix_revision_boilerplate_version", "boilerplate_id", "version", "revision_id"),)

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    boilerplate_id: Mapped[int] = mapped_column(ForeignKey("boilerplate.id"), primary_key=True)
    position: Mapped[int]
    version: Mapped[int]
    """Of the words that the text has."""

    boilerplate: Mapped[Boilerplate] = relationship(lazy="joined", innerjoin=True)
