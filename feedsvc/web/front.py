"""Feeds before Flask: a link is read, bytes are sent. No query, no template, no Flask on this path.

What a feed answers is said in the contract ("What one feed answers"), and here alone it is made true.
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from os import readlink
from pathlib import Path
from typing import Any

import structlog

from feedsvc import settings, shelf
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import addresses, build
from feedsvc.formats.registry import FORMATS
from feedsvc.shelf import CODINGS, Key, Listed
from feedsvc.web.artifacts import accepted, is_unchanged, pick

log = structlog.get_logger()

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

CACHE_CONTROL = "public, max-age=300, s-maxage=5, stale-if-error=600"
"""Constant: it never betrays a planned moment."""
VARY = "Accept-Encoding, Sec-Fetch-Dest"
CORS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link, Retry-After"),
]
SWITCH_INTERVAL = 0.0005
"""Seconds: beside Python-heavy requests this keeps 0.59 of the feeds' rate, the default 0.13."""
_PATH = re.compile(r"(?:/([a-z]{2}))?/feeds/([a-z0-9-]+(?:/[a-z0-9-]+)*)\.(" + "|".join(FORMATS) + r")\Z")
_HEADER_READ = 256
"""Characters of an Accept-Encoding that are looked at, and remembered."""
_KNOWN = 20_000
"""Paths remembered at most; only those of feeds on the shelf are."""


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
    codings: dict[str, tuple[str, ...]]
    """Suffix → the codings that lie on the shelf."""
    variants: dict[tuple[str, str], Variant] = field(default_factory=dict)
    """Suffix and coding (empty: identity) → what was read already."""


_accepted = lru_cache(maxsize=2_048)(accepted)


def front(app: Application) -> Application:
    """The WSGI application: feeds from the shelf, all else from `app`."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    current = settings.current()
    instance = current.instance.resolve()
    places: dict[str, Place] = {}
    loaded: dict[Key, Loaded] = {}
    guarded = _bounded(app, max(1, current.blocking_threads // 2))

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        place = places.get(path) or _place(path, instance, places)
        if place is None:
            return guarded(environ, start_response)
        try:
            return _answer(environ, start_response, place, _current(place, instance, loaded))
        except NotFound:
            places.pop(path, None)
            return app(environ, start_response)
        except OSError:  # Its files were cleared away or cut short under us.
            loaded.pop(place.key, None)
        except Exception as error:  # noqa: BLE001  # a reader gets 503 at worst
            _log_failure(path, error)
            return _unavailable(start_response)
        try:
            build.rebuild(place.key)
            return _answer(environ, start_response, place, _current(place, instance, loaded))
        except Exception as error:  # noqa: BLE001  # a reader gets 503 at worst
            _log_failure(path, error)
            return _unavailable(start_response)

    return answer


def _log_failure(path: str, error: Exception) -> None:
    """What is foreseen is a line, a defect a traceback; the reader gets 503 either way."""
    log.error(
        "feed_unavailable", path=path, error=str(error), exc_info=None if isinstance(error, FeedsvcError) else error
    )


def _bounded(app: Application, most: int) -> Application:
    """The application, with at most so many requests with a body at once.

    A body that is sent a byte a minute holds a thread, and WSGI has no deadline for it: without this bound a handful
    of them would stop feeds and pages too.
    """
    places = threading.BoundedSemaphore(most)

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return app(environ, start_response)
        if not places.acquire(blocking=False):
            return _unavailable(start_response)
        try:
            return app(environ, start_response)
        finally:
            places.release()

    return answer


def _place(path: str, instance: Path, places: dict[str, Place]) -> Place | None:
    """Reads a path that was not seen before. None for whatever is no feed's address."""
    found = _PATH.match(path)
    if found is None:
        return None
    current = settings.current()
    prefix, scope, suffix = found.groups()
    if prefix == current.main_language or (prefix and prefix not in current.languages):
        return None
    key = Key(prefix or current.main_language, scope)
    place = Place(key, suffix, str(shelf.folder(instance, key) / shelf.CURRENT))
    if len(places) < _KNOWN and shelf.mark(instance, key) is not None:
        places[path] = place
    return place


def _current(place: Place, instance: Path, loaded: dict[Key, Loaded]) -> Loaded:
    """The feed as it may be served now: from memory while the link stands, else loaded, past its moment built.

    Raises NotFound where there is no such feed, Unavailable where nothing may be served.
    """
    try:
        target = readlink(place.link)
    except OSError:
        target = ""
    feed = loaded.get(place.key)
    if feed is None or feed.target != target:
        feed = _load(place.key, instance, target)
    if feed is None or time.time() >= feed.until:
        feed = _rebuilt(place.key, instance, feed)
    loaded[place.key] = feed
    return feed


