"""The index itself: numbers under keys, as each database keeps them. Nothing here knows what a key means.

A number stands for a text, and a greater one for one that was published later: so the newest come first without sorting
where the database can walk its numbers, which is what makes words quick that nearly every text has.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

Put = tuple[int, str]
"""A number and its keys, with spaces between them."""


Expression = Sequence[Sequence[Collection[str]]]
"""One of these; of it all; of each of those any key. Keys are letters, digits, `_` and `-` alone: no database reads more into them."""

_PUT = {
    "sqlite": text("INSERT INTO search_words (rowid, words) VALUES (:number, :keys)"),
    "postgresql": text("INSERT INTO search_words VALUES (:number, array_to_tsvector(string_to_array(:keys, ' ')))"),
}
_DROP = {
    # https://www.sqlite.org/fts5.html#the_delete_command: it must be told what it holds.
    "sqlite": text("INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :number, :keys)"),
    "postgresql": text("DELETE FROM search_words WHERE number = :number"),
}
_CLEAR = {
    "sqlite": text("INSERT INTO search_words (search_words) VALUES ('delete-all')"),
    # Not TRUNCATE: whoever reads an older state, as a backup does, would find it empty.
    "postgresql": text("DELETE FROM search_words"),
}
_COUNT = text("SELECT count(*) FROM search_words")
_MERGE = text("INSERT INTO search_words (search_words, rank) VALUES ('merge', :pages)")
_PAGES = 500
_CHANGES = text("SELECT total_changes()")
_ANALYSE = text("ANALYZE search_words")
_THERE = text("SELECT word FROM search_words_known WHERE word IN :words").bindparams(bindparam("words", expanding=True))
_KNOW = text("INSERT INTO search_words_known (word) VALUES (:word) ON CONFLICT DO NOTHING")
_BEGINNING = text(
    "SELECT word FROM search_words_known WHERE word >= :from AND word < :to ORDER BY length(word), word LIMIT :most"
)
_CHUNK = 5_000
WINDOW = 500
"""The newest texts that PostgreSQL looks through one by one, before it asks the index."""


def _engine(session: Session) -> str:
    return session.get_bind().dialect.name


def put(session: Session, rows: Iterable[Put]) -> None:
    """Takes numbers in."""
    given = [{"number": number, "keys": keys} for number, keys in rows]
    if given:
        session.execute(_PUT[_engine(session)], given)


def drop(session: Session, numbers: Collection[int], keys_of: Callable[[int], str]) -> None:
    """Takes numbers out. `keys_of`: what each was put in with; not every database asks."""
    if _engine(session) == "sqlite":
        given = [{"number": number, "keys": keys_of(number)} for number in numbers]
    else:
        given = [{"number": number} for number in numbers]
    if given:
        session.execute(_DROP[_engine(session)], given)


def clear(session: Session) -> None:
    """Takes everything out."""
    session.execute(_CLEAR[_engine(session)])


def count(session: Session) -> int | None:
    """How many numbers are in; None where the database does not say: SQLite's index keeps no list of them."""
    return None if _engine(session) == "sqlite" else session.scalar(_COUNT)


def settle(session: Session, *, begin: bool) -> bool:
    """Puts in order some of what came in bit by bit, after many thousands. `begin`: the first time; whether there is more."""
    if _engine(session) != "sqlite":
        session.execute(_ANALYSE)
        return False
    # https://www.sqlite.org/fts5.html#the_merge_command: at one stroke it would keep other writers waiting for seconds.
    before = session.scalar(_CHANGES) or 0
    session.execute(_MERGE, {"pages": -_PAGES if begin else _PAGES})
    return (session.scalar(_CHANGES) or 0) - before > 1


