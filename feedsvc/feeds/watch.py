"""What a node's ticker has to build: it asks the rows what is new since it last looked, however many feeds there are.

Nothing here is coordination: each node looks for itself and builds for its own shelf.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedsvc import bell, clock, settings, shelf
from feedsvc.db import reading
from feedsvc.feeds import build, moves, which
from feedsvc.models import Change, Feed, Placement, Publication
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS
from feedsvc.shelf import Key

LOOK_OVER = 2.0
"""Seconds between two looks at whether the hot feeds still lie on the shelf, which nobody else touches."""
SLICE = 0.5
"""Seconds for which one tick builds: then it looks again at what has changed, a withdrawal perhaps."""
AT_ONCE = 16
"""Feeds whose old bytes may be served for as long as they take to be built; where more have changed, the others may not."""
CODED_AT_ONCE = 2
"""Feeds that get their slow codings in one tick: each may take a tenth of a second of a processor."""


@dataclass(slots=True)
class Watch:
    """How far a ticker has come. A new one begins with a look at everything."""

    seen: int = 0
    """The newest change that it has followed."""
    left: list[Key] = field(default_factory=list)
    """What is still to be built of what was found before."""
    failed: set[Key] = field(default_factory=set)
    """What could not be built when it was last tried; in each tick it is tried again."""
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
        taken_back = _taken_back(session, watch.seen) if 0 < watch.seen < version else []
        if time.monotonic() - watch.looked_over > LOOK_OVER:
            late += _lost(session, instance, now=now)
            watch.looked_over = time.monotonic()
    for move in gone:  # First: what lies under a scope that is in use again would pass for its new feed's.
        moves.take_down(move)
        watch.failed.difference_update(move.keys)
        watch.left = [key for key in watch.left if key not in move.keys]
    for feed in taken_back:  # Before anything is built, which may take long, or fail.
        build.expire(feed, for_good=True)
    for feed in late[AT_ONCE:]:
        build.expire(feed, for_good=False)
    keys = (Key(feed.language, feed.scope) for feed in late)
    watch.left = list(dict.fromkeys((*keys, *watch.left, *watch.failed)))
    end, done = time.monotonic() + SLICE, 0
    while watch.left and time.monotonic() < end:
        watch.left, now_due = watch.left[AT_ONCE:], watch.left[:AT_ONCE]
        failed = build.build_all(now_due)
        watch.failed = (watch.failed | set(failed)) - (set(now_due) - set(failed))
        done += len(now_due) - len(failed)
    watch.seen = version
    return done


def _late(session: Session, instance: Path, seen: int, *, now: datetime) -> list[Feed]:
    """The feeds with a newer version than was seen or a moment that has come, whose bytes here are not up to it."""
    query = select(Feed).where(or_(Feed.version > seen, Feed.until <= now)).order_by(Feed.version.desc(), Feed.id)
    found = []
    for feed in session.scalars(query):
        key = Key(feed.language, feed.scope)
        wanted = which.is_hot(feed, now=now) or shelf.mark(instance, key) is not None
        if wanted and build.is_behind(instance, feed, now=now):
            found.append(feed)
    return found


def _taken_back(session: Session, seen: int) -> list[Feed]:
    """The feeds that a withdrawal since then has touched, by whatever node."""
    p = Publication
    query = select(p.id, p.language).join(Change, Change.publication_id == p.id)
    rows = session.execute(query.where(Change.id > seen, p.kind == "withdraw")).all()
    if not rows:
        return []
    moved = select(Placement.feed_id).where(Placement.publication_id.in_([row.id for row in rows]))
    news = (Feed.scope == NEWS) & Feed.language.in_({row.language for row in rows})
    return list(session.scalars(select(Feed).where(Feed.id.in_(moved) | news)))


def _lost(session: Session, instance: Path, *, now: datetime) -> list[Feed]:
    """Hot feeds that somebody took off the shelf or cut short."""
    return [feed for feed in which.hot(session, now=now) if build.is_behind(instance, feed, now=now)]


def code(watch: Watch) -> int:
    """Adds the slow codings to some of the hot feeds that lack them, those of everything first. Gives how many."""
    instance = settings.current().instance
    heard = bell.heard(instance)
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
