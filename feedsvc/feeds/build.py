"""Building: from rows to finished bytes on the shelf. Safe to do twice, by anybody, at any time."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import brotli
import structlog
import zstandard
from sqlalchemy.orm import Session

from feedsvc import clock, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import afterwards, archives, assemble, past, pieces, scopes, which
from feedsvc.feeds.contents import Contents, Ground, contents, ground, packed, written
from feedsvc.feeds.past import Past
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Feed
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Place
from feedsvc.shelf import Key, Mark, Shelved

log = structlog.get_logger()

QUICK, ALL = 1, 2
"""Stages of a version: gzip at once; brotli and zstd follow from the ticker."""
BRIEFLY = 0.2
"""Seconds for which the ticker waits for another builder: the other feeds must not wait with it."""
_BROTLI_LEVEL, _ZSTD_LEVEL = 5, 9


def fingerprint() -> str:
    """What every feed is made with besides its rows. Another one makes every feed new."""
    current = settings.current()
    made_with = [
        current.public_url,
        current.newsroom_name,
        current.feed_items,
        current.feed_bytes,
        current.main_language,
        current.feed_licence,
        current.ai_use,
        current.withdrawn_days,
        scopes.VERSION,
        assemble.VERSION,
        assemble.FRAME,
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


def build(key: Key, *, patience: float = shelf.PATIENCE) -> None:
    """Brings the shelf up to the feed's row, if it is behind. One builder at a time; the others find it done.

    Raises NotFound for an unknown feed and for one that only the newsroom knows of, Unavailable without a database,
    OSError without a disk, TimeoutError where another builder does not come to an end.
    """
    instance = settings.current().instance
    if shelf.mark(instance, key) is None:
        with reading() as session:
            feed = which.find(session, key)
            if feed is None or which.opened(session, feed, now=clock.now()) is None:
                raise NotFound("feed")
    with shelf.locked(instance, key, patience=patience):
        is_first = shelf.mark(instance, key) is None  # Only under the lock is this true until the end.
        with reading() as session:
            made = _put(session, instance, key, ground(session, [key], now=clock.now()))
    if made is not None:
        _follow(made)
    if made is not None and is_first:
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
    """What came of a build, and what is to be done after it."""

    feed_id: int
    mark: Mark
    news: pieces.News
    end: Place | None
    waiting: int


def _put(session: Session, instance: Path, key: Key, known: Ground) -> _Made | None:
    """Puts a feed on the shelf as its rows say; None where it lies there already. The caller holds its lock, and has
    held it since before the session began.
    """
    if key not in known.known:
        raise NotFound("feed")
    feed, fallen, until = known.known[key]
    mark = Mark(feed.version, clock.milliseconds(until), QUICK)
    there = shelf.mark(instance, key)
    if there is not None and _is_up_to(there, mark) and shelf.is_whole(instance, key, there):
        return None
    found = contents(session, known, key)
    if not found.entries and which.opened(session, feed, now=known.now) is None:
        raise NotFound("feed")
    modified = int(which.last_modified(session, feed, fallen, now=known.now).timestamp())
    shelf.put(instance, key, _shelved(mark, modified, found, past.parsed(shelf.latest(instance, key, past.FILE))))
    log.debug("built", language=key.language, scope=key.scope, version=mark.version)
    return _Made(feed.id, mark, found.news, found.end, found.waiting)


def _follow(made: _Made) -> None:
    """What may neither delay the reader who built, nor fail what lies on the shelf already."""
    if made.news:
        afterwards.do(pieces.remember, made.news)
    if made.waiting > archives.RIPE and made.end:
        afterwards.do(archives.cut_off, made.feed_id, made.end)


def _is_up_to(there: Mark, wanted: Mark) -> bool:
    """Whether what lies there will do: at least as new, and not expired."""
    return there >= wanted and there.until_ms > shelf.LAST_RESORT


def _shelved(mark: Mark, modified: int, found: Contents, before: Past | None) -> Shelved:
    """Every document of the feed, gzipped: whoever wants it as it is gets it unpacked. `before`: of the last version."""
    made = {suffix: written(found.doc, found.entries, suffix) for suffix in FORMATS}
    files = {f"{suffix}.gz": packed(one.body) for suffix, one in made.items()}
    tags = {suffix: one.tag for suffix, one in made.items()}
    files[past.FILE] = past.written(past.next_after(before, made))
    return Shelved(mark, modified, tags, files)


def expire(feed: Feed, *, for_good: bool) -> None:
    """Forbids the old bytes of a feed, before they are built anew; unless `for_good`, they are left as a last resort."""
    shelf.expire(settings.current().instance, Key(feed.language, feed.scope), below=feed.version, for_good=for_good)


def compress(key: Key) -> bool:
    """Adds the slow codings to the current version. Gives whether there was anything to do.

    The bytes of a coding are written once and never replaced; gzip stays as it is. Raises TimeoutError beside a builder.
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
    with shelf.locked(instance, key, patience=BRIEFLY):
        if shelf.mark(instance, key) != there:
            return False
        return shelf.put(instance, key, Shelved(there._replace(stage=ALL), quick.last_modified, quick.etags, files))


