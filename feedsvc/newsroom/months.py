"""The months in which something came out that is still public, in the newsroom's own time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS, Place

Month = tuple[int, int]
"""Year and month."""


def with_news(session: Session, language: str, zone: str, *, now: datetime) -> list[Month]:
    """Each month with a public item, the newest first: one look for each of them, however many items it has."""
    found: list[Month] = []
    above: Place | None = None
    while True:
        first = listing.outlines(session, language, NEWS, now=now, limit=1, above=above, oldest_first=True)
        if not first:
            return found[::-1]
        there = first[0].place[0].astimezone(ZoneInfo(zone))
        found.append((there.year, there.month))
        above = (between(there.year, there.month, zone)[1], 0)


def begins(year: int, month: int, zone: str) -> datetime:
    """The first moment of a month, in UTC."""
    return datetime(year, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def between(year: int, month: int | None, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a year or of a month in it, and that of the next one."""
    if month is None:
        return begins(year, 1, zone), begins(year + 1, 1, zone)
    after = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004  # a year has twelve
    return begins(year, month, zone), begins(*after, zone)
