"""The newsroom's own colours, letters, corners and logo, as its public pages have them.

What is chosen is a handful of tokens; a small style sheet says them behind the house's own. Its address and the
logo's have a digest in them, so that caches may keep both for good.
"""

import hashlib
from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, g
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.newsroom import look
from feedsvc.newsroom.look import Look
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.stylesheet import sheet

blueprint = Blueprint("theme", __name__, url_prefix="/look")

MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
_SEEN = "feedsvc-look"
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Theme:
    """What a public page needs of the look."""

    look: Look
    sheet: str
    """The style sheet's name; empty where nothing was chosen."""
    line: str
    """The sentence below the newsroom's name, in the page's language."""

    @property
    def logo(self) -> str:
        """The path of the logo without its format; empty where there is none."""
        return f"{blueprint.url_prefix}/{self.look.logo['digest']}" if self.look.logo else ""


def theme() -> Theme:
    """The look of now. Where the database is away pages do without."""
    found: Theme | None = getattr(g, "theme", None)
    if found is None:
        try:
            with reading() as session:
                return see(session)
        except (FeedsvcError, DBAPIError):
            found = g.theme = _of(Look())
    return found


def see(session: Session) -> Theme:
    """The look of now, for the rest of the request; for who reads anyway."""
    current_app.extensions[_SEEN] = chosen = look.chosen(session)
    found = g.theme = _of(chosen)
    return found


def as_last_seen() -> None:
    """From here on this request's look is the one that this process saw last: a page that says what went wrong asks nothing,
    since it may be the database that is silent.
    """
    g.theme = getattr(g, "theme", None) or _of(current_app.extensions.get(_SEEN, Look()))


def _of(chosen: Look) -> Theme:
    said = sheet(chosen.accent, chosen.spark, chosen.letters, chosen.corners)
    spoken = getattr(g, "language", settings.current().main_language)
    return Theme(chosen, _name(said) if said else "", chosen.line.get(spoken, ""))


def _name(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@blueprint.get("/<name>.css")
@open_to_all
def css(name: str) -> Response:
    """The style sheet under the name that its words give it, and under no other."""
    chosen = theme().look
    said = sheet(chosen.accent, chosen.spark, chosen.letters, chosen.corners)
    if not said or name != _name(said):
        abort(404)
    return _kept(Response(said, mimetype="text/css"))


@blueprint.get("/<name>.<any(webp,jpg):kind>")
@open_to_all
def logo(name: str, kind: str) -> Response:
    """The logo of now."""
    with reading() as session:
        if look.chosen(session).logo.get("digest") != name:
            abort(404)
        content = look.logo(session, kind)
    return _kept(Response(content, content_type=MEDIA_TYPES[kind]))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = _FOR_GOOD
    return response
