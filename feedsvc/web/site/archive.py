"""The archive: everything, a year of it, or a month."""

from datetime import datetime
from itertools import groupby

from babel.dates import get_month_names
from flask import Response, abort, g, request
from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.feeds import addresses
from feedsvc.newsroom import months
from feedsvc.newsroom.months import Month
from feedsvc.web import alphabet, illustrations
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame, paging, structured
from feedsvc.web.site.kept import kept
from feedsvc.web.site.remembered import remembered

PAGE = 20
"""Items on a page."""


def by_month(language: str) -> list[Month]:
    """The months in which something came out that readers can find, newest first: looked up once for each change."""
    zone = settings.current().time_zone

    def gathered(session: Session, now: datetime) -> list[Month]:
        return months.with_news(session, language, zone, now=now)

    return kept(f"months {language}", gathered)


def month_name(number: int) -> str:
    """A month as it stands alone, beginning with a capital: `November`."""
    name = str(get_month_names("wide", "stand-alone", locale=g.language)[number])
    return alphabet.letter(g.language, name) + name[1:]


@open_to_all
@remembered
def archive() -> Response:
    """Everything public, newest first, page by page. What is no cursor shows the first page."""
    return _page(None, None)


@open_to_all
@remembered
def archive_of_year(year: int) -> Response:
    """What came out in a year; 404 for one in which nothing did that is public."""
    return _page(year, None)


@open_to_all
@remembered
def archive_of_month(year: int, month: int) -> Response:
    """What came out in a month."""
    return _page(year, month)


def _page(year: int | None, month: int | None) -> Response:
    there = by_month(g.language)
    if year is not None and not any(one[0] == year and month in (None, one[1]) for one in there):
        abort(404)
    seen = paging.read_cursor(request.args.get("before", ""))
    within = None if year is None else months.between(year, month, settings.current().time_zone)
    with reading() as session:
        shown, last = paging.after(session, g.language, seen, now=clock.now(), size=PAGE, within=within)
    steps = _steps(year, month)
    first = steps[-1][1]
    return frame.page(
        "site/archive.html",
        canonical=f"{first}?before={paging.write_cursor(seen)}" if seen else first,
        items=shown,
        pictures=illustrations.leading(shown),
        older=paging.write_cursor(last) if last else "",
        paged=seen is not None,
        year=year,
        month=month,
        title=steps[-1][0],
        years=[(number, [one[1] for one in part]) for number, part in groupby(there, key=lambda one: one[0])],
        month_name=month_name,
        # In another language there may be nothing of that month.
        editions=frame.in_each_language("site.archive") if year else frame.here_in_each_language(),
        alternates=[] if year else None,
        structured=structured.block(structured.trail(*steps)),
    )


def _steps(year: int | None, month: int | None) -> list[tuple[str, str]]:
    """Names and addresses from the archive down to this part of it."""
    first = f"{addresses.home_url(g.language)}/archive"
    steps = [(_("Archive"), first)]
    if year is not None:
        steps.append((str(year), f"{first}/{year:04}"))
    if year is not None and month is not None:
        steps.append((f"{month_name(month)} {year}", f"{first}/{year:04}/{month:02}"))
    return steps
