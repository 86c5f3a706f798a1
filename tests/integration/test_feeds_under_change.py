"""What a reader may not get although builds, withdrawals and tickers cross each other, or a disk is full."""

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from feedsvc import clock, road, settings, shelf
from feedsvc.errors import Invalid, NotNow
from feedsvc.feeds import archives, build, bulk, watch
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.drafts import Checked, ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key

ROBOTS, NEWS = Key("en", "tag/robots"), Key("en", "news")


@pytest.fixture(autouse=True)
def newsroom(instance: Path) -> Path:
    return instance


def published(headline: str, tag: str = "Robots", language: str = "en") -> str:
    text = checked(ItemDraft(headline=headline, language=language, tags=(TagName(tag),)), ("en", "ru"))
    key = str(act(items.create, text, actor=SYSTEM).item.key)
    act(publishing.publish, key, actor=SYSTEM)
    return key


def served(instance: Path, key: Key) -> bytes:
    """What lies on the shelf and may be served."""
    mark = shelf.mark(instance, key)
    found = shelf.read(instance, key, mark) if mark and mark.until_ms else None
    return gzip.decompress(found.files["atom.gz"]) if found else b""


def withdrawn_elsewhere(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another node takes an item back: nothing happens on this one's shelf."""
    with monkeypatch.context() as patch:
        patch.setattr(road, "follow", lambda *_, **__: None)
        act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)


