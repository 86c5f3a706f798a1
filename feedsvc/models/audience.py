"""Who asks for our feeds: figures by day and by kind of reader, never an address or a reader's own words."""

from datetime import date, datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Poll(Base):
    """How often one family of readers got one kind of answer from one feed in one format, on one day (UTC)."""

    __tablename__ = "poll"

    day: Mapped[date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    format: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """200, 304 (nothing new), 303 (a browser that was led to the page), 204, 405, 503."""
    family: Mapped[str] = mapped_column(String(40), primary_key=True)
    """A name out of newsroom/families.py and no other, so that nobody can fill the table."""
    count: Mapped[int] = mapped_column(BigInteger)
    subscribers: Mapped[int]
    """The most that the family said it reads for on that day; 0 where it said nothing."""


class PollSource(Base):
    """How far the tallies of one web process were taken: each is numbered, and counts once."""

    __tablename__ = "poll_source"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    taken: Mapped[int]
    """The number of the newest tally that is in `poll`."""
    at: Mapped[datetime]


class PollLoss(Base):
    """How many requests of a day were answered and could not be counted."""

    __tablename__ = "poll_loss"

    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
