"""Numbers of archives: each names a place, so it says where a document begins whatever was added or taken back since.

A number is the moment of an item's first publication, to the microsecond, written as a date, and behind it the item's
rank among those of the same moment: 20270301_090000_000000_0000001. So numbers are in the order of places, and say
nothing that is not public; ids of rows would tell how much is planned (docs/decisions/0008).
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from feedsvc.models import Publication
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import Place

DIGITS = 27
"""The longest number: 20 of the moment, 7 of the rank."""
COUNTED = 10**9
"""Smaller ones are of the first kind, which counted items: see `Archive.number`."""
_RANKS = 10**7
_MOMENT = "%Y%m%d%H%M%S%f"


def _same_moment() -> tuple[Any, Any, Any]:
    """SQL: what came out first at a moment, in a language, and that moment."""
    p = Publication
    language, at = bindparam("language", type_=p.language.type), bindparam("at", type_=p.at.type)
    # All of one moment are due or none is: `public.due` for each would lead SQLite past the moment's index.
    return p, (p.language == language, p.at == at, p.opening, p.cancelled_at.is_(None)), at


@cache
def _rank() -> Select[Any]:
    p, same, _ = _same_moment()
    return select(func.count()).select_from(p).where(*same, p.id <= bindparam("opening_id"))


@cache
def _ranked() -> Select[Any]:
    p, same, at = _same_moment()
    is_due = and_(at <= public.NOW, at <= func.coalesce(public.held_since(), at, type_=p.at.type))
    return select(p.id).where(*same, is_due).order_by(p.id).limit(1).offset(bindparam("above"))


def of(session: Session, language: str, place: Place) -> int:
    """The number of the place of something that was public once."""
    at, opening_id = place
    asked = {"language": language, "at": at, "opening_id": opening_id}
    rank: int = session.scalar(_rank(), asked) or 0
    return int(f"{at.astimezone(UTC):{_MOMENT}}") * _RANKS + rank


def place(session: Session, language: str, number: int, *, now: datetime) -> Place | None:
    """The place of a number; None where nothing came out for the first time then. It may be withdrawn since."""
    moment, rank = divmod(number, _RANKS)
    try:
        at = datetime.strptime(f"{moment:020}", _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    asked = {"language": language, "at": at, "above": rank - 1, "now": now}
    opening_id = session.scalar(_ranked(), asked) if rank else None
    return (at, opening_id) if opening_id is not None else None
