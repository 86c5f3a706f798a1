"""What the newsroom chose for itself, on the desk's page of settings: each choice has a name and what holds without it."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from feedsvc.models import Preference
from feedsvc.newsroom import workflow
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

TWO_PERSON = "two_person"
LOOK, LOGO = "look", "logo"
"""See newsroom/look.py."""
USUAL: dict[str, object] = {TWO_PERSON: False, LOOK: {}, LOGO: {}}
"""Name → what holds while nobody chose."""

_VALUE = select(Preference.value).where(Preference.name == bindparam("name"))
"""Made once, and without a row to be kept: every page asks."""


def chosen(session: Session, name: str) -> object:
    """What the newsroom chose, or what holds without a choice."""
    found = session.execute(_VALUE, {"name": name}).first()
    return USUAL[name] if found is None else found.value


def two_person(session: Session) -> bool:
    """Whether nobody may approve or bring out what they wrote themselves."""
    return chosen(session, TWO_PERSON) is True


def choose(session: Session, name: str, value: object, *, actor: Actor, now: datetime) -> bool:
    """Keeps a choice; whether it is another than before. Raises NotAllowed."""
    workflow.require(actor, "admin")
    before = chosen(session, name)
    if before == value:
        return False
    row = session.get(Preference, name)
    if row is None:
        session.add(Preference(name=name, value=value))
    else:
        row.value = value
    audit(session, actor, "choose", name, now, before=before, value=value)
    return True
