"""Counting beside the hot path: exact while it fits, and where it does not, the loss is counted and nothing else is lost."""

import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from feedsvc.newsroom import families, tallies
from feedsvc.shelf import Key
from feedsvc.web import seen
from feedsvc.web.seen import Seen
from feedsvc.web.versions import Place

TODAY = date(2026, 11, 22)
ATOM = Place(Key("en", "news"), "atom", "")
FEEDBIN = "Feedbin feed-id:1 - 12 subscribers"


def asked(counting: Seen, times: int, agent: str = FEEDBIN, status: int = 200, place: Place = ATOM) -> None:
    for _ in range(times):
        counting.add(place, status, {"HTTP_USER_AGENT": agent})


def taken(folder: Path) -> list[tallies.Tally]:
    found = []
    for path in tallies.waiting(folder):
        found.append(tallies.read(path))
        path.unlink()
    return found


def test_equal_requests_become_one_row_with_the_most_subscribers(tmp_path: Path) -> None:
    counting = Seen(tmp_path)
    asked(counting, 600)
    asked(counting, 2, "Feedbin feed-id:1 - 15 subscribers")
    asked(counting, 3, status=304)
    counting.add(ATOM, 304, {})
    counting.drain(TODAY)
    counting.write(TODAY)
    (tally,) = taken(tmp_path)
    rows = {(row.status, row.family): (row.requests, row.subscribers) for row in tally.rows}
    assert rows == {(200, "Feedbin"): (602, 15), (304, "Feedbin"): (3, 12), (304, "No name given"): (1, 0)}
    assert tally.lost == 0
    counting.write(TODAY)
    assert taken(tmp_path) == []


def test_a_full_buffer_loses_counts_and_says_how_many(tmp_path: Path) -> None:
    counting = Seen(tmp_path)
    asked(counting, seen.MOST_WAITING + 1_000)
    assert len(counting.waiting) == seen.MOST_WAITING
    assert counting.lost == 1_000
    began = time.perf_counter()
    asked(counting, 10_000)
    assert (time.perf_counter() - began) / 10_000 < 0.000_05  # It takes no longer than counting would.
    counting.drain(TODAY)
    counting.write(TODAY)
    (tally,) = taken(tmp_path)
    assert tally.rows[0].requests == seen.MOST_WAITING
    assert tally.lost == 11_000
    assert counting.lost == 0


def test_every_request_of_many_threads_is_counted_or_lost(tmp_path: Path) -> None:
    counting, before = Seen(tmp_path), sys.getswitchinterval()
    sys.setswitchinterval(0.000_01)
    try:
        threads = [threading.Thread(target=asked, args=(counting, 5_000)) for _ in range(8)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            counting.drain(TODAY)
        counting.drain(TODAY)
    finally:
        sys.setswitchinterval(before)
    assert sum(number for number, _ in counting.sums.values()) + counting.lost == 40_000


@pytest.mark.parametrize("agent", ["x" * 1_000_000, "Feedly\0\0", bytes(range(256)).decode("latin-1"), "\ud800", ""])
def test_hostile_user_agents_take_no_room_and_come_out_as_a_family(tmp_path: Path, agent: str) -> None:
    counting = Seen(tmp_path)
    asked(counting, 5, agent)
    assert sys.getsizeof(counting.waiting[0][2]) < 4 * families.LONGEST + 100
    counting.drain(TODAY)
    counting.write(TODAY)
    (tally,) = taken(tmp_path)
    assert [row.family in families.KIND_OF for row in tally.rows] == [True]
    assert agent[:50] not in str(tally) or not agent


def test_ever_new_user_agents_cost_bounded_time_and_the_rest_is_lost(tmp_path: Path) -> None:
    counting = Seen(tmp_path)
    asked(counting, 10)
    counting.drain(TODAY)
    for nth in range(5_000):
        asked(counting, 1, f"{nth} {'x' * 300}")
    asked(counting, 10)
    counting.drain(TODAY)
    assert counting.lost == 5_000 - seen.MOST_NEW
    assert {row.family: number for row, (number, _) in counting.sums.items()} == {"Feedbin": 20, "Other": seen.MOST_NEW}
    for _ in range(20):
        for nth in range(seen.MOST_NEW):
            asked(counting, 1, f"{time.perf_counter_ns()} {nth}")
        counting.drain(TODAY)
    assert len(counting.known) <= seen.MOST_KNOWN


def test_sums_are_bounded_and_tallies_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MOST_SUMS", 50)
    monkeypatch.setattr(seen, "ROWS", 20)
    counting = Seen(tmp_path)
    for _ in range(2):
        for nth in range(60):
            asked(counting, 1, place=Place(Key("en", f"tag/{nth}"), "atom", ""))
    counting.drain(TODAY)
    counting.write(TODAY)
    found = taken(tmp_path)
    assert [len(tally.rows) for tally in found] == [20, 20, 10]
    assert [tally.number for tally in found] == [1, 2, 3]
    assert sum(row.requests for tally in found for row in tally.rows) == 100
    assert [tally.lost for tally in found] == [20, 0, 0]


def test_where_nobody_takes_them_tallies_stop_and_counts_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_WAITING", 3)
    counting = Seen(tmp_path)
    for _ in range(10):
        asked(counting, 1)
        counting.drain(TODAY)
        counting.write(TODAY)
    assert len(tallies.waiting(tmp_path)) == 3
    found = taken(tmp_path)
    counting.write(TODAY)
    found += taken(tmp_path)
    assert sum(row.requests for tally in found for row in tally.rows) == 10


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    counting = Seen(tmp_path)
    (tmp_path / "run").write_text("a file in the way")
    asked(counting, 5)
    counting.drain(TODAY)
    with pytest.raises(OSError, match="run"):
        counting.write(TODAY)
    (tmp_path / "run").unlink()
    counting.write(TODAY)
    (tally,) = taken(tmp_path)
    assert (tally.number, tally.rows[0].requests) == (1, 5)


BROKEN = {
    "empty": b"",
    "zeros": bytes(200),
    "cut": b'{"day": "2026-11-22", "rows": [["2026-11',
    "no object": b"[]",
    "short row": b'{"day": "2026-11-22", "rows": [["2026-11-22", "news"]], "lost": 0}',
    "other type": b'{"day": "2026-11-22", "rows": [["2026-11-22", "news", "en", "atom", "200", "Feedly", 1, 0]], "lost": 0}',
    "no day": b'{"day": "yesterday", "rows": [], "lost": 0}',
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_tally_is_refused(tmp_path: Path, name: str) -> None:
    path = tallies.folder(tmp_path) / f"{'a' * 32}-1.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(BROKEN[name])
    assert tallies.waiting(tmp_path) == [path]
    with pytest.raises(ValueError, match="is no tally"):
        tallies.read(path)


def test_half_written_tallies_are_not_taken_and_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tallies.folder(tmp_path)
    folder.mkdir(parents=True)
    (folder / f".making-{'a' * 32}-1.json").write_bytes(b"{")
    assert tallies.waiting(tmp_path) == []
    assert tallies.sweep(tmp_path) == 0
    monkeypatch.setattr(tallies, "_LEFT_AFTER", -1.0)
    assert tallies.sweep(tmp_path) == 1


def test_tallies_of_one_source_come_in_order(tmp_path: Path) -> None:
    counting = Seen(tmp_path)
    for _ in range(12):
        asked(counting, 1)
        counting.drain(TODAY)
        counting.write(TODAY)
    assert [tally.number for tally in taken(tmp_path)] == list(range(1, 13))
