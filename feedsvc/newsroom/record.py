"""Writing down what happened, in the transaction in which it happens."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.models import Audit, Change, Notice, Publication
from feedsvc.newsroom.workflow import Actor

CHANGES = "changes"
"""Key in `session.info` under which this transaction's changes wait for `road.act`."""


def change(
    session: Session, kind: str, now: datetime, publication: Publication | None = None, *, detail: str = ""
) -> Change:
    """A cause of new bytes.

    `kind`: live (a publication became public), plan (one is to come), cancel, hold, unhold, feed (a feed was
    made), setting (what all feeds are made with changed; `detail` is its fingerprint), taxonomy (a subject was renamed,
    merged or deleted), import (many items were brought in),
    scopes (the feeds of every publication were worked out; `detail` is the rules' version).
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


def broken_seal(session: Session) -> int | None:
    """The id of the first audit row whose seal does not fit, or None: the log is whole."""
    before = ""
    for row in session.scalars(select(Audit).order_by(Audit.id)).yield_per(500):
        if row.seal != seal(before, row.at, row.actor, row.action, row.subject, row.detail):
            return row.id
        before = row.seal
    return None


def notice(session: Session, kind: str, subject: str, body: str, now: datetime) -> None:
    """A mail to the newsroom's publishers, sent by the ticker after this transaction."""
    session.add(Notice(kind=kind, subject=subject, body=body, created_at=now, due_at=now, tries=0))
