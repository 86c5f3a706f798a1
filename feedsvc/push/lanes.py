"""Whose turn it is, among what this sender has claimed: so that a hundred hosts that hang do not slow the rest.

Each host has a lane of its own with so many transfers at once. One whose transfers fail one after the other sleeps for a
while, and what waits for it is put back into the table.
"""

from collections import Counter, deque
from dataclasses import dataclass, field

from feedsvc.push.queue import Claimed

BACKLOG = 8
"""How many times as much as a host takes at once may be held for it in memory."""
FAILS = 5
"""Transfers in a row without any answer after which a host is left alone."""
SLEEP, LONGEST_SLEEP = 15.0, 600.0
"""Seconds for which it is, the first time and at most."""


@dataclass(slots=True)
class Lanes:
    """What waits in memory, by host."""

    at_once: int
    """Transfers to one host at the same time."""
    waiting: dict[str, deque[Claimed]] = field(default_factory=dict)
    flying: Counter[str] = field(default_factory=Counter)
    turns: deque[str] = field(default_factory=deque)
    """Hosts that may have one more: each once, in the order of their turns."""
    fails: Counter[str] = field(default_factory=Counter)
    asleep: dict[str, float] = field(default_factory=dict)
    """Host → until when, by the clock that only goes forward."""
    held: int = 0
    """How many wait here."""

    def put(self, one: Claimed) -> None:
        """Takes a claimed delivery in."""
        lane = self.waiting.setdefault(one.host, deque())
        lane.append(one)
        self.held += 1
        if len(lane) == 1 and self.flying[one.host] < self.at_once:
            self.turns.append(one.host)

    def take(self) -> Claimed | None:
        """The next one whose host may have it: hosts take turns."""
        while self.turns:
            host = self.turns.popleft()
            lane = self.waiting.get(host)
            if not lane or self.flying[host] >= self.at_once:
                continue
            one = lane.popleft()
            self.held -= 1
            self.flying[host] += 1
            if lane and self.flying[host] < self.at_once:
                self.turns.append(host)
            return one
        return None

    def landed(self, host: str, *, answered: bool, now: float) -> list[Claimed]:
        """A transfer to a host has ended. Gives what is to be put back where the host is left alone from now on."""
        self.flying[host] -= 1
        lane = self.waiting.get(host)
        if not self.flying[host]:
            del self.flying[host]
            if not lane:
                self.waiting.pop(host, None)
        if answered:
            self.fails.pop(host, None)
            self.asleep.pop(host, None)
        elif host not in self.asleep:  # Those that were under way with the one that sent it to sleep count once.
            self.fails[host] += 1
            if self.fails[host] >= FAILS:
                self.asleep[host] = now + self.sleep(host)
        if host in self.asleep:
            return self.clear(host)
        if lane and host not in self.turns:
            self.turns.append(host)
        return []

    def sleep(self, host: str) -> float:
        """Seconds for which a host is left alone: longer each time that it is tried in vain."""
        return float(min(LONGEST_SLEEP, SLEEP * 2 ** min(10, self.fails[host] - FAILS)))

    def clear(self, host: str) -> list[Claimed]:
        """What waits for a host, which no longer waits here."""
        lane = self.waiting.pop(host, deque())
        self.held -= len(lane)
        return list(lane)

    def avoid(self, now: float) -> list[str]:
        """Hosts for which nothing more is to be claimed: those that sleep, and those that have enough to do."""
        for host in [host for host, until in self.asleep.items() if until <= now]:
            del self.asleep[host]
        full = (host for host, lane in self.waiting.items() if len(lane) + self.flying[host] >= self.at_once * BACKLOG)
        return [*self.asleep, *(host for host in full if host not in self.asleep)]
