"""What is typed is kept while it is typed, for whoever typed it, and offered again where it was not saved."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Response, flash, jsonify, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid
from feedsvc.models import Translation, Unsaved
from feedsvc.newsroom import unsaved
from feedsvc.web.auth import permission
from feedsvc.web.desk import forms, moments
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import blueprint, me
from feedsvc.web.desk.recovery import Form
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local

NOT_WORDS = ("csrf_token", "then", "unsaved", "unsaved_seen", "unsaved_item", "over")
"""Fields of a request that are no part of the item's form."""
_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """Unsaved words as a page speaks of them."""

    name: str
    headline: str
    when: str
    source: str
    base: int
    address: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A person's unsaved words for one form: those that are put into it, and others that are at hand."""

    typed: Typed | None = None
    kept: Kept | None = None
    others: tuple[Kept, ...] = ()


def words_of(form: Form) -> unsaved.Fields:
    """The item's fields in a request."""
    return [(name, value) for name, value in form.items(multi=True) if name not in NOT_WORDS]


def offered(session: Session, key: str, translation: Translation | None, saved: Typed | None) -> Offer:
    """What to put into a form instead of the saved text: the words that were asked for by name, else the newest ones
    that were not put aside. Words that say just what is saved are passed over.
    """
    if not me().may("write"):
        return Offer()
    rows = unsaved.of(session, translation.id if translation else None, actor=me())
    rows = [row for row in rows if not _says_nothing(_typed(row), saved)]
    asked = request.args.get("unsaved", "")
    chosen = next((row for row in rows if (row.name == asked if asked else row.state == unsaved.TYPED)), None)
    others = tuple(_kept(row, key) for row in rows if row is not chosen)
    if chosen is None:
        return Offer(others=others)
    typed = replace(_typed(chosen), unsaved=str(unsaved.mark_of(chosen)))
    return Offer(typed, _kept(chosen, key), others)


def _typed(row: Unsaved) -> Typed:
    """The form as it was kept."""
    return forms.posted(MultiDict([(name, value) for name, value in row.fields]))


def _says_nothing(typed: Typed, saved: Typed | None) -> bool:
    """Whether the words are those of the saved text, or none at all: what a new item's form begins with is no words."""
    if saved is None:
        return _bare(typed) == _bare(
            Typed(organisation=typed.organisation, contacts=typed.contacts, boilerplates=typed.boilerplates)
        )
    return _bare(typed) == _bare(saved)


def _bare(typed: Typed) -> dict[str, object]:
    """What a form says, without the blanks around it and without what only the desk reads."""
    unread = ("base", "unsaved", "body_form", "language", "chosen")
    values = {name: getattr(typed, name) for name in Typed.__dataclass_fields__ if name not in unread}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _kept(row: Unsaved, key: str) -> Kept:
    """Unsaved words in short."""
    then, today = local(row.saved_at), local(clock.now())
    when = then.strftime("%H:%M") if then.date() == today.date() else moments.short(row.saved_at)
    headline = next((value for name, value in row.fields if name == "headline"), "").strip()[:120]
    page = url_for("desk.item", key=key, unsaved=row.name) if key else url_for("desk.new", unsaved=row.name)
    return Kept(row.name, headline, when, row.source, row.base, page)


def left_unsaved(session: Session) -> list[Kept]:
    """New items that this person began and did not save, the newest first."""
    if not me().may("write"):
        return []
    rows = unsaved.of(session, None, actor=me())
    return [_kept(row, "") for row in rows if not _says_nothing(_typed(row), None)][:_MOST_LISTED]


@blueprint.get("/unsaved")
@permission("write")
def unsaved_ready() -> Response:
    """Who is signed in now, and the token that forms need: for a page that lay open while the sign-in ended."""
    return jsonify(who=me().user_id, token=generate_csrf())


@blueprint.post("/unsaved")
@permission("write")
def unsaved_sent() -> Answer:
    """Keeps the fields of a form just as they are. It answers once they are on disk.

    What arrives after its form was saved is no conflict, and no fault for a browser to complain of: there is nothing to keep.
    """
    form = request.form
    mark = unsaved.read_mark(form.get("unsaved", ""))
    if mark is None:
        return _no(HTTPStatus.UNPROCESSABLE_ENTITY, problem=_("This page is not one that can be kept."))
    try:
        row = road.act(
            unsaved.keep,
            form.get("unsaved_item", ""),
            words_of(form),
            mark,
            seen=unsaved.read_mark(form.get("unsaved_seen", "")),
            base=forms.posted(form).base,
            actor=me(),
        )
    except Invalid as error:
        return _no(HTTPStatus.UNPROCESSABLE_ENTITY, problem=tell(error, language()).detail)
    if row is None:
        with db.reading() as session:
            done = unsaved.is_done(session, mark.name, actor=me())
        return jsonify(done=True) if done else _no(HTTPStatus.CONFLICT, done=False)
    return jsonify(saved=moments.hour_of(row.saved_at))


def _no(status: HTTPStatus, **values: object) -> Response:
    answer = jsonify(values)
    answer.status_code = status
    return answer


@blueprint.post("/unsaved/drop")
@permission("write")
def unsaved_dropped() -> Answer:
    """Forgets unsaved words on their author's wish."""
    mark, key = unsaved.read_mark(request.form.get("unsaved", "")), request.form.get("unsaved_item", "")
    if mark:
        road.act(unsaved.finish, mark.name, actor=me())
        flash(_("Dropped. What stands in the form now is the saved text.") if key else _("Dropped."), "good")
    return redirect(url_for("desk.item", key=key) if key else url_for("desk.new"), 303)


@blueprint.post("/items/<key>/aside")
@permission("write")
def aside(key: str) -> Answer:
    """Goes on with the newer text of somebody else's; one's own words stay at hand for as long as unsaved words do."""
    mark = unsaved.read_mark(request.form.get("unsaved", ""))
    base = forms.posted(request.form).base
    road.act(unsaved.set_aside, key, words_of(request.form), mark, base=base, actor=me())
    flash(_("This is the newer text. Your own words are kept beside it for 30 days."), "good")
    return redirect(url_for("desk.item", key=key), 303)
