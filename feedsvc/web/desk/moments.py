"""Moments as people at the desk type and read them: a day and a time in the person's zone."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from feedsvc import clock
from feedsvc.errors import Invalid
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local, ngettext, zone

FIELD = "publish_at"
_COUNTED = 90
"""Up to so many seconds a wait is told in seconds, above in minutes."""
_TENTHS = 10
"""Up to so many seconds tenths are told."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?(\.0{1,6})?", re.ASCII)


def in_zone(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks in the zone show this.

    Raises Invalid with `gap` for a time that the clocks jump over, `fold` for one that they show twice,
    `not_a_moment` at the ends of the calendar. Source: PEP 495.
    """
    wall = datetime.combine(day, hour)
    try:
        early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
        moment = early.astimezone(UTC)
        if early.utcoffset() != late.utcoffset():
            shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
            raise Invalid({FIELD: ("fold" if shown == wall else "gap", {})})
    except (OverflowError, ValueError):
        raise Invalid({FIELD: ("not_a_moment", {})}) from None
    return moment


def choices(day: date, hour: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """What somebody may mean who types a time at which the clocks are changed, in UTC, the earlier one first.

    A time that comes twice: both. One that the clocks jump over: read by the clock before the jump, and by the one after.
    """
    wall = datetime.combine(day, hour)
    return tuple(sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)))


def here() -> ZoneInfo:
    """The zone in which the desk shows and asks for times."""
    return ZoneInfo(zone())


def parsed(day: str, hour: str) -> tuple[date, time]:
    """A typed day (`2026-11-22`) and time (`09:10` or `09:10:02`). Raises Invalid."""
    day, hour = day.strip(), hour.strip()
    if not day or not hour:
        raise Invalid({FIELD: ("no_moment", {})})
    if not _DAY.fullmatch(day) or not _TIME.fullmatch(hour):
        raise Invalid({FIELD: ("not_a_moment", {})})
    try:
        return date.fromisoformat(day), time.fromisoformat(hour.partition(".")[0])
    except ValueError:
        raise Invalid({FIELD: ("not_a_moment", {})}) from None


def typed(day: str, hour: str, zone: ZoneInfo | None = None) -> datetime:
    """The moment of a typed day and time in a zone, the desk's where none is given. Raises Invalid."""
    return in_zone(*parsed(day, hour), zone or here())


def full(moment: datetime) -> str:
    """`22 November 2026, 13:10:02 (Baku time), 09:10:02 UTC`."""
    here = format_datetime(local(moment), "d MMMM y, HH:mm:ss", locale=language())
    return f"{here} ({zone_words()}), {utc(moment)}"


def short(moment: datetime) -> str:
    """`22 Nov 2026, 13:10`, in the person's zone, seconds only where there are some."""
    there = local(moment)
    return format_datetime(there, "d MMM y, HH:mm:ss" if there.second else "d MMM y, HH:mm", locale=language())


def rough(moment: datetime) -> str:
    """`22 Nov 2026, 13:10`, in the person's zone, for what happened: nobody asks for its seconds."""
    return format_datetime(local(moment), "d MMM y, HH:mm", locale=language())


def lately(moment: datetime, now: datetime | None = None) -> str:
    """`13:10` of a moment today, `22 Nov 2026, 13:10` of an earlier one, in the newsroom's zone."""
    there = local(moment)
    return there.strftime("%H:%M") if there.date() == local(now or clock.now()).date() else short(moment)


def hour_of(moment: datetime) -> str:
    """`13:10:02`, in the person's zone."""
    return local(moment).strftime("%H:%M:%S")


def time_of(moment: datetime) -> str:
    """`13:10`, in the newsroom's zone, seconds only where there are some."""
    there = local(moment)
    return there.strftime("%H:%M:%S" if there.second else "%H:%M")


def utc(moment: datetime) -> str:
    """`09:10:02 UTC`, with the day where it is another one there."""
    there = moment.astimezone(UTC)
    pattern = "HH:mm:ss" if there.date() == local(moment).date() else "d MMMM y, HH:mm:ss"
    return format_datetime(there, pattern, locale=language()) + " UTC"


def zone_words() -> str:
    """`Baku time`."""
    place = zone().rpartition("/")[2].replace("_", " ")
    return "UTC" if place in ("UTC", "Universal", "Zulu") else _("{place} time", place=place)


def wait_words(seconds: int) -> str:
    """`2 minutes`, rounded up; below a minute and a half in seconds."""
    if seconds <= _COUNTED:
        return ngettext("{n} second", "{n} seconds", seconds)
    return ngettext("{n} minute", "{n} minutes", -(-seconds // 60))


def wait(moment: datetime, now: datetime) -> str:
    """`in 3 hours`, in the page's language; empty for what is past."""
    if moment <= now:
        return ""
    return format_timedelta(moment - now, threshold=1.5, add_direction=True, locale=language())


def ago(seconds: float) -> str:
    """`0.1 s`, `12 s`, `3 minutes`: how long since, to be put into a sentence."""
    if seconds < _TENTHS:
        return _("{n} s", n=f"{max(seconds, 0.1):.1f}")
    if seconds <= _COUNTED:
        return _("{n} s", n=round(seconds))
    return format_timedelta(round(seconds), threshold=1.5, locale=language())
