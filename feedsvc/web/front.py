"""Feeds before Flask: a link is read, bytes are sent. No query, no template, no Flask on this path.

What a feed answers is said in the contract ("What one feed answers"), and here alone it is made true.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterable
from email.utils import formatdate
from pathlib import Path
from typing import Any

from feedsvc import bell, clock, settings, shelf
from feedsvc.errors import NotFound
from feedsvc.feeds import addresses, build, numbers
from feedsvc.formats.registry import AGENCY, FEEDS
from feedsvc.shelf import Key
from feedsvc.web import cold, delta, proxied, seen
from feedsvc.web.artifacts import accepted, is_unchanged, pick
from feedsvc.web.cold import Cold, Crowded
from feedsvc.web.versions import (
    CORS,
    PREFLIGHT,
    VARY,
    Headers,
    Loaded,
    Memory,
    Place,
    Variant,
    current,
    keep_warm,
    log_failure,
    read,
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
"""What is answered here is a list: granian sends a list at once, and anything else piece by piece through a channel, which
costs twice the processor time for a 304."""

SWITCH_INTERVAL = 0.0005
"""Seconds: beside Python-heavy requests this keeps 0.59 of the feeds' rate, the default 0.13."""
_PATH = re.compile(
    r"(?:/([a-z]{2}))?/feeds/([a-z0-9-]+(?:/[a-z0-9-]+)?)"
    rf"(?:/archive/([1-9][0-9]{{0,{numbers.DIGITS - 1}}}))?\.(" + "|".join(map(re.escape, FEEDS)) + r")\Z"
)
_HEADER_KEPT, _PICKS = 256, 1_024
"""Longest Accept-Encoding whose choice is remembered, and how many choices for one version of a feed."""
_LONGEST = 200
"""Characters of a scope: what is longer stands in no row, and would only take room where requests are counted."""
_KNOWN = 20_000
"""Paths remembered at most; only those of feeds on the shelf are."""


