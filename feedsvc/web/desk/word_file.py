"""A Word file becomes the words of an item form: unsaved until somebody has looked them over, and nobody else's before."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any, TypeVar

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road
from feedsvc.characters import one_line
from feedsvc.errors import Crowded, Invalid
from feedsvc.importers import docx
from feedsvc.importers.docx import Found
from feedsvc.newsroom import captions, html, pictures, standing, unsaved
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.unsaved import Mark
from feedsvc.web.auth import permission
from feedsvc.web.desk import forms, remembered
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import blueprint, me, page
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, ngettext

NAME_LIMIT = 120
ALT_LIMIT = captions.LIMITS["alt"]
SECONDS_FOR_PICTURES = 8.0
"""After so many no further picture is begun: whoever waits has a text to look at."""
MOST_BODY = docx.MOST_BYTES + 1024 * 1024
"""A file and what stands around it in a request, in bytes."""
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Lets a view have a body as large as Word files are."""
    view.most_body = MOST_BODY  # type: ignore[attr-defined]
    return view


def _asked(key: str = "", problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page that asks for the file."""
    headline = ""
    if key:
        with db.reading() as session:
            headline = standing.find(session, key).head.headline
    limit = docx.MOST_BYTES // 1024**2
    return page("word_file.html", status, key=key, headline=headline, problems=problems or {}, limit=limit)


@blueprint.get("/items/from-word")
@permission("write")
def word_file() -> Response:
    """Asks for a Word file to begin a new item with."""
    return _asked()


@blueprint.get("/items/<key>/from-word")
@permission("write")
def item_word_file(key: str) -> Response:
    """Asks for a Word file whose text is to stand in an item's form."""
    return _asked(key)


def _taken(key: str) -> Answer:
    """Puts what the file holds into the form, unsaved, and says what did not come along."""
    file = request.files.get("word_file")
    name = one_line(PurePath((file.filename if file else "") or "").name)[:NAME_LIMIT]
    try:
        found = docx.read(file.stream.read(docx.MOST_BYTES + 1) if file and name else b"")
    except Invalid as error:
        return _asked(key, tell(error, language()).problems, 422)
    except Crowded as error:
        told = tell(error, language())
        return _asked(key, {docx.FIELD: told.detail or told.title}, told.status)
    mark = Mark(secrets.token_hex(16), secrets.token_hex(16), 0)
    brought = _pictures(found, name)
    typed = _filled(key, found, brought)
    try:
        road.act(unsaved.keep, key, forms.fields(typed), mark, actor=me(), base=typed.base, source=name)
    except Invalid as error:
        return _asked(key, {docx.FIELD: tell(error, language()).detail}, 422)
    for sentence in _told(found, len(brought)):
        flash(sentence, "warn")
    where: dict[str, Any] = {"key": key} if key else {}
    return redirect(url_for("desk.item" if key else "desk.new", unsaved=mark.name, **where), 303)


def _pictures(found: Found, name: str) -> tuple[Caption, ...]:
    """The file's pictures, made anew and kept as any that is handed in; those that cannot be are left out, and counted."""
    brought: dict[str, Caption] = {}
    until = time.monotonic() + SECONDS_FOR_PICTURES
    for number, one in enumerate(found.pictures if me().may("media") else (), 1):
        if time.monotonic() > until:
            break
        try:
            row = road.act(pictures.add, pictures.prepared(one.content, f"{PurePath(name).stem} {number}"), actor=me())
        except (Invalid, Crowded):
            continue
        brought.setdefault(row.key, Caption(row.key, alt=one.alt[:ALT_LIMIT]))
    return tuple(brought.values())


def _filled(key: str, found: Found, brought: tuple[Caption, ...]) -> Typed:
    """The form with the file's words in the place of those that it had."""
    with db.reading() as session:
        if key:
            translation = standing.find(session, key)
            begun = forms.opened(translation.head, translation.language, translation.item.organisation.slug)
        else:
            begun = remembered.begun(session, me())
    words = html.to_typed(found.body_html)
    taken: dict[str, Any] = {"headline": found.headline, "body": found.body_html if words is None else words}
    taken["body_form"] = "html" if words is None else "typed"
    if found.subhead:
        taken["subhead"] = found.subhead
    known = {one.key for one in begun.pictures}
    new = tuple(one for one in brought if one.key not in known)
    return replace(begun, **taken, pictures=(*begun.pictures, *new))


def _told(found: Found, brought: int) -> list[str]:
    """What to look at: how the headline was known, what stayed behind, what came along unasked."""
    how = {
        "bold": _("The headline is the first bold line of the file. Check that it is the right one."),
        "line": _("The headline is the first line of the file. Check that it is the right one."),
        "": _("No headline was found in the file. Please write one."),
    }
    left, missing = (
        _kinds(found.left),
        found.left.get("pictures", 0) + len({one.content for one in found.pictures}) - brought,
    )
    said = [how[found.how]] if found.how in how else []
    if left:
        said.append(_("Not taken over from the file: {things}.", things=", ".join(left)))
    if brought:
        said.append(_brought(brought))
    if missing:
        said.append(_missing(missing))
    if found.left.get("changes"):
        said.append(_("The file has changes that nobody had accepted yet. They are in the text as if they were."))
    if found.left.get("hidden"):
        said.append(_("Some words were hidden in Word. They can be seen now: check the text before it goes out."))
    return said


def _brought(n: int) -> str:
    return ngettext(
        "{n} picture came along: say below what can be seen in it.",
        "{n} pictures came along: say below what can be seen in them.",
        n,
    )


def _missing(n: int) -> str:
    return ngettext(
        "{n} picture did not come across: add it below.", "{n} pictures did not come across: add them below.", n
    )


def _kinds(left: dict[str, int]) -> list[str]:
    """What stayed behind, in words."""
    words: dict[str, Callable[[int], str]] = {
        "footnotes": lambda n: ngettext("{n} footnote", "{n} footnotes", n),
        "comments": lambda n: ngettext("{n} comment", "{n} comments", n),
        "charts": lambda n: ngettext("{n} chart", "{n} charts", n),
        "drawings": lambda n: ngettext("{n} drawing", "{n} drawings", n),
        "equations": lambda n: ngettext("{n} equation", "{n} equations", n),
        "objects": lambda n: ngettext("{n} embedded object", "{n} embedded objects", n),
    }
    return [say(left[kind]) for kind, say in words.items() if left.get(kind)]


@blueprint.post("/items/from-word")
@takes_files
@permission("write")
def word_file_sent() -> Answer:
    """Begins a new item with the words of a file."""
    return _taken("")


@blueprint.post("/items/<key>/from-word")
@takes_files
@permission("write")
def item_word_file_sent(key: str) -> Answer:
    """Puts the words of a file into an item's form."""
    return _taken(key)
