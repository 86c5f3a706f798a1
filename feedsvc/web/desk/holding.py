"""Holding everything back, and letting it go again."""

from datetime import timedelta

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.newsroom import agenda, publishing
from feedsvc.newsroom.agenda import Event, Place
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import ngettext

_SHOWN, _COUNTED = 20, 500
"""Items listed on the page, and counted at most."""
_RECENT = timedelta(hours=1)


def _page(form: Form, notice: str, status: int, *, lifting: bool) -> Response:
    now = clock.now()
    with db.reading() as session:
        waiting = agenda.held_back(session, now=now, limit=_COUNTED)
        recent = agenda.went(session, now - _RECENT, now=now, limit=_SHOWN)
        return page(
            "hold.html",
            status,
            form=form,
            notice=notice,
            lifting=lifting,
            held=publishing.is_held(session),
            waiting=waiting[:_SHOWN],
            waiting_count=len(waiting),
            coming=agenda.planned(session, now=now, limit=_SHOWN),
            recent=recent,
            out=_out(recent),
        )


def _out(recent: list[Event]) -> set[Place]:
    """The publication of each item that readers still see: the newest of it, unless that took it back."""
    newest = {(one.key, one.language): one for one in reversed(recent)}
    return {one.place for one in newest.values() if one.kind != "withdraw"}


def _hold_again(form: Form, notice: str, status: int) -> Response:
    return _page(form, notice, status, lifting=False)


def _unhold_again(form: Form, notice: str, status: int) -> Response:
    return _page(form, notice, status, lifting=True)


@blueprint.get("/hold")
@permission("hold")
def hold() -> Response:
    """Says what a hold means."""
    return _page(MultiDict(), "", 200, lifting=False)


@blueprint.post("/hold")
@shows_again(_hold_again)
@permission("hold")
def hold_sent() -> Answer:
    """Holds everything back from now on."""
    road.act(publishing.hold, request.form.get("reason", ""), actor=me())
    say_done(_("Everything is held: nothing goes live until the hold is lifted."))
    return redirect(url_for("desk.items"), 303)


@blueprint.get("/unhold")
@permission("publish")
def unhold() -> Response:
    """Says what follows when the hold is lifted."""
    return _page(MultiDict(), "", 200, lifting=True)


@blueprint.post("/unhold")
@shows_again(_unhold_again)
@permission("publish")
def unhold_sent() -> Answer:
    """Lets things go live again, at once those that fell due meanwhile."""
    released = road.act(publishing.unhold, actor=me())
    went = ngettext(
        "One item that had fallen due is live now.", "{n} items that had fallen due are live now.", len(released)
    )
    say_done(_("Things go live again.") + (" " + went if released else ""))
    return redirect(url_for("desk.items"), 303)
