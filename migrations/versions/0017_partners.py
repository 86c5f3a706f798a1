"""What the gate found in entries; feeds that editors compose."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0017"
down_revision = "0015"
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
