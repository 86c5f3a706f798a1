"""The API's views of what items are made of: subjects, pictures, templates; and of what concerns the token's owner."""

import csv
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from feedsvc import clock, db
from feedsvc.errors import NotFound
from feedsvc.feeds import catalogue
from feedsvc.models import Tag
from feedsvc.models import Template as Kept
from feedsvc.newsroom import audience, messages, pictures, subjects, taxonomy, templates
from feedsvc.newsroom.drafts import KINDS
from feedsvc.newsroom.subject_lists import Tagged
from feedsvc.newsroom.subjects import Subject
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.api import answered, answers, asked, pages, shapes_history, shapes_newsroom
from feedsvc.web.api.frame import deed, operation

USUAL_DAYS, MOST_DAYS = 30, 366


def _table(kind: str) -> str:
    """What addresses begin with for a kind of subject."""
    return "tag" if kind in KINDS else kind


def _tagged(row: Subject) -> Tagged:
    kind = row.__tablename__
    return Tagged((kind, row.id), row.kind if isinstance(row, Tag) else kind, row.slug, row.name)


def _subject(session: Session, row: Subject, *, now: datetime) -> answered.Subject:
    """A subject as it is answered, with its feeds as readers know them now."""
    one = _tagged(row)
    return answers.subject(one, catalogue.carried(session, [one.scope], now=now).get(one.scope, {}))


@operation("listOrganisations")
def list_organisations() -> Response:
    """All of them: they are few."""
    with db.reading() as session:
        found = [_tagged(row) for row in taxonomy.all_organisations(session)]
        carried = catalogue.carried(session, [row.scope for row in found], now=clock.now())
    return answers.subjects(found, carried, len(found))


def _named(row: Subject, status: int = 200) -> Response:
    """A subject by itself: its feeds follow in the same transaction, but behind the verb."""
    one = _tagged(row)
    told = {"id": one.place[1], "kind": one.sort, "name": one.name, "slug": one.slug}
    return answers.told(shapes_newsroom.Named.model_validate(told), status)


def _added(session: Session, kind: str, name: str, slug: str, *, actor: Actor, now: datetime) -> Subject:
    if kind == "organisation":
        return taxonomy.add_organisation(session, name, actor=actor, now=now)
    return subjects.add(session, kind, name, slug, actor=actor, now=now)


@operation("createSubject")
def create_subject() -> Response:
    """A subject with its feeds, empty so far."""
    given = asked.body(shapes_newsroom.SubjectGiven)
    return deed(lambda row: _named(row, 201), _added, given.kind, given.name, given.slug)


@operation("readSubject")
def read_subject(kind: str, slug: str) -> Response:
    """A subject by its address."""
    with db.reading() as session:
        row = subjects.find(session, _table(kind), slug)
        return answers.told(_subject(session, row, now=clock.now()))


def _renamed(
    session: Session, kind: str, slug: str, given: shapes_newsroom.SubjectPatch, *, actor: Actor, now: datetime
) -> Subject:
    row = subjects.find(session, kind, slug)
    words = {"name": given.name or row.name, "new_slug": given.slug or "", "tag_kind": given.kind or ""}
    return subjects.rename(session, kind, slug, **words, actor=actor, now=now)


@operation("editSubject")
def edit_subject(kind: str, slug: str) -> Response:
    """Another name, address or kind."""
    return deed(_named, _renamed, _table(kind), slug, asked.body(shapes_newsroom.SubjectPatch))


@operation("mergeSubject")
def merge_subject(kind: str, slug: str) -> Response:
    """One of two."""
    return deed(_named, subjects.merge, _table(kind), slug, asked.body(shapes_newsroom.Merger).into)


@operation("deleteSubject")
def delete_subject(kind: str, slug: str) -> Response:
    """Items lose it."""
    return deed(lambda lost: answers.told(shapes_newsroom.Deleted(texts=lost)), subjects.remove, _table(kind), slug)


@operation("listMedia")
def list_media() -> Response:
    """A page of pictures."""
    limit, before = pages.page_of_numbers()
    with db.reading() as session:
        found = pictures.listed(session, before=before or None, limit=limit + 1)
        rows = [answers.media_of(row) for row in found[:limit]]
    further = pages.cursor_of_number(found[limit - 1].id) if len(found) > limit else None
    return answers.told(shapes_newsroom.Pictures(media=rows, next=further))


@operation("readMedia")
def read_media(media: str) -> Response:
    """One picture."""
    with db.reading() as session:
        return answers.told(answers.media_of(pictures.find(session, media)))


_WORDS = ("headline", "subhead", "dateline", "summary", "body", "language", "organisation")
_NAMES = ("people", "places", "themes", "authors")


