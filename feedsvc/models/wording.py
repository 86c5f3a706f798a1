"""The words of every text at the desk, as its search looks them up."""

from typing import Any

from sqlalchemy import DDL, ForeignKey, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Wording(Base):
    """What the newest text of a translation says, for the desk's search alone: no reader's page may ask this table."""

    __tablename__ = "wording"

    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"), primary_key=True, autoincrement=False)
    headline: Mapped[str] = mapped_column(String(400), index=True)
    """Folded as names are looked up: two items under one headline meet here."""
    words: Mapped[str] = mapped_column(Text)
    """Each word once, bare of case and accents, with one blank between two."""


INDEX = "wording_index"
"""SQLite's index of words, a table to it, with more tables behind; PostgreSQL's is `ix_wording_words`."""
_MADE = "INSERT INTO wording_index(rowid, words) VALUES (new.translation_id, new.words); "
_GONE = "INSERT INTO wording_index(wording_index, rowid, words) VALUES ('delete', old.translation_id, old.words); "
SQLITE = (
    # The words are bare already, so that blanks alone divide them. `detail=none`: who has a word, and not where.
    (
        "CREATE VIRTUAL TABLE wording_index USING fts5(words, content='wording', content_rowid='translation_id', "
        "tokenize='ascii', prefix='2 3', detail=none, columnsize=0)"
    ),
    f"CREATE TRIGGER wording_made AFTER INSERT ON wording BEGIN {_MADE}END",
    f"CREATE TRIGGER wording_changed AFTER UPDATE OF words ON wording BEGIN {_GONE}{_MADE}END",
    f"CREATE TRIGGER wording_gone AFTER DELETE ON wording BEGIN {_GONE}END",
)
POSTGRESQL = ("CREATE INDEX ix_wording_words ON wording USING gin (array_to_tsvector(string_to_array(words, ' ')))",)


def is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """Whether a table or an index of the database is one that the models know: for who compares the two."""
    return not (name or "").startswith((INDEX, "ix_wording_words"))


for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        # No name of these holds a percent sign, which DDL would read as a place to fill in.
        _made = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(Wording.__table__, "after_create", _made)
