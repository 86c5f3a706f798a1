"""One-time links: the way in for who has no password yet, or no longer."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.errors import BadCredentials, NotFound, TooManyTries
from feedsvc.models import Backoff, Notice, User
from feedsvc.newsroom import accounts, founding, workflow
from feedsvc.newsroom.accounts import actor_of, digest
from feedsvc.newsroom.record import audit, letter
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.words import N_, say

LIFE = timedelta(hours=24)
ASK_AGAIN = timedelta(minutes=5)
"""Before so long, an address is not mailed a second link."""
PLACE = "{link}"
"""Stands in a mail that waits: the link itself is made when it is sent, so that no row ever holds one."""

_INVITED = N_(
    "{name} invites you to {newsroom}.\n\nChoose a password here and you are in. The link works once, within a day:\n{link}\n"
)
_FORGOTTEN = N_(
    "Somebody, most likely you, asked for a new password at {newsroom}.\n\n"
    "Choose it here. The link works once, within a day:\n{link}\n\n"
    "If it was not you, do nothing: your password stays as it is.\n"
)


def make_link(session: Session, email: str, *, actor: Actor, now: datetime) -> str:
    """The secret of a fresh one-time sign-in link, good for a day; an earlier one is void."""
    workflow.require(actor, "admin")
    user = accounts.find_user(session, email)
    if not user.active:
        raise NotFound("user")
    secret = secrets.token_urlsafe(24)
    user.link_digest, user.link_expires_at = digest(secret), now + LIFE
    audit(session, actor, "make-link", user.email, now)
    return secret


def address(secret: str) -> str:
    """Where a link leads."""
    return f"{settings.current().public_url}/desk/link/{secret}"


def link_owner(session: Session, secret: str, *, now: datetime) -> User:
    """Whose link this is. Raises BadCredentials for a used, expired or unknown one."""
    user = session.scalar(select(User).where(User.link_digest == digest(secret), User.active))
    if user is None or user.link_expires_at is None or user.link_expires_at <= now:
        raise BadCredentials
    return user


def use_link(
    session: Session,
    secret: str,
    *,
    now: datetime,
    life: timedelta,
    password_hash: str | None = None,
    name: str = "",
    email: str = "",
    agent: str = "",
) -> str:
    """Uses a link up: sets the password and signs in. Gives the cookie's secret, or an empty one where a second proof
    is asked for: whoever reads somebody's mail is not let in by that alone.

    `name` and `email` count only while nobody has a password: a later link is no way to become somebody else.
    """
    user = link_owner(session, secret, now=now)
    if not founding.nobody_has_password(session):
        name = email = ""
    user.link_digest = user.link_expires_at = None
    if password_hash:
        user.password_hash = password_hash
        accounts.end_sessions(session, user)
        accounts.forget_tries(session, accounts.sign_in_tries(user.email))
    if name:
        user.name = one_line(name)[: accounts.NAME_MAX]
    if email and one_line(email).lower() != user.email:
        founding.move_email(session, user, one_line(email).lower(), actor=actor_of(user), now=now)
    audit(session, actor_of(user), "use-link", user.email, now)
    return "" if user.totp_seed else accounts.open_session(session, user, now=now, life=life, agent=agent)


def invite(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Mails somebody a link to come in by."""
    workflow.require(actor, "admin")
    newsroom = settings.current().newsroom_name
    subject = say("en", N_("Your account at {newsroom}"), newsroom=newsroom)
    body = say("en", _INVITED, name=actor.name, newsroom=newsroom, link=PLACE)
    letter(session, "invitation", user.email, subject, body, now)
    audit(session, actor, "mail-link", user.email, now)


def welcome(
    session: Session, email: str, name: str, role: str, *, by_mail: bool, actor: Actor, now: datetime
) -> tuple[int, str]:
    """Adds an account and makes the link to come in by, or the mail that will hold one: both or neither. Gives the account's
    number and the link's secret, empty where it is mailed. Raises Invalid, NotAllowed.
    """
    user = accounts.add_user(session, email, name, role, actor=actor, now=now)
    if by_mail:
        invite(session, user, actor=actor, now=now)
        return user.id, ""
    return user.id, make_link(session, user.email, actor=actor, now=now)


def ask(session: Session, email: str, *, now: datetime) -> None:
    """Somebody forgot a password: a link is mailed where there is such an account, and nobody is told whether there is.

    Asked again within minutes, nothing more is sent, alike for every address.
    """
    email = one_line(email).lower()[:254]
    row = session.get(Backoff, digest(f"link:{email}"))
    if row is None:
        row = Backoff(digest=digest(f"link:{email}"), failed=0, wait_until=now)
        session.add(row)
    if row.wait_until > now:
        raise TooManyTries(int((row.wait_until - now).total_seconds()) + 1)
    row.failed, row.wait_until = row.failed + 1, now + ASK_AGAIN
    known = session.scalar(select(User.id).where(User.email == email, User.active)) is not None
    newsroom = settings.current().newsroom_name
    subject = say("en", N_("A new password for {newsroom}"), newsroom=newsroom)
    # For an address without an account a row is written all the same, as one that was sent: so both take the same time.
    letter(
        session, "reset", email, subject, say("en", _FORGOTTEN, newsroom=newsroom, link=PLACE), now, dropped=not known
    )
    session.flush()


def filled(session: Session, notice: Notice, *, now: datetime) -> str:
    """The text of a mail that is about to be sent, with a fresh link where it has a place for one."""
    if PLACE not in notice.body or notice.kind not in ("invitation", "reset"):
        return notice.body
    return notice.body.replace(PLACE, address(make_link(session, notice.recipient, actor=SYSTEM, now=now)))
