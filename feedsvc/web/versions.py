"""Versions of feeds in a web process's memory: read from the shelf when the link moves, built past their moment."""

import mmap
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from os import readlink
from pathlib import Path
from typing import Any, Literal

import structlog
from isal import igzip

from feedsvc import bell, clock, shelf
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import addresses, build
from feedsvc.feeds.past import Past
from feedsvc.formats.registry import FEEDS
from feedsvc.shelf import CODINGS, Key, Listed

log = structlog.get_logger()

Headers = list[tuple[str, str]]

CACHE_CONTROL = "public, max-age=300, s-maxage=5, stale-if-error=600"
"""Constant: it never betrays a planned moment."""
VARY = "Accept-Encoding, Sec-Fetch-Dest"
CORS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link, Retry-After"),
]
WARM_EVERY, WARM_FOR = 0.02, 60.0
"""Seconds between two looks at the bell, and for which a feed that was read is read ahead."""
LOOK_OVER = 1.0
"""Seconds between two looks at all links, whatever the bell says."""
PREFLIGHT: Headers = [
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, A-IM"),
    ("Access-Control-Max-Age", "86400"),
]
"""Scripts of other sites ask before they send `If-None-Match`."""
REST, TRYING = 1.0, 5.0
"""Seconds for which a version that could not be replaced goes on without another try, and that one try gets alone."""
MEMORY = 16_000_000
"""Bytes of documents that one process holds; what was asked for longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: a feed in a format."""

    key: Key
    suffix: str
    link: str
    """The path of the feed's `current`."""
    archive: int = 0
    """The number of an archive document; 0: the feed itself."""
    cold: bool = False
    """Whether it is joined for whoever asks, and never lies on the shelf."""


@dataclass(slots=True)
class Variant:
    """One coding of one document, with its headers made once."""

    etag: str
    body: bytes
    headers: Headers
    unchanged: Headers
    """The headers of a 304: those of RFC 9110 §15.4.5 and no other metadata, plus what scripts of other sites need."""


@dataclass(slots=True)
class Loaded:
    """A version of a feed in memory; a document's coding is read when it is first asked for."""

    target: str
    """What the link said when it was loaded."""
    until: float
    """Seconds since the epoch; from then on it must be built anew."""
    there: Listed
    heard: bytes
    """What the bell said before the link was read."""
    codings: dict[str, tuple[str, ...]]
    """Suffix → the codings that lie on the shelf."""
    variants: dict[tuple[str, str], Variant] = field(default_factory=dict)
    """Suffix and coding (empty: identity) → what was read already."""
    picked: dict[tuple[str, str], Variant] = field(default_factory=dict)
    """Suffix and Accept-Encoding → what was chosen for it."""
    past: Past | Literal[False] | None = None
    """What it remembers of earlier versions; None: not read yet, False: nothing."""
    deltas: dict[tuple[str, int, str, str], Any] = field(default_factory=dict)
    """What was made of that for readers who have one of them: see delta.py."""
    used: float = 0.0
    """When it was last asked for, in seconds since the epoch."""
    rests: float | None = None
    """Once it could not be replaced: until when nobody tries again, by a clock that nobody sets."""


@dataclass(slots=True)
class Memory:
    """The versions that this process holds, and the bell that says when to look for newer ones."""

    instance: Path
    bell: mmap.mmap
    feeds: dict[Key, Loaded] = field(default_factory=dict)
    size: int = 0
    """Bytes of their documents, about: threads add to it without a lock, and `forget_some` counts anew."""


def current(place: Place, memory: Memory) -> Loaded:
    """The feed as it may be served now: from memory while no link has moved, else loaded, past its moment built.

    Raises NotFound where there is no such feed, OSError or Unavailable where nothing may be served.
    """
    heard = memory.bell[:]  # Before the link is read: a flip in between rings again.
    feed = memory.feeds.get(place.key)
    now = clock.seconds()
    if feed is not None and feed.heard == heard and now < feed.until:
        feed.used = now
        return feed
    try:
        target = readlink(place.link)
    except OSError:
        target = ""
    if feed is None or feed.target != target:
        feed = _load(place.key, memory.instance, target, heard)
    if feed is None or clock.seconds() >= feed.until:
        feed = _rebuilt(place.key, memory, feed)
    feed.heard, feed.used = heard, now
    memory.feeds[place.key] = feed
    return feed


def forget_some(memory: Memory) -> None:
    """Lets go of what was asked for longest ago, until a quarter of the room is free."""
    by_age = sorted(memory.feeds.items(), key=lambda pair: pair[1].used)
    size = sum(len(v.body) for _, feed in by_age for v in list(feed.variants.values()))
    for key, feed in by_age[:-1]:
        if size <= MEMORY * 3 // 4:
            break
        memory.feeds.pop(key, None)
        size -= sum(len(v.body) for v in list(feed.variants.values()))
    memory.size = size


