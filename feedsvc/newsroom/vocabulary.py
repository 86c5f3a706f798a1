"""What a subject is to the world: its code in IPTC's Media Topics (http://cv.iptc.org/newscodes/mediatopic/), and where a place lies."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import Category, Organisation, Tag
from feedsvc.newsroom import subjects
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor, require

_TOPIC = re.compile(r"(?:medtop:)?([0-9]{8})\Z")
_POINT = re.compile(r"\s*(-?[0-9]{1,2}(?:\.[0-9]+)?)\s*,\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*\Z")
_POLE, _DATE_LINE = 90.0, 180.0


def describe(
    session: Session,
    kind: str,
    slug: str,
    *,
    topic: str | None = None,
    point: str | None = None,
    actor: Actor,
    now: datetime,
) -> Category | Tag:
    """Says which Media Topic a category or tag is, and where a place lies; empty: none; None: as it is.

    `topic`: eight digits, with or without `medtop:`. `point`: latitude and longitude in degrees (WGS 84), comma between.
    Raises Invalid, NotFound, NotAllowed.
    """
    require(actor, "taxonomy")
    row = subjects.find(session, kind, slug)
    if isinstance(row, Organisation):
        raise Invalid({"kind": ("no_topic", {})})
    before = _said(row)
    if topic is not None:
        row.topic = _topic(topic)
    if point is not None:
        if not isinstance(row, Tag) or row.kind != "place":
            raise Invalid({"point": ("no_place", {})})
        row.latitude, row.longitude = _point(point)
    session.flush()
    if before != _said(row):
        audit(session, actor, f"describe-{kind}", row.slug, now, before=before, after=_said(row))
        subjects.changed(session, kind, row, now=now)
    return row


def _said(row: Category | Tag) -> str:
    where = f"{row.latitude}, {row.longitude}" if isinstance(row, Tag) and row.latitude is not None else ""
    return " ".join(part for part in (row.topic, where) if part)


def _topic(text: str) -> str:
    if not text.strip():
        return ""
    found = _TOPIC.match(text.strip())
    if found is None:
        raise Invalid({"topic": ("not_a_topic", {})})
    return found.group(1)


def _point(text: str) -> tuple[float, float] | tuple[None, None]:
    if not text.strip():
        return None, None
    found = _POINT.match(text)
    latitude, longitude = map(float, found.groups()) if found else (0.0, 1_000.0)
    if abs(latitude) > _POLE or abs(longitude) > _DATE_LINE:
        raise Invalid({"point": ("not_a_point", {})})
    return latitude, longitude
