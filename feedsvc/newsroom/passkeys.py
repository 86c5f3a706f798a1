"""Passkeys (WebAuthn level 2): signing in with a finger, a face or the device's own code in place of a password.

The library that reads what devices send is loaded where it is used: most processes never need it.
"""

import hashlib
import json
import re
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.errors import BadCredentials, Invalid
from feedsvc.models import Passkey, Spent, User
from feedsvc.newsroom import accounts
from feedsvc.newsroom.accounts import digest
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

LIFE = timedelta(minutes=5)
"""How long a challenge may be answered."""
NAME_MAX = 80
MOST = 20
"""Passkeys of one person."""
LONGEST = 100_000
"""Characters of what a device may send."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,1400}", re.ASCII)
"""Of a passkey: base64url of at most 1,023 bytes (WebAuthn §4)."""


def why_not(address: str) -> str:
    """Why browsers make no passkey for a newsroom at this address: `number`, `open`, or empty where they do.

    A passkey belongs to a domain name, and browsers make one only over https or on the machine itself (WebAuthn §5.1.3).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        local = host == "localhost" or host.endswith(".localhost")
        return "" if parts.scheme == "https" or local else "open"
    return "number"


def possible() -> bool:
    """Whether this newsroom's address allows of passkeys."""
    return not why_not(settings.current().public_url)


def make_challenge() -> str:
    """Random, to be signed by a device, in hex."""
    return secrets.token_hex(32)


def _home() -> tuple[str, str]:
    """The newsroom's domain and origin, as a device signs them."""
    parts = urlsplit(settings.current().public_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}".lower()


def _handle(user: User) -> bytes:
    """A number for the person on the device, which says nothing and is another one in every newsroom."""
    return hashlib.sha256(f"{user.id} {user.created_at.isoformat()}".encode()).digest()[:16]


def creation(user: User, known: list[Passkey], challenge: str) -> str:
    """What a browser needs to make a passkey, as JSON."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers import structs as w

    options = generate_registration_options(
        rp_id=_home()[0],
        rp_name=settings.current().newsroom_name,
        user_id=_handle(user),
        user_name=user.email,
        user_display_name=user.name,
        challenge=bytes.fromhex(challenge),
        exclude_credentials=[w.PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in known],
        authenticator_selection=w.AuthenticatorSelectionCriteria(
            resident_key=w.ResidentKeyRequirement.REQUIRED, user_verification=w.UserVerificationRequirement.REQUIRED
        ),
    )
    return str(options_to_json(options))


def question(challenge: str) -> str:
    """What a browser needs to sign in with any passkey that the device holds for us, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = UserVerificationRequirement.REQUIRED
    return str(
        options_to_json(
            generate_authentication_options(
                rp_id=_home()[0], challenge=bytes.fromhex(challenge), user_verification=wanted
            )
        )
    )


def made(said: str, challenge: str) -> tuple[str, bytes, int]:
    """The id, public key and counter of a new passkey, from what the device said. Raises BadCredentials."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    if not challenge:
        raise BadCredentials
    domain, origin = _home()
    try:
        found = verify_registration_response(
            credential=_read(said),
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=domain,
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001  # whatever it stumbles over in what a stranger sent
        raise BadCredentials from None
    return bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count


def named(said: str) -> str:
    """Which passkey a device answered with. Raises BadCredentials."""
    name = _read(said).get("id")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadCredentials
    return name


def _read(said: str) -> dict[str, object]:
    try:
        found = json.loads(said) if len(said) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadCredentials
    return found


def answered(row: Passkey | None, said: str, challenge: str) -> int:
    """Looks at what a device answered, and gives its counter. Raises BadCredentials for an answer that is not right."""
    from webauthn import verify_authentication_response

    if row is None or not challenge:
        raise BadCredentials
    domain, origin = _home()
    try:
        found = verify_authentication_response(
            credential=_read(said),
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=domain,
            expected_origin=origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001  # as above
        raise BadCredentials from None
    return found.new_sign_count


def find(session: Session, credential: str) -> Passkey | None:
    """The passkey of an id."""
    return session.scalar(select(Passkey).where(Passkey.credential == credential))


def of(session: Session, user_id: int) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def spend(session: Session, challenge: str, *, now: datetime) -> None:
    """Uses a challenge up. Raises BadCredentials where it was used before: writers come one after the other."""
    if session.get(Spent, digest(challenge)) is not None:
        raise BadCredentials
    session.add(Spent(digest=digest(challenge), expires_at=now + 2 * LIFE))
    session.flush()


def add(
    session: Session, key: tuple[str, bytes, int], challenge: str, name: str, *, actor: Actor, now: datetime
) -> Passkey:
    """Keeps a passkey that was looked at. Raises Invalid, BadCredentials."""
    name = one_line(name)
    credential, public_key, uses = key
    if not name:
        raise Invalid({"name": ("missing", {})})
    if len(name) > NAME_MAX:
        raise Invalid({"name": ("too_long", {"length": len(name), "limit": NAME_MAX})})
    if len(of(session, actor.user_id or 0)) >= MOST:
        raise Invalid({"name": ("too_many", {"count": MOST + 1, "limit": MOST})})
    spend(session, challenge, now=now)
    if find(session, credential) is not None:
        raise BadCredentials
    row = Passkey(credential=credential, public_key=public_key, uses=uses, name=name, created_at=now)
    row.user_id = session.get_one(User, actor.user_id).id
    session.add(row)
    session.flush()
    audit(session, actor, "add-passkey", actor.email, now, passkey=row.id, name=name)
    return row


def remove(session: Session, number: int, *, actor: Actor, now: datetime) -> None:
    """Removes one of the person's own passkeys. One that is gone already is no error."""
    row = session.get(Passkey, number)
    if row is not None and row.user_id == actor.user_id:
        session.delete(row)
        audit(session, actor, "remove-passkey", actor.email, now, passkey=number, name=row.name)


def use(session: Session, number: int, uses: int, challenge: str, *, now: datetime) -> User:
    """Notes an answer that was right. Raises BadCredentials where it is used a second time, or the account is closed."""
    spend(session, challenge, now=now)
    row = session.get(Passkey, number)
    if row is None or not row.user.active or (row.uses and uses <= row.uses):
        raise BadCredentials
    row.uses, row.used_at = uses, now
    return row.user


def enter(
    session: Session, number: int, uses: int, challenge: str, *, now: datetime, life: timedelta, agent: str = ""
) -> str:
    """Signs in with a passkey alone. Gives the cookie's secret."""
    user = use(session, number, uses, challenge, now=now)
    return accounts.enter(session, user, "passkey", now=now, life=life, agent=agent)


def prove(session: Session, secret: str, number: int, uses: int, challenge: str, *, now: datetime) -> None:
    """Shows once more who sits there, with one of the own passkeys."""
    user = use(session, number, uses, challenge, now=now)
    accounts.prove(session, secret, user, "passkey", now=now)
