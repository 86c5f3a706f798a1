"""Whether the newsroom lives, is ready, and how it does: for supervisors, load balancers and Prometheus."""

import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedsvc import migrate, settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build
from feedsvc.newsroom import listing
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site.kept import kept

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
    return _fresh(Response("ok\n", mimetype="text/plain"))


@blueprint.get("/readyz")
@open_to_all
def ready() -> Response:
    """Whether everything that the newsroom needs is there, each part by name: 200, else 503."""
    found = {name: _asked(check) for name, check in CHECKS.items()}
    fine = all(ok for ok, _ in found.values())
    checks = {name: {"ok": ok, "detail": detail} for name, (ok, detail) in found.items()}
    response = _fresh(jsonify(status="ready" if fine else "not ready", checks=checks))
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
        there = migrate.at(session)
    return there == wanted, f"at {there}" if there == wanted else f"at {there}, needs {wanted}"


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


def _scheduler() -> Verdict:
    instance = settings.current().instance
    if (instance / "run" / "no-scheduler").exists():
        return True, "runs elsewhere"
    age = ticker_age(instance)
    if age is None:
        return False, "has not started"
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


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Figures for Prometheus (text format 0.0.4). Only of what everybody can see anyway."""
    lines = _metric("feedsvc_up", "Whether this process answers.", {"": 1})
    age = ticker_age(settings.current().instance)
    if age is not None:
        lines += _metric("feedsvc_ticker_age_seconds", "Seconds since the ticker last moved.", {"": round(age, 3)})
    try:
        counts = kept("counts", _counted)
    except (FeedsvcError, DBAPIError):
        lines += _metric("feedsvc_database_up", "Whether the database answers.", {"": 0})
    else:
        lines += _metric("feedsvc_database_up", "Whether the database answers.", {"": 1})
        lines += _metric("feedsvc_items_public", "Items that are public, by language.", counts)
    return _fresh(Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"))


def _counted(session: Session, now: datetime) -> dict[str, float]:
    """Public items by label."""
    languages = settings.current().languages
    return {f'{{language="{code}"}}': float(listing.count(session, code, now=now)) for code in languages}


def _metric(name: str, meaning: str, values: dict[str, float]) -> list[str]:
    """A gauge's lines; `values` by label."""
    return [
        f"# HELP {name} {meaning}",
        f"# TYPE {name} gauge",
        *(f"{name}{label} {value:g}" for label, value in values.items()),
    ]


def _fresh(response: Response) -> Response:
    """True of this moment only."""
    response.headers["Cache-Control"] = "no-store"
    return response
