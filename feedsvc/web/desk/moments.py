"""Moments as people at the desk type and read them: a day and a time in the newsroom's zone."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from feedsvc import settings
from feedsvc.errors import Invalid
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local, ngettext

FIELD = "publish_at"
_COUNTED = 90
"""Up to so many seconds a wait is told in seconds, above in minutes."""
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


def typed(day: str, hour: str) -> datetime:
    """The moment of a typed day (`2026-11-22`) and time (`09:10` or `09:10:02`) in the newsroom's zone.

    Raises Invalid.
    """
    day, hour = day.strip(), hour.strip()
    if not day or not hour:
        raise Invalid({FIELD: ("missing", {})})
    if not _DAY.fullmatch(day) or not _TIME.fullmatch(hour):
        raise Invalid({FIELD: ("not_a_moment", {})})
    try:
        return in_zone(
            date.fromisoformat(day), time.fromisoformat(hour.partition(".")[0]), ZoneInfo(settings.current().time_zone)
        )
    except ValueError:
        raise Invalid({FIELD: ("not_a_moment", {})}) from None


def full(moment: datetime) -> str:
    """`22 November 2026, 13:10:02 (Baku time), 09:10:02 UTC`."""
    here = format_datetime(local(moment), "d MMMM y, HH:mm:ss", locale=language())
    return f"{here} ({zone_words()}), {utc(moment)}"


def short(moment: datetime) -> str:
    """`22 Nov 2026, 13:10`, in the newsroom's zone, seconds only where there are some."""
    there = local(moment)
    return format_datetime(there, "d MMM y, HH:mm:ss" if there.second else "d MMM y, HH:mm", locale=language())


def hour_of(moment: datetime) -> str:
    """`13:10:02`, in the newsroom's zone."""
    return local(moment).strftime("%H:%M:%S")


def utc(moment: datetime) -> str:
    """`09:10:02 UTC`, with the day where it is another one there."""
    there = moment.astimezone(UTC)
    pattern = "HH:mm:ss" if there.date() == local(moment).date() else "d MMMM y, HH:mm:ss"
    return format_datetime(there, pattern, locale=language()) + " UTC"


def zone_words() -> str:
    """`Baku time`."""
    place = settings.current().time_zone.rpartition("/")[2].replace("_", " ")
    return "UTC" if place in ("UTC", "Universal", "Zulu") else _("{place} time", place=place)


def wait_words(seconds: int) -> str:
    """`2 minutes`, rounded up; below a minute and a half in seconds."""
    if seconds <= _COUNTED:
        return ngettext("{n} second", "{n} seconds", seconds)
    return ngettext("{n} minute", "{n} minutes", -(-seconds // 60))
