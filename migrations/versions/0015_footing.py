"""What the newest program says to older ones."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
oldest = "0014"
"""A program of that migration may work on these tables."""


def upgrade() -> None:
    """Adds a table; nothing that is there changes."""
    op.create_table(
        "footing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oldest", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footing")),
    )
