"""The desk's search: items of any state by their words, their address or their number; subjects and people by name.

An item is found where each word that was typed begins one of its own. The last written comes first, since that is the
order in which both databases' indexes of words are read without sorting what every item has in common.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sqlalchemy import cast, column, func, literal_column, or_, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.models import Contact, Item, Tag, Translation, User, Wording
from feedsvc.models.wording import INDEX
from feedsvc.newsroom import standing
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.subjects import TABLES
from feedsvc.newsroom.wording import words_in

LONGEST = 200
"""Characters of a question that are looked at."""
MOST_WORDS = 8
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|/)\S+", re.IGNORECASE)
_SPANS = (500, 8_000, 128_000, 10**9)
"""How many texts PostgreSQL looks among at once, the newest first."""
_INDEX = table(INDEX, column("rowid"), column(INDEX))


@dataclass(frozen=True, slots=True)
class Subject:
    """A category, tag or organisation that was found."""

    kind: str
    """category, tag or organisation: what its address begins with."""
    sort: str
    """category, theme, person, place or organisation."""
    slug: str
    name: str


def items(
    session: Session, asked: str, *, now: datetime, limit: int, before: int | None = None
) -> list[tuple[int, Standing]]:
    """The items that are meant, the last written first, each with its place; `before` is the place of the last one seen."""
    asked = asked[:LONGEST].strip()
    rows = _identified(session, asked) if before is None else []
    if not rows:
        numbers = _numbers(session, _words(asked), before, limit)
        loaded = select(Translation).where(Translation.id.in_(numbers)).options(*standing.NAMED)
        rows = list(session.scalars(loaded.order_by(Translation.id.desc())))
    return [(here.translation.id, here) for here in standing.several(session, rows, now=now)]


def _identified(session: Session, asked: str) -> list[Translation]:
    """The item whose number stands in what was typed, be it an address at the desk or the id that feeds give."""
    found = _KEY.search(asked)
    by_key = [Item.key == found[0].lower()] if found else []
    query = select(Translation).join(Item).where(or_(Item.guid == asked, *by_key)).options(*standing.NAMED)
    return list(session.scalars(query.order_by(Translation.id.desc()).limit(50))) if asked else []


def _words(asked: str) -> list[str]:
    """The words to look for. Of an address, be it with its host or without, the last part: an item's slug."""
    if _ADDRESS.fullmatch(asked):
        asked = unquote(re.split("[?#]", asked)[0].rstrip("/").rpartition("/")[2].partition(".")[0])
    return list(dict.fromkeys(words_in(asked)))[:MOST_WORDS]


def _numbers(session: Session, words: list[str], before: int | None, limit: int) -> list[int]:
    """The translations that have all these words. A single letter is a whole word, or everything would be found."""
    if not words:
        return []
    if session.connection().dialect.name == "postgresql":
        return _on_postgresql(session, words, before, limit)
    return _on_sqlite(session, words, before, limit)


def _on_sqlite(session: Session, words: list[str], before: int | None, limit: int) -> list[int]:
    """Source: https://sqlite.org/fts5.html#fts5_query_syntax"""
    asked = " AND ".join(f'"{word}"' + ("*" if len(word) > 1 else "") for word in words)
    query = select(_INDEX.c.rowid).where(_INDEX.c[INDEX].op("MATCH")(asked))
    if before is not None:
        query = query.where(_INDEX.c.rowid < before)
    return list(session.scalars(query.order_by(_INDEX.c.rowid.desc()).limit(limit)))


def _on_postgresql(session: Session, words: list[str], before: int | None, limit: int) -> list[int]:
    """Its index gives what has a word in no order, so the newest texts are asked first, then ever more of the older ones.

    Whatever it guesses, it shall neither read all texts nor walk through them by number: words that nobody uses would
    take it many seconds. Source: https://www.postgresql.org/docs/15/datatype-textsearch.html#DATATYPE-TSQUERY
    """
    asked = " & ".join(f"'{word}'" + (":*" if len(word) > 1 else "") for word in words)
    number, blank = Wording.translation_id, "' '"
    vector = func.array_to_tsvector(func.string_to_array(Wording.words, literal_column(blank)))
    have = select(number).where(vector.op("@@")(cast(asked, TSQUERY))).order_by(number.desc())
    end = before if before is not None else (session.scalar(select(func.max(number))) or 0) + 1
    found: list[int] = []
    _walk(session, "off")
    for span in _SPANS:
        start = max(end - span, 0)
        found += session.scalars(have.where(number < end, number >= start).limit(limit - len(found)))
        end = start
        if len(found) == limit or not end:
            break
    _walk(session, "on")
    return found


def _walk(session: Session, wanted: str) -> None:
    """Whether the server may read tables from end to end or in an index's order, until this transaction's end."""
    for way in ("enable_seqscan", "enable_indexscan"):
        session.execute(text(f"SET LOCAL {way} = {wanted}"))


def subjects(session: Session, asked: str, *, limit: int) -> list[Subject]:
    """Categories, tags and organisations with all of this in their name, or in their address."""
    name, slug = folded(asked[:LONGEST]), "-".join(words_in(asked[:LONGEST]))
    found: list[Subject] = []
    for kind, rows in TABLES.items() if slug else ():
        same = or_(rows.folded.contains(name, autoescape=True), rows.slug.contains(slug, autoescape=True))
        query = select(rows).where(same).order_by(rows.folded, rows.id).limit(limit - len(found))
        found += [
            Subject(kind, row.kind if isinstance(row, Tag) else kind, row.slug, row.name)
            for row in (session.scalars(query) if len(found) < limit else ())
        ]
    return found


def people(session: Session, asked: str, table: type[User] | type[Contact], *, limit: int) -> list[tuple[int, str]]:
    """Number and name of colleagues or contacts whose name, address or telephone number begins so. There are few of
    them, so that all are looked at.
    """
    words = words_in(asked[:LONGEST])
    phone: Any = Contact.phone if table is Contact else literal_column("''")
    found: list[tuple[int, str]] = []
    query = select(table.id, table.name, table.email, phone).order_by(table.name, table.id)
    for number, name, email, called in session.execute(query) if words else ():
        said = words_in(f"{name} {email} {called}")
        if all(any(one.startswith(word) for one in said) for word in words):
            found.append((number, name))
        if len(found) == limit:
            break
    return found
