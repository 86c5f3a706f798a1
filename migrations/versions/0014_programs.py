"""Programs: what their tokens are for, what they were answered, and in which order items changed."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = feedsvc.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    """Adds columns and a table; what is there gets its place in the order in which it was made."""
    op.add_column("api_token", sa.Column("name", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("translation", sa.Column("serial", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE translation SET serial = id")
    op.create_index("ix_translation_serial", "translation", ["serial", "id"])
    op.create_table(
        "answered",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_answered")),
    )
    op.create_index(op.f("ix_answered_at"), "answered", ["at"])
