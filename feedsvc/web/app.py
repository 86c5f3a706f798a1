"""The Flask application: pages, desk and API. Feeds that are on the shelf never come this far (see front.py)."""

import logging
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from feedsvc import settings
from feedsvc.errors import FeedsvcError
from feedsvc.web import auth, i18n
from feedsvc.web.api import problems
from feedsvc.web.api import views as api
from feedsvc.web.desk import views as desk
from feedsvc.web.errors import tell
from feedsvc.web.site import health, machines
from feedsvc.web.site import views as site

log = structlog.get_logger()

MAX_BODY = 4 * 1024 * 1024
"""Largest request body in bytes: eight times the longest text that an item may have."""
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' https: data:; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
}


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
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    i18n.install(app)
    auth.install(app)
    for blueprint in (site.blueprint, machines.blueprint, health.blueprint, desk.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, _failed)
    app.after_request(_finish)
    return app


def _failed(error: Exception) -> Any:
    """Every error ends here: said as a problem document to programs, as a page to people, never as a traceback."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < HTTPStatus.BAD_REQUEST:
        return error
    told = tell(error, i18n.language())
    if not isinstance(error, (HTTPException, FeedsvcError)):
        log.error("defect", path=request.path, exc_info=error)
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
    elif "/feeds" in request.path:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
    g.pop("actor", None)
    return response


logging.getLogger("werkzeug").setLevel(logging.WARNING)
