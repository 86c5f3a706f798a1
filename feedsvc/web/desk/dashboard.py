"""The desk's first page: mine, waiting for me, going live today, live now, and what is wrong."""

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from flask import Response
from sqlalchemy.orm import Session

from feedsvc import clock, db, settings
from feedsvc.feeds import addresses, build, findings
from feedsvc.formats import gate
from feedsvc.newsroom import accounts, notices, overview, publishing
from feedsvc.web.auth import permission
from feedsvc.web.desk import door
from feedsvc.web.desk.frame import blueprint, me, page
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import local, ngettext
from feedsvc.words import N_

FREE_BYTES = 500_000_000
"""Less room than this, and somebody should make some: at a fifth of it the newsroom says that it is not ready."""
COMING = {
    "publish": N_("goes live"),
    "correct": N_("a correction"),
    "update": N_("an update without a note"),
    "withdraw": N_("a withdrawal"),
}
SILENT = 15.0
"""Seconds after which a ticker that has not moved is a problem."""


@blueprint.get("/")
@permission("read")
def start() -> Response:
    """Where a person's day begins."""
    now, current, actor = clock.now(), settings.current(), me()
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with db.reading() as session:
        mine = overview.mine(session, actor.user_id or 0, now=now)
        waiting = overview.waiting(session, actor.user_id or 0, reviews=actor.may("approve"), now=now)
        today = overview.planned(session, until=midnight, now=now)
        coming = None if today else overview.next_planned(session, now=now)
        out = overview.just_out(session, current.languages, now=now)
        held = publishing.is_held(session)
        problems = _problems(session, current, now) if actor.may("publish") else []
        faults = findings.of_public(session, now=now, limit=overview.SHOWN) if actor.may("write") else []
        alone = actor.may("admin") and len(accounts.users(session)) < 2  # noqa: PLR2004
    return page(
        "dashboard.html",
        now=now,
        mine=mine,
        waiting=waiting,
        today=today,
        coming=coming,
        out=[(one, addresses.item_url(one.language, one.slug)) for one in out],
        held=held,
        problems=problems,
        faults=[
            (one, [_(gate.SENTENCES[each.code], **each.values) for each in one.findings if each.code in gate.SENTENCES])
            for one in faults
        ],
        alone=alone,
        mailed=door.mailed(),
        kinds_coming=COMING,
        countdown=lambda moment: countdown(moment - now),
    )


def countdown(left: timedelta) -> str:
    """`in 3 h 20 min`; the last minutes to the minute, the last one in seconds, days where there are many."""
    seconds = max(0, int(left.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days > 1:
        return ngettext("in {n} day", "in {n} days", days)
    if hours:
        return _("in {hours} h {minutes} min", hours=hours, minutes=minutes % 60)
    if minutes:
        return _("in {minutes} min", minutes=minutes)
    return ngettext("in {n} second", "in {n} seconds", seconds)


def _problems(session: Session, current: settings.Settings, now: datetime) -> list[str]:
    """What somebody should look after, in sentences."""
    found = []
    late = overview.late(session, current.languages, timedelta(seconds=current.late_after_seconds), now=now)
    if late:
        found.append(
            ngettext(
                "{n} item went live later than planned in the last day. It is dated as planned.",
                "{n} items went live later than planned in the last day. They are dated as planned.",
                late,
            )
        )
    stuck = notices.stuck(session) if door.mailed() else 0
    if stuck:
        found.append(
            ngettext(
                "{n} mail cannot be sent: the mail server refuses it or does not answer.",
                "{n} mails cannot be sent: the mail server refuses them or does not answer.",
                stuck,
            )
        )
    return found + _around(current.instance)


def _around(instance: Path) -> list[str]:
    """Problems of the machine, as far as they can be seen from here."""
    found = []
    try:
        missing = build.missing(instance)
        free = shutil.disk_usage(instance).free
        ticker = instance / "run" / "ticker"
        elsewhere = (instance / "run" / "no-scheduler").exists()
        silent = not elsewhere and ticker.exists() and time.time() - ticker.stat().st_mtime > SILENT
    except OSError:
        return [_("The newsroom's folder cannot be read.")]
    if missing:
        found.append(_("Some feeds are not built: {names}.", names=", ".join("/".join(key) for key in missing)))
    if free < FREE_BYTES:
        found.append(
            _(
                "The disk is nearly full: {n} MB are left. Ask whoever runs this newsroom to make room.",
                n=free // 1_000_000,
            )
        )
    if silent:
        found.append(
            _(
                "The clockwork stands still: planned items still go live, but no mail is sent. Ask whoever runs this newsroom."
            )
        )
    return found
