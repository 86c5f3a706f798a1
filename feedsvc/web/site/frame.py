"""What stands around every public page: its languages, its feeds, its validators. No cookie is set or read here."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, render_template, request, url_for

from feedsvc import settings
from feedsvc.characters import clean
from feedsvc.feeds import addresses
from feedsvc.formats.registry import FORMATS
from feedsvc.web import i18n
from feedsvc.web.i18n import gettext as _
from feedsvc.web.labels import LANGUAGE_NAMES
from feedsvc.words import N_

STATIC = Path(__file__).parent.parent / "static"
SCOPES = {"news": (N_("All news"), N_("Every item of the newsroom in full, newest first, with corrections."))}
"""Scope → title and what it carries. The path below /feeds/ is the scope."""


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


def offers(scope: str = "news") -> list[Offer]:
    """The formats of a feed in the page's language, with their full addresses and distinct titles."""
    base = addresses.feed_url(scope, language())
    title = f"{settings.current().newsroom_name}: {_(SCOPES[scope][0])}"
    return [
        Offer(fmt.title, fmt.media_type.partition(";")[0], f"{base}.{fmt.suffix}", f"{title} ({fmt.title})")
        for fmt in FORMATS.values()
    ]


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
    others = (
        [(code, LANGUAGE_NAMES.get(code, code)) for code in current.languages] if len(current.languages) > 1 else []
    )
    return {
        "newsroom": current.newsroom_name,
        "asset": asset,
        "offers": offers,
        "editions": others,
        "zone": current.time_zone,
    }


def page(template: str, *, canonical: str = "", **values: Any) -> Response:
    """A public page with a strong ETag of its bytes; 304 to who has them already.

    `canonical` is the page's one full address. Characters that no page can carry are left out, so that a row
    that was spoilt by hand costs nobody the page.
    """
    body = clean(render_template(template, canonical=canonical, **values))
    return validated(Response(body, mimetype="text/html"))


def validated(response: Response) -> Response:
    """Gives an answer its strong ETag and lets caches keep it as long as they ask each time."""
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's parent type of the same object
