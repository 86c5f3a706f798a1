"""One clock for the newsroom: late by a hair at most, and never early."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import clock
from feedsvc.clock import RENEW, Heard, agreed

seconds = st.floats(0, 1, allow_subnormal=False)


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    clock.forget()
    yield
    clock.forget()


@given(st.floats(-1e6, 1e6), st.lists(st.tuples(seconds, seconds), min_size=1, max_size=9))
def test_however_long_answers_are_under_way_we_are_never_ahead(ahead: float, ways: list[tuple[float, float]]) -> None:
    """`ahead`: of the other clock over our counter. Each answer is asked for, stamped there and under way again."""
    counter, known = 100.0, None
    for there, back in ways:
        said = counter + there + ahead
        counter += there + back
        if counter - 100 >= RENEW:
            break
        known = agreed(known, said, counter)
        assert known.ahead <= ahead + 1e-6
    if known is not None:
        quickest = min(back for _, back in ways)
        assert known.ahead >= ahead - max(back for _, back in ways) - 1e-6
        assert quickest >= 0


def test_the_quickest_answer_counts() -> None:
    known = agreed(None, 1000.0, 100.5)  # half a second under way
    known = agreed(known, 1001.0, 101.001)
    known = agreed(known, 1002.0, 102.3)
    assert known.ahead == pytest.approx(899.999)
    assert known.since == 100.5


def test_what_was_heard_long_ago_is_dropped_so_that_a_clock_may_be_put_back() -> None:
    known = Heard(900.0, 100.0)
    assert agreed(known, 990.0, 100.0 + RENEW - 0.1).ahead == 900.0
    assert agreed(known, 990.0, 100.0 + RENEW) == Heard(990.0 - 100.0 - RENEW, 100.0 + RENEW)


def test_without_another_clock_it_is_this_machines() -> None:
    assert abs(clock.seconds() - time.time()) < 0.1
    assert clock.is_stale()
    clock.hear(time.time() + 3600)
    assert clock.seconds() == pytest.approx(time.time() + 3600, abs=0.1)
    assert clock.now().timestamp() == pytest.approx(time.time() + 3600, abs=0.1)
    assert not clock.is_stale()


def test_our_own_clock_may_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.hear(5_000.0)
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert clock.seconds() == pytest.approx(5_000, abs=0.1)
