"""Who reads us: the only writer of the figures, and the questions that the desk and the command line ask of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from feedsvc.models import Feed, Poll, PollLoss, PollSource
from feedsvc.newsroom.families import KIND_OF, OTHER, UNKNOWN
from feedsvc.newsroom.tallies import Polls, Tally

KEPT = timedelta(days=400)
"""A year and a month, so that a month can be compared with the same one a year before."""
READ_AGAIN = timedelta(hours=1)
"""`Feed.read_at` is at most so much behind: ten thousand feeds must not cost ten thousand updates at each tick."""
_READING = (200, 226, 304)
"""Statuses with which a feed was read."""
MOST_FEEDS = 100
"""Feeds in one answer, the most read first."""

_KEY = ("day", "scope", "language", "format", "status", "family")


def take(session: Session, tally: Tally, *, now: datetime) -> bool:
    """Adds a tally to the figures, once: gives False for one that was taken already.

    Its number is kept in the same transaction. The lock on the row makes it true of two takers at a time as well.
    """
    source = session.get(PollSource, tally.source, with_for_update=True)
    if source is not None and source.taken >= tally.number:
        return False
    if source is None:
        session.add(PollSource(name=tally.source, taken=tally.number, at=now))
    else:
        source.taken, source.at = tally.number, now
    note(session, tally.rows, now=now)
    if tally.lost:
        _lose(session, tally.day, tally.lost)
    return True


def note(session: Session, rows: Iterable[Polls], *, now: datetime) -> None:
    """Adds requests to the figures, and notes which feeds were read. Feeds that do not exist are left out."""
    asked = list(rows)
    wanted = tuple_(Feed.scope, Feed.language).in_({(row.scope, row.language) for row in asked})
    feeds = {(feed.scope, feed.language): feed for feed in session.scalars(select(Feed).where(wanted))}
    known = [row for row in asked if (row.scope, row.language) in feeds]
    _add(session, _summed(known))
    for row in known:
        feed = feeds[row.scope, row.language]
        if row.status in _READING and (feed.read_at is None or feed.read_at <= now - READ_AGAIN):
            feed.read_at = now
    session.flush()


def _summed(rows: list[Polls]) -> dict[tuple[object, ...], tuple[int, int]]:
    """Key → count and subscribers. A family that is not in the table is `Other`."""
    sums: dict[tuple[object, ...], tuple[int, int]] = {}
    for row in rows:
        key = (*row[:5], row.family if row.family in KIND_OF else UNKNOWN)
        count, subscribers = sums.get(key, (0, 0))
        sums[key] = (count + row.requests, max(subscribers, row.subscribers))
    return sums


def _add(session: Session, sums: dict[tuple[object, ...], tuple[int, int]]) -> None:
    """Adds to the rows that are there and writes the others. Sorted, so that two writers never wait for each other."""
    if not sums:
        return
    columns = [getattr(Poll, name) for name in _KEY]
    days, scopes = {key[0] for key in sums}, {key[1] for key in sums}
    there = {tuple(row) for row in session.execute(select(*columns).where(Poll.day.in_(days), Poll.scope.in_(scopes)))}
    new, old = [], []
    for key in sorted(sums, key=str):
        count, subscribers = sums[key]
        named = dict(zip(_KEY, key, strict=True))
        if key in there:
            old.append({**{f"at_{name}": value for name, value in named.items()}, "more": count, "said": subscribers})
        else:
            new.append({**named, "count": count, "subscribers": subscribers})
    connection = session.connection()
    if new:
        connection.execute(insert(Poll), new)
    if old:
        said: BindParameter[int] = bindparam("said", type_=Integer)
        most = case((Poll.subscribers < said, said), else_=Poll.subscribers)
        here = and_(*(column == bindparam(f"at_{name}") for name, column in zip(_KEY, columns, strict=True)))
        connection.execute(
            update(Poll).where(here).values(count=Poll.count + bindparam("more", type_=BigInteger), subscribers=most),
            old,
        )


def _lose(session: Session, day: date, lost: int) -> None:
    row = session.get(PollLoss, day, with_for_update=True)
    if row is None:
        session.add(PollLoss(day=day, count=lost))
    else:
        row.count += lost


@dataclass(slots=True)
class Audience:
    """What was asked of one feed in one format."""

    scope: str
    language: str
    format: str
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    families: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Family → requests."""
    subscribers: dict[str, int] = field(default_factory=dict)
    """Family → the most that it reported on the last day on which it did."""

    @property
    def requests(self) -> int:
        """How often it was asked for."""
        return sum(self.statuses.values())

    @property
    def reported(self) -> int:
        """Subscribers, as the families reported them."""
        return sum(self.subscribers.values())

    @property
    def unchanged(self) -> float:
        """The share of readings that were answered with "nothing new", from 0 to 1."""
        read = sum(self.statuses.get(status, 0) for status in _READING)
        return self.statuses.get(304, 0) / read if read else 0.0


