"""People and programs that may come in: users, roles, sessions, API tokens."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
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

    role: Mapped[Role] = relationship(lazy="joined", innerjoin=True)


class Backoff(Base):
    """Failed sign-ins under one e-mail address, whether or not it has an account: so the wait betrays nothing."""

    __tablename__ = "backoff"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the address in lower case."""
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

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
