"""Rendered entries: from what is public to bytes in every format, each rendered once and then kept."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy import delete, func, literal_column, select, update
from sqlalchemy.orm import Session

from feedsvc import clock
from feedsvc.db import transaction
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import assemble
from feedsvc.formats.document import digest
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Change, Fragment
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Outline

log = structlog.get_logger()

KEEP = timedelta(days=30)
_REMEMBER_EVERY = timedelta(days=7)
MEMORY = 12_000_000
"""Bytes of rendered entries that one process holds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry in every format."""

    bytes: dict[str, bytes]
    """Suffix → bytes."""
    updated: datetime
    weight: int
    """What it counts for in the size of a feed."""

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        return sum(map(len, self.bytes.values()))


@dataclass(slots=True)
class News:
    """What a build rendered or used and the database does not know yet."""

    fresh: dict[tuple[str, str], tuple[bytes, str | None]] = field(default_factory=dict)
    """Format and digest → bytes and problem."""
    stale: set[str] = field(default_factory=set)
    """Digests whose use was last noted long ago."""


@dataclass(slots=True)
class _Memory:
    """The pieces that this process used last, by what they follow from: a publication and the taxonomy's state."""

    pieces: "OrderedDict[tuple[int, int], Piece]" = field(default_factory=OrderedDict)
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[int, int]) -> Piece | None:
        with self.lock:
            found = self.pieces.get(key)
            if found is not None:
                self.pieces.move_to_end(key)
            return found

    def put(self, key: tuple[int, int], piece: Piece) -> None:
        with self.lock:
            if key not in self.pieces:
                self.pieces[key] = piece
                self.size += piece.size
            while self.size > MEMORY and len(self.pieces) > 1:
                self.size -= self.pieces.popitem(last=False)[1].size


_MEMORY = _Memory()


def of(session: Session, outlines: Sequence[Outline], *, now: datetime) -> tuple[list[Piece], News]:
    """The pieces of these items in their order, and what is to be remembered of them.

    All that an entry says follows from the newest due publication (its revision, and what came out before it) and
    from the names in the taxonomy; so these two are the key, and no text is read for what is in memory.
    """
    epoch = _epoch(session)
    held = {one.publication_id: _MEMORY.get((one.publication_id, epoch)) for one in outlines}
    missing = [number for number, piece in held.items() if piece is None]
    made, news = _made(session, missing, now) if missing else ({}, News())
    for number, piece in made.items():
        _MEMORY.put((number, epoch), piece)
    pieces = (held[one.publication_id] or made.get(one.publication_id) for one in outlines)
    return [piece for piece in pieces if piece is not None], news


def _epoch(session: Session) -> int:
    """The last change of names in the taxonomy."""
    return session.scalar(select(func.max(Change.id)).where(Change.kind == literal_column("'taxonomy'"))) or 0


def _made(session: Session, publications: list[int], now: datetime) -> tuple[dict[int, Piece], News]:
    """Pieces from texts: their bytes from the database, or rendered."""
    shown = listing.of_publications(session, publications, now=now)
    entries = {one.publication_id: assemble.survived(one) for one in shown}
    kept, news = _kept(session, {digest(entry) for entry in entries.values()})
    made = {}
    for number, entry in entries.items():
        name = digest(entry)
        found: dict[str, bytes] = {}
        for suffix, fmt in FORMATS.items():
            content = kept.get((suffix, name))
            if content is None:
                content, problem = render(fmt, entry)
                news.fresh[suffix, name] = (content, problem)
                if problem:
                    log.error("entry_made_safe", item=entry.id, format=suffix, problem=problem)
            found[suffix] = content
        made[number] = Piece(found, entry.updated, assemble.weight(entry))
    return made, news


def _kept(session: Session, names: set[str]) -> tuple[dict[tuple[str, str], bytes], News]:
    """The bytes that the database keeps of entries with these digests."""
    f, news = Fragment, News()
    found = {}
    versions = {suffix: fmt.version for suffix, fmt in FORMATS.items()}
    query = select(f.format, f.digest, f.writer, f.content, f.used_at).where(
        f.digest.in_(names), f.format.in_(versions)
    )
    for suffix, name, writer, content, used_at in session.execute(query):
        if versions[suffix] == writer:
            found[suffix, name] = content
            if clock.now() - used_at > _REMEMBER_EVERY:
                news.stale.add(name)
    return found, news


def remember(news: News) -> None:
    """Keeps what was rendered. A cache: where the database is busy, the next build keeps it instead."""
    if not news.fresh and not news.stale:
        return
    try:
        with transaction() as session:
            now = clock.now()
            for (suffix, name), (content, problem) in news.fresh.items():
                row = Fragment(format=suffix, digest=name, writer=FORMATS[suffix].version, content=content)
                row.problem, row.used_at = (problem or "")[:500], now
                session.merge(row)
            if news.stale:
                session.execute(update(Fragment).where(Fragment.digest.in_(news.stale)).values(used_at=now))
    except FeedsvcError as error:
        log.warning("fragments_not_kept", error=str(error))


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes what no feed has used for a month. Gives how many."""
    return int(session.execute(delete(Fragment).where(Fragment.used_at < now - KEEP)).rowcount)  # type: ignore[attr-defined]