def readers(session: Session, *, since: date, limit: int = MOST_FEEDS) -> list[Audience]:
    """Who asked for what since a day, that day included: the most read feeds first, each in each of its formats."""
    total = func.sum(Poll.count)
    recent = Poll.day >= since
    ranked = select(Poll.scope, Poll.language).where(recent).group_by(Poll.scope, Poll.language)
    order = [
        tuple(row) for row in session.execute(ranked.order_by(total.desc(), Poll.scope, Poll.language).limit(limit))
    ]
    these = and_(recent, tuple_(Poll.scope, Poll.language).in_(order))
    found: dict[tuple[str, str, str], Audience] = {}
    columns = (Poll.scope, Poll.language, Poll.format)
    query = select(*columns, Poll.status, Poll.family, total).where(these).group_by(*columns, Poll.status, Poll.family)
    for scope, language, fmt, status, family, count in session.execute(query):
        one = found.setdefault((scope, language, fmt), Audience(scope, language, fmt))
        one.statuses[status] += int(count)
        one.families[family] += int(count)
    said = select(*columns, Poll.family, func.max(Poll.subscribers)).where(these, Poll.subscribers > 0)
    for scope, language, fmt, family, most in session.execute(
        said.group_by(*columns, Poll.family, Poll.day).order_by(Poll.day)
    ):
        found[scope, language, fmt].subscribers[family] = int(most)  # A later day takes the place of an earlier one.
    rank = {key: nth for nth, key in enumerate(order)}
    return sorted(found.values(), key=lambda one: (rank[one.scope, one.language], -one.requests, one.format))


@dataclass(frozen=True, slots=True)
class Family:
    """One family's part in what was asked."""

    name: str
    kind: str
    requests: int
    subscribers: int


def families(*asked: Audience) -> list[Family]:
    """The families among those who asked for these, the most frequent first; subscribers of several formats are added up."""
    requests: dict[str, int] = defaultdict(int)
    subscribers: dict[str, int] = defaultdict(int)
    for one in asked:
        for name, count in one.families.items():
            requests[name] += count
            subscribers[name] += one.subscribers.get(name, 0)
    found = (Family(name, KIND_OF.get(name, OTHER), requests[name], subscribers[name]) for name in requests)
    return sorted(found, key=lambda family: (-family.requests, family.name))


def lost(session: Session, *, since: date) -> int:
    """How many requests since a day were answered and could not be counted."""
    return int(session.scalar(select(func.sum(PollLoss.count)).where(PollLoss.day >= since)) or 0)


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes figures that are older than 400 days. Gives how many rows."""
    last = (now - KEPT).date()
    gone = 0
    for old in (
        delete(Poll).where(Poll.day < last),
        delete(PollLoss).where(PollLoss.day < last),
        delete(PollSource).where(PollSource.at < now - KEPT),
    ):
        gone += session.execute(old).rowcount  # type: ignore[attr-defined]
    return gone
