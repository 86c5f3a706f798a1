"""What is known of a server that did not answer, so that not everybody finds out by waiting for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from feedsvc.errors import Busy, Unavailable

REST = 1.0
"""Seconds for which a server that did not answer is not asked again."""

PROMPT = 0.2
"""Seconds for which somebody else's question is waited for."""

_SILENT = "the database did not answer a moment ago"


@dataclass(slots=True)
class Outage:
    """One server's, as one process knows it. After an attempt that failed the others fail at once, without asking.

    When the rest is over one of them asks, and the others wait with it as long as an answer takes that comes promptly.
    A server that is busy has answered.
    """

    server: str
    failed: float | None = None
    """When the last attempt failed; None while the server answers."""
    heard: float = 0.0
    """When it answered again: an attempt that began before says nothing any more."""
    asking: Lock = field(default_factory=Lock)

    def ask_again(self, ask: Callable[[], None]) -> None:
        """Returns when the server answers, as far as is known. Raises Unavailable."""
        failed = self.failed  # Others may change it at any time.
        if failed is None:
            return
        if time.monotonic() - failed < REST or not self.asking.acquire(timeout=PROMPT):
            raise Unavailable(_SILENT)
        try:
            if self.failed == failed:
                self.begin(ask)
                self.failed, self.heard = None, time.monotonic()
            elif self.failed is not None:
                raise Unavailable(_SILENT)
        finally:
            self.asking.release()

    def begin(self, ask: Callable[[], None]) -> None:
        """Asks, and notes where there is no answer. Raises what `ask` raises."""
        began = time.monotonic()
        try:
            ask()
        except Busy:
            raise
        except Unavailable:
            if began >= self.heard:
                self.failed = time.monotonic()
            raise
