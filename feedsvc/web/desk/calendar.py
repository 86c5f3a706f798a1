"""The calendar: what is planned and what went live, a month at a glance or a week as a list."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from flask import Response, request, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db
from feedsvc.newsroom import agenda, publishing
from feedsvc.newsroom.agenda import Day, Event, Place
from feedsvc.web.auth import permission
from feedsvc.web.desk import moments
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.i18n import language

IN_A_CELL = 4
"""Entries of a day that a month shows; the others are counted, and a week shows them."""
ON_A_PAGE = 100
"""Entries of a week on one page."""
_WEEK = 7
_FIRST, _LAST = date(1990, 1, 1), date(2190, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Around:
    """Where one may go from here."""

    title: str
    before: str
    after: str
    """Days, as addresses have them; empty at the ends of the calendar."""


@blueprint.get("/calendar")
@permission("read")
def calendar() -> Response:
    """A month or a week, around a day."""
    now = clock.now()
    today = now.astimezone(moments.here()).date()
    on = _day(request.args.get("on", "")) or today
    by_week = request.args.get("view") == "week"
    with db.reading() as session:
        shown = _week(session, on, now) if by_week else _month(session, on, now)
        held = publishing.is_held(session)
        anything = bool(shown["any"] or agenda.planned(session, now=now, limit=1))
    return page("calendar.html", on=on, today=today, by_week=by_week, held=held, anything=anything, now=now, **shown)


def _day(text: str) -> date | None:
    """A typed day, within a calendar that no address can make endless."""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None
    return found if found and _FIRST <= found < _LAST else None


def _month(session: Session, on: date, now: datetime) -> dict[str, Any]:
    """The weeks that a month lies in, whole."""
    first = on.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = first - timedelta(days=first.weekday())
    count = -(-((last - start).days + 1) // _WEEK) * _WEEK
    days = agenda.days(session, start, count, moments.here(), now=now, limit=IN_A_CELL)
    names = get_day_names("abbreviated", locale=language())
    long_names = get_day_names("wide", locale=language())
    return {
        "weeks": [days[n : n + _WEEK] for n in range(0, count, _WEEK)],
        "day_names": [(names[n], long_names[n]) for n in range(_WEEK)],
        "first": first,
        "last": last,
        "any": any(day.count for day in days),
        "around": _around(first - timedelta(days=1), last + timedelta(days=1), format_month(first)),
    }


def format_month(day: date) -> str:
    """`November 2026`."""
    return format_date(day, "LLLL y", locale=language())


def _week(session: Session, on: date, now: datetime) -> dict[str, Any]:
    """Seven days as a list, from Monday on; a page of it where it is long."""
    first = on - timedelta(days=on.weekday())
    zone = moments.here()
    start, end = agenda.bounds(first, _WEEK, zone)
    after = _place(request.args.get("after", ""))
    found = agenda.page(session, start, end, now=now, limit=ON_A_PAGE + 1, after=after)
    shown = found[:ON_A_PAGE]
    last = shown[-1].place if len(found) > ON_A_PAGE else None
    title = f"{format_date(first, 'd MMM', locale=language())} – {format_date(first + timedelta(days=6), 'd MMM y', locale=language())}"
    return {
        "days": _by_day(shown, first),
        "any": bool(shown),
        "further": f"{(last[0] - _EPOCH) // timedelta(microseconds=1)}-{last[1]}" if last else "",
        "paged": after is not None,
        "around": _around(first - timedelta(days=1), first + timedelta(days=_WEEK), title),
    }


def _by_day(events: list[Event], first: date) -> list[Day]:
    """The days of a week that have something."""
    zone = moments.here()
    days = []
    for n in range(_WEEK):
        when = first + timedelta(days=n)
        mine = tuple(event for event in events if event.at.astimezone(zone).date() == when)
        if mine:
            days.append(Day(when, mine, len(mine)))
    return days


def _place(text: str) -> Place | None:
    """Where the page before ended; None for what is no such place."""
    found = re.fullmatch(r"([0-9]{1,16})-([0-9]{1,9})", text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


def _around(before: date, after: date, title: str) -> Around:
    return Around(title, before.isoformat() if before >= _FIRST else "", after.isoformat() if after < _LAST else "")


def long_day(day: date) -> str:
    """`Monday, 23 November 2026`."""
    return format_date(day, "EEEE, d MMMM y", locale=language())


blueprint.add_app_template_filter(long_day, "long_date")


def address(day: date, *, by_week: bool) -> str:
    """The calendar around a day."""
    return url_for("desk.calendar", on=day.isoformat(), view="week" if by_week else None)


blueprint.add_app_template_global(address, "calendar_address")