def _rebuilt(key: Key, memory: Memory, last: Loaded | None) -> Loaded:
    """Builds, or waits for whoever does. Where that fails the last bytes go on, unless a withdrawal expired them.

    A failure holds for a moment, and then for one who tries again, as long as the link stays: a database that is silent
    must not keep a thread for each reader. Another link is another `Loaded`, and is tried at once.
    """
    if last is not None and last.rests is not None:
        if time.monotonic() < last.rests and _may_go_on(key, memory):
            return last
        last.rests = time.monotonic() + TRYING
    try:
        build.build(key)
        heard = memory.bell[:]
        mark = shelf.mark(memory.instance, key)
        feed = _load(key, memory.instance, str(mark), heard) if mark else None
        if feed is None:
            raise OSError("the shelf lost a feed while it was built")  # noqa: TRY301  # handled like a failed build
    except NotFound:
        if last is not None:
            last.rests = None
        raise
    except Exception as error:  # whatever fails, the last good bytes go on
        if last is None or not _may_go_on(key, memory):
            raise
        last.rests = time.monotonic() + REST
        log_failure(f"{key.language}/{key.scope}", error)
        return last
    return feed


def _may_go_on(key: Key, memory: Memory) -> bool:
    """Whether the last bytes may be served where there are no newer ones: nothing in them was taken back."""
    mark = shelf.mark(memory.instance, key)
    return mark is not None and mark.until_ms != 0


def _load(key: Key, instance: Path, target: str, heard: bytes) -> Loaded | None:
    """Looks up a version; None where it is gone."""
    mark = shelf.parse(target)
    there = shelf.look(instance, key, mark) if mark else None
    if mark is None or there is None:
        return None
    codings = {s: tuple(c for c, end in CODINGS.items() if f"{s}.{end}" in there.sizes) for s in there.etags}
    return Loaded(target, mark.until_ms / 1000, there, heard, codings)


def read(key: Key, feed: Loaded, suffix: str, coding: str, memory: Memory) -> Variant:
    """A document in a coding, from memory or from the shelf. Raises OSError where it was cleared away under us."""
    found = feed.variants.get((suffix, coding))
    if found is None:
        name = f"{suffix}.{CODINGS[coding or 'gzip']}"
        body = (feed.there.place / name).read_bytes()
        if len(body) != feed.there.sizes[name]:
            raise OSError(f"{name} is not what was written")
        if not coding:
            body = _unpacked(body)
        url = f"{addresses.feed_url(key.scope, key.language)}.{suffix}"
        found = variant(url, suffix, coding, feed.there.etags[suffix], body, feed.there.last_modified)
        feed.variants[suffix, coding] = found
        memory.size += len(body)
        if memory.size > MEMORY:
            forget_some(memory)
    return found


def _unpacked(packed: bytes) -> bytes:
    """What was gzipped. Raises OSError where that cannot be read."""
    try:
        return bytes(igzip.decompress(packed))  # type: ignore[no-untyped-call]  # isal has no types here
    except Exception as error:
        raise OSError(f"a gzipped document cannot be unpacked: {error}") from error


def variant(
    url: str, suffix: str, coding: str, etag: str, body: bytes, last_modified: int, *, hub: bool = True
) -> Variant:
    """One coding of the document at `url`, with the headers of its 200 and its 304; `hub`: it can be subscribed to."""
    quoted = f'"{etag}-{CODINGS[coding]}"' if coding else f'"{etag}"'
    links = f'<{url}>; rel="self"' + (f', <{addresses.hub_url()}>; rel="hub"' if hub else "")
    unchanged: Headers = [("ETag", quoted), ("Cache-Control", CACHE_CONTROL), ("Vary", VARY), *CORS]
    headers = [
        ("Content-Type", FEEDS[suffix]),
        ("Content-Length", str(len(body))),
        ("Last-Modified", formatdate(last_modified, usegmt=True)),
        ("Link", links),
        ("X-Content-Type-Options", "nosniff"),
        *unchanged,
    ]
    if coding:
        headers.append(("Content-Encoding", coding))
    return Variant(quoted, body, headers, unchanged)


def keep_warm(memory: Memory) -> None:
    """Reads new versions of feeds that are being read, so that the first request after a publish costs what any other does.

    Each request listens for the bell itself; this also catches a link that was moved by somebody who ended before ringing.
    """
    last, looked = b"", 0.0
    while True:
        rang = bell.RUNG.wait(WARM_EVERY)
        bell.RUNG.clear()
        if rang and time.time() - looked < WARM_EVERY:  # A build of many feeds rings for each.
            time.sleep(WARM_EVERY)
        heard, now = memory.bell[:], time.time()
        if heard == last and now - looked < LOOK_OVER:
            continue
        last, looked = heard, now
        for key, feed in list(memory.feeds.items()):
            if now - feed.used < WARM_FOR:
                _refresh(key, feed, heard, memory)


def _refresh(key: Key, feed: Loaded, heard: bytes, memory: Memory) -> None:
    """Puts a newer version in a feed's place, with the documents that were asked for."""
    try:
        target = readlink(shelf.folder(memory.instance, key) / shelf.CURRENT)
        if target == feed.target:
            return
        fresh = _load(key, memory.instance, target, heard)
        if fresh is None:
            memory.feeds.pop(key, None)
        else:
            for suffix, coding in list(feed.variants):
                read(key, fresh, suffix, coding, memory)
            fresh.used = feed.used
            memory.feeds[key] = fresh
    except (OSError, KeyError):  # Taken off the shelf: whoever asks next builds.
        memory.feeds.pop(key, None)


def log_failure(path: str, error: Exception) -> None:
    """What is foreseen is a line, a defect a traceback; the reader gets 503 either way."""
    log.error(
        "feed_unavailable", path=path, error=str(error), exc_info=None if isinstance(error, FeedsvcError) else error
    )