def is_behind(instance: Path, key: Key, version: int, *, now: datetime) -> bool:
    """Whether the shelf is not at the version of a feed's row, or past its moment."""
    there = shelf.mark(instance, key)
    return (
        there is None
        or there.version < version
        or there.until_ms <= clock.milliseconds(now)
        or not shelf.is_whole(instance, key, there)
    )


def missing(instance: Path) -> list[Key]:
    """The newsroom's own feeds, of everything, that are not on the shelf at all: none once a node is ready."""
    keys = [Key(language, listing.NEWS) for language in settings.current().languages]
    return [key for key in keys if shelf.mark(instance, key) is None]


def build_all(keys: Iterable[Key], *, patience: float = shelf.PATIENCE) -> list[Key]:
    """Builds these feeds; one that fails, however, is logged and does not stop the others. Gives those that failed."""
    return [key for key in _not_together(list(keys)) if not _is_done(key, patience)]


def _not_together(keys: list[Key]) -> list[Key]:
    """Builds of one look at the rows what lies on the shelf already and is not being built. Gives the others, and
    from the first that fails on all.
    """
    instance, done = settings.current().instance, set()
    try:
        with ExitStack() as locks:
            # Never waiting for a lock while holding others: two who did could wait for each other.
            held = [key for key in keys if shelf.mark(instance, key) and _is_free(instance, key, locks)]
            held = [key for key in held if shelf.mark(instance, key)]  # Taken off meanwhile: `build` looks again.
            with reading() as session:
                known = ground(session, held, now=clock.now())
                for key in held:
                    made = _put(session, instance, key, known)
                    done.add(key)
                    if made:
                        _follow(made)
    except Exception as error:  # noqa: BLE001  # each is tried by itself now, and told of if it fails again
        log.info("not_built_together", feeds=len(keys) - len(done), error=str(error))
    return [key for key in keys if key not in done]


def _is_free(instance: Path, key: Key, locks: ExitStack) -> bool:
    """Takes a feed's lock if nobody has it."""
    try:
        locks.enter_context(shelf.locked(instance, key, patience=0))
    except TimeoutError:
        return False
    return True


def _is_done(key: Key, patience: float) -> bool:
    """Whether a build went well; what failed is logged."""
    try:
        build(key, patience=patience)
    except NotFound:  # It went, or moved, since somebody saw it.
        return True
    except (FeedsvcError, OSError) as error:
        log.error("build_failed", language=key.language, scope=key.scope, error=str(error))
        return False
    except Exception:
        log.exception("build_failed", language=key.language, scope=key.scope)
        return False
    return True
