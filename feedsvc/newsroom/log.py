"""The log of what people did, read: filtered, newest first, by keyset."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedsvc.models import Audit, Item, Revision, Translation


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: everything empty or None lets all pass."""

    person: str = ""
    """E-mail address, or `system`."""
    subject: str = ""
    """An item's key, or what else the deed was done to."""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    before: int | None = None
    """Id of the last entry seen."""


def entries(session: Session, asked: Asked, *, limit: int) -> list[Audit]:
    """The newest of these entries, newest first.

    Ids and moments grow together, so that a day is a stretch of ids: found by one index, read by another.
    """
    a = Audit
    query: Select[Audit] = select(a)
    for column, value in ((a.actor, asked.person), (a.subject, asked.subject), (a.action, asked.action)):
        if value:
            query = query.where(column == value)
    if asked.since is not None:
        query = query.where(a.id >= _first(session, asked.since))
    if asked.until is not None:
        query = query.where(a.id < _first(session, asked.until))
    if asked.before is not None:
        query = query.where(a.id < asked.before)
    return list(session.scalars(query.order_by(a.id.desc()).limit(limit)))


def _first(session: Session, moment: datetime) -> int:
    """Id of the first entry from a moment on; one more than any where there is none."""
    row = session.execute(select(Audit.id).where(Audit.at >= moment).order_by(Audit.at, Audit.id).limit(1)).first()
    return row[0] if row else (session.scalar(select(func.max(Audit.id))) or 0) + 1


def headlines(session: Session, subjects: set[str]) -> dict[str, str]:
    """Key → newest headline, for those of the subjects that are items."""
    query = (
        select(Item.key, Revision.headline)
        .join(Translation, Translation.item_id == Item.id)
        .join(Revision, Revision.id == Translation.head_id)
        .where(Item.key.in_(subjects))
        .order_by(Translation.id.desc())  # the first language last, so that it stands
    )
    return {row.key: row.headline for row in session.execute(query)}


def actions(session: Session) -> list[str]:
    """Every kind of deed in the log. Each is one step through the index, however long the log."""
    found: list[str] = []
    while True:
        query = select(func.min(Audit.action))
        after = session.scalar(query.where(Audit.action > found[-1]) if found else query)
        if after is None:
            return found
        found.append(after)


def people(session: Session) -> list[str]:
    """Everybody who ever did anything, by address, in the same way."""
    found: list[str] = []
    while True:
        query = select(func.min(Audit.actor))
        after = session.scalar(query.where(Audit.actor > found[-1]) if found else query)
        if after is None:
            return found
        found.append(after)


def extent(session: Session) -> tuple[int, str]:
    """How many entries there are (their ids have no gaps but for what was undone), and the newest one's seal."""
    row = session.execute(select(Audit.id, Audit.seal).order_by(Audit.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else (0, "")