def _template(row: Kept) -> shapes_newsroom.Template:
    """A template as it is answered: what the desk keeps as typed, its names as lists."""
    kept: dict[str, Any] = row.fields
    fields = {name: str(kept.get(name, "")) for name in _WORDS}
    names = {name: _apart(str(kept.get(name, ""))) for name in _NAMES}
    html = kept.get("body_form") == "html"
    more = {"categories": list(kept.get("categories") or ()), "body_form": "html" if html else "typed"}
    own = {"number": row.id, "name": row.name, "changed_at": row.changed_at}
    return shapes_newsroom.Template.model_validate(fields | names | more | own)


def _apart(text: str) -> list[str]:
    """The names in a field of the desk's form: between commas, or in quotation marks."""
    rows = csv.reader([" ".join(text.split())], skipinitialspace=True)
    return [name.strip() for row in rows for name in row if name.strip()]


def _fields(given: shapes_newsroom.TemplateGiven, kept: dict[str, object]) -> dict[str, object]:
    """A template as the desk keeps it; what the API does not know of stays as it was."""
    words: dict[str, object] = {name: getattr(given, name) for name in (*_WORDS, "body_form", "categories")}
    for name in _NAMES:
        words[name] = ", ".join(_quoted(one) for one in getattr(given, name))
    return {"further": "", "contacts": [], "boilerplates": [], "chosen": []} | kept | words


def _quoted(name: str) -> str:
    plain = "," not in name and '"' not in name
    return name if plain else '"{}"'.format(name.replace('"', '""'))


@operation("listTemplates")
def list_templates() -> Response:
    """Every template."""
    with db.reading() as session:
        rows = [_template(row) for row in templates.all_templates(session)]
    return answers.told(shapes_newsroom.Templates(templates=rows))


@operation("readTemplate")
def read_template(number: str) -> Response:
    """One of them."""
    with db.reading() as session:
        return answers.told(_template(templates.find(session, asked.number(number))))


@operation("createTemplate")
def create_template() -> Response:
    """A new one."""
    given = asked.body(shapes_newsroom.TemplateGiven)
    return deed(lambda row: answers.told(_template(row), 201), templates.add, given.name, _fields(given, {}))


def _replaced(
    session: Session, number: int, given: shapes_newsroom.TemplateGiven, *, actor: Actor, now: datetime
) -> Kept:
    fields = _fields(given, templates.find(session, number).fields)
    return templates.change(session, number, given.name, fields, actor=actor, now=now)


@operation("replaceTemplate")
def replace_template(number: str) -> Response:
    """Another text in its place."""
    given = asked.body(shapes_newsroom.TemplateGiven)
    return deed(lambda row: answers.told(_template(row)), _replaced, asked.number(number), given)


def _done(_nothing: object) -> Response:
    return answers.told(shapes_history.Undone(done=True))


@operation("deleteTemplate")
def delete_template(number: str) -> Response:
    """Dropped; items that began with it stay as they are."""
    return deed(_done, templates.delete, asked.number(number))


def _mine() -> int:
    """The token's owner. Raises NotFound for none."""
    if g.actor.user_id is None:
        raise NotFound("user")
    return int(g.actor.user_id)


@operation("listNotices")
def list_notices() -> Response:
    """A page of what concerns the owner."""
    limit, before = pages.page_of_numbers()
    same = ("kind", "language", "by", "note", "moment", "at", "read_at")
    with db.reading() as session:
        found = messages.of(session, _mine(), limit=limit + 1, before=before or None)
        unread = messages.unread(session, _mine())
        rows = [
            shapes_newsroom.Notice.model_validate(
                {name: getattr(row, name) for name in same} | {"number": row.id, "item": key, "headline": headline}
            )
            for row, key, headline in found[:limit]
        ]
    further = pages.cursor_of_number(rows[-1].number) if len(found) > limit else None
    return answers.told(shapes_newsroom.Notices(notices=rows, unread=unread, next=further))


def _read(session: Session, user_id: int, up_to: int, *, actor: Actor, now: datetime) -> None:  # noqa: ARG001  # a verb
    messages.read_all(session, user_id, up_to=up_to, now=now)


@operation("readNotices")
def read_notices() -> Response:
    """Those that came since stay new."""
    return deed(_done, _read, _mine(), asked.body(shapes_newsroom.ReadGiven).up_to)


@operation("readAudience")
def read_audience() -> Response:
    """The most read feeds."""
    days = asked.whole("days", USUAL_DAYS, MOST_DAYS)
    with db.reading() as session:
        found = audience.readers(session, since=(clock.now() - timedelta(days=days)).date())
    rows = [
        shapes_newsroom.Reader(
            scope=one.scope,
            language=one.language,
            format=one.format,
            requests=one.requests,
            unchanged=round(one.unchanged, 4),
            subscribers=one.reported,
        )
        for one in found
    ]
    return answers.told(shapes_newsroom.Audience(days=days, feeds=rows))
