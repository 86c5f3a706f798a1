"""Many transfers at once in one thread: libcurl's multi interface, driven by the sockets that are ready."""

import selectors
import time
from typing import Any

import pycurl

from feedsvc.egress.dialling import Line, Outcome, Request, line, outcome, ready
from feedsvc.egress.ranges import Network

_READS = {pycurl.POLL_IN, pycurl.POLL_INOUT}
_WRITES = {pycurl.POLL_OUT, pycurl.POLL_INOUT}
_KEPT_OPEN = 512
"""Connections that are kept for the next delivery to the same host."""


class Flights:
    """What is under way. `add` begins a transfer, `wait` gives those that ended; nothing of it ever raises for a server's sake."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        self._allowed = allowed
        self._multi = pycurl.CurlMulti()
        self._sockets = selectors.DefaultSelector()
        self._known: set[int] = set()
        self._due: float | None = None
        self._spare: list[Line] = []
        self._lines: dict[int, Line] = {}
        self._over: list[Outcome] = []
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._alarm)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _KEPT_OPEN)

    def __len__(self) -> int:
        return len(self._lines)

    def slow(self, after: float) -> int:
        """How many have been under way for more than so many seconds."""
        limit = time.monotonic() - after
        return sum(made.began < limit for made in self._lines.values())

    def add(self, request: Request) -> None:
        """Begins a transfer. Where there is nothing to begin, it has ended already: see `wait`."""
        made = self._spare.pop() if self._spare else line(self._allowed)
        try:
            ready(made, request)
        except ValueError as error:
            self._spare.append(made)
            self._over.append(Outcome(request.tag, why=str(error), refused=True))
            return
        made.began = time.monotonic()
        self._lines[id(made.curl)] = made
        self._multi.add_handle(made.curl)

    def wait(self, seconds: float) -> list[Outcome]:
        """Works for as long as that at most, and gives what ended meanwhile."""
        if self._due is not None:
            seconds = min(seconds, max(0.0, self._due - time.monotonic()))
        if self._over:
            seconds = 0.0
        for key, events in self._sockets.select(seconds):
            bits = (pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0) | (
                pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
            )
            self._multi.socket_action(key.fd, bits)
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._ended()

    def close(self) -> None:
        """Lets go of all that is under way."""
        for made in self._lines.values():
            self._multi.remove_handle(made.curl)
        self._multi.close()
        self._sockets.close()

    def _ended(self) -> list[Outcome]:
        ended, self._over = self._over, []
        while True:
            left, good, bad = self._multi.info_read()
            ended += [self._end(curl) for curl in good]
            ended += [self._end(curl, error, said) for curl, error, said in bad]
            if not left:
                break
        return ended

    def _end(self, curl: Any, error: int | None = None, said: str = "") -> Outcome:
        made = self._lines.pop(id(curl))
        told = outcome(made, error, said)
        self._multi.remove_handle(curl)
        self._spare.append(made)
        return told

    def _watch(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        """libcurl's CURLMOPT_SOCKETFUNCTION: which sockets it waits for, and for what."""
        if what == pycurl.POLL_REMOVE:
            if descriptor in self._known:
                self._known.discard(descriptor)
                self._sockets.unregister(descriptor)
            return
        events = (selectors.EVENT_READ if what in _READS else 0) | (selectors.EVENT_WRITE if what in _WRITES else 0)
        if not events:
            return
        if descriptor in self._known:
            self._sockets.modify(descriptor, events)
        else:
            self._known.add(descriptor)
            self._sockets.register(descriptor, events)

    def _alarm(self, milliseconds: int) -> None:
        """libcurl's CURLMOPT_TIMERFUNCTION: when it wants to be called at the latest."""
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