def front(app: Application) -> Application:
    """The WSGI application: feeds from the shelf, all else from `app`."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    set_to = settings.current()
    instance = set_to.instance.resolve()
    places: dict[str, Place] = {}
    memory = Memory(instance, bell.listen(instance))
    threading.Thread(target=keep_warm, args=(memory,), name="warm", daemon=True).start()
    count = seen.begin(instance).add
    archives = cold.begin(set_to.blocking_threads)
    guarded = _bounded(app, max(1, set_to.blocking_threads // 2))

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: PLR0911  # so many ends
        path = environ.get("PATH_INFO", "")
        place = places.get(path) or _place(path, instance, places)
        if place is None:
            return guarded(environ, start_response)
        try:
            return _answer(environ, start_response, place, memory, archives, count)
        except NotFound:
            places.pop(path, None)
            return guarded(environ, start_response)
        except OSError:  # Its files were cleared away or cut short under us.
            memory.feeds.pop(place.key, None)
        except Exception as error:  # noqa: BLE001  # a reader gets 503 at worst
            return _refused(environ, start_response, place, error, count)
        try:
            build.rebuild(place.key)
            return _answer(environ, start_response, place, memory, archives, count)
        except NotFound:
            places.pop(path, None)
            return guarded(environ, start_response)
        except Exception as error:  # noqa: BLE001  # a reader gets 503 at worst
            return _refused(environ, start_response, place, error, count)

    return answer


def _refused(
    environ: Environ, start_response: StartResponse, place: Place, error: Exception, count: seen.Count
) -> Iterable[bytes]:
    """A 503, and in the log why."""
    if isinstance(error, Crowded):
        count(place, 503, environ)
        return _unavailable(start_response, again=1)
    log_failure(environ.get("PATH_INFO", ""), error)
    if (
        shelf.mark(settings.current().instance, place.key) is not None
    ):  # Of others nobody knows now whether they are there.
        count(place, 503, environ)
    return _unavailable(start_response)


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
    set_to = settings.current()
    prefix, scope, archive, suffix = found.groups()
    if len(scope) > _LONGEST:
        return None
    if prefix == set_to.main_language or (prefix and prefix not in set_to.languages):
        return None
    key = Key(prefix or set_to.main_language, scope)
    if sum((bool(archive), suffix in AGENCY, cold.is_filter(key))) > 1:
        return None  # agencies' formats and saved filters have no archives, and filters no agencies' formats
    link = str(shelf.folder(instance, key) / shelf.CURRENT)
    place = Place(key, suffix, link, int(archive or 0), cold=cold.is_cold(key, int(archive or 0), suffix))
    if not place.cold and len(places) < _KNOWN and shelf.mark(instance, key) is not None:
        places[path] = place
    return place


def _answer(
    environ: Environ, start_response: StartResponse, place: Place, memory: Memory, archives: Cold, count: seen.Count
) -> Iterable[bytes]:
    """The answer for a feed in any format or its archive: 200, 304, 303 for a browser, 405. Each is counted as it is given.

    Raises NotFound where there is neither.
    """
    header = environ.get("HTTP_ACCEPT_ENCODING", "")
    feed = current(place, memory) if not place.cold else joined(archives, place, header)
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD"):
        count(place, 204 if method == "OPTIONS" else 405, environ)
        return _other_method(method, start_response)
    if environ.get("HTTP_SEC_FETCH_DEST") == "document" and "raw=1" not in environ.get("QUERY_STRING", "").split("&"):
        count(place, 303, environ)
        return _to_page(place.key, start_response)
    variant = feed.picked.get((place.suffix, header)) or _choose(place, feed, header, memory)
    second = proxied.kept_until(environ)
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if_modified_since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if if_none_match == variant.etag or (
        (if_none_match or if_modified_since)
        and is_unchanged(if_none_match, if_modified_since, variant.etag, feed.there.last_modified)
    ):
        count(place, 304, environ)
        start_response("304 Not Modified", variant.unchanged + second if second else variant.unchanged)
        return []
    if if_none_match and "HTTP_A_IM" in environ:
        new = delta.since(place, feed, variant, environ, memory)
        if new is not None:
            count(place, 226, environ)
            start_response("226 IM Used", _dated(feed, new.headers))
            return [] if method == "HEAD" else [new.body]
    count(place, 200, environ)
    headers = _dated(feed, variant.headers)
    start_response("200 OK", headers + second if second else headers)
    return [] if method == "HEAD" else [variant.body]


def joined(archives: Cold, place: Place, header: str) -> Loaded:
    """An archive, a saved filter's feed or a feed in an agency's format, in the one coding that is worth making for one answer."""
    coding = pick(accepted(header), ("gzip",)) if header else ""
    return cold.document(archives, place.key, place.archive, place.suffix, coding)


def _choose(place: Place, feed: Loaded, header: str, memory: Memory) -> Variant:
    """The document in the coding that this `Accept-Encoding` wants most, remembered for the next who says the same."""
    coding = pick(accepted(header), feed.codings[place.suffix]) if header else ""
    variant = read(place.key, feed, place.suffix, coding, memory)
    if len(header) <= _HEADER_KEPT and len(feed.picked) < _PICKS:
        feed.picked[place.suffix, header] = variant
    return variant


def _dated(feed: Loaded, headers: Headers) -> Headers:
    """The headers with a `Last-Modified` of now at the latest: RFC 9110 §8.8.2.1. An earlier date only costs a 200."""
    if feed.there.last_modified <= clock.seconds():
        return headers
    now = formatdate(clock.seconds() - 1, usegmt=True)
    return [(name, now if name == "Last-Modified" else value) for name, value in headers]


def _other_method(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Scripts of other sites ask before they send `If-None-Match`; anything else does not belong here."""
    allow = ("Allow", "GET, HEAD, OPTIONS")
    if method == "OPTIONS":
        start_response("204 No Content", [allow, *PREFLIGHT, *CORS])
        return []
    body = b"A feed can only be read.\n"
    plain = ("Content-Type", "text/plain; charset=utf-8")
    start_response("405 Method Not Allowed", [allow, plain, ("Content-Length", str(len(body))), *CORS])
    return [body]


def _to_page(key: Key, start_response: StartResponse) -> Iterable[bytes]:
    """A browser's navigation is led to the feed's page for people."""
    location = ("Location", addresses.feed_url(key.scope, key.language))
    start_response(
        "303 See Other", [location, ("Cache-Control", "no-store"), ("Vary", VARY), ("Content-Length", "0"), *CORS]
    )
    return []


def _unavailable(start_response: StartResponse, again: int = 5) -> Iterable[bytes]:
    """Nothing that may be served: said so, with when to come back, in seconds."""
    body = b"This cannot be answered just now. Please try again in a few seconds.\n"
    plain = ("Content-Type", "text/plain; charset=utf-8")
    length = ("Content-Length", str(len(body)))
    start_response(
        "503 Service Unavailable", [plain, length, ("Retry-After", str(again)), ("Cache-Control", "no-store"), *CORS]
    )
    return [body]
