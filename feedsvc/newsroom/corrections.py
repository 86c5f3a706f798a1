"""What a correction changed: the text that readers had before beside the one that they got.

Both texts were public when they were. What was taken back is never shown again: of what stood before a withdrawal
nothing is compared. Nor of what stood before an update: who takes words out without a note wants them out.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.models import Publication, Revision
from feedsvc.newsroom import differences, paragraphs, public
from feedsvc.newsroom.differences import Row
from feedsvc.newsroom.public import Correction

MOST = 10
"""Corrections of one item that are shown with their differences, the newest first."""
WORK = 500_000
"""Steps of comparing two texts: a reader waits for it, so it is a twentieth of what the desk may spend."""


class _Text(NamedTuple):
    """The words of a revision that are compared."""

    headline: str
    subhead: str
    summary: str
    body: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A correction as readers are told of it."""

    at: datetime
    note: str
    rows: tuple[Row, ...] = ()
    """What changed of the words; empty where nothing can be compared."""


def noted(session: Session, translation_id: int, corrections: tuple[Correction, ...], *, now: datetime) -> list[Noted]:
    """The correction notes of a public translation, newest first, with what each of them changed."""
    if not corrections:
        return []
    pairs = _pairs(session, translation_id, now)
    wanted = {number for pair in pairs.values() for number in pair}
    r = Revision
    rows = session.execute(select(r.id, r.headline, r.subhead, r.summary, r.body_html).where(r.id.in_(wanted)))
    texts = {number: _Text(*words) for number, *words in rows}
    found = []
    for one in corrections:
        pair = pairs.get((one.at, one.note))
        found.append(Noted(one.at, one.note, changed(texts[pair[0]], texts[pair[1]]) if pair else ()))
    return found


def _pairs(session: Session, translation_id: int, now: datetime) -> dict[tuple[datetime, str], tuple[int, int]]:
    """Moment and note of the newest corrections → the revisions before and after."""
    p = Publication
    query = select(p.kind, p.at, p.note, p.revision_id).where(p.translation_id == translation_id, public.due(p))
    found: dict[tuple[datetime, str], tuple[int, int]] = {}
    before: int | None = None
    for kind, at, note, revision_id in session.execute(query.order_by(p.at, p.id), {"now": now}):
        if kind == "withdraw":
            before, found = None, {}
            continue
        if kind == "correct" and note and before is not None:
            found[at, note] = (before, revision_id)
        elif kind == "update":
            found = {}
        before = revision_id
    return dict(list(found.items())[-MOST:])


@lru_cache(maxsize=64)
def changed(old: _Text, new: _Text) -> tuple[Row, ...]:
    """The lines and paragraphs that are not what they were, in reading order. Remembered: a page is asked for often."""
    lines = [differences.of_line(getattr(old, name), getattr(new, name)) for name in ("headline", "subhead", "summary")]
    rows = [Row(pieces) for pieces in lines]
    if old.body != new.body:
        both = (paragraphs.of_html(old.body), paragraphs.of_html(new.body))
        rows += differences.between(*both, most=WORK)
    return tuple(row for row in rows if row.changed)
