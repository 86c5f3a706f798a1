"""What happened: causes of new bytes, deeds of people, and notices on their way to them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base

REMAKES = "kind IN ('taxonomy', 'setting')"
"""SQL: the changes after which entries have to be made anew from the same publications."""


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

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(254))
    """The person's e-mail address at the time, or `system`."""
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    detail: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    seal: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the previous row's seal and this row."""


class Notice(Base):
    """A mail to be sent. Written with what it tells of, sent later, so that a crash loses none."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
