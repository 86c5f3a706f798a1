"""The log at the desk: who did what and when, in plain words. It can be read, filtered, checked and taken away; never changed."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import checks, clock, db, road, settings
from feedsvc.models import Audit
from feedsvc.newsroom import chain, log, standing
from feedsvc.newsroom.log import Asked
from feedsvc.web.auth import permission
from feedsvc.web.desk import log_file
from feedsvc.web.desk.deeds import told
from feedsvc.web.desk.frame import blueprint, me, page
from feedsvc.web.i18n import language, zone

PAGE = 50
"""Entries on a page."""


def _asked() -> Asked:
    """The filters in the address; what cannot be read filters nothing."""
    since = _midnight(request.args.get("day", ""))
    before = request.args.get("before", "")
    return Asked(
        person=request.args.get("person", "")[:254],
        subject=request.args.get("item", "").strip()[:200].removeprefix("urn:uuid:"),
        action=request.args.get("action", "")[:40],
        since=since,
        until=since and _midnight(request.args.get("day", ""), later=1),
        before=int(before) if re.fullmatch(r"[1-9][0-9]{0,8}", before) else None,
    )


def _midnight(day: str, *, later: int = 0) -> datetime | None:
    """When a day begins in the newsroom's zone; None for what is no day."""
    try:
        found = date.fromisoformat(day) + timedelta(days=later)
        zone = ZoneInfo(settings.current().time_zone)
        return datetime(found.year, found.month, found.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return None


@blueprint.get("/audit", endpoint="audit")
@permission("admin")
def whole() -> Response:
    """The newsroom's log."""
    asked = _asked()
    with db.reading() as session:
        found, more = _page(session, asked)
        heads = log.headlines(session, {row.subject for row in found})
        people, actions, extent = log.people(session), log.actions(session), log.extent(session)
        check = chain.newest(session)
    chosen = {name: request.args.get(name, "") for name in ("person", "item", "action", "day")}
    return page(
        "audit.html",
        found=[(row, told(row), heads.get(row.subject, "")) for row in found],
        older=found[-1].id if more else None,
        chosen={name: value for name, value in chosen.items() if value},
        people=people,
        actions=actions,
        extent=extent,
        check=check,
        paged=asked.before is not None,
        key="",
    )


def _page(session: Session, asked: Asked) -> tuple[list[Audit], bool]:
    """A page of entries, and whether there are more behind it."""
    found = log.entries(session, asked, limit=PAGE + 1)
    return found[:PAGE], len(found) > PAGE


@blueprint.get("/items/<key>/audit", endpoint="item_audit")
@permission("approve")
def of_item(key: str) -> Response:
    """What was done to one item."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        number = here.translation.item.key
        asked = Asked(subject=number, before=_asked().before)
        found, more = _page(session, asked)
    return page(
        "audit.html",
        found=[(row, told(row), "") for row in found],
        older=found[-1].id if more else None,
        chosen={},
        paged=asked.before is not None,
        key=number,
        here=here,
    )


@blueprint.post("/audit/check")
@permission("admin")
def audit_checked() -> Answer:
    """Asks for a check of every seal. A short log is checked at once; a long one by a process of its own."""
    asked = road.act(chain.ask, actor=me())
    if asked.upto - asked.reached <= chain.SHORT:
        taken = road.act(chain.take)
        if taken is not None:
            checks.finish(taken)
    return redirect(url_for("desk.audit") + "#chain", 303)


@blueprint.get("/audit.csv", endpoint="audit_file")
@permission("admin")
def taken() -> Response:
    """The same entries as a table for spreadsheets, however many: made by a process of its own, sent as it comes."""
    response = Response(log_file.written(_asked(), language(), zone()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response
