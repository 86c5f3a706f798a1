"""Search at the desk: one box for items in any state, and for what they are about."""

import re

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db, settings
from feedsvc.models import Contact, User
from feedsvc.newsroom import finding, publishing
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, me, page
from feedsvc.web.desk.subjects import ONE
from feedsvc.web.i18n import gettext as _
from feedsvc.web.labels import LANGUAGE_NAMES

PAGE = 20
BESIDE = 5
"""Subjects, contacts and accounts that are named beside the items, of each."""


@blueprint.get("/search", endpoint="search")
@permission("read")
def found() -> Response:
    """What was found, the last written first; without a question, what can be asked for."""
    now, asked = clock.now(), " ".join(request.args.get("q", "")[: finding.LONGEST].split())
    place = request.args.get("before", "")
    before = int(place) if re.fullmatch(r"[0-9]{1,9}", place) else None
    with db.reading() as session:
        rows = finding.items(session, asked, now=now, limit=PAGE + 1, before=before)
        beside = _beside(session, asked) if before is None else []
        held = publishing.is_held(session)
    return page(
        "search.html",
        asked=asked,
        found=[here for _place, here in rows[:PAGE]],
        older=rows[PAGE - 1][0] if len(rows) > PAGE else 0,
        paged=before is not None,
        beside=beside,
        languages=settings.current().languages,
        language_names=LANGUAGE_NAMES,
        now=now,
        held=held,
    )


def _beside(session: Session, asked: str) -> list[tuple[str, str, str]]:
    """What else is called so, as far as this person looks after it: its kind, its name and its page at the desk."""
    found: list[tuple[str, str, str]] = []
    if me().may("taxonomy"):
        subjects = finding.subjects(session, asked, limit=BESIDE)
        contacts = finding.people(session, asked, Contact, limit=BESIDE)
        found += [
            (_(ONE[one.sort]), one.name, url_for("desk.subject", kind=one.kind, slug=one.slug)) for one in subjects
        ]
        found += [(_("Contact"), name, url_for("desk.contact", number=number)) for number, name in contacts]
    if me().may("admin"):
        people = finding.people(session, asked, User, limit=BESIDE)
        found += [(_("Account"), name, url_for("desk.person", number=number)) for number, name in people]
    return found
