"""Rendered entries: from what is public to bytes in every format, each rendered once and then kept.

All that an entry says follows from the newest due publication (its revision, and what came out before it), from the
names in the taxonomy, and from the newsroom's address. So a feed is joined from memory, or from rows of finished
bytes; texts are read and rendered for what nobody rendered before.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.db import transaction
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import assemble, findings
from feedsvc.formats import gate, tidy
from feedsvc.formats.document import Withdrawal, digest
from feedsvc.formats.fragment import render
from feedsvc.formats.gate import Finding
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Change, Fragment, Rendered
from feedsvc.models.record import REMAKES
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import Outline

log = structlog.get_logger()

KEEP = timedelta(days=30)
_REMEMBER_EVERY = timedelta(days=7)
MEMORY = 8_000_000
"""Bytes of rendered entries that one process holds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry in every format."""

    digest: str
    hashes: dict[str, bytes]
    """Suffix → hash of the bytes."""
    bytes: dict[str, bytes]
    """Suffix → bytes."""
    updated: datetime
    weight: int
    """What it counts for in the size of a feed."""
    gone: bool = False
    """Whether it stands in the place of an item that was taken back."""


def _piece(name: str, rendered: dict[str, bytes], updated: datetime, weight: int, *, gone: bool = False) -> Piece:
    hashes = {suffix: hashlib.blake2b(content, digest_size=16).digest() for suffix, content in rendered.items()}
    return Piece(name, hashes, rendered, updated, weight, gone)


@dataclass(slots=True)
class News:
    """What a build found out and the database does not know yet."""

    made_with: str = ""
    rendered: dict[int, Piece] = field(default_factory=dict)
    """By publication."""
    problems: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """Format and digest of what was just rendered → why it had to be simplified, if it had."""
    findings: dict[int, list[Finding]] = field(default_factory=dict)
    """Publication → what the gate found in its entry; see feeds/lint.py."""
    stale: set[str] = field(default_factory=set)
    """Digests whose use was last noted long ago."""

    def __bool__(self) -> bool:
        return bool(self.rendered or self.stale)


@dataclass(slots=True)
class _Memory:
    """The pieces that this process used last, by publication and by what they were made with."""

    pieces: "OrderedDict[tuple[int, str], Piece]" = field(default_factory=OrderedDict)
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, numbers: Iterable[int], made_with: str) -> dict[int, Piece]:
        """Those of these publications that are here."""
        found = {}
        with self.lock:
            for number in numbers:
                piece = self.pieces.get((number, made_with))
                if piece is not None:
                    self.pieces.move_to_end((number, made_with))
                    found[number] = piece
        return found

    def put(self, pieces: dict[int, Piece], made_with: str) -> None:
        """Holds these, and lets go of what was used longest ago."""
        with self.lock:
            for number, piece in pieces.items():
                if (number, made_with) not in self.pieces:
                    self.pieces[number, made_with] = piece
                    self.size += _size(piece)
            while self.size > MEMORY and len(self.pieces) > 1:
                self.size -= _size(self.pieces.popitem(last=False)[1])


def _size(piece: Piece) -> int:
    return sum(map(len, piece.bytes.values()))


_MEMORY = _Memory()


def forget() -> None:
    """Lets go of what this process remembers: its numbers may mean other things in the database by now."""
    with _MEMORY.lock:
        _MEMORY.pieces.clear()
        _MEMORY.size = 0


@lru_cache(maxsize=512)
def of_withdrawal(gone: Withdrawal) -> Piece:
    """What stands in the place of an item that was taken back: a few words, made anew by whoever needs them."""
    rendered = {suffix: fmt.write_withdrawal(tidy.withdrawal(gone)) for suffix, fmt in FORMATS.items()}
    name = hashlib.blake2b(repr(gone).encode("ascii", "backslashreplace"), digest_size=16).hexdigest()
    return _piece(name, rendered, gone.at, 0, gone=True)


def of(session: Session, outlines: Sequence[Outline], *, made_with: str, now: datetime) -> tuple[list[Piece], News]:
    """The pieces of these items in their order, and what is to be remembered of them. `made_with`: see the function."""
    news = News(made_with)
    numbers = [one.publication_id for one in outlines]
    newsroom = f"{news.made_with} {settings.current().database}"
    found = _MEMORY.get(numbers, newsroom)
    missing = [number for number in numbers if number not in found]
    if missing:
        stored = _stored(session, missing, news)
        unknown = [number for number in missing if number not in stored]
        made = stored | (_rendered(session, unknown, news, now) if unknown else {})
        _MEMORY.put(made, newsroom)
        found |= made
    return [found[number] for number in numbers if number in found], news


_ANEW = select(func.max(Change.id)).where(text(REMAKES))


def made_with(session: Session) -> str:
    """What entries depend on besides their publications."""
    anew = session.scalar(_ANEW) or 0
    current = settings.current()
    fields = [anew, current.public_url, current.main_language, assemble.VERSION]
    return hashlib.blake2b(json.dumps(fields).encode(), digest_size=16).hexdigest()


_ROWS = select(Rendered.publication_id, Rendered.digest, Rendered.updated, Rendered.weight).where(
    Rendered.publication_id.in_(bindparam("numbers", expanding=True)), Rendered.made_with == bindparam("made_with")
)


def _stored(session: Session, publications: list[int], news: News) -> dict[int, Piece]:
    """The pieces whose bytes the database keeps in every format."""
    rows = session.execute(_ROWS, {"numbers": publications, "made_with": news.made_with}).all()
    kept = _kept(session, [row.digest for row in rows], news)
    return {
        row.publication_id: _piece(row.digest, kept[row.digest], row.updated, row.weight)
        for row in rows
        if len(kept.get(row.digest, ())) == len(FORMATS)
    }


_BYTES = select(Fragment.format, Fragment.digest, Fragment.writer, Fragment.content, Fragment.used_at).where(
    Fragment.format.in_(list(FORMATS)), Fragment.digest.in_(bindparam("names", expanding=True))
)


def _kept(session: Session, names: list[str], news: News) -> dict[str, dict[str, bytes]]:
    """Digest → format → bytes, of what the database keeps."""
    found: dict[str, dict[str, bytes]] = {}
    old = clock.now() - _REMEMBER_EVERY
    for suffix, name, writer, content, used_at in session.execute(_BYTES, {"names": names}):
        if FORMATS[suffix].version == writer:
            found.setdefault(name, {})[suffix] = content
            if used_at < old:
                news.stale.add(name)
    return found


def _rendered(session: Session, publications: list[int], news: News, now: datetime) -> dict[int, Piece]:
    """Pieces made from texts; what the database keeps of their bytes is taken from there."""
    shown = listing.of_publications(session, publications, now=now)
    entries = {one.publication_id: assemble.survived(one) for one in shown}
    kept = _kept(session, [digest(entry) for entry in entries.values()], news)
    for number, entry in entries.items():
        name = digest(entry)
        found = dict(kept.get(name, {}))
        told = list(gate.findings(entry, now=now))
        for suffix, fmt in FORMATS.items():
            if suffix not in found:
                found[suffix], problem = render(fmt, entry)
                news.problems[suffix, name] = problem
                if problem:
                    log.error("entry_made_safe", item=entry.id, format=suffix, problem=problem)
                    told.append(gate.Finding("simplified" if found[suffix] else "left_out"))
        news.rendered[number] = _piece(name, found, entry.updated, assemble.weight(entry))
        news.findings[number] = told
    return {number: news.rendered[number] for number in entries}


def remember(news: News) -> None:
    """Keeps what was found out. A cache: where the database is busy, the next build keeps it instead."""
    if not news:
        return
    try:
        with transaction() as session:
            _keep(session, news, clock.now())
    except FeedsvcError as error:
        log.warning("fragments_not_kept", error=str(error))


def _keep(session: Session, news: News, now: datetime) -> None:
    f, r = Fragment, Rendered
    pieces = {piece.digest: piece for piece in news.rendered.values()}
    there = {(suffix, name) for suffix, name in session.execute(select(f.format, f.digest).where(_current(pieces)))}
    fresh: list[dict[str, Any]] = [
        {
            "format": suffix,
            "digest": name,
            "writer": FORMATS[suffix].version,
            "content": pieces[name].bytes[suffix],
            "problem": (problem or "")[:500],
            "used_at": now,
        }
        for (suffix, name), problem in news.problems.items()
        if (suffix, name) not in there
    ]
    if fresh:
        session.execute(insert(f), fresh)
    if news.rendered:
        session.execute(delete(r).where(r.publication_id.in_(news.rendered)))
        rows = [
            {
                "publication_id": number,
                "made_with": news.made_with,
                "digest": piece.digest,
                "updated": piece.updated,
                "weight": piece.weight,
                "findings": findings.kept(news.findings.get(number, [])),
            }
            for number, piece in news.rendered.items()
        ]
        session.execute(insert(r), rows)
    if news.stale:
        session.execute(update(f).where(f.digest.in_(news.stale)).values(used_at=now))


def _current(names: Iterable[str]) -> Any:
    """SQL: fragments of these entries by today's writers."""
    f = Fragment
    versions = {suffix: fmt.version for suffix, fmt in FORMATS.items()}
    of_today = [(f.format == suffix) & (f.writer == version) for suffix, version in versions.items()]
    either = of_today[0]
    for one in of_today[1:]:
        either |= one
    return f.digest.in_(list(names)) & either


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes what no feed has used for a month. Gives how many."""
    return int(session.execute(delete(Fragment).where(Fragment.used_at < now - KEEP)).rowcount)  # type: ignore[attr-defined]
