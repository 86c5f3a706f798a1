"""Faults that were found by looking for them: each was a failing test first."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from served import FORMATS, Served, free_port, newsroom, wait_for
from test_time import in_seconds

from feedsvc import shelf
from feedsvc.shelf import Key, Mark, Shelved


def test_bodies_that_never_come_do_not_stop_feeds_and_pages(served: Served) -> None:
    with ExitStack() as open_ones:
        for _ in range(60):
            slow = open_ones.enter_context(closing(socket.create_connection(("127.0.0.1", served.port))))
            slow.sendall(
                b"POST /desk/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na"
            )
        time.sleep(0.5)
        for path in ("/feeds/news.atom", "/healthz", "/", "/readyz") * 3:
            answer = served.get(path)
            assert answer.status == 200, path
            assert answer.ended - answer.began < 2 * PATIENCE


@pytest.mark.parametrize("hurt", ["empty", "meta", "dangling"])
def test_what_a_power_cut_left_on_the_shelf_is_never_served(fresh: Served, hurt: str) -> None:
    before = {fmt: fresh.get(f"/feeds/news.{fmt}") for fmt in FORMATS}
    fresh.kill()
    version = (fresh.instance / "shelf" / "en" / "news" / "current").resolve()
    for file in version.iterdir():
        if hurt == "dangling":
            file.unlink()
        elif (file.name == "meta.json") == (hurt == "meta"):
            file.write_bytes(b"")
    if hurt == "dangling":
        version.rmdir()
    fresh.start()
    for fmt, old in before.items():
        assert fresh.get(f"/feeds/news.{fmt}").body == old.body
        assert fresh.get(f"/feeds/news.{fmt}").headers["ETag"] == old.headers["ETag"]


def test_files_cut_short_under_a_running_server_are_made_anew(fresh: Served) -> None:
    old = fresh.get("/feeds/news.rss")
    version = (fresh.instance / "shelf" / "en" / "news" / "current").resolve()
    for file in version.iterdir():
        file.write_bytes(b"")
    assert wait_for(lambda: fresh.run("feeds", "verify", check=False).returncode == 0, 5)
    for _ in range(8):
        answer = fresh.get("/feeds/news.rss", Accept_Encoding="identity")
        assert (answer.status, answer.body) == (200, old.body)


def test_full_disk_cannot_keep_withdrawn_bytes_on_the_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Key("en", "news")
    shelf.put(tmp_path, key, Shelved(Mark(1, 10**14, 1), 0, {"atom": "x"}, {"atom": b"old"}))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "_flip", full)
    shelf.expire(tmp_path, key, below=10, for_good=True)
    assert shelf.mark(tmp_path, key) is None


def test_command_from_a_shell_with_other_settings_leaves_addresses_alone(fresh: Served) -> None:
    key = fresh.draft("Published from a plain shell")
    plain = {k: v for k, v in fresh.environment.items() if k not in ("FEEDSVC_BASE_URL", "PORT")}
    plain["FEEDSVC_NEWSROOM_NAME"] = "Somebody else"
    for words in (("items", "publish", key), ("init",)):
        done = subprocess.run(fresh.command(*words), env=plain, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert wait_for(lambda: b"Published from a plain shell" in fresh.get("/feeds/news.atom").body, 2)
    for fmt in FORMATS:
        body = fresh.get(f"/feeds/news.{fmt}").text
        assert "localhost:8000" not in body
        assert "Somebody else" not in body
        assert fresh.base in body
    link = subprocess.run(
        fresh.command("user", "link", "editor@example.org"),
        env={**plain, "FEEDSVC_NEWSROOM_NAME": ""} | plain,
        capture_output=True,
        text=True,
        check=False,
    )
    assert link.stdout.startswith(fresh.base)


def test_mail_server_that_never_answers_does_not_stop_the_ticker(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        settings = {"FEEDSVC_SMTP_URL": f"smtp://127.0.0.1:{port}", "FEEDSVC_LATE_AFTER_SECONDS": "0.001"}
        with newsroom(tmp_path / "silent", **settings) as served:
            key = served.draft("Late by a hair")
            at, moment = in_seconds(1)
            served.act(key, "schedule", publish_at=at)
            time.sleep(max(0, moment + 2 - time.time()))
            served.stop()
            served.start()
            assert wait_for(lambda: served.get("/readyz").status == 200, 5)
            ticker = served.pid_of("feedsvc worker")
            time.sleep(8)
            assert served.pid_of("feedsvc worker") == ticker, served.log()[-800:]
            assert served.get("/readyz").status == 200


def test_writer_that_holds_the_database_over_a_moment_delays_no_feed(served: Served) -> None:
    key = served.draft("Due while somebody writes", slug="due-while-written")
    at, moment = in_seconds(2)
    served.act(key, "schedule", publish_at=at)
    time.sleep(max(0, moment - 0.3 - time.time()))
    with served.database.held():
        time.sleep(max(0, moment - time.time()))
        assert wait_for(lambda: b"Due while somebody writes" in served.get("/feeds/news.atom").body, 1)
        assert served.get("/news/due-while-written").status == 200


def test_damaged_database_is_told_as_503_and_feeds_go_on(fresh: Served) -> None:
    key = fresh.draft("Planned before the damage")
    at, moment = in_seconds(4)
    fresh.act(key, "schedule", publish_at=at)
    last = fresh.get("/feeds/news.atom").body
    fresh.run("job", "build")
    web = [pid for pid, line in fresh.processes().items() if "feedsvc.webserver" in line]
    fresh.database.damage()
    os.kill(min(web), signal.SIGKILL)  # Whoever has the old pages in memory could still read them rightly.
    time.sleep(max(0, moment + 0.2 - time.time()))
    assert wait_for(lambda: _alive(fresh), 20)
    for path in ("/", "/news/x", "/sitemap.xml", "/feeds/nope.atom", "/api/v1/items", "/desk/items"):
        assert fresh.get(path).status in (200, 303, 401, 404, 503), path
    answers = [fresh.get("/feeds/news.atom") for _ in range(6)]
    assert {a.status for a in answers} <= {200, 503}
    # The ticker may still have had the pages in memory that it needed to build the moment rightly.
    assert all(a.body == last or b"Planned before the damage" in a.body for a in answers if a.status == 200)


def _alive(served: Served) -> bool:
    try:
        return served.get("/healthz").status == 200
    except OSError:
        return False


def test_huge_header_is_not_remembered(served: Served) -> None:
    for _ in range(20):
        answer = served.get("/feeds/news.atom", Accept_Encoding="x" * 200 + ", gzip" * 5000)
        assert answer.status in (200, 400, 431)


def test_withdrawal_just_before_a_planned_correction_is_taken(served: Served) -> None:
    key = served.draft("To be corrected and then withdrawn", slug="correct-then-withdraw")
    served.act(key, "publish")
    served.edit(key, body_html="<p>New words.</p>")
    at, moment = in_seconds(1)
    served.act(key, "correct", note="A note.", publish_at=at)
    time.sleep(max(0, moment - 0.25 - time.time()))
    served.act(key, "withdraw", reason="No.")
    time.sleep(0.6)
    assert served.get("/news/correct-then-withdraw").status == 410
    assert b"correct-then-withdraw" not in served.get("/feeds/news.atom").body


MANY = int(os.environ.get("FEEDSVC_TEST_TOGETHER", "80"))


def patiently(deed: Callable[[], Any]) -> Any:
    """What it gives. A busy database says so and asks to be tried again: nothing was written then."""
    for _ in range(5):
        try:
            return deed()
        except AssertionError as error:
            if '"status": 503' not in str(error):
                raise
            time.sleep(1)
    return deed()


def planned(served: Served, name: str, distance: float) -> float:
    """Many items for one moment, `distance` times further away than writing them took; gives it, in seconds since the epoch."""
    keys: dict[int, str] = {}

    def together(deed: Callable[[int], object]) -> None:
        with ThreadPoolExecutor(4) as writers:
            list(writers.map(deed, range(MANY)))

    def write(number: int) -> None:
        keys[number] = patiently(lambda: served.draft(f"{name} {number}", slug=f"{name}-{number}"))

    began = time.monotonic()
    together(write)
    at, moment = in_seconds(5 + distance * (time.monotonic() - began))
    together(lambda number: patiently(lambda: served.act(keys[number], "schedule", publish_at=at)))
    assert len(keys) == MANY
    return moment


def test_many_items_at_one_moment_come_out_together(served: Served) -> None:
    served.api("GET", "/items")
    # Planning takes longer than writing did, the more so the more is planned; how much longer, the machine decides.
    for name, distance in (("together", 4), ("again", 8), ("at-last", 16)):
        log_before, moment = len(served.log()), planned(served, name, distance)
        if time.time() < moment - 0.5:
            break
    else:
        pytest.fail("this machine was too busy to plan them in time, three times over")
    time.sleep(max(0, moment - time.time()))
    assert wait_for(lambda: name.encode() in served.get("/feeds/news.json").body, 1)
    items = json.loads(served.get("/feeds/news.json").body)["items"]
    assert sum(name in item["title"] for item in items) == 50
    assert served.get(f"/news/{name}-7").status == 200
    assert wait_for(lambda: served.log()[log_before:].count('"event": "live"') >= MANY, 6)
    assert "moment_missed" not in served.log()[log_before:]


def test_port_that_is_taken_is_said_in_one_sentence(served: Served, tmp_path: Path) -> None:
    other = Served(tmp_path, {}, port=served.port)
    refused = other.run("serve", "--port", str(served.port), check=False)
    assert refused.returncode == 1
    assert f"port {served.port}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert free_port() != served.port
