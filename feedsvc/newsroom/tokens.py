"""API tokens: a program's key, never wider than its owner's role."""

import re
import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.errors import BadCredentials, Invalid, NotFound
from feedsvc.models import ApiToken
from feedsvc.newsroom import workflow
from feedsvc.newsroom.accounts import SEEN_EVERY, actor_of, digest, find_user
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

PREFIX = "fsvc_"


def add(
    session: Session,
    email: str,
    scopes: tuple[str, ...],
    *,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A new token for a person. Gives the token itself, which is shown once and kept nowhere.

    Raises Invalid for an unknown or missing scope, NotFound for an unknown or closed account.
    """
    workflow.require(actor, "admin")
    names = ", ".join(workflow.SCOPES)
    for scope in scopes or ("",):
        if scope not in workflow.SCOPES:
            raise Invalid({"scope": ("unknown_scope", {"name": scope, "names": names})})
    user = find_user(session, email)
    if not user.active:
        raise NotFound("user")
    secret = PREFIX + secrets.token_urlsafe(32)
    wanted = sorted(set(scopes))
    row = ApiToken(user_id=user.id, digest=digest(secret), scopes=wanted, created_at=now, expires_at=expires_at)
    session.add(row)
    session.flush()
    audit(session, actor, "add-token", user.email, now, scopes=wanted, token=row.id)
    return secret


def of(session: Session, email: str) -> list[ApiToken]:
    """A person's tokens, newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.user_id == find_user(session, email).id).order_by(ApiToken.id.desc())
        )
    )


def revoke(session: Session, token: str, *, actor: Actor, now: datetime) -> ApiToken:
    """Makes a token worthless at once; named by itself or by its number. Raises NotFound."""
    workflow.require(actor, "admin")
    named = ApiToken.id == int(token) if re.fullmatch("[0-9]{1,9}", token) else ApiToken.digest == digest(token)
    row = session.scalar(select(ApiToken).where(named, ApiToken.revoked_at.is_(None)))
    if row is None:
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
