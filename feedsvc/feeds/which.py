"""Which feeds there are, what a change touches, and when each of them changes by itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from feedsvc import clock
from feedsvc.clock import whole_second
from feedsvc.feeds import places
from feedsvc.models import Change, Feed, Placement, Publication
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.record import change
from feedsvc.shelf import Key

HOT_FOR = timedelta(days=1)
"""A feed that was read within this time is built as soon as it changes; any other when somebody asks for it."""
_AHEAD = timedelta(seconds=2)
"""By how much `Last-Modified` goes ahead where a second has seen a change already."""
_CHUNK = 1_000

Recorded = tuple[Change, Publication | None]


def ensure(session: Session, languages: tuple[str, ...], *, now: datetime) -> None:
    """Writes the feed of everything in each language, and in a new language the feeds that the others have."""
    there = {(scope, code) for scope, code in session.execute(select(Feed.scope, Feed.language))}
    if all((NEWS, code) in there for code in languages):
        return
    first = change(session, "feed", now)
    places.ensure(session, {NEWS} | {scope for scope, _ in there}, version=first.id, now=now)
    session.execute(
        update(Feed)
        .where(Feed.scope == NEWS, Feed.last_modified == places.LONG_AGO)
        .values(last_modified=whole_second(now))
    )


def find(session: Session, key: Key) -> Feed | None:
    """The row of a feed, whether or not it may be shown yet: see `opened`."""
    found: Feed | None = session.scalar(_find(), {"scope": key.scope, "language": key.language})
    return found


@cache
def _find() -> Select[Any]:
    return select(Feed).where(Feed.scope == bindparam("scope"), Feed.language == bindparam("language"))


def every(session: Session) -> list[Feed]:
    """Every feed's row. There may be ten thousands: not for requests."""
    return list(session.scalars(select(Feed).order_by(Feed.id)))


def hot(session: Session, *, now: datetime) -> list[Feed]:
    """The feeds that are kept built: those of everything, and whatever was read lately."""
    wanted = (Feed.scope == NEWS) | (Feed.read_at > now - HOT_FOR)
    return list(session.scalars(select(Feed).where(wanted).order_by(Feed.scope != NEWS, Feed.id)))


def is_hot(feed: Feed, *, now: datetime) -> bool:
    """Whether a feed is kept built."""
    return feed.scope == NEWS or (feed.read_at is not None and feed.read_at > now - HOT_FOR)


def opened(session: Session, feed: Feed, *, now: datetime) -> datetime | None:
    """When a feed's scope could first be seen in any language; None as long as only the newsroom knows of it.

    A theme that stands in nothing but a planned item must not be there for readers, not even empty.
    """
    if feed.scope == NEWS:
        return feed.created_at
    announced, first = session.execute(_opened(), {"scope": feed.scope, "now": now}).one()
    return min((moment for moment in (announced, first) if moment is not None), default=None)


@cache
def _opened() -> Select[Any]:
    fallen = _fallen(Feed.id, oldest=True).correlate(Feed).scalar_subquery()
    return select(func.min(Feed.announced_at), func.min(fallen)).where(Feed.scope == bindparam("scope"))


def _fallen(feed_id: Any, when: Any = None, *, oldest: bool = False) -> Any:
    """SQL: the moment of the newest (or oldest) due publication that moved a feed which carries a part."""
    p = Publication
    order = (Placement.moment, Placement.publication_id)
    query = (
        select(Placement.moment)
        .join(p, p.id == Placement.publication_id)
        .where(Placement.feed_id == feed_id, Placement.moment <= public.NOW, public.due(p))
    )
    if when is not None:
        query = query.where(when)
    return query.order_by(*(order if oldest else (column.desc() for column in order))).limit(1)


class Known(NamedTuple):
    """A feed's row, and when it changes without one."""

    feed: Feed
    fallen: datetime | None
    """When it last changed by a publication that fell due."""
    until: datetime
    """When it changes next by itself: NEVER where nothing is planned, or everything is held."""


@cache
def _known() -> Select[Any]:
    fallen = _fallen(Feed.id).correlate(Feed).scalar_subquery()
    coming = select(func.min(Placement.moment)).where(Placement.feed_id == Feed.id, Placement.moment > public.NOW)
    scopes: Any = bindparam("scopes", expanding=True)
    of_language = (Feed.scope.in_(scopes), Feed.language == bindparam("language"))
    return select(Feed, fallen, coming.correlate(Feed).scalar_subquery(), public.held_since()).where(*of_language)


