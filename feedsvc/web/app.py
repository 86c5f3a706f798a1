"""The Flask application: pages, desk and API. Feeds that are on the shelf never come this far (see front.py)."""

import logging
import re
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from feedsvc import settings
from feedsvc.errors import FeedsvcError
from feedsvc.web import auth, hub, i18n, proxied, traces
from feedsvc.web.api import problems
from feedsvc.web.api import views as api
from feedsvc.web.desk import views as desk
from feedsvc.web.errors import tell
from feedsvc.web.site import health, machines, media, metrics, previews, private, sitemaps, theme
from feedsvc.web.site import views as site
from feedsvc.web.versions import CORS, PREFLIGHT

log = structlog.get_logger()

MAX_BODY = 4 * 1024 * 1024
"""Largest request body in bytes: eight times the longest text that an item may have. Views for pictures take more."""
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' https: data:; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
}


_FOR_PROGRAMS = re.compile(r"/feeds(?:[/.]|$)|/search\.")
"""Addresses that scripts of other sites may read."""
_KEPT = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)


class _Id(IntegerConverter):
    """A number in an address: what no row can have is no address, and PostgreSQL is never asked for it."""

    def __init__(self, url_map: Map, **more: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1, **more})


def create_app() -> Flask:
    """The application for this process's settings."""
    app = Flask(__name__, static_url_path="/static")
    current = settings.current()
    app.config.update(
        SECRET_KEY=settings.secret_key(current),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters["int"] = _Id
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    i18n.install(app)
    traces.install(app)
    app.before_request(_make_room)
    auth.install(app)
    rooms = (hub, site, previews, private, machines, sitemaps, media, theme, health, metrics, desk, api)
    for room in rooms:
        app.register_blueprint(room.blueprint)
    app.register_error_handler(Exception, _failed)
    app.after_request(_finish)
    return app


def _make_room() -> None:
    """Before anything of a body is read: how much of it the view that is asked for takes. In a plain form are no files."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "most_body", 0)
    if most and request.mimetype != "application/x-www-form-urlencoded":
        request.max_content_length = most


def _failed(error: Exception) -> Any:
    """Every error ends here: said as a problem document to programs, as a page to people, never as a traceback."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < HTTPStatus.BAD_REQUEST:
        return error
    told = tell(error, i18n.language())
    if not isinstance(error, (HTTPException, FeedsvcError)):
        log.error("defect", path=traces.shown_path(), exc_info=error)
    if request.path.startswith("/api/"):
        return problems.answer(told)
    if request.path.startswith("/desk"):
        return desk.failed(told)
    return site.failed(told)


def _finish(response: Response) -> Response:
    """Headers that every answer of Flask's carries."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(("/desk", "/api/")):
        response.headers.setdefault("Cache-Control", "private, no-store")
    elif _FOR_PROGRAMS.search(request.path) and request.blueprint != private.blueprint.name:
        response.headers.update(CORS)
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT)
    if response.headers.get("Cache-Control", "").startswith("public") and response.status_code in _KEPT:
        response.headers.extend(proxied.kept_until(request.environ))
    g.pop("actor", None)
    return response


logging.getLogger("werkzeug").setLevel(logging.WARNING)
