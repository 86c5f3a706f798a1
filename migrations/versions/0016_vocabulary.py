"""What subjects are called in IPTC's Media Topics, and where places lie."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
oldest = "0014"
"""A program of that migration may work on these tables."""


def upgrade() -> None:
    """Adds columns; nothing that is there changes."""
    op.add_column("category", sa.Column("topic", sa.String(length=8), nullable=False, server_default=""))
    op.add_column("tag", sa.Column("topic", sa.String(length=8), nullable=False, server_default=""))
    op.add_column("tag", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("tag", sa.Column("longitude", sa.Double(), nullable=True))
