"""API tokens: a program's key, never wider than its owner's role."""

import re
import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.errors import BadCredentials, Invalid, NotFound
from feedsvc.models import ApiToken, User
from feedsvc.newsroom import workflow
from feedsvc.newsroom.accounts import SEEN_EVERY, actor_of, digest, find_user
from feedsvc.newsroom.drafts import Problems
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

PREFIX = "fsvc_"
NAME_MAX = 80


def add(
    session: Session,
    email: str,
    scopes: tuple[str, ...],
    *,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
    name: str = "",
    by: ApiToken | None = None,
) -> str:
    """A new token for a person, by whoever it is or an administrator. Gives the token itself, which is shown once and kept
    nowhere. `name`: what it is for. `by`: the token of the program that makes it; no token outlives the one that made it.

    Raises Invalid for an unknown or missing scope or an end that has passed, NotFound for an unknown or closed account.
    """
    _mine_or_admin(actor, email)
    named = one_line(name)
    _check(named, scopes, expires_at, now)
    if by is not None and by.expires_at is not None:
        expires_at = min(expires_at or by.expires_at, by.expires_at)
    user = find_user(session, email)
    if not user.active:
        raise NotFound("user")
    secret = PREFIX + secrets.token_urlsafe(32)
    wanted = sorted(set(scopes))
    row = ApiToken(user_id=user.id, digest=digest(secret), scopes=wanted, created_at=now, expires_at=expires_at)
    row.name = named
    session.add(row)
    session.flush()
    made = {"by_token": by.id} if by is not None else {}
    audit(session, actor, "add-token", user.email, now, scopes=wanted, token=row.id, name=named, **made)
    return secret


def _mine_or_admin(actor: Actor, email: str) -> None:
    """Raises NotAllowed for somebody else's unless the actor is an administrator."""
    if actor.user_id is None or actor.email != one_line(email).lower():
        workflow.require(actor, "admin")


def _check(name: str, scopes: tuple[str, ...], expires_at: datetime | None, now: datetime) -> None:
    """Raises Invalid, naming every bad field at once."""
    problems: Problems = {}
    names = ", ".join(workflow.SCOPES)
    for scope in scopes or ("",):
        if scope not in workflow.SCOPES:
            problems["scope"] = ("unknown_scope", {"name": scope, "names": names})
    if len(name) > NAME_MAX:
        problems["name"] = ("too_long", {"length": len(name), "limit": NAME_MAX})
    if expires_at is not None and expires_at <= now:
        problems["expires_at"] = ("past", {})
    if problems:
        raise Invalid(problems)


def listed(session: Session, *, email: str = "", before: int | None = None, limit: int) -> list[ApiToken]:
    """The newest tokens, newest first, of everybody or of one person; `before` is the number of the last one seen."""
    query = select(ApiToken).join(User).order_by(ApiToken.id.desc()).limit(limit)
    if email:
        query = query.where(User.email == one_line(email).lower())
    return list(session.scalars(query if before is None else query.where(ApiToken.id < before)))


def find(session: Session, secret: str) -> ApiToken:
    """The row of a token. Raises NotFound."""
    row = session.scalar(select(ApiToken).where(ApiToken.digest == digest(secret)))
    if row is None:
        raise NotFound("token")
    return row


def of(session: Session, email: str) -> list[ApiToken]:
    """A person's tokens, newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.user_id == find_user(session, email).id).order_by(ApiToken.id.desc())
        )
    )


def revoke(session: Session, token: str, *, actor: Actor, now: datetime) -> ApiToken:
    """Makes a token worthless at once; named by itself or by its number. Raises NotFound, also for somebody else's."""
    named = ApiToken.id == int(token) if re.fullmatch("[0-9]{1,9}", token) else ApiToken.digest == digest(token)
    row = session.scalar(select(ApiToken).where(named, ApiToken.revoked_at.is_(None)))
    if row is None or not (row.user_id == actor.user_id or actor.may("admin")):
        raise NotFound("token")
    row.revoked_at = now
    audit(session, actor, "revoke-token", row.user.email, now, token=row.id)
    return row


def owner(session: Session, secret: str, *, now: datetime) -> tuple[Actor, ApiToken]:
    """Who acts with this token: its owner, with no more than both the role and the scopes allow.

    Raises BadCredentials for an unknown, revoked or expired one, and when the account is closed.
    """
    row = session.scalar(select(ApiToken).where(ApiToken.digest == digest(secret)))
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now) or not row.user.active:
        raise BadCredentials
    through = {permission for scope in row.scopes for permission in workflow.SCOPES.get(scope, ())}
    actor = actor_of(row.user)
    return replace(actor, grants=actor.grants & through), row


def is_stale(token: ApiToken, now: datetime) -> bool:
    """Whether its last use should be written down again."""
    return token.last_used_at is None or now - token.last_used_at > SEEN_EVERY


def touch(session: Session, token_id: int, *, now: datetime) -> None:
    """Notes that a token was used."""
    session.get_one(ApiToken, token_id).last_used_at = now
