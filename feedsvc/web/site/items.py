"""An item as its readers find it: its page, and the same words as plain text and as Markdown."""

from datetime import datetime

from flask import Response, abort, g, render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, settings
from feedsvc.characters import clean
from feedsvc.db import reading
from feedsvc.feeds import addresses, assemble
from feedsvc.formats import prose
from feedsvc.newsroom import corrections, editions, html, whereabouts
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.whereabouts import Moved
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.web import bodies, i18n, illustrations, labels
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import elsewhere, frame, structured
from feedsvc.web.site.remembered import remembered

FORMS = {"txt": ("text/plain", prose.PLAIN), "md": ("text/markdown", prose.MARKDOWN)}
"""What stands behind an item's address → media type and style."""


def at_address(session: Session, slug: str, suffix: str, *, now: datetime) -> Shown | Answer:
    """An item; 301 from an address that it had once, 410 once it is taken back, else 404: not yet and never alike."""
    return shown(whereabouts.at_slug(session, g.language, slug, now=now), suffix)


def shown(found: Shown | Moved | Withdrawn | None, suffix: str) -> Shown | Answer:
    """What was found at an address, or the answer that stands for it; `suffix`: of the form that was asked for."""
    if found is None:
        abort(404)
    if isinstance(found, Moved):
        return elsewhere.for_now(url_for("site.item", slug=found.slug) + suffix)
    if isinstance(found, Withdrawn):
        return frame.uncached(render_template("site/withdrawn.html", withdrawn=found), 410)
    return found


@open_to_all
@remembered
def item(slug: str) -> Answer:
    """The page of an item, with all that readers may know of it."""
    with reading() as session:
        now = clock.now()
        found = at_address(session, slug, "", now=now)
        if not isinstance(found, Shown):
            return found
        elsewhere_too = editions.of_item(session, found.item_key, now=now)
        notes = corrections.noted(session, found.revision.translation_id, found.corrections, now=now)
    revision = found.revision
    pictures = illustrations.of(revision)
    body = bodies.shown(revision, g.language)
    return frame.page(
        "site/item.html",
        canonical=addresses.item_url(g.language, revision.slug),
        alternates=[(code, addresses.item_url(code, there)) for code, there in _in_order(elsewhere_too)],
        editions=_switch(elsewhere_too),
        shown=found,
        revision=revision,
        notes=notes,
        body=body,
        quoted="<blockquote" in body,
        about=Markup(html.sanitise(revision.about_html)),  # noqa: S704  # sanitised in this very line
        illustrations=pictures,
        labels=labels.about(revision),
        near=[(NEWS, ""), *labels.categories(revision)],
        structured=structured.article(found, pictures),
    )


def _in_order(there: dict[str, str]) -> list[tuple[str, str]]:
    """Languages and slugs in the newsroom's order of languages."""
    return [(code, there[code]) for code in settings.current().languages if code in there]


def _switch(there: dict[str, str]) -> list[tuple[str, str, str]]:
    """The switch of languages: to this very item where it is public in a language, else to that front page."""
    codes = settings.current().languages if len(settings.current().languages) > 1 else ()
    return [
        (
            code,
            labels.LANGUAGE_NAMES.get(code, code),
            url_for("site.item", slug=there[code], language=code)
            if code in there
            else url_for("site.home", language=code),
        )
        for code in codes
    ]


@open_to_all
def item_form(slug: str, suffix: str) -> Answer:
    """The words of an item without a page around them."""
    media_type, style = FORMS[suffix]
    with reading() as session:
        found = at_address(session, slug, f".{suffix}", now=clock.now())
        if not isinstance(found, Shown):
            return found
        said = prose.write(assemble.survived(found), style, i18n.zoned_moment)
    response = Response(clean(said).encode("utf-8", "replace"), content_type=f"{media_type}; charset=utf-8")
    response.headers["Link"] = f'<{addresses.item_url(g.language, found.revision.slug)}>; rel="canonical"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return frame.validated(response)
