"""The conversation about a text: what was said and decided, in its order, for the newsroom's eyes alone."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from feedsvc.characters import clean
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Remark, Translation, User
from feedsvc.newsroom.workflow import Actor

LIMIT = 2_000
"""Longest note, in characters."""


def words(text: str, *, missing: str = "") -> str:
    """A note as it is kept, its lines as they were typed. `missing`: the problem where there is none, and there must be one.

    Raises Invalid.
    """
    said = clean(text).strip()
    if missing and not said:
        raise Invalid({"note": (missing, {})})
    if len(said) > LIMIT:
        raise Invalid({"note": ("too_long", {"length": len(said), "limit": LIMIT})})
    return said


def add(
    session: Session,
    translation: Translation,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    to: User | None = None,
) -> Remark:
    """One more line, about the newest text."""
    row = Remark(
        translation_id=translation.id,
        kind=kind,
        number=translation.head.number,
        text=text,
        at=now,
        by_id=actor.user_id,
        to_id=to.id if to else None,
    )
    session.add(row)
    session.flush()
    return row


def conversation(session: Session, translation: Translation, *, limit: int = 100) -> list[Remark]:
    """The newest lines in their order. A text that only moved to another address keeps its approvals; they are told once."""
    r = Remark
    query = select(r).where(r.translation_id == translation.id).options(joinedload(r.by), joinedload(r.to))
    rows = list(session.scalars(query.order_by(r.id.desc()).limit(limit)))[::-1]
    told = {(row.kind, row.by_id, row.at, row.text): row for row in reversed(rows)}
    return [row for row in rows if told[row.kind, row.by_id, row.at, row.text] is row]


def every(session: Session, translation: Translation, *, after: int, limit: int) -> list[Remark]:
    """Its lines from the first on; `after` is the id of the last one seen."""
    r = Remark
    query = select(r).where(r.translation_id == translation.id, r.id > after)
    return list(session.scalars(query.options(joinedload(r.by), joinedload(r.to)).order_by(r.id).limit(limit)))


def find(session: Session, number: int) -> Remark:
    """One line by its number. Raises NotFound."""
    row = session.get(Remark, number, options=(joinedload(Remark.by), joinedload(Remark.to)))
    if row is None:
        raise NotFound("comment")
    return row


def last(session: Session, translation: Translation, kind: str) -> Remark | None:
    """The newest line of a kind."""
    r = Remark
    query = select(r).where(r.translation_id == translation.id, r.kind == kind).options(joinedload(r.by))
    return session.scalars(query.order_by(r.id.desc()).limit(1)).first()


def holds() -> ColumnElement[bool]:
    """Of an approval: that nobody asked for changes of the same text afterwards, which takes it back."""
    later = aliased(Remark)
    same = (later.translation_id == Remark.translation_id) & (later.number == Remark.number)
    return ~exists().where(same, later.kind == "request-changes", later.id > Remark.id)


def keep_approvals(session: Session, translation: Translation, before: int, after: int) -> None:
    """A text that goes on under another number, unchanged but for its address, is as approved as it was."""
    r = Remark
    query = select(r).where(r.translation_id == translation.id, r.kind == "approve", r.number == before, holds())
    names = ("translation_id", "kind", "text", "at", "by_id", "to_id")
    for row in session.scalars(query.order_by(r.id)).all():
        session.add(Remark(**{name: getattr(row, name) for name in names}, number=after))
    session.flush()