def known(session: Session, keys: Iterable[Key], *, now: datetime) -> dict[Key, Known]:
    """Those of these feeds that there are, whether or not they may be shown yet; see `opened`."""
    by_language: dict[str, list[str]] = {}
    for key in keys:
        by_language.setdefault(key.language, []).append(key.scope)
    found: dict[Key, Known] = {}
    for language, scopes in by_language.items():
        asked = {"scopes": scopes, "language": language, "now": now}
        for feed, last, coming, held in session.execute(_known(), asked):
            until = clock.NEVER if held or coming is None else coming
            moved = public.moments(session, language, now=now) if feed.scope == NEWS else (last, until)
            found[Key(language, feed.scope)] = Known(feed, *moved)
    return found


def moments(session: Session, feed: Feed, *, now: datetime) -> tuple[datetime | None, datetime]:
    """When a feed last changed by a publication that fell due, and when it changes next by itself; see `Known`."""
    key = Key(feed.language, feed.scope)
    _, last, until = known(session, [key], now=now)[key]
    return last, until


def last_modified(session: Session, feed: Feed, fallen: datetime | None, *, now: datetime) -> datetime:
    """The `Last-Modified` of a feed at `now`: its row's, or the planned moment that has come since (see `moments`)."""
    if fallen is None and feed.last_modified == places.LONG_AGO:
        fallen = opened(session, feed, now=now)
    return max(feed.last_modified, whole_second(fallen)) if fallen else feed.last_modified


def mark(session: Session, recorded: Sequence[Recorded], *, now: datetime) -> list[Feed]:
    """Sets version, `last_modified` and `until` of every feed that a transaction's changes touch, within it.

    Only what readers can see moves `last_modified`: a plan must not betray itself. Gives the feeds that must be built,
    since their bytes or their next moment have changed: those of everything first, then those that were read last.
    """
    for row, publication in recorded:
        if publication is not None and publication.created_at == now and row.kind in ("plan", "live"):
            places.place(session, publication, version=row.id, now=now)
    by_feed = _by_feed(session, recorded)
    for row, publication in recorded:
        if publication is not None and row.kind == "cancel":
            places.take_out(session, publication)
        elif row.kind in ("setting", "taxonomy"):
            if row.kind == "setting":
                mark_named(session, row.id, now=now)
            # What a subject's change touches is marked already: see moves.py.
            by_feed |= {feed: [(row, None)] for feed in hot(session, now=now) if feed.version == row.id}
        elif row.kind == "hold":  # Nothing moves by itself any more.
            session.execute(update(Feed).values(until=clock.NEVER))
        elif row.kind == "unhold":
            for feed in _planned(session, now):
                by_feed.setdefault(feed, []).append((row, None))
    _mark_each(session, by_feed, now)
    session.flush()
    build = [feed for feed, changes in by_feed.items() if any(_is_new(row, p, now) for row, p in changes)]
    return sorted(build, key=lambda f: (f.scope != NEWS, -(f.read_at.timestamp() if f.read_at else 0.0), f.id))


def _is_new(row: Change, publication: Publication | None, now: datetime) -> bool:
    """Whether a change makes other bytes or an earlier next moment.

    A cancelled plan leaves a moment at which nothing happens; one that the ticker tells of has come by itself.
    """
    told = publication is not None and row.kind == "live" and publication.created_at != now
    return row.kind not in ("cancel", "hold") and not told


def _by_feed(session: Session, recorded: Sequence[Recorded]) -> dict[Feed, list[Recorded]]:
    """The feeds that the publications among the changes move."""
    moving = [(row, p) for row, p in recorded if p is not None]
    ids = places.feeds_of(session, [p.id for _, p in moving])
    wanted = {number for numbers in ids.values() for number in numbers}
    languages = {p.language for _, p in moving}
    query = select(Feed).where(Feed.id.in_(wanted) | ((Feed.scope == NEWS) & Feed.language.in_(languages)))
    feeds = {feed.id: feed for feed in session.scalars(query)} if moving else {}
    news = {feed.language: feed.id for feed in feeds.values() if feed.scope == NEWS}
    found: dict[Feed, list[Recorded]] = {}
    for row, p in moving:
        for number in (*ids.get(p.id, ()), *([news[p.language]] if p.language in news else [])):
            found.setdefault(feeds[number], []).append((row, p))
    return found


