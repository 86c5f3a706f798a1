"""Lists for machines, and the addresses at which visitors of other newsrooms look for a feed."""

from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import settings
from feedsvc.feeds import addresses
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS
from feedsvc.web.i18n import iso
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame
from feedsvc.web.site.frame import validated
from feedsvc.web.site.kept import kept

blueprint = Blueprint("machines", __name__)

MOST = 50_000
"""Addresses in one sitemap (sitemaps.org protocol)."""
_CHUNK = 5_000
GUESSES = {
    "/feed": "atom",
    "/feed.xml": "atom",
    "/index.xml": "atom",
    "/atom.xml": "atom",
    "/rss": "rss",
    "/rss.xml": "rss",
    "/feed.json": "json",
}
"""Where feeds are usually looked for, below the front page and below a subject's → our format."""


@blueprint.get("/robots.txt")
@open_to_all
def robots() -> Response:
    """All may read everything that is public; the desk and the API are no pages."""
    lines = (
        "User-agent: *",
        "Disallow: /desk",
        "Disallow: /api",
        "",
        f"Sitemap: {settings.current().public_url}/sitemap.xml",
        "",
    )
    return validated(Response("\n".join(lines), mimetype="text/plain"))


@blueprint.get("/sitemap.xml")
@open_to_all
def sitemap() -> Response:
    """Every public page of every language (sitemaps.org 0.9), the newest items first where there are too many."""
    return validated(Response(kept("sitemap", _document), content_type="application/xml; charset=utf-8"))


def _document(session: Session, now: datetime) -> bytes:
    urls = "\n".join(_urls(session, now))
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{namespace}">\n{urls}\n</urlset>\n'.encode()


def _urls(session: Session, now: datetime) -> Iterator[str]:
    """The sitemap's lines, at most `MOST`."""
    languages = settings.current().languages
    for language in languages:
        yield _url(addresses.home_url(language) + "/")
        yield _url(addresses.feed_url("news", language))
    left = (MOST - 2 * len(languages)) // len(languages)
    for language in languages:
        yield from _items(session, language, now, left)


def _items(session: Session, language: str, now: datetime, most: int) -> Iterator[str]:
    """The items of a language, read in pages so that memory stays small."""
    place: tuple[datetime, int] | None = None
    while most > 0:
        part = listing.addresses(session, language, now=now, limit=min(_CHUNK, most), before=place)
        for item in part:
            yield _url(addresses.item_url(language, item.slug), iso(item.updated))
        if len(part) < _CHUNK:
            return
        place, most = part[-1].place, most - len(part)


def _url(address: str, changed: str = "") -> str:
    """One address, with the moment of its last change where it has one."""
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}</url>"


@open_to_all
def guessed(kind: str = "", slug: str = "") -> Answer:
    """For good: the feed is at its own address, also where that will be led on or there is none."""
    suffix = GUESSES["/" + request.path.rstrip("/").rsplit("/", 1)[-1]]
    answer = redirect(f"{frame.feed_path(f'{kind}/{slug}' if kind else NEWS)}.{suffix}", 301)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
