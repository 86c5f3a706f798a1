"""Mails to the newsroom's people: written with what they tell of, sent afterwards, so that a crash loses none."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from feedsvc.models import Notice, Publication, User
from feedsvc.newsroom.record import notice

MOST_TRIES = 500
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
CLAIMED = timedelta(minutes=5)
"""For so long a mail is whose who claimed it: longer than a mail server that answers each step late."""


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


def _due(now: datetime) -> Select[Notice]:
    n = Notice
    return select(n).where(n.sent_at.is_(None), n.due_at <= now, n.tries < MOST_TRIES).order_by(n.id).limit(1)


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether a mail is to be sent now."""
    return session.scalar(_due(now)) is not None


def claim(session: Session, *, now: datetime) -> Notice | None:
    """The oldest mail that is to be sent now: from here on it is the caller's, and no other ticker's, to send.

    The claim ends by itself: whoever made it may have ended before or after the mail server took the mail, and then a
    mail that comes twice is better than none.
    """
    row = session.scalar(_due(now))
    if row is not None:
        row.due_at = now + CLAIMED
    return row


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
