"""Archives (RFC 5005 §4): everything that a feed no longer shows, in documents whose boundaries are stored for good.

An archive's number counts items from the oldest on: number 150 ends with the 150th. Full documents hold `SIZE` items
and never take in newer ones. Between the newest full one and the feed itself lies the open one. Its number grows with
each item that leaves the feed, so its address too names a set that stays; and as the count of what is below it stays
the same when a full document is cut off, no feed's link changes by that. Whoever walks back from the feed meets every
item once.
"""

import bisect
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from feedsvc import clock
from feedsvc.db import reading, transaction
from feedsvc.models import Archive, Feed, Placement
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Outline, Place

SIZE = 50
"""Items in a full document."""
RIPE = 2 * SIZE
"""A full document is cut off when so many items wait: so a withdrawal or two never bring the feed's end below it."""
_LEEWAY = 10
"""By so many items an open document may hold less than its number says: withdrawn since somebody was told of it."""
MOST_OPEN = 10 * SIZE
"""Where so many wait, documents are cut off before the feed is built: its link must count what is behind it."""
_AT_ONCE = 100
"""Boundaries written in one transaction."""


@dataclass(frozen=True, slots=True)
class Found:
    """One archive document: what stands in it and what lies beside it."""

    number: int
    entries: list[Outline]
    """Newest first."""
    older: int | None
    newer: int | None
    """The next full one; None at the newest, since the open one changes its number."""


def _last(session: Session, feed: Feed) -> Archive | None:
    """The newest boundary."""
    query = select(Archive).where(Archive.feed_id == feed.id).order_by(Archive.number.desc()).limit(1)
    return session.scalar(query)


def _place(boundary: Archive | None) -> Place | None:
    return (boundary.at, boundary.opening_id) if boundary else None


def behind(session: Session, feed: Feed, end: Place, *, now: datetime) -> tuple[int | None, int]:
    """The number of the archive that goes on where the feed ends with the item at `end`, None where nothing is older;
    and how many items wait there for a full document.
    """
    last = _last(session, feed)
    waiting = listing.tally(session, feed.language, feed.scope, now=now, before=end, above=_place(last), most=MOST_OPEN)
    return (last.number if last else 0) + waiting if waiting else _filled(session, feed, last, now=now), waiting


def _filled(session: Session, feed: Feed, boundary: Archive | None, *, now: datetime) -> int | None:
    """The number of the newest full document, from this boundary's down, that holds anything: readers end their walk at
    a document without entries, so one that withdrawals have emptied is passed over.
    """
    if boundary is None:
        return None
    left = listing.outlines(session, feed.language, feed.scope, now=now, limit=1, before=_just_after(boundary))
    if not left:
        return None
    a, (at, opening_id) = Archive, left[0].place
    ends_there = or_(a.at > at, and_(a.at == at, a.opening_id >= opening_id))
    return session.scalar(select(a.number).where(a.feed_id == feed.id, ends_there).order_by(a.number).limit(1))


def find(session: Session, feed: Feed, number: int, *, now: datetime) -> Found | None:
    """An archive document by its number; None for one that there is not."""
    a = Archive
    mine = select(a).where(a.feed_id == feed.id)
    below = session.scalar(mine.where(a.number < number).order_by(a.number.desc()).limit(1))
    exact = session.get(Archive, (feed.id, number))
    newer = session.scalar(mine.where(a.number > number).order_by(a.number).limit(1)) if exact else None
    count = number - (below.number if below else 0)
    if number < 1 or (exact is None and count > MOST_OPEN):
        return None
    entries = listing.outlines(
        session,
        feed.language,
        feed.scope,
        now=now,
        above=_place(below),
        before=_just_after(exact) if exact else None,
        limit=None if exact else count,
        oldest_first=True,
    )
    if exact is None and len(entries) < max(1, count - _LEEWAY):
        return None
    older = _filled(session, feed, below, now=now)
    return Found(number, entries[::-1], older, newer.number if newer else None)


def _just_after(boundary: Archive) -> Place:
    """The smallest place that is newer than a boundary: the boundary itself belongs to its document."""
    return (boundary.at, boundary.opening_id + 1)


def cut_off(feed_id: int, end: Place) -> int:
    """Writes every boundary that is due for a feed which ends with the item at `end`. Gives how many; safe to do twice."""
    done = 0
    while True:
        with reading() as session:
            feed = session.get(Feed, feed_id)
            if feed is None:  # It was merged or deleted meanwhile.
                return done
            last = _last(session, feed)
            waiting = listing.outlines(
                session,
                feed.language,
                feed.scope,
                now=clock.now(),
                limit=(_AT_ONCE + 1) * SIZE,
                before=end,
                above=_place(last),
                oldest_first=True,
            )
        ends = [waiting[n].place for n in range(SIZE - 1, len(waiting) - SIZE, SIZE)]
        if not ends:
            return done
        number = last.number if last else 0
        with transaction() as session:
            there = session.get(Feed, feed_id)
            if there is None or _place(_last(session, there)) != _place(last):
                continue  # Somebody else was at it.
            for n, (at, opening_id) in enumerate(ends, 1):
                session.add(Archive(feed_id=feed_id, number=number + SIZE * n, at=at, opening_id=opening_id))
        done += len(ends)


def join(session: Session, gone: int, kept: int) -> None:
    """Boundaries for a feed that has just taken in all that stood in another one: those of the longer of the two.

    What came in between makes documents longer. Where one would hold more than twice its size, further boundaries go in
    between: numbers that are no multiple of the size are free for that, and order is all that a number has to keep.
    """
    many = {number: _boundaries(session, number) for number in (gone, kept)}
    if len(many[gone]) > len(many[kept]):
        session.execute(delete(Archive).where(Archive.feed_id == kept))
        session.execute(update(Archive).where(Archive.feed_id == gone).values(feed_id=kept))
    else:
        session.execute(delete(Archive).where(Archive.feed_id == gone))
    _even_out(session, kept)


def _boundaries(session: Session, feed_id: int) -> list[tuple[int, Place]]:
    """Numbers and places, the oldest first."""
    a = Archive
    rows = session.execute(select(a.number, a.at, a.opening_id).where(a.feed_id == feed_id).order_by(a.number))
    return [(number, (at, opening_id)) for number, at, opening_id in rows]


def _even_out(session: Session, feed_id: int) -> None:
    """Divides documents of more than twice their size, as far as there are numbers."""
    boundaries = _boundaries(session, feed_id)
    if not boundaries:
        return
    p = Placement
    standing = select(p.at, p.opening_id).where(p.feed_id == feed_id, p.stands, p.at <= boundaries[-1][1][0])
    rows = session.execute(standing.distinct().order_by(p.at, p.opening_id))
    stand = [(at, opening_id) for at, opening_id in rows]
    begin = below = 0
    for number, end in boundaries:
        stop = bisect.bisect_right(stand, end)
        parts = min(-(-(stop - begin) // SIZE), number - below) if stop - begin > RIPE else 1
        for part in range(1, parts):
            at, opening_id = stand[begin + (stop - begin) * part // parts - 1]
            between = below + (number - below) * part // parts
            session.add(Archive(feed_id=feed_id, number=between, at=at, opening_id=opening_id))
        begin, below = stop, number
