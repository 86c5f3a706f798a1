"""Mails to the newsroom's people: written with what they tell of, sent afterwards, so that a crash loses none."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedsvc.models import Notice, Publication, User
from feedsvc.newsroom.record import notice

MOST_TRIES = 500
STUCK = 4
"""Tries after which a mail is a problem that people should know of: a minute or two."""
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


def stuck(session: Session) -> int:
    """How many mails the mail server has refused again and again."""
    waiting = select(func.count()).select_from(Notice).where(Notice.sent_at.is_(None), Notice.tries >= STUCK)
    return session.scalar(waiting) or 0


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


def recipients(session: Session, row: Notice) -> list[str]:
    """Whom a mail goes to: one address, or everyone who may publish and wants to hear of it.

    Nobody where the account was closed or moved since; an address that was left is told of that all the same.
    """
    people = session.scalars(select(User).where(User.active).order_by(User.id))
    if not row.recipient:
        return [user.email for user in people if "publish" in user.role.grants and "late" not in user.mail_off]
    return [row.recipient] if row.kind == "moved" or any(user.email == row.recipient for user in people) else []


def sent(session: Session, notice_id: int, *, now: datetime) -> None:
    """Notes that a mail was taken by the mail server."""
    session.get_one(Notice, notice_id).sent_at = now


def failed(session: Session, notice_id: int, *, now: datetime) -> None:
    """Notes a try that failed, and when to try again: ever later, ten minutes at most."""
    row = session.get_one(Notice, notice_id)
    row.due_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries, 10))
    row.tries += 1
