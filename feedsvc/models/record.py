"""What happened: causes of new bytes, deeds of people, and notices on their way to them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base

REMAKES = "kind IN ('taxonomy', 'setting')"
"""SQL: the changes after which entries have to be made anew from the same publications."""
BRINGS_MANY = "kind IN ('import', 'scopes', 'unhold')"
"""SQL: the changes by which many items may come into a list without a moment of their own."""


class Change(Base):
    """A cause of new bytes, written in the transaction of the verb that caused it."""

    __tablename__ = "change"
    __table_args__ = (
        Index(
            "uq_change_live",
            "publication_id",
            unique=True,
            sqlite_where=text("kind = 'live'"),
            postgresql_where=text("kind = 'live'"),
        ),
        # The last of them is part of the key under which rendered entries are remembered.
        Index("ix_change_brings_many", "id", sqlite_where=text(BRINGS_MANY), postgresql_where=text(BRINGS_MANY)),
        Index("ix_change_remakes", "id", sqlite_where=text(REMAKES), postgresql_where=text(REMAKES)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    """plan, live, cancel, hold, unhold, feed, setting, taxonomy, scopes: see newsroom/record.py."""
    at: Mapped[datetime]
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    detail: Mapped[str] = mapped_column(String(200), default="")
    """For kind `setting`: the fingerprint of all that feeds are made with."""


class Audit(Base):
    """What a person did. Insert-only (by trigger), each row sealed with the one before it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_actor", "actor", "id"), Index("ix_audit_action", "action", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(254))
    """The person's e-mail address at the time, or `system`."""
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    detail: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    seal: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the previous row's seal and this row."""


class AuditCheck(Base):
    """Somebody wants every seal reckoned again. A process of its own does it, and notes here how far it has come."""

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(254))
    upto: Mapped[int]
    """Id of the newest entry when it was asked for."""
    reached: Mapped[int] = mapped_column(default=0)
    """Id of the last entry that was found whole."""
    seal: Mapped[str] = mapped_column(String(64), default="")
    """Of that entry: what the next one is reckoned from."""
    broken: Mapped[int | None]
    """Id of the first entry whose seal does not fit."""
    seen_at: Mapped[datetime | None]
    """When the process that is at it last showed itself."""
    done_at: Mapped[datetime | None]


class Notice(Base):
    """A mail to be sent. Written with what it tells of, sent later, so that a crash loses none."""

    __tablename__ = "notice"
    __table_args__ = (
        # Those that wait: as short as the queue, however many were sent.
        Index("ix_notice_unsent", "id", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    recipient: Mapped[str] = mapped_column(String(254), default="")
    """The address it goes to; empty: everyone who may publish."""
