"""Feeds for one reader each: made, accepted, read and called back. Whoever has the address is let in, so it is a secret."""

import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedsvc.characters import clean, one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Audit, EmbargoTerms, PrivateFeed, PrivateReading, SavedFilter
from feedsvc.newsroom.drafts import Problems
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor, require
from feedsvc.words import N_, say

KINDS = ("partner", "embargo")
MOST_DAYS = 3_650
LONGEST_TERMS = 20_000
AN_HOUR = 60
"""Whole answers that one address under embargo is given in an hour: each of them is written into the log for good."""
KEPT = timedelta(days=400)
"""For so long it is kept how often a private feed was read."""
FORGOTTEN = timedelta(days=180)
"""After so long a reader is forgotten whose feed has ended; the log keeps the name."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
TERMS = N_(
    "You receive these texts before they are public. Until the moment that each of them names you publish nothing of them, "
    "in no form and on no channel, and you pass them on to nobody. You keep the address of this feed to yourself. The newsroom "
    "writes down each time the feed is read, and may close it at any time."
)
"""What is to be accepted as long as the newsroom has no terms of its own."""


class Often(Exception):
    """A feed under embargo is read more often than its readings could be written down for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A private feed as somebody wants it made."""

    kind: str
    name: str
    email: str = ""
    filter: int | None = None
    language: str = ""
    days: int = 0
    """After so many it ends; 0: when it is called back."""


def make(
    session: Session, asked: Asked, languages: tuple[str, ...], *, actor: Actor, now: datetime
) -> tuple[PrivateFeed, str]:
    """A new one, and the secret in its address, which is kept nowhere. Raises Invalid, NotAllowed."""
    require(actor, "publish")
    said = _checked(session, asked, languages)
    secret = secrets.token_urlsafe(32)
    row = PrivateFeed(
        **said,
        guid=f"urn:uuid:{uuid.uuid4()}",
        digest=digest(secret),
        created_at=now,
        created_by_id=actor.user_id,
        expires_at=now + timedelta(days=asked.days) if asked.days else None,
    )
    session.add(row)
    session.flush()
    until = row.expires_at.isoformat() if row.expires_at else ""
    audit(session, actor, "private-feed", subject(row), now, **said, until=until)
    return row, secret


def _checked(session: Session, asked: Asked, languages: tuple[str, ...]) -> dict[str, object]:
    """The row's fields. Raises Invalid naming every bad one."""
    name, email = one_line(asked.name), one_line(asked.email).lower()
    problems: Problems = {}
    if not name:
        problems["name"] = ("missing", {})
    elif len(name) > PrivateFeed.name.type.length:
        problems["name"] = ("too_long", {"length": len(name), "limit": PrivateFeed.name.type.length})
    if email and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", email):
        problems["email"] = ("not_an_email", {})
    elif not email and asked.kind == "embargo":
        problems["email"] = ("missing", {})
    if asked.kind not in KINDS:
        problems["kind"] = ("missing", {})
    language = asked.language or languages[0]
    if language not in languages:
        problems["language"] = ("unknown_language", {"language": language[:20]})
    if asked.filter is not None and session.get(SavedFilter, asked.filter) is None:
        problems["filter"] = ("unknown_filter", {})
    if not 0 <= asked.days <= MOST_DAYS:
        problems["days"] = ("out_of_range", {"least": 0, "most": MOST_DAYS})
    if problems:
        raise Invalid(problems)
    said: dict[str, object] = {"kind": asked.kind, "name": name, "email": email, "filter_id": asked.filter}
    return said | {"language": language}


def subject(row: PrivateFeed) -> str:
    """What the log calls it."""
    return f"private-feed/{row.id}"


