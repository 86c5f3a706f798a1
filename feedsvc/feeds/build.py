"""Building: from rows to finished bytes on the shelf. Safe to do twice, by anybody, at any time."""

import gzip
import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import brotli
import structlog
import zstandard
from isal import igzip
from sqlalchemy.orm import Session

from feedsvc import clock, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import afterwards, archives, assemble, pieces, scopes, which
from feedsvc.formats.document import FeedDoc
from feedsvc.formats.registry import FORMATS, join
from feedsvc.models import Feed
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Place
from feedsvc.shelf import Key, Mark, Shelved

log = structlog.get_logger()

QUICK, ALL = 1, 2
"""Stages of a version: gzip at once; brotli and zstd follow from the ticker."""
_GZIP_LEVEL, _BROTLI_LEVEL, _ZSTD_LEVEL = 2, 5, 9


def fingerprint() -> str:
    """What every feed is made with besides its rows. Another one makes every feed new."""
    current = settings.current()
    made_with = [
        current.public_url,
        current.newsroom_name,
        current.feed_items,
        current.feed_bytes,
        current.main_language,
        scopes.VERSION,
        assemble.VERSION,
    ]
    return hashlib.sha256(
        json.dumps([made_with, sorted((f.suffix, f.version) for f in FORMATS.values())]).encode()
    ).hexdigest()


def made_with_file(instance: Path) -> Path:
    """Where a server leaves its fingerprint, for commands that run beside it with other settings."""
    return instance / "run" / "made-with"


def is_ours() -> bool:
    """Whether feeds built by this process would be those of the server: they hold the settings' address and name."""
    try:
        return made_with_file(settings.current().instance).read_text(encoding="ascii") == fingerprint()
    except FileNotFoundError:
        return True


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
    """Items behind it that no full archive holds yet."""


def contents(session: Session, feed: Feed, *, now: datetime) -> Contents:
    """The newest items of a feed: at most the set number and size."""
    current = settings.current()
    outlines = listing.outlines(session, feed.language, feed.scope, now=now, limit=current.feed_items)
    entries, news = pieces.of(session, outlines, now=now)
    count = assemble.fitting((one.weight for one in entries), current.feed_bytes)
    older, waiting, end = None, 0, outlines[count - 1].place if count else None
    if end and (count < len(outlines) or len(outlines) == current.feed_items):
        older, waiting = archives.behind(session, feed, end, now=now)
    updated = max((one.updated for one in entries[:count]), default=None)
    return Contents(assemble.frame(session, feed, updated, older, now=now), entries[:count], news, end, waiting)


def archived(session: Session, feed: Feed, number: int, *, now: datetime) -> tuple[FeedDoc, list[pieces.Piece]] | None:
    """The frame and entries of an archive document; None for one that there is not."""
    found = archives.find(session, feed, number, now=now)
    if found is None:
        return None
    entries, news = pieces.of(session, found.entries, now=now)
    if news:
        afterwards.do(pieces.remember, news)
    updated = max((one.updated for one in entries), default=None)
    doc = assemble.frame(session, feed, updated, found.older, now=now)
    return replace(doc, archive=number, next_archive=found.newer), entries


def written(doc: FeedDoc, entries: Iterable[pieces.Piece], suffix: str) -> bytes:
    """A document in a format."""
    return join(FORMATS[suffix], doc, [one.bytes[suffix] for one in entries])


def tag(body: bytes) -> str:
    """The hash of identity bytes that an ETag begins with."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def packed(body: bytes) -> bytes:
    """The quick gzip: a tenth of the time of the usual level for a fifth more bytes."""
    return bytes(igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0))


def rebuild(key: Key) -> None:
    """Builds a feed whose files on the shelf proved unreadable."""
    shelf.drop(settings.current().instance, key)
    build(key)


def build(key: Key) -> None:
    """Brings the shelf up to the feed's row, if it is behind. One builder at a time; the others find it done.

    Raises NotFound for an unknown feed and for one that only the newsroom knows of, Unavailable without a database,
    OSError without a disk.
    """
    instance = settings.current().instance
    is_cold = shelf.mark(instance, key) is None
    if is_cold:
        with reading() as session:
            feed = which.find(session, key)
            if feed is None or which.opened(session, feed, now=clock.now()) is None:
                raise NotFound("feed")
    with shelf.locked(instance, key):
        made = _made(instance, key)
        if made is None:
            return
        shelf.put(instance, key, _shelved(made))
    log.debug("built", language=key.language, scope=key.scope, version=made.mark.version)
    # Neither may delay the reader who built, nor fail what lies on the shelf already.
    if made.contents.news:
        afterwards.do(pieces.remember, made.contents.news)
    if made.contents.waiting >= archives.RIPE and made.contents.end:
        afterwards.do(archives.cut_off, made.feed_id, made.contents.end)
    if is_cold:
        _look_again(instance, key, made.mark)


def _look_again(instance: Path, key: Key, built: Mark) -> None:
    """Builds once more where the rows went on under a first build: whoever changed them found nothing to expire."""
    try:
        with reading() as session:
            feed = which.find(session, key)
    except Exception:
        shelf.drop(instance, key)
        raise
    if feed is None:
        shelf.drop(instance, key)
        raise NotFound("feed")
    if feed.version > built.version:
        build(key)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a build found to put on the shelf."""

    feed_id: int
    mark: Mark
    last_modified: int
    contents: Contents


