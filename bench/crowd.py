"""A crowd of polite readers: several processes, a set rate, most requests conditional, every answer written down."""

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.pool import AsyncResult, Pool

from readers import GZIP, Reader, close

CONDITIONAL = 0.95
PROCESSES, THREADS = 2, 24


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when it was asked for and had (seconds since the epoch), and whether it had the awaited headline."""

    path: str
    sent: float
    had: float
    status: int
    new: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """What one process of the crowd does."""

    port: int
    paths: tuple[str, ...]
    headline: str
    rate: float
    """Requests a second."""
    until: float
    """Seconds since the epoch."""
    seed: int


class Crowd:
    """Readers of these addresses at this rate until a moment; `answers` waits for them."""

    def __init__(self, port: int, paths: Sequence[str], headline: str, *, rate: float, until: float) -> None:
        context = multiprocessing.get_context("spawn")  # They must not have what this process has open.
        self._pool: Pool = context.Pool(PROCESSES)
        orders = [Orders(port, tuple(paths), headline, rate / PROCESSES, until, seed) for seed in range(PROCESSES)]
        self._waiting: AsyncResult[list[tuple[list[Answer], float]]] = self._pool.map_async(_read, orders, chunksize=1)
        self._until = until

    def answers(self) -> tuple[list[Answer], float]:
        """All answers in the order of asking, and by how many seconds the crowd was behind its own plan at worst."""
        parts = self._waiting.get(max(1.0, self._until - time.time()) + 90)
        self.end()
        answers = sorted((one for part, _ in parts for one in part), key=lambda one: one.sent)
        return answers, max(behind for _, behind in parts)

    def end(self) -> None:
        """Ends its processes."""
        self._pool.terminate()
        self._pool.join()


def _read(orders: Orders) -> tuple[list[Answer], float]:
    """One process: threads that take the next moment of a common plan and ask for some address."""
    found: list[Answer] = []
    behind = [0.0]
    plan, lock = [time.time()], threading.Lock()
    threads = [
        threading.Thread(target=_one, args=(orders, number, plan, lock, found, behind)) for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found, behind[0]


def _one(
    orders: Orders, number: int, plan: list[float], lock: threading.Lock, found: list[Answer], behind: list[float]
) -> None:
    """One thread, with a share of the addresses and a connection for each."""
    chance = random.Random(orders.seed * THREADS + number)
    mine = [Reader(orders.port, path) for path in orders.paths[number::THREADS] or orders.paths]
    known: dict[str, dict[str, bool]] = {}
    while True:
        with lock:
            plan[0] += 1 / orders.rate
            at = plan[0]
        if at >= orders.until:
            break
        time.sleep(max(0.0, at - time.time()))
        behind[0] = max(behind[0], time.time() - at)
        found.append(_asked(chance.choice(mine), chance, orders.headline, known))
    close(mine)


def _asked(reader: Reader, chance: random.Random, headline: str, known: dict[str, dict[str, bool]]) -> Answer:
    """One request; conditional mostly, once the reader has a tag to name."""
    tags = known.setdefault(reader.path, {})
    conditional = reader.etag and chance.random() < CONDITIONAL
    sent = time.time()
    try:
        seen = reader.ask("GET", GZIP, *([f"If-None-Match: {reader.etag}"] if conditional else []))
    except OSError:
        reader.close()
        return Answer(reader.path, sent, time.time(), 0, new=False)
    had = time.time()
    tag = seen.etag or reader.etag
    if seen.status == 200 and tag not in tags:
        tags[tag] = headline.encode() in seen.unpacked()
    if seen.status == 200:
        reader.etag = tag
    return Answer(reader.path, sent, had, seen.status, tags.get(tag, False))


def told(answers: Sequence[Answer], touched: set[str], moment: float) -> dict[str, object]:
    """What a crowd saw around the moment at which the touched addresses were to become new."""
    mine = [one for one in answers if one.path in touched and one.status in (200, 304)]
    after = [one for one in mine if one.sent > moment]
    old = [one for one in after if not one.new]
    waits = sorted(one.had - one.sent for one in answers)
    return {
        "requests": len(answers),
        "per_second": round(len(answers) / max(0.001, answers[-1].sent - answers[0].sent)) if answers else 0,
        "statuses": dict(sorted(Counter(str(one.status) for one in answers).items())),
        "failed_or_5xx": sum(one.status >= 500 or one.status == 0 for one in answers),
        "early": sum(one.new and one.had < moment for one in mine),
        "asked_after": len(after),
        "old_after": len(old),
        "oldest_after_ms": round(max((one.sent - moment for one in old), default=0) * 1000, 1),
        "late_by_more_than_1_s": sum(one.sent > moment + 1 for one in old),
        "documents_asked_after": len({one.path for one in after}),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 2) if waits else None,
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1000, 2) if waits else None,
        "slowest_ms": round(waits[-1] * 1000, 1) if waits else None,
    }
