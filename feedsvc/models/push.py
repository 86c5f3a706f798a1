"""Who is told of news, what they are to be told, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base

_ENDED: dict[str, Any] = {
    "sqlite_where": text("ended_at IS NOT NULL"),
    "postgresql_where": text("ended_at IS NOT NULL"),
}
_OPEN: dict[str, Any] = {"sqlite_where": text("ended_at IS NULL"), "postgresql_where": text("ended_at IS NULL")}


class Subscription(Base):
    """Somebody who is sent what is new: who asked the hub for a document (WebSub), and was there when it asked back; or a
    partner who is told of each item (webhook), as an administrator set it up.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("kind", "digest", "scope", "language", "format"),
        # Who is to be told of a feed: by keyset, however many they are.
        Index(
            "ix_subscription_active",
            "scope",
            "language",
            "id",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_subscription_host", "host"),
        Index("ix_subscription_lease", "lease_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """websub, or webhook: then scope and format say nothing, and an empty language is every language."""
    callback: Mapped[str] = mapped_column(Text)
    """Exactly as it was given, its query string included."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the callback in hex: what can be long cannot be a key."""
    host: Mapped[str] = mapped_column(String(255))
    """The callback's host name in small letters, to which what is sent is bounded."""
    scope: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12))
    format: Mapped[str] = mapped_column(String(20))
    secret: Mapped[str] = mapped_column(String(200), default="")
    """What deliveries are signed with; empty: they are not (WebSub §7.1). A webhook always has one."""
    state: Mapped[str] = mapped_column(String(10))
    """active or ended."""
    lease_until: Mapped[datetime]
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime]
    failing: Mapped[int] = mapped_column(default=0)
    """Deliveries that failed since one last arrived."""
    why: Mapped[str] = mapped_column(String(300), default="")
    """Why the last delivery failed, or why it ended."""
    arrived_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(120), default="")
    """What people call a webhook."""
    events: Mapped[str] = mapped_column(String(80), default="")
    """Of what a webhook is told: words of `partners.EVENTS`, with commas between them."""
    former_secret: Mapped[str] = mapped_column(String(200), default="")
    """The one before, with which deliveries are signed as well until `former_until`."""
    former_until: Mapped[datetime | None]


class Intent(Base):
    """Something that a callback is to be asked or told before it counts: to subscribe, to unsubscribe, or that it was denied."""

    __tablename__ = "intent"
    __table_args__ = (
        Index("ix_intent_due", "due_at", **_OPEN),
        Index("ix_intent_host", "host", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(String(12))
    """subscribe, unsubscribe or denied: the `hub.mode` that the callback is asked with (WebSub §5.2, §5.3)."""
    callback: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(255))
    scope: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12))
    format: Mapped[str] = mapped_column(String(20))
    secret: Mapped[str] = mapped_column(String(200), default="")
    lease_seconds: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it is to be asked; while a sender has it, when the next one may take it."""
    claimed_by: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(300), default="")
    """What was wrong; empty where the callback said yes."""


class Pause(Base):
    """Nothing is sent to a host, or to anybody, until an operator lifts it; what is to be sent waits."""

    __tablename__ = "pause"

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    """Empty: everybody."""
    at: Mapped[datetime]


class Announcement(Base):
    """A feed has changed by publications, or an item has: whoever was subscribed at that moment is to be told. Written with
    the change.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("scope", "language", "change_id"),
        Index("ix_announcement_open", "id", **_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(200))
    """The feed's; `item` for webhooks, and `test/…` for a trial of one."""
    language: Mapped[str] = mapped_column(String(12))
    first_change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    """The last of the transaction's changes, all of them from the first on."""
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    """The item's publication; None for a feed."""
    at: Mapped[datetime]
    reached: Mapped[int] = mapped_column(default=0)
    """The last subscription for which there is a delivery already."""
    ended_at: Mapped[datetime | None]
    """When there was one for all."""


class Delivery(Base):
    """What one subscriber is told of one announcement. Its id never changes, however often it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("announcement_id", "subscription_id"),
        Index("ix_delivery_due", "due_at", **_OPEN),
        # Whether an earlier one to the same subscriber is still on its way.
        Index("ix_delivery_order", "subscription_id", "id", **_OPEN),
        Index("ix_delivery_subscription", "subscription_id", "id"),
        # In part, or SQLite takes it for the question of what is open, and sorts all of that.
        Index("ix_delivery_ended", "ended_at", **_ENDED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"))
    state: Mapped[str] = mapped_column(String(10))
    """waiting; then for good arrived, newer (a later one brings the newest state), dead (72 hours), or ended with its subscription."""
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it is to be sent; while a sender has it, when the next one may take it."""
    claimed_by: Mapped[str] = mapped_column(String(40), default="")
    tried_at: Mapped[datetime | None]
    status: Mapped[int] = mapped_column(default=0)
    """What the callback answered last; 0: nothing."""
    why: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None]

    announcement: Mapped[Announcement] = relationship()
    subscription: Mapped[Subscription] = relationship()
