"""What is planned and what went live, by the moment: for the calendar, the dashboard and the page of the hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.models import Item, Publication, Revision, Translation
from feedsvc.newsroom import public

Place = tuple[datetime, int]
"""A moment and a publication's id: unique, and the order of every list here."""


@dataclass(frozen=True, slots=True)
class Event:
    """A publication as people see it in a calendar."""

    place: Place
    key: str
    """The item's."""
    headline: str
    """Of the text that went or goes out."""
    language: str
    kind: str
    is_live: bool
    """Whether its moment has come, for readers too."""
    is_held: bool
    """Whether its moment has come and a hold keeps it back."""
    meets: bool = False
    """Whether another item is planned for the same minute."""

    @property
    def at(self) -> datetime:
        """Its moment."""
        return self.place[0]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    day: date
    events: tuple[Event, ...]
    """The first ones."""
    count: int
    """All of them."""

    @property
    def more(self) -> int:
        """How many are not among `events`."""
        return self.count - len(self.events)


def bounds(day: date, days: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments between which these days lie in a zone: 23 or 25 hours each where the clocks change."""
    first, last = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, days))
    return first.astimezone(UTC), last.astimezone(UTC)


def day(session: Session, when: date, zone: tzinfo, *, now: datetime, limit: int) -> Day:
    """The first events of a day, and how many there are."""
    start, end = bounds(when, 1, zone)
    count = session.scalar(select(func.count()).select_from(Publication).where(*_between(start, end))) or 0
    found = _events(session, _rows(start, end).limit(limit), now=now) if count else []
    return Day(when, tuple(found), count)


def days(session: Session, first: date, count: int, zone: tzinfo, *, now: datetime, limit: int) -> list[Day]:
    """Days in a row, the first `limit` events of each: the cost grows with the days and not with the events."""
    return [day(session, first + timedelta(days=n), zone, now=now, limit=limit) for n in range(count)]


def page(
    session: Session, start: datetime, end: datetime, *, now: datetime, limit: int, after: Place | None = None
) -> list[Event]:
    """Events between two moments, the earliest first; `after` is the place of the last one seen."""
    query = _rows(start, end)
    if after:
        p = Publication
        query = query.where(p.at >= after[0], or_(p.at > after[0], p.id > after[1]))
    return _events(session, query.limit(limit), now=now)


def planned(session: Session, *, now: datetime, limit: int) -> list[Event]:
    """What goes live by itself from now on, the nearest first."""
    p = Publication
    coming = _source().where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at > now)
    return _events(session, coming.order_by(p.at, p.id).limit(limit), now=now)


def held_back(session: Session, *, now: datetime, limit: int) -> list[Event]:
    """What has fallen due and is kept back by a hold: lifted, it goes live at once."""
    p = Publication
    due = _source().where(
        p.live_at.is_(None), p.cancelled_at.is_(None), p.at <= now, p.kind != "withdraw", p.at > public.held_since()
    )
    return _events(session, due.order_by(p.at, p.id).limit(limit), now=now)


def fallen(session: Session, *, now: datetime, limit: int) -> list[Event]:
    """What has fallen due and nobody was told of yet: under no hold readers have it already."""
    p = Publication
    due = _source().where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at <= now)
    return _events(session, due.order_by(p.at, p.id).limit(limit), now=now)


def went(session: Session, since: datetime, *, now: datetime, limit: int) -> list[Event]:
    """What readers have seen change since a moment, the newest first."""
    p = Publication
    query = _source().where(*_between(since, now)).where(public.due(p, now)).order_by(p.at.desc(), p.id.desc())
    return _events(session, query.limit(limit), now=now)


def _between(start: datetime, end: datetime) -> tuple[Any, ...]:
    """SQL: uncancelled and between the moments; with the languages named, so that the index of moments is entered."""
    p = Publication
    return (p.language.in_(settings.current().languages), p.cancelled_at.is_(None), p.at >= start, p.at < end)


def _source() -> Select[Any]:
    p = Publication
    columns = (p.id, p.at, p.language, p.kind, Item.key, Revision.headline, public.due(p).label("is_due"))
    query = select(*columns).join(Revision, Revision.id == p.revision_id)
    found: Any = query.join(Translation, Translation.id == p.translation_id)
    return cast("Select[Any]", found.join(Item, Item.id == Translation.item_id))


def _rows(start: datetime, end: datetime) -> Select[Any]:
    return _source().where(*_between(start, end)).order_by(Publication.at, Publication.id)


def _events(session: Session, query: Select[Any], *, now: datetime) -> list[Event]:
    """The rows as events, those marked that meet another item's plan."""
    rows = session.execute(query, {"now": now}).all()
    meets = _meeting(session, [row.at for row in rows if row.at > now], now)
    return [
        Event(
            place=(row.at, row.id),
            key=row.key,
            headline=row.headline,
            language=row.language,
            kind=row.kind,
            is_live=bool(row.is_due),
            is_held=row.at <= now and not row.is_due,
            meets=row.at > now and _minute(row.at) in meets,
        )
        for row in rows
    ]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _meeting(session: Session, moments: Iterable[datetime], now: datetime) -> set[datetime]:
    """The minutes among these in which more than one item is planned; the languages of one item go out together."""
    minutes = sorted({_minute(moment) for moment in moments})
    if not minutes:
        return set()
    p = Publication
    query = (
        select(p.at, Translation.item_id)
        .join(Translation, Translation.id == p.translation_id)
        .where(p.live_at.is_(None), p.cancelled_at.is_(None))
        .where(and_(p.at > now, p.at >= minutes[0], p.at < minutes[-1] + timedelta(minutes=1)))
    )
    items: dict[datetime, set[int]] = {}
    for at, item_id in session.execute(query):
        items.setdefault(_minute(at), set()).add(item_id)
    return {minute for minute in minutes if len(items.get(minute, ())) > 1}
