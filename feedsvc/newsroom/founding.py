"""The first account, while the newsroom is being set up."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import User
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor


def nobody_has_password(session: Session) -> bool:
    """Whether the newsroom is still being set up: nobody can sign in yet."""
    return session.scalar(select(User.id).where(User.password_hash.is_not(None)).limit(1)) is None


def move_email(session: Session, user: User, email: str, *, actor: Actor, now: datetime) -> None:
    """Gives an account another address (in small letters); the log keeps the old one too. Raises Invalid."""
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", email):
        raise Invalid({"email": ("not_an_email", {})})
    if session.scalar(select(User.id).where(User.email == email, User.id != user.id)):
        raise Invalid({"email": ("email_taken", {})})
    audit(session, actor, "move-user", user.email, now, email=email)
    user.email = email
