"""People whom journalists may call: kept on a page of the desk, named by items."""

import re
from typing import Any

from babel import Locale
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.models import Contact
from feedsvc.newsroom import contacts
from feedsvc.newsroom.contacts import Card
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES

PAGE = 50
FURTHER = ("az", "en", "ru", "tr", "fr", "de", "ar", "zh")
"""Languages that a contact may speak beside those that the newsroom writes."""


@blueprint.get("/contacts", endpoint="contacts")
@permission("taxonomy")
def listed() -> Response:
    """Contacts by name."""
    search, retired = request.args.get("q", "").strip()[:100], request.args.get("retired") == "1"
    after = re.fullmatch(r"([0-9]{1,9})-(.{0,400})", request.args.get("after", ""), re.DOTALL)
    place = (after[2], int(after[1])) if after else None
    with db.reading() as session:
        found = contacts.listed(session, search=search, active=not retired, limit=PAGE + 1, after=place)
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = f"{last.id}-{last.folded}" if last else ""
    return page(
        "contacts.html", found=found[:PAGE], older=older, paged=place is not None, search=search, retired=retired
    )


def _typed(form: Form) -> Card:
    """The form as it was sent."""
    return Card(
        **{name: form.get(name, "") for name in contacts.LIMITS},
        languages=tuple(form.getlist("languages"))[:100],
        public="public" in form,
        active="retired" not in form,
    )


def _card(row: Contact) -> Card:
    texts = {name: getattr(row, name) for name in contacts.LIMITS}
    return Card(**texts, languages=tuple(row.languages), public=row.public, active=row.active)


def _page(card: Card, status: int = 200, *, number: int = 0, notice: str = "", **more: Any) -> Response:
    """The form of a contact, or for a new one."""
    name, live = "", 0
    if number:
        with db.reading() as session:
            row = contacts.find(session, number)
            name, live = row.name, contacts.live(session, row, now=clock.now())
    codes = [*settings.current().languages, *FURTHER, *card.languages]
    names = Locale.parse(language(), sep="-").languages
    values: dict[str, Any] = {"problems": {}, **more}
    return page(
        "contact.html",
        status,
        card=card,
        name=name,
        live=live,
        most=contacts.MOST_COUNTED,
        spoken_choices=[(code, LANGUAGE_NAMES.get(code) or names.get(code, code)) for code in dict.fromkeys(codes)],
        notice=notice,
        **values,
    )


def _new_again(form: Form, notice: str, status: int) -> Response:
    return _page(_typed(form), status, notice=notice)


def _change_again(form: Form, notice: str, status: int, number: int) -> Response:
    return _page(_typed(form), status, number=number, notice=notice)


@blueprint.get("/contacts/new")
@permission("taxonomy")
def contact_new() -> Response:
    """The empty form."""
    return _page(Card())


@blueprint.post("/contacts/new")
@shows_again(_new_again)
@permission("taxonomy")
def contact_added() -> Answer:
    """Keeps a new contact."""
    card = _typed(request.form)
    try:
        row = road.act(contacts.add, card, actor=me())
    except Invalid as error:
        return _page(card, 422, problems=tell(error, language()).problems)
    say_done(_("Added: {name}. Tick the name in an item to show it there.", name=row.name))
    return redirect(url_for("desk.contacts"), 303)


@blueprint.get("/contacts/<int:number>")
@permission("taxonomy")
def contact(number: int) -> Response:
    """One contact, to change."""
    with db.reading() as session:
        card = _card(contacts.find(session, number))
    return _page(card, number=number)


@blueprint.post("/contacts/<int:number>")
@shows_again(_change_again)
@permission("taxonomy")
def contact_changed(number: int) -> Answer:
    """Gives a contact other words, or retires it."""
    card = _typed(request.form)
    try:
        row = road.act(contacts.change, number, card, actor=me())
    except Invalid as error:
        return _page(card, 422, number=number, problems=tell(error, language()).problems)
    if not row.active:
        say_done(_("Retired: {name} stands on no page and in no feed any more.", name=row.name))
    else:
        say_done(_("Saved. Pages and feeds show it at once."))
    return redirect(url_for("desk.contacts"), 303)
