"""Which feeds carry an item: which of them will, by its text, and which do at this moment, by their finished bytes."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc import clock, db, settings, shelf
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import addresses, build, pieces, scopes, which
from feedsvc.models import Feed, Placement, Publication, Revision
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS, Outline
from feedsvc.shelf import Key

log = structlog.get_logger()

AT_ONCE = 16
"""Feeds that one look builds where they are behind, as their first readers would; the others are counted as they lie there."""
_PATIENCE = 0.5
_FORMAT = "atom"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A feed that carries an item or will."""

    scope: str
    name: str
    """Empty for the feed of everything."""
    address: str
    """Its page for people; with a dot and a format behind it the feed itself."""
    is_known: bool
    """Whether readers can know of it already."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the feeds' finished documents on this node said of a publication when they were looked at."""

    at: datetime
    """When they had been looked at."""
    feeds: int
    """Those that the publication moves."""
    settled: int
    """Those of them that say what they should: the new entry, or after a withdrawal none."""
    archived: int
    """Those of the settled ones whose newest document is made of newer items: this one stands in the archive."""

    @property
    def is_done(self) -> bool:
        """Whether no feed is behind."""
        return self.settled == self.feeds


def of_text(session: Session, revision: Revision, language: str, *, now: datetime) -> list[Carrier]:
    """The feeds that a text stands in while it is public, that of everything first."""
    named = {scope: name for scope, name in _named(revision) if scope in scopes.of(revision)}
    rows = session.scalars(select(Feed).where(Feed.scope.in_(named), Feed.language == language))
    known = {feed.scope for feed in rows if which.opened(session, feed, now=now) is not None}
    found = [(NEWS, ""), *named.items()]
    return [
        Carrier(scope, name, addresses.feed_url(scope, language), scope == NEWS or scope in known)
        for scope, name in found
    ]


def _named(revision: Revision) -> Iterator[tuple[str, str]]:
    """Each scope of a text and its name, in the order in which people think of them."""
    yield from sorted((f"category/{one.slug}", one.name) for one in revision.categories)
    if revision.organisation:
        yield f"organisation/{revision.organisation.slug}", revision.organisation.name
    yield from ((f"author/{one.slug}", one.name) for one in revision.authors)
    yield from sorted((f"tag/{one.slug}", one.name) for one in revision.tags)


def measured(publication_id: int) -> Measured | None:
    """Looks whether the feeds say what this publication makes of its item. None where it is not the newest due one.

    A feed that is behind is built, as for its first reader. Raises Unavailable.
    """
    with db.reading() as session:
        now = clock.now()
        row = session.get(Publication, publication_id)
        newest = public.latest(session, row.translation_id, now=now) if row else None
        if row is None or newest is None or newest.id != row.id:
            return None
        feeds = _moved(session, row)
        wanted, guid = _entry(session, row, now)
    _catch_up(feeds)
    found = [_says(feed, wanted, guid) for feed in feeds]
    return Measured(clock.now(), len(found), sum(map(bool, found)), found.count("archived"))


def _moved(session: Session, publication: Publication) -> list[Feed]:
    """The feeds that should carry the publication's entry; of a withdrawal those that should no longer carry the item."""
    moved = select(Placement.feed_id).where(
        Placement.publication_id == publication.id, Placement.stands == (publication.kind != "withdraw")
    )
    wanted = (Feed.scope == NEWS) | Feed.id.in_(moved)
    return list(session.scalars(select(Feed).where(Feed.language == publication.language, wanted).order_by(Feed.id)))


def _entry(session: Session, publication: Publication, now: datetime) -> tuple[bytes, bytes]:
    """The bytes of the entry that the publication makes, none after a withdrawal; and the item's id as they write it."""
    guid = f"<id>{escape(publication.translation.item.guid)}</id>".encode()
    if publication.kind == "withdraw":
        return b"", guid
    outline = Outline(publication.id, (publication.at, publication.id))
    made, _ = pieces.of(session, [outline], made_with=pieces.made_with(session), now=now)
    return (made[0].bytes[_FORMAT] if made else b""), guid


def _is_behind(feed: Feed) -> bool:
    return build.is_behind(settings.current().instance, _key(feed), feed.version, now=clock.now())


def _key(feed: Feed) -> Key:
    return Key(feed.language, feed.scope)


def _catch_up(feeds: list[Feed]) -> None:
    """Builds those that are behind or that nobody asked for yet, as many as one look may."""
    for feed in [feed for feed in feeds if _is_behind(feed)][:AT_ONCE]:
        try:
            build.build(_key(feed), patience=_PATIENCE)
        except (FeedsvcError, OSError) as error:  # The next look, the ticker or a reader will.
            log.info("not_built_to_look", language=feed.language, scope=feed.scope, error=str(error))


def _says(feed: Feed, wanted: bytes, guid: bytes) -> str:
    """`carried`, `archived`, `gone`; empty for a document that is behind or says something else."""
    instance = settings.current().instance
    mark = shelf.mark(instance, _key(feed))
    if mark is None or _is_behind(feed):
        return ""
    try:
        place = shelf.folder(instance, _key(feed)) / str(mark)
        document = gzip.decompress((place / f"{_FORMAT}.gz").read_bytes())
    except (OSError, EOFError):
        return ""
    if wanted and wanted in document:
        return "carried"
    if guid in document:
        return ""
    return "archived" if wanted else "gone"
