"""Versions of feeds in a web process's memory: read from the shelf when the link moves, built past their moment."""

import mmap
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from os import readlink
from pathlib import Path

import structlog

from feedsvc import clock, settings, shelf
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import addresses, build
from feedsvc.formats.registry import FORMATS
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
WARM_EVERY, WARM_FEEDS = 0.02, 64
"""Seconds between two looks for new versions, and at how many feeds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: a feed in a format."""

    key: Key
    suffix: str
    link: str
    """The path of the feed's `current`."""


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


def current(place: Place, instance: Path, loaded: dict[Key, Loaded], bell: mmap.mmap) -> Loaded:
    """The feed as it may be served now: from memory while no link has moved, else loaded, past its moment built.

    Raises NotFound where there is no such feed, OSError or Unavailable where nothing may be served.
    """
    heard = bell[:]  # Before the link is read: a flip in between rings again.
    feed = loaded.get(place.key)
    if feed is not None and feed.heard == heard and clock.seconds() < feed.until:
        return feed
    try:
        target = readlink(place.link)
    except OSError:
        target = ""
    if feed is None or feed.target != target:
        feed = _load(place.key, instance, target, heard)
    if feed is None or clock.seconds() >= feed.until:
        feed = _rebuilt(place.key, instance, feed, bell)
    feed.heard = heard
    loaded[place.key] = feed
    return feed


def _rebuilt(key: Key, instance: Path, last: Loaded | None, bell: mmap.mmap) -> Loaded:
    """Builds, or waits for whoever does. Where that fails the last bytes go on, unless a withdrawal expired them."""
    try:
        build.build(key)
        heard = bell[:]
        mark = shelf.mark(instance, key)
        feed = _load(key, instance, str(mark), heard) if mark else None
        if feed is None:
            raise OSError("the shelf lost a feed while it was built")  # noqa: TRY301  # handled like a failed build
    except NotFound:
        raise
    except Exception as error:  # whatever fails, the last good bytes go on
        mark = shelf.mark(instance, key)
        if last is None or mark is None or mark.until_ms == 0:
            raise
        log_failure(f"{key.language}/{key.scope}", error)
        return last
    return feed


def _load(key: Key, instance: Path, target: str, heard: bytes) -> Loaded | None:
    """Looks up a version; None where it is gone."""
    mark = shelf.parse(target)
    there = shelf.look(instance, key, mark) if mark else None
    if mark is None or there is None:
        return None
    codings = {s: tuple(c for c, end in CODINGS.items() if f"{s}.{end}" in there.sizes) for s in there.etags}
    return Loaded(target, mark.until_ms / 1000, there, heard, codings)


def read(key: Key, feed: Loaded, suffix: str, coding: str) -> Variant:
    """A document in a coding, from memory or from the shelf. Raises OSError where it was cleared away under us."""
    found = feed.variants.get((suffix, coding))
    if found is None:
        name = f"{suffix}.{CODINGS[coding]}" if coding else suffix
        body = (feed.there.place / name).read_bytes()
        if len(body) != feed.there.sizes[name]:
            raise OSError(f"{name} is not what was written")
        found = _variant(key, suffix, coding, feed.there.etags[suffix], body, feed.there.last_modified)
        feed.variants[suffix, coding] = found
    return found


def _variant(key: Key, suffix: str, coding: str, etag: str, body: bytes, last_modified: int) -> Variant:
    """One coding with the headers of its 200 and its 304."""
    quoted = f'"{etag}-{CODINGS[coding]}"' if coding else f'"{etag}"'
    url = addresses.feed_url(key.scope, key.language)
    links = f'<{url}.{suffix}>; rel="self", <{settings.current().public_url}/hub>; rel="hub"'
    unchanged: Headers = [("ETag", quoted), ("Cache-Control", CACHE_CONTROL), ("Vary", VARY), *CORS]
    headers = [
        ("Content-Type", FORMATS[suffix].media_type),
        ("Content-Length", str(len(body))),
        ("Last-Modified", formatdate(last_modified, usegmt=True)),
        ("Link", links),
        ("X-Content-Type-Options", "nosniff"),
        *unchanged,
    ]
    if coding:
        headers.append(("Content-Encoding", coding))
    return Variant(quoted, body, headers, unchanged)


def keep_warm(instance: Path, loaded: dict[Key, Loaded], bell: mmap.mmap) -> None:
    """Reads new versions of feeds that are being read, so that the first request after a publish costs what any other does.

    Each request listens for the bell itself; this also catches a link that was moved by somebody who ended before ringing.
    """
    while True:
        time.sleep(WARM_EVERY)
        for key, feed in list(loaded.items())[-WARM_FEEDS:]:
            try:
                heard = bell[:]
                target = readlink(shelf.folder(instance, key) / shelf.CURRENT)
                if target == feed.target:
                    continue
                fresh = _load(key, instance, target, heard)
                if fresh is not None:
                    for suffix, coding in list(feed.variants):
                        read(key, fresh, suffix, coding)
            except (OSError, KeyError):
                fresh = None
            if fresh is not None:
                loaded[key] = fresh
            else:  # Expired or gone: whoever asks next looks for itself.
                feed.heard = b""


def log_failure(path: str, error: Exception) -> None:
    """What is foreseen is a line, a defect a traceback; the reader gets 503 either way."""
    log.error(
        "feed_unavailable", path=path, error=str(error), exc_info=None if isinstance(error, FeedsvcError) else error
    )
