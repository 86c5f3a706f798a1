"""Mails to the newsroom's people: written with what they tell of, sent afterwards, so that a crash loses none."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.models import Notice, Publication, User
from feedsvc.newsroom.record import notice

MOST_TRIES = 500
MOST_AT_ONCE = 20
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)


def missed(session: Session, publication: Publication, *, now: datetime) -> None:
    """Tells that a planned moment was handled late."""
    late = round((now - publication.at).total_seconds())
    headline = publication.revision.headline
    body = (
        f"“{headline}” was planned for {publication.at:%d %B %Y, %H:%M:%S} UTC.\n"
        f"The newsroom got to it {late} seconds later, probably because it was not running or was overloaded.\n"
        "It is public now and dated as planned. Please check that nobody needs to be told.\n"
    )
    notice(session, "missed", f"Late by {late} s: {headline}", body, now)


def waiting(session: Session, *, now: datetime) -> list[Notice]:
    """The mails that are to be sent now, oldest first."""
    n = Notice
    query = (
        select(n).where(n.sent_at.is_(None), n.due_at <= now, n.tries < MOST_TRIES).order_by(n.id).limit(MOST_AT_ONCE)
    )
    return list(session.scalars(query))


def readers(session: Session) -> list[str]:
    """Whom notices go to: everyone who may publish."""
    people = session.scalars(select(User).where(User.active).order_by(User.id))
    return [user.email for user in people if "publish" in user.role.grants]


def sent(session: Session, notice_id: int, *, now: datetime) -> None:
    """Notes that a mail was taken by the mail server."""
    session.get_one(Notice, notice_id).sent_at = now


def failed(session: Session, notice_id: int, *, now: datetime) -> None:
    """Notes a try that failed, and when to try again: ever later, ten minutes at most."""
    row = session.get_one(Notice, notice_id)
    row.due_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries, 10))
    row.tries += 1
