"""Search: the index's tables, and for each publication whether the index has followed it. The ticker fills it, the newest first."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='', columnsize=0, detail=none, tokenize=\"ascii tokenchars '_-'\")",
    "CREATE TABLE search_words_known (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
)
POSTGRESQL = (
    "CREATE TABLE search_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "ALTER TABLE search_words ALTER COLUMN words SET STORAGE EXTERNAL",
    "ALTER TABLE search_words SET (toast_tuple_target = 128)",
    "CREATE INDEX ix_search_words ON search_words USING gin (words) WITH (fastupdate = off)",
    'CREATE TABLE search_words_known (word TEXT COLLATE "C" PRIMARY KEY)',
)


def upgrade() -> None:
    """Adds two tables, a column and its index; nothing that is there changes."""
    op.create_table(
        "searchable",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_searchable_translation_id_translation")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_searchable_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("translation_id", name=op.f("pk_searchable")),
        sa.UniqueConstraint("number", name=op.f("uq_searchable_number")),
    )
    for statement in SQLITE if op.get_context().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.add_column("publication", sa.Column("indexed_at", feedsvc.db.UTCDateTime(timezone=True), nullable=True))
    waiting = sa.text("indexed_at IS NULL AND cancelled_at IS NULL")
    op.create_index("ix_publication_unindexed", "publication", ["at"], sqlite_where=waiting, postgresql_where=waiting)
