"""A feed for who has an earlier version of it: 226 with the entries that are new, changed or taken back since.

RFC 3229 with the instance manipulation `feed`, which feed readers agreed on: what is sent is a complete document of its
format. `no-store` keeps it out of every cache, so that `Vary` need not name `A-IM` and `If-None-Match` (§10.8.3, RFC 9111 §3).
"""

from dataclasses import dataclass
from typing import Any

from feedsvc.feeds import contents, past
from feedsvc.feeds.past import Past
from feedsvc.formats.registry import FORMATS
from feedsvc.web.artifacts import accepted, pick
from feedsvc.web.versions import Headers, Loaded, Memory, Place, Variant, read

CACHE_CONTROL = "no-store, im"
_LONGEST = 1_024
_KEPT = 64
"""Deltas of one version of a feed that are kept made: most readers have one of its last few versions."""
_WORTH_KEEPING = 32_000
"""Bytes: a larger one is nearly the whole document, and is made anew for whoever asks."""
_SMALL = 1_000
"""Bytes below which gzip saves nothing worth its while."""
_OF_THE_WHOLE = {"content-length", "content-encoding", "cache-control"}


@dataclass(frozen=True, slots=True)
class Delta:
    """An answer that was made."""

    body: bytes
    headers: Headers


def wanted(a_im: str) -> bool:
    """Whether a client takes deltas of entries (RFC 3229 §10.5.3)."""
    for part in a_im[:_LONGEST].lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "feed":
            return quality.replace(" ", "").partition("q=")[2] not in ("0", "0.0", "0.00", "0.000")
    return False


def since(place: Place, feed: Loaded, whole: Variant, environ: dict[str, Any], memory: Memory) -> Delta | None:
    """What is new since the newest of the client's versions that is known here; None: the whole is the answer.

    `whole`: what it would get; its ETag is the delta's, since with that delta the client is at this version (§10.6).
    """
    if place.cold or not wanted(environ["HTTP_A_IM"]):
        return None
    if feed.past is None:
        try:
            feed.past = past.parsed((feed.there.place / past.FILE).read_bytes()) or False
        except OSError:
            feed.past = False
    if not feed.past:
        return None
    versions = [feed.past.version(place.suffix, tag) for tag in _tags(environ["HTTP_IF_NONE_MATCH"])]
    base = max((one for one in versions if one is not None), default=None)
    if base is None:
        return None
    header = environ.get("HTTP_ACCEPT_ENCODING", "")
    coding = pick(accepted(header), ("gzip",)) if header else ""
    key = (place.suffix, base, whole.etag, coding)
    found = feed.deltas.get(key)
    if found is None:
        found = _made(place, feed, feed.past, base, whole, coding, memory)
        if found is not None and len(feed.deltas) < _KEPT and len(found.body) <= _WORTH_KEEPING:
            feed.deltas[key] = found
    return found


def _tags(if_none_match: str) -> list[str]:
    """The hashes in a list of ETags, whatever coding each was of."""
    parts = [part.strip().removeprefix("W/").strip('"') for part in if_none_match[:_LONGEST].split(",")]
    return [part.partition("-")[0] for part in parts]


def _made(
    place: Place, feed: Loaded, there: Past, base: int, whole: Variant, coding: str, memory: Memory
) -> Delta | None:
    """The frame around the new entries, cut out of the document; None where nothing of the client's is left in it."""
    places, sizes = there.new_since(place.suffix, base), there.sizes[place.suffix]
    if len(places) == len(sizes) - 1:
        return None
    document = read(place.key, feed, place.suffix, "", memory).body
    separator = FORMATS[place.suffix].separator
    begins, at = [], sizes[0]
    for size in sizes[1:]:
        begins.append(at)
        # An entry that no writer could save is empty, and no separator stands beside it.
        at += size + (len(separator) if size else 0)
    end = at - (len(separator) if any(sizes[1:]) else 0)
    chosen = [document[begins[n] : begins[n] + sizes[n + 1]] for n in places if sizes[n + 1]]
    body = b"".join((document[: sizes[0]], separator.join(chosen), document[end:]))
    packed = coding and len(body) > _SMALL
    return _answer(contents.packed(body) if packed else body, whole, coding if packed else "")


def _answer(body: bytes, whole: Variant, coding: str) -> Delta:
    kept = [(name, value) for name, value in whole.headers if name.lower() not in _OF_THE_WHOLE]
    more: Headers = [("Content-Length", str(len(body))), ("IM", "feed"), ("Cache-Control", CACHE_CONTROL)]
    if coding:
        more.append(("Content-Encoding", coding))
    return Delta(body, [*kept, *more])
