"""A backup that is restored under a running newsroom, and builders that are frozen beside one: real processes over HTTP."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from databases import KIND
from patience import PATIENCE
from served import FORMATS, Served, wait_for

from feedsvc import outage

HOLD = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True); sys.stdin.read()"


def backed_up(served: Served, folder: Path) -> Callable[[], None]:
    """Keeps the database as it is now. What is given puts it back, while the newsroom runs."""
    database = served.database
    if KIND != "postgresql":
        kept = folder / "backup.sqlite"

        def copy(source: Path, target: Path) -> None:
            with (
                contextlib.closing(sqlite3.connect(source)) as one,
                contextlib.closing(sqlite3.connect(target)) as other,
            ):
                one.backup(other)

        live = next(file for file in database.files if file.suffix == ".sqlite")
        copy(live, kept)
        return lambda: copy(kept, live)
    server, name = database.server, f"{database.name}_backup"
    assert server is not None
    database.away()
    server.ask(f"CREATE DATABASE {name} TEMPLATE {database.name}")
    database.back()

    def restore() -> None:
        database.drop()
        server.ask(f"CREATE DATABASE {database.name} TEMPLATE {name}")
        server.ask(f"DROP DATABASE {name}")

    return restore


def test_a_restored_backup_is_noticed_and_nothing_of_the_lost_time_is_served(fresh: Served, tmp_path: Path) -> None:
    fresh.act(fresh.draft("Kept in the backup", slug="kept"), "publish")
    restore = backed_up(fresh, tmp_path)
    time.sleep(outage.REST)  # Each process that found the database away rests so long.
    assert wait_for(lambda: fresh.get("/readyz").status == 200, 5)
    for number in range(4):
        fresh.act(fresh.draft(f"Lost {number}", slug=f"lost-{number}"), "publish")
    assert all("lost-3" in fresh.get(f"/feeds/news.{fmt}").text for fmt in FORMATS)
    assert fresh.process is not None
    pid = fresh.process.pid
    restore()
    began = time.monotonic()

    def is_ready() -> bool:
        try:
            return fresh.get("/readyz").status == 200
        except OSError:
            return False

    def is_right() -> bool:
        try:
            texts = [fresh.get(f"/feeds/news.{fmt}").text for fmt in FORMATS]
        except OSError:  # It starts anew.
            return False
        return all("lost-" not in text and "/kept" in text for text in texts)

    assert wait_for(lambda: "starting_anew" in fresh.log(), 15), fresh.log()[-2000:]
    time.sleep(0.5)
    assert wait_for(is_right, 25, 0.1), fresh.log()[-2000:]
    print(f"\nright {time.monotonic() - began:.1f} s after the restore")
    assert wait_for(is_ready, 20)
    assert fresh.process.pid == pid
    assert fresh.process.poll() is None
    assert "another_history" in fresh.log()
    # Numbers are given out again, for other things.
    for number in range(4):
        fresh.act(fresh.draft(f"New {number}", slug=f"new-{number}"), "publish")
        for fmt in FORMATS:
            text = fresh.get(f"/feeds/news.{fmt}").text
            assert f"new-{number}" in text
            assert "lost-" not in text
    assert fresh.run("feeds", "verify").returncode == 0
    log = fresh.log()
    time.sleep(3)
    assert fresh.log()[len(log) :].count("starting_anew") == 0


def test_a_frozen_builder_of_one_feed_delays_neither_news_nor_readiness(fresh: Served) -> None:
    tag = [{"name": "Robots", "kind": "theme"}]
    key = fresh.draft("Taken back", slug="taken-back", tags=tag)
    fresh.act(key, "publish")
    assert "taken-back" in fresh.get("/feeds/tag/robots.atom").text
    lock = fresh.instance / "shelf" / "en" / "tag" / "robots" / ".lock"
    other = subprocess.Popen([sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        os.kill(other.pid, signal.SIGSTOP)
        began = time.monotonic()
        fresh.act(key, "withdraw", reason="It was wrong.")
        assert time.monotonic() - began < 5 * PATIENCE
        for fmt in FORMATS:
            assert "taken-back" not in fresh.get(f"/feeds/tag/robots.{fmt}").text
        fresh.act(fresh.draft("Meanwhile", slug="meanwhile"), "publish")
        assert "meanwhile" in fresh.get("/feeds/news.atom").text
        time.sleep(11)
        assert fresh.get("/readyz").status == 200, fresh.get("/readyz").text
    finally:
        other.kill()
        other.communicate()


def test_a_job_that_does_not_come_to_an_end_shows_in_readyz(fresh: Served) -> None:
    """Nobody could open this file: the build job hangs in the kernel, and the ticker's heart goes on beating."""
    place = fresh.instance / "shelf" / "en" / "news"
    link = place / "current"
    version = link.resolve()
    (version / "meta.json").unlink()
    os.mkfifo(version / "meta.json")
    # On a busy machine the ticker may not have begun yet, which is a 503 of another kind.
    assert wait_for(lambda: "build" in fresh.get("/readyz").json()["checks"]["scheduler"].get("detail", ""), 20, 0.2)
    answer = fresh.get("/readyz")
    assert answer.status == 503
    assert answer.json()["checks"]["scheduler"]["ok"] is False
    link.unlink()
    fifo = os.open(version / "meta.json", os.O_RDWR)
    (version / "meta.json").unlink()  # From now on nothing hangs there, and whoever does is let go.
    os.write(fifo, b"{}")
    os.close(fifo)
    assert wait_for(lambda: fresh.get("/readyz").status == 200, 20, 0.2)
