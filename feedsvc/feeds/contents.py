"""What a feed carries: its newest items, rendered, and the frame around them. Feeds that are built together are asked about together."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
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
from feedsvc.newsroom import listing, withdrawals
from feedsvc.newsroom.listing import Place
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.shelf import Key

_GZIP_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Contents:
    """A feed as the public may read it at a moment: its frame, its rendered entries, and what to do afterwards."""

    doc: FeedDoc
    """Without entries."""
    entries: list[pieces.Piece]
    """Of its items and of those that were taken back, in the order of the document."""
    count: int
    """How many items."""
    gone: Sequence[Withdrawn]
    """What was taken back of late."""
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
    gone: dict[int, list[Withdrawn]]
    """Feed → what was taken back out of it of late."""


def ground(session: Session, keys: Collection[Key], *, now: datetime) -> Ground:
    """What `contents` needs to know of these feeds; those that there are not are left out."""
    known = which.known(session, keys, now=now)
    fronts = archives.fronts(session, [one.feed for one in known.values()], now=now)
    names: dict[Key, str] = {}
    for language in {key.language for key in known}:
        mine = [key.scope for key in known if key.language == language]
        called = scopes.names_of(session, mine, (language,), now=now)
        names |= {Key(language, scope): name for scope, name in called.items()}
    return Ground(now, pieces.made_with(session), known, names, fronts, _taken_back(session, known.values(), now=now))


def _taken_back(session: Session, known: Iterable[Known], *, now: datetime) -> dict[int, list[Withdrawn]]:
    """What feeds must still tell of. The days count back from a feed's last change and not from now: so the same rows
    make the same bytes on every node, and no feed changes by itself because a day has passed.
    """
    window = timedelta(days=settings.current().withdrawn_days)
    since = {one.feed: which.last_modified(session, one.feed, one.fallen, now=now) - window for one in known}
    return withdrawals.lately(session, since, now=now)


def contents(session: Session, ground: Ground, key: Key) -> Contents:
    """The newest items of a feed: at most the set number and size."""
    feed, now, most = ground.known[key].feed, ground.now, settings.current().feed_items
    front = ground.fronts[feed.id]
    rows = listing.outlines(session, feed.language, feed.scope, now=now, limit=most + 1)
    entries, news = pieces.of(session, rows[:most], made_with=ground.made_with, now=now)
    count = assemble.fitting((one.weight for one in entries), settings.current().feed_bytes)
    end = rows[count - 1].place if count else None
    older = archives.behind(session, feed, front, rows[count].place, end) if end and rows[count:] else None
    gone = ground.gone.get(feed.id, [])
    told = [*entries[:count], *(pieces.of_withdrawal(assemble.withdrawal(one)) for one in gone)]
    updated = max((one.updated for one in told), default=None) or emptied(session, feed, now=now)
    doc = replace(
        assemble.frame(feed, ground.names.get(key, ""), updated, older), withdrawn=tuple(map(assemble.withdrawal, gone))
    )
    places = [*(one.place for one in rows[:count]), *(one.place for one in gone)]
    # A withdrawal stands where its item stood: newest first by publication.
    in_order = [piece for _, piece in sorted(zip(places, told, strict=True), key=itemgetter(0), reverse=True)]
    return Contents(doc, in_order, count, gone, news, end, max(0, front.above - count))


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
    sizes: Sequence[int] = ()
    """Bytes of what stands before the entries, then of each entry without what separates it from the next."""
    order: Sequence[str] = ()
    """The entries' digests, in the document's order."""


def written(doc: FeedDoc, entries: Sequence[pieces.Piece], suffix: str) -> Written:
    """A document in a format."""
    fmt = FORMATS[suffix]
    head, tail = around(fmt, doc)
    if fmt.gone_first:
        entries = sorted(entries, key=lambda one: not one.gone)
    body = joined(fmt, (head, tail), [one.bytes[suffix] for one in entries])
    said = hashlib.blake2b(b"%d %d " % (len(head), len(tail)), digest_size=16)
    for part in (head, tail, *(one.hashes[suffix] for one in entries)):
        said.update(part)
    sizes = [len(head), *(len(one.bytes[suffix]) for one in entries)]
    return Written(body, said.hexdigest(), sizes, [one.digest for one in entries])


def packed(body: bytes) -> bytes:
    """The quick gzip: a tenth of the time of the usual level for a fifth more bytes."""
    return bytes(igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0))
