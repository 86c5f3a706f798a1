"""The newsroom's pages for readers: front page, items, archive; and the addresses of all pages."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask.blueprints import BlueprintSetupState

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.feeds import addresses, scopes
from feedsvc.formats.registry import AGENCY, FORMATS
from feedsvc.newsroom import listing
from feedsvc.newsroom.filters import KIND
from feedsvc.web import illustrations
from feedsvc.web.errors import Told
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import (
    agencies,
    archive,
    elsewhere,
    feeds,
    filters,
    frame,
    items,
    machines,
    newsroom,
    opml,
    search,
    structured,
    subjects,
    theme,
)
from feedsvc.web.site.remembered import remembered

blueprint = Blueprint("site", __name__)
blueprint.app_context_processor(frame.context)

FRONT = 13
"""Items on the front page: one large, the others in the list."""


@open_to_all
@remembered
def home() -> Response:
    """The front page: the newest item large, then those before it."""
    with reading() as session:
        shown = listing.newest(session, g.language, now=clock.now(), limit=FRONT + 1)
    return frame.page(
        "site/home.html",
        canonical=addresses.home_url(g.language) + "/",
        items=shown[:FRONT],
        more=len(shown) > FRONT,
        pictures=illustrations.leading(shown[:FRONT]),
        structured=structured.block(structured.organisation(), structured.website()),
    )


_SUBJECT = f"/<any({','.join(scopes.SCOPES)}):kind>/<slug>"
PAGES: dict[str, Callable[..., Any]] = {
    "/": home,
    "/news/<slug>": items.item,
    "/news/<slug>.<any(txt,md):suffix>": items.item_form,
    f"/news/<slug>.<any({','.join(map(repr, AGENCY))}):suffix>": agencies.item_for_agencies,
    "/archive": archive.archive,
    "/archive/<int(fixed_digits=4):year>": archive.archive_of_year,
    "/archive/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>": archive.archive_of_month,
    "/topics": newsroom.topics,
    "/contacts": newsroom.contacts_page,
    "/about": newsroom.about,
    "/search": search.search,
    f"/search.<any({','.join(FORMATS)}):suffix>": search.feed_of_search,
    "/opensearch.xml": search.description,
    _SUBJECT: subjects.subject,
    "/feeds": feeds.feeds,
    "/feeds.opml": opml.opml,
    f"/feeds/<any({','.join(feeds.LISTS)}):kind>": feeds.feeds_of,
    "/feeds/news": subjects.feed,
    f"/feeds{_SUBJECT}": subjects.feed_of,
    f"/feeds/{KIND}/<slug>": filters.feed_of_filter,
    f"/feeds{_SUBJECT}/archive/<name>": elsewhere.archive_of,
}
"""Path → page. Languages other than the main one have the same paths below their code."""


def _add_pages(state: BlueprintSetupState) -> None:
    """Gives every page an address in each language that the newsroom writes, and in no other."""
    current = settings.current()
    guesses = [below + path for below in ("", _SUBJECT) for path in machines.GUESSES]
    for language in current.languages:
        prefix = "" if language == current.main_language else f"/{language}"
        said = {"language": language}
        for path, view in PAGES.items():
            state.add_url_rule(prefix + path, view.__name__, view, defaults=said)
        for number, path in enumerate(guesses):  # of one endpoint, Werkzeug would lead one address to another
            state.add_url_rule(
                prefix + path, f"guessed_{number}", machines.guessed, defaults=said, strict_slashes=False
            )


blueprint.record(_add_pages)


@blueprint.url_value_preprocessor
def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The address says the page's language; views read it from `g`."""
    g.language = (values or {}).pop("language", settings.current().main_language)


@blueprint.app_url_value_preprocessor
def _guess_language(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Where nothing is, the first part of the path still says in which language to say so."""
    if endpoint is None:
        first = request.path.split("/", 2)[1]
        current = settings.current()
        g.language = first if first in current.languages else current.main_language


@blueprint.url_defaults
def _give_language(_endpoint: str, values: dict[str, Any]) -> None:
    """Links stay in the page's language unless they say otherwise."""
    values.setdefault("language", frame.language())


def failed(told: Told) -> Response:
    """The page that tells a reader of an error. It never repeats the address, so that two of a kind are equal bytes."""
    theme.as_last_seen()
    response = frame.uncached(render_template("site/error.html", told=told), told.status)
    response.headers.update(told.headers)
    return response
