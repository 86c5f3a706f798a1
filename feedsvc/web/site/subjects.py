"""Pages of subjects: a category, a theme, a person, a place, an author, an organisation, and what each feed is."""

import re

from flask import Response, abort, g, request
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.feeds import addresses, catalogue, scopes
from feedsvc.feeds.catalogue import Subject
from feedsvc.formats.registry import FEEDS
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS
from feedsvc.web import illustrations, labels
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import elsewhere, frame, paging, structured
from feedsvc.web.site.remembered import remembered
from feedsvc.words import N_

PAGE = 20
"""Items on a page of a subject or of the archive."""
LAST = 5
"""Items shown on a feed's page."""
_SLUG = re.compile(r"[a-z0-9-]{1,120}")


def _scope(kind: str, slug: str) -> str:
    """The scope that an address names; 404 for what cannot be one."""
    if not _SLUG.fullmatch(slug):
        abort(404)
    return f"{kind}/{slug}"


@open_to_all
@remembered
def subject(kind: str, slug: str) -> Answer:
    """What the newsroom has published on a subject, page by page; empty where it is known and nothing is on it now.

    What only the newsroom knows of is not there.
    """
    scope = _scope(kind, slug)
    seen = paging.read_cursor(request.args.get("before", ""))
    with reading() as session:
        now = clock.now()
        found = catalogue.subject(session, scope, g.language, now=now)
        if found is None:
            return elsewhere.page(session, scope, frame.subject_path, now=now)
        shown, last = paging.after(session, g.language, seen, now=now, size=PAGE, scope=scope)
    first, home = addresses.page_url(scope, g.language), addresses.home_url(g.language)
    return frame.page(
        "site/subject.html",
        canonical=f"{first}?before={paging.write_cursor(seen)}" if seen else first,
        subject=found,
        kind=_(labels.KINDS[found.kind][0]),
        carries=_(scopes.SCOPES[kind].carries, name=found.name),
        near=[(scope, found.name), (NEWS, "")],
        editions=frame.here_in_each_language(),
        items=shown,
        pictures=illustrations.leading(shown),
        older=paging.write_cursor(last) if last else "",
        paged=seen is not None,
        structured=structured.block(
            structured.trail((_(scopes.SCOPES[kind].heading), f"{home}/topics#{found.kind}"), (found.name, first))
        ),
    )


@open_to_all
@remembered
def feed() -> Response:
    """The page for people of the feed of everything."""
    carries = _(N_("Every item of the newsroom in full, newest first, with corrections."))
    return _feed(Subject(NEWS, _(frame.ALL_NEWS), ""), carries)


@open_to_all
@remembered
def feed_of(kind: str, slug: str) -> Answer:
    """The page for people of a subject's feed. With a format behind it, the address of a feed that there is not (any
    more): those that there are never come this far.
    """
    slug, _dot, suffix = slug.partition(".")
    scope = _scope(kind, slug)
    if suffix or _dot:
        return elsewhere.document(scope, f".{suffix}") if suffix in FEEDS else abort(404)
    with reading() as session:
        now = clock.now()
        found = catalogue.subject(session, scope, g.language, now=now)
        if found is None:
            return elsewhere.page(session, scope, frame.feed_path, now=now)
    return _feed(found, _(scopes.SCOPES[kind].carries, name=found.name))


def _feed(about: Subject, carries: str) -> Response:
    """A feed's page for people: what it carries, its addresses to copy, its last items, how to ask politely."""
    with reading() as session:
        shown = listing.newest(session, g.language, now=clock.now(), limit=LAST, scope=about.scope)
    current = settings.current()
    return frame.page(
        "site/feed.html",
        canonical=addresses.feed_url(about.scope, g.language),
        subject=about,
        kind=_(labels.KINDS[about.kind][0]) if about.kind else "",
        carries=carries,
        near=[(NEWS, "")] if about.scope == NEWS else [(about.scope, about.name), (NEWS, "")],
        editions=frame.here_in_each_language(),
        items=shown,
        most=current.feed_items,
        licence=current.feed_licence,
    )
