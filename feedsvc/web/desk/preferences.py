"""The desk's page of settings: what an administrator chooses for the whole newsroom."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road
from feedsvc.newsroom import approvals, preferences
from feedsvc.web.auth import fresh, permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.i18n import gettext as _


@blueprint.get("/settings", endpoint="settings")
@permission("admin")
def show() -> Response:
    """Each choice, with what it means in plain words."""
    with db.reading() as session:
        return page(
            "settings.html",
            two_person=preferences.two_person(session),
            approvers=[user.name for user in approvals.people(session, "approve")],
        )


@blueprint.post("/settings")
@permission("admin")
@fresh
def settings_sent() -> Answer:
    """Keeps what was chosen."""
    chosen = request.form.get("two_person") == "on"
    if road.act(preferences.choose, preferences.TWO_PERSON, chosen, actor=me()):
        say_done(
            _("From now on nobody approves what they wrote themselves.")
            if chosen
            else _("From now on one person may write and approve a text.")
        )
    return redirect(url_for("desk.settings"), 303)
