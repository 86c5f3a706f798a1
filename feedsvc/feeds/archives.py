"""Archives (RFC 5005 §4): everything that a feed no longer shows, in documents that end at places.

A number names a place (see feeds/numbers.py): its document begins with the newest item at or below that place and goes
down to the next stored boundary. So an address says the same after an import, a withdrawal or a merge, and whoever
walks back meets every item once, whatever happens on the way. Where an import or a merge has put more between two
boundaries than a document may hold, it ends after `SIZE` items at a place that is no boundary yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from feedsvc import clock
from feedsvc.db import reading, transaction
from feedsvc.feeds import numbers
from feedsvc.models import Archive, Feed, Placement, Publication
from feedsvc.newsroom import listing, public
from feedsvc.newsroom.listing import NEWS, Outline, Place

SIZE = 50
"""Items in a full document."""
RIPE = 2 * SIZE
"""The most that a document holds. Where more wait behind a feed, boundaries are written: so a withdrawal or two never
bring the feed's end below one."""
_AT_ONCE = 100
"""Documents that are cut off in one transaction, about."""


@dataclass(frozen=True, slots=True)
class Found:
    """One archive document: what stands in it and what lies beside it."""

    number: int
    entries: list[Outline]
    """Newest first, at most `RIPE`."""
    older: int | None
    newer: int | None
    """The next full one; None at the newest, since the open one changes its number."""
    crowded: Place | None = None
    """Where to cut off from, if more lies between two boundaries than a document may hold."""


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_boundary = tuple_(Archive.at, Archive.opening_id)


def _sql(place: Place) -> ColumnElement[Any]:
    """SQL: a place, to be compared with a boundary's."""
    return tuple_(literal(place[0], Archive.at.type), literal(place[1]))


def _below(session: Session, feed_id: int, place: Place | None = None) -> Place | None:
    """The newest boundary, or the newest that is older than a place."""
    query = select(Archive.at, Archive.opening_id).where(Archive.feed_id == feed_id)
    if place is not None:
        query = query.where(_boundary < _sql(place))
    found = session.execute(query.order_by(Archive.at.desc(), Archive.opening_id.desc()).limit(1)).one_or_none()
    return (found.at, found.opening_id) if found else None


def _from(session: Session, feed_id: int, place: Place) -> Place | None:
    """The oldest boundary that is at a place or newer."""
    query = select(Archive.at, Archive.opening_id).where(Archive.feed_id == feed_id, _boundary >= _sql(place))
    found = session.execute(query.order_by(Archive.at, Archive.opening_id).limit(1)).one_or_none()
    return (found.at, found.opening_id) if found else None


def _just_after(place: Place) -> Place:
    """The smallest place that is newer: the boundary itself belongs to its document."""
    return place[0], place[1] + 1


def _address(session: Session, feed: Feed, first: Place, end: Place) -> int:
    """The number of the document that begins with the item at `first`, the next one behind `end`.

    That of the boundary between the two if there is one: what stood there was withdrawn, the address stays.
    """
    boundary = _from(session, feed.id, first)
    begin = boundary if boundary is not None and boundary < end else first
    return numbers.of(session, feed.language, begin)


class Front(NamedTuple):
    """What lies between a feed and its archives."""

    boundary: Place | None
    """The newest."""
    above: int
    """Items above it, withdrawn ones too: enough to know when boundaries may be due."""


@cache
def _fronts() -> Select[Any]:
    a, p, feeds = Archive, Placement, bindparam("feeds", expanding=True, type_=Feed.id.type)
    mine = select(a).where(a.feed_id == Feed.id).order_by(a.at.desc(), a.opening_id.desc()).limit(1).correlate(Feed)
    at, opening_id = (mine.with_only_columns(column).scalar_subquery() for column in (a.at, a.opening_id))
    since = func.coalesce(at, _EVER, type_=a.at.type)
    standing = select(func.count(p.opening_id.distinct())).where(p.feed_id == Feed.id, p.at > since, p.at <= public.NOW)
    return select(Feed.id, at, opening_id, standing.correlate(Feed).scalar_subquery()).where(Feed.id.in_(feeds))


@cache
def _came_out() -> Select[Any]:
    p, since = Publication, bindparam("since", type_=Publication.at.type)
    of_language = (p.language == bindparam("language"), p.opening, p.cancelled_at.is_(None))
    return select(func.count()).select_from(p).where(*of_language, p.at > since, p.at <= public.NOW)


def fronts(session: Session, feeds: Iterable[Feed], *, now: datetime) -> dict[int, Front]:
    """What lies between each of these feeds and its archives, by the feed's id."""
    by_id = {feed.id: feed for feed in feeds}
    found: dict[int, Front] = {}
    for number, at, opening_id, above in session.execute(_fronts(), {"feeds": list(by_id), "now": now}):
        boundary = None if at is None else (at, opening_id)
        found[number] = Front(boundary, above)
        if by_id[number].scope == NEWS:
            asked = {"language": by_id[number].language, "since": at or _EVER, "now": now}
            found[number] = Front(boundary, session.scalar(_came_out(), asked) or 0)
    return found


