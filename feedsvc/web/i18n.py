"""Words and times for the person who reads the page: the language of the request, and its formats."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, get_timezone_location
from flask import Flask, g, has_app_context

from feedsvc import settings, words

RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ur"))


def language() -> str:
    """The language of the page that is being made: as the address says, else the newsroom's main one; the desk speaks English."""
    return str(getattr(g, "language", settings.current().main_language))


def gettext(message: str, /, **values: object) -> str:
    """The sentence in the page's language, its `{names}` filled in."""
    return words.say(language(), message, **values) if values else words.catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """The sentence for `n` things in the page's language."""
    return words.catalogue(language()).ngettext(singular, plural, n).format(n=n, **values)


def zone() -> str:
    """The time zone of the page: at the desk the person's own where one is chosen, else the newsroom's."""
    own = getattr(g, "zone", "") if has_app_context() else ""
    return str(own or settings.current().time_zone)


def local(moment: datetime) -> datetime:
    """The moment in the page's time zone."""
    return moment.astimezone(ZoneInfo(zone()))


def long_moment(moment: datetime) -> str:
    """`22 November 2026, 12:00`, in the page's language and zone."""
    return format_datetime(local(moment), "d MMMM y, HH:mm", locale=language())


def long_day(moment: datetime) -> str:
    """`22 November 2026`, in the page's language and zone."""
    return format_datetime(local(moment), "d MMMM y", locale=language())


def zoned_moment(moment: datetime) -> str:
    """`22 November 2026, 12:00 (Baku, GMT+04:00)`, in the page's language and zone: for words that travel without their page.

    A zone of no city, such as UTC, is its offset alone. The offset is written here, since Babel (2.18) takes an hour too much
    where a part of an hour lies west of Greenwich.
    """
    here, spoken = local(moment), Locale.parse(language(), sep="-")
    offset = spoken.zone_formats["gmt"] % here.isoformat()[-len("+04:00") :]
    city = (
        ""
        if zone().startswith("Etc/") or "/" not in zone()
        else get_timezone_location(zone(), spoken, return_city=True)
    )
    return f"{long_moment(moment)} ({', '.join(filter(None, (city, offset)))})"


def install(app: Flask) -> None:
    """Gives templates `_()`, `ngettext()` and the filters `moment`, `day` and `iso`."""
    environment: Any = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.globals.update(_=gettext, ngettext=ngettext, page_language=language, text_direction=text_direction)
    environment.filters.update(moment=long_moment, day=long_day, iso=iso)


def text_direction(code: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if code.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def iso(moment: datetime) -> str:
    """`2026-11-22T08:00:00Z`, for machines."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
