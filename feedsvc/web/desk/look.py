"""The desk's page of how the newsroom's pages look: colours, letters, corners, a logo, and words on the newsroom."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road, settings
from feedsvc.errors import Crowded, Invalid
from feedsvc.newsroom import look, pictures
from feedsvc.newsroom.look import Look
from feedsvc.web import stylesheet
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.desk.uploads import takes_pictures
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES

_PREVIEW = ".look-preview"
"""The selector of what the preview is in."""


def _typed(form: Form) -> Look:
    """The form as it was sent."""
    spoken = settings.current().languages
    return Look(
        accent=form.get("accent", ""),
        spark=form.get("spark", ""),
        letters=form.get("letters", ""),
        corners=form.get("corners", ""),
        line={code: form.get(f"line_{code}", "") for code in spoken},
        about={code: form.get(f"about_{code}", "").replace("\r\n", "\n") for code in spoken},
    )


def _page(
    typed: Look | None, status: int = 200, *, notice: str = "", problems: dict[str, str] | None = None
) -> Response:
    """The page with what is typed, or with what holds."""
    with db.reading() as session:
        kept = look.chosen(session)
    shown = typed or kept
    asked = {name: getattr(shown, name) for name in ("accent", "spark", "letters", "corners")}
    values: dict[str, Any] = {
        "look": shown,
        "shown": look.presentable(shown),
        "house": stylesheet.HOUSE,
        "preview": url_for("desk.look_sheet", **asked),
        "logo": kept.logo,
        "spoken": [(code, LANGUAGE_NAMES.get(code, code)) for code in settings.current().languages],
        "limit": look.LINE_LIMIT,
    }
    return page("look.html", status, notice=notice, problems=problems or {}, **values)


def _again(form: Form, notice: str, status: int) -> Response:
    return _page(_typed(form), status, notice=notice)


def _logo_again(_form: Form, notice: str, status: int) -> Response:
    return _page(None, status, notice=notice)


@blueprint.get("/look", endpoint="look")
@permission("admin")
def show() -> Response:
    """What was chosen."""
    return _page(None)


@blueprint.post("/look")
@shows_again(_again)
@permission("admin")
def look_sent() -> Answer:
    """Keeps another look: readers see it at once."""
    typed = _typed(request.form)
    if request.form.get("deed") == "show":
        return _page(typed, notice=_("The preview below shows it. It is not saved yet."))
    try:
        changed = road.act(look.change, typed, actor=me())
    except Invalid as error:
        return _page(typed, 422, problems=tell(error, language()).problems)
    if changed:
        say_done(_("Saved. Readers see it at once."), url_for("site.about"), _("See the page"))
    return redirect(url_for("desk.look"), 303)


@blueprint.get("/look/sheet.css")
@permission("admin")
def look_sheet() -> Response:
    """The style sheet of a look that is being chosen, for the preview alone. What cannot be taken is as it came."""
    typed = look.presentable(_typed(request.args))
    said = stylesheet.sheet(typed.accent, typed.spark, typed.letters, typed.corners, where=_PREVIEW)
    return Response(said, mimetype="text/css")


@blueprint.post("/look/logo")
@shows_again(_logo_again)
@takes_pictures
@permission("admin")
def logo_sent() -> Answer:
    """Takes another logo, or takes it away."""
    if request.form.get("deed") == "remove":
        road.act(look.put_logo, None, actor=me())
        say_done(_("The logo is gone. Pages show the newsroom's name again."))
        return redirect(url_for("desk.look"), 303)
    file = request.files.get("file")
    data = file.stream.read(pictures.MOST_BYTES + 1) if file else b""
    try:
        made = pictures.prepared(data, "logo")
    except (Invalid, Crowded) as error:
        return _page(None, 422, problems={"file": tell(error, language()).detail})
    road.act(look.put_logo, made, actor=me())
    say_done(_("This is the logo now. Readers see it at once."), url_for("site.home"), _("See the page"))
    return redirect(url_for("desk.look"), 303)
