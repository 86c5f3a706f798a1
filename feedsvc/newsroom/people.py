"""What people do with their own accounts, and administrators with those of others."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Passkey, Role, User
from feedsvc.models import Session as SignIn
from feedsvc.newsroom import accounts, founding, workflow
from feedsvc.newsroom.accounts import digest
from feedsvc.newsroom.messages import KINDS
from feedsvc.newsroom.record import audit, letter
from feedsvc.newsroom.workflow import Actor
from feedsvc.words import N_, say

_CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
_MOVED = N_(
    "Your account at {newsroom} has another e-mail address now: {email}.\n\n"
    "If you did not do this, tell an administrator at once.\n"
)


@lru_cache(maxsize=1)
def zones() -> dict[str, tuple[str, ...]]:
    """Continent → the time zones there that are named after a city, and UTC by itself."""
    names = sorted(available_timezones())
    found = {one: tuple(name for name in names if name.startswith(f"{one}/")) for one in _CONTINENTS}
    return {"UTC": ("UTC",), **{one: there for one, there in found.items() if there}}


def find(session: Session, number: int) -> User:
    """An account by its number. Raises NotFound."""
    row = session.get(User, number)
    if row is None:
        raise NotFound("user")
    return row


def following(session: Session, after: int, *, limit: int) -> list[User]:
    """Accounts behind a number, the oldest first."""
    return list(session.scalars(select(User).where(User.id > after).order_by(User.id).limit(limit)))


def roles(session: Session) -> list[Role]:
    """Every role, as they were made."""
    return list(session.scalars(select(Role).order_by(Role.id)))


def last_seen(session: Session) -> dict[int, datetime]:
    """Account → when a session of it that still lasts was last used."""
    query = select(SignIn.user_id, func.max(SignIn.seen_at)).group_by(SignIn.user_id)
    return {row[0]: row[1] for row in session.execute(query)}


def with_passkeys(session: Session) -> set[int]:
    """Accounts that have a passkey."""
    return set(session.scalars(select(Passkey.user_id).distinct()))


def enable(session: Session, email: str, *, actor: Actor, now: datetime) -> User:
    """Opens a closed account again. Its sessions and tokens stay ended."""
    workflow.require(actor, "admin")
    user = accounts.find_user(session, email)
    if not user.active:
        user.active = True
        audit(session, actor, "enable-user", user.email, now)
    return user


def describe(session: Session, name: str, zone: str, *, actor: Actor, now: datetime) -> User:
    """Changes one's own name and time zone. Raises Invalid."""
    user, name = session.get_one(User, actor.user_id), one_line(name)
    problems: dict[str, tuple[str, dict[str, object]]] = {}
    if not name:
        problems["name"] = ("missing", {})
    elif len(name) > accounts.NAME_MAX:
        problems["name"] = ("too_long", {"length": len(name), "limit": accounts.NAME_MAX})
    if zone and not any(zone in there for there in zones().values()):
        problems["zone"] = ("unknown_zone", {})
    if problems:
        raise Invalid(problems)
    if (user.name, user.zone) != (name, zone):
        user.name, user.zone = name, zone
        audit(session, actor, "describe-user", user.email, now, name=name, zone=zone)
    return user


def choose_mails(session: Session, wanted: set[str], *, actor: Actor, now: datetime) -> None:
    """Says which kinds of messages one wants as mail too."""
    user = session.get_one(User, actor.user_id)
    off = [kind for kind in KINDS if kind not in wanted]
    if off != user.mail_off:
        user.mail_off = off
        audit(session, actor, "choose-mails", user.email, now, off=off)


def choose_keys(session: Session, wanted: bool, *, actor: Actor, now: datetime) -> None:  # noqa: FBT001  # yes or no
    """Says whether keys that are one letter lead about the desk. Source: WCAG 2.2 §2.1.4."""
    user = session.get_one(User, actor.user_id)
    if user.single_keys != wanted:
        user.single_keys = wanted
        audit(session, actor, "choose-keys", user.email, now, wanted=wanted)


def change_password(
    session: Session, password_hash: str, *, actor: Actor, now: datetime, life: timedelta, agent: str = ""
) -> str:
    """Sets one's own password and signs out everywhere else. Gives the secret of a new session.

    Where codes are on, the old password alone was no proof of who sits there, so delicate acts ask for one.
    """
    user = session.get_one(User, actor.user_id)
    user.password_hash, user.link_digest = password_hash, None
    accounts.end_sessions(session, user)
    audit(session, actor, "change-password", user.email, now)
    return accounts.open_session(session, user, now=now, life=life, agent=agent, proved=user.totp_seed is None)


def move(session: Session, email: str, *, actor: Actor, now: datetime) -> None:
    """Gives one's own account another address; the old one is told by mail. Raises Invalid."""
    user, email = session.get_one(User, actor.user_id), one_line(email).lower()
    if email == user.email:
        return
    left, newsroom = user.email, settings.current().newsroom_name
    founding.move_email(session, user, email, actor=actor, now=now)
    user.link_digest = None
    subject = say("en", N_("Your account at {newsroom} has moved"), newsroom=newsroom)
    letter(session, "moved", left, subject, say("en", _MOVED, newsroom=newsroom, email=email), now)


def sessions(session: Session, user_id: int, *, now: datetime) -> list[SignIn]:
    """Where a person is signed in, the last used first."""
    open_ones = select(SignIn).where(SignIn.user_id == user_id, SignIn.expires_at > now)
    return list(session.scalars(open_ones.order_by(SignIn.seen_at.desc())))


def handle(row: SignIn) -> str:
    """A name for a session by which its owner can end it and nobody can use it."""
    return row.digest[:16]


def end_session(session: Session, wanted: str, *, actor: Actor, now: datetime) -> None:
    """Ends one of the own sessions. One that has ended already is no error."""
    for row in sessions(session, actor.user_id or 0, now=now):
        if handle(row) == wanted:
            session.delete(row)
            audit(session, actor, "end-session", actor.email, now)


def end_all(session: Session, *, actor: Actor, now: datetime, but: str = "") -> None:
    """Signs out everywhere, or everywhere but in the session of this secret."""
    theirs = delete(SignIn).where(SignIn.user_id == actor.user_id)
    session.execute(theirs.where(SignIn.digest != digest(but)) if but else theirs)
    audit(session, actor, "end-sessions", actor.email, now)
