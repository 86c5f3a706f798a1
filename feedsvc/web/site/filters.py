"""The pages of saved filters' feeds, and what their addresses answer once the feed is not there (any more)."""

from flask import Response, abort, g
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.feeds import addresses, filtered
from feedsvc.feeds.catalogue import Subject
from feedsvc.formats.registry import FORMATS
from feedsvc.models import SavedFilter
from feedsvc.newsroom import chosen, filters, listing
from feedsvc.web import labels
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import elsewhere, frame
from feedsvc.web.site.remembered import remembered

LAST = 5
"""Items shown on a feed's page."""
_LONGEST = 130


@open_to_all
@remembered
def feed_of_filter(slug: str) -> Answer:
    """The page for people of a saved filter's feed. With a format behind it, the address of a feed that does not answer."""
    if len(slug) > _LONGEST:
        abort(404)
    slug, dot, suffix = slug.partition(".")
    if dot and suffix not in FORMATS:
        abort(404)
    current = settings.current()
    with reading() as session:
        row = filters.at_slug(session, slug)
        if row is None or not row.listed:
            abort(404)
        if row.ended_at is not None:
            return frame.uncached("This feed was given up by the newsroom.\n", 410, "text/plain")
        home = filters.home(row, g.language, current.main_language)
        if home != g.language:
            return elsewhere.for_now(addresses.feed_url(filtered.scope(slug), home) + dot + suffix)
        if dot:  # The front answers for those that there are.
            abort(404)
        return _page(row)


def _page(row: SavedFilter) -> Response:
    """What it carries, its addresses to copy, its last items."""
    choice, scope, now = filters.choice_of(row), filtered.scope(row.slug), clock.now()
    spoken = filtered.languages(row, g.language)
    with reading() as session:
        rows = chosen.outlines(session, choice, spoken, now=now, limit=LAST)
        shown = listing.of_publications(session, [one.publication_id for one in rows], now=now)
    codes = [] if row.languages else settings.current().languages
    names = [(code, labels.LANGUAGE_NAMES.get(code, code)) for code in codes]
    paths = [(code, name, frame.feed_path(scope, code)) for code, name in names]
    return frame.page(
        "site/feed.html",
        canonical=addresses.feed_url(scope, g.language),
        subject=Subject(scope, row.name, filters.KIND),
        kind="",
        carries=filtered.carries(choice, g.language),
        near=[(scope, row.name)],
        editions=paths if len(paths) > 1 else [],
        items=sorted(shown, key=lambda one: one.place, reverse=True),
        most=choice.most,
        full=choice.full,
        licence=settings.current().feed_licence,
    )
