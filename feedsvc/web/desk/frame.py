"""What stands around every page of the desk: who is signed in, the hold, the warning about an open line."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, render_template

from feedsvc import db, settings
from feedsvc.characters import clean
from feedsvc.errors import FeedsvcError
from feedsvc.newsroom import messages, publishing
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.auth import current_actor, single_keys
from feedsvc.web.desk import moments
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

STATES = {
    "draft": N_("Draft"),
    "in_review": N_("In review"),
    "approved": N_("Approved"),
    "scheduled": N_("Scheduled"),
    "published": N_("Published"),
    "withdrawn": N_("Withdrawn"),
}
PLANNED = {
    "publish": N_("Goes live"),
    "correct": N_("Correction"),
    "update": N_("Update without a note"),
    "withdraw": N_("Withdrawal"),
}
"""Kind of a publication that is still to come → what it will be."""
KINDS = {
    "publish": N_("Published"),
    "correct": N_("Corrected"),
    "update": N_("Updated without a note"),
    "withdraw": N_("Withdrawn"),
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the desk. What no page can carry is left out of it, so that no typed character breaks it."""
    body = clean(render_template(f"desk/{template}", **_around(), **values))
    response = Response(body, status, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    # The addresses of one-time links are secrets.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def me() -> Actor:
    """Who is signed in; only for views that have a permission."""
    actor = current_actor()
    if actor is None:
        raise RuntimeError("a desk view without a permission")
    return actor


def _around() -> dict[str, Any]:
    """What the frame shows. A database that is away costs the hold's notice and the bell, and not the page."""
    actor = current_actor()
    hold, unread = None, 0
    if actor:
        try:
            with db.reading() as session:
                row = publishing.current_hold(session)
                unread = messages.unread(session, actor.user_id or 0)
                if row:
                    by = row.started_by.name if row.started_by else _("the newsroom")
                    hold = {"since": row.started_at, "by": by, "reason": row.reason}
        except FeedsvcError:
            hold = None
    return {
        "actor": actor,
        "hold": hold,
        "unread": unread,
        "open_line": is_open_line(settings.current().public_url),
        "states": STATES,
        "kinds": KINDS,
        "planned_kinds": PLANNED,
        "time_of": moments.time_of,
        "full": moments.full,
        "short": moments.short,
        "rough": moments.rough,
        "lately": moments.lately,
        "zone_words": moments.zone_words,
        "field_names": field_names,
        "single_keys": single_keys(),
    }


def field_names() -> dict[str, tuple[str, str]]:
    """Field, as problems name it → where it stands on the page, and its label."""
    return {
        "headline": ("headline", _("Headline")),
        "subhead": ("subhead", _("Sub-head")),
        "dateline": ("dateline", _("Dateline")),
        "summary": ("summary", _("Summary")),
        "body_html": ("body", _("Text")),
        "slug": ("slug", _("Address")),
        "language": ("language", _("Language")),
        "organisation": ("organisation", _("Organisation")),
        "categories": ("categories", _("Categories")),
        "tags": ("tags", _("Who and what it is about")),
        "authors": ("authors", _("Authors")),
        "pictures": ("pictures", _("Pictures")),
        "contacts": ("contacts", _("Contacts for journalists")),
        "boilerplates": ("boilerplates", _("“About” texts below the item")),
    }


def is_open_line(address: str) -> bool:
    """Whether passwords would cross a network unencrypted: plain http to another machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def say_done(message: str, link: str = "", words: str = "") -> None:
    """A message of success for the next page, with a link behind it where there is somewhere to look."""
    flash({"text": message, "link": link, "words": words}, "good")  # type: ignore[arg-type]  # any JSON will do
