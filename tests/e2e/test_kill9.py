"""SIGKILL at any millisecond: what was acknowledged is there once, with one id, and no feed breaks."""

import http.client
import os
import random
import signal
import threading
import time
from typing import Any

import feedparser
from served import FORMATS, Served, wait_for

ROUNDS = int(os.environ.get("FEEDSVC_KILLS", "8"))


def entries(served: Served) -> dict[str, dict[str, list[str]]]:
    """Format → headline → ids. Each feed must parse."""
    found: dict[str, dict[str, list[str]]] = {}
    for fmt in FORMATS:
        answer = served.get(f"/feeds/news.{fmt}")
        assert answer.status == 200
        pairs: list[tuple[str, str]]
        if fmt == "json":
            pairs = [(e["title"], e["id"]) for e in answer.json()["items"]]
        else:
            parsed: Any = feedparser.parse(answer.body)
            assert not parsed.bozo, parsed.bozo_exception
            pairs = [(e.title, e.id) for e in parsed.entries]
        by_title: dict[str, list[str]] = {}
        for title, identity in pairs:
            by_title.setdefault(title, []).append(identity)
        found[fmt] = by_title
    return found


def test_every_acknowledged_publication_survives_sigkill_of_the_whole_tree(fresh: Served) -> None:
    chance, acknowledged, seen_ids, slowest = random.Random(7), 0, {}, 0.0
    for number in range(ROUNDS):
        said: list[str] = []

        def publish(number: int = number, said: list[str] = said) -> None:
            try:
                for nth in range(5):
                    headline = f"Round {number} item {nth}"
                    fresh.act(fresh.draft(headline), "publish")
                    said.append(headline)
            except (OSError, http.client.HTTPException, AssertionError, ValueError):
                return

        writer = threading.Thread(target=publish)
        writer.start()
        wait_for(lambda said=said, writer=writer: said or not writer.is_alive(), 20, 0.0005)
        time.sleep(chance.choice((0, chance.uniform(0, 0.02), chance.uniform(0, 0.2))))
        sure = list(said)
        fresh.kill()
        writer.join(30)
        slowest = max(slowest, fresh.start())
        found = entries(fresh)
        for headline in sure:
            ids = {fmt: found[fmt].get(headline, []) for fmt in FORMATS}
            assert all(len(one) == 1 for one in ids.values()), f"round {number}: {headline}: {ids}"
            assert len({one[0] for one in ids.values()}) == 1
            seen_ids[headline] = ids["atom"][0]
        acknowledged += len(sure)
        for headline, identity in list(seen_ids.items())[-30:]:
            assert found["atom"].get(headline, [identity]) == [identity]
    assert acknowledged >= ROUNDS
    assert fresh.run("feeds", "verify").returncode == 0
    print(f"\n{ROUNDS} kills, {acknowledged} acknowledged, 0 lost, 0 twice; slowest restart {slowest:.1f} s")


def test_killing_any_one_process_leaves_the_newsroom_serving(fresh: Served) -> None:
    # Of the web processes the first is their parent and the last a worker.
    for part, which in (("feedsvc worker", min), ("feedsvc.webserver", max), ("feedsvc.webserver", min)):
        before = {pid for pid, line in fresh.processes().items() if part in line}
        victim = which(before)
        os.kill(victim, signal.SIGKILL)
        assert wait_for(lambda victim=victim: victim not in fresh.processes(), 5)
        assert wait_for(lambda: _reads(fresh), 10)
        assert wait_for(
            lambda part=part, before=before: sum(part in line for line in fresh.processes().values()) >= len(before), 15
        )
    assert wait_for(lambda: _reads(fresh, "/readyz"), 10)


def test_children_end_with_their_parent(fresh: Served) -> None:
    assert fresh.process is not None
    os.kill(fresh.process.pid, signal.SIGKILL)
    fresh.process.wait(5)
    assert wait_for(lambda: not fresh.processes(), 5), f"left behind: {fresh.processes()}"
    fresh.start()


def test_second_serve_on_an_instance_is_refused_by_name(fresh: Served) -> None:
    refused = fresh.run("serve", "--port", str(fresh.port + 1), check=False)
    assert refused.returncode == 1
    assert "Another feedsvc" in refused.stderr
    assert "Traceback" not in refused.stderr


def _reads(served: Served, path: str = "/feeds/news.atom") -> bool:
    try:
        return served.get(path).status == 200
    except (OSError, http.client.HTTPException):
        return False
