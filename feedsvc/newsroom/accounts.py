"""People: accounts, sign-in with a wait after failures, sessions."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.errors import BadCredentials, Invalid, NotFound, TooManyTries
from feedsvc.models import ApiToken, Backoff, Role, Spent, User
from feedsvc.models import Session as SignIn
from feedsvc.newsroom import passwords, workflow
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

PASSWORD_MIN = 12
PASSWORD_MAX = 1_024
NAME_MAX = 120
FREE_TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 30, 900
"""Seconds: the wait doubles from the first to the longest, so an hour sees at most ten looked-at passwords."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly a session or token remembers when it was last used."""


def digest(secret: str) -> str:
    """SHA-256 in hex. Secrets here are random and long, so a fast digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def actor_of(user: User) -> Actor:
    """Who acts when this person does."""
    return Actor(user.id, user.email, user.name, frozenset(user.role.grants))


def add_role_defaults(session: Session) -> None:
    """Writes the roles that are not there yet; never changes one."""
    there = set(session.scalars(select(Role.name)))
    session.add_all(
        Role(name=name, grants=list(grants)) for name, grants in workflow.ROLES.items() if name not in there
    )
    session.flush()


def _role(session: Session, name: str) -> Role:
    row = session.scalar(select(Role).where(Role.name == name))
    if row is None:
        names = ", ".join(session.scalars(select(Role.name).order_by(Role.id)))
        raise Invalid({"role": ("unknown_role", {"name": name, "names": names})})
    return row


def find_user(session: Session, email: str) -> User:
    """The account of an e-mail address, whatever its case. Raises NotFound."""
    row = session.scalar(select(User).where(User.email == one_line(email).lower()))
    if row is None:
        raise NotFound("user")
    return row


def users(session: Session) -> list[User]:
    """Every account, oldest first."""
    return list(session.scalars(select(User).order_by(User.id)))


def hash_password(password: str) -> str:
    """The argon2id hash, ~50 ms of work, so never made inside a transaction. Raises Invalid when it is too short."""
    if len(password) < PASSWORD_MIN:
        raise Invalid({"password": ("password_short", {"limit": PASSWORD_MIN})})
    if len(password) > PASSWORD_MAX:
        raise Invalid({"password": ("too_long", {"length": len(password), "limit": PASSWORD_MAX})})
    return passwords.hashed(password.encode("utf-8", "surrogatepass"))


def add_user(
    session: Session, email: str, name: str, role: str, *, actor: Actor, now: datetime, password_hash: str | None = None
) -> User:
    """A new account. Raises Invalid, NotAllowed."""
    workflow.require(actor, "admin")
    email, name = one_line(email).lower(), one_line(name)
    problems: dict[str, tuple[str, dict[str, Any]]] = {}
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", email):
        problems["email"] = ("not_an_email", {})
    elif session.scalar(select(User.id).where(User.email == email)):
        problems["email"] = ("email_taken", {})
    if not name:
        problems["name"] = ("missing", {})
    elif len(name) > NAME_MAX:
        problems["name"] = ("too_long", {"length": len(name), "limit": NAME_MAX})
    if problems:
        raise Invalid(problems)
    row = User(
        email=email, name=name, role=_role(session, role), password_hash=password_hash, active=True, created_at=now
    )
    session.add(row)
    session.flush()
    audit(session, actor, "add-user", email, now, role=role)
    return row


def _keep_one_admin(session: Session, user: User) -> None:
    """Raises Invalid when without this account nobody could administer the newsroom. Who never came in does not count."""
    others = select(User).where(User.id != user.id, User.active, User.password_hash.is_not(None))
    if (
        user.active
        and user.password_hash is not None
        and "admin" in user.role.grants
        and not any("admin" in u.role.grants for u in session.scalars(others))
    ):
        raise Invalid({"role": ("last_admin", {})})


def set_role(session: Session, email: str, role: str, *, actor: Actor, now: datetime) -> User:
    """Gives an account another role; its sessions end, so that nothing goes on under the old one."""
    workflow.require(actor, "admin")
    user = find_user(session, email)
    new = _role(session, role)
    if "admin" not in new.grants:
        _keep_one_admin(session, user)
    user.role = new
    end_sessions(session, user)
    audit(session, actor, "set-role", user.email, now, role=role)
    return user


def disable(session: Session, email: str, *, actor: Actor, now: datetime) -> User:
    """Closes an account: no sign-in, sessions ended, tokens revoked for good."""
    workflow.require(actor, "admin")
    user = find_user(session, email)
    _keep_one_admin(session, user)
    user.active = False
    user.link_digest = None
    end_sessions(session, user)
    theirs = update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
    session.execute(theirs.values(revoked_at=now))
    audit(session, actor, "disable-user", user.email, now)
    return user


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that may now look at a password. It already counts as failed until `succeed` clears it."""

    email: str
    user_id: int | None
    password_hash: str


def wait_after(failed: int) -> int:
    """Seconds to wait after so many failures in a row."""
    return 0 if failed < FREE_TRIES else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failed - FREE_TRIES, 20))


