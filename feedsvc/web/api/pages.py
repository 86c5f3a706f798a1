"""Pages of lists: how many rows are asked for, and the opaque word that says where a walk through a list stands."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from feedsvc.newsroom import subject_lists, walks
from feedsvc.newsroom.subjects import LINKS
from feedsvc.newsroom.walks import Walk
from feedsvc.web.api import asked
from feedsvc.web.i18n import gettext as _

MOST, USUAL = 100, 50
"""Rows on one page: at most, and when nothing is said."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def page() -> tuple[int, Walk | None]:
    """The `limit` and where the walk that the `cursor` stands for has come to."""
    number = "([0-9]{1,17})"
    found = _cursor(rf"{number}\.([0-9]{{1,10}})(?:\.{number}\.([0-9]{{1,10}}))?")
    limit = _limit()
    if found is None:
        return limit, None
    since, moment = (int(found[1]), _row(found[2])), found[3]
    try:
        return limit, Walk(since, (_EPOCH + timedelta(microseconds=int(moment)), _row(found[4])) if moment else None)
    except OverflowError:
        _no_cursor()


def page_of_changes() -> tuple[int, walks.Place]:
    """The same for what changed. Without a cursor it begins before the first change."""
    found = _cursor(r"c([0-9]{1,17})\.([0-9]{1,10})")
    return _limit(), (int(found[1]), _row(found[2])) if found else (0, 0)


def page_of_moments() -> tuple[int, tuple[datetime, int] | None]:
    """The same for lists in the order of moments."""
    found = _cursor(r"m([0-9]{1,17})\.([0-9]{1,9})")
    try:
        return _limit(), (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None
    except OverflowError:
        _no_cursor()


def page_of_numbers() -> tuple[int, int]:
    """The same for lists in the order of numbers; 0 without a cursor."""
    found = _cursor("n([0-9]{1,9})")
    return _limit(), int(found[1]) if found else 0


def page_of_subjects() -> tuple[int, subject_lists.Place | None]:
    """The same for the list of subjects."""
    found = _cursor(f"({'|'.join(LINKS)})" + r"\.([0-9]{1,9})")
    return _limit(), (found[1], int(found[2])) if found else None


def page_of_matches() -> tuple[int, int | None]:
    """The same for what a search found; 0 where there is no cursor."""
    found = _cursor(r"(-?[0-9]{1,18})")
    return _limit(), int(found[1]) if found else None


def _limit() -> int:
    return asked.whole("limit", USUAL, MOST)


def cursor_of(walk: Walk) -> str:
    """Where a walk stands as an opaque word: serial and id, in the list also microseconds since the epoch and an id."""
    place = [*walk.since]
    if walk.before:
        place += [(walk.before[0] - _EPOCH) // timedelta(microseconds=1), walk.before[1]]
    return _opaque(".".join(map(str, place)))


def cursor_of_changes(place: walks.Place) -> str:
    """The same for what changed."""
    return _opaque(f"c{place[0]}.{place[1]}")


def cursor_of_moment(place: tuple[datetime, int]) -> str:
    """The same for lists in the order of moments."""
    return _opaque(f"m{(place[0] - _EPOCH) // timedelta(microseconds=1)}.{place[1]}")


def cursor_of_number(number: int) -> str:
    """The same for lists in the order of numbers."""
    return _opaque(f"n{number}")


def cursor_of_subject(place: subject_lists.Place) -> str:
    """The same for the list of subjects."""
    return _opaque(f"{place[0]}.{place[1]}")


def cursor_of_match(number: int) -> str:
    """The same for what a search found: it says when that was published, and nothing more."""
    return _opaque(str(number))


def _row(number: str) -> int:
    """The number of a row. Refuses what no row can have: PostgreSQL is never asked for it."""
    return int(number) if int(number) <= asked.MOST_NUMBER else _no_cursor()


def _opaque(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor(form: str) -> re.Match[str] | None:
    """The `cursor` that we gave out, in its parts; None where there is none. Refuses any other."""
    cursor = asked.one("cursor")
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = re.fullmatch(form, base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except ValueError:
        found = None
    return found or _no_cursor()


def _no_cursor() -> NoReturn:
    asked.invalid({"cursor": _("This is not a cursor of this list. Start again without one.")})
