"""Personal links for journalists: given out, looked after and called back, on a page of the item's."""

import re
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.models import PreviewLink
from feedsvc.newsroom import previews, standing
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, ngettext

HOURS = (4, 24, 48, 72, 7 * 24, 14 * 24)
_DAY = 24


def _periods() -> list[tuple[int, str]]:
    """How long a link may be good, with words."""
    return [
        (n, ngettext("{n} hour", "{n} hours", n) if n <= 2 * _DAY else ngettext("{n} day", "{n} days", n // _DAY))
        for n in HOURS
    ]


def _page(key: str, form: Form, status: int = 200, *, notice: str = "", **more: Any) -> Response:
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        values: dict[str, Any] = {"problems": {}, "made": None, "address": "", **more}
        return page(
            "preview_links.html",
            status,
            key=here.translation.item.key,
            headline=here.head.headline,
            number=here.head.number,
            public_already=here.live is not None and not here.changed,
            links=previews.listed(session, here.translation),
            periods=_periods(),
            form=form,
            notice=notice,
            now=now,
            **values,
        )


def _again(form: Form, notice: str, status: int, key: str) -> Response:
    return _page(key, form, status, notice=notice)


@blueprint.get("/items/<key>/previews", endpoint="preview_links")
@permission("approve")
def listed(key: str) -> Response:
    """The links of an item, who read by them, and the form for one more."""
    return _page(key, MultiDict())


@blueprint.post("/items/<key>/previews")
@shows_again(_again)
@permission("approve")
def preview_link_made(key: str) -> Answer:
    """Makes a link and shows it, this once: that is why nothing leads on to another page."""
    form = request.form
    hours = form.get("hours", str(previews.USUAL_HOURS))
    asked = {
        "name": form.get("name", ""),
        "email": form.get("email", ""),
        "hours": int(hours) if re.fullmatch(r"[0-9]{1,5}", hours) else 0,
        "only_this": form.get("shows") == "this",
    }
    try:
        made: tuple[PreviewLink, str] = road.act(previews.make, key, **asked, actor=me())
    except Invalid as error:
        return _page(key, form, 422, problems=tell(error, language()).problems)
    link, secret = made
    return _page(key, MultiDict(), made=link, address=f"{settings.current().public_url}/preview/{secret}")


@blueprint.post("/items/<key>/previews/<int:number>/revoke")
@permission("approve")
def preview_link_revoked(key: str, number: int) -> Answer:
    """Calls a link back."""
    link = road.act(previews.revoke, key, number, actor=me())
    say_done(_("Called back: the link of {name} leads to nothing any more.", name=link.name))
    return redirect(url_for("desk.preview_links", key=key), 303)
