"""How the newsroom does, in figures for Prometheus (text format 0.0.4).

To anybody: only what everybody can see anyway. To whoever sends the token of `FEEDSVC_METRICS_TOKEN`: what operators want to
be woken by. Of what is planned neither says anything but what is late already: figures are copied to many places.
"""

import hmac
import shutil
import time
from datetime import datetime, timedelta
from math import inf

from flask import Blueprint, Response, request
from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedsvc import __version__, clock, settings
from feedsvc.backups.keeping import last_file
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.models import Notice, Poll, Publication
from feedsvc.models import Session as SignIn
from feedsvc.newsroom import listing, notices, public
from feedsvc.push import standing as sent
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site.health import fresh, runs_elsewhere, ticker_age
from feedsvc.web.site.kept import kept

blueprint = Blueprint("metrics", __name__)

LATE = timedelta(seconds=5)
"""So long after its moment the ticker has told of what went live, or something is wrong."""

NEVER = inf
"""The age of what never was: a figure that is left out is above nothing, and wakes nobody."""

Lines = list[str]


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """The figures; where a token is set, to those who have it alone."""
    token = settings.current().metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and not hmac.compare_digest(token.encode(), given.encode("utf-8", "replace")):
        refused = Response("These figures are for whoever has the token.\n", 401, mimetype="text/plain")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return fresh(refused)
    lines = _metric("feedsvc_up", "Whether this process answers.", {f'{{version="{__version__}"}}': 1})
    if not runs_elsewhere(settings.current().instance):
        age = ticker_age(settings.current().instance)
        moved = {"": NEVER if age is None else round(age, 3)}
        lines += _metric("feedsvc_ticker_age_seconds", "Seconds since the ticker last moved.", moved)
    try:
        counts = kept("counts", _counted)
        more = _for_operators() if token else []
    except (FeedsvcError, DBAPIError):
        lines += _metric("feedsvc_database_up", "Whether the database answers.", {"": 0})
    else:
        lines += _metric("feedsvc_database_up", "Whether the database answers.", {"": 1})
        lines += _metric("feedsvc_items_public", "Items that are public, by language.", counts) + more
    if token:
        lines += _of_the_machine()
    return fresh(Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"))


def _counted(session: Session, now: datetime) -> dict[str, float]:
    """Public items by label."""
    languages = settings.current().languages
    return {f'{{language="{code}"}}': float(listing.count(session, code, now=now)) for code in languages}


def _for_operators() -> Lines:
    """What waits, what is late, who asks: each by an index, or of today alone."""
    now, p = clock.now(), Publication
    late = select(func.count()).where(p.live_at.is_(None), public.due(p, now - LATE))
    waiting = select(func.count()).select_from(Notice).where(Notice.sent_at.is_(None))
    asked = select(Poll.status, func.sum(Poll.count)).where(Poll.day == now.date()).group_by(Poll.status)
    signed_in = select(func.count()).select_from(SignIn).where(SignIn.expires_at > now)
    with reading() as session:
        lines = _metric(
            "feedsvc_late", "Publications whose moment passed and which nobody was told of.", {"": _one(session, late)}
        )
        lines += _metric("feedsvc_mails_waiting", "Mails that wait for the mail server.", {"": _one(session, waiting)})
        lines += _metric("feedsvc_mails_stuck", "Mails that it refused again and again.", {"": notices.stuck(session)})
        lines += _metric("feedsvc_signed_in", "Sign-ins at the desk that are good now.", {"": _one(session, signed_in)})
        for what, count in sent.figures(session).items():
            name = f"feedsvc_push_{what.replace(' ', '_')}"
            lines += _metric(name, f"Push: {what}.", {"": count})
        by_status = {f'{{status="{status}"}}': float(count) for status, count in session.execute(asked)}
    return lines + _metric(
        "feedsvc_feed_requests_today", "Requests for feeds since midnight UTC, by status.", by_status
    )


def _one(session: Session, query: Select[int]) -> float:
    return float(session.scalar(query) or 0)


def _of_the_machine() -> Lines:
    instance = settings.current().instance
    lines = _metric("feedsvc_disk_free_bytes", "Room in the instance folder.", {"": shutil.disk_usage(instance).free})
    last = last_file(instance)
    # By the clock that stamps files.
    age = round(time.time() - last.stat().st_mtime) if last.exists() else NEVER
    return lines + _metric("feedsvc_backup_age_seconds", "Since the last backup that was read back.", {"": age})


def _metric(name: str, meaning: str, values: dict[str, float]) -> Lines:
    """A gauge's lines; `values` by label."""
    return [
        f"# HELP {name} {meaning}",
        f"# TYPE {name} gauge",
        *(f"{name}{label} {'+Inf' if value == NEVER else format(value, '.15g')}" for label, value in values.items()),
    ]
