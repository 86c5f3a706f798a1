"""The words of every newest text for the desk's search, and who wants no keys that are one letter."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from feedsvc.newsroom import wording

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 500


def upgrade() -> None:
    """Makes the table and fills it: about half a minute for 100,000 texts."""
    op.add_column("user", sa.Column("single_keys", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "wording",
        sa.Column("translation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("headline", sa.String(length=400), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_wording_translation_id_translation")
        ),
        sa.PrimaryKeyConstraint("translation_id", name=op.f("pk_wording")),
    )
    _fill()
    op.create_index("ix_wording_headline", "wording", ["headline"])
    (_index_sqlite if op.get_bind().dialect.name == "sqlite" else _index_postgresql)()


def _fill() -> None:
    """The words of what is there, in batches, since a newsroom's texts together are larger than memory may be."""
    behind = 0
    while rows := _texts(behind):
        names = _authors([row.head_id for row in rows])
        op.bulk_insert(sa.table("wording", *_columns()), [_row(row, names.get(row.head_id, "")) for row in rows])
        behind = rows[-1].id


def _columns() -> list[sa.Column[Any]]:
    return [sa.column("translation_id", sa.Integer), sa.column("headline", sa.String), sa.column("words", sa.Text)]


def _texts(behind: int) -> list[Any]:
    found = sa.text(
        "SELECT t.id, t.head_id, r.headline, r.subhead, r.dateline, r.summary, r.slug, r.body_html "
        "FROM translation t JOIN revision r ON r.id = t.head_id WHERE t.id > :behind ORDER BY t.id LIMIT :many"
    )
    return list(op.get_bind().execute(found, {"behind": behind, "many": BATCH}))


def _authors(revisions: list[int]) -> dict[int, str]:
    """Revision → its by-lines."""
    asked = sa.text("SELECT revision_id, name FROM revision_author WHERE revision_id IN :those")
    found: dict[int, str] = {}
    for number, name in op.get_bind().execute(
        asked.bindparams(sa.bindparam("those", expanding=True)), {"those": revisions}
    ):
        found[number] = f"{found.get(number, '')} {name}"
    return found


def _row(row: Any, authors: str) -> dict[str, Any]:
    others = (row.subhead, row.dateline, row.summary, row.slug, authors)
    made = wording.columns(row.headline, others, row.body_html)  # Whatever else it says later is no column yet.
    return {"translation_id": row.id, "headline": made["headline"], "words": made["words"]}


def _index_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE wording_index USING fts5(words, content='wording', content_rowid='translation_id', "
        "tokenize='ascii', prefix='2 3', detail=none, columnsize=0)"
    )
    op.execute("INSERT INTO wording_index(wording_index) VALUES ('rebuild')")
    gone = "INSERT INTO wording_index(wording_index, rowid, words) VALUES ('delete', old.translation_id, old.words); "
    made = "INSERT INTO wording_index(rowid, words) VALUES (new.translation_id, new.words); "
    op.execute(f"CREATE TRIGGER wording_made AFTER INSERT ON wording BEGIN {made}END")
    op.execute(f"CREATE TRIGGER wording_changed AFTER UPDATE OF words ON wording BEGIN {gone}{made}END")
    op.execute(f"CREATE TRIGGER wording_gone AFTER DELETE ON wording BEGIN {gone}END")


def _index_postgresql() -> None:
    op.execute("CREATE INDEX ix_wording_words ON wording USING gin (array_to_tsvector(string_to_array(words, ' ')))")
