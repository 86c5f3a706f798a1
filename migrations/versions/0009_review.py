"""Review: who is responsible, what was said, who is at it, templates, preferences; and the log read by person and deed."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = feedsvc.db.UTCDateTime(timezone=True)
    _add_assignee()
    op.create_index("ix_translation_assignee", "translation", ["assignee_id", "changed_at", "id"])
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('comment', 'submit', 'assign', 'request-changes', 'approve', 'restore')",
            name=op.f("ck_remark_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_remark_translation_id_translation")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_remark_by_id_user")),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_remark_to_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_translation", "remark", ["translation_id", "id"])
    op.create_table(
        "presence",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_presence_translation_id_translation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_presence_user_id_user")),
        sa.PrimaryKeyConstraint("translation_id", "user_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_seen_at"), "presence", ["seen_at"])
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_template_changed_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("name", name=op.f("uq_template_name")),
    )
    op.create_table(
        "preference",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_preference")),
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.create_index("ix_audit_action", "audit", ["action", "id"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])


def _add_assignee() -> None:
    """In place: SQLite takes a column with its key, and a copy of the table would lose what points at it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE translation ADD COLUMN assignee_id INTEGER "
            'CONSTRAINT fk_translation_assignee_id_user REFERENCES "user" (id)'
        )
    else:
        op.add_column("translation", sa.Column("assignee_id", sa.Integer(), nullable=True))
        op.create_foreign_key(op.f("fk_translation_assignee_id_user"), "translation", "user", ["assignee_id"], ["id"])
