"""The list of items and the one plain form."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid, Stale
from feedsvc.feeds import addresses
from feedsvc.newsroom import drafts, history, items, publishing, standing, taxonomy, workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.auth import permission
from feedsvc.web.desk import forms
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.desk.verbs import VERBS
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES

PAGE = 30
"""Items on a page of the list."""
SAVING = ("submit", "approve", "publish", "schedule", "correct", "update")
"""Verbs that speak of the text in the form, so their buttons save it first."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@blueprint.get("/")
@permission("read")
def start() -> Answer:
    """The desk begins with the list."""
    return redirect(url_for("desk.items"), 303)


@blueprint.get("/items", endpoint="items")
@permission("read")
def listed() -> Response:
    """The newsroom's items, the last changed first."""
    now = clock.now()
    with db.reading() as session:
        before = _cursor(request.args.get("before", ""))
        found = standing.listed(session, now=now, limit=PAGE + 1, before=before)
        held = publishing.is_held(session)
    last = found[PAGE - 1].translation if len(found) > PAGE else None
    older = f"{(last.changed_at - _EPOCH) // timedelta(microseconds=1)}-{last.id}" if last else ""
    return page("items.html", found=found[:PAGE], older=older, paged=before is not None, now=now, held=held)


def _cursor(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended; None for what is no such place."""
    found = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,9})", text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


def _choices(session: Session) -> dict[str, Any]:
    """What the form offers to choose from."""
    return {
        "categories": [(row.slug, row.name) for row in taxonomy.all_categories(session)],
        "organisations": [(row.slug, row.name) for row in taxonomy.all_organisations(session)],
        "languages": settings.current().languages,
        "language_names": LANGUAGE_NAMES,
    }


def show_new(form: Form, notice: str, status: int) -> Response:
    """The form for a new item as it was typed."""
    return _new_page(forms.posted(form), {}, notice=notice, status=status)


def _new_page(typed: Typed, problems: dict[str, str], *, notice: str = "", status: int = 200) -> Response:
    with db.reading() as session:
        return page(
            "item_new.html", status, form=typed, problems=problems, notice=notice, may_save=True, **_choices(session)
        )


@blueprint.get("/items/new")
@permission("write")
def new() -> Response:
    """The empty form."""
    return _new_page(Typed(), {})


@blueprint.post("/items/new")
@shows_again(show_new)
@permission("write")
def create() -> Answer:
    """Keeps a new item as a draft."""
    typed = forms.posted(request.form)
    try:
        text = drafts.checked(forms.draft(typed), settings.current().languages)
        made = road.act(items.create, text, actor=me())
    except Invalid as error:
        return _new_page(typed, tell(error, language()).problems, status=422)
    key = made.item.key
    say_done(_("Saved as a draft. Only the newsroom can see it."))
    return redirect(_next(key), 303)


def _next(key: str) -> str:
    """Where the pressed button leads once the text is saved."""
    wanted = request.form.get("then", "")
    if wanted == "preview" or wanted in SAVING:
        return url_for("desk.preview" if wanted == "preview" else f"desk.{wanted}", key=key)
    return url_for("desk.item", key=key)


@blueprint.get("/items/<key>")
@permission("read")
def item(key: str) -> Response:
    """An item: where it stands, what can be done with it, its text to work on, and its history."""
    return item_page(key)


def show_item(form: Form, notice: str, status: int, key: str) -> Response:
    """An item's form as it was typed."""
    return item_page(key, forms.posted(form), notice=notice, status=status)


def item_page(
    key: str,
    typed: Typed | None = None,
    problems: dict[str, str] | None = None,
    *,
    notice: str = "",
    status: int = 200,
    conflict: Stale | None = None,
) -> Response:
    """An item's page with the saved text in the form, or what was typed instead of it."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        translation = here.translation
        saved = forms.opened(here.head, translation.language, translation.item.organisation.slug)
        return page(
            "item.html",
            status,
            key=translation.item.key,
            here=here,
            form=typed or saved,
            saved=saved,
            unsaved=typed is not None,
            conflict=conflict,
            problems=problems or {},
            notice=notice,
            now=now,
            held=publishing.is_held(session),
            verbs=offered(here, me()),
            verb_words=VERBS,
            saving=SAVING,
            may_save=me().may("write"),
            address=addresses.item_url(translation.language, _public_slug(here)) if here.live else "",
            revisions=history.revisions(session, translation),
            publications=history.publications(session, translation),
            **_choices(session),
        )


def _public_slug(here: Standing) -> str:
    """The address part of the text that is live."""
    return here.live.revision.slug if here.live else ""


def offered(here: Standing, actor: Actor) -> list[str]:
    """The verbs that make sense for this person now, in the order of work."""
    possible = here.actions & frozenset(workflow.possible(here.state, actor.grants))
    return [verb for verb in workflow.RULES if verb in possible and verb not in ("read", "save")]


@blueprint.post("/items/<key>")
@shows_again(show_item)
@permission("write")
def save(key: str) -> Answer:
    """Keeps a new text of an item; where somebody else saved meanwhile, shows both."""
    typed = forms.posted(request.form)
    with db.reading() as session:
        head = standing.standing(session, standing.find(session, key), now=clock.now()).head
        before, number = head.body_html, head.number
    try:
        text = drafts.checked(forms.draft(typed, before), settings.current().languages)
        road.act(items.save, key, text, base=typed.base, actor=me())
    except Invalid as error:
        return item_page(key, typed, tell(error, language()).problems, status=422)
    except Stale as error:
        return _both(key, typed, error)
    _tell_saved(key, number)
    return redirect(_next(key), 303)


def _both(key: str, typed: Typed, error: Stale) -> Response:
    """The form with what was typed, ready to be saved on top of the newer text, and that one beside it."""
    on_top = {name: getattr(typed, name) for name in Typed.__dataclass_fields__} | {"base": error.newest}
    return item_page(key, Typed(**on_top), status=409, conflict=error)


def _tell_saved(key: str, number: int) -> None:
    """Says what the save did."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
    if here.head.number == number:
        if not request.form.get("then"):
            flash(_("Nothing was changed, so there was nothing to save."), "plain")
    elif here.live:
        say_done(_("Saved as revision {number}. Readers still see the text that is live.", number=here.head.number))
    elif here.pending:
        say_done(
            _(
                "Saved as revision {number}. What is planned goes out with the earlier text, unless you schedule again.",
                number=here.head.number,
            )
        )
    else:
        say_done(_("Saved as revision {number}.", number=here.head.number))