def count_try(session: Session, name: str, *, now: datetime) -> None:
    """Counts a try under a name before it is looked at, so that many at once cannot outrun the wait.

    Raises TooManyTries while the name waits.
    """
    row = session.get(Backoff, digest(name))
    if row is None:
        row = Backoff(digest=digest(name), failed=0, wait_until=now)
        session.add(row)
    if row.wait_until > now:
        raise TooManyTries(int((row.wait_until - now).total_seconds()) + 1)
    row.failed += 1
    row.wait_until = now + timedelta(seconds=wait_after(row.failed))


def forget_tries(session: Session, name: str) -> None:
    """After a right answer the name waits no more."""
    session.execute(delete(Backoff).where(Backoff.digest == digest(name)))


def sign_in_tries(email: str) -> str:
    """Under which name tries to sign in are counted: what strangers type counts at this door and at no other."""
    return f"sign-in:{email}"


def attempt(session: Session, email: str, *, now: datetime) -> Attempt:
    """A try to sign in, counted. Raises TooManyTries while the address waits, alike whether or not it has an account."""
    email = one_line(email).lower()[:254]
    count_try(session, sign_in_tries(email), now=now)
    # Two values and no person: reading one would take longer than finding none.
    wanted = select(User.id, User.password_hash).where(User.email == email, User.active)
    number, known = session.execute(wanted).one_or_none() or (None, None)
    return Attempt(email, number, known or passwords.of_nobody())


def matches(attempted: Attempt, password: str) -> bool:
    """Whether the password is right. ~50 ms whatever the answer; outside any transaction."""
    right = passwords.fits(attempted.password_hash, password[: PASSWORD_MAX + 1].encode("utf-8", "surrogatepass"))
    return right and attempted.user_id is not None


def right_password(session: Session, attempted: Attempt) -> User:
    """Whose password was right: the wait is forgotten. Raises BadCredentials where the account was closed meanwhile."""
    forget_tries(session, sign_in_tries(attempted.email))
    user = session.get_one(User, attempted.user_id)
    if not user.active:
        raise BadCredentials
    return user


def right_password_again(session: Session, attempted: Attempt, *, now: datetime) -> None:  # noqa: ARG001  # a verb
    """Notes that somebody who is signed in typed the own password right. Raises BadCredentials."""
    right_password(session, attempted)


def succeed(session: Session, attempted: Attempt, *, now: datetime, life: timedelta, agent: str = "") -> str:
    """Signs in after a right password. Gives the cookie's secret; an empty one where a second proof is asked for."""
    user = right_password(session, attempted)
    return "" if user.totp_seed else enter(session, user, "password", now=now, life=life, agent=agent)


def enter(session: Session, user: User, way: str, *, now: datetime, life: timedelta, agent: str = "") -> str:
    """Lets somebody in who has shown who they are: a new session begins. Gives the cookie's secret."""
    audit(session, actor_of(user), "sign-in", user.email, now, by=way)
    return open_session(session, user, now=now, life=life, agent=agent)


def open_session(
    session: Session, user: User, *, now: datetime, life: timedelta, agent: str = "", proved: bool = True
) -> str:
    """A new session; only the digest of the secret is kept. `proved`: whether its holder has just shown who they are."""
    secret = secrets.token_urlsafe(32)
    ends = now + life
    row = SignIn(digest=digest(secret), user_id=user.id, data={}, created_at=now, seen_at=now, expires_at=ends)
    row.agent, row.proved_at = agent, now if proved else None
    session.add(row)
    session.flush()
    return secret


def find_session(session: Session, secret: str, *, now: datetime) -> SignIn | None:
    """The session of a cookie, if it is still good and its owner's account open."""
    row = session.get(SignIn, digest(secret))
    return row if row and row.expires_at > now and row.user.active else None


def touch_session(session: Session, secret: str, data: dict[str, object], *, now: datetime, life: timedelta) -> None:
    """Keeps what the session holds and puts its end off."""
    row = session.get(SignIn, digest(secret))
    if row:
        row.data, row.seen_at, row.expires_at = data, now, now + life


def close_session(session: Session, secret: str, *, now: datetime) -> None:
    """Signs out: the cookie is worthless from now on."""
    row = session.get(SignIn, digest(secret))
    if row:
        audit(session, actor_of(row.user), "sign-out", row.user.email, now)
        session.delete(row)


def prove(session: Session, secret: str, user: User, way: str, *, now: datetime) -> None:
    """Notes that the holder of a session has shown once more who sits there. Raises BadCredentials for somebody else."""
    row = find_session(session, secret, now=now)
    if row is None or row.user_id != user.id:
        raise BadCredentials
    row.proved_at = now
    audit(session, actor_of(user), "prove", user.email, now, by=way)


def end_sessions(session: Session, user: User) -> None:
    """Signs a person out everywhere."""
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes sessions that have ended, challenges that are old and waits of yesterday. Gives how many."""
    ended = session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.execute(delete(Spent).where(Spent.expires_at <= now))
    waits = session.execute(delete(Backoff).where(Backoff.wait_until <= now - timedelta(days=1)))
    return int(ended.rowcount + waits.rowcount)  # type: ignore[attr-defined]
