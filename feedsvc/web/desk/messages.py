"""The bell: what happened that concerns whoever is signed in."""

import re

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road
from feedsvc.models import Message
from feedsvc.newsroom import messages
from feedsvc.web.auth import permission
from feedsvc.web.desk import moments
from feedsvc.web.desk.frame import blueprint, me, page
from feedsvc.web.i18n import gettext as _

PAGE = 30


def says(row: Message) -> str:
    """The sentence of a message."""
    moment = moments.short(row.moment) if row.moment else ""
    return _(messages.KINDS[row.kind].says, name=row.by or _("the newsroom"), moment=moment)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


@blueprint.get("/notices")
@permission("read")
def notices() -> Response:
    """The newest first, unread ones marked."""
    before = _number(request.args.get("before", ""))
    with db.reading() as session:
        found = messages.of(session, me().user_id or 0, limit=PAGE + 1, before=before)
    older = found[PAGE - 1][0].id if len(found) > PAGE else None
    shown = found[:PAGE]
    newest = max((row.id for row, _key, _headline in shown), default=0)
    fresh = any(row.read_at is None for row, _key, _headline in shown)
    return page(
        "messages.html", found=shown, older=older, paged=before is not None, newest=newest, fresh=fresh, says=says
    )


@blueprint.post("/notices")
@permission("read")
def notices_read() -> Answer:
    """Marks as read what was on the page, and all before it."""
    up_to = _number(request.form.get("up_to", "")) or 0
    road.act(messages.read_all, me().user_id or 0, up_to=up_to)
    return redirect(url_for("desk.notices"), 303)


@blueprint.post("/notices/<int:message>")
@permission("read")
def notice_read(message: int) -> Answer:
    """Marks one as read."""
    road.act(messages.read, me().user_id or 0, message)
    return redirect(url_for("desk.notices"), 303)
