"""The desk's session: a signed cookie before sign-in, a row in the database after it, nothing at all elsewhere."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from feedsvc import clock, db, road, settings
from feedsvc.errors import FeedsvcError
from feedsvc.newsroom import accounts
from feedsvc.newsroom.workflow import Actor

log = structlog.get_logger()

ANONYMOUS_LIFE = timedelta(days=7)
"""How long a sign-in page may lie open before its form is no longer taken."""
CSRF = "csrf_token"


class DeskSession(dict[str, Any], SessionMixin):
    """What the desk remembers of one browser. `secret` is empty before sign-in."""

    def __init__(self, secret: str = "", kept: dict[str, Any] | None = None) -> None:
        super().__init__(kept or {})
        self.secret = self.arrived_secret = secret
        self.arrived = dict(self)
        """As it came, to tell whether anything changed."""
        self.actor: Actor | None = None
        self.seen_at: datetime | None = None
        self.proved_at: datetime | None = None
        """When the person last showed who they are."""
        self.zone = ""
        """The person's own time zone; empty: the newsroom's."""
        self.single_keys = True
        """Whether keys that are one letter lead about the desk."""

    def begin(self, secret: str) -> None:
        """Becomes another, signed-in session. Nothing of the one before goes over, so a planted one gains nothing."""
        self.clear()
        self.secret = secret
        recognise(self)

    def end(self) -> None:
        """Becomes an anonymous session."""
        self.clear()
        self.secret, self.actor, self.seen_at, self.arrived = "", None, None, {}


def recognise(session: DeskSession) -> None:
    """Looks up who this browser's person is; a secret that is no longer good leaves nobody. Raises Unavailable."""
    if not session.secret:
        return
    # Set before the row is asked for, so that a form can be offered again even while the database is away.
    session[CSRF] = _csrf_of(session.secret)
    with db.reading() as reading:
        row = accounts.find_session(reading, session.secret, now=clock.now())
        if row is None:
            session.end()
            return
        session.actor, session.seen_at = accounts.actor_of(row.user), row.seen_at
        session.proved_at, session.zone = row.proved_at, row.user.zone
        session.single_keys = row.user.single_keys
        session.update(row.data)
    session[CSRF] = _csrf_of(session.secret)
    session.arrived = dict(session)


class DeskSessions(SessionInterface):
    """Hands Flask the desk's sessions. Other addresses have none: no cookie is read or set there, no `Vary: Cookie`."""

    def open_session(self, app: Flask, request: Request) -> DeskSession | None:
        """The session as far as the cookie alone tells; `recognise` asks the database."""
        if not is_desk(request.path):
            return None
        cookie = request.cookies.get(cookie_name(), "")
        # A sign-in's secret has no dot in it, a signed cookie has two.
        return DeskSession(kept=_unsigned(app, cookie)) if "." in cookie else DeskSession(cookie[:200])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes the cookie before sign-in and the row after it, either only where there is something new to write."""
        if not isinstance(session, DeskSession):
            return
        if session.actor:
            if session.secret != session.arrived_secret:
                _send(response, session.secret)
            _keep(session)
        elif not session.secret and (session.arrived_secret or dict(session) != session.arrived):
            _send(response, _signer(app).dumps(dict(session)) if session else "")


def is_desk(path: str) -> bool:
    """Whether an address belongs to the desk."""
    return path == "/desk" or path.startswith("/desk/")


def cookie_name() -> str:
    """`__Host-` ties the cookie to this very host; browsers take it only with Secure, so only with https."""
    return "__Host-feedsvc" if settings.current().https else "feedsvc"


def life() -> timedelta:
    """How long a sign-in lasts without use."""
    return timedelta(hours=settings.current().session_hours)


def _csrf_of(secret: str) -> str:
    """Follows from the secret: no row is written for it, and after a new sign-in older forms are worth nothing."""
    key = settings.secret_key(settings.current()).encode()
    return hmac.new(key, b"csrf" + secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class _Signer(TimestampSigner):
    """Stamps by the newsroom's clock, so that a node whose own is behind takes what another one signed just now."""

    def get_timestamp(self) -> int:
        return int(clock.seconds())


def _signer(app: Flask) -> URLSafeTimedSerializer:
    how = {"digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(str(app.secret_key), salt="desk", signer=_Signer, signer_kwargs=how)


def _unsigned(app: Flask, cookie: str) -> dict[str, Any]:
    """What a signed cookie holds; nothing for one that is forged, broken or old."""
    try:
        kept = _signer(app).loads(cookie, max_age=int(ANONYMOUS_LIFE.total_seconds()))
    except BadData:
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(session: DeskSession) -> None:
    """Writes the row where the data changed or it was last seen a while ago.

    A busy database costs no more than a message or a minute of the sign-in's life, so it does not fail the page.
    """
    now = clock.now()
    seen_long_ago = session.seen_at is None or now - session.seen_at > accounts.SEEN_EVERY
    if not seen_long_ago and dict(session) == session.arrived:
        return
    data = {name: value for name, value in session.items() if name != CSRF}
    try:
        road.act(accounts.touch_session, session.secret, data, life=life())
    except FeedsvcError as error:
        log.warning("session_not_kept", error=str(error))


def _send(response: Response, value: str) -> None:
    """Sets the cookie, or takes it away where there is no value."""
    name, secure = cookie_name(), settings.current().https
    if value:
        response.set_cookie(name, value, path="/", httponly=True, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(name, path="/", httponly=True, secure=secure, samesite="Lax")
