"""Pictures, their bytes, and the revisions that carry them; whoever may write may hand pictures in."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables alone; the roles' permissions are rows."""
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("created_at", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_picture_created_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("digest", name=op.f("uq_picture_digest")),
        sa.UniqueConstraint("key", name=op.f("uq_picture_key")),
    )
    op.create_table(
        "rendition",
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["picture.id"], name=op.f("fk_rendition_picture_id_picture")),
        sa.PrimaryKeyConstraint("picture_id", "name", name=op.f("pk_rendition")),
    )
    op.create_table(
        "revision_picture",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("decorative", sa.Boolean(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("credit", sa.String(length=300), nullable=False),
        sa.Column("rights", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["picture.id"], name=op.f("fk_revision_picture_picture_id_picture")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_picture_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk_revision_picture")),
    )
    op.create_index(op.f("ix_revision_picture_picture_id"), "revision_picture", ["picture_id"], unique=False)
    _let_writers_hand_in()


def _let_writers_hand_in() -> None:
    """Adds `media` to every role that may write."""
    role = sa.table("role", sa.column("id", sa.Integer), sa.column("grants", sa.JSON))
    rows = op.get_bind().execute(sa.select(role.c.id, role.c.grants)).all()
    for number, grants in rows:
        if "write" in grants and "media" not in grants:
            op.execute(sa.update(role).where(role.c.id == number).values(grants=[*grants, "media"]))
