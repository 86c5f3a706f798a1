"""Webhooks: partners who are told of each item as it comes out, is corrected, updated or withdrawn.

Signed as Standard Webhooks says (github.com/standard-webhooks/standard-webhooks), so that partners have libraries for it.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.clock import NEVER
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Announcement, Change, Delivery, Publication, Subscription
from feedsvc.newsroom import public, workflow
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor
from feedsvc.push import hub, signing, topics

WEBHOOK, ITEM, TEST = "webhook", "item", "test/"
EVENTS = {"publish": "published", "correct": "corrected", "update": "updated", "withdraw": "withdrawn"}
"""Kind of a publication → what a partner is told."""
BOTH = timedelta(hours=24)
"""After a rotation deliveries are signed with both secrets for so long."""
NAME = 120


def anybody(session: Session, publication: Publication, *, now: datetime) -> bool:
    """Whether a partner wants to hear of a publication."""
    wanted = select(Subscription.id).where(*told_of(publication), Subscription.lease_until > now)
    return session.scalar(wanted.limit(1)) is not None


def told_of(publication: Publication) -> list[Any]:
    """SQL: the partners who want to hear of a publication."""
    s = Subscription
    # Small letters between commas: no word of these is a part of another.
    of_kind = s.events.contains(EVENTS[publication.kind], autoescape=True)
    active = (s.scope == "", s.state == "active", s.kind == WEBHOOK)
    return [*active, s.language.in_(("", publication.language)), of_kind]


def add(
    session: Session,
    name: str,
    url: str,
    events: tuple[str, ...] = (),
    language: str = "",
    *,
    actor: Actor,
    now: datetime,
) -> Subscription:
    """A new webhook with a secret of its own. No `events`: all of them; no `language`: every one. Raises Invalid, NotAllowed."""
    workflow.require(actor, "admin")
    said, host = one_line(name), topics.host(url)
    wrong: dict[str, tuple[str, dict[str, object]]] = {}
    if not said:
        wrong["name"] = ("missing", {})
    if len(said) > NAME:
        wrong["name"] = ("too_long", {"length": len(said), "limit": NAME})
    if host is None:
        wrong["url"] = ("callback_form", {})
    elif not topics.may_be_called(url):
        wrong["url"] = ("callback_refused", {})
    if set(events) - set(EVENTS.values()):
        wrong["events"] = ("unknown_event", {"names": ", ".join(EVENTS.values())})
    if language and language not in settings.current().languages:
        wrong["language"] = ("unknown_language", {"language": language})
    same = _find(session, hub.digest(url), language)
    if same is not None and same.state == "active":
        wrong["url"] = ("callback_there", {"name": same.name})
    if wrong:
        raise Invalid(wrong)
    row = same or Subscription(
        kind=WEBHOOK, callback=url, digest=hub.digest(url), scope="", language=language, format=""
    )
    row.host, row.name, row.created_at, row.verified_at = host or "", said, now, now
    row.events = ",".join(event for event in EVENTS.values() if not events or event in events)
    row.secret, row.former_secret, row.former_until = signing.new_secret(), "", None
    row.state, row.lease_until, row.failing, row.why = "active", NEVER, 0, ""
    session.add(row)
    session.flush()
    audit(session, actor, "add-webhook", f"webhook {row.id}", now, name=said, host=row.host)
    return row


def _find(session: Session, digest: str, language: str) -> Subscription | None:
    s = Subscription
    same = (s.kind == WEBHOOK, s.digest == digest, s.scope == "", s.language == language, s.format == "")
    return session.scalar(select(s).where(*same))


def listed(session: Session) -> list[Subscription]:
    """The webhooks there are, by name."""
    s = Subscription
    query = select(s).where(s.kind == WEBHOOK, s.scope == "", s.state == "active")
    return list(session.scalars(query.order_by(func.lower(s.name), s.id)))


def find(session: Session, number: int) -> Subscription:
    """An active webhook by its number. Raises NotFound."""
    row = session.get(Subscription, number)
    if row is None or row.kind != WEBHOOK or row.state != "active":
        raise NotFound("webhook")
    return row


def rotate(session: Session, number: int, *, actor: Actor, now: datetime) -> Subscription:
    """Gives a webhook another secret; for a day deliveries are signed with both. Raises NotAllowed, NotFound."""
    workflow.require(actor, "admin")
    row = find(session, number)
    row.former_secret, row.former_until = row.secret, now + BOTH
    row.secret = signing.new_secret()
    audit(session, actor, "rotate-webhook", f"webhook {row.id}", now, name=row.name)
    return row


def remove(session: Session, number: int, *, actor: Actor, now: datetime) -> Subscription:
    """Ends a webhook, and what was still to be sent to it. Raises NotAllowed, NotFound."""
    workflow.require(actor, "admin")
    row = find(session, number)
    hub.end(session, row, "removed", now=now)
    row.secret = row.former_secret = ""
    audit(session, actor, "remove-webhook", f"webhook {row.id}", now, name=row.name)
    return row


def test(session: Session, number: int, *, actor: Actor, now: datetime) -> Delivery:
    """Has a webhook sent a trial, which tells of nothing. Raises NotAllowed, NotFound."""
    workflow.require(actor, "admin")
    row = find(session, number)
    newest = session.scalar(select(func.max(Change.id))) or 0
    fixed = {"first_change_id": newest, "change_id": newest, "at": now, "ended_at": now}
    told = Announcement(scope=f"{TEST}{secrets.token_hex(8)}", language=row.language, **fixed)
    session.add(told)
    session.flush()
    sent = Delivery(announcement_id=told.id, subscription_id=row.id, state="waiting", created_at=now, due_at=now)
    session.add(sent)
    session.flush()
    audit(session, actor, "test-webhook", f"webhook {row.id}", now, name=row.name)
    return sent


def last_sent(session: Session, number: int, *, limit: int = 10) -> list[Delivery]:
    """What a webhook was sent, the newest first."""
    d = Delivery
    return list(session.scalars(select(d).where(d.subscription_id == number).order_by(d.id.desc()).limit(limit)))


def newest_of(session: Session, publication: Publication, *, now: datetime) -> bool:
    """Whether nothing came after a publication of a translation: what is old is not told any more."""
    p = Publication
    later = or_(p.at > publication.at, (p.at == publication.at) & (p.id > publication.id))
    of_same = (p.translation_id == publication.translation_id, public.due(p, now))
    return session.scalar(select(p.id).where(*of_same, later).limit(1)) is None
