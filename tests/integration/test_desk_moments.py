"""Day and time as typed → a moment: never another one than was meant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from desk_newsroom import Desk
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.errors import Invalid
from feedsvc.web.desk import moments

ZONES = sorted(
    name for name in available_timezones() if name != "localtime" and not name.startswith(("posix", "right"))
)


def instants(wall: datetime, zone: ZoneInfo) -> set[datetime]:
    """Every instant at which clocks in the zone show this, found the slow way: by every offset near it."""
    near = [wall.replace(tzinfo=UTC) + timedelta(hours=h) for h in range(-48, 49)]
    offsets = {moment.astimezone(zone).utcoffset() for moment in near}
    found = {(wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None}
    return {moment for moment in found if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall}


@given(
    st.sampled_from(ZONES),
    st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2060, 1, 1)).map(
        lambda d: d.replace(microsecond=0)
    ),
)
@example("Europe/Berlin", datetime(2027, 3, 28, 2, 30))
@example("Europe/Berlin", datetime(2027, 10, 31, 2, 30))
@example("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 45))
@example("Pacific/Apia", datetime(2011, 12, 30, 12))
@example("Asia/Baku", datetime(2015, 10, 25, 4, 30))
def test_a_moment_reads_back_or_is_refused(name: str, wall: datetime) -> None:
    zone = ZoneInfo(name)
    possible = instants(wall, zone)
    try:
        moment = moments.in_zone(wall.date(), wall.time(), zone)
    except Invalid as refused:
        assert refused.problems["publish_at"][0] == ("fold" if possible else "gap")  # noqa: PT017  # either is right, each for its own reason
        assert len(possible) != 1
    else:
        assert possible == {moment}
        assert moment.tzinfo is UTC


@given(st.sampled_from(ZONES), st.integers(1975, 2037))
def test_every_change_of_the_clocks_is_noticed(name: str, year: int) -> None:
    zone = ZoneInfo(name)
    hour = datetime(year, 1, 1, tzinfo=UTC)
    while hour.year == year:
        after = hour + timedelta(hours=6)
        before_offset, after_offset = hour.astimezone(zone).utcoffset(), after.astimezone(zone).utcoffset()
        assert before_offset is not None
        assert after_offset is not None
        if before_offset != after_offset:
            for minutes in range(-180, 6 * 60 + 180, 15):
                wall = (hour + timedelta(minutes=minutes)).astimezone(zone).replace(tzinfo=None, fold=0)
                test_a_moment_reads_back_or_is_refused.hypothesis.inner_test(name, wall)
        hour = after


@pytest.mark.parametrize(("day", "hour", "code"), [
    ("", "12:00", "no_moment"), ("2027-01-01", "", "no_moment"), ("22.11.2026", "12:00", "not_a_moment"), ("2027-02-30", "12:00", "not_a_moment"),
    ("2027-01-01", "25:00", "not_a_moment"), ("2027-01-01", "12:00+04:00", "not_a_moment"), ("0001-01-01", "00:00", "not_a_moment"),
    ("2027-01-01", "\u0661\u0662:00", "not_a_moment"), ("9" * 5000, "12:00", "not_a_moment"), ("\0", "\0", "not_a_moment"),
])  # fmt: skip
def test_what_is_no_moment_is_refused(day: str, hour: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        moments.typed(day, hour)
    assert refused.value.problems["publish_at"][0] == code


def test_the_ends_of_the_calendar() -> None:
    for day in (date.min, date.max):
        for hour in (time.min, time(23, 59, 59)):
            for name in ("Asia/Baku", "America/New_York", "UTC"):
                try:
                    moments.in_zone(day, hour, ZoneInfo(name))
                except Invalid as refused:
                    assert refused.problems["publish_at"][0] == "not_a_moment"  # noqa: PT017  # some of them are moments


def test_typed_is_read_in_the_newsrooms_zone() -> None:
    assert moments.typed("2026-11-22", "13:10") == datetime(2026, 11, 22, 9, 10, tzinfo=UTC)
    assert moments.typed("2026-11-22", "13:10:02") == datetime(2026, 11, 22, 9, 10, 2, tzinfo=UTC)


def test_waits_are_told_in_words(desk: Desk) -> None:
    with desk.app.app_context():
        assert [moments.wait_words(n) for n in (1, 30, 121)] == ["1 second", "30 seconds", "3 minutes"]
