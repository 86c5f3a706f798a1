"""Whether the newsroom lives and is ready: for supervisors and load balancers."""

import contextlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from feedsvc import migrate, settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build
from feedsvc.web.permission import public as open_to_all

blueprint = Blueprint("health", __name__)

TICK_SECONDS = 5.0
"""A ticker that has not moved for so long is not working."""
FREE_BYTES = 100_000_000
"""Less room than this in the instance folder is too little to go on."""

Verdict = tuple[bool, str]


@blueprint.get("/healthz")
@open_to_all
def alive() -> Response:
    """This process answers. Asks nothing and nobody."""
    return fresh(Response("ok\n", mimetype="text/plain"))


@blueprint.get("/readyz")
@open_to_all
def ready() -> Response:
    """Whether everything that the newsroom needs is there, each part by name: 200, else 503."""
    found = {name: _asked(check) for name, check in CHECKS.items()}
    fine = all(ok for ok, _ in found.values())
    checks = {name: {"ok": ok, "detail": detail} for name, (ok, detail) in found.items()}
    response = fresh(jsonify(status="ready" if fine else "not ready", checks=checks))
    if not fine:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


def _asked(check: Callable[[], Verdict]) -> Verdict:
    """A check's verdict; one that cannot be made has failed. What went wrong inside is for the log, not for all."""
    try:
        return check()
    except (FeedsvcError, DBAPIError):
        return False, "the database does not answer"
    except OSError as error:
        return False, error.strerror or "cannot be read"


def _database() -> Verdict:
    with reading() as session:
        session.execute(select(1)).one()
    return True, "answers"


def _migrations() -> Verdict:
    wanted = migrate.head()
    with reading() as session:
        there, fits = migrate.at(session), migrate.fits(session)
    return fits, f"at {there}" if there == wanted else f"at {there}, {'works beside' if fits else 'needs'} {wanted}"


def _shelf() -> Verdict:
    missing = build.missing(settings.current().instance)
    names = ", ".join("/".join(key) for key in missing)
    return not missing, f"not built: {names}" if missing else "the newsroom's feeds are built"


def ticker_age(instance: Path) -> float | None:
    """Seconds since the ticker last moved; None where it never did."""
    try:
        touched = (instance / "run" / "ticker").stat().st_mtime
    except FileNotFoundError:
        return None
    return abs(time.time() - touched)  # by the clock that stamps files


def runs_elsewhere(instance: Path) -> bool:
    """Whether this instance was started without a ticker."""
    return (instance / "run" / "no-scheduler").exists()


def _scheduler() -> Verdict:
    instance = settings.current().instance
    if runs_elsewhere(instance):
        return True, "runs elsewhere"
    age = ticker_age(instance)
    if age is None:
        return False, "has not started"
    with contextlib.suppress(FileNotFoundError):
        stuck = (instance / "run" / "stuck").read_text(encoding="ascii")
        return False, f"does not come to an end: {stuck}"
    return age <= TICK_SECONDS, f"last moved {age:.1f} s ago"


def _disk() -> Verdict:
    free = shutil.disk_usage(settings.current().instance).free
    return free > FREE_BYTES, f"{free // 1_000_000} MB free"


CHECKS: dict[str, Callable[[], Verdict]] = {
    "database": _database,
    "migrations": _migrations,
    "shelf": _shelf,
    "scheduler": _scheduler,
    "disk": _disk,
}
"""Name → check."""


def fresh(response: Response) -> Response:
    """True of this moment only."""
    response.headers["Cache-Control"] = "no-store"
    return response
