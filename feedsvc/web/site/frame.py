"""What stands around every public page: its languages, its feeds, its validators. No cookie is set or read here."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, g, render_template, request, url_for

from feedsvc import settings
from feedsvc.characters import clean
from feedsvc.feeds import addresses, scopes
from feedsvc.feeds.contacts import spoken
from feedsvc.formats.registry import FORMATS
from feedsvc.newsroom import contacts, filters
from feedsvc.newsroom.listing import NEWS
from feedsvc.web import i18n, labels
from feedsvc.web.i18n import gettext as _
from feedsvc.web.site import theme
from feedsvc.words import N_

STATIC = Path(__file__).parent.parent / "static"
ALL_NEWS = N_("All news")
"""What the feed of everything is called."""
Edition = tuple[str, str, str]
"""Code, name and path of a page in a language."""
Near = tuple[str, str]
"""A feed that a page offers: its scope and name, an empty one for everything."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed in one format, as a page offers it."""

    name: str
    media_type: str
    address: str
    title: str


def language() -> str:
    """The page's language; the newsroom's main one where it writes no such language (the desk's pages)."""
    current = settings.current()
    spoken = i18n.language()
    return spoken if spoken in current.languages else current.main_language


def offers(scope: str = NEWS, name: str = "") -> list[Offer]:
    """The formats of a feed in the page's language, with their full addresses and distinct titles."""
    base = addresses.feed_url(scope, language())
    title = f"{settings.current().newsroom_name}: {name or _(ALL_NEWS)}"
    return [
        Offer(fmt.title, fmt.media_type.partition(";")[0], f"{base}.{fmt.suffix}", f"{title} ({fmt.title})")
        for fmt in FORMATS.values()
    ]


def subject_path(scope: str) -> str:
    """The path of the page that shows the news of a scope; for everything the front page."""
    kind, slug = scopes.split(scope)
    return url_for("site.subject", kind=kind, slug=slug) if slug else url_for("site.home")


def feed_path(scope: str, language: str | None = None) -> str:
    """The path of a feed's page for people; with a dot and a format behind it that of the feed."""
    kind, slug = scopes.split(scope)
    if kind == filters.KIND:
        here = {"slug": slug} | ({"language": language} if language else {})
        return url_for("site.feed_of_filter", **here)  # type: ignore[arg-type]  # no name among these is Flask's own
    return url_for("site.feed_of", kind=kind, slug=slug) if slug else url_for("site.feed")


@lru_cache(maxsize=32)
def _digest(name: str) -> str:
    """Eight characters that change with the file, so that no browser mixes an old style with a new page."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]


def asset(name: str) -> str:
    """The address of a static file, with its digest."""
    return url_for("static", filename=name, v=_digest(name))


def context() -> dict[str, Any]:
    """What every template may use: the newsroom's name, `asset()`, and the public pages' languages and feeds."""
    current = settings.current()
    return {
        "newsroom": current.newsroom_name,
        "asset": asset,
        "offers": offers,
        "subject_path": subject_path,
        "feed_path": feed_path,
        "categories_of": labels.categories,
        "authors_of": labels.authors,
        "contacts_of": contacts.shown,
        "dialled": contacts.dialled,
        "spoken": spoken,
        "near": [(NEWS, "")],
        "editions": in_each_language("site.home"),
        "zone": i18n.zone(),
        "theme": theme.theme,
        "public_url": current.public_url,
        "og_locale": og_locale,
    }


def og_locale(code: str) -> str:
    """A language as OpenGraph writes it."""
    return {"en": "en_GB", "az": "az_AZ", "ru": "ru_RU"}.get(code, code)


def in_each_language(endpoint: str, **values: Any) -> list[Edition]:
    """A page in each language; none where the newsroom writes one alone."""
    codes = settings.current().languages if len(settings.current().languages) > 1 else ()
    return [(code, labels.LANGUAGE_NAMES.get(code, code), url_for(endpoint, **values, language=code)) for code in codes]


def here_in_each_language() -> list[Edition]:
    """The editions of a page that has the same path in every language."""
    return in_each_language(request.endpoint or "site.home", **request.view_args or {})


def page(
    template: str, *, canonical: str = "", alternates: list[tuple[str, str]] | None = None, **values: Any
) -> Response:
    """A public page with a strong ETag of its bytes; 304 to who has them already.

    `canonical` is the page's one full address, `alternates` are languages and full addresses of the same words in
    other languages: those of `editions`, unless something else is said or this is a further page of a list.
    Characters that no page can carry are left out, so that a row that was spoilt by hand costs nobody the page.
    """
    values.setdefault("editions", here_in_each_language())
    if alternates is None:
        home = settings.current().public_url
        alternates = [(code, home + path) for code, _name, path in values["editions"]] if "?" not in canonical else []
    body = clean(render_template(template, canonical=canonical, alternates=alternates, **values))
    return validated(Response(body, mimetype="text/html"))


def validated(response: Response) -> Response:
    """Gives an answer its strong ETag and lets caches keep it as long as they ask each time.

    One that is to be remembered stays whole: see remembered.py.
    """
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    if g.get("whole"):
        return response
    return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's parent type of the same object


def uncached(body: str, status: int, mimetype: str = "text/html") -> Response:
    """An answer that caches may keep but must ask about each time; a passing failure they may not keep at all."""
    response = Response(body, status, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "no-cache"
    return response
