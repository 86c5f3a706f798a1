"""What is sent, at the desk: webhooks of partners, how subscribers do, and what became of one item."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid, NotFound
from feedsvc.newsroom import standing as stands
from feedsvc.push import partners, standing
from feedsvc.web.auth import fresh, permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES
from feedsvc.words import N_

EVENTS = {
    "published": N_("Something is published"),
    "corrected": N_("It is corrected"),
    "updated": N_("It is updated without a note"),
    "withdrawn": N_("It is withdrawn"),
}
FIGURES = {
    "subscriptions": N_("Subscriptions"),
    "failing": N_("Failing"),
    "waiting": N_("Waiting to be sent"),
    "under way": N_("Under way"),
    "given up": N_("Given up after three days"),
}


def _page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    """Webhooks, hosts and figures, and the form for one more webhook."""
    with db.reading() as session:
        rows = [(row, partners.last_sent(session, row.id, limit=1)) for row in partners.listed(session)]
        values = {"figures": standing.figures(session), "hosts": standing.hosts(session)}
        paused = standing.is_paused(session)
    return page(
        "push.html",
        status,
        notice=notice,
        webhooks=rows,
        paused=paused,
        form=form,
        problems=problems or {},
        events=EVENTS,
        names=FIGURES,
        languages=[(code, LANGUAGE_NAMES.get(code, code)) for code in settings.current().languages],
        **values,
    )


@blueprint.get("/push", endpoint="push")
@permission("admin")
def looked_at() -> Response:
    """How it stands with everything that is sent."""
    return _page(MultiDict(), "", 200)


@blueprint.post("/push")
@shows_again(_page)
@permission("admin")
@fresh
def webhook_made() -> Response:
    """Sets a webhook up and shows its secret, this once."""
    form = request.form
    said = (form.get("name", ""), form.get("url", "").strip(), tuple(form.getlist("events")), form.get("language", ""))
    try:
        row = road.act(partners.add, *said, actor=me())
    except Invalid as error:
        return _page(form, "", 422, tell(error, language()).problems)
    return page("webhook_secret.html", secret=row.secret, name=row.name)


def _done(message: str, verb: Any, *args: Any, **kwargs: Any) -> Answer:
    """Does something and says so on the page; what is gone already is said too."""
    try:
        road.act(verb, *args, actor=me(), **kwargs)
        road.ring()
        say_done(message)
    except NotFound:
        flash(_("This webhook is removed already."), "bad")
    return redirect(url_for("desk.push"), 303)


@blueprint.post("/push/webhooks/<int:number>/rotate")
@permission("admin")
@fresh
def webhook_rotated(number: int) -> Response:
    """Makes another secret and shows it, this once."""
    row = road.act(partners.rotate, number, actor=me())
    return page("webhook_secret.html", secret=row.secret, name=row.name)


@blueprint.post("/push/webhooks/<int:number>/test")
@permission("admin")
def webhook_tried(number: int) -> Answer:
    """Has a trial sent."""
    return _done(
        _("A trial is on its way. Look here again in a moment to see whether it arrived."), partners.test, number
    )


@blueprint.post("/push/webhooks/<int:number>/remove")
@permission("admin")
@fresh
def webhook_removed(number: int) -> Answer:
    """Ends a webhook."""
    return _done(_("Removed: nothing more is sent there."), partners.remove, number)


@blueprint.post("/push/pause")
@permission("admin")
def push_paused() -> Answer:
    """Sends nothing more to a host, or to anybody."""
    return _done(_("Paused. What is to be sent waits."), standing.pause, request.form.get("host", "")[:255])


@blueprint.post("/push/resume")
@permission("admin")
def push_resumed() -> Answer:
    """Goes on."""
    done = _("What waited is being sent.")
    return _done(done, standing.resume, request.form.get("host", "")[:255], at_once=True)


@blueprint.get("/items/<key>/sent", endpoint="item_sent")
@permission("read")
def of_item(key: str) -> Response:
    """To how many each version of an item was sent, how many it reached, and why the others wait."""
    with db.reading() as session:
        here = stands.standing(session, stands.find(session, key), now=clock.now())
        sent = standing.of_item(session, here.translation.item_id)
    return page("sent.html", here=here, key=key, sent=sent)
