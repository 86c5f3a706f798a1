"""The WebSub hub's verbs. Section numbers are those of the Recommendation of 23 January 2018 (w3.org/TR/websub).

What is asked becomes an `Intent`; the sender asks the callback whether it was meant, and only then anything counts.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.errors import FeedsvcError
from feedsvc.models import Delivery, Intent, Subscription
from feedsvc.push import topics
from feedsvc.push.topics import Topic

SECRET_BYTES = 199
"""hub.secret must be less than 200 bytes (§5.1)."""
SHORTEST = 3_600
"""Seconds of a lease: what is asked for below is rounded up to it, so that renewals are no load."""
WAITING_OF_HOST, WAITING = 200, 20_000
"""Intents that may wait for one host, and in all: strangers write these rows."""
SUBSCRIPTIONS_OF_HOST = 20_000
WEBSUB = "websub"


@dataclass
class NotTaken(FeedsvcError):
    """The hub does not take a request; `code` says why, as `web/hub.py` puts it in words."""

    code: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to subscribe or unsubscribe (§5.1)."""

    mode: str
    callback: str
    topic: str
    secret: str = ""
    lease_seconds: str = ""


def digest(callback: str) -> str:
    """What stands for a callback where it would be too long a key."""
    return hashlib.sha256(callback.encode()).hexdigest()


def lease(asked: str) -> int:
    """The seconds that are granted: what was asked for, within our bounds (§8.2). Raises NotTaken for what is no number."""
    current = settings.current()
    if not asked:
        return current.hub_lease_days * 86_400
    if not (asked.isascii() and asked.isdecimal()):
        raise NotTaken("lease")
    return min(max(int(asked[:12]), SHORTEST), current.hub_lease_days_most * 86_400)


def ask(session: Session, asked: Asked, *, now: datetime) -> Intent:
    """Writes down what was asked, for the sender to ask back. Raises NotTaken.

    Asked once more before that happened, it takes the place of what waits. Nothing else changes: whoever asks may not
    be whom the callback belongs to.
    """
    found = topics.topic(asked.topic)
    host = topics.host(asked.callback)
    if host is None:
        raise NotTaken("callback")
    if not topics.may_be_called(asked.callback):
        raise NotTaken("address")
    if len(asked.secret.encode("utf-8", "replace")) > SECRET_BYTES or not asked.secret.isprintable():
        raise NotTaken("secret")
    seconds = lease(asked.lease_seconds) if asked.mode == "subscribe" else 0
    if found is None or not topics.is_known(session, found):
        raise NotTaken("topic")
    row = _waiting(session, asked, found)
    if row is None:
        _room(session, host)
        row = Intent(
            mode=asked.mode,
            callback=asked.callback,
            digest=digest(asked.callback),
            host=host,
            **found._asdict(),
            created_at=now,
        )
        session.add(row)
    row.secret, row.lease_seconds, row.due_at, row.claimed_by = asked.secret, seconds, now, ""
    session.flush()
    return row


def _waiting(session: Session, asked: Asked, found: Topic) -> Intent | None:
    """The same request, where it waits and no sender has it yet."""
    same = (
        Intent.digest == digest(asked.callback),
        Intent.mode == asked.mode,
        Intent.host == topics.host(asked.callback),
    )
    of_topic = (Intent.scope == found.scope, Intent.language == found.language, Intent.format == found.format)
    query = select(Intent).where(*same, *of_topic, Intent.ended_at.is_(None), Intent.claimed_by == "")
    return session.scalar(query.limit(1))


def _room(session: Session, host: str) -> None:
    """Raises NotTaken where a host, or everybody together, has asked for as much as may wait or be kept."""
    waiting = select(func.count()).select_from(Intent).where(Intent.ended_at.is_(None))
    if (session.scalar(waiting.where(Intent.host == host)) or 0) >= WAITING_OF_HOST:
        raise NotTaken("many")
    if (session.scalar(waiting) or 0) >= WAITING:
        raise NotTaken("full")
    kept = select(func.count()).select_from(Subscription)
    mine = kept.where(Subscription.host == host, Subscription.state == "active")
    if (session.scalar(mine) or 0) >= SUBSCRIPTIONS_OF_HOST:
        raise NotTaken("host_full")


def confirmed(session: Session, intent: Intent, *, now: datetime) -> None:
    """The callback said that it is meant (§5.3): from here on it counts, and takes the place of what was before (§5.1)."""
    intent.ended_at, intent.claimed_by = now, ""
    row = _subscription(session, intent)
    if intent.mode == "unsubscribe":
        if row is not None:
            end(session, row, "unsubscribed", now=now)
        return
    if row is None:
        same = ("callback", "digest", "host", "scope", "language", "format")
        row = Subscription(kind=WEBSUB, created_at=now, **{name: getattr(intent, name) for name in same})
        session.add(row)
    if (
        row.state != "active" or row.lease_until <= now
    ):  # A renewal goes on: what was announced before it is still to come.
        row.verified_at = now
    row.secret, row.state = intent.secret, "active"
    row.lease_until = now + timedelta(seconds=intent.lease_seconds)
    row.failing, row.why = 0, ""


def _subscription(session: Session, intent: Intent) -> Subscription | None:
    s, i = Subscription, intent
    same = (s.kind == WEBSUB, s.digest == i.digest, s.scope == i.scope, s.language == i.language, s.format == i.format)
    return session.scalar(select(s).where(*same))


def end(session: Session, row: Subscription, why: str, *, now: datetime) -> None:
    """Ends a subscription, and what was still to be sent to it."""
    row.state, row.why = "ended", why[:300]
    row.lease_until = min(row.lease_until, now)
    going = update(Delivery).where(Delivery.subscription_id == row.id, Delivery.ended_at.is_(None))
    session.execute(going.values(state="ended", ended_at=now, claimed_by=""))


def deny(session: Session, row: Subscription, why: str, *, now: datetime) -> None:
    """Ends a subscription from our side, and has the callback told so (§5.2)."""
    end(session, row, why, now=now)
    same = ("callback", "digest", "host", "scope", "language", "format")
    told = {name: getattr(row, name) for name in same}
    session.add(Intent(mode="denied", **told, created_at=now, due_at=now, why=why[:300]))
