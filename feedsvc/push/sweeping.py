"""What comes to an end by itself: leases, feeds that went, and what was kept long enough."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.orm import Session

from feedsvc.models import Announcement, Delivery, Feed, Intent, Subscription
from feedsvc.push import hub

KEPT = timedelta(days=90)
"""What was delivered, so that an editor can see who got what; subscriptions that ended."""
INTENTS_KEPT = timedelta(days=1)
MOST = 1_000
"""Rows of a kind that one transaction takes."""


def sweep(session: Session, *, now: datetime) -> int:
    """Ends what is over and deletes what is old, a bounded part of it. Gives how much."""
    s = Subscription
    ended = 0
    for row in session.scalars(select(s).where(s.state == "active", s.lease_until <= now).limit(MOST)).all():
        hub.end(session, row, "its lease ended", now=now)
        ended += 1
    there = exists().where(Feed.scope == s.scope, Feed.language == s.language)
    # A webhook is of no feed.
    stranded = select(s).where(s.kind == hub.WEBSUB, s.state == "active", ~there)
    for row in session.scalars(stranded.limit(MOST)).all():
        hub.deny(session, row, "There is no such feed any more.", now=now)
        ended += 1
    return ended + _clear(session, now)


def _clear(session: Session, now: datetime) -> int:
    d, a, s, i = Delivery, Announcement, Subscription, Intent
    told = exists().where(d.announcement_id == a.id)
    sent = exists().where(d.subscription_id == s.id)
    old = (
        (d, d.ended_at < now - KEPT),
        (a, and_(a.ended_at < now - KEPT, ~told)),
        (s, and_(s.state == "ended", s.lease_until < now - KEPT, ~sent)),
        (i, i.ended_at < now - INTENTS_KEPT),
    )
    gone = 0
    for table, condition in old:
        numbers = session.scalars(select(table.id).where(condition).limit(MOST)).all()
        if numbers:
            session.execute(delete(table).where(table.id.in_(numbers)))
        gone += len(numbers)
    return gone
