"""Boundaries of archives are known by their place; the number that older ones were given by counting goes on leading there."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table anew, with its rows: SQLite cannot give a table another primary key. They are one for fifty items."""
    moment = feedsvc.db.UTCDateTime(timezone=True)
    kept = sa.table(
        "archive",
        sa.column("feed_id", sa.Integer),
        sa.column("at", moment),
        sa.column("opening_id", sa.Integer),
        sa.column("number", sa.Integer),
    )
    rows = [dict(row) for row in op.get_bind().execute(sa.select(kept)).mappings()]
    op.drop_table("archive")
    made = op.create_table(
        "archive",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("opening_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_archive_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", "at", "opening_id", name=op.f("pk_archive")),
        sa.UniqueConstraint("feed_id", "number", name=op.f("uq_archive_feed_id_number")),
    )
    op.bulk_insert(made, rows)
