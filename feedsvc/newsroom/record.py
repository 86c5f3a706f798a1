"""Writing down what happened, in the transaction in which it happens."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.models import Audit, Change, Notice, Publication
from feedsvc.newsroom.workflow import Actor

CHANGES = "changes"
"""Key in `session.info` under which this transaction's changes wait for `road.act`."""


def change(
    session: Session, kind: str, now: datetime, publication: Publication | None = None, *, detail: str = ""
) -> Change:
    """A cause of new bytes.

    `kind`: live (a publication became public), plan (one is to come), cancel, hold, unhold, feed (a feed was made;
    `detail` names one that is made known on purpose), setting (what all feeds are made with changed; `detail` is its
    fingerprint), taxonomy (a subject was renamed, merged or deleted; `detail` says which scope's it is, and where that went,
    if it did: see newsroom/subjects.py; or a contact's words changed), import (many items were brought in), search (the index of search was begun anew; `detail` is
    the version of its keys), wording (the desk's words of every text were worked out; `detail` is their version), scopes (the feeds of every publication were worked
    out; `detail` is the rules' version).
    """
    row = Change(kind=kind, at=now, publication_id=publication.id if publication else None, detail=detail)
    session.add(row)
    session.flush()
    session.info.setdefault(CHANGES, []).append((row, publication))
    return row


def audit(session: Session, actor: Actor, action: str, subject: str, now: datetime, **detail: object) -> None:
    """A row of the audit log, sealed with the one before it: a changed or missing row breaks every later seal."""
    before = session.scalar(select(Audit.seal).order_by(Audit.id.desc()).limit(1)) or ""
    session.add(
        Audit(
            at=now,
            actor=actor.email,
            action=action,
            subject=subject,
            detail=detail,
            seal=seal(before, now, actor.email, action, subject, detail),
        )
    )
    session.flush()


def seal(before: str, at: datetime, actor: str, action: str, subject: str, detail: dict[str, object]) -> str:
    """SHA-256 in hex over the previous seal and the row's fields as canonical JSON."""
    fields = [before, at.isoformat(), actor, action, subject, detail]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def reckoned(session: Session, after: int, before: str, *, upto: int, most: int) -> tuple[int, str, int | None]:
    """Reckons seals again behind an entry and its seal, up to another one: the last entry that is whole, its seal, and
    the first that is not, if any.
    """
    a, columns = Audit, (Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.detail, Audit.seal)
    query = select(*columns).where(a.id > after, a.id <= upto).order_by(a.id).limit(most)
    for number, at, actor, action, subject, detail, sealed in session.execute(query).yield_per(1_000):
        if sealed != seal(before, at, actor, action, subject, detail):
            return after, before, int(number)
        after, before = int(number), sealed
    return after, before, None


def broken_seal(session: Session) -> int | None:
    """The id of the first audit row whose seal does not fit, or None: the log is whole. Of a long log see newsroom/chain.py."""
    return reckoned(session, 0, "", upto=2**31 - 1, most=2**31 - 1)[2]


def notice(session: Session, kind: str, subject: str, body: str, now: datetime) -> None:
    """A mail to the newsroom's publishers, sent by the ticker after this transaction."""
    session.add(Notice(kind=kind, subject=subject, body=body, created_at=now, due_at=now, tries=0))


def letter(
    session: Session, kind: str, recipient: str, subject: str, body: str, now: datetime, *, dropped: bool = False
) -> None:
    """A mail to one address, sent by the ticker after this transaction. Where there is no mail server nothing waits.

    `dropped`: it is not to be sent after all.
    """
    if settings.current().smtp_url.get_secret_value():
        row = Notice(kind=kind, subject=subject, body=body, created_at=now, due_at=now, tries=0)
        row.recipient, row.sent_at = recipient, now if dropped else None
        session.add(row)
