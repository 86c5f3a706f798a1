"""Keys of programs at the desk: one's own, and for administrators everybody's; made, looked after and called back."""

import re
from datetime import timedelta

from flask import Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, NotFound
from feedsvc.newsroom import tokens
from feedsvc.web.auth import fresh, permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.words import N_

PAGE = 100
SCOPES = {
    "items:read": N_("Read items, drafts included"),
    "items:write": N_("Write and change items, and hand them in"),
    "items:publish": N_(
        "Approve, publish, correct and withdraw items, hold everything, and look after subjects, contacts and “about” texts"
    ),
    "media:write": N_("Upload pictures"),
    "admin": N_("Everything that your role may do"),
}
DAYS = {"30": N_("30 days"), "90": N_("90 days"), "365": N_("a year"), "": N_("until it is revoked")}
"""How long a key is good."""
USUAL_DAYS = "90"


def _page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    """The list, and the form for one more."""
    admin = me().may("admin")
    everybody = admin and request.args.get("of") == "everybody"
    before = request.args.get("before", "")
    behind = int(before) if re.fullmatch("[1-9][0-9]{0,8}", before) else None
    with db.reading() as session:
        whose = "" if everybody else me().email
        found = tokens.listed(session, email=whose, before=behind, limit=PAGE + 1)
    return page(
        "tokens.html",
        status,
        notice=notice,
        found=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        everybody=everybody,
        admin=admin,
        form=form,
        scopes=SCOPES,
        days=DAYS,
        usual=USUAL_DAYS,
        now=clock.now(),
        problems=problems or {},
    )


@blueprint.get("/tokens", endpoint="tokens")
@permission("read")
def listed() -> Response:
    """One's own keys, or everybody's."""
    return _page(MultiDict(), "", 200)


@blueprint.post("/tokens")
@shows_again(_page)
@permission("read")
@fresh
def token_made() -> Response:
    """Makes a key and shows it, this once: that is why nothing leads on to another page."""
    form, actor = request.form, me()
    days = form.get("days", USUAL_DAYS)
    ends = clock.now() + timedelta(days=int(days)) if days in DAYS and days else None
    whose = form.get("email", "").strip() or actor.email
    chosen = tuple(form.getlist("scopes"))
    try:
        if not form.get("name", "").strip():
            raise Invalid({"name": ("missing", {})})  # noqa: TRY301  # told like what the verb finds
        secret = road.act(tokens.add, whose, chosen, name=form.get("name", ""), expires_at=ends, actor=actor)
    except NotFound:
        return _page(form, "", 422, {"email": _("Nobody with this address has an open account.")})
    except Invalid as error:
        return _page(form, "", 422, tell(error, language()).problems)
    return page("token_made.html", secret=secret, name=form.get("name", ""), whose=whose, ends=ends)


@blueprint.post("/tokens/<int:number>/revoke")
@permission("read")
def token_revoked(number: int) -> Answer:
    """Makes a key worthless."""
    try:
        road.act(tokens.revoke, str(number), actor=me())
        say_done(_("Revoked: whatever used this key is refused from now on."))
    except NotFound:
        flash(_("This key is revoked already, or it is not yours."), "bad")
    return redirect(url_for("desk.tokens", of=request.form.get("of") or None), 303)
