"""Who has a text open to write just now. It tells and never bars: nothing here can leave an item locked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from feedsvc.models import Presence
from feedsvc.newsroom import workflow
from feedsvc.newsroom.standing import find
from feedsvc.newsroom.workflow import Actor

ALIVE = timedelta(seconds=60)
"""So long after the last sign of life somebody still counts as there; the page gives one every twenty seconds."""
FRESH = timedelta(seconds=10)
"""A sign of life no older than this needs no newer one."""
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class There:
    """Somebody who is writing."""

    name: str
    since: datetime


def touch(session: Session, translation_id: int, *, actor: Actor, now: datetime) -> datetime:
    """A sign of life; gives its moment. Who was away for a while begins anew."""
    workflow.require(actor, "write")
    if actor.user_id is None:
        return now
    session.execute(delete(Presence).where(Presence.seen_at < now - KEPT))
    row = session.get(Presence, (translation_id, actor.user_id))
    if row is None:
        session.add(Presence(translation_id=translation_id, user_id=actor.user_id, since=now, seen_at=now))
        return now
    if now - row.seen_at > ALIVE:
        row.since = now
    row.seen_at = now
    return now


def leave(session: Session, key: str, last: datetime, *, actor: Actor, now: datetime) -> None:  # noqa: ARG001  # a verb's signature
    """Somebody closed the page whose last sign of life this was: a later one is another page's, and stays.

    Raises NotAllowed, NotFound.
    """
    workflow.require(actor, "write")
    ours = Presence.translation_id == find(session, key).id, Presence.user_id == actor.user_id
    session.execute(delete(Presence).where(*ours, Presence.seen_at <= last))


def is_fresh(session: Session, translation_id: int, *, actor: Actor, now: datetime) -> bool:
    """Whether a sign of life of this person was written just now."""
    row = session.get(Presence, (translation_id, actor.user_id))
    return row is not None and now - row.seen_at < FRESH


def others(
    session: Session, translation_ids: Collection[int], *, actor: Actor, now: datetime
) -> dict[int, list[There]]:
    """Translation → who else is writing it, who began first in front."""
    p = Presence
    query = select(p).where(p.translation_id.in_(translation_ids), p.seen_at > now - ALIVE).options(joinedload(p.user))
    found: dict[int, list[There]] = {}
    for row in session.scalars(query.order_by(p.since, p.user_id)):
        if row.user_id != actor.user_id:
            found.setdefault(row.translation_id, []).append(There(row.user.name, row.since))
    return found
