"""Writing items: create, save, submit, approve."""

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from feedsvc.errors import Stale
from feedsvc.models import Item, Translation
from feedsvc.newsroom import approvals, messages, remarks, revisions, taxonomy, workflow
from feedsvc.newsroom.drafts import Checked, make_slug
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.standing import find, standing
from feedsvc.newsroom.workflow import Actor


def create(session: Session, text: Checked, *, actor: Actor, now: datetime, guid: str = "") -> Translation:
    """A new item with its first text. Raises Invalid, NotAllowed."""
    workflow.require(actor, "write")
    organisation = taxonomy.organisation(session, text.organisation)
    key = str(uuid.uuid4())
    item = Item(
        key=key,
        guid=guid or f"urn:uuid:{key}",
        organisation=organisation,
        organisation_id=organisation.id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    translation = Translation(item=item, language=text.language, state=workflow.DRAFT, version=1, changed_at=now)
    session.add_all((item, translation))
    session.flush()
    named = replace(text, slug=text.slug or make_slug(text.headline))
    revisions.add(session, translation, named, given_slug=bool(text.slug), actor=actor, now=now)
    audit(session, actor, "create", key, now, language=text.language, headline=text.headline)
    return translation


def save(
    session: Session,
    key: str,
    text: Checked,
    *,
    base: int,
    actor: Actor,
    now: datetime,
    language: str = "",
) -> Translation:
    """A new text on top of revision number `base`; nothing happens where nothing differs.

    Raises Stale when somebody saved in between, Invalid, NotAllowed, NotFound.
    """
    workflow.require(actor, "write")
    translation = find(session, key, language)
    head = translation.head
    if head.number != base:
        raise Stale(base, head.number, head.created_by.name if head.created_by else "")
    if text.organisation:
        translation.item.organisation = taxonomy.organisation(session, text.organisation)
    named = replace(text, slug=text.slug or head.slug)
    # The form hands back the address that it was given; only another one is a choice.
    made = revisions.add(session, translation, named, given_slug=named.slug != head.slug, actor=actor, now=now)
    if made:
        moved(translation, workflow.DRAFT, now)
        audit(session, actor, "save", key, now, revision=made.number)
    return translation


def moved(translation: Translation, state: str | None, now: datetime) -> None:
    """Notes that something about the translation changed, and its new stored state if it has one."""
    if state:
        translation.state = state
    translation.version += 1
    translation.changed_at = now


def noticed(session: Session, translations: list[int]) -> None:
    """Notes that these stand elsewhere although nobody changed them: their moment came. Whoever follows the changes meets them."""
    same = update(Translation).where(Translation.id.in_(translations)).values(version=Translation.version)
    session.execute(same, execution_options={"synchronize_session": False})


def submit(
    session: Session, key: str, *, actor: Actor, now: datetime, language: str = "", note: str = "", to: str = ""
) -> Translation:
    """Hands the newest text to those who approve, perhaps to one of them, by e-mail address, who is responsible then.

    Raises Invalid, NotAllowed, NotNow, NotFound.
    """
    translation, state = _step(session, key, "submit", actor=actor, now=now, language=language)
    said, person = remarks.words(note), approvals.person(session, to, "approve") if to.strip() else None
    if person:
        translation.assignee = person
    moved(translation, state, now)
    remarks.add(session, translation, "submit", actor=actor, now=now, text=said, to=person)
    if person:
        messages.tell(session, "assigned", translation, [person.id], actor=actor, now=now, note=said)
    more = {"to": person.email} if person else {}
    audit(session, actor, "submit", key, now, revision=translation.head.number, **more)
    return translation


def approve(
    session: Session, key: str, *, actor: Actor, now: datetime, language: str = "", base: int | None = None
) -> Translation:
    """Approves the newest revision, and no other: the approval falls with the next save. `base`: the one that was read.

    Raises Stale where that is not the newest any more, SecondPerson, NotAllowed, NotNow, NotFound.
    """
    translation, state = _step(session, key, "approve", actor=actor, now=now, language=language)
    head = translation.head
    if base is not None and head.number != base:
        raise Stale(base, head.number, head.created_by.name if head.created_by else "")
    approvals.require(session, translation, "approve", actor=actor)
    translation.approved_id = head.id
    moved(translation, state, now)
    remarks.add(session, translation, "approve", actor=actor, now=now)
    audit(session, actor, "approve", key, now, revision=head.number)
    messages.tell(session, "approved", translation, messages.writers(session, translation), actor=actor, now=now)
    return translation


def _step(
    session: Session, key: str, action: str, *, actor: Actor, now: datetime, language: str
) -> tuple[Translation, str | None]:
    """Finds the item and asks the table whether this is possible; and the stored state that it leads to."""
    workflow.require(actor, workflow.RULES[action].permission)
    translation = find(session, key, language)
    return translation, workflow.step(standing(session, translation, now=now).state, action, actor.grants)
