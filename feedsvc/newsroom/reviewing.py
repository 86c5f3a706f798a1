"""The conversation of a review: who is responsible, what should be changed, and what else is to be said."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedsvc.errors import NotNow
from feedsvc.models import Remark, Translation, User
from feedsvc.newsroom import approvals, messages, remarks, workflow
from feedsvc.newsroom.items import moved
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.standing import find, standing
from feedsvc.newsroom.workflow import Actor


def assign(session: Session, key: str, to: str, *, actor: Actor, now: datetime, language: str = "") -> Translation:
    """Makes somebody responsible, by e-mail address; empty: nobody any more. Doing it twice changes nothing.

    Raises Invalid, NotAllowed, NotFound.
    """
    workflow.require(actor, workflow.RULES["assign"].permission)
    translation = find(session, key, language)
    person = approvals.person(session, to, "write") if to.strip() else None
    if (person.id if person else None) == translation.assignee_id:
        return translation
    translation.assignee = person
    moved(translation, None, now)
    remarks.add(session, translation, "assign", actor=actor, now=now, to=person)
    audit(session, actor, "assign", key, now, to=person.email if person else "")
    if person:
        messages.tell(session, "assigned", translation, [person.id], actor=actor, now=now)
    return translation


def request_changes(
    session: Session, key: str, note: str, *, actor: Actor, now: datetime, language: str = ""
) -> Translation:
    """Hands a text back to whoever handed it in, with a note: it is a draft again, and an approval of it is gone.

    What is planned stays planned. Raises Invalid, NotAllowed, NotNow, NotFound.
    """
    workflow.require(actor, workflow.RULES["request-changes"].permission)
    translation = find(session, key, language)
    here = standing(session, translation, now=now)
    state = workflow.step(here.state, "request-changes", actor.grants)
    if "request-changes" not in here.actions:
        raise NotNow("request-changes", here.state, "nothing_to_review")
    said = remarks.words(note, missing="changes_missing")
    back = goes_back_to(session, translation)
    translation.approved_id = None
    translation.assignee = back
    moved(translation, state, now)
    remarks.add(session, translation, "request-changes", actor=actor, now=now, text=said, to=back)
    audit(session, actor, "request-changes", key, now, revision=here.head.number, note=said)
    people = [*messages.writers(session, translation), back.id if back else None]
    messages.tell(session, "changes", translation, people, actor=actor, now=now, note=said)
    return translation


def goes_back_to(session: Session, translation: Translation) -> User | None:
    """Who goes on with a text that is handed back: who handed it in last, else who saved it, if still here."""
    handed = remarks.last(session, translation, "submit")
    person = handed.by if handed and handed.by else translation.head.created_by
    return person if person and person.active else None


def comment(session: Session, key: str, note: str, *, actor: Actor, now: datetime, language: str = "") -> Remark:
    """Says something about the newest text; nothing else changes. Raises Invalid, NotAllowed, NotFound."""
    workflow.require(actor, workflow.RULES["comment"].permission)
    translation = find(session, key, language)
    said = remarks.words(note, missing="missing")
    row = remarks.add(session, translation, "comment", actor=actor, now=now, text=said)
    audit(session, actor, "comment", key, now, revision=translation.head.number)
    people = messages.writers(session, translation)
    messages.tell(session, "comment", translation, people, actor=actor, now=now, note=said, mark=f"r{row.id}")
    return row
