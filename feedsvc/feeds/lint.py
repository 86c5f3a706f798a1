"""Every public feed held to what it must be, from its rows: the entries as the gate sees them, the documents as readers do.

The same check stands before the shelf (formats/gate.py); this one also tells of what was rendered before there was a gate.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from feedsvc import words
from feedsvc.characters import one_line
from feedsvc.feeds import addresses, assemble, caps, contents, filtered, pieces, which
from feedsvc.feeds.pieces import Piece
from feedsvc.formats import gate
from feedsvc.formats.fragment import render
from feedsvc.formats.gate import Finding
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Feed, Fragment, Publication, Rendered, SavedFilter
from feedsvc.newsroom import filters, listing
from feedsvc.newsroom.listing import NEWS, Outline, Place
from feedsvc.newsroom.public import Shown

BATCH = 100
"""Entries that are looked at in one transaction."""
_ID = re.compile(rb"<id>(.*?)</id>")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong."""

    where: str
    """A feed's address, or an item's."""
    sentence: str


def feed(session: Session, row: Feed, *, now: datetime) -> Iterator[Told]:
    """What is wrong with a feed's documents; nothing of one that readers do not know yet."""
    if which.opened(session, row, now=now) is None:
        return
    found = contents.at(session, row, now=now)
    address = addresses.feed_url(row.scope, row.language)
    for suffix in FORMATS:
        body = contents.written(found.doc, found.entries, suffix).body
        fault = gate.document_fault(suffix, body, found.doc)
        if fault:
            yield Told(f"{address}.{suffix}", f"It may not go out: {fault}.")


def composed(session: Session, row: SavedFilter, language: str, *, now: datetime) -> Iterator[Told]:
    """What is wrong with a saved filter's feed in a language, its profile's rules included."""
    address, choice, largest, count = (
        addresses.feed_url(filtered.scope(row.slug), language),
        filters.choice_of(row),
        0,
        0,
    )
    for suffix in FORMATS:
        doc, entries = filtered.document(session, row, language, suffix, now=now)
        body = contents.written(doc, entries, suffix).body
        largest, count = max(largest, len(body)), len(entries)
        fault = gate.document_fault(suffix, body, doc)
        if fault:
            yield Told(f"{address}.{suffix}", f"It may not go out: {fault}.")
    shown = caps.carried(session, choice, language, now=now, limit=choice.most)
    lacks = [
        (addresses.item_url(one.language, one.revision.slug), found)
        for one, found in caps.of_items(choice, shown, now=now)
    ]
    for where, found in [*((address, one) for one in caps.of_feed(choice, count, largest)), *lacks]:
        yield Told(where, words.say("en", gate.SENTENCES[found.code], **found.values))


def page(session: Session, language: str, before: Place | None, *, now: datetime) -> tuple[list[Told], Place | None]:
    """What is wrong with the next public items of a language, from the newest on, and where to go on; None at the end."""
    rows = listing.outlines(session, language, NEWS, now=now, limit=BATCH, before=before)
    return list(entries(session, rows, now=now)), rows[-1].place if len(rows) == BATCH else None


def entries(session: Session, outlines: Sequence[Outline], *, now: datetime) -> Iterator[Told]:
    """What is wrong with these public items' entries: each is made anew from its text and held against what is served."""
    served, _ = pieces.of(session, outlines, made_with=pieces.made_with(session), now=now)
    by_publication = {one.publication_id: piece for one, piece in zip(outlines, served, strict=True)}
    moved = _renamed(session, list(by_publication))
    for shown in listing.of_publications(session, list(by_publication), now=now):
        where = addresses.item_url(shown.language, one_line(shown.revision.slug))
        found = list(_findings(shown, by_publication[shown.publication_id], now))
        if shown.publication_id in moved:
            found.append(Finding("id_changed"))
        for one in found:
            yield Told(where, words.say("en", gate.SENTENCES[one.code], **one.values))


def _findings(shown: Shown, served: Piece, now: datetime) -> Iterator[Finding]:
    """What is wrong with an entry, whatever its form."""
    entry = assemble.survived(shown)
    yield from gate.findings(entry, now=now)
    made = {suffix: render(fmt, entry) for suffix, fmt in FORMATS.items()}
    if any(not fragment for fragment, _ in made.values()):
        yield Finding("left_out")
    elif any(problem for _, problem in made.values()):
        yield Finding("simplified")
    if any(served.bytes[suffix] != fragment for suffix, (fragment, _) in made.items()):
        yield Finding("stale")


def _renamed(session: Session, publications: list[int]) -> set[int]:
    """Those of these publications whose items were rendered under several ids, as far as entries of before are kept."""
    p, other = Publication, aliased(Publication)
    query = (
        select(p.id, Fragment.content)
        .join(other, other.translation_id == p.translation_id)
        .join(Rendered, Rendered.publication_id == other.id)
        .join(Fragment, (Fragment.digest == Rendered.digest) & (Fragment.format == "atom"))
        .where(p.id.in_(publications))
    )
    ids: dict[int, set[bytes]] = {}
    for number, content in session.execute(query):
        ids.setdefault(number, set()).update(match.group(1) for match in [_ID.search(content)] if match)
    return {number for number, found in ids.items() if len(found) > 1}
