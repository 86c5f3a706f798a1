"""Counting who asks for feeds, beside the hot path: a request costs one append, a thread does the rest.

Whatever is too much is left out and counted as lost: a full buffer, more different sums than fit, a thread that ended.
No address of a reader comes here, and a User-Agent leaves as the name of a family (see newsroom/families.py).
"""

import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from feedsvc import clock
from feedsvc.newsroom import families, tallies
from feedsvc.newsroom.families import Reader
from feedsvc.newsroom.tallies import Polls, Tally
from feedsvc.web.versions import Place

log = structlog.get_logger()

MOST_WAITING = 32_768
"""Requests in the buffer: of the longest User-Agents they take 14 MB, of usual ones 6."""
DRAIN_EVERY, WRITE_EVERY = 0.5, 3.0
"""Seconds. The buffer holds half a second of 65,000 requests per second, more than one process can answer."""
SLICE = 256
"""Requests that are counted in one call: 0.1 ms during which no other thread of the process runs."""
MOST_KNOWN, MOST_NEW = 4_096, 500
"""User-Agents that are remembered, and new ones that are looked at in one draining: a hostile one takes 0.1 ms."""
MOST_SUMS = 20_000
"""Different sums in memory."""
ROWS = 2_000
"""Rows of one tally, so that taking it is one short transaction."""


Count = Callable[[Place, int, dict[str, Any]], None]
"""`Seen.add`, as the front calls it."""


class _Asked(NamedTuple):
    """What equal requests have in common."""

    day: date
    scope: str
    language: str
    format: str
    status: int
    family: str


@dataclass(slots=True)
class Seen:
    """What one process has counted and not yet handed over."""

    instance: Path
    source: str = field(default_factory=lambda: uuid.uuid4().hex)
    number: int = 0
    waiting: deque[tuple[Place, int, str]] = field(default_factory=deque)
    """Feed and format, status and User-Agent of answered requests."""
    known: dict[str, Reader] = field(default_factory=dict)
    """User-Agents of late, and whose they are."""
    sums: dict[_Asked, tuple[int, int]] = field(default_factory=dict)
    """Count and reported subscribers."""
    lost: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Of `lost` alone: on the path where nothing is lost nobody waits."""

    def add(self, place: Place, status: int, environ: dict[str, Any]) -> None:
        """Counts an answer. On the hot path: no lock, no system call, no copy of a User-Agent of usual length."""
        waiting = self.waiting
        if len(waiting) < MOST_WAITING:
            waiting.append((place, status, environ.get("HTTP_USER_AGENT", "")[: families.LONGEST]))
        else:
            self.lose(1)

    def lose(self, number: int) -> None:
        """Notes that so many requests are not counted."""
        with self.lock:
            self.lost += number

    def drain(self, day: date) -> None:
        """Takes what waits and adds it to the sums."""
        left, looked_at = len(self.waiting), 0
        while left > 0:
            taken = [self.waiting.popleft() for _ in range(min(left, SLICE))]
            left -= len(taken)
            equal = Counter((place.key, place.suffix, status, agent) for place, status, agent in taken)
            for ((language, scope), suffix, status, agent), number in equal.items():
                looked_at += agent not in self.known
                reader = self._reader(agent) if looked_at <= MOST_NEW else self.known.get(agent)
                if reader is None:
                    self.lose(number)
                else:
                    self._add(_Asked(day, scope, language, suffix, status, reader.family), number, reader.subscribers)

    def _reader(self, agent: str) -> Reader:
        """Whose User-Agent it is, looked up once for as long as it is remembered."""
        found = self.known.get(agent)
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[agent] = families.reader(agent)
        return found

    def _add(self, asked: _Asked, count: int, subscribers: int) -> None:
        before = self.sums.get(asked)
        if before is None and len(self.sums) >= MOST_SUMS:
            self.lose(count)
            return
        counted, said = before or (0, 0)
        self.sums[asked] = (counted + count, max(said, subscribers))

    def write(self, day: date) -> None:
        """Hands the sums over, while somebody takes them; else they stay and go on growing. Raises OSError."""
        while (self.sums or self.lost) and not tallies.is_full(self.instance):
            rows = [Polls(*asked, *sums) for asked, sums in islice(self.sums.items(), ROWS)]
            lost = self.lost
            tallies.put(self.instance, Tally(self.source, self.number + 1, day, rows, lost))
            self.number += 1
            for row in rows:
                del self.sums[_Asked(*row[:6])]
            self.lose(-lost)


def begin(instance: Path) -> Seen:
    """Begins to count in this process."""
    seen = Seen(instance)
    threading.Thread(target=_keep_counting, args=(seen,), name="seen", daemon=True).start()
    return seen


def _keep_counting(seen: Seen) -> None:
    """The thread's whole life. What goes wrong is logged, and tried again with the next round."""
    written = time.monotonic()
    while True:
        time.sleep(DRAIN_EVERY)
        try:
            today = clock.now().date()
            seen.drain(today)
            if time.monotonic() - written >= WRITE_EVERY:
                written = time.monotonic()
                seen.write(today)
        except OSError as error:
            log.error("not_counted", error=str(error))
        except Exception:
            log.exception("not_counted")
