"""The verbs of an item: for each a page that says in plain words what will happen, and the deed itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, NotNow, Stale
from feedsvc.feeds import coverage
from feedsvc.feeds.coverage import Carrier
from feedsvc.newsroom import items as writing
from feedsvc.newsroom import publishing, releasing, reviewing, standing, workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import countdown, moments, planning, review, zones
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local
from feedsvc.words import N_


@dataclass(frozen=True, slots=True)
class Verb:
    """What the desk says about an action and asks for it."""

    title: str
    says: str
    button: str
    act: Callable[..., Any]
    asks: str = ""
    """`note` (and perhaps a moment), `perhaps` (a moment or none), `reason`, or nothing; `handing`, `approval` and
    `changes` are review.py's."""
    danger: bool = False
    later: str = ""
    """What the button says instead while a moment is chosen."""


VERBS: dict[str, Verb] = {
    "submit": Verb(
        N_("Hand in for review"),
        N_("Those who approve will see it as waiting for them. You can go on writing; a new save makes it a draft again."),
        N_("Hand in"),
        writing.submit,
        "handing",
    ),
    "approve": Verb(
        N_("Approve this text"),
        N_("You say that this text may go out as it stands. It does not go out yet, and the approval ends with the next change."),
        N_("Approve"),
        writing.approve,
        "approval",
    ),
    "request-changes": Verb(
        N_("Ask for changes"),
        N_("It becomes a draft again and goes back with your note to whoever handed it in. An approval of it is gone."),
        N_("Ask for changes"),
        reviewing.request_changes,
        "changes",
    ),
    "unschedule": Verb(
        N_("Call off what is planned"),
        N_("It will not go live at that moment. The text stays as it is, and you can plan it again at any time."),
        N_("Call it off"),
        publishing.unschedule,
        danger=True,
    ),
    "correct": Verb(
        N_("Correct with a note"),
        N_("The new text takes the place of the live one, with a dated note that every reader sees, on the page and in the feeds. "
           "Feed readers show it as updated."),
        N_("Publish the correction"),
        releasing.correct,
        "note",
        later=N_("Plan the correction"),
    ),
    "update": Verb(
        N_("Fix a typing error"),
        N_("The new text takes the place of the live one without a word about it, and feed readers do not show it as updated. "
           "Where a fact was wrong, correct it with a note instead."),
        N_("Update the live text"),
        releasing.update,
        "perhaps",
        later=N_("Plan the update"),
    ),
    "withdraw": Verb(
        N_("Withdraw"),
        N_("It leaves the newsroom's pages, lists and feeds at once. At its address readers find your reason. "
           "Copies that others have made stay with them."),
        N_("Withdraw it"),
        publishing.withdraw,
        "reason",
        danger=True,
    ),
}  # fmt: skip


_REASONS = {
    "unschedule": "nothing_planned",
    "correct": "nothing_new",
    "update": "nothing_new",
    "request-changes": "nothing_to_review",
}