def look_up(session: Session, sought: Expression, *, least: int | None, below: int | None, most: int) -> list[int]:
    """The greatest numbers under an expression, from `below` (exclusive) down to `least`, where there are such bounds."""
    asked: dict[str, Any] = {"most": most}
    asked |= {name: value for name, value in (("least", least), ("below", below)) if value is not None}
    bounded = (least is not None, below is not None)
    if _engine(session) == "sqlite":
        return list(session.scalars(_walking(*bounded), asked | {"sought": _fts5(sought)}))
    asked["sought"] = _tsquery(sought)
    found = list(session.scalars(_newest(*bounded), asked | {"window": WINDOW}))
    if len(found) == most:
        return found
    # An index of words has no order, and the planner does not know how much longer reading every text takes.
    session.execute(_NO_SCAN)
    found = list(session.scalars(_indexed(*bounded), asked))
    session.execute(_SCAN)
    return found


def _bounds(number: str, has_least: bool, has_below: bool) -> str:  # noqa: FBT001  # as those below
    """Conditions that bind nothing are left out."""
    return (f" AND {number} >= :least" if has_least else "") + (f" AND {number} < :below" if has_below else "")


@cache
def _walking(has_least: bool, has_below: bool) -> TextClause:  # noqa: FBT001  # a cache's key
    """SQLite walks the numbers of all words at once, from the greatest on."""
    return text(
        f"SELECT rowid FROM search_words WHERE search_words MATCH :sought{_bounds('rowid', has_least, has_below)} "  # noqa: S608
        "ORDER BY rowid DESC LIMIT :most"
    )


@cache
def _newest(has_least: bool, has_below: bool) -> TextClause:  # noqa: FBT001  # a cache's key
    """Common words: enough of the newest texts have them."""
    newest = f"SELECT number, words FROM search_words WHERE true{_bounds('number', has_least, has_below)}"  # noqa: S608
    return text(
        f"SELECT number FROM ({newest} ORDER BY number DESC LIMIT :window) AS newest "  # noqa: S608
        "WHERE words @@ CAST(:sought AS tsquery) ORDER BY number DESC LIMIT :most"
    )


@cache
def _indexed(has_least: bool, has_below: bool) -> TextClause:  # noqa: FBT001  # a cache's key
    """Rarer words: all texts that have them, the sum keeping the planner from any other index."""
    return text(
        "SELECT number FROM search_words WHERE words @@ CAST(:sought AS tsquery)"  # noqa: S608
        f"{_bounds('number + 0', has_least, has_below)} ORDER BY number + 0 DESC LIMIT :most"
    )


_NO_SCAN, _SCAN = text("SET LOCAL enable_seqscan = off"), text("SET LOCAL enable_seqscan = on")


def known(session: Session, words: Collection[str]) -> None:
    """Writes down words that are in use. They are never forgotten: what leads nowhere costs nothing."""
    there = set()
    ordered = sorted(words)
    for start in range(0, len(ordered), _CHUNK):
        there |= set(session.scalars(_THERE, {"words": ordered[start : start + _CHUNK]}))
    fresh = [{"word": word} for word in ordered if word not in there]
    if fresh:
        session.execute(_KNOW, fresh)


def beginning(session: Session, letters: str, most: int) -> list[str]:
    """The shortest words in use that begin so."""
    after = letters[:-1] + chr(ord(letters[-1]) + 1)
    return list(session.scalars(_BEGINNING, {"from": letters, "to": after, "most": most}))


def _fts5(sought: Expression) -> str:
    """https://www.sqlite.org/fts5.html#full_text_query_syntax."""
    return _written(sought, " OR ", " AND ", '"')


def _tsquery(sought: Expression) -> str:
    """https://www.postgresql.org/docs/15/datatype-textsearch.html#DATATYPE-TSQUERY."""
    return _written(sought, " | ", " & ", "'")


def _written(sought: Expression, either: str, both: str, quote: str) -> str:
    def any_of(keys: Collection[str]) -> str:
        return f"({either.join(f'{quote}{key}{quote}' for key in keys)})"

    return either.join(f"({both.join(any_of(keys) for keys in terms)})" for terms in sought)
