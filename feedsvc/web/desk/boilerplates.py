"""“About” texts: written once on a page of the desk, ticked in items, renewed in those that are live."""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.models import Boilerplate
from feedsvc.newsroom import boilerplates, html, renewal, taxonomy
from feedsvc.newsroom.boilerplates import Words
from feedsvc.web.auth import permission
from feedsvc.web.desk import forms
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, ngettext
from feedsvc.web.labels import LANGUAGE_NAMES

ROUNDS = 5
"""Batches that one press renews."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form's fields."""

    heading: str = ""
    name: str = ""
    body: str = ""
    body_form: str = "typed"
    language: str = ""
    organisation: str = ""
    retired: bool = False


def _posted(form: Form) -> Typed:
    texts = {name: form.get(name, "") for name in ("heading", "name", "body", "language", "organisation")}
    way = "html" if form.get("body_form") == "html" else "typed"
    return Typed(**texts, body_form=way, retired="retired" in form)


def _opened(row: Boilerplate) -> Typed:
    typed = html.to_typed(row.html)
    return Typed(
        heading=row.heading,
        name=row.name if row.name != row.heading else "",
        body=row.html if typed is None else typed,
        body_form="html" if typed is None else "typed",
        language=row.language,
        organisation=row.organisation.slug if row.organisation else "",
        retired=not row.active,
    )


def _words(typed: Typed, before: str = "") -> Words:
    """What the newsroom's verbs take. `before`: the saved text that the form was opened on."""
    body = forms.body_html(forms.Typed(body=typed.body, body_form=typed.body_form), before)
    names = ("name", "language", "heading", "organisation")
    return Words(**{name: getattr(typed, name) for name in names}, html=body, active=not typed.retired)


@blueprint.get("/boilerplates", endpoint="boilerplates")
@permission("taxonomy")
def listed() -> Response:
    """Every one of them."""
    with db.reading() as session:
        found = boilerplates.listed(session)
        names = {row.id: row.name for row in taxonomy.all_organisations(session)}
    return page("boilerplates.html", found=found, organisations=names, language_names=LANGUAGE_NAMES)


def _page(typed: Typed | None, status: int = 200, *, number: int = 0, notice: str = "", **more: Any) -> Response:
    """The form of one, or for a new one. Raises NotFound."""
    now = clock.now()
    values: dict[str, Any] = {"problems": {}, "name": "", "live": 0, "behind": 0, **more}
    with db.reading() as session:
        if number:
            row = boilerplates.find(session, number)
            typed = typed or _opened(row)
            values |= {"name": row.name, "live": renewal.carried(session, row, now=now)}
            values["behind"] = renewal.behind(session, row, now=now)
        organisations = [(row.slug, row.name) for row in taxonomy.all_organisations(session)]
    return page(
        "boilerplate.html",
        status,
        form=typed or Typed(),
        number=number,
        most=renewal.MOST_COUNTED,
        languages=settings.current().languages,
        language_names=LANGUAGE_NAMES,
        organisations=organisations,
        notice=notice,
        **values,
    )


def _new_again(form: Form, notice: str, status: int) -> Response:
    return _page(_posted(form), status, notice=notice)


def _change_again(form: Form, notice: str, status: int, number: int) -> Response:
    return _page(_posted(form), status, number=number, notice=notice)


@blueprint.get("/boilerplates/new")
@permission("taxonomy")
def boilerplate_new() -> Response:
    """The empty form."""
    return _page(None)


@blueprint.post("/boilerplates/new")
@shows_again(_new_again)
@permission("taxonomy")
def boilerplate_added() -> Answer:
    """Keeps a new one."""
    typed = _posted(request.form)
    try:
        row = road.act(boilerplates.add, _words(typed), settings.current().languages, actor=me())
    except Invalid as error:
        return _page(typed, 422, problems=tell(error, language()).problems)
    say_done(_("Added: “{name}”. Tick it in an item to put it there.", name=row.name))
    return redirect(url_for("desk.boilerplates"), 303)


@blueprint.get("/boilerplates/<int:number>")
@permission("taxonomy")
def boilerplate(number: int) -> Response:
    """One of them to change, and how many live items carry older words."""
    return _page(None, number=number)


@blueprint.post("/boilerplates/<int:number>")
@shows_again(_change_again)
@permission("taxonomy")
def boilerplate_changed(number: int) -> Answer:
    """Gives it other words."""
    typed = _posted(request.form)
    with db.reading() as session:
        before = boilerplates.find(session, number).html
    try:
        road.act(boilerplates.change, number, _words(typed, before), settings.current().languages, actor=me())
    except Invalid as error:
        return _page(typed, 422, number=number, problems=tell(error, language()).problems)
    say_done(
        _("Saved. Texts that are saved from now on have these words; live items keep theirs until you renew them.")
    )
    return redirect(url_for("desk.boilerplate", number=number), 303)


def _renewal(number: int, *, notice: str = "", status: int = 200) -> Response:
    with db.reading() as session:
        row = boilerplates.find(session, number)
        behind = renewal.behind(session, row, now=clock.now())
        others = renewal.bars(session, [row], actor=me())
    return page(
        "boilerplate_renew.html",
        status,
        others=others,
        number=number,
        name=row.name,
        behind=behind,
        most=renewal.MOST_COUNTED,
        at_once=ROUNDS * renewal.BATCH,
        notice=notice,
    )


def _renewal_again(_form: Form, notice: str, status: int, number: int) -> Response:
    return _renewal(number, notice=notice, status=status)


@blueprint.get("/boilerplates/<int:number>/renew")
@permission("publish")
def boilerplate_renew(number: int) -> Response:
    """Says what renewing does."""
    return _renewal(number)


@blueprint.post("/boilerplates/<int:number>/renew")
@shows_again(_renewal_again)
@permission("publish")
def boilerplate_renewed(number: int) -> Answer:
    """Renews it in live items, a few in each transaction, so that others can work in between."""
    with db.reading() as session:
        found = renewal.behind_ids(session, number, limit=ROUNDS * renewal.BATCH, now=clock.now())
    done = 0
    for first in range(0, max(len(found), 1), renewal.BATCH):  # where there is none, it is still told why not
        done += road.act(renewal.renew, number, found[first : first + renewal.BATCH], actor=me())
    if done:
        say_done(
            ngettext(
                "Renewed in one live item: readers see it now.", "Renewed in {n} live items: readers see it now.", done
            )
        )
    else:
        say_done(_("There was nothing to renew, or other changes of these items are planned already."))
    return redirect(url_for("desk.boilerplate", number=number), 303)
