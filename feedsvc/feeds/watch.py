"""What a node's ticker has to build: it asks the rows what is new since it last looked, however many feeds there are.

Nothing here is coordination: each node looks for itself and builds for its own shelf.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedsvc import bell, clock, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import Unavailable
from feedsvc.feeds import build, moves, pieces, which
from feedsvc.models import Change, Feed, Placement, Publication
from feedsvc.newsroom.listing import NEWS
from feedsvc.shelf import Key

log = structlog.get_logger()

LOOK_OVER = 2.0
"""Seconds between two looks at whether hot feeds still lie on the shelf, which nobody else touches."""
LOOKS, FEWEST = 50, 50
"""In so many looks every hot feed is looked at once, and at least so many in one look. Those of everything in each."""
SLICE = 0.5
"""Seconds for which one tick builds: then it looks again at what has changed, a withdrawal perhaps."""
AT_ONCE = 16
"""Feeds whose old bytes may be served for as long as they take to be built; where more have changed, the others may not."""
CODED_AT_ONCE = 2
"""Feeds that get their slow codings in one tick: each may take a tenth of a second of a processor."""


class Behind(NamedTuple):
    """A feed whose bytes here are not up to its row."""

    key: Key
    version: int


@dataclass(slots=True)
class Watch:
    """How far a ticker has come. A new one begins with a look at everything."""

    seen: int = 0
    """The newest change that it has followed."""
    seen_at: datetime | None = None
    """When that was made: where the rows say otherwise, or have none of that number, they tell another history."""
    left: list[Key] = field(default_factory=list)
    """What is still to be built of what was found before."""
    failed: set[Key] = field(default_factory=set)
    """What could not be built when it was last tried; in each tick it is tried again."""
    looked_over: float = 0.0
    after: int = 0
    """The feed at which the last look over the shelf ended."""
    share: int = 0
    """How many feeds one such look is at, in this round."""
    newest_there: int = 0
    """The newest version that was found on the shelf."""
    uncoded: dict[Key, None] | None = None
    """What may lack its slow codings; None: not known yet."""


def follow(watch: Watch) -> int:
    """Builds what has changed or come to its moment, as far as it lies on the shelf or is read. Gives how many."""
    instance = settings.current().instance
    with reading() as session:
        now = clock.now()
        version, at = _newest(session)
        if _is_another_history(session, watch, version):
            _begin_anew(watch, instance)
        gone = moves.since(session, watch.seen) if version > watch.seen else []
        late = _late(session, instance, watch, version, now=now)
        taken_back = _taken_back(session, watch.seen) if 0 < watch.seen < version else []
        if time.monotonic() - watch.looked_over > LOOK_OVER:
            late += _lost(session, instance, watch, now=now)
            watch.looked_over = time.monotonic()
    for move in gone:  # First: what lies under a scope that is in use again would pass for its new feed's.
        moves.take_down(move)
        watch.failed.difference_update(move.keys)
        watch.left = [key for key in watch.left if key not in move.keys]
    for feed in taken_back:  # Before anything is built, which may take long, or fail.
        shelf.expire(instance, feed.key, below=feed.version, for_good=True)
    for feed in late[AT_ONCE:]:
        shelf.expire(instance, feed.key, below=feed.version, for_good=False)
    watch.left = list(dict.fromkeys((*(feed.key for feed in late), *watch.left, *watch.failed)))
    done = _build(watch)
    watch.seen, watch.seen_at = version, at
    return done


def _build(watch: Watch) -> int:
    """Builds some of what is left. Gives how many."""
    end, done = time.monotonic() + SLICE, 0
    while watch.left and time.monotonic() < end:
        watch.left, now_due = watch.left[AT_ONCE:], watch.left[:AT_ONCE]
        failed = build.build_all(now_due, patience=build.BRIEFLY)
        watch.failed = (watch.failed | set(failed)) - (set(now_due) - set(failed))
        _to_be_coded(watch, (key for key in now_due if key not in watch.failed))
        done += len(now_due) - len(failed)
    return done


def _newest(session: Session) -> tuple[int, datetime | None]:
    """The newest change, and when it was made."""
    row = session.execute(select(Change.id, Change.at).order_by(Change.id.desc()).limit(1)).first()
    return (row.id, row.at) if row else (0, None)


def _is_another_history(session: Session, watch: Watch, version: int) -> bool:
    """Whether the rows are not those that this ticker followed: an older backup was restored, or a standby took over
    that had not heard of everything. Raises Unavailable where there are none at all.
    """
    if watch.seen and not version:
        raise Unavailable("the database holds no newsroom")  # Somebody is at it: nothing is to be founded here now.
    if version < watch.newest_there:  # Whatever lay on the shelf before these rows were read was made from older ones.
        return True
    return bool(watch.seen) and session.scalar(select(Change.at).where(Change.id == watch.seen)) != watch.seen_at


def anew_file(instance: Path) -> Path:
    """Where a ticker leaves word that everything on this node has to start anew."""
    return instance / "run" / "anew"


def _begin_anew(watch: Watch, instance: Path) -> None:
    """Forgets all that was made from the other history, and lets the node start again.

    Its numbers are given out a second time, for other things: neither the shelf nor what processes remember is true.
    """
    log.error("another_history", seen=watch.seen, on_the_shelf=watch.newest_there)
    anew_file(instance).touch()
    pieces.forget()
    shelf.clear(instance)
    bell.ring(instance)
    fresh = Watch()
    for name in Watch.__slots__:
        setattr(watch, name, getattr(fresh, name))


def _late(session: Session, instance: Path, watch: Watch, version: int, *, now: datetime) -> list[Behind]:
    """The feeds with a newer version than was seen or a moment that has come, whose bytes here are not up to it."""
    # Two questions, each of its own index: asked in one, SQLite reads every row.
    rows = list(session.scalars(select(Feed).where(Feed.until <= now)))
    if version > watch.seen:
        rows += session.scalars(select(Feed).where(Feed.version > watch.seen))
    found, built = [], []
    for feed in sorted(set(rows), key=lambda feed: (-feed.version, feed.id)):
        key = Key(feed.language, feed.scope)
        wanted = which.is_hot(feed, now=now) or shelf.mark(instance, key) is not None
        if wanted and build.is_behind(instance, key, feed.version, now=now):
            found.append(Behind(key, feed.version))
        elif wanted:
            built.append(key)
    _to_be_coded(watch, built)
    return found


def _taken_back(session: Session, seen: int) -> list[Behind]:
    """The feeds that a withdrawal since then has touched, by whatever node."""
    p = Publication
    query = select(p.id, p.language).join(Change, Change.publication_id == p.id)
    rows = session.execute(query.where(Change.id > seen, p.kind == "withdraw")).all()
    if not rows:
        return []
    moved = select(Placement.feed_id).where(Placement.publication_id.in_([row.id for row in rows]))
    news = (Feed.scope == NEWS) & Feed.language.in_({row.language for row in rows})
    found = session.execute(select(Feed.language, Feed.scope, Feed.version).where(Feed.id.in_(moved) | news))
    return [Behind(Key(language, scope), version) for language, scope, version in found]


def _lost(session: Session, instance: Path, watch: Watch, *, now: datetime) -> list[Behind]:
    """Hot feeds that somebody took off the shelf or cut short: those of everything, and the next of the others."""
    found, newest = [], 0
    for key, version in (*_news(session), *_next(session, watch, now=now)):
        there = shelf.mark(instance, key)
        newest = max(newest, there.version if there else 0)
        if build.is_behind(instance, key, version, now=now):
            found.append(Behind(key, version))
        elif there and there.stage < build.ALL:
            _to_be_coded(watch, [key])
    watch.newest_there = newest
    return found


def _news(session: Session) -> list[Behind]:
    """The feeds of everything."""
    rows = session.execute(select(Feed.language, Feed.version).where(Feed.scope == NEWS))
    return [Behind(Key(language, NEWS), version) for language, version in rows]


def _next(session: Session, watch: Watch, *, now: datetime) -> list[Behind]:
    """The hot feeds after those of the last look; at the end it begins again."""
    if not watch.after:
        count = session.scalar(select(func.count()).select_from(Feed).where(_hot(now))) or 0
        watch.share = max(FEWEST, count // LOOKS + 1)
    query = select(Feed.id, Feed.language, Feed.scope, Feed.version).where(Feed.id > watch.after, _hot(now))
    rows = session.execute(query.order_by(Feed.id).limit(watch.share)).all()
    watch.after = rows[-1].id if len(rows) == watch.share else 0
    return [Behind(Key(row.language, row.scope), row.version) for row in rows]


def _hot(now: datetime) -> ColumnElement[bool]:
    """SQL: was read lately."""
    return Feed.read_at > now - which.HOT_FOR


def hot_keys(session: Session, *, now: datetime) -> list[Key]:
    """The feeds that are kept built, those of everything first."""
    rows = session.execute(select(Feed.language, Feed.scope).where(_hot(now), Feed.scope != NEWS).order_by(Feed.id))
    return [*(feed.key for feed in _news(session)), *(Key(language, scope) for language, scope in rows)]


def _to_be_coded(watch: Watch, keys: Iterable[Key]) -> None:
    """Notes what was built."""
    if watch.uncoded is not None:
        watch.uncoded.update(dict.fromkeys(keys))


def code(watch: Watch) -> int:
    """Adds the slow codings to some of what was built quickly, to the feeds of everything first. Gives how many."""
    if watch.uncoded is None:
        with reading() as session:
            watch.uncoded = dict.fromkeys(hot_keys(session, now=clock.now()))
    done, waiting = 0, watch.uncoded
    for key in sorted(waiting, key=lambda key: key.scope != NEWS):  # A copy: another thread adds to it.
        waiting.pop(key, None)
        try:
            done += build.compress(key)
        except TimeoutError:  # Somebody builds it: it will be met again.
            continue
        if done >= CODED_AT_ONCE:
            break
    return done
