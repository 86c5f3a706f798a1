"""Sub-heads, datelines, contacts, boilerplates and preview links."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import feedsvc.db
from feedsvc.characters import folded

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = feedsvc.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    """Adds columns in place: a copy of the table would lose the triggers that keep revisions as they are."""
    op.add_column("revision", sa.Column("subhead", sa.Text(), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("dateline", sa.String(length=120), nullable=False, server_default=""))
    op.create_index("ix_item_writer", "item", ["created_by_id", "id"])
    _contacts()
    _boilerplates()
    _preview_links()


def _contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_folded", "contact", ["folded"])
    op.create_index("ix_contact_order", "contact", ["active", "folded", "id"])
    op.create_table(
        "revision_contact",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_revision_contact_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_contact_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "contact_id", name=op.f("pk_revision_contact")),
    )
    op.create_index("ix_revision_contact_contact_id", "revision_contact", ["contact_id"])


def _boilerplates() -> None:
    """The one “about” text that an organisation could have becomes a boilerplate, and texts say that they carry it."""
    made = op.create_table(
        "boilerplate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_boilerplate_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boilerplate")),
    )
    op.create_index("ix_boilerplate_folded", "boilerplate", ["folded"])
    op.create_index("ix_boilerplate_organisation_id", "boilerplate", ["organisation_id"])
    op.create_table(
        "revision_boilerplate",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("boilerplate_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["boilerplate_id"], ["boilerplate.id"], name=op.f("fk_revision_boilerplate_boilerplate_id_boilerplate")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_boilerplate_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "boilerplate_id", name=op.f("pk_revision_boilerplate")),
    )
    op.create_index(
        "ix_revision_boilerplate_version", "revision_boilerplate", ["boilerplate_id", "version", "revision_id"]
    )
    names = ("id", "name", "about_heading", "about_html")
    organisation = sa.table("organisation", *(sa.column(name) for name in names))
    written = sa.select(organisation).where(organisation.c.about_html != "")
    now = datetime.now(UTC)
    for row in op.get_bind().execute(written.order_by(organisation.c.id)).mappings().all():
        heading = row["about_heading"] or row["name"]
        fields = {
            "name": heading,
            "folded": folded(heading),
            "heading": row["about_heading"],
            "html": row["about_html"],
        }
        fields |= {"organisation_id": row["id"], "language": "", "active": True, "version": 1}
        op.get_bind().execute(made.insert(), {**fields, "created_at": now, "changed_at": now})
    # Version 0 for texts whose words were other ones already: they are older than the newest.
    op.execute(
        "INSERT INTO revision_boilerplate (revision_id, boilerplate_id, position, version) "
        "SELECT r.id, b.id, 0, CASE WHEN r.about_html = b.html AND r.about_heading = b.heading THEN 1 ELSE 0 END "
        "FROM revision r JOIN boilerplate b ON b.organisation_id = r.organisation_id WHERE r.about_html <> ''"
    )
    op.drop_column("organisation", "about_heading")
    op.drop_column("organisation", "about_html")


def _preview_links() -> None:
    op.create_table(
        "preview_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("first_read_at", _MOMENT, nullable=True),
        sa.Column("read_at", _MOMENT, nullable=True),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_preview_link_created_by_id_user")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_preview_link_revision_id_revision")),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_preview_link_translation_id_translation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_preview_link_digest")),
    )
    op.create_index("ix_preview_link_translation_id", "preview_link", ["translation_id"])
