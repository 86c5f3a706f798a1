"""What the gate found in entries; feeds that editors compose; feeds for one reader each."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
oldest = "0014"
"""A program of that migration may work on these tables."""

MOMENT = feedsvc.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    """Adds a column, an index and tables; nothing that is there changes."""
    op.add_column("rendered", sa.Column("findings", sa.String(length=2000), nullable=False, server_default=""))
    op.create_index(
        "ix_rendered_findings",
        "rendered",
        ["publication_id"],
        sqlite_where=sa.text("findings <> ''"),
        postgresql_where=sa.text("findings <> ''"),
    )
    op.create_index(
        "ix_change_brings_many",
        "change",
        ["id"],
        sqlite_where=sa.text("kind IN ('import', 'scopes', 'unhold')"),
        postgresql_where=sa.text("kind IN ('import', 'scopes', 'unhold')"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=60), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("pictures", sa.Boolean(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_saved_filter_created_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("guid", name=op.f("uq_saved_filter_guid")),
        sa.UniqueConstraint("slug", name=op.f("uq_saved_filter_slug")),
    )
    op.create_table(
        "private_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("filter_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted", sa.String(length=64), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('partner', 'embargo')", name=op.f("ck_private_feed_kind")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_private_feed_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["saved_filter.id"], name=op.f("fk_private_feed_filter_id_saved_filter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_private_feed_digest")),
        sa.UniqueConstraint("guid", name=op.f("uq_private_feed_guid")),
    )
    op.create_index(op.f("ix_private_feed_filter_id"), "private_feed", ["filter_id"])
    op.create_table(
        "private_reading",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["private_feed.id"], name=op.f("fk_private_reading_feed_id_private_feed")),
        sa.PrimaryKeyConstraint("feed_id", "day", "format", "status", "family", name=op.f("pk_private_reading")),
    )
    op.create_table(
        "embargo_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_embargo_terms_created_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargo_terms")),
    )
