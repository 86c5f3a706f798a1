"""Moments: nothing before, everything at once, whatever is running."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

from served import FORMATS, Served, newsroom, wait_for


def in_seconds(n: float) -> tuple[str, float]:
    """A whole second at least n from now, as the API takes it and as a number."""
    moment = (datetime.now(UTC) + timedelta(seconds=n)).replace(microsecond=0) + timedelta(seconds=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ"), moment.timestamp()


def surfaces(slug: str) -> list[str]:
    return [*(f"/feeds/news.{f}" for f in FORMATS), f"/news/{slug}", "/", "/archive", "/feeds/news", "/sitemap.xml"]


def test_due_item_is_nowhere_before_and_everywhere_within_a_second(served: Served) -> None:
    key = served.draft("Embargoed zqkwvx", slug="zqkwvx")
    at, moment = in_seconds(4)
    served.act(key, "schedule", publish_at=at)
    probes, searches = 0, ["/search?q=embargoed", "/search.json?q=embargoed"]
    while time.time() < moment - 0.03:
        for path in (*surfaces("zqkwvx"), *searches):
            answer = served.get(path)
            if answer.ended < moment:
                probes += 1
                assert b"zqkwvx" not in answer.body, f"early: {path}"
        time.sleep(0.02)
    late: dict[str, float] = {}
    while len(late) < len(surfaces("zqkwvx")) and time.time() < moment + 5:
        for path in surfaces("zqkwvx"):
            if path not in late:
                answer = served.get(path)
                if answer.status == 200 and b"zqkwvx" in answer.body:
                    late[path] = answer.began - moment
        time.sleep(0.02)
    assert len(late) == len(surfaces("zqkwvx"))
    print(
        f"\n{probes} probes before, worst lateness {max(late.values()) * 1000:.0f} ms ({max(late, key=late.__getitem__)})"
    )
    assert max(late.values()) <= 1
    for path in searches:
        assert wait_for(lambda path=path: b"zqkwvx" in served.get(path).body, 10), path
    published = next(e for e in served.get("/feeds/news.json").json()["items"] if "zqkwvx" in e["url"])[
        "date_published"
    ]
    assert datetime.fromisoformat(published).timestamp() == moment


def test_planned_moment_that_passes_while_the_service_is_down_is_dated_as_planned(fresh: Served) -> None:
    key = fresh.draft("Down over it", slug="down-over-it")
    at, moment = in_seconds(2)
    fresh.act(key, "schedule", publish_at=at)
    fresh.kill()
    assert time.time() < moment
    time.sleep(moment + 1 - time.time())
    fresh.start()
    ready = time.monotonic()
    assert wait_for(lambda: b"Down over it" in fresh.get("/feeds/news.atom").body, 5)
    print(f"\nvisible {time.monotonic() - ready:.2f} s after ready")
    item = next(e for e in fresh.get("/feeds/news.json").json()["items"] if e["title"] == "Down over it")
    assert datetime.fromisoformat(item["date_published"]).timestamp() == moment


def test_killed_ticker_delays_nothing_and_is_started_again(fresh: Served) -> None:
    key = fresh.draft("Ticker killed", slug="ticker-killed")
    at, moment = in_seconds(2)
    fresh.act(key, "schedule", publish_at=at)
    ticker = fresh.pid_of("feedsvc worker")
    assert ticker
    time.sleep(max(0, moment - 0.2 - time.time()))
    os.kill(ticker, signal.SIGKILL)
    time.sleep(max(0, moment - time.time()))
    assert wait_for(lambda: b"Ticker killed" in fresh.get("/feeds/news.atom").body, 1)
    assert wait_for(lambda: (pid := fresh.pid_of("feedsvc worker")) and pid != ticker, 5)
    assert wait_for(lambda: fresh.get("/readyz").status == 200, 10)


def test_stuck_ticker_shows_in_readyz_and_is_replaced(fresh: Served) -> None:
    ticker = fresh.pid_of("feedsvc worker")
    assert ticker
    os.kill(ticker, signal.SIGSTOP)
    try:
        assert wait_for(lambda: fresh.get("/readyz").status == 503, 8), "a stuck ticker does not show"
        assert wait_for(lambda: (pid := fresh.pid_of("feedsvc worker")) and pid != ticker, 8), "it is not replaced"
    finally:
        if ticker in fresh.processes():
            os.kill(ticker, signal.SIGKILL)
    assert wait_for(lambda: fresh.get("/readyz").status == 200, 8)


def test_unpublished_edit_and_cancelled_publication_are_nowhere(served: Served) -> None:
    live = served.draft("Stands as it is", slug="stands")
    served.act(live, "publish")
    before = {path: served.get(path) for path in [*(f"/feeds/news.{f}" for f in FORMATS), "/news/stands"]}
    served.edit(live, headline="Never said hjklqq", body_html="<p>hjklqq</p>")
    called_off = served.draft("Called off hjklqq", slug="hjklqq")
    at, moment = in_seconds(2)
    served.act(called_off, "schedule", publish_at=at)
    served.act(called_off, "unschedule")
    time.sleep(max(0, moment + 1 - time.time()))
    for path in (*surfaces("stands"), "/news/hjklqq"):
        assert b"hjklqq" not in served.get(path).body, path
    for path, old in before.items():
        new = served.get(path)
        assert new.body == old.body
        assert new.headers["ETag"] == old.headers["ETag"]
        assert new.headers["Last-Modified"] == old.headers["Last-Modified"]


def test_hold_keeps_everything_back_but_a_withdrawal(served: Served) -> None:
    going = served.draft("To be withdrawn wxcvbn", slug="wxcvbn")
    served.act(going, "publish")
    planned = served.draft("Held back sdfghj", slug="sdfghj")
    at, moment = in_seconds(2)
    served.act(planned, "schedule", publish_at=at)
    assert served.api("POST", "/hold", {"reason": "a mistake is being looked at"}).status < 300
    now = served.draft("Published under hold sdfghj", slug="sdfghj-now")
    served.act(now, "publish")
    served.act(going, "withdraw", reason="It was wrong.")
    time.sleep(max(0, moment + 1.5 - time.time()))
    for path in surfaces("sdfghj"):
        assert b"sdfghj" not in served.get(path).body, path
    assert served.get("/news/wxcvbn").status == 410
    assert b"wxcvbn" not in served.get("/feeds/news.atom").body
    lifted = time.time()
    assert served.api("DELETE", "/hold").status < 300
    for path in surfaces("sdfghj"):
        assert wait_for(lambda path=path: b"sdfghj" in served.get(path).body, 1), path
    item = next(e for e in served.get("/feeds/news.json").json()["items"] if e["title"] == "Held back sdfghj")
    assert datetime.fromisoformat(item["date_published"]).timestamp() >= int(lifted)


def test_correction_is_dated_and_moves_updated_alone(served: Served) -> None:
    key = served.draft("Has a wrong figure", slug="wrong-figure")
    served.act(key, "publish")
    first = next(e for e in served.get("/feeds/news.json").json()["items"] if e["title"] == "Has a wrong figure")
    time.sleep(1.1)
    served.edit(key, body_html="<p>The figure is 42.</p>")
    served.act(key, "update")
    silent = next(e for e in served.get("/feeds/news.json").json()["items"] if e["id"] == first["id"])
    assert "42" in silent["content_html"]
    assert silent["date_modified"] == first["date_modified"]
    served.edit(key, body_html="<p>The figure is 43.</p>")
    served.act(key, "correct", note="The figure was 42, it is 43.")
    put_right = next(e for e in served.get("/feeds/news.json").json()["items"] if e["id"] == first["id"])
    assert "The figure was 42, it is 43." in put_right["content_html"]
    assert put_right["date_published"] == first["date_published"]
    assert put_right["date_modified"] > first["date_modified"]
    assert "The figure was 42, it is 43." in served.get("/news/wrong-figure").text


def test_two_planned_items_come_out_without_a_scheduler(tmp_path: object) -> None:
    from pathlib import Path

    with newsroom(Path(str(tmp_path)) / "alone", "--no-scheduler") as alone:
        key = alone.draft("Nobody ticks", slug="nobody-ticks")
        at, moment = in_seconds(2)
        alone.act(key, "schedule", publish_at=at)
        time.sleep(max(0, moment - time.time()))
        assert wait_for(lambda: b"Nobody ticks" in alone.get("/feeds/news.atom").body, 1)
