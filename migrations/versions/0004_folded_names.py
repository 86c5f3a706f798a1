"""Names of categories, tags and organisations as they are looked up, whatever their letters and their case."""

import sqlalchemy as sa
from alembic import op

from feedsvc.characters import folded

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("organisation", "category", "tag")


def upgrade() -> None:
    """Adds the column and fills it. It keeps its default: SQLite could only drop that with the whole table."""
    for name in TABLES:
        op.add_column(name, sa.Column("folded", sa.String(length=400), nullable=False, server_default=""))
        table = sa.table(
            name, sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("folded", sa.String)
        )
        connection = op.get_bind()
        for row in connection.execute(sa.select(table.c.id, table.c.name)).all():
            connection.execute(sa.update(table).where(table.c.id == row.id).values(folded=folded(row.name)))
        op.create_index(f"ix_{name}_folded", name, ["folded"])
