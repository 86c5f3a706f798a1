"""What feeds exist, which version each is at, and the rendered entries they are joined from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Feed(Base):
    """A scope in a language. Requests compare nothing with this row; builders do."""

    __tablename__ = "feed"
    # The ticker asks what has a newer version than it saw, and whose moment has come.
    __table_args__ = (UniqueConstraint("scope", "language"), Index(None, "version"), Index(None, "until"))

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(60), unique=True)
    scope: Mapped[str] = mapped_column(String(200))
    """`news`, `category/innovation` and so on: the path below /feeds/."""
    language: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(ForeignKey("change.id"))
    """The newest change that touched it; the shelf only ever goes forward in it."""
    last_modified: Mapped[datetime]
    """Whole seconds; never backwards, and later for every change that readers can see."""
    until: Mapped[datetime]
    """The next planned moment at which it changes by itself; that of the ticker's last look once it has passed."""
    created_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    """When its subject was made known on purpose, ahead of any item: a category that an administrator added."""
    read_at: Mapped[datetime | None]
    """When somebody last asked for it, give or take an hour: what is read is kept built."""


class Placement(Base):
    """A publication moves a feed at its moment: from then on the item stands in it, or no longer does.

    Follows from the publication's revision and its taxonomy, and could be made again from them. Rows of cancelled
    publications are deleted. `at` and `opening_id` are those of the translation's first publication: the order of
    every list, which a correction does not change.
    """

    __tablename__ = "placement"
    __table_args__ = (
        # The newest of a feed, and its archives: by keyset, at any depth.
        Index("ix_placement_order", "feed_id", "at", "opening_id"),
        # When a feed changes next, and when it did last.
        Index("ix_placement_moment", "feed_id", "moment"),
        {"sqlite_with_rowid": False},
    )

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    at: Mapped[datetime]
    opening_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    moment: Mapped[datetime]
    """The publication's own `at`."""
    stands: Mapped[bool]
    """Whether the item stands in the feed from then on; False where this publication takes it out."""


class Archive(Base):
    """Where an archive document of a feed ends (RFC 5005 §4). Written once; what lies behind it never moves on.

    A document holds everything from the next older boundary, exclusive, up to its own, inclusive.
    """

    __tablename__ = "archive"
    __table_args__ = (UniqueConstraint("feed_id", "number"),)

    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    opening_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """With `at` the place of its newest item; see `Placement`."""
    number: Mapped[int | None]
    """The address that readers were given while numbers counted items from the oldest on; None for newer boundaries."""


class Alias(Base):
    """A scope that was: its pages and feeds answer 301 to the scope that took its place, or 410 where none did."""

    __tablename__ = "alias"

    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    target: Mapped[str | None] = mapped_column(String(200), index=True)
    at: Mapped[datetime]


class Rendered(Base):
    """Which entry a publication makes: so that a feed can be joined without reading the texts of its items again."""

    __tablename__ = "rendered"
    # What somebody should see to: as short as the list of problems.
    __table_args__ = (
        Index(
            "ix_rendered_findings",
            "publication_id",
            sqlite_where=text("findings <> ''"),
            postgresql_where=text("findings <> ''"),
        ),
    )

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    """The newest due one of its translation."""
    made_with: Mapped[str] = mapped_column(String(32))
    """Digest of all that the entry depends on besides: names in the taxonomy, the newsroom's address, our code."""
    digest: Mapped[str] = mapped_column(String(32))
    """The key of its fragments."""
    updated: Mapped[datetime]
    weight: Mapped[int]
    """What it counts for in the size of a feed, in bytes."""
    findings: Mapped[str] = mapped_column(String(2_000), default="", server_default="")
    """What the gate found in it, as JSON: see feeds/lint.py. Empty where all is well."""


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
