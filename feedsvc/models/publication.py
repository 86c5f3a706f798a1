"""What makes a revision public, and what holds everything back."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.account import User
from feedsvc.models.item import Revision, Translation


class Publication(Base):
    """One revision becomes public at one moment. Append-only: a cancelled one is marked, never deleted."""

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint("kind IN ('publish', 'correct', 'update', 'withdraw')", name="kind"),
        # The newest due publication of a translation: the one clause of newsroom/public.py.
        Index("ix_publication_current", "translation_id", "at", "id"),
        # The newest items of a language: only the publication that first brings a translation out.
        Index(
            "ix_publication_opening",
            "language",
            "at",
            "id",
            sqlite_where=text("opening = 1 AND cancelled_at IS NULL"),  # the very words of the queries
            postgresql_where=text("opening AND cancelled_at IS NULL"),
        ),
        # What falls due next in a language, and what fell due last.
        Index(
            "ix_publication_moment",
            "language",
            "at",
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        # Withdrawals are few, and counting what is public looks at them alone.
        Index(
            "ix_publication_withdrawal",
            "language",
            sqlite_where=text("kind = 'withdraw'"),
            postgresql_where=text("kind = 'withdraw'"),
        ),
        # What has fallen due and was not yet told to anyone: the ticker's question, never longer than the plan.
        Index(
            "ix_publication_untold",
            "at",
            sqlite_where=text("live_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("live_at IS NULL AND cancelled_at IS NULL"),
        ),
        # What search has not taken in yet: as short as the plan, once all that came out before is in.
        Index(
            "ix_publication_unindexed",
            "at",
            sqlite_where=text("indexed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("indexed_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("translation.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    opening: Mapped[bool]
    """Whether it is the one that first makes the translation public, so that its `at` is `published`."""
    note: Mapped[str] = mapped_column(Text, default="")
    """The correction's note or the withdrawal's reason, for the public."""
    created_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    live_at: Mapped[datetime | None]
    """When its `Change(live)` was written: it has been told. Says nothing about who may see it."""
    indexed_at: Mapped[datetime | None]
    """When search followed it: what it says can be found since, or, of a withdrawal, no longer."""
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    translation: Mapped[Translation] = relationship()
    revision: Mapped[Revision] = relationship()
    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id])


class Hold(Base):
    """While a row without `lifted_at` stands here, the public's time stands still at `started_at`."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    started_by: Mapped[User | None] = relationship(foreign_keys=[started_by_id])
