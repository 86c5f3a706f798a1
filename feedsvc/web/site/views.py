"""The newsroom's pages for readers: front page, items, archive; and the addresses of all pages."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.feeds import addresses, scopes
from feedsvc.newsroom import html, listing, public
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import Moved, Withdrawn
from feedsvc.web import labels
from feedsvc.web.errors import Told
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import elsewhere, feeds, frame, machines, opml, paging, subjects

blueprint = Blueprint("site", __name__)
blueprint.app_context_processor(frame.context)

FRONT = 13
"""Items on the front page: one large, the others in the list."""


@open_to_all
def home() -> Response:
    """The front page: the newest item large, then those before it."""
    with reading() as session:
        shown = listing.newest(session, g.language, now=clock.now(), limit=FRONT + 1)
    canonical = addresses.home_url(g.language) + "/"
    return frame.page("site/home.html", canonical=canonical, items=shown[:FRONT], more=len(shown) > FRONT)


@open_to_all
def item(slug: str) -> Answer:
    """An item; 301 from an address that it had once, 410 once it is taken back, else 404: not yet and never alike."""
    with reading() as session:
        found = public.at_slug(session, g.language, slug, now=clock.now())
    if found is None:
        abort(404)
    if isinstance(found, Moved):
        return elsewhere.for_now(url_for("site.item", slug=found.slug))
    if isinstance(found, Withdrawn):
        return frame.uncached(render_template("site/withdrawn.html", withdrawn=found), 410)
    revision = found.revision
    return frame.page(
        "site/item.html",
        canonical=addresses.item_url(g.language, revision.slug),
        shown=found,
        revision=revision,
        body=Markup(html.sanitise(revision.body_html)),  # noqa: S704  # sanitised in this very line
        about=Markup(html.sanitise(revision.about_html)),  # noqa: S704  # sanitised in this very line
        labels=labels.about(revision),
        near=[(NEWS, ""), *labels.categories(revision)],
    )


@open_to_all
def archive() -> Response:
    """Everything public, newest first, page by page. What is no cursor shows the first page."""
    cursor = request.args.get("before", "")
    seen = paging.read_cursor(cursor)
    with reading() as session:
        shown, last = paging.after(session, g.language, seen, now=clock.now(), size=subjects.PAGE)
    first = f"{addresses.home_url(g.language)}/archive"
    canonical = f"{first}?before={paging.write_cursor(seen)}" if seen else first
    older = paging.write_cursor(last) if last else ""
    return frame.page(
        "site/archive.html",
        canonical=canonical,
        items=shown,
        older=older,
        paged=seen is not None,
        editions=frame.here_in_each_language(),
    )


_SUBJECT = f"/<any({','.join(scopes.SCOPES)}):kind>/<slug>"
PAGES: dict[str, Callable[..., Any]] = {
    "/": home,
    "/news/<slug>": item,
    "/archive": archive,
    _SUBJECT: subjects.subject,
    "/feeds": feeds.feeds,
    "/feeds.opml": opml.opml,
    f"/feeds/<any({','.join(feeds.LISTS)}):kind>": feeds.feeds_of,
    "/feeds/news": subjects.feed,
    f"/feeds{_SUBJECT}": subjects.feed_of,
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
    response = frame.uncached(render_template("site/error.html", told=told), told.status)
    response.headers.update(told.headers)
    return response
