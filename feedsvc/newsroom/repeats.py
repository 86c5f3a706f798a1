"""What was asked once under a key is done once: asked again with the same key, it is answered with the same words.

The answer is kept in the transaction of the deed itself. Writers come one at a time, so that of two that ask at once
the second one finds it (draft-ietf-httpapi-idempotency-key-header-07, docs/decisions/0034).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import Answered

KEPT = timedelta(hours=24)
"""For so long an answer is kept; after that the same key is a new one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program is told, as far as it is the same every time."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a program asks under a key."""

    digest: str
    request: str


def question(token: int, key: str, *asked: bytes) -> Question:
    """A token's key, and all that is asked under it."""
    whole = hashlib.sha256()
    for part in asked:
        whole.update(len(part).to_bytes(8, "big") + part)
    return Question(hashlib.sha256(f"{token}:{key}".encode()).hexdigest(), whole.hexdigest())


def once(
    session: Session,
    asked: Question,
    tell: Callable[[Any], Answer],
    verb: Callable[..., object],
    *args: object,
    now: datetime,
    **kwargs: object,
) -> tuple[Answer, bool]:
    """Runs the verb and keeps what `tell` says of it; or gives what was kept, and True. What is refused is not kept.

    Raises Invalid where something else was asked under this key, and what the verb raises.
    """
    row = session.get(Answered, asked.digest)
    if row is not None and row.at > now - KEPT:
        if row.request != asked.request:
            raise Invalid({"Idempotency-Key": ("key_used", {})})
        return Answer(row.status, row.headers, row.body), True
    told = tell(verb(session, *args, now=now, **kwargs))
    if row is not None:
        session.delete(row)
        session.flush()
    kept = Answered(
        digest=asked.digest, request=asked.request, status=told.status, headers=told.headers, body=told.body
    )
    kept.at = now
    session.add(kept)
    return told, False


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes answers that nobody may ask for any more. Gives how many."""
    gone = session.execute(delete(Answered).where(Answered.at <= now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
