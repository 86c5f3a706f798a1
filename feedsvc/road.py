"""The road: a verb in one transaction, the feeds it touched, built, and what is to be told, queued. The one place that joins them.

Each step is idempotent and ends in its own transaction. A crash between them loses nothing: the ticker
compares the shelf with the `Feed` rows and goes on.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import structlog

from feedsvc import clock, shelf
from feedsvc.db import transaction
from feedsvc.feeds import build, moves, which
from feedsvc.feeds.moves import Gone
from feedsvc.models import Feed
from feedsvc.newsroom import indexing
from feedsvc.newsroom.record import CHANGES
from feedsvc.push import announcing

log = structlog.get_logger()
T = TypeVar("T")

AT_ONCE = 16
"""Feeds that are built before a verb returns."""


def act(verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Runs `verb(session, *args, now=…, **kwargs)` in a transaction and builds what it touched.

    When this returns, the rows are on disk and the feeds serve the new state. Raises what the verb raises,
    Busy and Unavailable; then nothing was changed.
    """
    with transaction() as session:
        now = clock.now()
        result = verb(session, *args, now=now, **kwargs)
        recorded = session.info.get(CHANGES, [])
        gone = moves.follow(session, recorded, now=now)
        touched = which.mark(session, recorded, now=now)
        indexing.keep(session, recorded, now=now)
        told = announcing.announce(session, recorded, now=now)
        takes_back = any(p is not None and p.kind == "withdraw" for _, p in recorded)
    if told:
        ring()  # First: the sender reads rows, and need not wait for this node's shelf.
    take_down(gone)
    follow(touched, takes_back=takes_back, now=now)
    return result


def ring() -> None:
    """Wakes the sender. Never raises: it looks by itself."""
    try:
        announcing.ring()
    except OSError as error:
        log.error("not_rung", error=str(error))


def take_down(gone: list[Gone]) -> None:
    """Takes feeds off this node's shelf whose scopes went. Never raises: the ticker does it again, and so do other nodes'."""
    for move in gone:
        try:
            moves.take_down(move)
        except OSError as error:
            log.error("not_taken_down", scope=move.scope, error=str(error))


def follow(touched: list[Feed], *, takes_back: bool, now: datetime) -> None:
    """Builds the feeds that a committed change touched, at most `AT_ONCE` of those that are read; the others may not
    be served as they were from now on (but where they cannot be built): the ticker builds them, or whoever asks first.
    After a withdrawal that holds for all of them and without exception, so that nothing outlives it.

    Never raises: what was committed stands, whatever becomes of a cache. What fails here is logged, and the ticker
    goes on with it. A command whose settings are not the server's leaves the building to the server.
    """
    read = [feed for feed in touched if which.is_hot(feed, now=now)] if build.is_ours() else []
    at_once = read[:AT_ONCE]
    for feed in touched:
        if takes_back or feed not in at_once:
            try:
                build.expire(feed, for_good=takes_back)
            except OSError as error:
                log.error("not_expired", language=feed.language, scope=feed.scope, error=str(error))
    build.build_all(shelf.Key(feed.language, feed.scope) for feed in at_once)
