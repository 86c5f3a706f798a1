"""Feeds that an editor puts together: which there are, one to compose with a look at what it carries, and its end."""

from dataclasses import replace
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.feeds import addresses, caps, filtered
from feedsvc.formats import gate
from feedsvc.newsroom import composing, filters, taxonomy
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.profiles import PROFILES
from feedsvc.web import seeking
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES

SHOWN = 10
"""Items that the look at a choice shows."""
_LONGEST = 4_000
_DIGITS = 6


@blueprint.get("/feeds", endpoint="filters")
@permission("taxonomy")
def listed() -> Response:
    """Every one of them."""
    main = settings.current().main_language
    with db.reading() as session:
        rows = filters.every(session)
    addressed = [(row, addresses.feed_url(filtered.scope(row.slug), filters.home(row, main, main))) for row in rows]
    return page("filters.html", found=addressed, profiles=PROFILES)


def _posted(session: Session, form: Form) -> tuple[Choice, dict[str, str]]:
    """The form as it was sent, and what of it names nothing."""
    lines = form.get("subjects", "")[:_LONGEST].replace(",", "\n").split("\n")
    scopes, unknown = composing.named(session, lines)
    problems = (
        {"subjects": _("There is none called “{name}”, and none at that address.", name=unknown)} if unknown else {}
    )
    number = form.get("most", "")
    choice = Choice(
        **{name: form.get(name, "") for name in ("name", "slug", "words", "profile")},
        scopes=(*form.getlist("scopes"), *scopes),
        languages=tuple(form.getlist("languages")),
        full=form.get("full") != "summary",
        pictures="pictures" in form,
        most=int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else 0,
        listed="unlisted" not in form,
        ended="ended" in form,
    )
    return choice, problems


def _page(choice: Choice, status: int = 200, *, number: int = 0, notice: str = "", **more: Any) -> Response:
    """The form of one, or for a new one, with what it carries where somebody asked for a look."""
    current = settings.current()
    values: dict[str, Any] = {"problems": {}, "shown": None, "found": [], "typed": None, **more}
    with db.reading() as session:
        row = filters.find(session, number) if number else None
        known = [(f"category/{one.slug}", one.name) for one in taxonomy.all_categories(session)]
        typed = values.pop("typed")
        subjects = "\n".join(composing.names(session, choice.scopes)) if typed is None else typed
    scope = filtered.scope(row.slug) if row else ""
    home = filters.home(choice, current.main_language, current.main_language)
    ticked = {scope for scope, _name in known}
    others = [one for one in choice.scopes if one not in ticked and one.startswith(("author/", "category/"))]
    return page(
        "filter.html",
        status,
        choice=choice,
        number=number,
        name=row.name if row else "",
        address=addresses.feed_url(scope, home) if row and row.listed and row.ended_at is None else "",
        categories=[*known, *((one, one.partition("/")[2]) for one in others)],
        subjects=subjects,
        profiles=PROFILES,
        languages=current.languages,
        language_names=LANGUAGE_NAMES,
        most=filters.MOST_ITEMS,
        notice=notice,
        **values,
    )


def _again(form: Form, notice: str, status: int, number: int = 0) -> Response:
    with db.reading() as session:
        choice, _problems = _posted(session, form)
    return _page(choice, status, number=number, notice=notice, typed=form.get("subjects", "")[:_LONGEST])


def _look(choice: Choice, number: int, typed: str) -> Response:
    """What is public of a choice that is not saved, and what its profile asks for besides. Raises Invalid, Sought."""
    current, now = settings.current(), clock.now()
    with seeking.place() as session:
        home = filters.home(choice, current.main_language, current.main_language)
        tried = filters.checked(session, choice, current.languages)
        shown = caps.carried(session, tried, home, now=now, limit=tried.most)
        lacks = [(one, _(gate.SENTENCES[f.code], **f.values)) for one, f in caps.of_items(tried, shown, now=now)]
        of_feed = [_(gate.SENTENCES[f.code], **f.values) for f in caps.of_feed(tried, len(shown), 0)]
    found = [*of_feed, *(f"{one.revision.headline}: {sentence}" for one, sentence in lacks[: 2 * SHOWN])]
    return _page(choice, number=number, shown=shown[:SHOWN], count=len(shown), found=found, typed=typed)


def _kept(number: int) -> Answer:
    """Saves the form, or shows what it would carry."""
    form = request.form
    with db.reading() as session:
        choice, problems = _posted(session, form)
        if number:
            choice = replace(choice, slug="")
    typed = form.get("subjects", "")[:_LONGEST]
    try:
        if problems:
            return _page(choice, 422, number=number, problems=problems, typed=typed)
        if "look" in form:
            return _look(choice, number, typed)
        languages = settings.current().languages
        if number:
            row = road.act(filters.change, number, choice, languages, actor=me())
            say_done(_("Saved. Readers have it so at once."))
        else:
            row = road.act(filters.add, choice, languages, actor=me())
            say_done(_("Made: “{name}”. It can be followed from now on.", name=row.name))
    except Invalid as error:
        return _page(choice, 422, number=number, problems=tell(error, language()).problems, typed=typed)
    return redirect(url_for("desk.filter_changed", number=row.id), 303)


@blueprint.get("/feeds/new")
@permission("taxonomy")
def filter_new() -> Response:
    """The empty form."""
    return _page(Choice())


@blueprint.post("/feeds/new")
@shows_again(_again)
@permission("taxonomy")
def filter_added() -> Answer:
    """Makes one, or shows what it would carry."""
    return _kept(0)


@blueprint.get("/feeds/<int:number>")
@permission("taxonomy")
def filter_(number: int) -> Response:
    """One of them, to put together otherwise."""
    with db.reading() as session:
        choice = filters.composed(session, filters.find(session, number))
    return _page(choice, number=number)


@blueprint.post("/feeds/<int:number>")
@shows_again(_again)
@permission("taxonomy")
def filter_changed(number: int) -> Answer:
    """Puts it together otherwise, ends it, or shows what it would carry."""
    return _kept(number)
