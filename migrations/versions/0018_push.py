"""Push: who asked the hub for which document, which partners are told of items, what is to be sent, and what became of it."""

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = feedsvc.db.UTCDateTime(timezone=True)
OPEN = {"sqlite_where": sa.text("ended_at IS NULL"), "postgresql_where": sa.text("ended_at IS NULL")}
ENDED = {"sqlite_where": sa.text("ended_at IS NOT NULL"), "postgresql_where": sa.text("ended_at IS NOT NULL")}
ACTIVE = {"sqlite_where": sa.text("state = 'active'"), "postgresql_where": sa.text("state = 'active'")}


def upgrade() -> None:
    """Adds tables; nothing that is there changes."""
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        *_whose(),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("verified_at", MOMENT, nullable=False),
        sa.Column("failing", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("events", sa.String(length=80), nullable=False),
        sa.Column("former_secret", sa.String(length=200), nullable=False),
        sa.Column("former_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "kind",
            "digest",
            "scope",
            "language",
            "format",
            name=op.f("uq_subscription_kind_digest_scope_language_format"),
        ),
    )
    op.create_index("ix_subscription_active", "subscription", ["scope", "language", "id"], **ACTIVE)
    op.create_index("ix_subscription_host", "subscription", ["host"])
    op.create_index("ix_subscription_lease", "subscription", ["lease_until"])
    op.create_table(
        "intent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        *_whose(),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
    )
    op.create_index("ix_intent_due", "intent", ["due_at"], **OPEN)
    op.create_index("ix_intent_host", "intent", ["host", "ended_at"])
    op.create_table(
        "pause",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_pause")),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("first_change_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["first_change_id"], ["change.id"], name=op.f("fk_announcement_first_change_id_change")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_announcement_change_id_change")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_announcement_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("scope", "language", "change_id", name=op.f("uq_announcement_scope_language_change_id")),
    )
    op.create_index("ix_announcement_open", "announcement", ["id"], **OPEN)
    _deliveries()


def _whose() -> list[sa.Column[object]]:
    """The callback and what it asked for."""
    return [
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
    ]


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String(length=40), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_delivery_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_delivery_subscription_id_subscription")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "announcement_id", "subscription_id", name=op.f("uq_delivery_announcement_id_subscription_id")
        ),
    )
    op.create_index("ix_delivery_due", "delivery", ["due_at"], **OPEN)
    op.create_index("ix_delivery_order", "delivery", ["subscription_id", "id"], **OPEN)
    op.create_index("ix_delivery_subscription", "delivery", ["subscription_id", "id"])
    op.create_index("ix_delivery_ended", "delivery", ["ended_at"], **ENDED)
