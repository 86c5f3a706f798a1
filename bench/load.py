"""wrk, and what follows from its rounds: medians of ratios between neighbours in time."""

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from processes import cpu_seconds, tree

_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Round:
    """What one server did in one round."""

    rps: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """User and system time of its processes for one request."""

    def rounded(self) -> dict[str, float]:
        """As it is written down."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def load(
    url: str, headers: Sequence[str], *, seconds: float, connections: int, roots: Iterable[int], threads: int = 2
) -> Round:
    """One round of wrk. Ends the measurement where an answer was wrong."""
    asked = [word for header in headers for word in ("-H", header)]
    length = max(1, round(seconds))
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{length}s", "--latency", "--timeout", "60s", *asked, url]
    pids = tree(roots)
    before = cpu_seconds(pids)
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=length + 90).stdout
    spent = cpu_seconds(pids) - before
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if bad:
        sys.exit(f"{bad[1]} wrong answers from {url}")
    done = max(1, int(_found(r"(\d+) requests in", said)[1]))
    rps = float(_found(r"Requests/sec:\s+([\d.]+)", said)[1])
    return Round(rps, _latency("50", said), _latency("99", said), spent / done * 1e6)


def _found(pattern: str, said: str) -> "re.Match[str]":
    match = re.search(pattern, said)
    if match is None:
        sys.exit(f"wrk said something unexpected:\n{said}")
    return match


def _latency(percent: str, said: str) -> float:
    value, unit = _found(rf"{percent}%\s+([\d.]+)(us|ms|s|m)\b", said).groups()
    return float(value) * _MS[unit]


def interleaved(measures: dict[str, Callable[[], Round]], rounds: int) -> dict[str, list[Round]]:
    """A B C, A B C …: so that a neighbour's noise meets them all."""
    done: dict[str, list[Round]] = {name: [] for name in measures}
    for number in range(rounds):
        for name, measure in measures.items():
            done[name].append(measure())
        told = ", ".join(f"{name} {lines[-1].rps:,.0f}" for name, lines in done.items())
        print(f"  round {number + 1} of {rounds}: {told} requests/s", file=sys.stderr, flush=True)
    return done


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios. A peer that answered nothing in a round leaves it out."""
    pairs = [a / b for a, b in zip(ours, theirs, strict=True) if b > 0]
    return significant(statistics.median(pairs)) if pairs else float("nan")


def significant(value: float) -> float:
    """Three figures of it."""
    return float(f"{value:.3g}")


def summary(rounds: Sequence[Round]) -> dict[str, float]:
    """Medians of a server's rounds."""
    return {
        name: significant(statistics.median(getattr(one, name) for one in rounds))
        for name in ("rps", "p50_ms", "p99_ms", "cpu_us")
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and worst, rounded to a tenth."""
    found = {"median": statistics.median(values), "p99": percentile(values, 99), "worst": max(values)}
    return {name: round(value, 1) for name, value in found.items()} | {"count": len(values)}