def confirmation(
    verb: str, form: Form, problems: dict[str, str], key: str, *, notice: str = "", status: int = 200
) -> Response:
    """The page that says what will happen. Raises NotNow where it cannot."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        workflow.step(here.state, verb, me().grants)
        if verb not in here.actions:
            raise NotNow(verb, here.state, _REASONS.get(verb, ""))
        return page(
            "confirm.html",
            status,
            key=here.translation.item.key,
            name=verb,
            verb=VERBS[verb],
            here=here,
            also=_also(verb, here, held=publishing.is_held(session)),
            **review.confirming(session, verb, here),
            carriers=_carriers(session, verb, here, now),
            form=form,
            asked=planning.shown(form, now=now, usual=planning.NOW),
            problems=problems,
            notice=notice,
            today=local(now).date().isoformat(),
            cities=zones.cities(),
        )


def _carriers(session: Session, verb: str, here: Standing, now: datetime) -> list[Carrier]:
    """The feeds that will carry the new text, or that carry what is taken back."""
    text = here.live.revision if verb == "withdraw" and here.live else here.head
    language = here.translation.language
    return coverage.of_text(session, text, language, now=now) if verb in _MOVES_FEEDS else []


def _also(verb: str, here: Standing, *, held: bool) -> list[str]:
    """What else follows in the present case."""
    said = []
    goes_out = verb in ("correct", "update")
    if verb == "request-changes" and here.pending:
        said.append(
            _(
                "What is planned for {moment} stays planned. To stop it, somebody who may publish has to call it off.",
                moment=moments.full(here.pending.at),
            )
        )
    if goes_out and not here.approved:
        said.append(_("Nobody has approved this text yet. Going on approves it in your name."))
    if verb == "withdraw" and here.pending:
        said.append(_("What is planned for {moment} is called off.", moment=moments.full(here.pending.at)))
    if verb == "unschedule" and here.pending:
        said.append(_("Planned is: {moment}.", moment=moments.full(here.pending.at)))
    if goes_out and held:
        said.append(_("Everything is held just now: it goes live when the hold is lifted, and is dated then."))
    return said


def _arguments(verb: str, form: Form) -> dict[str, Any]:
    """What the verb takes besides the item, from its form. Raises Invalid."""
    asks = VERBS[verb].asks
    found: dict[str, Any] = review.arguments(verb, form)
    if asks in ("note", "reason"):
        found[asks] = form.get(asks, "")
    if asks in ("note", "perhaps"):
        found[moments.FIELD] = planning.moment(form)
    return found


def _do(verb: str, key: str) -> Answer:
    """Does it, and says what happened."""
    form = request.form
    try:
        road.act(VERBS[verb].act, key, actor=me(), **_arguments(verb, form))
    except Invalid as error:
        return confirmation(verb, form, tell(error, language()).problems, key, status=422)
    except Stale as error:
        told = tell(error, language())
        again = _("Look at the text as it is now before you go on.")
        return confirmation(verb, form, {}, key, notice=f"{told.detail} {again}", status=409)
    _tell_done(verb, key)
    return redirect(url_for("desk.item", key=key), 303)


def _tell_done(verb: str, key: str) -> None:
    """What happened, as it now stands in the database and not as it was wished.

    What goes live in seconds, or has just been, the item's page tells of by itself: see countdown.py.
    """
    with db.reading() as session:
        now = clock.now()
        coming = standing.standing(session, standing.find(session, key), now=now).pending
    if verb not in ("correct", "update"):
        say_done(_(_DONE.get(verb, N_("Done."))))
    elif coming and coming.at - now > countdown.SOON:
        say_done(_("Planned for {moment}, {wait}.", moment=moments.full(coming.at), wait=moments.wait(coming.at, now)))


_DONE = {
    "submit": N_("Handed in: it waits for review."),
    "approve": N_("Approved. It goes out when somebody publishes or schedules it."),
    "request-changes": N_("Handed back with your note: it is a draft again."),
    "unschedule": N_("Called off: nothing is planned any more."),
    "withdraw": N_("Withdrawn: it is out of the feeds and lists, and its page says why."),
}


_MOVES_FEEDS = ("correct", "update", "withdraw")


def _add(verb: str) -> None:
    """Gives a verb its two addresses; the permission is the one in the workflow's table."""
    needed = workflow.RULES[verb].permission

    def ask(key: str) -> Response:
        return confirmation(verb, MultiDict(), {}, key)

    def again(form: Form, notice: str, status: int, key: str) -> Response:
        return confirmation(verb, form, {}, key, notice=notice, status=status)

    def do(key: str) -> Answer:
        return _do(verb, key)

    address = f"/items/<key>/{verb}"
    blueprint.add_url_rule(address, verb, permission(needed)(ask), methods=["GET"])
    blueprint.add_url_rule(address, f"{verb}_sent", shows_again(again)(permission(needed)(do)), methods=["POST"])


for _name in VERBS:
    _add(_name)