def _planned(session: Session, now: datetime) -> list[Feed]:
    """The feeds that something is planned for, and those of everything."""
    coming = select(Publication.id).where(Publication.at > now, Publication.cancelled_at.is_(None))
    moved = select(Placement.feed_id).where(Placement.publication_id.in_(coming))
    return list(session.scalars(select(Feed).where(Feed.id.in_(moved) | (Feed.scope == NEWS))))


@cache
def _each() -> Select[Any]:
    fallen = _fallen(Feed.id, Publication.at < public.NOW).correlate(Feed).scalar_subquery()
    coming = select(func.min(Placement.moment)).where(Placement.feed_id == Feed.id, Placement.moment > public.NOW)
    numbers: Any = bindparam("numbers", expanding=True)
    return select(Feed.id, fallen, coming.correlate(Feed).scalar_subquery()).where(Feed.id.in_(numbers))


def _mark_each(session: Session, by_feed: dict[Feed, list[Recorded]], now: datetime) -> None:
    """The new version, next moment and `Last-Modified` of each feed."""
    parts = [feed.id for feed in by_feed if feed.scope != NEWS]
    rows = session.execute(_each(), {"numbers": parts, "now": now}) if parts else ()
    found = {number: (last, first) for number, last, first in rows}
    held = session.scalar(select(public.held_since())) is not None
    for feed, changes in by_feed.items():
        if feed.scope == NEWS:
            before, _ = public.moments(session, feed.language, now=now - timedelta(microseconds=1))
            feed.until = public.moments(session, feed.language, now=now)[1]
        else:
            before, first = found[feed.id]
            feed.until = clock.NEVER if held or first is None else first
        feed.version = max([feed.version, *(row.id for row, p in changes if _is_new(row, p, now))])
        feed.last_modified = _modified(feed, changes, before)


def _modified(feed: Feed, changes: list[Recorded], before: datetime | None) -> datetime:
    """The `Last-Modified` after these changes: a moment that was planned counts as itself, what was done at once as later.

    `before`: when the feed last changed by a publication, ahead of this very moment.
    """
    live = [p for row, p in changes if row.kind == "live" and p is not None]
    last = max([feed.last_modified, *(whole_second(p.at) for p in live if p.created_at < p.at)])
    at_once = [p.at for p in live if p.created_at >= p.at]
    if not at_once:
        return last
    # HTTP dates have no fractions, so a second change within a second would stay unseen by readers who ask by
    # date alone: it gets a later second (front.py never sends a date from the future, which is always safe).
    second = whole_second(max(at_once))
    last = max(last, whole_second(before)) if before else last
    return second if second > last else max(last, second + _AHEAD)


def mark_named(session: Session, version: int, numbers: Sequence[int] | None = None, *, now: datetime) -> None:
    """The new version and `Last-Modified` of feeds that a name changes, of these or of all: what readers see of them is
    made with it. A feed that nobody can see yet has no date that could move.
    """
    soon = whole_second(now) + _AHEAD
    later = case((Feed.last_modified < soon, soon), else_=soon + _AHEAD)
    other = aliased(Feed)
    public_now = _fallen(other.id).correlate(other).exists()
    known = exists().where(other.scope == Feed.scope, other.announced_at.is_not(None) | public_now)
    for start in range(0, len(numbers), _CHUNK) if numbers is not None else (0,):
        wanted = [Feed.id.in_(numbers[start : start + _CHUNK])] if numbers is not None else []
        rows = update(Feed).where(*wanted).execution_options(synchronize_session=False)
        session.execute(rows.values(version=version))
        shown = rows.where((Feed.last_modified > places.LONG_AGO) | known)
        session.execute(shown.values(last_modified=later), {"now": now})
    for one in list(session.identity_map.values()):
        if isinstance(one, Feed):  # What the verb gives back is still to be told of.
            session.expire(one)


def settle(session: Session, fingerprint: str, *, now: datetime) -> bool:
    """Makes every feed new where what they are made with (address, name, writers) has changed. Gives whether it had."""
    last = select(Change.detail).where(Change.kind == "setting").order_by(Change.id.desc()).limit(1)
    if session.scalar(last) == fingerprint:
        return False
    renew(session, fingerprint, now=now)
    return True


def renew(session: Session, fingerprint: str, *, now: datetime) -> None:
    """Makes every feed new, whatever its rows say."""
    change(session, "setting", now, detail=fingerprint)
