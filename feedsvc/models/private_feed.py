"""Feeds for one reader each: a partner's, and those of journalists who may read what is under embargo."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base
from feedsvc.models.saved_filter import SavedFilter


class PrivateFeed(Base):
    """A feed whose address is a secret. The secret was shown once; only its digest is kept."""

    __tablename__ = "private_feed"
    __table_args__ = (CheckConstraint("kind IN ('partner', 'embargo')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(60), unique=True)
    """The feed's own id."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the address."""
    kind: Mapped[str] = mapped_column(String(10))
    """partner: what is public; embargo: what is planned, for who accepted the terms."""
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    filter_id: Mapped[int | None] = mapped_column(ForeignKey("saved_filter.id"), index=True)
    """What it is limited to; None: to nothing."""
    language: Mapped[str] = mapped_column(String(12))
    """Of the frame, and of the items where the filter names none."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the terms that were accepted."""
    read_at: Mapped[datetime | None]

    filter: Mapped[SavedFilter | None] = relationship(lazy="joined")


class PrivateReading(Base):
    """How often a private feed was read on a day (UTC), by what kind of program, and what it was answered."""

    __tablename__ = "private_reading"

    feed_id: Mapped[int] = mapped_column(ForeignKey("private_feed.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    family: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class EmbargoTerms(Base):
    """What journalists accept before they may read what is under embargo. Append-only: the newest counts."""

    __tablename__ = "embargo_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
