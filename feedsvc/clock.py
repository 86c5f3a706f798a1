"""What time it is. The only place that asks; everything else is handed `now`."""

from datetime import UTC, datetime

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""A moment that does not come: 'no further change is planned'."""


def now() -> datetime:
    """The present moment, aware, in UTC, with microseconds."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since the epoch, rounded up, so that nothing is due before its moment."""
    return -(-int(moment.timestamp() * 1_000_000) // 1000)


def whole_second(moment: datetime) -> datetime:
    """The moment without its fraction, as feeds and HTTP dates carry it."""
    return moment.replace(microsecond=0)
