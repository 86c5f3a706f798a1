"""Feeds for a part of the news: where publications stand, archives with stored boundaries, scopes that moved."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables; the rows of `placement` are written by the first start (feeds/places.py)."""
    op.create_table(
        "alias",
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("at", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_target"), "alias", ["target"])

    op.create_table(
        "archive",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_archive_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", "number", name=op.f("pk_archive")),
    )

    op.create_table(
        "placement",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("at", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("moment", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_placement_feed_id_feed")),
        sa.ForeignKeyConstraint(["opening_id"], ["publication.id"], name=op.f("fk_placement_opening_id_publication")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_placement_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "feed_id", name=op.f("pk_placement")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_placement_moment", "placement", ["feed_id", "moment"])
    op.create_index("ix_placement_order", "placement", ["feed_id", "at", "opening_id"])

    op.create_table(
        "rendered",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("made_with", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("updated", feedsvc.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_rendered_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_rendered")),
    )

    op.add_column("feed", sa.Column("announced_at", feedsvc.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("feed", sa.Column("read_at", feedsvc.db.UTCDateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_feed_until"), "feed", ["until"])
    op.create_index(op.f("ix_feed_version"), "feed", ["version"])
    op.create_index(
        "ix_change_remakes",
        "change",
        ["id"],
        sqlite_where=sa.text("kind IN ('taxonomy', 'setting')"),
        postgresql_where=sa.text("kind IN ('taxonomy', 'setting')"),
    )
    op.create_index(
        "ix_publication_withdrawal",
        "publication",
        ["language"],
        sqlite_where=sa.text("kind = 'withdraw'"),
        postgresql_where=sa.text("kind = 'withdraw'"),
    )
    _speak_of_openings_as_queries_do()
    _say_which_organisation()


def _speak_of_openings_as_queries_do() -> None:
    """SQLite takes a partial index only for a query with the very words of its condition, and ours say `opening = 1`."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_publication_opening", "publication")
        op.create_index(
            "ix_publication_opening",
            "publication",
            ["language", "at", "id"],
            sqlite_where=sa.text("opening = 1 AND cancelled_at IS NULL"),
        )


def _say_which_organisation() -> None:
    """Every revision names its organisation's row: until now there was only the name, and the item's own column."""
    fill = (
        "UPDATE revision SET organisation_id = (SELECT item.organisation_id FROM item JOIN translation "
        "ON translation.item_id = item.id WHERE translation.id = revision.translation_id)"
    )
    if op.get_bind().dialect.name == "sqlite":
        # Added in place: a copy of the table would lose the triggers that keep revisions as they are.
        op.execute(
            "ALTER TABLE revision ADD COLUMN organisation_id INTEGER "
            "CONSTRAINT fk_revision_organisation_id_organisation REFERENCES organisation (id)"
        )
        kept = (
            op.get_bind()
            .execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'revision_no_update'"))
            .scalar_one()
        )
        op.execute("DROP TRIGGER revision_no_update")
        op.execute(fill)
        op.execute(sa.text(kept))
    else:
        column = sa.Column("organisation_id", sa.Integer(), nullable=True)
        op.add_column("revision", column)
        op.create_foreign_key(
            op.f("fk_revision_organisation_id_organisation"), "revision", "organisation", ["organisation_id"], ["id"]
        )
        op.execute("ALTER TABLE revision DISABLE TRIGGER USER")
        op.execute(fill)
        op.execute("ALTER TABLE revision ENABLE TRIGGER USER")
