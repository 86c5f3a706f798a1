"""Documents that are joined when they are asked for, from entries that were rendered before: the archives of feeds.

Only a few are joined at a time, and those of late are remembered for as long as the public sees the same.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock

from sqlalchemy.orm import Session

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import contents, which
from feedsvc.newsroom import public
from feedsvc.shelf import Key, Listed
from feedsvc.web.versions import Loaded, Variant, variant

MEMORY = 4_000_000
"""Bytes of archive documents that one process holds; what was asked for longest ago goes first."""
SHARE = 4
"""One in so many threads may join documents: the others go on with feeds and pages."""

Asked = tuple[Key, int, str, str]
"""A feed, the number of an archive, a format and a coding."""


class Crowded(FeedsvcError):
    """As many documents are being joined as may be at once."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document, and all that it depends on."""

    version: int
    """The newest change of the newsroom: see `public.version`."""
    made: datetime
    until: datetime
    """The next planned moment of anything at all."""
    document: Loaded
    size: int


@dataclass(slots=True)
class Cold:
    """What one process remembers of archives, and how many it may join at once."""

    places: BoundedSemaphore
    kept: "OrderedDict[Asked, _Kept]" = field(default_factory=OrderedDict)
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, asked: Asked, version: int, now: datetime) -> Loaded | None:
        """What is remembered, if the public sees the same as when it was made."""
        with self.lock:
            kept = self.kept.get(asked)
            if kept is None or kept.version != version or not kept.made <= now < kept.until:
                return None
            self.kept.move_to_end(asked)
            return kept.document

    def put(self, asked: Asked, one: _Kept) -> None:
        """Remembers one, and lets go of what was used longest ago; one that would take much of the room is left out."""
        if one.size > MEMORY // 4:
            return
        with self.lock:
            before = self.kept.pop(asked, None)
            self.kept[asked] = one
            self.size += one.size - (before.size if before else 0)
            while self.size > MEMORY:
                self.size -= self.kept.popitem(last=False)[1].size


def begin(threads: int) -> Cold:
    """Nothing remembered yet, in a process with so many threads."""
    return Cold(BoundedSemaphore(max(1, threads // SHARE)))


def archive(cold: Cold, key: Key, number: int, suffix: str, coding: str) -> Loaded:
    """An archive document in one coding (or none: the empty string), in the shape of a version of a feed.

    Its `Last-Modified` is its feed's: a withdrawal may have changed either. Raises NotFound, Crowded, Unavailable.
    """
    asked = (key, number, suffix, coding)
    with reading() as session:
        found = cold.get(asked, public.version(session), clock.now())
    if found is not None:
        return found
    if not cold.places.acquire(blocking=False):
        raise Crowded
    try:
        with reading() as session:
            made = _made(session, *asked)
    finally:
        cold.places.release()
    cold.put(asked, made)
    return made.document


def _made(session: Session, key: Key, number: int, suffix: str, coding: str) -> _Kept:
    """The document as the rows say, all of them of one moment."""
    version, now = public.version(session), clock.now()
    feed = which.find(session, key)
    if feed is None or which.opened(session, feed, now=now) is None:
        raise NotFound("feed")
    found = contents.archived(session, feed, number, now=now)
    if found is None:
        raise NotFound("archive")
    fallen, _ = which.moments(session, feed, now=now)
    modified = int(which.last_modified(session, feed, fallen, now=now).timestamp())
    until = public.coming(session, now=now)
    doc, entries = found
    body, etag = contents.written(doc, entries, suffix)
    sent = contents.packed(body) if coding else body
    variants: dict[tuple[str, str], Variant] = {
        (suffix, coding): variant(doc.self_url(suffix), suffix, coding, etag, sent, modified, hub=False)
    }
    there = Listed(Path(), modified, {suffix: etag}, {})
    codings: dict[str, tuple[str, ...]] = {suffix: (coding,) if coding else ()}
    return _Kept(version, now, until, Loaded("", math.inf, there, b"", codings, variants), len(sent))