def _rebuilt(key: Key, instance: Path, last: Loaded | None) -> Loaded:
    """Builds, or waits for whoever does. Where that fails the last bytes go on, unless a withdrawal expired them."""
    try:
        build.build(key)
        mark = shelf.mark(instance, key)
        feed = _load(key, instance, str(mark)) if mark else None
        if feed is None:
            raise OSError("the shelf lost a feed while it was built")  # noqa: TRY301  # handled like a failed build
    except NotFound:
        raise
    except Exception as error:  # whatever fails, the last good bytes go on
        mark = shelf.mark(instance, key)
        if last is None or mark is None or mark.until_ms == 0:
            raise
        _log_failure(f"{key.language}/{key.scope}", error)
        return last
    return feed


def _load(key: Key, instance: Path, target: str) -> Loaded | None:
    """Looks up a version; None where it is gone."""
    mark = shelf.parse(target)
    there = shelf.look(instance, key, mark) if mark else None
    if mark is None or there is None:
        return None
    codings = {s: tuple(c for c, end in CODINGS.items() if f"{s}.{end}" in there.sizes) for s in there.etags}
    return Loaded(target, mark.until_ms / 1000, there, codings)


def _read(key: Key, feed: Loaded, suffix: str, coding: str) -> Variant:
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


def _answer(environ: Environ, start_response: StartResponse, place: Place, feed: Loaded) -> Iterable[bytes]:
    """The answer for a feed that is at hand: 200, 304, 303 for a browser, 405."""
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD"):
        return _other_method(method, start_response)
    if environ.get("HTTP_SEC_FETCH_DEST") == "document" and "raw=1" not in environ.get("QUERY_STRING", "").split("&"):
        return _to_page(place.key, start_response)
    header = environ.get("HTTP_ACCEPT_ENCODING")
    coding = pick(_accepted(header[:_HEADER_READ]), feed.codings[place.suffix]) if header else ""
    variant = feed.variants.get((place.suffix, coding)) or _read(place.key, feed, place.suffix, coding)
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if_modified_since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if (if_none_match or if_modified_since) and is_unchanged(
        if_none_match, if_modified_since, variant.etag, feed.there.last_modified
    ):
        start_response("304 Not Modified", variant.unchanged)
        return ()
    early = feed.there.last_modified > time.time()
    start_response("200 OK", _not_from_the_future(variant.headers) if early else variant.headers)
    return () if method == "HEAD" else (variant.body,)


def _not_from_the_future(headers: Headers) -> Headers:
    """The headers with a `Last-Modified` of now at the latest: RFC 9110 §8.8.2.1. An earlier date only costs a 200."""
    now = formatdate(time.time() - 1, usegmt=True)
    return [(name, now if name == "Last-Modified" else value) for name, value in headers]


def _other_method(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Scripts of other sites ask before they send `If-None-Match`; anything else does not belong here."""
    allow = ("Allow", "GET, HEAD, OPTIONS")
    if method == "OPTIONS":
        asked = ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, A-IM")
        start_response("204 No Content", [allow, asked, ("Access-Control-Max-Age", "86400"), *CORS])
        return ()
    body = b"A feed can only be read.\n"
    plain = ("Content-Type", "text/plain; charset=utf-8")
    start_response("405 Method Not Allowed", [allow, plain, ("Content-Length", str(len(body))), *CORS])
    return (body,)


def _to_page(key: Key, start_response: StartResponse) -> Iterable[bytes]:
    """A browser's navigation is led to the feed's page for people."""
    location = ("Location", addresses.feed_url(key.scope, key.language))
    start_response(
        "303 See Other", [location, ("Cache-Control", "no-store"), ("Vary", VARY), ("Content-Length", "0"), *CORS]
    )
    return ()


def _unavailable(start_response: StartResponse) -> Iterable[bytes]:
    """Nothing that may be served: said so, with when to come back."""
    body = b"This cannot be answered just now. Please try again in a few seconds.\n"
    plain = ("Content-Type", "text/plain; charset=utf-8")
    length = ("Content-Length", str(len(body)))
    start_response(
        "503 Service Unavailable", [plain, length, ("Retry-After", "5"), ("Cache-Control", "no-store"), *CORS]
    )
    return (body,)
