"""Building: from rows to finished bytes on the shelf. Safe to do twice, by anybody, at any time."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import brotli
import structlog
import zstandard
from isal import igzip
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedsvc import clock, settings, shelf
from feedsvc.db import reading, transaction
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import assemble, which
from feedsvc.formats.document import Entry, FeedDoc, digest
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join
from feedsvc.models import Feed, Fragment
from feedsvc.shelf import Key, Mark, Shelved

log = structlog.get_logger()

QUICK, ALL = 1, 2
"""Stages of a version: identity and gzip at once; brotli and zstd follow from the ticker."""
KEEP_FRAGMENTS = timedelta(days=30)
_REMEMBER_EVERY = timedelta(days=7)
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


def rebuild(key: Key) -> None:
    """Builds a feed whose files on the shelf proved unreadable."""
    shelf.drop(settings.current().instance, key)
    build(key)


def build(key: Key) -> None:
    """Brings the shelf up to the feed's row, if it is behind. One builder at a time; the others find it done.

    Raises NotFound for an unknown feed, Unavailable without a database, OSError without a disk.
    """
    instance = settings.current().instance
    with reading() as session:
        if which.find(session, key) is None:
            raise NotFound("feed")
    with shelf.locked(instance, key):
        with reading() as session:
            now = clock.now()
            feed = which.find(session, key)
            if feed is None:
                raise NotFound("feed")
            mark = Mark(feed.version, clock.milliseconds(which.until(session, feed, now=now)), QUICK)
            there = shelf.mark(instance, key)
            if there is not None and _is_up_to(there, mark) and shelf.is_whole(instance, key, there):
                return
            doc = assemble.document(session, feed, now=now)
            modified = which.last_modified(session, feed, now=now)
            fragments = {name: stored(session, fmt, doc.entries) for name, fmt in FORMATS.items()}
        shelf.put(instance, key, _shelved(mark, doc, fragments, int(modified.timestamp())))
    remember(fragments)  # Last, and with the lock given back: a busy database must not delay what readers wait for.


def _is_up_to(there: Mark, wanted: Mark) -> bool:
    """Whether what lies there will do: at least as new, and not expired."""
    return there >= wanted and there.until_ms > 0


def _shelved(mark: Mark, doc: FeedDoc, fragments: "dict[str, Stored]", modified: int) -> Shelved:
    """Every document of the feed, as it is and gzipped."""
    files: dict[str, bytes] = {}
    etags: dict[str, str] = {}
    for name, fmt in FORMATS.items():
        body = join(fmt, doc, [fragments[name].bytes[d] for d in fragments[name].order])
        files[name] = body
        files[f"{name}.gz"] = igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
        etags[name] = hashlib.blake2b(body, digest_size=16).hexdigest()
    return Shelved(mark, modified, etags, files)


@dataclass(slots=True)
class Stored:
    """The fragments of a document's entries in one format: from the database, or just rendered."""

    format: Format
    order: list[str]
    """Digests of the entries."""
    bytes: dict[str, bytes] = field(default_factory=dict)
    fresh: dict[str, str | None] = field(default_factory=dict)
    """Digest → problem, of those that are not in the database yet."""
    stale: list[str] = field(default_factory=list)
    """Those whose use was last noted long ago."""


def stored(session: Session, fmt: Format, entries: tuple[Entry, ...]) -> Stored:
    """The fragments of these entries in their order; what is missing is rendered (and not yet kept)."""
    by_digest = {digest(entry): entry for entry in entries}
    found = Stored(fmt, list(by_digest))
    f = Fragment
    query = select(f.digest, f.content, f.used_at).where(
        f.format == fmt.suffix, f.writer == fmt.version, f.digest.in_(found.order)
    )
    for name, content, used_at in session.execute(query):
        found.bytes[name] = content
        if clock.now() - used_at > _REMEMBER_EVERY:
            found.stale.append(name)
    for name in found.order:
        if name not in found.bytes:
            found.bytes[name], found.fresh[name] = render(fmt, by_digest[name])
            if found.fresh[name]:
                log.error("entry_made_safe", item=by_digest[name].id, format=fmt.suffix, problem=found.fresh[name])
    return found


def remember(fragments: dict[str, Stored]) -> None:
    """Keeps what was rendered. A cache: where the database is busy, the next build keeps it instead."""
    if not any(one.fresh or one.stale for one in fragments.values()):
        return
    try:
        with transaction() as session:
            now = clock.now()
            for one in fragments.values():
                fmt = one.format
                for name, problem in one.fresh.items():
                    row = Fragment(format=fmt.suffix, digest=name, writer=fmt.version, content=one.bytes[name])
                    row.problem, row.used_at = (problem or "")[:500], now
                    session.merge(row)
                if one.stale:
                    used = update(Fragment).where(Fragment.format == fmt.suffix, Fragment.digest.in_(one.stale))
                    session.execute(used.values(used_at=now))
    except FeedsvcError as error:
        log.warning("fragments_not_kept", error=str(error))


def expire(key: Key) -> None:
    """Forbids the old bytes of a feed, before they are built anew."""
    shelf.expire(settings.current().instance, key)


def compress(key: Key) -> bool:
    """Adds the slow codings to the current version. Gives whether there was anything to do.

    The bytes of a coding are written once and never replaced; identity and gzip stay as they are.
    """
    instance = settings.current().instance
    there = shelf.mark(instance, key)
    if there is None or there.stage >= ALL or there.until_ms == 0:
        return False
    quick = shelf.read(instance, key, there)
    if quick is None:
        return False
    files = dict(quick.files)
    for name in quick.etags:
        files[f"{name}.br"] = brotli.compress(quick.files[name], quality=_BROTLI_LEVEL)
        files[f"{name}.zst"] = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(quick.files[name])
    with shelf.locked(instance, key):
        if shelf.mark(instance, key) != there:
            return False
        return shelf.put(instance, key, Shelved(there._replace(stage=ALL), quick.last_modified, quick.etags, files))


def behind(session: Session, instance: Path) -> list[Key]:
    """The feeds whose shelf is not at their row's version, or past its moment: what a tick has to build."""
    now_ms = clock.milliseconds(clock.now())
    late = []
    for feed in which.every(session):
        key = Key(feed.language, feed.scope)
        there = shelf.mark(instance, key)
        if (
            there is None
            or there.version < feed.version
            or there.until_ms <= now_ms
            or not shelf.is_whole(instance, key, there)
        ):
            late.append(key)
    return late


def missing(session: Session, current: settings.Settings) -> list[str]:
    """The feeds that are not on the shelf at all, by address: none once a node is ready."""
    rows: list[Feed] = which.every(session)
    return [f"{f.language}/{f.scope}" for f in rows if shelf.mark(current.instance, Key(f.language, f.scope)) is None]


def build_all(keys: list[Key]) -> int:
    """Builds these feeds; one that fails is logged and does not stop the others. Gives how many were built."""
    done = 0
    for key in keys:
        try:
            build(key)
            done += 1
        except (FeedsvcError, OSError) as error:
            log.error("build_failed", language=key.language, scope=key.scope, error=str(error))
    return done


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes fragments that no feed has used for a month. Gives how many."""
    return int(session.execute(delete(Fragment).where(Fragment.used_at < now - KEEP_FRAGMENTS)).rowcount)  # type: ignore[attr-defined]
