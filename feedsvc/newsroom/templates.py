"""Texts to begin with, kept under a name: the fields of the desk's form as they were typed, finished or not."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from feedsvc.characters import clean_tree, folded, one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Template
from feedsvc.newsroom import workflow
from feedsvc.newsroom.drafts import LIMITS
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

MOST = 200
"""Templates of a newsroom, all shown on one page."""
Fields = dict[str, object]


def all_templates(session: Session) -> list[Template]:
    """Every one, by name."""
    query = select(Template).options(joinedload(Template.changed_by)).order_by(func.lower(Template.name), Template.id)
    return list(session.scalars(query))


def find(session: Session, number: int) -> Template:
    """One of them. Raises NotFound."""
    row = session.get(Template, number, options=[joinedload(Template.changed_by)])
    if row is None:
        raise NotFound("template")
    return row


def add(session: Session, name: str, fields: Fields, *, actor: Actor, now: datetime) -> Template:
    """Keeps a text under a new name. Raises Invalid, NotAllowed."""
    workflow.require(actor, "approve")
    if (session.scalar(select(func.count()).select_from(Template)) or 0) >= MOST:
        raise Invalid({"name": ("too_many", {"count": MOST + 1, "limit": MOST})})
    row = Template(
        name=_free_name(session, name, None),
        fields=_checked(fields),
        changed_at=now,
        changed_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit(session, actor, "add-template", row.name, now)
    return row


def change(session: Session, number: int, name: str, fields: Fields, *, actor: Actor, now: datetime) -> Template:
    """Another name or other words for one. Items that began with it stay as they are. Raises Invalid, NotAllowed, NotFound."""
    workflow.require(actor, "approve")
    row = find(session, number)
    before = row.name
    row.name, row.fields = _free_name(session, name, row), _checked(fields)
    row.changed_at, row.changed_by_id = now, actor.user_id
    audit(session, actor, "change-template", row.name, now, before=before)
    return row


def delete(session: Session, number: int, *, actor: Actor, now: datetime) -> None:
    """Drops one. Items that began with it stay as they are. Raises NotAllowed, NotFound."""
    workflow.require(actor, "approve")
    row = find(session, number)
    session.delete(row)
    audit(session, actor, "delete-template", row.name, now)


def _free_name(session: Session, name: str, own: Template | None) -> str:
    """A name that no other one has. Raises Invalid."""
    tidy = one_line(name)
    if not tidy:
        raise Invalid({"name": ("missing", {})})
    if len(tidy) > LIMITS["name"]:
        raise Invalid({"name": ("too_long", {"length": len(tidy), "limit": LIMITS["name"]})})
    # They are few, and each database folds letters its own way, so that they are compared here.
    others = (
        name for number, name in session.execute(select(Template.id, Template.name)) if own is None or number != own.id
    )
    if folded(tidy) in map(folded, others):
        raise Invalid({"name": ("name_taken", {})})
    return tidy


def _checked(fields: Fields) -> Fields:
    """The fields with characters that every format can carry, none of them longer than the longest text. Raises Invalid."""
    longest = max((len(value) for value in fields.values() if isinstance(value, str)), default=0)
    if longest > LIMITS["body_html"]:
        raise Invalid({"body_html": ("too_long", {"length": longest, "limit": LIMITS["body_html"]})})
    tidy: Fields = clean_tree(fields)
    return tidy
