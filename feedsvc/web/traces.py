"""One request, one name: taken from the proxy in front, given back, and said in every line of the log that it causes."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from feedsvc import settings

HEADER = "X-Request-Id"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Anything else might be meant for somebody who reads logs with a terminal or a browser."""
_SECRET = re.compile(r"^(/(?:preview|private|desk/link|desk/setup)/).+")
"""Addresses of which whoever knows them is let in: they stand in no log."""
FAILED = 500

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Names every request of the application. First of all, so that whatever fails later is said with its name."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def shown_path() -> str:
    """The request's path as it may stand in a log: no secret, and no query, in which people write names."""
    return _SECRET.sub(r"\1…", request.path)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _PLAIN.fullmatch(given) else secrets.token_hex(8)
    g.began = time.monotonic()
    bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[HEADER] = g.request_id
    if settings.current().log_requests or response.status_code >= FAILED:
        took = round((time.monotonic() - g.began) * 1000, 1)
        log.info("request", method=request.method, path=shown_path(), status=response.status_code, ms=took)
    return response


def _forget(_: BaseException | None) -> None:
    clear_contextvars()
