"""A piece of news: the item, its translations, and their revisions, which never change once written."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.account import User
from feedsvc.models.boilerplate import RevisionBoilerplate
from feedsvc.models.contact import RevisionContact
from feedsvc.models.picture import RevisionPicture
from feedsvc.models.taxonomy import Category, Organisation, Tag

revision_category = Table(
    "revision_category",
    Base.metadata,
    Column("revision_id", ForeignKey("revision.id"), primary_key=True),
    Column("category_id", ForeignKey("category.id"), primary_key=True, index=True),
)

revision_tag = Table(
    "revision_tag",
    Base.metadata,
    Column("revision_id", ForeignKey("revision.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
)


_NEXT: ColumnElement[int] = literal_column("(SELECT coalesce(max(serial), 0) + 1 FROM translation)")
"""One more than any: writers come one at a time, so that it grows in the order of commits (docs/decisions/0013, 0034)."""


class Item(Base):
    """One piece of news in any number of languages."""

    __tablename__ = "item"
    # The last item of a person: what was chosen there is offered again.
    __table_args__ = (Index("ix_item_writer", "created_by_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A random UUID: the item's name in the API and at the desk."""
    guid: Mapped[str] = mapped_column(String(500), unique=True)
    """The permanent id in every feed: `urn:uuid:<key>`, or what an imported item had."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    organisation: Mapped[Organisation] = relationship()
    translations: Mapped[list["Translation"]] = relationship(back_populates="item", order_by="Translation.id")


class Translation(Base):
    """The item in one language: where its text stands in the newsroom's work.

    `head` is the newest saved text and for the newsroom's eyes alone: what the public sees is only ever
    the revision of a publication.
    """

    __tablename__ = "translation"
    __table_args__ = (
        UniqueConstraint("item_id", "language"),
        CheckConstraint("state IN ('draft', 'in_review', 'approved')", name="state"),
        Index("ix_translation_changed", "changed_at", "id"),
        # What changed after a moment that a program remembers.
        Index("ix_translation_serial", "serial", "id"),
        # What waits for somebody's word: as short as that queue.
        Index(
            "ix_translation_in_review",
            "changed_at",
            "id",
            sqlite_where=text("state = 'in_review'"),
            postgresql_where=text("state = 'in_review'"),
        ),
        Index("ix_translation_assignee", "assignee_id", "changed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    head_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id", use_alter=True))
    approved_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id", use_alter=True))
    version: Mapped[int] = mapped_column(default=0)
    """Grows with every change of anything an editor sees: the `ETag` of the API."""
    changed_at: Mapped[datetime]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who is responsible for the next step."""
    serial: Mapped[int] = mapped_column(BigInteger, default=_NEXT, onupdate=_NEXT, server_default="0")
    """Greater than all others' whenever anything about it changed: whoever remembers one misses nothing (newsroom/walks.py)."""

    item: Mapped[Item] = relationship(back_populates="translations")
    head: Mapped["Revision"] = relationship(foreign_keys=[head_id], post_update=True)
    assignee: Mapped[User | None] = relationship()


class Revision(Base):
    """One saved text, whole and unchangeable (a trigger in the database sees to that)."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("translation_id", "number"),
        Index("ix_revision_slug", "slug", "translation_id"),
        # What somebody wrote last.
        Index("ix_revision_writer", "created_by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"))
    number: Mapped[int]
    """1, 2, 3 … within the translation."""
    headline: Mapped[str] = mapped_column(Text)
    subhead: Mapped[str] = mapped_column(Text, default="", server_default="")
    """A second line below the headline; most items have none."""
    dateline: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """Where and when the text was given out, as in “BAKU, 22 November 2026”; the dash behind it is ours."""
    summary: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    slug: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(200))
    about_heading: Mapped[str] = mapped_column(String(200), default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    translation: Mapped[Translation] = relationship(foreign_keys=[translation_id])
    created_by: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    categories: Mapped[list[Category]] = relationship(secondary=revision_category, order_by=Category.id)
    tags: Mapped[list[Tag]] = relationship(secondary=revision_tag, order_by=Tag.id)
    """Both in no order that means anything: each database sorts names its own way, so who shows them sorts them."""
    authors: Mapped[list["RevisionAuthor"]] = relationship(order_by="RevisionAuthor.position")
    pictures: Mapped[list[RevisionPicture]] = relationship(order_by=RevisionPicture.position)
    contacts: Mapped[list[RevisionContact]] = relationship(order_by=RevisionContact.position)
    """All that it names; `newsroom.contacts.shown` says which of them readers may see."""
    boilerplates: Mapped[list[RevisionBoilerplate]] = relationship(order_by=RevisionBoilerplate.position)
    """Where its `about_heading` and `about_html` come from."""


class RevisionAuthor(Base):
    """A by-line of a revision, in its order. The slug names the author's feed."""

    __tablename__ = "revision_author"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), index=True)
