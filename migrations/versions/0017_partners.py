"""What the gate found in entries."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None
oldest = "0014"
"""A program of that migration may work on these tables."""


def upgrade() -> None:
    """Adds a column and an index; nothing that is there changes."""
    op.add_column("rendered", sa.Column("findings", sa.String(length=2000), nullable=False, server_default=""))
    op.create_index(
        "ix_rendered_findings",
        "rendered",
        ["publication_id"],
        sqlite_where=sa.text("findings <> ''"),
        postgresql_where=sa.text("findings <> ''"),
    )
