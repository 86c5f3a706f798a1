"""Answers for scopes that were renamed, merged or given up: 301 to what took their place, 410 where nothing did."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, g, redirect, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.feeds import catalogue, moved, numbers
from feedsvc.formats.registry import FORMATS
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame


def led(session: Session, scope: str, path: Callable[[str], str], *, now: datetime) -> str | None:
    """The path of what took a scope's place, by `path(scope)`; None where it was given up.

    404 for what never was, and for what leads to a scope that readers do not know yet.
    """
    alias = moved.alias(session, scope)
    if alias is None:
        abort(404)
    if alias.target is None:
        return None
    if catalogue.subject(session, alias.target, g.language, now=now) is None:
        abort(404)
    return path(alias.target)


def page(session: Session, scope: str, path: Callable[[str], str], *, now: datetime) -> Answer:
    """The answer of a page for people."""
    there = led(session, scope, path, now=now)
    return for_now(there) if there else frame.uncached(render_template("site/gone.html"), 410)


def document(scope: str, rest: str) -> Answer:
    """The answer of a feed's document: `rest` is what stood behind the scope, `.atom` or `/archive/50.atom`.

    404 where the scope is in use (again): only what it has not, such as an archive of a number beyond, comes this far.
    """
    with reading() as session:
        now = clock.now()
        if catalogue.subject(session, scope, g.language, now=now) is not None:
            abort(404)
        there = led(session, scope, lambda target: frame.feed_path(target) + rest, now=now)
    return for_now(there) if there else frame.uncached("This feed was given up by the newsroom.\n", 410, "text/plain")


def for_now(there: str) -> Answer:
    """301, to be asked about again: browsers keep one for ever, and what has gone may come back to its old address."""
    answer = redirect(there, 301)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@open_to_all
def archive_of(kind: str, slug: str, name: str) -> Answer:
    """An archive document of a feed that was. Those of the feeds that there are never come here."""
    number, _, suffix = name.partition(".")
    if suffix not in FORMATS or not (number.isascii() and number.isdigit() and len(number) <= numbers.DIGITS):
        abort(404)
    return document(f"{kind}/{slug}", f"/archive/{name}")
