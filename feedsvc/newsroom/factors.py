"""The second proof at sign-in: codes from an app on the phone (TOTP, RFC 6238), and recovery codes for when it is lost.

Neither can be worked out from the database alone: what stands there counts only together with the newsroom's secret key.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.errors import BadCredentials, Invalid, NotFound
from feedsvc.models import Passkey, RecoveryCode, User
from feedsvc.newsroom import accounts, workflow
from feedsvc.newsroom.accounts import Attempt, actor_of, digest
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

STEP = 30
"""Seconds for which one code stands (RFC 6238 §4.1)."""
DRIFT = 1
"""Codes before and after the present one that are taken: phones' clocks differ (RFC 6238 §6)."""
CODES = 10
TICKET_LIFE = timedelta(minutes=10)
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Of recovery codes: none that is easily taken for another."""
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def make_seed() -> str:
    """The half of a new secret that is kept."""
    return secrets.token_hex(20)


def _keyed(purpose: str, text: str) -> bytes:
    key = settings.secret_key(settings.current()).encode()
    return hmac.new(key, f"{purpose}:{text}".encode("utf-8", "replace"), hashlib.sha256).digest()


def secret_of(seed: str) -> str:
    """The secret that the app on the phone gets, in base32."""
    return base64.b32encode(_keyed("totp", seed)[:20]).decode()


def address(seed: str, email: str) -> str:
    """What the square code says: the secret, with the names under which the app shows it."""
    import pyotp

    return pyotp.TOTP(secret_of(seed)).provisioning_uri(name=email, issuer_name=settings.current().newsroom_name)


def step_of(secret: str, code: str, now: datetime, last: int) -> int | None:
    """Which half minute a code belongs to, if it is one to be taken now: near enough, and newer than the `last` taken."""
    import pyotp

    totp, here = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    fits = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(totp.generate_otp(step), code) and step > last
    ]
    return fits[0] if fits else None


def _plain(code: str) -> str:
    """A code without the blanks and hyphens that it is read and typed with."""
    return re.sub(r"[\s-]", "", code)[:40].upper()


def turn_on(session: Session, seed: str, code: str, *, actor: Actor, now: datetime) -> list[str]:
    """Asks for codes at sign-in from now on, once the app has shown the right one. Gives fresh recovery codes."""
    user = session.get_one(User, actor.user_id)
    typed = _plain(code)
    step = step_of(secret_of(seed), typed, now, 0) if _CODE.fullmatch(typed) else None
    if step is None:
        raise Invalid({"code": ("wrong_code", {})})
    user.totp_seed, user.totp_step = seed, step
    audit(session, actor, "codes-on", user.email, now)
    return renew_codes(session, actor=actor, now=now)


def turn_off(session: Session, *, actor: Actor, now: datetime) -> None:
    """Asks for the password alone again."""
    user = session.get_one(User, actor.user_id)
    _without_codes(session, user)
    audit(session, actor, "codes-off", user.email, now)


def _without_codes(session: Session, user: User) -> None:
    user.totp_seed = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def renew_codes(session: Session, *, actor: Actor, now: datetime) -> list[str]:
    """Ten fresh recovery codes in place of those before, each good once. Shown once: only digests are kept."""
    user = session.get_one(User, actor.user_id)
    if user.totp_seed is None:
        raise NotFound("second factor")
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(CODES)]
    session.add_all(RecoveryCode(digest=_digest(user.id, code), user_id=user.id) for code in codes)
    session.flush()
    audit(session, actor, "recovery-codes", user.email, now)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(user_id: int, code: str) -> str:
    return _keyed("recovery", f"{user_id}:{code}").hex()


def codes_left(session: Session, user_id: int) -> int:
    """How many recovery codes were not used yet."""
    left = select(func.count()).select_from(RecoveryCode)
    return session.scalar(left.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Says that somebody gave the right password and still owes the second proof."""

    user_id: int
    mark: str
    """Changes with the password, so that an old ticket is worth nothing."""
    made_at: int
    """Seconds since the epoch."""


def ticket(session: Session, user_id: int, *, now: datetime) -> Ticket:
    """A ticket for somebody whose password was right just now."""
    return Ticket(user_id, _mark(session.get_one(User, user_id)), int(now.timestamp()))


def _mark(user: User) -> str:
    return digest(f"{user.password_hash}{user.totp_seed}")[:16]


def try_code(session: Session, held: Ticket | None, *, now: datetime) -> None:
    """Counts a try at somebody's second proof, in a transaction of its own. Raises BadCredentials, TooManyTries."""
    accounts.count_try(session, f"second:{_owner(session, held, now).id}", now=now)


def _owner(session: Session, held: Ticket | None, now: datetime) -> User:
    if held is None or now.timestamp() - held.made_at > TICKET_LIFE.total_seconds():
        raise BadCredentials
    user = session.get(User, held.user_id)
    if user is None or not user.active or not hmac.compare_digest(held.mark, _mark(user)):
        raise BadCredentials
    return user


def finish(session: Session, held: Ticket | None, code: str, *, now: datetime, life: timedelta, agent: str = "") -> str:
    """Signs in with the second proof: the try was counted before. Gives the cookie's secret. Raises Invalid, BadCredentials."""
    user = _owner(session, held, now)
    way = take(session, user, code, now=now)
    return accounts.enter(session, user, way, now=now, life=life, agent=agent)


def try_again(session: Session, user_id: int, *, now: datetime) -> None:
    """Counts a try at the second proof of somebody who is signed in, where codes are on. Raises TooManyTries."""
    if session.get_one(User, user_id).totp_seed is not None:
        accounts.count_try(session, f"second:{user_id}", now=now)


def prove(session: Session, secret: str, attempted: Attempt, code: str, *, now: datetime) -> None:
    """Shows once more who sits there, with the password and where codes are on with a code. Raises Invalid, BadCredentials."""
    user = accounts.right_password(session, attempted)
    way = take(session, user, code, now=now) if user.totp_seed is not None else "password"
    accounts.prove(session, secret, user, way, now=now)


def take(session: Session, user: User, code: str, *, now: datetime) -> str:
    """Takes a code from the app or a recovery code, which is used up by that. Gives which it was. Raises Invalid."""
    typed = _plain(code)
    way = _take_app(user, typed, now) if _CODE.fullmatch(typed) else _take_recovery(session, user, typed, now)
    if not way:
        raise Invalid({"code": ("wrong_code", {})})
    accounts.forget_tries(session, f"second:{user.id}")
    return way


def _take_app(user: User, typed: str, now: datetime) -> str:
    step = step_of(secret_of(user.totp_seed), typed, now, user.totp_step) if user.totp_seed else None
    if step is None:
        return ""
    user.totp_step = step
    return "password and code"


def _take_recovery(session: Session, user: User, typed: str, now: datetime) -> str:
    row = session.get(RecoveryCode, _digest(user.id, typed))
    if row is None or row.used_at is not None or user.totp_seed is None:
        return ""
    row.used_at = now
    audit(session, actor_of(user), "use-recovery-code", user.email, now)
    return "password and recovery code"


def reset(session: Session, email: str, *, actor: Actor, now: datetime) -> User:
    """For somebody locked out, or whose device is lost: codes off, passkeys removed, signed out everywhere."""
    workflow.require(actor, "admin")
    user = accounts.find_user(session, email)
    _without_codes(session, user)
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    accounts.forget_tries(session, f"second:{user.id}")
    accounts.end_sessions(session, user)
    audit(session, actor, "reset-second-factor", user.email, now)
    return user
