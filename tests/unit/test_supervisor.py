"""When a ticker counts as stuck."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc import supervisor
from feedsvc.supervisor import Child


@pytest.fixture
def ticker() -> Iterator[Child]:
    child = Child("ticker", [sys.executable, "-c", "input()"])
    child.process = subprocess.Popen(child.command, stdin=subprocess.PIPE)
    yield child
    child.process.communicate(b"\n", 30)


@pytest.mark.parametrize(
    ("started", "shown", "stuck"),
    [
        (20, None, False),  # still loading, on a busy machine
        (40, None, True),
        (20, 3, False),
        (20, 7, True),
        (20, -7, True),  # the clock was put back
    ],
)
def test_a_ticker_has_time_to_load_and_less_to_stand_still(
    ticker: Child, tmp_path: Path, started: float, shown: float | None, stuck: bool
) -> None:
    ticker.starts, ticker.beat = [time.monotonic() - started], tmp_path / "ticker"
    if shown is not None:
        ticker.beat.touch()
        os.utime(ticker.beat, (time.time() - shown,) * 2)
    assert supervisor._is_stuck(ticker) is stuck


def test_a_beat_from_the_future_is_not_the_next_tickers(tmp_path: Path) -> None:
    beat = tmp_path / "ticker"
    beat.touch()
    os.utime(beat, (time.time() + 3600,) * 2)  # the clock was put back by an hour since
    child = Child("ticker", [sys.executable, "-c", ""], beat)
    child.start()
    assert child.process is not None
    assert not supervisor._is_stuck(child)
    child.process.wait(30)
