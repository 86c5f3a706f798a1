"""Walking through all items while others work on them: whoever goes on until the end has met every one.

A list with the last changed first is no place to walk in: what changes meanwhile moves to its front, behind the
walker's back. So a walk remembers how far the changes had come when it began (`Translation.serial`), and what changed
since then comes once more at the end. Writers come one at a time, so that a greater serial is a later commit
(docs/decisions/0013, 0034).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import Translation
from feedsvc.newsroom import standing
from feedsvc.newsroom.standing import Standing

Place = tuple[int, int]
"""Serial and id of the last one met in the order of changes."""
BEHIND_ALL = 2**31 - 1
"""An id that comes behind every other of the same serial."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: in the list, or behind its end among what has changed since it began."""

    since: Place
    """In the list: how far the changes had come when it began. Behind it: the last one met."""
    before: tuple[datetime, int] | None = None
    """In the list: `changed_at` and id of the last one met."""


def page(session: Session, walk: Walk | None, *, limit: int, now: datetime) -> tuple[list[Standing], Walk | None]:
    """At most `limit` items from where the walk stands, and where it goes on; None at its end."""
    began = walk.since if walk else (_last(session), BEHIND_ALL)
    listed = _listed(session, walk, limit=limit + 1, now=now)
    missing = limit + 1 - len(listed)
    found = listed + (changed(session, began, limit=missing, now=now) if missing else [])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1].translation
    if len(listed) >= limit:
        return found[:limit], Walk(began, (last.changed_at, last.id))
    return found[:limit], Walk((last.serial, last.id))


def _listed(session: Session, walk: Walk | None, *, limit: int, now: datetime) -> list[Standing]:
    """What is left of the list; nothing where the walk has come to its end."""
    if walk is not None and walk.before is None:
        return []
    return standing.listed(session, now=now, limit=limit, before=walk.before if walk else None)


def changed(session: Session, since: Place, *, limit: int, now: datetime) -> list[Standing]:
    """What has changed after a place, in the order of changes: each item once, where it changed last.

    Raises Invalid for a place that no change has come to: it is of another history, before a backup was put back.
    """
    if since[0] > _last(session):
        raise Invalid({"cursor": ("other_history", {})})
    t = Translation
    after = or_(t.serial > since[0], and_(t.serial == since[0], t.id > since[1]))
    # The first half alone lets the index be entered at the place; the second makes it exact.
    query = select(t).where(t.serial >= since[0], after).order_by(t.serial, t.id).limit(limit)
    return [standing.standing(session, row, now=now) for row in session.scalars(query.options(*standing.LOADED))]


def _last(session: Session) -> int:
    """How far the changes have come."""
    return session.scalar(select(func.max(Translation.serial))) or 0
