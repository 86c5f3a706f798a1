"""Categories, themes, people, places and organisations: looked after on one page, changed on a page of their own."""

from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.feeds import addresses
from feedsvc.models import Tag
from feedsvc.newsroom import subject_lists, subjects
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.words import N_

PAGE = 100
"""Subjects in a list; the search finds the others."""
COUNTED = 20
"""Items up to which the list says how many carry a subject; its own page says it exactly."""
OFFERED = 200
"""Names that the field for the other one offers to choose from."""
SORTS = {
    "category": N_("Categories"),
    "theme": N_("Themes"),
    "person": N_("People"),
    "place": N_("Places"),
    "organisation": N_("Organisations"),
}
ONE = {
    "category": N_("Category"),
    "theme": N_("Theme"),
    "person": N_("Person"),
    "place": N_("Place"),
    "organisation": N_("Organisation"),
}
NOTHING: Form = MultiDict()


def _list(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    """The list of one sort, and the form for one more."""
    sort = form.get("kind") or request.args.get("kind", "")
    sort = sort if sort in SORTS else "category"
    search = request.args.get("q", "").strip()[:100]
    with db.reading() as session:
        found = subject_lists.listed(session, sort, now=clock.now(), search=search, limit=PAGE, most=COUNTED)
        count = subject_lists.count(session, sort, search) if len(found) == PAGE else len(found)
    return page(
        "subjects.html",
        status,
        sort=sort,
        sorts=SORTS,
        one=ONE,
        search=search,
        found=found,
        more=count - len(found),
        form=form,
        notice=notice,
        problems=problems or {},
    )


@blueprint.get("/subjects", endpoint="subjects")
@permission("taxonomy")
def listed() -> Response:
    """The subjects of a sort, by name."""
    return _list(NOTHING, "", 200)


@blueprint.post("/subjects")
@shows_again(_list)
@permission("taxonomy")
def subject_added() -> Answer:
    """Makes one more."""
    form = request.form
    try:
        row = road.act(subjects.add, form.get("kind", ""), form.get("name", ""), form.get("slug", ""), actor=me())
    except Invalid as error:
        return _list(form, "", 422, tell(error, language()).problems)
    kind = "tag" if isinstance(row, Tag) else "category"
    say_done(_("Added. Its feeds are there already, without news so far."), _feed(kind, row.slug), _("Look at them."))
    return redirect(url_for("desk.subjects", kind=form.get("kind")), 303)


def _feed(kind: str, slug: str) -> str:
    return addresses.feed_url(f"{kind}/{slug}", settings.current().main_language)


def _page(
    template: str, kind: str, slug: str, form: Form, notice: str = "", status: int = 200, **more: Any
) -> Response:
    """A page about one subject. Raises NotFound."""
    with db.reading() as session:
        row = subjects.find(session, kind, slug)
        items = subject_lists.carried(session, kind, [row.id], now=clock.now()).get(row.id, 0)
        sort = row.kind if isinstance(row, Tag) else kind
        others: list[str] = []
        if template == "subject_merge.html":
            others = [one.name for one in _offered(session, sort)]
    values: dict[str, Any] = {"problems": {}, **more}
    return page(
        template,
        status,
        kind=kind,
        slug=slug,
        name=row.name,
        sort=sort,
        sorts=SORTS,
        one=ONE,
        items=items,
        others=[name for name in others if name != row.name],
        address=addresses.page_url(f"{kind}/{slug}", settings.current().main_language),
        form=form,
        notice=notice,
        **values,
    )


def _offered(session: Session, sort: str) -> list[subject_lists.Line]:
    return subject_lists.listed(session, sort, now=clock.now(), limit=OFFERED, most=0)


def _rename_again(form: Form, notice: str, status: int, kind: str, slug: str) -> Response:
    return _page("subject.html", kind, slug, form, notice, status)


def _merge_again(form: Form, notice: str, status: int, kind: str, slug: str) -> Response:
    return _page("subject_merge.html", kind, slug, form, notice, status)


def _delete_again(form: Form, notice: str, status: int, kind: str, slug: str) -> Response:
    return _page("subject_delete.html", kind, slug, form, notice, status)


@blueprint.get("/subjects/<kind>/<slug>")
@permission("taxonomy")
def subject(kind: str, slug: str) -> Response:
    """One subject: its name and address to change, and what else can be done with it."""
    return _page("subject.html", kind, slug, NOTHING)


@blueprint.post("/subjects/<kind>/<slug>")
@shows_again(_rename_again)
@permission("taxonomy")
def subject_renamed(kind: str, slug: str) -> Answer:
    """Gives it another name, address or kind."""
    form = request.form
    typed = {"name": form.get("name", ""), "new_slug": form.get("slug", ""), "tag_kind": form.get("kind", "")}
    try:
        row = road.act(subjects.rename, kind, slug, **typed, actor=me())
    except Invalid as error:
        return _page("subject.html", kind, slug, form, status=422, problems=tell(error, language()).problems)
    if row.slug != slug:
        say_done(_("Saved. Readers at the old address are led to the new one, and feeds moved along."))
    else:
        say_done(_("Saved. Pages and feeds show it at once."))
    return redirect(url_for("desk.subject", kind=kind, slug=row.slug), 303)


@blueprint.get("/subjects/<kind>/<slug>/merge")
@permission("taxonomy")
def subject_merge(kind: str, slug: str) -> Response:
    """Says what merging does, and asks for the other one."""
    return _page("subject_merge.html", kind, slug, NOTHING)


@blueprint.post("/subjects/<kind>/<slug>/merge")
@shows_again(_merge_again)
@permission("taxonomy")
def subject_merged(kind: str, slug: str) -> Answer:
    """Makes it part of another one."""
    form = request.form
    try:
        other = road.act(subjects.merge, kind, slug, form.get("into", ""), actor=me())
    except Invalid as error:
        return _page("subject_merge.html", kind, slug, form, status=422, problems=tell(error, language()).problems)
    say_done(_("Merged: everything stands in “{name}” now, and the old address leads there.", name=other.name))
    return redirect(url_for("desk.subject", kind=kind, slug=other.slug), 303)


@blueprint.get("/subjects/<kind>/<slug>/delete")
@permission("taxonomy")
def subject_delete(kind: str, slug: str) -> Response:
    """Says what deleting does."""
    return _page("subject_delete.html", kind, slug, NOTHING)


@blueprint.post("/subjects/<kind>/<slug>/delete")
@shows_again(_delete_again)
@permission("taxonomy")
def subject_deleted(kind: str, slug: str) -> Answer:
    """Deletes it."""
    with db.reading() as session:
        row = subjects.find(session, kind, slug)
        sort = row.kind if isinstance(row, Tag) else kind
    road.act(subjects.remove, kind, slug, actor=me())
    say_done(_("Deleted: “{name}”. Its page and feeds say that they are gone.", name=row.name))
    return redirect(url_for("desk.subjects", kind=sort), 303)
