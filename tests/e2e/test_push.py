"""Push as subscribers meet it: real processes, a real subscriber, and a sender that is killed in the middle."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from patience import PATIENCE
from served import Served, newsroom, wait_for
from subscribers import Subscriber, subscriber

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with newsroom(
        tmp_path_factory.mktemp("push"), FEEDSVC_EGRESS_ALLOW="127.0.0.0/8", FEEDSVC_LANGUAGES="en,az"
    ) as one:
        yield one


def subscribe(served: Served, callback: str, topic: str = "/feeds/news.atom") -> None:
    said = {"hub.mode": "subscribe", "hub.callback": callback, "hub.topic": f"{served.base}{topic}", "hub.secret": "s"}
    answer = served.ask("POST", "/hub", urlencode(said).encode(), FORM)
    assert answer.status == 202, answer.text


def subscribed(served: Served, who: Subscriber, count: int, name: str, topic: str = "/feeds/news.atom") -> None:
    for number in range(count):
        subscribe(served, f"{who.base}/{name}{number}", topic)

    def asked() -> int:
        return len({one["path"].partition("?")[0] for one in who.asked if f"/{name}" in one["path"]})

    assert wait_for(lambda: asked() == count, 20), f"{asked()} of {count} were asked"
    time.sleep(0.3)  # The last yes is being written down.


def test_nobody_subscribed_and_no_sender_runs(served: Served) -> None:
    assert served.pid_of("feedsvc sender") is None
    assert served.get("/hub").status == 200


def test_news_is_told_at_once(served: Served) -> None:
    """Publish → first delivery accepted. How many milliseconds that takes is measured by `make push`; here it is no minute."""
    with subscriber() as who:
        subscribed(served, who, 3, "quick")
        assert served.pid_of("feedsvc sender")
        waits = []
        for number in range(5):
            key = served.draft(f"Quick {number}")
            before = len(who.got)
            began = time.time()
            served.act(key, "publish")
            assert wait_for(lambda before=before: len(who.got) >= before + 3, 10, 0.005)
            waits.append(who.got[before].at - began)
        print(f"publish → first delivery: {sorted(round(one * 1000) for one in waits)} ms")
        assert min(waits) < 2 * PATIENCE
        assert all(got.is_signed_with("s") for got in who.got)


def test_a_sender_that_is_killed_again_and_again_loses_nothing(served: Served) -> None:
    """F2, F17 in small: SIGKILL while deliveries are under way; every subscriber has the newest, under one id."""
    with subscriber() as who:
        subscribed(served, who, 60, "kept")
        who.take = lambda _: (time.sleep(0.05), (204, {}))[1]
        key = served.draft("Told although killed")
        served.act(key, "publish")
        for aim in (5, 25, 45):
            assert wait_for(lambda aim=aim: len(who.got) >= aim, 20, 0.002)
            pid = served.pid_of("feedsvc sender")
            if pid:
                os.kill(pid, signal.SIGKILL)
            assert wait_for(lambda pid=pid: (new := served.pid_of("feedsvc sender")) and new != pid, 20)

        def told() -> set[str]:
            return {got.path for got in who.got if b"Told although killed" in got.body}

        assert wait_for(lambda: len(told()) == 60, 30), f"{len(told())} of 60"
        ids = Counter((got.path, got.headers["Webhook-Id"]) for got in who.got)
        assert len(ids) == 60, "a repeat has the id of the first"


def test_a_scheduled_item_is_told_at_its_moment_and_not_before(served: Served) -> None:
    with subscriber() as who:
        subscribed(served, who, 1, "planned", "/az/feeds/news.json")
        key = served.draft("Planlı", language="az")
        at = int(time.time()) + 3
        served.act(key, "schedule", publish_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)))
        assert wait_for(lambda: who.got, 15, 0.005)
        assert at <= who.got[0].at <= at + 2 * PATIENCE
        print(f"moment → delivery: {who.got[0].at - at:.3f} s")


def test_a_withdrawal_reaches_who_got_the_item(served: Served, tmp_path: Path) -> None:
    with subscriber() as who:
        subscribed(served, who, 1, "taken", "/feeds/news.rss")
        key = served.draft("To be taken back")
        served.act(key, "publish")
        assert wait_for(lambda: who.got, 10)
        served.act(key, "withdraw", reason="It was wrong.")
        assert wait_for(lambda: len(who.got) >= 2, 10)
        assert [b"To be taken back" in got.body for got in (who.got[0], who.got[-1])] == [True, False]
