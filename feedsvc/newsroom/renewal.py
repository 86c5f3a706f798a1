"""Bringing the newest words of a boilerplate to the items that are live with older ones: an update of each, on purpose.

What is renewed is the text that readers see, and nothing else of it: working texts stay as they are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from feedsvc.errors import NotNow, SecondPerson
from feedsvc.models import Boilerplate, Publication, RevisionBoilerplate
from feedsvc.newsroom import approvals, boilerplates, preferences, public, publishing, revisions
from feedsvc.newsroom.items import moved
from feedsvc.newsroom.record import audit, change
from feedsvc.newsroom.workflow import Actor, require

BATCH = 10
"""Items that are renewed in one transaction, which keeps all other writers waiting."""
MOST_COUNTED = 1_000


def behind(session: Session, row: Boilerplate, *, now: datetime) -> int:
    """How many live items carry older words than the newest; counted up to a thousand and one."""
    some = _behind(row).with_only_columns(Publication.id).limit(MOST_COUNTED + 1)
    return session.scalar(select(func.count()).select_from(some.subquery()), {"now": now}) or 0


def carried(session: Session, row: Boilerplate, *, now: datetime) -> int:
    """How many live items carry it, whatever its words; counted as `behind` is."""
    some = _live(row).with_only_columns(Publication.id).limit(MOST_COUNTED + 1)
    return session.scalar(select(func.count()).select_from(some.subquery()), {"now": now}) or 0


def _live(row: Boilerplate) -> Select[Any]:
    """SQL: the publications by which texts with this boilerplate are public at `NOW`."""
    p, link = Publication, RevisionBoilerplate
    carrying = select(p).join(link, link.revision_id == p.revision_id).where(link.boilerplate_id == row.id)
    return carrying.where(p.kind != "withdraw", public.due(p), p.id == public.newest_of(p.translation_id))


def _behind(row: Boilerplate) -> Select[Any]:
    """SQL: those with older words."""
    return _live(row).where(RevisionBoilerplate.version < row.version)


def _free(row: Boilerplate) -> Select[Any]:
    """SQL: those with older words for which nothing else is planned: a plan goes out as it was approved."""
    q = aliased(Publication)
    planned = exists().where(
        q.translation_id == Publication.translation_id, q.cancelled_at.is_(None), q.at > public.NOW
    )
    return _behind(row).where(~planned)


def behind_ids(session: Session, number: int, *, limit: int, now: datetime) -> list[int]:
    """The publications that `renew` would replace, the newest first. Finding them takes long where thousands of items
    carry it, so it is asked while no writer waits. Raises NotFound.
    """
    query = _free(boilerplates.find(session, number)).with_only_columns(Publication.id)
    return list(session.scalars(query.order_by(Publication.id.desc()).limit(limit), {"now": now}))


def renew(session: Session, number: int, among: Sequence[int] | None = None, *, actor: Actor, now: datetime) -> int:
    """Updates a few live items with older words. Gives how many: call it until it gives none. `among`: of these
    publications alone, of which those are passed over that are not behind any more.

    Raises NotAllowed, NotFound, NotNow (everything is held), SecondPerson: under the two-person rule nobody brings words
    to readers alone that are partly their own.
    """
    require(actor, "publish")
    row = boilerplates.find(session, number)
    if publishing.is_held(session):
        raise NotNow("renew", "held", "held")
    query = _free(row) if among is None else _free(row).where(Publication.id.in_(among))
    found = list(session.scalars(query.order_by(Publication.id.desc()).limit(BATCH), {"now": now}))
    for live in found:
        _renew(session, live, actor=actor, now=now)
    if found:
        if actor.user_id not in row.hands:
            row.hands = []  # somebody else let them pass: whoever wrote them may go on
        audit(session, actor, "renew-boilerplate", f"boilerplate/{row.id}", now, version=row.version, items=len(found))
    return len(found)


def bars(session: Session, rows: Sequence[Boilerplate], *, actor: Actor) -> list[str] | None:
    """None where the actor may bring the newest words of these to readers; else who can, by name, which may be nobody."""
    if actor.user_id is None or not preferences.two_person(session):
        return None
    hands = {person for row in rows for person in row.hands}
    if actor.user_id not in hands:
        return None
    return [user.name for user in approvals.people(session, "publish") if user.id not in hands]


def _need_others(session: Session, rows: Sequence[Boilerplate], *, actor: Actor) -> None:
    others = bars(session, rows, actor=actor)
    if others is not None:
        raise SecondPerson("renew", others[: approvals.NAMED])


def _renew(session: Session, live: Publication, *, actor: Actor, now: datetime) -> None:
    """The text that is live, with its boilerplates as they are now, in place of the one that is live. It stays the text of
    who wrote it: whoever renews a boilerplate has no hand in all the items below which it stands.
    """
    links = live.revision.boilerplates
    rows = [link.boilerplate for link in links]
    _need_others(session, [one.boilerplate for one in links if one.version < one.boilerplate.version], actor=actor)
    copy = revisions.copied(session, live.revision, about=rows, by=live.revision.created_by_id, now=now)
    publication = Publication(
        translation_id=live.translation_id,
        revision_id=copy.id,
        language=live.language,
        kind="update",
        at=now,
        opening=False,
        note="",
        created_at=now,
        actor_id=actor.user_id,
        live_at=now,
    )
    session.add(publication)
    session.flush()
    moved(live.translation, None, now)
    change(session, "live", now, publication)
    key = live.translation.item.key
    audit(session, actor, "update", key, now, at=now.isoformat(), revision=copy.number, boilerplate=True)