def test_a_first_build_beside_a_withdrawal_leaves_nothing_behind(
    newsroom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("Another")
    key = published("Secretword")
    look = watch.Watch()
    watch.follow(look)
    assert shelf.mark(newsroom, ROBOTS) is None
    real, go, began = build._shelved, threading.Event(), threading.Event()

    def slow(*made: Any) -> Any:
        if threading.current_thread().name == "reader" and not go.is_set():
            began.set()
            go.wait(10)
        return real(*made)

    monkeypatch.setattr(build, "_shelved", slow)
    reader = threading.Thread(target=build.build, args=(ROBOTS,), name="reader")
    reader.start()
    assert began.wait(5)
    act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    watch.follow(look)
    go.set()
    reader.join()
    assert b"Another" in served(newsroom, ROBOTS)
    assert b"Secretword" not in served(newsroom, ROBOTS)


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_feed_that_is_swept_away_as_its_build_begins_is_a_first_build(
    newsroom: Path, monkeypatch: pytest.MonkeyPatch, one_by_one: bool
) -> None:
    key = published("Secretword")
    build.build(ROBOTS)
    published("Another")
    real, locked, go, began = build._shelved, shelf.locked, threading.Event(), threading.Event()

    @contextlib.contextmanager
    def swept(instance: Path, which: Key, **words: Any) -> Iterator[None]:
        if threading.current_thread().name == "reader" and not began.is_set():
            (shelf.folder(instance, which) / shelf.CURRENT).unlink(missing_ok=True)
        with locked(instance, which, **words):
            yield

    def slow(*made: Any) -> Any:
        if threading.current_thread().name == "reader" and not go.is_set():
            began.set()
            go.wait(10)
        return real(*made)

    monkeypatch.setattr(shelf, "locked", swept)
    monkeypatch.setattr(build, "_shelved", slow)
    deed = partial(build.build, ROBOTS) if one_by_one else partial(build.build_all, [ROBOTS])
    reader = threading.Thread(target=deed, name="reader")
    reader.start()
    assert began.wait(5)
    act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    go.set()
    reader.join()
    assert b"Another" in served(newsroom, ROBOTS)
    assert b"Secretword" not in served(newsroom, ROBOTS)


def test_a_full_disk_keeps_no_withdrawn_bytes_on_another_node(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, look = published("Secretword"), watch.Watch()
    watch.follow(look)
    withdrawn_elsewhere(key, monkeypatch)
    assert b"Secretword" in served(newsroom, NEWS)

    def full(*_: Any) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "put", full)
        watch.follow(look)
        assert served(newsroom, NEWS) == b""
    watch.follow(look)
    assert b"feed" in served(newsroom, NEWS)
    assert b"Secretword" not in served(newsroom, NEWS)


def test_a_feed_that_cannot_be_built_stops_no_other(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, look = published("Secretword"), watch.Watch()
    watch.follow(look)
    build.build(ROBOTS)
    withdrawn_elsewhere(key, monkeypatch)
    real = build._put

    def poisoned(session: Any, instance: Path, which: Key, known: Any) -> Any:
        if which == NEWS:
            raise ValueError("a defect in one feed")
        return real(session, instance, which, known)

    monkeypatch.setattr(build, "_put", poisoned)
    watch.follow(look)
    assert b"feed" in served(newsroom, ROBOTS)
    assert b"Secretword" not in served(newsroom, ROBOTS)
    assert look.failed == {NEWS}


def test_what_a_ticker_has_built_already_is_not_forbidden_any_more(newsroom: Path) -> None:
    published("First")
    build.build(ROBOTS)
    there = shelf.mark(newsroom, ROBOTS)
    assert there is not None
    shelf.expire(newsroom, ROBOTS, below=there.version, for_good=True)
    assert shelf.mark(newsroom, ROBOTS) == there


def test_old_bytes_are_a_last_resort_and_no_more(newsroom: Path) -> None:
    published("First")
    build.build(ROBOTS)
    old = served(newsroom, ROBOTS)
    published("Second")
    there = shelf.mark(newsroom, ROBOTS)
    assert there is not None
    assert there.until_ms == shelf.LAST_RESORT
    assert served(newsroom, ROBOTS) == old
    shelf.sweep(newsroom, ROBOTS, older_than=-1)
    assert served(newsroom, ROBOTS) == old
    build.build(ROBOTS)
    assert b"Second" in served(newsroom, ROBOTS)
    shelf.sweep(newsroom, ROBOTS, older_than=-1)
    assert b"Second" in served(newsroom, ROBOTS)


def test_a_moment_that_was_told_of_is_built_all_the_same(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedsvc import jobs

    monkeypatch.setattr(jobs, "_WATCH", watch.Watch())
    text = checked(ItemDraft(headline="Planned", tags=(TagName("Robots"),)), ("en",))
    key = str(act(items.create, text, actor=SYSTEM).item.key)
    moment = (clock.now() + timedelta(seconds=2)).replace(microsecond=0)
    act(publishing.schedule, key, moment, actor=SYSTEM)
    jobs.build()
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()) + 0.01)
    jobs.live()
    assert b"Planned" in served(newsroom, NEWS)


def test_archives_of_a_feed_that_went_are_nobodys_trouble() -> None:
    assert archives.cut_off(987_654, (clock.now(), 1)) == 0


def past(headline: str, ago: timedelta) -> Past:
    return Past(clock.now() - ago, (Checked(headline=headline, language="en", tags=(TagName("Robots"),)),))


def test_nothing_is_brought_in_while_everything_is_held_or_from_the_future() -> None:
    with pytest.raises(Invalid):
        act(bulk.bring_in, [past("Tomorrow", -timedelta(days=1))], actor=SYSTEM)
    act(publishing.hold, actor=SYSTEM)
    with pytest.raises(NotNow):
        act(bulk.bring_in, [past("Old", timedelta(days=1))], actor=SYSTEM)
    act(publishing.unhold, actor=SYSTEM)
    assert act(bulk.bring_in, [past("Old", timedelta(days=1))], actor=SYSTEM) == 1


def test_a_language_that_was_given_up_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from feedsvc.feeds import places

    monkeypatch.setenv("FEEDSVC_LANGUAGES", "en,ru")
    settings.current.cache_clear()
    published("Robot", "Robots", "ru")
    monkeypatch.setenv("FEEDSVC_LANGUAGES", "en")
    settings.current.cache_clear()
    done = 0
    while done := act(places.place_anew, done):
        pass
