"""The list of items and the one plain form."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid, Stale
from feedsvc.feeds import addresses
from feedsvc.newsroom import (
    boilerplates,
    contacts,
    drafts,
    history,
    items,
    pasted,
    presence,
    publishing,
    standing,
    taxonomy,
    templates,
    unsaved,
)
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import autosave, beginnings, conflicts, countdown, forms, forward, remembered, review, uploads
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, ngettext
from feedsvc.web.labels import LANGUAGE_NAMES

PAGE = 30
"""Items on a page of the list."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@blueprint.get("/items", endpoint="items")
@permission("read")
def listed() -> Response:
    """The newsroom's items, the last changed first."""
    now = clock.now()
    with db.reading() as session:
        before = _cursor(request.args.get("before", ""))
        found = standing.listed(session, now=now, limit=PAGE + 1, before=before, whole=False)
        held = publishing.is_held(session)
        left = autosave.left_unsaved(session)
        numbers = [here.translation.id for here in found]
        writing = presence.others(session, numbers, actor=me(), now=now)
    last = found[PAGE - 1].translation if len(found) > PAGE else None
    older = f"{(last.changed_at - _EPOCH) // timedelta(microseconds=1)}-{last.id}" if last else ""
    around: dict[str, Any] = {
        "older": older,
        "paged": before is not None,
        "writing": writing,
        "editing": review.editing,
        "left_unsaved": left,
    }
    return page("items.html", found=found[:PAGE], now=now, held=held, **around)


def _cursor(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended; None for what is no such place."""
    found = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,9})", text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


def choices(session: Session, form: Typed) -> dict[str, Any]:
    """What the form offers to choose from."""
    return {
        "categories": [(row.slug, row.name) for row in taxonomy.all_categories(session)],
        "organisations": [(row.slug, row.name) for row in taxonomy.all_organisations(session)],
        "contacts": contacts.offered(session, forms.numbers(form.contacts)),
        "boilerplates": boilerplates.offered(session, forms.numbers(form.boilerplates)),
        "languages": settings.current().languages,
        "language_names": LANGUAGE_NAMES,
    }


def show_new(form: Form, notice: str, status: int) -> Response:
    """The form for a new item as it was typed."""
    return _new_page(forms.posted(form), {}, notice=notice, status=status)


def _new_page(typed: Typed | None, problems: dict[str, str], *, notice: str = "", status: int = 200) -> Response:
    with db.reading() as session:
        offer = autosave.Offer() if typed else autosave.offered(session, "", None, None)
        start = typed or offer.typed or remembered.begun(session, me())
        return page(
            "item_new.html",
            status,
            form=start,
            rich=forms.rich(start),
            offer=offer,
            problems=problems,
            notice=notice,
            may_save=True,
            remembered=not (typed or offer.typed) and bool(start.contacts),
            ways=forward.of_new(session, me()),
            templates=templates.all_templates(session),
            **choices(session, start),
        )


@blueprint.get("/items/new")
@permission("write")
def new() -> Response:
    """The form: empty, filled in from a template, or with what this person had begun to write in it."""
    return _new_page(beginnings.chosen(request.args.get("template", "")), {})


@blueprint.post("/items/new")
@shows_again(show_new)
@permission("write")
@uploads.take_along(show_new)
def create() -> Answer:
    """Keeps a new item as a draft."""
    typed = forms.posted(request.form)
    try:
        text = drafts.checked(forms.draft(typed), settings.current().languages)
        made = road.act(unsaved.saving, items.create, text, unsaved=typed.unsaved, actor=me())
    except Invalid as error:
        return _new_page(typed, tell(error, language()).problems, status=422)
    key = made.item.key
    say_done(_("Saved as a draft. Only the newsroom can see it."))
    _tell_left_out(typed)
    return redirect(forward.after_saving(key, request.form.get("then", "")), 303)


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
) -> Response:
    """An item's page with the saved text in the form, or what was typed instead of it."""
    now, around = clock.now(), countdown.of(key)  # which may build feeds
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        translation, arrives = here.translation, review.arrives(session, here)
        beside = review.around(session, here)
        saved = forms.opened(here.head, translation.language, translation.item.organisation.slug)
        offer = autosave.Offer() if typed else autosave.offered(session, key, translation, saved)
        # A saved item's form says no language: it has the item's.
        start = replace(typed or offer.typed or saved, language=translation.language)
        shown = page(
            "item.html",
            status,
            key=translation.item.key,
            here=here,
            form=start,
            rich=forms.rich(start),
            saved=saved,
            unsaved=typed is not None,
            offer=offer,
            problems=problems or {},
            notice=notice,
            now=now,
            held=publishing.is_held(session),
            **forward.around(session, here, me()),
            around=around,
            may_save=me().may("write"),
            address=addresses.item_url(translation.language, _public_slug(here)) if here.live else "",
            revisions=history.revisions(session, translation),
            publications=history.publications(session, translation),
            **beside,
            **choices(session, start),
        )
    if arrives:  # a write, with which nobody waits for what was read
        review.arrive(translation.id)
    return shown


def _public_slug(here: Standing) -> str:
    """The address part of the text that is live."""
    return here.live.revision.slug if here.live else ""


@blueprint.post("/items/<key>")
@shows_again(show_item)
@permission("write")
@uploads.take_along(show_item)
def save(key: str) -> Answer:
    """Keeps a new text of an item; where somebody else saved meanwhile, shows both."""
    typed = forms.posted(request.form)
    with db.reading() as session:
        head = standing.standing(session, standing.find(session, key), now=clock.now()).head
        before, number = head.body_html, head.number
    over = request.form.get("over", "")
    base = int(over) if re.fullmatch(r"[0-9]{1,9}", over) else typed.base
    try:
        text = drafts.checked(forms.draft(typed, before), settings.current().languages)
        road.act(unsaved.saving, items.save, key, text, base=base, unsaved=typed.unsaved, actor=me())
    except Invalid as error:
        return item_page(key, typed, tell(error, language()).problems, status=422)
    except Stale as error:
        return both(key, typed, error)
    _tell_saved(key, number)
    _tell_left_out(typed)
    return redirect(forward.after_saving(key, request.form.get("then", "")), 303)


def both(key: str, typed: Typed, error: Stale) -> Response:
    """The page that shows what was typed beside the newer text. The form still says what it was opened on: only the
    button that says so saves it on top, and words that are kept meanwhile never lie in wait to do it.
    """
    with db.reading() as session:
        translation = standing.find(session, key)
        typed = replace(typed, language=translation.language)
        shown = conflicts.shown(session, translation, typed)
        return page(
            "conflict.html",
            409,
            key=key,
            form=typed,
            rich=forms.rich(typed),
            conflict=error,
            problems={},
            may_save=True,
            **shown,
            **choices(session, typed),
        )


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


def _tell_left_out(typed: Typed) -> None:
    """Says what of HTML that was pasted into the plain field could not be kept. The editor has said so already."""
    is_long = len(typed.body) > drafts.LIMITS["body_html"]
    left = 0 if is_long or typed.body_form != "html" else pasted.pictures_left(typed.body)
    if left:
        flash(
            ngettext(
                "{n} picture in the text was not on the web, so it was left out. Add it under Pictures.",
                "{n} pictures in the text were not on the web, so they were left out. Add them under Pictures.",
                left,
            ),
            "warn",
        )
