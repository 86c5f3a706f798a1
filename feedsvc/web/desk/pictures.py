"""Pictures at the desk: seen before the public sees them, uploaded by the page's script or by its plain form."""

import json

from flask import Response, request, url_for

from feedsvc import db
from feedsvc.errors import FeedsvcError, Invalid, NotFound
from feedsvc.newsroom import pictures
from feedsvc.web.auth import permission
from feedsvc.web.desk import picture_fields, uploads
from feedsvc.web.desk.frame import blueprint
from feedsvc.web.desk.items import show_item, show_new
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.desk.uploads import takes_pictures
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language


@blueprint.get("/pictures/<picture>/<name>")
@permission("read")
def picture(picture: str, name: str) -> Response:
    """A picture for the newsroom's own eyes, public or not."""
    with db.reading() as session:
        found = pictures.kept(session, picture, name)
        if found is None:
            raise NotFound("picture")
        served = pictures.served(session, found, name)
    response = Response(served.content, content_type=served.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/pictures")
@takes_pictures
@permission("media")
def picture_sent() -> Response:
    """One file, sent by the page's script: answered with what the script needs to show it, or with what is wrong."""
    try:
        file = request.files.get("file")
        if file is None:
            raise Invalid({"file": ("no_file", {})})
        row = uploads.keep(file)
    except FeedsvcError as error:
        told = tell(error, language())
        return _json({"problem": told.problems.get("file") or told.detail or told.title}, told.status)
    thumbnail = url_for("desk.picture", picture=row.key, name="320.webp")
    return _json({"key": row.key, "name": row.name, "thumbnail": thumbnail}, 201)


def _json(told: dict[str, str], status: int) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), status, content_type="application/json")


def _arranged(form: Form) -> tuple[Form, str, int]:
    """The form with what its picture buttons ask for, a sentence about it, and the status to answer with."""
    here = picture_fields.posted(form)
    wanted = form.get("arrange", "")
    if wanted != "upload":
        return picture_fields.written(form, picture_fields.moved(here, wanted)), "", 200
    form, wrong = uploads.added(form, uploads.chosen())
    notice = " ".join(wrong) if wrong else _("Uploaded. Say below what can be seen in it, then save.")
    return form, notice, 422 if wrong else 200


@blueprint.post("/items/new/pictures")
@shows_again(show_new)
@takes_pictures
@permission("media")
def new_item_pictures() -> Response:
    """The plain form of a new item with its pictures changed; nothing else of it is kept yet."""
    return show_new(*_arranged(request.form))


@blueprint.post("/items/<key>/pictures")
@shows_again(show_item)
@takes_pictures
@permission("media")
def item_pictures(key: str) -> Response:
    """The plain form of an item with its pictures changed, not saved yet."""
    return show_item(*_arranged(request.form), key)
