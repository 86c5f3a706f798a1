"""Whether the log is as it was written: every seal reckoned again, some thousand entries at a time.

A long log takes minutes, so it is nobody's request that waits: a check is a row that says how far it has come, and a
process of its own goes on with it (docs/decisions/0031).
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from feedsvc.models import AuditCheck
from feedsvc.newsroom import log
from feedsvc.newsroom.record import audit, reckoned
from feedsvc.newsroom.workflow import Actor, require

STEP = 5_000
"""Entries that are read and reckoned between two notes of how far it is."""
LOST = timedelta(minutes=1)
"""A check of which nobody has heard for so long is taken up by another process."""
SHORT = 3_000
"""A log of so many entries is checked while somebody waits: a quarter of a second."""


def ask(session: Session, *, actor: Actor, now: datetime) -> AuditCheck:
    """A check of all that is in the log now; the one that is under way where there is one. Raises NotAllowed."""
    require(actor, "admin")
    row = session.scalars(_open()).first()
    if row is None:
        upto, _seal = log.extent(session)
        row = AuditCheck(asked_at=now, asked_by=actor.email, upto=upto)
        session.add(row)
        session.flush()
        audit(session, actor, "check-log", f"log/{row.id}", now, upto=upto)
    return row


def newest(session: Session) -> AuditCheck | None:
    """The last check that was asked for."""
    return session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)).first()


def _open() -> Select[AuditCheck]:
    return select(AuditCheck).where(AuditCheck.done_at.is_(None)).order_by(AuditCheck.id).limit(1)


def _free(now: datetime) -> Select[AuditCheck]:
    lost = or_(AuditCheck.seen_at.is_(None), AuditCheck.seen_at < now - LOST)
    return _open().where(lost)


def waits(session: Session, *, now: datetime) -> bool:
    """Whether there is a check at which no process is: the ticker's cheap question."""
    return session.scalars(_free(now)).first() is not None


def take(session: Session, *, now: datetime) -> AuditCheck | None:
    """A check at which no process is: from here on it is the caller's."""
    row = session.scalars(_free(now)).first()
    if row is not None:
        row.seen_at = now
    return row


def step(session: Session, check: AuditCheck) -> tuple[int, str, int | None]:
    """Reckons the next seals of a check: the last entry that is whole, its seal, and the first that is not, if any."""
    return reckoned(session, check.reached, check.seal, upto=check.upto, most=STEP)


def note(session: Session, number: int, reached: int, sealed: str, broken: int | None, *, now: datetime) -> AuditCheck:
    """Keeps how far a check has come. Where a step found nothing more, it is done."""
    row = session.get_one(AuditCheck, number)
    ended = broken is not None or reached >= row.upto or reached == row.reached
    if ended and broken is None and reached < row.upto:
        broken = row.upto  # the newest entry of that day is gone
    row.reached, row.seal, row.broken, row.seen_at = reached, sealed, broken, now
    row.done_at = now if ended else None
    return row
