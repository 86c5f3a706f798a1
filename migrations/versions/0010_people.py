"""People: passkeys, codes, recovery codes, messages, a time zone of one's own; and indexes for the desk's first page."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = feedsvc.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    """Adds tables and columns; nothing that is there changes."""
    _proofs()
    _messages()
    op.add_column("user", sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("user", sa.Column("mail_off", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("user", sa.Column("totp_seed", sa.String(length=64), nullable=True))
    op.add_column("user", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("session", sa.Column("agent", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("session", sa.Column("proved_at", MOMENT, nullable=True))
    op.add_column("notice", sa.Column("recipient", sa.String(length=254), nullable=False, server_default=""))
    op.create_index("ix_revision_writer", "revision", ["created_by_id", "id"])
    _partial("ix_notice_unsent", "notice", ["id"], "sent_at IS NULL")
    _partial("ix_translation_in_review", "translation", ["changed_at", "id"], "state = 'in_review'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _proofs() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"])
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
    op.create_table(
        "spent",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent")),
    )
    op.create_index(op.f("ix_spent_expires_at"), "spent", ["expires_at"])


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moment", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_message_user_id_user")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_message_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index("ix_message_person", "message", ["user_id", "id"])
    _partial("ix_message_unread", "message", ["user_id"], "read_at IS NULL")
