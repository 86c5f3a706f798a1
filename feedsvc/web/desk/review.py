"""The review of an item at the desk: who is responsible, what was said, and what the verbs of a review ask for."""

import re
from datetime import datetime
from typing import Any

import structlog
from flask import Response, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import FeedsvcError, Invalid
from feedsvc.newsroom import approvals, presence, remarks, reusing, reviewing, standing
from feedsvc.newsroom.presence import There
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import comparing, moments
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local
from feedsvc.words import N_

log = structlog.get_logger()
SAID = {
    "comment": N_("{name}, {moment}:"),
    "submit": N_("{name} handed in revision {number}, {moment}."),
    "assign": N_("{name} made {person} responsible, {moment}."),
    "request-changes": N_("{name} asked for changes, {moment}:"),
    "approve": N_("{name} approved revision {number}, {moment}."),
    "restore": N_("{name} restored revision {again} as revision {number}, {moment}."),
}
"""Kind of a remark → how it is told; its note stands below."""
TO = {
    "submit": N_("{name} handed in revision {number} to {person}, {moment}."),
    "assign": N_("{name} made nobody responsible any more, {moment}."),
}
"""The same, where somebody is named who usually is not, or the other way round."""
_SHOWN = ("approve", "correct", "update")
"""Verbs that are for the text that their page showed, and for no newer one."""
TARGETS = {"note": ["note", N_("Note")], "to": ["to", N_("Person")], "publish_at": ["day", N_("Moment")]}


def said(remark: Any) -> str:
    """A remark's own line of the conversation."""
    name = remark.by.name if remark.by else _("the newsroom")
    person = remark.to.name if remark.to else ""
    unusual = bool(person) == (remark.kind == "submit") and remark.kind in TO
    sentence = TO[remark.kind] if unusual else SAID[remark.kind]
    return _(sentence, name=name, person=person, number=remark.number, again=remark.text, moment=when(remark.at))


def when(moment: datetime) -> str:
    """`10:32` today, `22 Nov 2026, 10:32` on any other day."""
    there = local(moment)
    return there.strftime("%H:%M") if there.date() == local(clock.now()).date() else moments.short(moment)


def editing(there: There) -> str:
    """`Leyla is editing this since 10:31.`"""
    return _("{name} is editing this since {time}.", name=there.name, time=when(there.since))


def around(session: Session, here: Standing) -> dict[str, Any]:
    """What the item's page shows of its review, beside the text."""
    translation, actor = here.translation, me()
    barred = approvals.bars(session, translation, "approve", actor=actor)
    approved = remarks.last(session, translation, "approve")
    return {
        "said": said,
        "editing": editing,
        "conversation": remarks.conversation(session, translation),
        "colleagues": approvals.people(session, "write"),
        "present": presence.others(session, [translation.id], actor=actor, now=clock.now()).get(translation.id, []),
        "approved_once": approved if approved and approved.number != here.head.number else None,
        "barred": barred if "approve" in here.actions and actor.may("approve") else None,
    }


def arrives(session: Session, here: Standing) -> bool:
    """Whether somebody opens the item to write of whom there is no fresh sign of life."""
    actor = me()
    return actor.may("write") and not presence.is_fresh(session, here.translation.id, actor=actor, now=clock.now())


def arrive(number: int) -> None:
    """A sign of life of whoever opened the item to write. A database that is busy costs colleagues the hint, and no page."""
    try:
        road.act(presence.touch, number, actor=me())
    except FeedsvcError as error:
        log.warning("presence_not_noted", error=str(error))


def confirming(session: Session, verb: str, here: Standing) -> dict[str, Any]:
    """What the page shows on which one of these verbs is confirmed."""
    found: dict[str, Any] = {}
    if verb == "submit":
        found = {"readers": approvals.people(session, "approve"), "targets": _targets()}
    elif verb == "request-changes":
        found = {"back": reviewing.goes_back_to(session, here.translation), "targets": _targets()}
    if verb in _SHOWN and here.changed and here.live:
        before = reusing.revision(session, here.translation, here.live.revision.number)
        found["compared"] = comparing.compared(before, here.head)
    return found


