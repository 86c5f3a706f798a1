"""What time it is. The only place that asks; everything else is handed `now`.

One newsroom has one clock. With SQLite it is this machine's; with PostgreSQL it is the database server's, whatever this
machine's own clock says: `feedsvc.postgresql` hears it, and this module keeps how far it is ahead of a counter that
nobody can set.
"""

import time
from datetime import UTC, datetime
from typing import NamedTuple

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""A moment that does not come: 'no further change is planned'."""
RENEW = 10.0
"""Seconds after which what was heard of the database's clock is no longer relied on, if it can be asked again."""
_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Heard(NamedTuple):
    """What is known of the database's clock."""

    ahead: float
    """Seconds by which it is ahead of our counter, or a little less: never more."""
    since: float
    """The counter when this was first heard."""


_heard: Heard | None = None


def counter() -> float:
    """Seconds that only ever grow, also while the machine sleeps; they say nothing of the time of day."""
    return time.clock_gettime(_COUNTER)


def seconds() -> float:
    """The present moment as seconds since the epoch."""
    known = _heard
    return time.time() if known is None else counter() + known.ahead


def now() -> datetime:
    """The present moment, aware, in UTC, with microseconds."""
    return datetime.fromtimestamp(seconds(), UTC)


def agreed(known: Heard | None, said: float, arrived: float) -> Heard:
    """What to go by after another clock said `said` and its answer was here when the counter stood at `arrived`.

    The answer was under way for a time that nobody knows, so the other clock shows that much more by now. We take it for
    nothing: our time is then late by the shortest such way at most, and never early. Of several answers the one that
    puts us furthest ahead was the quickest. Old ones are dropped, since either clock may have been put right since.
    """
    ahead = said - arrived
    if known is None or arrived - known.since >= RENEW:
        return Heard(ahead, arrived)
    return Heard(max(known.ahead, ahead), known.since)


def hear(said: float) -> None:
    """Notes what the database's clock said in an answer that has arrived just now."""
    global _heard  # noqa: PLW0603  # one process, one clock
    _heard = agreed(_heard, said, counter())


def is_stale() -> bool:
    """Whether the database's clock should be asked again."""
    return _heard is None or counter() - _heard.since >= RENEW


def forget() -> None:
    """Goes by this machine's clock again."""
    global _heard  # noqa: PLW0603  # as in `hear`
    _heard = None


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since the epoch, rounded up, so that nothing is due before its moment."""
    return -(-int(moment.timestamp() * 1_000_000) // 1000)


def whole_second(moment: datetime) -> datetime:
    """The moment without its fraction, as feeds and HTTP dates carry it."""
    return moment.replace(microsecond=0)
