"""An earlier text used again: put on top of the newest one, or as the beginning of another item."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from feedsvc.errors import NotFound, NotNow, Stale
from feedsvc.models import Revision, Translation
from feedsvc.newsroom import items, remarks, workflow
from feedsvc.newsroom.drafts import Checked
from feedsvc.newsroom.guarded import text_of
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.standing import find, standing
from feedsvc.newsroom.workflow import Actor


def revision(session: Session, translation: Translation, number: int) -> Revision:
    """A saved text by its number, with all that it says. Raises NotFound."""
    r = Revision
    said = (r.categories, r.tags, r.authors, r.created_by, r.organisation, r.pictures, r.contacts, r.boilerplates)
    query = select(r).where(r.translation_id == translation.id, r.number == number)
    row = session.scalars(query.options(*map(selectinload, said))).first()
    if row is None:
        raise NotFound("revision")
    return row


def restore(
    session: Session, key: str, number: int, *, base: int, actor: Actor, now: datetime, language: str = ""
) -> Translation:
    """Puts an earlier text on top of revision number `base` as a new one. The item's address stays as it is now.

    Raises NotNow where it says what the newest one says, Stale when somebody saved in between, Invalid, NotAllowed, NotFound.
    """
    workflow.require(actor, workflow.RULES["save"].permission)
    translation = find(session, key, language)
    head = translation.head
    if head.number != base:
        raise Stale(base, head.number, head.created_by.name if head.created_by else "")
    text = _text(revision(session, translation, number))
    items.save(session, key, text, base=base, actor=actor, now=now, language=language)
    if translation.head is head:
        state = standing(session, translation, now=now).state
        raise NotNow("restore", state, "already_newest")
    remarks.add(session, translation, "restore", actor=actor, now=now, text=str(number))
    audit(session, actor, "restore", key, now, revision=translation.head.number, again=number)
    return translation


def copy(session: Session, key: str, *, actor: Actor, now: datetime, language: str = "") -> Translation:
    """A new item that says what the newest text of this one says, at an address of its own. Raises NotAllowed, NotFound."""
    workflow.require(actor, "write")
    translation = find(session, key, language)
    made = items.create(session, _text(translation.head), actor=actor, now=now)
    audit(session, actor, "copy", key, now, made=made.item.key)
    return made


def _text(row: Revision) -> Checked:
    """A saved text as one to save, with its organisation, contacts and boilerplates as well; the address is left open."""
    return replace(
        text_of(row),
        slug="",
        organisation=row.organisation.slug if row.organisation else "",
        contacts=tuple(link.contact_id for link in row.contacts),
        boilerplates=tuple(link.boilerplate_id for link in row.boilerplates),
    )
