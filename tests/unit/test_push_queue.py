"""When to try again, and whose turn it is: pure, so held against every number."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.push import queue
from feedsvc.push.lanes import BACKLOG, FAILS, LONGEST_SLEEP, SLEEP, Lanes
from feedsvc.push.queue import Claimed
from feedsvc.push.topics import Topic

NOW = datetime(2027, 1, 31, 8, 0, tzinfo=UTC)
TOPIC = Topic("news", "en", "atom")


def one(number: int, host: str) -> Claimed:
    return Claimed(number, 0, NOW, number, f"http://{host}/", host, TOPIC, "", 0, None)


@given(st.integers(1, 200), st.floats(0, 1), st.floats(0, 1e9), st.integers(0, 72 * 3600 - 1))
def test_a_next_try_is_later_within_72_hours_and_never_before_what_was_asked(
    tries: int, luck: float, asked: float, gone: int
) -> None:
    since = NOW - timedelta(seconds=gone)
    then = queue.next_try(tries, NOW, since=since, luck=luck, asked=asked)
    assert then is not None
    assert NOW < then <= since + queue.GIVEN_UP
    if then < since + queue.GIVEN_UP:
        wait = (then - NOW).total_seconds()
        usual = queue.WAITS[min(tries, len(queue.WAITS)) - 1]
        assert wait >= 0.8 * usual - 1e-3
        assert wait <= max(1.2 * usual, min(asked, queue.WAITS[-1])) + 1e-3
        assert wait >= min(asked, queue.WAITS[-1]) - 1e-3


def test_there_is_a_last_try_when_72_hours_end_and_none_behind_it() -> None:
    almost = NOW - queue.GIVEN_UP + timedelta(seconds=1)
    assert queue.next_try(9, NOW, since=almost, luck=0.5) == almost + queue.GIVEN_UP
    assert queue.next_try(9, NOW, since=NOW - queue.GIVEN_UP, luck=0.5) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("Sun, 31 Jan 2027 08:05:00 GMT", 300),
        ("Sun, 31 Jan 2027 07:00:00 GMT", 0),
        ("9" * 400, 999_999_999),
        ("٣", 0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_number_or_date(header: str, seconds: float) -> None:
    assert queue.retry_after(header, NOW) == seconds


def test_hosts_take_turns_and_none_has_more_than_its_share() -> None:
    lanes = Lanes(2)
    for number in range(50):
        lanes.put(one(number, "large"))
    for number in range(50, 53):
        lanes.put(one(number, f"small{number}"))
    begun = [c.host for c in iter(lanes.take, None)]
    assert sorted(begun) == ["large", "large", "small50", "small51", "small52"]
    assert lanes.avoid(0.0) == ["large"], "it has more to do than it may hold"
    assert 2 * BACKLOG <= 50
    assert lanes.landed("large", answered=True, now=0.0) == []
    assert [c.host for c in iter(lanes.take, None)] == ["large"]
    assert lanes.held == 47


def test_a_host_that_does_not_answer_is_left_alone_and_what_waits_is_given_back() -> None:
    lanes = Lanes(1)
    for number in range(FAILS + 7):
        lanes.put(one(number, "tarpit"))
    back: list[Claimed] = []
    for _ in range(FAILS):
        assert lanes.take() is not None
        back += lanes.landed("tarpit", answered=False, now=100.0)
    assert len(back) == 7
    assert lanes.take() is None
    assert (lanes.held, lanes.avoid(100.0), lanes.avoid(100.0 + SLEEP + 1)) == (0, ["tarpit"], [])
    lanes.put(one(99, "tarpit"))
    assert lanes.take() is not None, "it is tried again"
    lanes.landed("tarpit", answered=False, now=200.0)
    assert lanes.asleep["tarpit"] == 200.0 + 2 * SLEEP, "longer each time"
    for _ in range(40):
        lanes.fails["tarpit"] += 1
    assert lanes.sleep("tarpit") == LONGEST_SLEEP
    lanes.asleep.clear()
    lanes.put(one(100, "tarpit"))
    lanes.take()
    lanes.landed("tarpit", answered=True, now=300.0)
    assert not lanes.fails


def test_what_fails_together_counts_once_for_the_sleep() -> None:
    lanes = Lanes(FAILS + 11)
    for number in range(FAILS + 11):
        lanes.put(one(number, "tarpit"))
    assert len(list(iter(lanes.take, None))) == FAILS + 11
    for _ in range(FAILS + 11):
        lanes.landed("tarpit", answered=False, now=100.0)
    assert lanes.asleep["tarpit"] == 100.0 + SLEEP


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60), st.integers(1, 4))
def test_nothing_is_lost_or_made_twice_in_the_lanes(steps: list[tuple[str, bool]], at_once: int) -> None:
    lanes, put, seen, flying = Lanes(at_once), 0, [], []
    for host, good in steps:
        lanes.put(one(put, host))
        put += 1
        while (taken := lanes.take()) is not None:
            flying.append(taken)
        assert all(lanes.flying[h] <= at_once for h in "abc")
        if flying:
            landed = flying.pop(0)
            seen += [landed.id, *(c.id for c in lanes.landed(landed.host, answered=good, now=0.0))]
    rest = [c.id for c in flying] + [c.id for lane in lanes.waiting.values() for c in lane]
    assert sorted(seen + rest) == list(range(put))
