"""The figures: each tally counts once, only feeds that exist are counted, and the table stays small."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from sqlalchemy import func, select

from feedsvc import clock, db, jobs
from feedsvc.models import Feed, Poll, PollLoss, PollSource
from feedsvc.newsroom import audience, tallies
from feedsvc.newsroom.tallies import Polls, Tally

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


def polls(requests: int = 1, **other: Any) -> Polls:
    said = {"day": TODAY, "scope": "news", "language": "en", "format": "atom", "status": 200, "family": "Feedly"}
    return Polls(**{**said, "requests": requests, "subscribers": 0, **other})  # type: ignore[arg-type]


def note(*rows: Polls, now: datetime = NOW) -> None:
    with db.transaction() as session:
        audience.note(session, rows, now=now)


def take(number: int, *rows: Polls, source: str = "a" * 32, lost: int = 0) -> bool:
    with db.transaction() as session:
        return audience.take(session, Tally(source, number, TODAY, list(rows), lost), now=NOW)


def total() -> int:
    with db.reading() as session:
        return session.scalar(select(func.sum(Poll.count))) or 0


def asked(since: date = TODAY) -> list[audience.Audience]:
    with db.reading() as session:
        return audience.readers(session, since=since)


def test_requests_add_up_and_subscribers_are_the_days_most(instance: Path) -> None:
    note(polls(5, subscribers=12), polls(2, subscribers=9), polls(3, status=304, subscribers=11))
    note(polls(4, subscribers=10))
    (one,) = asked()
    assert dict(one.statuses) == {200: 11, 304: 3}
    assert one.unchanged == pytest.approx(3 / 14)
    assert one.subscribers == {"Feedly": 12}
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Poll)) == 2


def test_a_tally_counts_once_however_often_it_is_taken(instance: Path) -> None:
    assert [take(1, polls(5)), take(1, polls(5)), take(2, polls(1)), take(1, polls(5)), take(2, polls(1))] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert take(1, polls(10), source="b" * 32)
    assert total() == 16


def test_a_crash_in_the_middle_leaves_nothing(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(audience, "_lose", lambda *_: (_ for _ in ()).throw(RuntimeError("killed before the commit")))
        with pytest.raises(RuntimeError):
            take(1, polls(5), lost=3)
    assert total() == 0
    assert take(1, polls(5))
    assert total() == 5


def test_a_crash_before_the_deletion_counts_once(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tallies.put(instance, Tally("a" * 32, 1, TODAY, [polls(5)], 0))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            jobs.run("seen")
    assert total() == 5
    assert jobs.run("seen") == 0
    assert total() == 5
    assert tallies.waiting(instance) == []


def test_broken_tallies_are_cleared_away_and_the_others_taken(instance: Path) -> None:
    tallies.put(instance, Tally("a" * 32, 1, TODAY, [polls(5)], 0))
    tallies.put(instance, Tally("c" * 32, 1, TODAY, [polls(6)], 0))
    (tallies.folder(instance) / f"{'b' * 32}-1.json").write_bytes(bytes(50))
    assert jobs.run("seen") == 2
    assert total() == 11
    assert tallies.waiting(instance) == []


def test_feeds_that_do_not_exist_are_not_counted(instance: Path) -> None:
    note(polls(5), *(polls(7, scope=f"made-up/{nth}", status=503) for nth in range(500)), polls(2, language="ru"))
    assert total() == 5


def test_unknown_families_are_other(instance: Path) -> None:
    note(*(polls(1, family=f"Made up {nth}") for nth in range(100)))
    (one,) = asked()
    assert dict(one.families) == {"Other": 100}
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Poll)) == 1


def test_a_feed_is_marked_as_read_at_most_once_an_hour(instance: Path) -> None:
    def read_at() -> datetime | None:
        with db.reading() as session:
            return session.scalar(select(Feed.read_at).where(Feed.scope == "news"))

    assert read_at() is None
    note(polls(status=303), polls(status=405), polls(status=503))
    assert read_at() is None
    note(polls(status=304))
    assert read_at() == NOW
    note(polls(), now=NOW + timedelta(minutes=59))
    assert read_at() == NOW
    note(polls(), now=NOW + timedelta(minutes=61))
    assert read_at() == NOW + timedelta(minutes=61)


def test_subscribers_are_those_of_the_last_day_that_said_so(instance: Path) -> None:
    note(
        polls(day=TODAY - timedelta(days=2), subscribers=50),
        polls(day=TODAY - timedelta(days=1), subscribers=40),
        polls(),
    )
    note(polls(format="rss", subscribers=3), polls(format="rss", family="Feedbin", subscribers=2))
    found = asked(TODAY - timedelta(days=6))
    assert [(one.format, one.requests, one.subscribers) for one in found] == [
        ("atom", 3, {"Feedly": 40}),
        ("rss", 2, {"Feedly": 3, "Feedbin": 2}),
    ]
    assert [(f.name, f.kind, f.requests, f.subscribers) for f in audience.families(*found)] == [
        ("Feedly", "aggregator", 4, 43),
        ("Feedbin", "aggregator", 1, 2),
    ]
    assert [one.requests for one in asked(TODAY - timedelta(days=1))] == [2, 2]


def test_what_is_lost_is_said_by_day(instance: Path) -> None:
    take(1, lost=5)
    take(2, lost=6)
    with db.reading() as session:
        assert audience.lost(session, since=TODAY) == 11
        assert audience.lost(session, since=TODAY + timedelta(days=1)) == 0


def test_figures_are_kept_for_400_days(instance: Path) -> None:
    note(*(polls(day=TODAY - timedelta(days=days)) for days in (0, 399, 400, 401, 900)))
    with db.transaction() as session:
        session.add(PollLoss(day=TODAY - timedelta(days=500), count=1))
        session.add(PollSource(name="b" * 32, taken=1, at=NOW - timedelta(days=500)))
    take(1)
    with db.transaction() as session:
        assert audience.sweep(session, now=NOW) == 4
        assert session.scalars(select(PollSource.name)).all() == ["a" * 32]
    assert total() == 3


def test_ten_thousand_rows_are_taken_in_a_moment(instance: Path) -> None:
    with db.transaction() as session:
        feed = session.scalars(select(Feed)).first()
        assert feed is not None
        same = {"version": feed.version, "last_modified": NOW, "until": NOW, "created_at": NOW}
        session.add_all(Feed(guid=str(nth), scope=f"tag/{nth}", language="en", **same) for nth in range(1_000))
    rows = [polls(scope=f"tag/{nth}", status=status) for nth in range(1_000) for status in (200, 304)]
    slowest = 0.0
    for number in range(1, 4):
        began = clock.now()
        take(number, *rows)
        slowest = max(slowest, (clock.now() - began).total_seconds())
    print(f"\n2,000 rows in one tally: {slowest * 1000:.0f} ms at most")
    assert total() == 6_000
    assert slowest < 2 * PATIENCE
    assert len(asked()) == audience.MOST_FEEDS
