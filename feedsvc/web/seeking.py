"""What every search of readers and programs does first: it takes a place, and lets the index follow what just came out."""

import contextlib
import threading
from collections.abc import Iterator

from sqlalchemy.orm import Session

from feedsvc import clock, road, settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, Sought
from feedsvc.newsroom import indexing

WAIT = 1.0
"""Seconds for which a search waits for others to end."""
_SHARE = 4
"""One in so many threads may search, and as many may wait: whoever waits has a thread too, and threads are what pages and
feeds are sent by.
"""
_PLACES: dict[int, tuple[threading.Semaphore, threading.Semaphore]] = {}
_FOLLOWING = threading.Lock()


@contextlib.contextmanager
def place() -> Iterator[Session]:
    """A session to search in, at one of the places for searches in this process. Raises Sought where none is free in time,
    and at once where as many wait already.
    """
    threads = settings.current().blocking_threads
    share = max(1, threads // _SHARE)
    places, waiting = _PLACES.setdefault(threads, (threading.Semaphore(share), threading.Semaphore(share)))
    if not places.acquire(blocking=False):
        if not waiting.acquire(blocking=False):
            raise Sought
        try:
            if not places.acquire(timeout=WAIT):
                raise Sought
        finally:
            waiting.release()
    try:
        follow()
        with reading() as session:
            yield session
    finally:
        places.release()


def follow() -> None:
    """Takes in what came out in the last minute and was not followed: the ticker may be a moment behind, or away.

    What is older is left to the ticker. One search does it and none waits for it; where the database is busy, that one
    goes on with what is in the index.
    """
    if not _is_behind() or not _FOLLOWING.acquire(blocking=False):
        return
    try:
        with contextlib.suppress(FeedsvcError):
            road.act(indexing.catch_up_lately)
    finally:
        _FOLLOWING.release()


def _is_behind() -> bool:
    with reading() as session:
        return indexing.waiting(session, now=clock.now(), lately=True)
