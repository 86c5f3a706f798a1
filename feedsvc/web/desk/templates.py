"""Templates at the desk: the list, a new one, one that is changed, and an item's text kept as one."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid
from feedsvc.newsroom import standing, templates
from feedsvc.web.auth import permission
from feedsvc.web.desk import beginnings, forms
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.items import choices
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language

NUMBER = "<int(max=2000000000):number>"


@blueprint.get("/templates", endpoint="templates")
@permission("write")
def listed() -> Response:
    """Every template."""
    with db.reading() as session:
        return page("templates.html", found=templates.all_templates(session))


def _form(
    typed: Typed,
    name: str,
    problems: dict[str, str],
    *,
    number: int | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    """A template's form: its name above the fields of an item."""
    with db.reading() as session:
        saved = templates.find(session, number).name if number else ""
        values: dict[str, Any] = {"name": name, "saved": saved, "number": number, "notice": notice, "may_save": True}
        values |= {"rich": forms.rich(typed), "pictureless": True}
        return page("template.html", status, form=typed, problems=problems, **values, **choices(session, typed))


def _new_again(form: Form, notice: str, status: int) -> Response:
    return _form(forms.posted(form), form.get("name", ""), {}, notice=notice, status=status)


@blueprint.get("/templates/new")
@permission("approve")
def template_new() -> Response:
    """The empty form."""
    return _form(Typed(), "", {})


@blueprint.post("/templates/new")
@shows_again(_new_again)
@permission("approve")
def template_added() -> Answer:
    """Keeps a new one."""
    typed, name = forms.posted(request.form), request.form.get("name", "")
    try:
        road.act(templates.add, name, beginnings.kept(typed), actor=me())
    except Invalid as error:
        return _form(typed, name, tell(error, language()).problems, status=422)
    say_done(_("Kept as a template. Everybody who writes an item can begin with it."))
    return redirect(url_for("desk.templates"), 303)


@blueprint.get(f"/templates/{NUMBER}")
@permission("approve")
def template(number: int) -> Response:
    """A template to change."""
    with db.reading() as session:
        row = templates.find(session, number)
    return _form(beginnings.opened(row.fields), row.name, {}, number=number)


def _changed_again(form: Form, notice: str, status: int, number: int) -> Response:
    return _form(forms.posted(form), form.get("name", ""), {}, number=number, notice=notice, status=status)


@blueprint.post(f"/templates/{NUMBER}")
@shows_again(_changed_again)
@permission("approve")
def template_changed(number: int) -> Answer:
    """Keeps its new name and words."""
    typed, name = forms.posted(request.form), request.form.get("name", "")
    try:
        road.act(templates.change, number, name, beginnings.kept(typed), actor=me())
    except Invalid as error:
        return _form(typed, name, tell(error, language()).problems, number=number, status=422)
    say_done(_("Saved. Items that began with this template stay as they are."))
    return redirect(url_for("desk.templates"), 303)


@blueprint.get(f"/templates/{NUMBER}/delete")
@permission("approve")
def template_delete(number: int) -> Response:
    """Says what follows."""
    with db.reading() as session:
        return page("template_delete.html", row=templates.find(session, number))


@blueprint.post(f"/templates/{NUMBER}/delete")
@permission("approve")
def template_deleted(number: int) -> Answer:
    """Drops it."""
    road.act(templates.delete, number, actor=me())
    say_done(_("The template is gone. Items that began with it stay as they are."))
    return redirect(url_for("desk.templates"), 303)


def _keep_page(form: Form, problems: dict[str, str], key: str, *, notice: str = "", status: int = 200) -> Response:
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
    return page("template_keep.html", status, key=key, here=here, form=form, problems=problems, notice=notice)


def _keep_again(form: Form, notice: str, status: int, key: str) -> Response:
    return _keep_page(form, {}, key, notice=notice, status=status)


@blueprint.get("/items/<key>/template")
@permission("approve")
def template_keep(key: str) -> Response:
    """Asks what an item's text is to be called as a template."""
    return _keep_page(MultiDict(), {}, key)


@blueprint.post("/items/<key>/template")
@shows_again(_keep_again)
@permission("approve")
def template_kept(key: str) -> Answer:
    """Keeps the newest saved text of an item as a template."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        text = forms.opened(here.head, here.translation.language, here.translation.item.organisation.slug)
    try:
        road.act(templates.add, request.form.get("name", ""), beginnings.kept(text), actor=me())
    except Invalid as error:
        return _keep_page(request.form, tell(error, language()).problems, key, status=422)
    say_done(_("Kept as a template. Everybody who writes an item can begin with it."))
    return redirect(url_for("desk.templates"), 303)
