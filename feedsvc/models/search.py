"""What search has taken in. The words themselves lie in a table that each database makes its own way."""

from typing import Any

from sqlalchemy import DDL, BigInteger, ForeignKey, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base

# `search_words` and all whose names begin so are no models, as no two databases agree on them.
SQLITE = (
    # Neither texts nor positions are kept: numbers alone. https://www.sqlite.org/fts5.html#contentless_tables
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='', columnsize=0, detail=none, tokenize=\"ascii tokenchars '_-'\")",
    "CREATE TABLE search_words_known (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
)
POSTGRESQL = (
    "CREATE TABLE search_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    # The words lie apart, so that a list of thousands of numbers is read from few pages.
    "ALTER TABLE search_words ALTER COLUMN words SET STORAGE EXTERNAL",
    "ALTER TABLE search_words SET (toast_tuple_target = 128)",
    # Without a list of what is still to be put in, which every reader would have to go through.
    "CREATE INDEX ix_search_words ON search_words USING gin (words) WITH (fastupdate = off)",
    'CREATE TABLE search_words_known (word TEXT COLLATE "C" PRIMARY KEY)',
)


class Searchable(Base):
    """A translation that is in the index, by the publication that was public when it was taken in."""

    __tablename__ = "searchable"

    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Its place in the index: the greater, the later it was first published; see newsroom/indexing.py."""
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    subjects: Mapped[str] = mapped_column(Text)
    """The keys that come from the taxonomy, whose names may change: they must be known to take the item out again."""


for _engine, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        _made: Any = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's
        event.listen(Searchable.__table__, "after_create", _made.execute_if(dialect=_engine))