def _made(instance: Path, key: Key) -> _Made | None:
    """The feed as its rows say now; None where the shelf has it already."""
    while True:
        with reading() as session:
            now = clock.now()
            feed = which.find(session, key)
            if feed is None:
                raise NotFound("feed")
            fallen, until = which.moments(session, feed, now=now)
            mark = Mark(feed.version, clock.milliseconds(until), QUICK)
            there = shelf.mark(instance, key)
            if there is not None and _is_up_to(there, mark) and shelf.is_whole(instance, key, there):
                return None
            modified = int(which.last_modified(session, feed, fallen, now=now).timestamp())
            made = _Made(feed.id, mark, modified, contents(session, feed, now=now))
            if not made.contents.entries and which.opened(session, feed, now=now) is None:
                raise NotFound("feed")
        if made.contents.waiting < archives.MOST_OPEN or made.contents.end is None:
            return made
        if not archives.cut_off(made.feed_id, made.contents.end):  # Somebody else did.
            time.sleep(0.05)


def _is_up_to(there: Mark, wanted: Mark) -> bool:
    """Whether what lies there will do: at least as new, and not expired."""
    return there >= wanted and there.until_ms > shelf.LAST_RESORT


def _shelved(made: _Made) -> Shelved:
    """Every document of the feed, gzipped: whoever wants it as it is gets it unpacked."""
    files: dict[str, bytes] = {}
    etags: dict[str, str] = {}
    for suffix in FORMATS:
        body = written(made.contents.doc, made.contents.entries, suffix)
        files[f"{suffix}.gz"] = packed(body)
        etags[suffix] = tag(body)
    return Shelved(made.mark, made.last_modified, etags, files)


def expire(feed: Feed, *, for_good: bool) -> None:
    """Forbids the old bytes of a feed, before they are built anew; unless `for_good`, they are left as a last resort."""
    shelf.expire(settings.current().instance, Key(feed.language, feed.scope), below=feed.version, for_good=for_good)


def compress(key: Key) -> bool:
    """Adds the slow codings to the current version. Gives whether there was anything to do.

    The bytes of a coding are written once and never replaced; gzip stays as it is.
    """
    instance = settings.current().instance
    there = shelf.mark(instance, key)
    if there is None or there.stage >= ALL or there.until_ms <= shelf.LAST_RESORT:
        return False
    quick = shelf.read(instance, key, there)
    if quick is None:
        return False
    files = dict(quick.files)
    for suffix in quick.etags:
        body = gzip.decompress(quick.files[f"{suffix}.gz"])
        files[f"{suffix}.br"] = brotli.compress(body, quality=_BROTLI_LEVEL)
        files[f"{suffix}.zst"] = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    with shelf.locked(instance, key):
        if shelf.mark(instance, key) != there:
            return False
        return shelf.put(instance, key, Shelved(there._replace(stage=ALL), quick.last_modified, quick.etags, files))


def is_behind(instance: Path, feed: Feed, *, now: datetime) -> bool:
    """Whether the shelf is not at a feed's row, or past its moment."""
    key = Key(feed.language, feed.scope)
    there = shelf.mark(instance, key)
    return (
        there is None
        or there.version < feed.version
        or there.until_ms <= clock.milliseconds(now)
        or not shelf.is_whole(instance, key, there)
    )


def missing(instance: Path) -> list[Key]:
    """The newsroom's own feeds, of everything, that are not on the shelf at all: none once a node is ready."""
    keys = [Key(language, listing.NEWS) for language in settings.current().languages]
    return [key for key in keys if shelf.mark(instance, key) is None]


def build_all(keys: Iterable[Key]) -> list[Key]:
    """Builds these feeds; one that fails, however, is logged and does not stop the others. Gives those that failed."""
    failed = []
    for key in keys:
        try:
            build(key)
        except NotFound:  # It went, or moved, since somebody saw it.
            continue
        except (FeedsvcError, OSError) as error:
            log.error("build_failed", language=key.language, scope=key.scope, error=str(error))
            failed.append(key)
        except Exception:
            log.exception("build_failed", language=key.language, scope=key.scope)
            failed.append(key)
    return failed