def _targets() -> dict[str, list[str]]:
    return {name: [place, _(label)] for name, (place, label) in TARGETS.items()}


def arguments(verb: str, form: Form) -> dict[str, Any]:
    """What these verbs take, from their forms."""
    if verb == "submit":
        return {"note": form.get("note", ""), "to": form.get("to", "")}
    if verb == "request-changes":
        return {"note": form.get("note", "")}
    number = form.get("revision", "")
    return {"base": int(number)} if verb in _SHOWN and re.fullmatch(r"[0-9]{1,9}", number) else {}


def _page(
    what: str, form: Form, problems: dict[str, str], key: str, *, notice: str = "", status: int = 200
) -> Response:
    """The page on which something is said, or somebody made responsible."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        people = approvals.people(session, "write")
    return page(
        "say.html", status, what=what, key=here.translation.item.key, here=here, form=form, problems=problems,
        notice=notice, colleagues=people,
    )  # fmt: skip


@blueprint.get("/items/<key>/comment")
@permission("write")
def comment(key: str) -> Response:
    """The page for a comment."""
    return _page("comment", MultiDict(), {}, key)


def _comment_again(form: Form, notice: str, status: int, key: str) -> Response:
    return _page("comment", form, {}, key, notice=notice, status=status)


@blueprint.post("/items/<key>/comment")
@shows_again(_comment_again)
@permission("write")
def comment_sent(key: str) -> Answer:
    """Keeps it."""
    try:
        road.act(reviewing.comment, key, request.form.get("note", ""), actor=me())
    except Invalid as error:
        return _page("comment", request.form, tell(error, language()).problems, key, status=422)
    return redirect(url_for("desk.item", key=key, _anchor="conversation"), 303)


@blueprint.get("/items/<key>/assign")
@permission("write")
def assign(key: str) -> Response:
    """The page on which somebody is made responsible."""
    return _page("assign", MultiDict(), {}, key)


def _assign_again(form: Form, notice: str, status: int, key: str) -> Response:
    return _page("assign", form, {}, key, notice=notice, status=status)


@blueprint.post("/items/<key>/assign")
@shows_again(_assign_again)
@permission("write")
def assign_sent(key: str) -> Answer:
    """Does it, and says who it is."""
    try:
        done = road.act(reviewing.assign, key, request.form.get("to", ""), actor=me())
    except Invalid as error:
        return _page("assign", request.form, tell(error, language()).problems, key, status=422)
    if done.assignee:
        say_done(_("{name} is responsible for the next step.", name=done.assignee.name))
    else:
        say_done(_("Nobody is responsible for the next step now."))
    return redirect(url_for("desk.item", key=key, _anchor="review"), 303)


@blueprint.get("/items/<key>/copy")
@permission("write")
def copy(key: str) -> Response:
    """Says what a copy is."""
    return _page("copy", MultiDict(), {}, key)


@blueprint.post("/items/<key>/copy")
@permission("write")
def copy_sent(key: str) -> Answer:
    """Another item with the same text."""
    made = road.act(reusing.copy, key, actor=me())
    say_done(_("This is a new item with the same text, a draft of its own. Only the newsroom can see it."))
    return redirect(url_for("desk.item", key=made.item.key), 303)


@blueprint.post("/items/<key>/presence")
@permission("write")
def sign_of_life(key: str) -> Answer:
    """A sign of life from an open page, or its end; answers who else is there, in words, for the page to show."""
    gone = request.form.get("gone", "")
    if gone:
        last = _stamp(gone)
        if last:
            road.act(presence.leave, key, last, actor=me())
        return Response(status=204)
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
    number = here.translation.id
    seen = road.act(presence.touch, number, actor=me())
    with db.reading() as session:
        there = presence.others(session, [number], actor=me(), now=now).get(number, [])
    name = here.head.created_by.name if here.head.created_by else _("the newsroom")
    newer = _(
        "{name} saved revision {number} meanwhile. When you save yours, you will see both.",
        name=name,
        number=here.head.number,
    )
    return jsonify(there=[editing(one) for one in there], revision=here.head.number, newer=newer, seen=seen.isoformat())


def _stamp(text: str) -> datetime | None:
    """A moment as `sign_of_life` answered it; None for what it never did."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