def digest(secret: str) -> str:
    """SHA-256 in hex. The secret is random and long, so a fast digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def listed(session: Session, *, after: int = 0, limit: int = 500) -> list[PrivateFeed]:
    """All of them in the order in which they were made; `after`: the id of the last one seen."""
    f = PrivateFeed
    return list(session.scalars(select(f).where(f.id > after).order_by(f.id).limit(limit)))


def find(session: Session, number: int) -> PrivateFeed:
    """One of them. Raises NotFound."""
    row = session.get(PrivateFeed, number)
    if row is None:
        raise NotFound("private feed")
    return row


def readings(session: Session, row: PrivateFeed, *, limit: int = 100) -> list[PrivateReading]:
    """How often it was read, the newest day first."""
    r = PrivateReading
    order = (r.day.desc(), r.last_at.desc())
    return list(session.scalars(select(r).where(r.feed_id == row.id).order_by(*order).limit(limit)))


def revoke(session: Session, number: int, *, actor: Actor, now: datetime) -> PrivateFeed:
    """Calls a feed back: with the next request its address leads to nothing. Raises NotAllowed, NotFound."""
    require(actor, "publish")
    row = find(session, number)
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        audit(session, actor, "private-feed-revoke", subject(row), now, name=row.name)
    return row


def opened(session: Session, secret: str, *, now: datetime) -> PrivateFeed | None:
    """The feed that a secret opens. None where it opens nothing: expired, called back and never given alike."""
    if not _SECRET.fullmatch(secret):
        return None
    row = session.scalar(select(PrivateFeed).where(PrivateFeed.digest == digest(secret)))
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return row


def terms(session: Session, language: str) -> str:
    """What is to be accepted now."""
    own = session.scalar(select(EmbargoTerms.text).order_by(EmbargoTerms.id.desc()).limit(1))
    return own or say(language, TERMS)


def set_terms(session: Session, text: str, *, actor: Actor, now: datetime) -> None:
    """Other terms: who accepted the ones before reads nothing until these are accepted. Raises Invalid, NotAllowed."""
    require(actor, "publish")
    text = clean(text).strip()
    if len(text) > LONGEST_TERMS:
        raise Invalid({"terms": ("too_long", {"length": len(text), "limit": LONGEST_TERMS})})
    if text == (session.scalar(select(EmbargoTerms.text).order_by(EmbargoTerms.id.desc()).limit(1)) or ""):
        return
    session.add(EmbargoTerms(text=text, created_at=now, created_by_id=actor.user_id))
    session.flush()
    audit(session, actor, "embargo-terms", "embargo-terms", now, digest=digest(text))


def may_read(session: Session, row: PrivateFeed) -> bool:
    """Whether nothing is left to accept."""
    return bool(row.kind == "partner" or row.accepted == digest(terms(session, row.language)))


def accept(session: Session, secret: str, accepted: str, *, now: datetime) -> bool:
    """Writes down that a journalist accepted these terms, named by their digest. False where they are not those of now."""
    row = opened(session, secret, now=now)
    if row is None or row.kind != "embargo":
        raise NotFound("private feed")
    if accepted != digest(terms(session, row.language)):
        return False
    if row.accepted != accepted:
        row.accepted, row.accepted_at = accepted, now
        session.flush()
        audit(session, _reader(row), "embargo-accept", subject(row), now, name=row.name, digest=accepted)
    return True


def read(
    session: Session, number: int, *, suffix: str, status: int, family: str, items: list[str], now: datetime
) -> None:
    """Writes down a reading before it is answered; of what is under embargo into the log as well, with what was in it.

    Raises Often, NotFound where it was called back meanwhile.
    """
    row = find(session, number)
    if row.revoked_at is not None:
        raise NotFound("private feed")
    if row.kind == "embargo" and status == 200:  # noqa: PLR2004  # a 304 shows nothing that was not read before
        recent = (Audit.subject == subject(row), Audit.action == "embargo-read", Audit.at > now - timedelta(hours=1))
        if (session.scalar(select(func.count()).where(*recent)) or 0) >= AN_HOUR:
            raise Often
        audit(session, _reader(row), "embargo-read", subject(row), now, name=row.name, format=suffix, items=items)
    key = (row.id, now.date(), suffix, status, family[:60])
    there = session.get(PrivateReading, key)
    if there is None:
        there = PrivateReading(
            feed_id=key[0], day=key[1], format=key[2], status=key[3], family=key[4], count=0, last_at=now
        )
        session.add(there)
    there.count += 1
    there.last_at = row.read_at = now
    session.flush()


def _reader(row: PrivateFeed) -> Actor:
    """Never a bare name, which could be anybody's address, or `system`."""
    return Actor(None, f"{row.name} <{row.email or 'private feed'}>"[:254], row.name, frozenset())


def sweep(session: Session, *, now: datetime) -> int:
    """Forgets readings that are long past, and readers whose feeds ended long ago. Gives how many rows."""
    gone = select(PrivateFeed.id).where(
        (PrivateFeed.expires_at < now - FORGOTTEN) | (PrivateFeed.revoked_at < now - FORGOTTEN)
    )
    r = PrivateReading
    old = session.execute(delete(r).where((r.day < (now - KEPT).date()) | r.feed_id.in_(gone))).rowcount  # type: ignore[attr-defined]
    ended = session.execute(delete(PrivateFeed).where(PrivateFeed.id.in_(gone))).rowcount  # type: ignore[attr-defined]
    return int(old) + int(ended)
