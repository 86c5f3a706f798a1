"""Documents that are joined when they are asked for: archives, saved filters, and feeds in the formats of agencies.

Only a few are joined at a time, and those of late are remembered for as long as the public sees the same.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore, Lock

from sqlalchemy.orm import Session

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import agencies, contents, filtered, which
from feedsvc.formats.document import FeedDoc
from feedsvc.formats.registry import AGENCY
from feedsvc.models import Feed
from feedsvc.newsroom import indexing, public
from feedsvc.shelf import Key, Listed
from feedsvc.web import seeking
from feedsvc.web.versions import Loaded, Variant, variant

MEMORY = 4_000_000
"""Bytes of such documents that one process holds; what was asked for longest ago goes first."""
SHARE = 4
"""One in so many threads may join documents: the others go on with feeds and pages."""

_FILTER = filtered.scope("")
Asked = tuple[Key, int, str, str]
"""A feed, the number of an archive (0: the feed itself), a format and a coding."""


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
    """What one process remembers of these, and how many it may join at once."""

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


def is_filter(key: Key) -> bool:
    """Whether this is the feed of a saved filter."""
    return key.scope.startswith(_FILTER)


def is_cold(key: Key, number: int, suffix: str) -> bool:
    """Whether a document never lies on the shelf."""
    return number > 0 or suffix in AGENCY or is_filter(key)


def document(cold: Cold, key: Key, number: int, suffix: str, coding: str) -> Loaded:
    """A document in one coding (or none: the empty string), in the shape of a version of a feed.

    `Last-Modified` of an archive, and of an agency's format, is the feed's: a withdrawal may have changed either. Raises
    NotFound, Crowded, Unavailable.
    """
    asked = (key, number, suffix, coding)
    if is_filter(key):
        seeking.follow()
    with reading() as session:
        found = cold.get(asked, public.version(session), clock.now())
    if found is not None:
        return found
    if not cold.places.acquire(blocking=False):
        raise Crowded
    try:
        with reading() as session:
            made = _filter(session, key, suffix, coding) if is_filter(key) else _of_feed(session, *asked)
    finally:
        cold.places.release()
    cold.put(asked, made)
    return made.document


def _of_feed(session: Session, key: Key, number: int, suffix: str, coding: str) -> _Kept:
    """The document as the rows say, all of them of one moment."""
    version, now = public.version(session), clock.now()
    feed = which.find(session, key)
    if feed is None or which.opened(session, feed, now=now) is None:
        raise NotFound("feed")
    found = _written(session, feed, number, suffix, now)
    fallen, _ = which.moments(session, feed, now=now)
    modified = int(which.last_modified(session, feed, fallen, now=now).timestamp())
    until = public.coming(session, now=now)
    return _kept(found, suffix, coding, modified, (version, now, until))


def _filter(session: Session, key: Key, suffix: str, coding: str) -> _Kept:
    """The feed of a saved filter. Where it looks for words and search is behind, its date is one that will be passed by."""
    version, now = public.version(session), clock.now()
    row = filtered.found(session, key)
    if row is None:
        raise NotFound("feed")
    second = filtered.modified(session, row, key.language, now=now)
    settled, until = second + timedelta(seconds=1), public.coming(session, now=now)
    # HTTP's dates have no fractions. Until the second of a change is over another one may come in it, and search may still be
    # behind it: so long the answer is given a date before, by which nobody is told that nothing has changed.
    behind = bool(row.words) and indexing.waiting(session, now=now)
    early = behind or now < settled
    until = now if behind else min(until, settled) if early else until
    doc, entries = filtered.document(session, row, key.language, suffix, now=now)
    found = doc, contents.written(doc, entries, suffix)
    return _kept(found, suffix, coding, int(second.timestamp()), (version, now, until), early=early)


def _kept(
    found: tuple[FeedDoc, contents.Written],
    suffix: str,
    coding: str,
    modified: int,
    of: tuple[int, datetime, datetime],
    *,
    early: bool = False,
) -> _Kept:
    """A document in a coding, with its headers. `of`: the version, the moment and the end of what it says; `early`: it is given
    a date before its own.
    """
    doc, written = found
    sent = contents.packed(written.body) if coding else written.body
    variants: dict[tuple[str, str], Variant] = {
        (suffix, coding): variant(doc.self_url(suffix), suffix, coding, written.tag, sent, modified - early, hub=False)
    }
    there = Listed(Path(), modified, {suffix: written.tag}, {})
    codings: dict[str, tuple[str, ...]] = {suffix: (coding,) if coding else ()}
    return _Kept(*of, Loaded("", math.inf, there, b"", codings, variants), len(sent))


def _written(session: Session, feed: Feed, number: int, suffix: str, now: datetime) -> tuple[FeedDoc, contents.Written]:
    """The frame and the bytes. Raises NotFound for an archive that there is not."""
    if suffix in AGENCY:
        return agencies.feed(session, feed, suffix, now=now)
    found = contents.archived(session, feed, number, now=now)
    if found is None:
        raise NotFound("archive")
    return found[0], contents.written(*found, suffix)
