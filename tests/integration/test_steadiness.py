"""What frozen builders, lost files, failed builds and other histories do to the ticker, the shelf and the front."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Database, let_go
from patience import PATIENCE
from sqlalchemy import insert, select, update
from test_feeds_under_change import NEWS, ROBOTS, published, served, withdrawn_elsewhere

from feedsvc import clock, jobs, shelf
from feedsvc.db import transaction
from feedsvc.feeds import build, watch
from feedsvc.models import Feed
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key
from feedsvc.web import front as front_module

HOLD = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def newsroom(instance: Path) -> Path:
    return instance


@contextmanager
def frozen_builder(instance: Path, key: Key) -> Iterator[None]:
    """Another process holds a feed's lock, and is stopped."""
    path = shelf.folder(instance, key) / ".lock"
    other = subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        os.kill(other.pid, signal.SIGSTOP)
        yield
    finally:
        other.kill()
        other.communicate()


def read_lately(*keys: Key) -> None:
    with transaction() as session:
        for key in keys:
            session.execute(update(Feed).where(Feed.scope == key.scope).values(read_at=clock.now()))


def test_a_frozen_builder_of_one_feed_delays_no_other(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, look = published("First"), watch.Watch()
    build.build(ROBOTS)
    read_lately(ROBOTS)
    watch.follow(look)
    with frozen_builder(newsroom, NEWS):
        withdrawn_elsewhere(first, monkeypatch)  # To be built by this node's ticker.
        began = time.monotonic()
        monkeypatch.setattr(shelf, "FORBIDDING", 30.0)
        monkeypatch.setattr(shelf, "expire", lambda *_, **__: None)
        watch.follow(look)
        assert time.monotonic() - began < 1.5 * PATIENCE
        assert look.failed == {NEWS}
        there = shelf.mark(newsroom, ROBOTS)
        assert there is not None
        assert there.version == look.seen
    watch.follow(look)
    assert look.failed == set()


def test_a_frozen_builder_keeps_nothing_that_was_taken_back(newsroom: Path) -> None:
    key = published("Secretword")
    published("Another")
    build.build(ROBOTS)
    with frozen_builder(newsroom, ROBOTS), frozen_builder(newsroom, NEWS):
        began = time.monotonic()
        act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
        assert time.monotonic() - began < 4 * PATIENCE
        assert b"Secretword" not in served(newsroom, ROBOTS)
        assert b"Secretword" not in served(newsroom, NEWS)
        build.build(ROBOTS)  # The lock was taken from it, so that the feed goes on.
        assert b"Another" in served(newsroom, ROBOTS)


def test_a_builder_that_wakes_after_its_lock_was_taken_leaves_no_old_bytes(newsroom: Path) -> None:
    key = published("Secretword")
    published("Another")
    build.build(ROBOTS)
    there = shelf.mark(newsroom, ROBOTS)
    assert there is not None
    old = shelf.read(newsroom, ROBOTS, there)
    assert old is not None
    asleep, wake, raised = threading.Event(), threading.Event(), list[OSError]()

    def builder() -> None:
        with shelf.locked(newsroom, ROBOTS):
            asleep.set()
            wake.wait(20)
            try:
                shelf.put(newsroom, ROBOTS, old)
            except OSError as error:
                raised.append(error)

    thread = threading.Thread(target=builder)
    thread.start()
    assert asleep.wait(5)
    act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    wake.set()
    thread.join()
    assert raised
    assert b"Secretword" not in served(newsroom, ROBOTS)


def test_a_lock_that_was_held_for_long_is_taken(newsroom: Path) -> None:
    published("First")
    build.build(ROBOTS)
    with frozen_builder(newsroom, ROBOTS):
        with pytest.raises(TimeoutError), shelf.locked(newsroom, ROBOTS, patience=0.2):
            pass
        path = shelf.folder(newsroom, ROBOTS) / ".lock"
        long_ago = time.time() - 100
        os.utime(path, (long_ago, long_ago))
        with shelf.locked(newsroom, ROBOTS, patience=0.2), path.open() as mine, pytest.raises(BlockingIOError):
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_sweep_passes_by_a_feed_that_somebody_builds(newsroom: Path) -> None:
    published("First")
    build.build(ROBOTS)
    with frozen_builder(newsroom, ROBOTS):
        began = time.monotonic()
        jobs.sweep()
        assert time.monotonic() - began < 1.5 * PATIENCE


def test_lost_and_broken_feeds_come_back_round_by_round(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [Key("en", f"tag/a{n}") for n in range(25)]
    for key in keys:
        published(key.scope, key.scope.removeprefix("tag/"))
        build.build(key)
    read_lately(*keys)
    look = watch.Watch()
    watch.follow(look)
    monkeypatch.setattr(watch, "FEWEST", 4)
    monkeypatch.setattr(watch, "LOOK_OVER", 0.0)
    watch.follow(look)
    for key in keys[::3]:
        (shelf.folder(newsroom, key) / shelf.CURRENT).unlink()
    for key in keys[1::3]:
        mark = shelf.mark(newsroom, key)
        (shelf.folder(newsroom, key) / str(mark) / "atom.gz").write_bytes(b"")
    (shelf.folder(newsroom, NEWS) / shelf.CURRENT).unlink()
    watch.follow(look)
    assert shelf.mark(newsroom, NEWS) is not None
    rounds = 0
    while [k for k in keys if not (m := shelf.mark(newsroom, k)) or not shelf.is_whole(newsroom, k, m)]:
        rounds += 1
        assert rounds <= 2 * len(keys) // 4 + 2
        before = watch.follow(look)
        assert before <= 4
    assert rounds > 3


def test_slow_codings_come_to_what_was_built_news_first_and_to_all_in_time(newsroom: Path) -> None:
    look = watch.Watch()
    keys = [Key("en", f"tag/b{n}") for n in range(3)]
    for key in keys:
        published(key.scope, key.scope.removeprefix("tag/"))
        build.build(key)
    read_lately(*keys)
    watch.follow(look)

    def coded() -> set[Key]:
        return {k for k in (NEWS, *keys) if (m := shelf.mark(newsroom, k)) and m.stage == build.ALL}

    assert watch.code(look) == 2
    assert NEWS in coded()
    while watch.code(look):
        pass
    assert coded() == {NEWS, *keys}
    published("More", "b1")
    watch.follow(look)
    assert coded() == {keys[0], keys[2]}
    watch.code(look)
    assert coded() == {NEWS, *keys}
    assert look.uncoded == {}
    build.rebuild(keys[2])  # By somebody else, whom the ticker does not hear of until it comes by.
    watch.code(look)
    assert keys[2] not in coded()
    look.looked_over = 0.0
    watch.follow(look)
    watch.code(look)
    assert keys[2] in coded()


def test_a_ticker_at_rest_reads_no_feed(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand feeds that are read: a look is at a small part of them, and a ring of the bell at none."""
    now = clock.now()
    row: dict[str, Any] = {"language": "en", "last_modified": now.replace(microsecond=0), "until": clock.NEVER}
    with transaction() as session:
        row |= {"version": session.scalar(select(Feed.version).limit(1)), "created_at": now, "read_at": now}
        many = [row | {"guid": f"urn:rest:{n}", "scope": f"tag/rest-{n}"} for n in range(10_000)]
        session.execute(insert(Feed), many)
    look = watch.Watch(seen=1, seen_at=None)
    with transaction() as session:
        look.seen, look.seen_at = watch._newest(session)
    asked: list[Key] = []
    monkeypatch.setattr(build, "is_behind", lambda _, key, *__, **___: asked.append(key))
    monkeypatch.setattr(build, "compress", lambda key: asked.append(key) or False)
    look.uncoded = {}
    watch.follow(look)
    assert 150 < len(asked) < 300
    watch.code(look)  # The news, which were built quickly.
    look.looked_over = time.monotonic() + 60
    asked.clear()
    for _ in range(5):
        watch.follow(look)
        shelf.bell.ring(newsroom)
        watch.code(look)
    assert asked == []


def test_rows_of_another_history_are_noticed_and_nothing_of_the_old_one_stays(newsroom: Path) -> None:
    published("Kept")
    build.build(ROBOTS)
    look = watch.Watch()
    watch.follow(look)
    assert look.seen_at is not None
    assert not watch.anew_file(newsroom).exists()
    look.seen_at -= timedelta(hours=1)  # The number that it saw is given to another change by now.
    watch.follow(look)
    assert watch.anew_file(newsroom).exists()
    assert shelf.mark(newsroom, NEWS) is not None
    assert shelf.mark(newsroom, ROBOTS) is None


def test_bytes_that_are_newer_than_all_rows_are_noticed(newsroom: Path) -> None:
    """A standby took over that had not heard of the last change, which this node had built and its ticker not seen."""
    published("First")
    look = watch.Watch()
    watch.follow(look)
    there = shelf.mark(newsroom, NEWS)
    assert there is not None
    newest = shelf.read(newsroom, NEWS, there)
    assert newest is not None
    shelf.put(newsroom, NEWS, shelf.Shelved(there._replace(version=look.seen + 7), 0, newest.etags, newest.files))
    look.looked_over = 0.0
    watch.follow(look)
    watch.follow(look)
    assert watch.anew_file(newsroom).exists()
    there = shelf.mark(newsroom, NEWS)
    assert there is not None
    assert there.version <= look.seen


def test_a_database_that_is_being_restored_founds_no_newsroom(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = watch.Watch()
    watch.follow(look)
    monkeypatch.setattr(watch, "_newest", lambda _: (0, None))
    with pytest.raises(watch.Unavailable):
        watch.follow(look)
    assert not watch.anew_file(newsroom).exists()
    assert shelf.mark(newsroom, NEWS) is not None


Reader = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def counted() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def reader(newsroom: Path, monkeypatch: pytest.MonkeyPatch, counted: list[tuple[str, int]]) -> Reader:
    """Asks the front, as a web server does."""

    class Counting:
        def add(self, place: Any, status: int, _: Any) -> None:
            counted.append((place.key.scope, status))

    monkeypatch.setattr(front_module.seen, "begin", lambda _: Counting())
    app = front_module.front(lambda _, start: (start("404 Not Found", []), [b""])[1])

    def get(path: str) -> tuple[int, bytes]:
        said: list[str] = []
        body = b"".join(app({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda status, _: said.append(status)))
        return int(said[0][:3]), body

    return get


def test_a_failed_build_rests_and_a_withdrawal_ends_the_rest(
    newsroom: Path, database: Database, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("Secretword")
    text = checked(ItemDraft(headline="Planned"), ("en",))
    key = str(act(items.create, text, actor=SYSTEM).item.key)
    moment = (clock.now() + timedelta(seconds=2)).replace(microsecond=0)
    act(publishing.schedule, key, moment, actor=SYSTEM)
    assert b"Secretword" in reader("/feeds/news.atom")[1]
    tries, real = list[float](), build.build
    monkeypatch.setattr(build, "build", lambda key: (tries.append(time.monotonic()), real(key)))
    let_go()
    database.away()
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()) + 0.01)
    began = time.monotonic()
    while time.monotonic() < began + 1.6:
        status, body = reader("/feeds/news.atom")
        assert (status, b"Secretword" in body, b"Planned" in body) == (200, True, False)
    assert len(tries) == 2
    there = shelf.mark(newsroom, NEWS)
    assert there is not None
    shelf.expire(newsroom, NEWS, below=there.version + 1, for_good=True)
    for _ in range(3):
        assert reader("/feeds/news.atom")[0] == 503
    database.back()


def test_a_failed_build_is_tried_again_after_its_rest(newsroom: Path, database: Database, reader: Reader) -> None:
    text = checked(ItemDraft(headline="Planned"), ("en",))
    key = str(act(items.create, text, actor=SYSTEM).item.key)
    moment = (clock.now() + timedelta(seconds=2)).replace(microsecond=0)
    act(publishing.schedule, key, moment, actor=SYSTEM)
    assert reader("/feeds/news.atom")[0] == 200
    let_go()
    database.away()
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()) + 0.01)
    assert b"Planned" not in reader("/feeds/news.atom")[1]
    let_go()
    database.back()
    time.sleep(1.05)
    assert b"Planned" in reader("/feeds/news.atom")[1]


def test_what_may_not_be_there_is_not_counted_while_nobody_can_say(
    newsroom: Path, database: Database, reader: Reader, counted: list[tuple[str, int]]
) -> None:
    assert reader("/feeds/news.atom")[0] == 200
    assert reader(f"/feeds/tag/{'x' * 5000}.atom")[0] == 404
    let_go()
    database.away()
    for number in range(20):
        assert reader(f"/feeds/tag/random-{number}.atom")[0] == 503
    there = shelf.mark(newsroom, NEWS)
    assert there is not None
    shelf.expire(newsroom, NEWS, below=there.version + 1, for_good=True)
    assert reader("/feeds/news.atom")[0] == 503
    assert counted == [("news", 200), ("news", 503)]
    database.back()