def behind(session: Session, feed: Feed, front: Front, first: Place, end: Place) -> int:
    """The number of the document that goes on where a feed ends with the item at `end`; `first` is the next one."""
    if front.boundary is None or first > front.boundary:
        return numbers.of(session, feed.language, first)
    return _address(session, feed, first, end)


def find(session: Session, feed: Feed, number: int, *, now: datetime) -> Found | None:
    """An archive document by its number; None for one that there is not. It is empty where all at or below its place
    has been withdrawn.
    """
    top = _top(session, feed, number, now=now)
    if top is None:
        return None
    before, most = _just_after(top), RIPE + 1
    rows = listing.outlines(session, feed.language, feed.scope, now=now, limit=most, before=before)
    below = _below(session, feed.id, rows[0].place) if rows else None
    entries = [one for one in rows if below is None or one.place > below]
    crowded = None
    if len(entries) > RIPE:
        entries, end = entries[:SIZE], _from(session, feed.id, rows[0].place)
        crowded = _just_after(end) if end else None
    rest = rows[len(entries) :]
    older = _address(session, feed, rest[0].place, entries[-1].place) if rest else None
    own = numbers.of(session, feed.language, top)
    return Found(own, entries, older, _newer(session, feed, top), crowded)


def _top(session: Session, feed: Feed, number: int, *, now: datetime) -> Place | None:
    """The place that a number names; None where this feed never had an item there."""
    if number < numbers.COUNTED:
        counted = select(func.min(Archive.number)).where(Archive.feed_id == feed.id, Archive.number >= number)
        of_it = select(Archive.at, Archive.opening_id).where(Archive.feed_id == feed.id)
        found = session.execute(of_it.where(Archive.number == counted.scalar_subquery())).one_or_none()
        return (found.at, found.opening_id) if found else None
    place = numbers.place(session, feed.language, number, now=now)
    if place is None or feed.scope == NEWS:
        return place
    p = Placement
    stood = select(p.feed_id).where(p.feed_id == feed.id, p.at == place[0], p.opening_id == place[1]).limit(1)
    return place if session.scalar(stood) is not None else None


def _newer(session: Session, feed: Feed, top: Place) -> int | None:
    """The number of the next full document after one that is full."""
    if _from(session, feed.id, top) != top:
        return None
    boundary = _from(session, feed.id, _just_after(top))
    return numbers.of(session, feed.language, boundary) if boundary else None


def cut_off(feed_id: int, end: Place) -> int:
    """Writes boundaries for what lies between a place, exclusive, and the next older boundary, if it is more than a
    document may hold. The newest `SIZE` items stay without one. Gives how many; safe to do twice.
    """
    done = 0
    while True:
        with reading() as session:
            feed = session.get(Feed, feed_id)
            if feed is None:  # It was merged or deleted meanwhile.
                return done
            first, below, ends = _ripe(session, feed, end)
        if first is None or not ends:
            return done
        with transaction() as session:
            if session.get(Feed, feed_id) is None or _below(session, feed_id, first) != below:
                continue  # Somebody else was at it.
            session.add_all(Archive(feed_id=feed_id, at=at, opening_id=opening_id) for at, opening_id in ends)
        done, end = done + len(ends), _just_after(ends[-1])


def _ripe(session: Session, feed: Feed, end: Place) -> tuple[Place | None, Place | None, list[Place]]:
    """The newest item older than a place, the boundary below it, and boundaries that are due between them."""
    now, limit = clock.now(), (_AT_ONCE + 1) * SIZE
    newest = listing.outlines(session, feed.language, feed.scope, now=now, limit=1, before=end)
    if not newest:
        return None, None, []
    first = newest[0].place
    below = _below(session, feed.id, first)
    rows = listing.outlines(session, feed.language, feed.scope, now=now, limit=limit, before=end, above=below)
    return first, below, [rows[n].place for n in range(SIZE, len(rows) - SIZE, SIZE)]


def join(session: Session, gone: int, kept: int) -> None:
    """Boundaries for a feed that has just taken in all that stood in another one: those of the longer of the two.

    What came in between is divided when it is asked for. An address of either feed goes on naming its place.
    """
    count = select(func.count()).select_from(Archive)
    many = {one: session.scalar(count.where(Archive.feed_id == one)) or 0 for one in (gone, kept)}
    if many[gone] > many[kept]:
        session.execute(delete(Archive).where(Archive.feed_id == kept))
        session.execute(update(Archive).where(Archive.feed_id == gone).values(feed_id=kept))
    else:
        session.execute(delete(Archive).where(Archive.feed_id == gone))
