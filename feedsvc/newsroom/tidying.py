"""What is kept no longer than it is of use: pictures that nothing carries, messages that were read, mails that were sent.

Finding it takes a look through whole tables, so it is asked while no writer waits; what is deleted is asked once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Text, and_, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from feedsvc.models import Message, Notice, Picture, Rendition, RevisionPicture, Template, Unsaved
from feedsvc.newsroom.notices import MOST_TRIES
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.unsaved import KEPT_FOR
from feedsvc.newsroom.workflow import SYSTEM

PICTURE_KEPT = KEPT_FOR
"""A picture that no saved text carries stays as long as the unsaved words that may yet bring it into one."""
READ_KEPT = timedelta(days=90)
"""A message that was read; one that nobody read stays a year."""
UNREAD_KEPT = timedelta(days=365)
MAIL_KEPT = timedelta(days=30)
"""A mail that was sent, or given up."""
MOST = 500
"""Rows of a kind that one transaction deletes, and pictures a tenth of it: each is megabytes."""


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of what may go."""

    pictures: Sequence[int] = ()
    messages: Sequence[int] = ()
    mails: Sequence[int] = ()
    behind: int = 0
    """The last picture that was looked at: what a template or unsaved words speak of stays, and others come behind it."""

    def __bool__(self) -> bool:
        return bool(self.pictures or self.messages or self.mails)


def _lonely(now: datetime) -> ColumnElement[bool]:
    """SQL: pictures that came long ago and that no saved text carries. A saved text never goes, whatever became of its item."""
    carried = select(RevisionPicture.picture_id).where(RevisionPicture.picture_id == Picture.id).exists()
    return and_(Picture.created_at < now - PICTURE_KEPT, ~carried)


def _read(now: datetime) -> ColumnElement[bool]:
    return or_(Message.read_at < now - READ_KEPT, Message.at < now - UNREAD_KEPT)


def _mailed(now: datetime) -> ColumnElement[bool]:
    given_up = and_(Notice.sent_at.is_(None), Notice.tries >= MOST_TRIES, Notice.created_at < now - MAIL_KEPT)
    return or_(Notice.sent_at < now - MAIL_KEPT, given_up)


def find(session: Session, *, behind: int = 0, now: datetime) -> Found:
    """What may go, as much of it as one transaction takes; pictures behind the one that was looked at last."""
    query = select(Picture.id, Picture.key).where(_lonely(now), Picture.id > behind).order_by(Picture.id)
    keys = session.execute(query.limit(MOST // 10)).all()
    return Found(
        [number for number, key in keys if not _named(session, key)],
        session.scalars(select(Message.id).where(_read(now)).limit(MOST)).all(),
        session.scalars(select(Notice.id).where(_mailed(now)).limit(MOST)).all(),
        keys[-1][0] if keys else behind,
    )


def _named(session: Session, key: str) -> bool:
    """Whether words that are not saved yet, or a template, speak of a picture."""
    tables = (Unsaved, Template)
    return any(
        session.scalar(select(table.id).where(cast(table.fields, Text).contains(key)).limit(1)) is not None
        for table in tables
    )


def clear(session: Session, found: Found, *, now: datetime) -> int:
    """Deletes what may still go of what was found. Gives how much."""
    rows = session.execute(select(Picture.id, Picture.key).where(Picture.id.in_(found.pictures), _lonely(now))).all()
    gone = [number for number, key in rows if not _named(session, key)]
    if gone:
        session.execute(delete(Rendition).where(Rendition.picture_id.in_(gone)))
        session.execute(delete(Picture).where(Picture.id.in_(gone)))
        audit(session, SYSTEM, "sweep-pictures", "pictures", now, pictures=len(gone))
    done = len(gone)
    for table, numbers in ((Message, found.messages), (Notice, found.mails)):
        done += session.scalar(select(func.count()).select_from(table).where(table.id.in_(numbers))) or 0
        session.execute(delete(table).where(table.id.in_(numbers)))
    return done
