"""What a node's ticker has to build: it asks the rows what is new since it last looked, however many feeds there are.

Nothing here is coordination: each node looks for itself and builds for its own shelf.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedsvc import clock, settings, shelf
from feedsvc.db import reading
from feedsvc.feeds import build, moves, which
from feedsvc.models import Feed
from feedsvc.newsroom import public
from feedsvc.shelf import Key

LOOK_OVER = 2.0
"""Seconds between two looks at whether the hot feeds still lie on the shelf, which nobody else touches."""
AT_ONCE = 16
"""Feeds whose old bytes may be served for as long as they take to be built; where more have changed, the others may not."""
CODED_AT_ONCE = 2
"""Feeds that get their slow codings in one tick: each may take a tenth of a second of a processor."""


@dataclass(slots=True)
class Watch:
    """How far a ticker has come. A new one begins with a look at everything."""

    seen: int = 0
    """The newest change that it has followed."""
    failed: set[Key] = field(default_factory=set)
    looked_over: float = 0.0
    coded: bytes = b""
    """What the bell said when every hot feed had all its codings."""


def follow(watch: Watch) -> int:
    """Builds what has changed or come to its moment, as far as it lies on the shelf or is read. Gives how many."""
    instance = settings.current().instance
    with reading() as session:
        now = clock.now()
        version = public.version(session)
        gone = moves.since(session, watch.seen) if version > watch.seen else []
        late = _late(session, instance, watch.seen, now=now)
        if time.monotonic() - watch.looked_over > LOOK_OVER:
            late += _lost(session, instance, now=now)
            watch.looked_over = time.monotonic()
    for move in gone:  # First: what lies under a scope that is in use again would pass for its new feed's.
        moves.take_down(move)
        watch.failed.difference_update(move.keys)
    keys = list(dict.fromkeys((*watch.failed, *late)))
    for key in keys[AT_ONCE:]:  # Nobody gets old bytes while the first are built; of a withdrawal least of all.
        build.expire(key)
    watch.failed = set(build.build_all(keys))
    watch.seen = version
    return len(keys) - len(watch.failed)


def _late(session: Session, instance: Path, seen: int, *, now: datetime) -> list[Key]:
    """The feeds with a newer version than was seen or a moment that has come, whose bytes here are not up to it."""
    query = select(Feed).where(or_(Feed.version > seen, Feed.until <= now)).order_by(Feed.version.desc(), Feed.id)
    found = []
    for feed in session.scalars(query):
        key = Key(feed.language, feed.scope)
        wanted = which.is_hot(feed, now=now) or shelf.mark(instance, key) is not None
        if wanted and build.is_behind(instance, feed, now=now):
            found.append(key)
    return found


def _lost(session: Session, instance: Path, *, now: datetime) -> list[Key]:
    """Hot feeds that somebody took off the shelf or cut short."""
    return [Key(f.language, f.scope) for f in which.hot(session, now=now) if build.is_behind(instance, f, now=now)]


def code(watch: Watch) -> int:
    """Adds the slow codings to some of the hot feeds that lack them, those of everything first. Gives how many."""
    instance = settings.current().instance
    heard = shelf.heard(instance)
    if heard == watch.coded:
        return 0
    with reading() as session:
        hot = [Key(f.language, f.scope) for f in which.hot(session, now=clock.now())]
    done = 0
    for key in hot:
        done += build.compress(key)
        if done >= CODED_AT_ONCE:
            return done
    watch.coded = heard if not done else b""
    return done
