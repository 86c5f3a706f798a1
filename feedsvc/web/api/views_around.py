"""The API's views of what stands around items' texts: contacts, boilerplates, comments."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from flask import Response, g, url_for
from sqlalchemy.orm import Session, object_session

from feedsvc import clock, db, road, settings
from feedsvc.models import Boilerplate, Contact, Remark
from feedsvc.newsroom import boilerplates, contacts, remarks, renewal, reviewing, standing
from feedsvc.newsroom.boilerplates import Words
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.api import answers, asked, pages, shapes, shapes_around
from feedsvc.web.api.frame import deed, operation
from feedsvc.web.i18n import gettext as _

Row = TypeVar("Row", Contact, Boilerplate, Remark)
Changed = TypeVar("Changed", Contact, Boilerplate)
Tags = frozenset[str] | None
"""What `asked.tags` gives."""


def _page(found: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """The rows of a page of which one more was looked up, and the cursor of the next."""
    return found[:limit], pages.cursor_of_number(found[limit - 1].id) if len(found) > limit else None


def _etag(row: Contact | Boilerplate) -> str:
    """A strong tag of all that can be changed of it; it has no version of its own for that."""
    names = (*contacts.SHOWN, "id") if isinstance(row, Contact) else (*boilerplates.SHOWN, "id")
    said = repr([getattr(row, name) for name in names])
    return f'"{hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'


def _change(
    session: Session,
    find: Callable[[Session, int], Changed],
    change: Callable[[Changed], Changed],
    number: int,
    tags: Tags,
) -> Changed:
    """Changes what is still as the caller read it: compared and changed in one transaction."""
    row = find(session, number)
    if tags is not None and _etag(row) not in tags:
        sentence = _("It has changed since you read it. Read it again, then make your change on top of that.")
        asked.refuse(412, _("Somebody was faster"), sentence)
    return change(row)


def _given(given: Any) -> dict[str, Any]:
    """The fields that were given."""
    found = {name: getattr(given, name) for name in given.model_fields_set}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _contact(row: Contact) -> shapes_around.Contact:
    names = ("id", "name", "role", "email", "phone", "languages", "public", "active", "changed_at")
    told = {name: getattr(row, name) for name in names}
    if not ((row.public and row.active) or "taxonomy" in g.actor.grants):
        told |= {"email": "", "phone": ""}  # for the newsroom only: for those who look after the cards
    return shapes_around.Contact(**told)


def _contact_told(row: Contact, status: int = 200, **headers: str) -> Response:
    return answers.told(_contact(row), status, ETag=_etag(row), **headers)


@operation("listContacts")
def list_contacts() -> Response:
    """A page of contacts; one more than asked for is looked up, to know whether there is a next page."""
    limit, after = pages.page_of_numbers()
    with db.reading() as session:
        rows, cursor = _page(contacts.every(session, after=after, limit=limit + 1), limit)
        return answers.told(shapes_around.Contacts(contacts=[_contact(row) for row in rows], next=cursor))


@operation("createContact")
def create_contact() -> Response:
    """Somebody new."""
    card = Card(**_given(asked.body(shapes_around.ContactNew)))
    return deed(
        lambda row: _contact_told(row, 201, Location=url_for("api.readContact", number=row.id)), contacts.add, card
    )


@operation("readContact")
def read_contact(number: str) -> Response:
    """One of them."""
    with db.reading() as session:
        return _contact_told(contacts.find(session, asked.number(number)))


def _contact_changed(
    session: Session, number: int, given: dict[str, Any], tags: Tags, *, actor: Actor, now: datetime
) -> Contact:
    def change(row: Contact) -> Contact:
        fields = {name: getattr(row, name) for name in contacts.SHOWN} | given
        card = Card(**{**fields, "languages": tuple(fields["languages"])})
        return contacts.change(session, row.id, card, actor=actor, now=now)

    return _change(session, contacts.find, change, number, tags)


@operation("editContact")
def edit_contact(number: str) -> Response:
    """Other words for the fields given: every live item that names them shows them at once."""
    which, tags = asked.number(number), asked.tags()
    return deed(_contact_told, _contact_changed, which, _given(asked.body(shapes_around.ContactPatch)), tags)


def _boilerplate(session: Session, row: Boilerplate) -> shapes_around.Boilerplate:
    names = ("id", "name", "language", "heading", "html", "active", "version", "changed_at")
    return shapes_around.Boilerplate(
        **{name: getattr(row, name) for name in names},
        organisation=row.organisation.slug if row.organisation else "",
        behind=renewal.behind(session, row, now=clock.now()),
    )


def _boilerplate_told(row: Boilerplate, status: int = 200, **headers: str) -> Response:
    """One of them as it is now. Its items are counted while no writer waits, unless the answer is kept with the deed."""
    session = object_session(row)
    if session is None:
        with db.reading() as reading:
            return _boilerplate_told(boilerplates.find(reading, row.id), status, **headers)
    session.flush()
    session.refresh(row)  # its organisation may be another one than was loaded
    return answers.told(_boilerplate(session, row), status, ETag=_etag(row), **headers)


@operation("listBoilerplates")
def list_boilerplates() -> Response:
    """A page of “about” texts."""
    limit, after = pages.page_of_numbers()
    with db.reading() as session:
        rows, cursor = _page(boilerplates.every(session, after=after, limit=limit + 1), limit)
        return answers.told(
            shapes_around.Boilerplates(boilerplates=[_boilerplate(session, row) for row in rows], next=cursor)
        )


@operation("createBoilerplate")
def create_boilerplate() -> Response:
    """A new one."""
    words = Words(**_given(asked.body(shapes_around.BoilerplateNew)))

    def told(row: Boilerplate) -> Response:
        return _boilerplate_told(row, 201, Location=url_for("api.readBoilerplate", number=row.id))

    return deed(told, boilerplates.add, words, settings.current().languages)


@operation("readBoilerplate")
def read_boilerplate(number: str) -> Response:
    """One of them, and how many live items have older words."""
    with db.reading() as session:
        return _boilerplate_told(boilerplates.find(session, asked.number(number)))


def _boilerplate_changed(
    session: Session, number: int, given: dict[str, Any], tags: Tags, *, actor: Actor, now: datetime
) -> Boilerplate:
    def change(row: Boilerplate) -> Boilerplate:
        words = Words(**{**boilerplates.fields_of(row), **given})
        return boilerplates.change(session, row.id, words, settings.current().languages, actor=actor, now=now)

    return _change(session, boilerplates.find, change, number, tags)


@operation("editBoilerplate")
def edit_boilerplate(number: str) -> Response:
    """Other words for the fields given; live items keep theirs until they are renewed."""
    which, tags = asked.number(number), asked.tags()
    given = _given(asked.body(shapes_around.BoilerplatePatch))
    return deed(_boilerplate_told, _boilerplate_changed, which, given, tags)


@operation("renewBoilerplate")
def renew_boilerplate(number: str) -> Response:
    """The newest words in a few of the live items that have older ones."""
    which = asked.number(number)
    asked.body(shapes.Nothing)
    with db.reading() as session:
        found = renewal.behind_ids(session, which, limit=renewal.BATCH, now=clock.now())
    done = road.act(renewal.renew, which, found, actor=g.actor)
    with db.reading() as session:
        behind = renewal.behind(session, boilerplates.find(session, which), now=clock.now())
    return answers.told(shapes_around.Renewed(renewed=done, behind=behind))


def _comment(row: Remark) -> shapes_around.Comment:
    people = {"by": row.by.email if row.by else None, "to": row.to.email if row.to else None}
    told = {"id": row.id, "kind": row.kind, "note": row.text, "revision": row.number, "at": row.at, **people}
    return shapes_around.Comment.model_validate(told)


@operation("listComments")
def list_comments(name: str) -> Response:
    """A page of what was said and decided about an item."""
    key, (limit, after) = asked.key(name), pages.page_of_numbers()
    with db.reading() as session:
        translation = standing.find(session, key, asked.language())
        rows, cursor = _page(remarks.every(session, translation, after=after, limit=limit + 1), limit)
        return answers.told(shapes_around.Comments(comments=[_comment(row) for row in rows], next=cursor))


def _commented(session: Session, key: str, note: str, *, language: str, actor: Actor, now: datetime) -> Response:
    row = reviewing.comment(session, key, note, actor=actor, now=now, language=language)
    session.flush()
    return answers.told(_comment(remarks.find(session, row.id)), 201)


@operation("commentItem")
def comment_item(name: str) -> Response:
    """Something said about the newest text."""
    key, said = asked.key(name), asked.body(shapes_around.CommentGiven)
    return deed(answers.as_made, _commented, key, said.note, language=asked.language())
