"""People and programs that may come in: users, roles, sessions, API tokens."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base


class Role(Base):
    """A named set of permissions; `newsroom/workflow.py` says what each permission opens."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    grants: Mapped[list[str]] = mapped_column(JSON)


class User(Base):
    """A person of the newsroom."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In small letters."""
    name: Mapped[str] = mapped_column(String(120))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    link_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in a one-time sign-in link."""
    link_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64), default="")
    """The time zone in which the desk shows and asks for times; empty: the newsroom's."""
    mail_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Kinds of messages that are not to be mailed: see newsroom/messages.py."""
    totp_seed: Mapped[str | None] = mapped_column(String(64))
    """What the secret of the code app is made from, together with the newsroom's key; None where codes are off."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the newest code that was taken: neither it nor an older one is taken again."""

    single_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether keys that are one letter lead about the desk."""

    role: Mapped[Role] = relationship(lazy="joined", innerjoin=True)


class Backoff(Base):
    """Failed tries under one e-mail address, whether or not it has an account: so the wait betrays nothing."""

    __tablename__ = "backoff"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the address in lower case, with a word before it where something else than a password is tried."""
    failed: Mapped[int]
    wait_until: Mapped[datetime] = mapped_column(index=True)
    """No password is looked at before this moment."""


class Session(Base):
    """A sign-in at the desk. The cookie holds a secret of which only the digest is kept."""

    __tablename__ = "session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    data: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    agent: Mapped[str] = mapped_column(String(80), default="")
    """Families of the browser and the system, as newsroom/browsers.py names them; never the whole User-Agent."""
    proved_at: Mapped[datetime | None]
    """When the person last showed who they are: at sign-in, or when a delicate act asked for it."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class ApiToken(Base):
    """A program's key to the API, never wider than its owner's role."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What it is for, in its owner's words."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Answered(Base):
    """What a program was answered under an `Idempotency-Key`, written with what it asked for: asked again, it is told the same."""

    __tablename__ = "answered"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 in hex of the token's number and the key."""
    request: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hex of all that was asked: the key of one request is no key to another."""
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
