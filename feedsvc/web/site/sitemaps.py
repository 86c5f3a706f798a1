"""Lists of addresses for search engines: all pages, and for news engines the items of the last two days.

Beyond what one list may hold there is a list of lists: one for the pages, and one for each language and month.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.characters import one_line
from feedsvc.db import reading
from feedsvc.feeds import addresses, catalogue
from feedsvc.newsroom import listing, months
from feedsvc.newsroom.listing import Addressed, Place
from feedsvc.web.i18n import iso
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site.archive import by_month
from feedsvc.web.site.frame import validated
from feedsvc.web.site.kept import kept

blueprint = Blueprint("sitemaps", __name__)

MOST = 50_000
"""Addresses in one sitemap (sitemaps.org protocol)."""
MOST_NEWS = 1_000
"""Items in a news sitemap, and for how long they are news there."""
NEWS_FOR = timedelta(days=2)
MONTHS_KEPT = 4
"""Lists of months that a process keeps, and that are gathered at a time: each may be megabytes."""
_CHUNK = 5_000
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
PAGES = ("/", "/archive", "/topics", "/feeds", "/feeds/news", "/contacts", "/about")
"""Below each language."""
Span = tuple[Place | None, Place | None]
"""Above which place of a list, and before which."""


@blueprint.get("/sitemap.xml")
@open_to_all
def sitemap() -> Response:
    """Every public page of every language (sitemaps.org 0.9); where they are too many for one list, the list of lists."""
    return _xml(kept("sitemap", _all))


@blueprint.get("/sitemap/pages.xml")
@open_to_all
def sitemap_of_pages() -> Response:
    """The pages that are no items."""
    return _xml(kept("sitemap pages", lambda session, now: _urlset(_pages(session, now))))


@blueprint.get("/sitemap/<of>-<int(fixed_digits=4):year>-<int(fixed_digits=2):month>.xml")
@open_to_all
def sitemap_of_month(of: str, year: int, month: int) -> Response:
    """The items of a language that came out in a month, the newest 50,000; 404 for one in which nothing did that is public."""
    if of not in settings.current().languages or (year, month) not in by_month(of):
        abort(404)

    def gathered(session: Session, now: datetime) -> bytes:
        return _urlset(_items(session, of, now, MOST, _span(year, month)))

    place = (12 * year + month) % MONTHS_KEPT
    return _xml(kept(f"sitemap month {place}", gathered, of=f"{of} {year} {month}"))


@blueprint.get("/news-sitemap.xml")
@open_to_all
def news_sitemap() -> Response:
    """The items of the last two days as news engines want them, the newest first."""
    with reading() as session:
        return _xml(_urlset(_news(session, clock.now()), f' xmlns:news="{_NEWS}"'))


def _xml(body: bytes) -> Response:
    return validated(Response(body, content_type="application/xml; charset=utf-8"))


def _all(session: Session, now: datetime) -> bytes:
    """One list of everything, or the list of lists."""
    languages = settings.current().languages
    pages = list(_pages(session, now))
    if len(pages) + sum(listing.count(session, language, now=now) for language in languages) > MOST:
        return _index(session, now)
    lines = [*pages]
    for language in languages:
        lines += _items(session, language, now, MOST - len(lines), (None, None))
    return _urlset(lines)


def _index(session: Session, now: datetime) -> bytes:
    """The list of lists."""
    current = settings.current()
    names = ["pages"]
    for language in current.languages:
        for year, month in months.with_news(session, language, current.time_zone, now=now):
            names.append(f"{language}-{year:04}-{month:02}")
    lines = (f"<sitemap><loc>{current.public_url}/sitemap/{name}.xml</loc></sitemap>" for name in names[:MOST])
    return _document("sitemapindex", lines)


def _urlset(lines: Iterator[str] | list[str], more: str = "") -> bytes:
    return _document("urlset", lines, more)


def _document(name: str, lines: Iterator[str] | list[str], more: str = "") -> bytes:
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_SITEMAP}"{more}>\n{body}\n</{name}>\n'.encode()


def _pages(session: Session, now: datetime) -> Iterator[str]:
    """The pages that are no items: those of the newsroom, and those of its subjects."""
    for language in settings.current().languages:
        for path in PAGES:
            yield _url(addresses.home_url(language) + path)
        for one in catalogue.carrying(session, language, now=now)[: MOST // 10]:
            yield _url(addresses.page_url(one.scope, language))


def _span(year: int, month: int) -> Span:
    begins, ends = months.between(year, month, settings.current().time_zone)
    return (begins, 0), (ends, 0)


def _items(session: Session, language: str, now: datetime, most: int, span: Span) -> Iterator[str]:
    """The items of a language, read in pages so that memory stays small."""
    above, place = span
    while most > 0:
        limit = min(_CHUNK, most)
        part = listing.addresses(session, language, now=now, limit=limit, before=place, above=above)
        for item in part:
            yield _url(addresses.item_url(language, item.slug), iso(item.updated))
        if len(part) < limit:
            return
        place, most = part[-1].place, most - len(part)


def _news(session: Session, now: datetime) -> Iterator[str]:
    """What is news in any language, at most as much as a news sitemap may hold."""
    found: list[tuple[str, Addressed]] = []
    for language in settings.current().languages:
        above = (now - NEWS_FOR, 0)
        found += [
            (language, one) for one in listing.addresses(session, language, now=now, limit=MOST_NEWS, above=above)
        ]
    found.sort(key=lambda pair: pair[1].place, reverse=True)
    name = escape(one_line(settings.current().newsroom_name))
    for language, one in found[:MOST_NEWS]:
        said = (
            f"<news:news><news:publication><news:name>{name}</news:name><news:language>{language}</news:language>"
            f"</news:publication><news:publication_date>{iso(one.place[0])}</news:publication_date>"
            f"<news:title>{escape(one_line(one.headline))}</news:title></news:news>"
        )
        yield _url(addresses.item_url(language, one.slug), more=said)


def _url(address: str, changed: str = "", more: str = "") -> str:
    """One address, with the moment of its last change where it has one."""
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}{more}</url>"
