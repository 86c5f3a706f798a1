"""V4: what is left of the feeds' rate, and how late the slowest answers are, beside two editors who keep Python busy."""

import contextlib
import http.client
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crowd import Crowd, told
from load import Round, interleaved, load, ratio, summary
from ours import NEWS, ROOT, Served, fill, wait_for
from peers.peer import GZIP

EDITORS = 2
PACE, STARTING = 300.0, 1.0
"""Requests a second of the readers who do not ask as fast as they can, and seconds that their processes take to start."""


@dataclass
class Busy(Served):
    """Our newsroom with `/busy` behind the front."""

    def command(self, *words: str) -> list[str]:
        """Our command line with the address added."""
        return [sys.executable, str(Path(__file__).with_name("busy_serve.py")), *words]

    @property
    def environment(self) -> dict[str, str]:
        """So that the package is found from the bench's folder."""
        return {**super().environment, "PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def editors(port: int, count: int, done: list[int]) -> Iterator[None]:
    """So many clients that ask for `/busy` again as soon as they are answered. Adds to `done` how often they were."""
    leave = threading.Event()
    answered = [0] * count

    def work(number: int) -> None:
        while not leave.is_set():
            # A new connection each time, so that over a round both web processes meet them.
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/busy")
                answered[number] += connection.getresponse().status == 200
            connection.close()

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        leave.set()
        for thread in threads:
            thread.join(60)
        done.append(sum(answered))


def _paced(port: int, seconds: float) -> dict[str, Any]:
    """What readers see who ask for the feed at a set rate."""
    crowd = Crowd(port, [NEWS], "", rate=PACE, until=time.time() + seconds + STARTING)
    try:
        seen, behind = crowd.answers()
    finally:
        crowd.end()
    found = told(seen, set(), 0)
    kept = ("requests", "per_second", "statuses", "p50_ms", "p99_ms", "slowest_ms")
    return {**{name: found[name] for name in kept}, "behind_plan_s": round(behind, 2)}


def _middle(found: list[dict[str, Any]]) -> float | None:
    """The median of the rounds' 99th percentiles; a round in which nobody was answered has none."""
    known = [one["p99_ms"] for one in found if one["p99_ms"] is not None]
    return statistics.median(known) if known else None


def measure(home: Path, rounds: int, seconds: float, connections: int) -> dict[str, Any]:
    """The part `busy`: rounds with and without editors, interleaved."""
    served = Busy(home / "busy")
    served.folder.mkdir(parents=True)
    try:
        served.start()
        fill(served)
        wait_for(lambda: served.get(NEWS, Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip", 10)
        assert served.process is not None
        roots, url = [served.process.pid], f"{served.base}{NEWS}"
        done: list[int] = []

        def alone() -> Round:
            return load(url, [GZIP], seconds=seconds, connections=connections, roots=roots)

        def beside() -> Round:
            with editors(served.port, EDITORS, done):
                return load(url, [GZIP], seconds=seconds, connections=connections, roots=roots)

        lines = interleaved({"alone": alone, "beside": beside}, rounds)
        paced: dict[str, list[dict[str, Any]]] = {"alone": [], "beside": []}
        for _ in range(rounds):
            paced["alone"].append(_paced(served.port, seconds))
            with editors(served.port, EDITORS, []):
                paced["beside"].append(_paced(served.port, seconds))
        served.stop()
    finally:
        served.kill()
    return {
        "V4_kept": ratio([r.rps for r in lines["beside"]], [r.rps for r in lines["alone"]]),
        "V4_p99_ms": statistics.median(r.p99_ms for r in lines["beside"]),
        "busy_answers_per_second": round(statistics.median(done) / seconds, 1),
        "paced_p99_ms": {name: _middle(found) for name, found in paced.items()},
        "paced": paced,
        "medians": {name: summary(found) for name, found in lines.items()},
        "rounds": {name: [one.rounded() for one in found] for name, found in lines.items()},
    }
