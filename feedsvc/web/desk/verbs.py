"""The verbs of an item: for each a page that says in plain words what will happen, and the deed itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, NotNow
from feedsvc.feeds import addresses
from feedsvc.newsroom import items as writing
from feedsvc.newsroom import publishing, standing, workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import moments
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
    """`moment`, `note` (and perhaps a moment), `perhaps` (a moment or none), `reason`, or nothing."""
    danger: bool = False


VERBS: dict[str, Verb] = {
    "submit": Verb(
        N_("Hand in for review"),
        N_("Those who approve will see it as waiting for them. You can go on writing; a new save makes it a draft again."),
        N_("Hand in"),
        writing.submit,
    ),
    "approve": Verb(
        N_("Approve this text"),
        N_("You say that this text may go out as it stands. It does not go out yet, and the approval ends with the next change."),
        N_("Approve"),
        writing.approve,
    ),
    "publish": Verb(
        N_("Publish now"),
        N_("It goes live at once: on the newsroom's page, in the lists and in every feed. Programs pick it up within seconds."),
        N_("Publish now"),
        publishing.publish,
    ),
    "schedule": Verb(
        N_("Schedule"),
        N_("It goes live by itself at this moment, to the second, and nothing of it can be seen before."),
        N_("Schedule"),
        publishing.schedule,
        "moment",
    ),
    "unschedule": Verb(
        N_("Call off what is planned"),
        N_("It will not go live at that moment. The text stays as it is, and you can plan it again at any time."),
        N_("Call it off"),
        publishing.unschedule,
        danger=True,
    ),
    "correct": Verb(
        N_("Publish as a correction"),
        N_("The new text takes the place of the live one, with a dated note that every reader sees. Feed readers show it as updated."),
        N_("Publish the correction"),
        publishing.correct,
        "note",
    ),
    "update": Verb(
        N_("Update without a note"),
        N_("The new text takes the place of the live one without a word about it. Use this for typing errors only."),
        N_("Update the live text"),
        publishing.update,
        "perhaps",
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


def confirmation(
    verb: str, form: Form, problems: dict[str, str], key: str, *, notice: str = "", status: int = 200
) -> Response:
    """The page that says what will happen. Raises NotNow where it cannot."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        workflow.step(here.state, verb, me().grants)
        if verb not in here.actions:
            reason = {"unschedule": "nothing_planned", "correct": "nothing_new", "update": "nothing_new"}.get(verb, "")
            raise NotNow(verb, here.state, reason)
        return page(
            "confirm.html",
            status,
            key=here.translation.item.key,
            name=verb,
            verb=VERBS[verb],
            here=here,
            also=_also(verb, here, held=publishing.is_held(session)),
            form=form,
            problems=problems,
            notice=notice,
            today=local(now).date().isoformat(),
        )


def _also(verb: str, here: Standing, *, held: bool) -> list[str]:
    """What else follows in the present case."""
    said = []
    goes_out = verb in ("publish", "schedule", "correct", "update")
    if goes_out and not here.approved:
        said.append(_("Nobody has approved this text yet. Going on approves it in your name."))
    if verb in ("publish", "schedule", "withdraw") and here.pending:
        said.append(_("What is planned for {moment} is called off.", moment=moments.full(here.pending.at)))
    if verb == "unschedule" and here.pending:
        said.append(_("Planned is: {moment}.", moment=moments.full(here.pending.at)))
    if goes_out and held:
        said.append(_("Everything is held just now: it goes live when the hold is lifted, and is dated then."))
    return said


def _arguments(verb: str, form: Form) -> dict[str, Any]:
    """What the verb takes besides the item, from its form. Raises Invalid."""
    asks = VERBS[verb].asks
    found: dict[str, Any] = {}
    if asks in ("note", "reason"):
        found[asks] = form.get(asks, "")
    day, hour = form.get("day", ""), form.get("hour", "")
    if asks == "moment" or (asks in ("note", "perhaps") and (day or hour).strip()):
        found[moments.FIELD] = moments.typed(day, hour)
    return found


def _do(verb: str, key: str) -> Answer:
    """Does it, and says what happened."""
    form = request.form
    try:
        road.act(VERBS[verb].act, key, actor=me(), **_arguments(verb, form))
    except Invalid as error:
        return confirmation(verb, form, tell(error, language()).problems, key, status=422)
    _tell_done(verb, key)
    return redirect(url_for("desk.item", key=key), 303)


def _tell_done(verb: str, key: str) -> None:
    """What happened, as it now stands in the database and not as it was wished."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        held = publishing.is_held(session)
        live, coming = here.live, here.pending
        slug = live.revision.slug if live else ""
    address = addresses.item_url(here.translation.language, slug)
    look = _("Look at it.")
    if verb in ("publish", "schedule", "correct", "update") and coming and held and coming.at <= clock.now():
        say_done(_("Ready, and held: it goes live when the hold is lifted."))
    elif verb == "publish" and live:
        say_done(
            _("Live since {time}, in the feeds and on the newsroom's page.", time=moments.hour_of(live.at)),
            address,
            look,
        )
    elif verb in ("schedule", "correct", "update") and coming:
        say_done(_("Planned for {moment}.", moment=moments.full(coming.at)))
    elif verb == "correct" and live:
        say_done(
            _("Corrected at {time}: readers see the new text and your note.", time=moments.hour_of(live.at)),
            address,
            look,
        )
    elif verb == "update" and live:
        say_done(_("Updated at {time}: readers see the new text.", time=moments.hour_of(live.at)), address, look)
    else:
        say_done(_(_DONE.get(verb, N_("Done."))))


_DONE = {
    "submit": N_("Handed in: it waits for review."),
    "approve": N_("Approved. It goes out when somebody publishes or schedules it."),
    "unschedule": N_("Called off: nothing is planned any more."),
    "withdraw": N_("Withdrawn: it is out of the feeds and lists, and its page says why."),
}


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
