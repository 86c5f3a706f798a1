"""What there is to tell, and to whom: announcements, written with the change they tell of, and deliveries that follow from them.

Everyone who was subscribed at an announcement's moment gets a delivery, a thousand in a transaction.
"""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Select, bindparam, insert, literal_column, select, update
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.feeds import places
from feedsvc.models import Announcement, Change, Delivery, Feed, Publication, Subscription
from feedsvc.newsroom.listing import NEWS
from feedsvc.push import partners

FIRST, FAN_OUT = 100, 1_000
"""Deliveries that one transaction writes: of an announcement few at first, so that they are on their way at once."""

_DELIVERIES: Any = Delivery.__table__

Recorded = tuple[Change, Publication | None]


def bell_file(instance: Path) -> Path:
    """Touched whenever there is something to send: the sender looks at it many times a second."""
    return instance / "run" / "push"


def beat_file(instance: Path) -> Path:
    """Touched each second by a sender that works."""
    return instance / "run" / "sender"


def ring() -> None:
    """Wakes this node's sender, and has it started where none runs yet. Others look by themselves within a second."""
    path = bell_file(settings.current().instance)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path)


def announce(session: Session, recorded: Sequence[Recorded], *, now: datetime) -> bool:
    """Writes what there is to tell of a transaction's changes, in that transaction. Gives whether there is anything.

    Told are publications, corrections, updates and withdrawals that readers can see from now on, and only of feeds that
    somebody is subscribed to; of items, partners who want to hear of that.
    """
    live = [(row.id, p) for row, p in recorded if row.kind == "live" and p is not None]
    if not live or session.scalar(select(Subscription.id).where(Subscription.state == "active").limit(1)) is None:
        return False
    told_any = False
    for number, p in live:
        if partners.anybody(session, p, now=now):
            one = {"first_change_id": number, "change_id": number, "publication_id": p.id, "at": now}
            session.add(Announcement(scope=partners.ITEM, language=p.language, **one))
            told_any = True
    changes: dict[tuple[str, str], list[int]] = {}
    moved = places.feeds_of(session, [p.id for _, p in live])
    numbers = {number for found in moved.values() for number in found}
    feeds = {f.id: (f.scope, f.language) for f in session.scalars(select(Feed).where(Feed.id.in_(numbers)))}
    for change, p in live:
        for feed in {(NEWS, p.language), *(feeds[number] for number in moved.get(p.id, ()))}:
            changes.setdefault(feed, []).append(change)
    wanted = _followed(session, changes, now)
    for scope, language in sorted(wanted):
        told = changes[scope, language]
        session.add(
            Announcement(scope=scope, language=language, first_change_id=min(told), change_id=max(told), at=now)
        )
    session.flush()
    return told_any or bool(wanted)


def _followed(session: Session, feeds: Collection[tuple[str, str]], now: datetime) -> set[tuple[str, str]]:
    """Those of these feeds that somebody is subscribed to: asked of each, since one answer is enough, and all of a feed's
    subscriptions may be a hundred thousand.
    """
    one = _somebody()
    return {
        feed for feed in feeds if session.scalar(one, {"scope": feed[0], "language": feed[1], "now": now}) is not None
    }


@cache
def _somebody() -> Select[Any]:
    s = Subscription
    lasting = s.lease_until > bindparam("now", type_=s.lease_until.type)
    # Said letter for letter, as the index in part has it.
    of_feed = (
        s.scope == bindparam("scope"),
        s.language == bindparam("language"),
        s.state == literal_column("'active'"),
    )
    return select(s.id).where(*of_feed, lasting).limit(1)


def anything(session: Session, *, now: datetime) -> bool:
    """Whether there is something to do for a sender: one look at the open end of each table."""
    return any(session.scalar(one, {"now": now}) is not None for one in _open())


@cache
def _open() -> tuple[Select[Any], ...]:
    d = Delivery
    due = select(d.id).where(d.ended_at.is_(None), d.due_at <= bindparam("now", type_=d.due_at.type)).limit(1)
    told = select(Announcement.id).where(
        Announcement.ended_at.is_(None), Announcement.at <= bindparam("now", type_=d.due_at.type)
    )
    return told.limit(1), due


def fan_out(session: Session, *, now: datetime, most: int = 0) -> int:
    """Writes deliveries of the oldest announcement that not everybody has one of. Gives how many; 0: all have.

    Everyone who was subscribed at its moment gets one. What was still waiting for the same subscriber is replaced: what
    is sent is the document as it is, so that the newest one says it all.
    """
    # Not one of a node whose clock is ahead of ours: its document would be made without what it announces.
    open_ones = select(Announcement).where(Announcement.ended_at.is_(None), Announcement.at <= now)
    a = session.scalar(open_ones.order_by(Announcement.id).limit(1))
    if a is None:
        return 0
    most = most or (FAN_OUT if a.reached else FIRST)
    s = Subscription
    subscribed = [s.scope == a.scope, s.language == a.language, s.state == "active"]
    if a.publication_id is not None:
        subscribed = partners.told_of(session.get_one(Publication, a.publication_id))
    at_its_moment = (s.verified_at <= a.at, s.lease_until > a.at, s.id > a.reached)
    numbers = session.scalars(select(s.id).where(*subscribed, *at_its_moment).order_by(s.id).limit(most)).all()
    if len(numbers) < most:
        a.ended_at = now
    if numbers:
        a.reached = numbers[-1]
        d = Delivery
        older = (d.subscription_id.in_(numbers), d.ended_at.is_(None), d.claimed_by == "")
        if a.publication_id is None:
            session.execute(update(d).where(*older).values(state="newer", ended_at=now))
        fixed = {"announcement_id": a.id, "state": "waiting", "tries": 0, "created_at": a.at, "due_at": now}
        rest: dict[str, Any] = {"claimed_by": "", "status": 0, "why": ""}
        session.connection().execute(
            insert(_DELIVERIES), [{**fixed, **rest, "subscription_id": number} for number in numbers]
        )
    session.flush()
    return max(1, len(numbers))
