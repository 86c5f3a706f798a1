"""Who is at the desk: sign-in, permissions of the desk's views, and the guard against forged requests."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect

from feedsvc import clock, road
from feedsvc.newsroom import accounts, browsers, workflow
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.desk_session import CSRF, DeskSession, DeskSessions, is_desk, recognise
from feedsvc.web.permission import PUBLIC, needs, permission_of, public

__all__ = [
    "ProveFirst",
    "SignInFirst",
    "agent",
    "current_actor",
    "current_secret",
    "fresh",
    "install",
    "local_path",
    "permission",
    "public",
    "sign_in",
    "sign_out",
    "single_keys",
]

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
HOME = "/desk/"
FRESH = timedelta(minutes=10)
"""For so long after somebody showed who they are, delicate acts ask for no further proof."""
NEXT_LIMIT = 500

_csrf = CSRFProtect()


class SignInFirst(Exception):
    """Nobody is signed in and the view is not public: no error, but a way to the sign-in page."""


def install(app: Flask) -> None:
    """Gives the application our sessions, and the desk its guard."""
    app.session_interface = DeskSessions()
    # Flask-WTF checks only where we ask it to: below /desk, the one place where a cookie speaks for somebody.
    # The API is asked with tokens, and the hub by strangers.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    _csrf.init_app(app)
    app.before_request(_guard)


def _guard() -> None:
    """Before every desk view: whose browser this is, and for unsafe methods that the person meant it.

    Raises SignInFirst, CSRFError, Unavailable.
    """
    if not is_desk(request.path):
        return
    g.language = "en"  # the desk speaks English until its catalogues are there
    ours = _session()
    recognise(ours)
    g.zone = ours.zone
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or view is None:
        return
    # Browsers say where a request comes from; a page of another site, even of a neighbouring one, has no business here.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if current_actor() is None:
        request.max_content_length = None  # back to the usual: large files are taken from people we know
        if permission_of(view) != PUBLIC:
            raise SignInFirst
    _ = request.form  # one that is too large or broken is refused here, where the refusal becomes a page
    _csrf.protect()


def _session() -> DeskSession:
    """The desk's session, itself and not Flask's stand-in for it."""
    return cast("DeskSession", session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's way


def current_actor() -> Actor | None:
    """Who is signed in at the desk; None for nobody, and everywhere else."""
    return getattr(session, "actor", None)


def single_keys() -> bool:
    """Whether keys that are one letter lead whoever is signed in about the desk."""
    return bool(getattr(session, "single_keys", True))


def permission(name: str) -> Callable[[View], View]:
    """Opens a desk view to those who have the permission; others get SignInFirst or NotAllowed."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor is None:
                raise SignInFirst
            workflow.require(actor, name)
            return view(*args, **kwargs)

        return cast("View", needs(name)(guarded))

    return mark


def sign_in(secret: str) -> None:
    """Makes this browser the holder of a new session; the one it had ends."""
    ours = _session()
    if ours.secret and ours.actor:
        road.act(accounts.close_session, ours.secret)
    ours.begin(secret)
    g.zone = ours.zone
    g.pop(CSRF, None)  # the token that Flask-WTF may have made for the session before


def agent() -> str:
    """The family of the browser that asks, for the list of its owner's sign-ins."""
    return browsers.family(request.headers.get("User-Agent", ""))


def current_secret() -> str:
    """The secret of the session that asks."""
    return _session().secret


class ProveFirst(Exception):
    """The act is a delicate one, and it was a while ago that its doer last showed who they are."""


def fresh(view: View) -> View:
    """Asks for a fresh proof before a delicate act: a desk that was left open is not enough for it. Raises ProveFirst."""

    @wraps(view)
    def proved(*args: Any, **kwargs: Any) -> Any:
        at = _session().proved_at
        if at is None or clock.now() - at > FRESH:
            raise ProveFirst
        return view(*args, **kwargs)

    return cast("View", proved)


def sign_out() -> None:
    """Ends the session in the database, so that a copy of its cookie is worth nothing either."""
    ours = _session()
    if ours.secret:
        road.act(accounts.close_session, ours.secret)
    ours.end()
    g.pop(CSRF, None)


def local_path(wanted: str) -> str:
    """Where to go after sign-in: the wanted address when it is plainly one of the desk's pages, else the first one.

    Everything that a browser could read as another site, or as this one in disguise, is not plain.
    """
    path = wanted.partition("?")[0]
    plain = is_desk(path) and wanted.isascii() and wanted.isprintable() and len(wanted) <= NEXT_LIMIT
    odd = any(sign in wanted for sign in ("\\", "//", "..", " ", "#", "@")) or path in ("/desk/login", "/desk/logout")
    return wanted if plain and not odd else HOME
