"""Documents that are joined when they are asked for, from entries that were rendered before: the archives of feeds."""

import math
from pathlib import Path

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.errors import NotFound
from feedsvc.feeds import build, which
from feedsvc.shelf import Key, Listed
from feedsvc.web.versions import Loaded, Variant, variant


def archive(key: Key, number: int, suffix: str, coding: str) -> Loaded:
    """An archive document in one coding (or none: the empty string), in the shape of a version of a feed.

    Its `Last-Modified` is its feed's: a withdrawal may have changed either. Raises NotFound, Unavailable.
    """
    with reading() as session:
        now = clock.now()
        feed = which.find(session, key)
        if feed is None or which.opened(session, feed, now=now) is None:
            raise NotFound("feed")
        found = build.archived(session, feed, number, now=now)
        if found is None:
            raise NotFound("archive")
        fallen, _ = which.moments(session, feed, now=now)
        modified = int(which.last_modified(session, feed, fallen, now=now).timestamp())
    doc, entries = found
    body = build.written(doc, entries, suffix)
    etag = build.tag(body)
    sent = build.packed(body) if coding else body
    variants: dict[tuple[str, str], Variant] = {
        (suffix, coding): variant(doc.self_url(suffix), suffix, coding, etag, sent, modified)
    }
    there = Listed(Path(), modified, {suffix: etag}, {})
    codings: dict[str, tuple[str, ...]] = {suffix: (coding,) if coding else ()}
    return Loaded("", math.inf, there, b"", codings, variants)
