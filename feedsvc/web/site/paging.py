"""Pages of the archive and of subjects: a place in the list, said in a way that betrays nothing else.

A publication's number would tell how many others, planned ones too, were made in between. So the cursor is
the moment of the last item seen and how many of that very moment were seen.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import Shown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)
_CHUNK = 100
_MOST = 1_000_000
"""No moment has so many items; a cursor that says so was made up."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a reader has come: the moment of the last item, and how many of that moment."""

    at: datetime
    count: int


def read_cursor(text: str) -> Seen | None:
    """What a cursor says; None for the beginning and for anything that is no cursor."""
    try:
        moment, count = base64.urlsafe_b64decode(text.encode("ascii") + b"==").split(b".")
        at = _EPOCH + timedelta(microseconds=int(moment))
        at + _MOMENT  # a year too far raises here and not in the query
        return Seen(at, int(count)) if 0 < int(count) <= _MOST else None
    except (ValueError, OverflowError, binascii.Error):
        return None


def write_cursor(seen: Seen) -> str:
    """The cursor for a place: letters, digits, hyphen and underscore."""
    return base64.urlsafe_b64encode(b"%d.%d" % ((seen.at - _EPOCH) // _MOMENT, seen.count)).rstrip(b"=").decode()


def after(
    session: Session,
    language: str,
    seen: Seen | None,
    *,
    now: datetime,
    size: int,
    scope: str = NEWS,
    within: tuple[datetime, datetime] | None = None,
) -> tuple[list[Shown], Seen | None]:
    """The next `size` public items of a scope and where to go on from, or None at the end.

    `within`: only what came out from the one moment on and before the other.
    """
    place = _place(session, language, seen, now=now, scope=scope)
    above = None
    if within:
        above, end = (within[0], 0), (within[1], 0)
        place = min(place, end) if place else end
    found = listing.newest(session, language, now=now, limit=size + 1, before=place, above=above, scope=scope)
    shown = found[:size]
    if len(found) <= size:
        return shown, None
    last = shown[-1].place[0]
    count = sum(one.place[0] == last for one in shown)
    if seen and seen.at == last:
        count += seen.count
    return shown, Seen(last, count)


def _place(
    session: Session, language: str, seen: Seen | None, *, now: datetime, scope: str
) -> tuple[datetime, int] | None:
    """The list's own place for what was seen: past as many items of that moment as there still are."""
    if seen is None:
        return None
    place, left = (seen.at + _MOMENT, 0), seen.count
    while left > 0:
        part = listing.newest(session, language, now=now, limit=min(left, _CHUNK), before=place, scope=scope)
        same = [one.place for one in part if one.place[0] == seen.at]
        place = same[-1] if same else place
        left = left - len(same) if len(same) == min(left, _CHUNK) else 0
    return place
