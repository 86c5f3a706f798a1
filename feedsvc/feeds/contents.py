"""What a feed carries: its newest items, rendered, and the frame around them. Feeds that are built together are asked about together."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from isal import igzip
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.clock import whole_second
from feedsvc.feeds import afterwards, archives, assemble, pieces, scopes, which
from feedsvc.feeds.which import Known
from feedsvc.formats.document import FeedDoc
from feedsvc.formats.registry import FORMATS, around, joined
from feedsvc.models import Feed
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Place
from feedsvc.shelf import Key

_GZIP_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Contents:
    """A feed as the public may read it at a moment: its frame, its rendered entries, and what to do afterwards."""

    doc: FeedDoc
    """Without entries."""
    entries: list[pieces.Piece]
    news: pieces.News
    end: Place | None
    """The place of the last entry."""
    waiting: int
    """Items behind it that no full archive holds yet, give or take those that were withdrawn."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows say of some feeds at one moment, besides their items: asked once for all of them."""

    now: datetime
    made_with: str
    known: dict[Key, Known]
    names: dict[Key, str]
    """What people call each scope in the language of its feed."""
    fronts: dict[int, archives.Front]
    """Feed → what lies between it and its archives."""


def ground(session: Session, keys: Collection[Key], *, now: datetime) -> Ground:
    """What `contents` needs to know of these feeds; those that there are not are left out."""
    known = which.known(session, keys, now=now)
    fronts = archives.fronts(session, [one.feed for one in known.values()], now=now)
    names: dict[Key, str] = {}
    for language in {key.language for key in known}:
        mine = [key.scope for key in known if key.language == language]
        called = scopes.names_of(session, mine, (language,), now=now)
        names |= {Key(language, scope): name for scope, name in called.items()}
    return Ground(now, pieces.made_with(session), known, names, fronts)


def contents(session: Session, ground: Ground, key: Key) -> Contents:
    """The newest items of a feed: at most the set number and size."""
    feed, now, most = ground.known[key].feed, ground.now, settings.current().feed_items
    front = ground.fronts[feed.id]
    rows = listing.outlines(session, feed.language, feed.scope, now=now, limit=most + 1)
    entries, news = pieces.of(session, rows[:most], made_with=ground.made_with, now=now)
    count = assemble.fitting((one.weight for one in entries), settings.current().feed_bytes)
    end = rows[count - 1].place if count else None
    older = archives.behind(session, feed, front, rows[count].place, end) if end and rows[count:] else None
    updated = max((one.updated for one in entries[:count]), default=None) or emptied(session, feed, now=now)
    doc = assemble.frame(feed, ground.names.get(key, ""), updated, older)
    return Contents(doc, entries[:count], news, end, max(0, front.above - count))


def at(session: Session, feed: Feed, *, now: datetime) -> Contents:
    """The contents of one feed at a moment."""
    key = Key(feed.language, feed.scope)
    return contents(session, ground(session, [key], now=now), key)


def emptied(session: Session, feed: Feed, *, now: datetime) -> datetime:
    """`updated` of a document without entries."""
    return whole_second(which.opened(session, feed, now=now) or feed.created_at)


def archived(session: Session, feed: Feed, number: int, *, now: datetime) -> tuple[FeedDoc, list[pieces.Piece]] | None:
    """The frame and entries of an archive document; None for one that there is not."""
    found = archives.find(session, feed, number, now=now)
    if found is None:
        return None
    entries, news = pieces.of(session, found.entries, made_with=pieces.made_with(session), now=now)
    if news:
        afterwards.do(pieces.remember, news)
    if found.crowded:
        afterwards.do(archives.cut_off, feed.id, found.crowded)
    updated = max((one.updated for one in entries), default=None) or emptied(session, feed, now=now)
    doc = assemble.frame(feed, scopes.name_of(session, feed.scope, (feed.language,), now=now), updated, found.older)
    return replace(doc, archive=found.number, next_archive=found.newer), entries


class Written(NamedTuple):
    """A document in a format."""

    body: bytes
    tag: str
    """What its ETags begin with: a hash of its frame and of each entry's hash, so that a quarter of a megabyte is not
    hashed again where one entry is new. The same bytes have the same tag on every node.
    """


def written(doc: FeedDoc, entries: Sequence[pieces.Piece], suffix: str) -> Written:
    """A document in a format."""
    fmt = FORMATS[suffix]
    head, tail = around(fmt, doc)
    body = joined(fmt, (head, tail), [one.bytes[suffix] for one in entries])
    said = hashlib.blake2b(b"%d %d " % (len(head), len(tail)), digest_size=16)
    for part in (head, tail, *(one.hashes[suffix] for one in entries)):
        said.update(part)
    return Written(body, said.hexdigest())


def packed(body: bytes) -> bytes:
    """The quick gzip: a tenth of the time of the usual level for a fifth more bytes."""
    return bytes(igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0))
