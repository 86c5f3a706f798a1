"""How many requests a token has left: one number for each, in memory that all web processes of a machine share.

The number is the moment at which nothing of what was asked counts any more (the generic cell rate algorithm): each
request puts it off by its share of the time, and one that would put it off further than the whole time is refused. So
there is no window at whose edge everybody may ask twice as much, and nothing to sweep. The file is disposable.
"""

import fcntl
import math
import os
import struct
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

WINDOW = 60
"""Seconds for which the settings say how many requests a token has."""
SLOTS = 8_192
"""Tokens that have a number of their own; more share one."""
_MOMENT = struct.Struct("d")
_ONE = threading.Lock()
"""Within a process: the file's locks belong to processes and not to threads."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a token may still ask."""

    most: int
    remaining: int
    reset: int
    """Seconds until it has everything again."""
    wait: int = 0
    """Seconds to wait where the request is refused; 0 where it is not."""

    @property
    def headers(self) -> dict[str, str]:
        """Both fields of draft-ietf-httpapi-ratelimit-headers-10 §3, §4; Retry-After where the request is refused."""
        told = {
            "RateLimit-Policy": f'"token";q={self.most};w={WINDOW}',
            "RateLimit": f'"token";r={self.remaining};t={self.reset}',
        }
        return told | ({"Retry-After": str(self.wait)} if self.wait else {})


@lru_cache(maxsize=1)
def _file(instance: Path) -> int:
    """The shared file's descriptor, open as long as the process lives: closing any would drop this process's locks."""
    (instance / "run").mkdir(parents=True, exist_ok=True)
    descriptor = os.open(instance / "run" / "limits", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.posix_fallocate(descriptor, 0, SLOTS * _MOMENT.size)  # its room is had now, not when the disk is full
    return descriptor


def take(instance: Path, token: int, most: int) -> Left:
    """Counts one request of a token that may ask `most` times a minute."""
    # Counted by the machine's own clock since its start, which nobody sets.
    at, file = token % SLOTS * _MOMENT.size, _file(instance)
    with _ONE:
        fcntl.lockf(file, fcntl.LOCK_EX, _MOMENT.size, at)
        try:
            now = time.monotonic()
            (kept,) = _MOMENT.unpack(os.pread(file, _MOMENT.size, at))
            moment, left = reckoned(kept, now, most)
            os.pwrite(file, _MOMENT.pack(moment), at)
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN, _MOMENT.size, at)
    return left


def reckoned(kept: float, now: float, most: int) -> tuple[float, Left]:
    """The number to keep in place of another one, and what is left. One from before the machine's last start says nothing."""
    share = WINDOW / most
    full = max(kept, now) if kept <= now + WINDOW else now
    if full + share > now + WINDOW + share / 1000:
        return full, Left(most, 0, math.ceil(full - now), math.ceil(full + share - now - WINDOW))
    after = full + share
    return after, Left(most, int((now + WINDOW - after) / share + 0.001), math.ceil(after - now))
