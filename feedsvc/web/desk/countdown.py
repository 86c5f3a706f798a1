"""Around the moment: the ten seconds before it with their Undo, and what the feeds say after it, measured."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flask import Response, flash, jsonify, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.clock import milliseconds
from feedsvc.errors import NotNow
from feedsvc.feeds import addresses, coverage
from feedsvc.models import Publication
from feedsvc.newsroom import history, public, publishing, standing
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import moments
from feedsvc.web.desk.frame import blueprint, me, say_done
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import ngettext

SOON = timedelta(seconds=90)
"""A moment so near is counted down."""
FRESH = timedelta(minutes=10)
"""For so long after a moment it is said which feeds carry it."""


@dataclass(frozen=True, slots=True)
class Around:
    """What an item's page says about a moment that is near, or was."""

    phase: str
    """`planned`, `soon`, `held`, `live`, or `quiet` where there is nothing to say."""
    words: str = ""
    at_ms: int = 0
    """The moment, in milliseconds since the epoch."""
    now_ms: int = 0
    """This node's time, so that a browser whose clock is wrong counts right."""
    address: str = ""
    """Where to look at it."""
    is_done: bool = True
    """Whether the feeds are where they should be: nothing is left to ask for."""


def of(key: str) -> Around:
    """What is to be said of an item at this moment. Raises NotFound, Unavailable."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        newest = public.latest(session, here.translation.id, now=now)
        known = newest is not None and now - newest.at < FRESH
        address = addresses.item_url(here.translation.language, here.live.revision.slug) if here.live else ""
    if here.pending is not None and not (known and here.pending.at - now > SOON):
        return _before(here.pending, here, now)
    return _after(newest, address, now) if known and newest else Around("quiet")


def _before(coming: Publication, here: Standing, now: datetime) -> Around:
    """A moment that is to come, or that a hold keeps back."""
    at_ms, now_ms = milliseconds(coming.at), milliseconds(now)
    if here.held:
        return Around("held", _("Ready, and held: it goes live when the hold is lifted."), at_ms, now_ms)
    if coming.at - now > SOON:
        return Around("planned", "", at_ms, now_ms)
    time = moments.hour_of(coming.at)
    if coming.kind == "publish":
        words = _("Goes live at {time}.", time=time)
    else:
        words = _("The new text goes live at {time}.", time=time)
    return Around("soon", words, at_ms, now_ms, is_done=False)


def _after(newest: Publication, address: str, now: datetime) -> Around:
    """What the feeds say of a moment that has just been."""
    at_ms, now_ms = milliseconds(newest.at), milliseconds(now)
    found = coverage.measured(newest.id)
    if found is None:
        return Around("quiet")
    ago = moments.ago((found.at - newest.at).total_seconds())
    return Around("live", _measured(newest.kind, found, ago), at_ms, now_ms, address, found.is_done)


def _measured(kind: str, found: coverage.Measured, ago: str) -> str:
    """The sentence about what was found in the feeds."""
    n = found.feeds
    if not found.is_done:
        return _("In {count} of {n} feeds so far, {ago} after its moment.", count=found.settled, n=n, ago=ago)
    match kind:
        case "correct":
            said = ngettext("Corrected in {n} feed, {ago} ago.", "Corrected in {n} feeds, {ago} ago.", n, ago=ago)
        case "update":
            said = ngettext("Updated in {n} feed, {ago} ago.", "Updated in {n} feeds, {ago} ago.", n, ago=ago)
        case "withdraw":
            said = ngettext("Out of {n} feed, {ago} ago.", "Out of {n} feeds, {ago} ago.", n, ago=ago)
        case _:
            said = ngettext("Live in {n} feed, {ago} ago.", "Live in {n} feeds, {ago} ago.", n, ago=ago)
    if not found.archived:
        return said
    older = ngettext(
        "In {n} of them it stands in the archive, behind newer items.",
        "In {n} of them it stands in the archive, behind newer items.",
        found.archived,
    )
    return f"{said} {older}"


@blueprint.get("/items/<key>/standing.json")
@permission("read")
def around(key: str) -> Response:
    """The same for the page's script, which asks when the moment comes."""
    return jsonify(asdict(of(key)))


@blueprint.post("/items/<key>/undo")
@permission("publish")
def undo(key: str) -> Answer:
    """Calls off what is about to go live; where it was too late, says so and what can be done instead."""
    try:
        road.act(publishing.unschedule, key, actor=me())
    except NotNow as error:
        if error.reason not in ("too_late", "nothing_planned"):
            raise
        flash(_too_late(key), "warn")
    else:
        say_done(_("Undone: nothing went out. You can publish it again at any time."))
    return redirect(url_for("desk.item", key=key), 303)


def _too_late(key: str) -> str:
    """Why there was nothing to call off any more."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        last = _last(session, here)
    if last is None or last.cancelled_at is not None:
        return _("Nothing was planned any more: somebody called it off before you.")
    time = moments.hour_of(last.at)
    if last.kind == "publish":
        return _("Too late to undo: it goes out at {time}. To take it back, withdraw it.", time=time)
    return _(
        "Too late to undo: the new text goes out at {time}. To take it back, publish a correction, or withdraw the item.",
        time=time,
    )


def _last(session: Session, here: Standing) -> Publication | None:
    """The publication that was made last, whatever became of it."""
    return max(history.publications(session, here.translation), key=lambda row: row.id, default=None)
