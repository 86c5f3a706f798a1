"""The keys of the desk: one list for the page, for the dialogue that `?` opens, and for the script that follows them."""

from typing import NamedTuple

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import road
from feedsvc.newsroom import people
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.auth import permission, single_keys
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_


class Key(NamedTuple):
    """A key, and what it does."""

    keys: tuple[str, ...]
    """Pressed one after the other; `Ctrl+S` is pressed together."""
    does: str
    endpoint: str = ""
    """The page that it leads to; empty: the script knows what to do."""
    needs: str = "read"
    """The permission of that page."""


LEADING = (
    Key(("g", "t"), N_("Today"), "desk.start"),
    Key(("g", "i"), N_("Items"), "desk.items"),
    Key(("g", "c"), N_("Calendar"), "desk.calendar"),
    Key(("g", "n"), N_("Notices"), "desk.notices"),
    Key(("g", "s"), N_("Subjects"), "desk.subjects", "taxonomy"),
    Key(("g", "m"), N_("Your account"), "desk.me"),
    Key(("n",), N_("Write an item"), "desk.new", "write"),
)
ANYWHERE = (
    Key(("/",), N_("Search")),
    Key(("j",), N_("Next in a list")),
    Key(("k",), N_("The one before in a list")),
    Key(("?",), N_("This list")),
)
WRITING = (
    Key(("Ctrl+S",), N_("Save")),
    Key(("Ctrl+Shift+Enter",), N_("Save and go on: publish, correct, hand in or approve, whichever is next")),
)


def shown(actor: Actor) -> dict[str, list[Key]]:
    """Heading → the keys below it, as far as this person may go there."""
    leading = [key for key in LEADING if actor.may(key.needs)]
    return {N_("Go to"): leading, N_("Anywhere"): list(ANYWHERE), N_("While you write"): list(WRITING)}


blueprint.add_app_template_global(shown, "desk_keys")


@blueprint.get("/keys", endpoint="keys")
@permission("read")
def listed() -> Response:
    """The list as a page, and the switch."""
    return page("keys.html")


@blueprint.post("/keys")
@permission("read")
def keys_sent() -> Answer:
    """Switches keys that are one letter on or off for this person."""
    wanted = request.form.get("single_keys") == "on"
    if wanted != single_keys():
        road.act(people.choose_keys, wanted, actor=me())
    say_done(_("Saved."))
    return redirect(url_for("desk.keys"), 303)
