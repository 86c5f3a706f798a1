"""A database that is silent rather than gone: a server that is frozen takes every packet and answers none."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from databases import Cluster
from patience import PATIENCE
from served import FORMATS, Answer, Served, wait_for
from test_time import in_seconds

pytestmark = pytest.mark.postgresql
READERS = 24
"""More than one web process has threads."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of this module's own: it is to be frozen."""
    one = Cluster()
    yield one
    one.resume()
    one.stop()


@pytest.fixture
def served(cluster: Cluster, tmp_path: Path) -> Iterator[Served]:
    """One web process, so that every thread that waits is missed."""
    name = f"silent_{time.monotonic_ns()}"
    cluster.ask(f"CREATE DATABASE {name}")
    one = Served(tmp_path, {"FEEDSVC_DATABASE_URL": cluster.url(name), "FEEDSVC_WORKERS": "1"})
    try:
        one.start()
        yield one
    finally:
        cluster.resume()
        one.kill()


def asked_by_many(served: Served, seconds: float, paths: list[str]) -> list[Answer]:
    """What readers get who ask all the time."""
    end, answers = time.monotonic() + seconds, list[Answer]()

    def reader(number: int) -> None:
        while time.monotonic() < end:
            answers.append(served.get(paths[number % len(paths)]))
            number += 1
            time.sleep(0.02)

    readers = [threading.Thread(target=reader, args=(n,)) for n in range(READERS)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return answers


def test_past_a_moment_readers_of_a_silent_database_get_the_last_bytes_at_once(
    cluster: Cluster, served: Served
) -> None:
    key = served.draft("Planned before the silence", slug="planned-silence")
    at, moment = in_seconds(3)
    served.act(key, "schedule", publish_at=at)
    paths = [f"/feeds/news.{fmt}" for fmt in FORMATS]
    before = {path: served.get(path).headers["ETag"] for path in paths}
    cluster.pause()
    try:
        for path in paths:
            assert served.get(path).headers["ETag"] == before[path]
        time.sleep(max(0.0, moment - time.time()))
        answers = asked_by_many(served, 10, paths)
        assert {answer.status for answer in answers} == {200}
        assert all(b"planned-silence" not in answer.body for answer in answers)
        first = min(answer.began for answer in answers)
        # Once everybody has to find out; from then on one at a time asks, and no other reader waits.
        waits = sorted((a.ended - a.began for a in answers if a.began > first + 4), reverse=True)
        print(f"\n{len(answers)} answers; waits of those after the first 4 s: {[round(w, 2) for w in waits[:5]]}")
        assert len(waits) > READERS * 10
        assert sum(wait > 1 * PATIENCE for wait in waits) <= 3
        assert waits[0] < 5 * PATIENCE
        # What was read of nothing that a thread waits for.
        for path in ("/healthz", "/static/site.css"):
            answer = served.get(path)
            assert answer.ended - answer.began < 1 * PATIENCE
    finally:
        cluster.resume()
    began = time.monotonic()
    assert wait_for(lambda: "planned-silence" in served.get("/feeds/news.atom").text, 6)
    print(f"news {time.monotonic() - began:.2f} s after the database woke")
    assert wait_for(lambda: served.get("/readyz").status == 200, 8)


def test_what_nobody_has_on_the_shelf_is_refused_at_once_while_the_database_is_silent(
    cluster: Cluster, served: Served
) -> None:
    news = served.get("/feeds/news.atom")
    cluster.pause()
    try:
        with ThreadPoolExecutor(READERS) as pool:
            first = list(pool.map(lambda n: served.get(f"/feeds/tag/unknown-{n}.atom"), range(READERS)))
        assert {answer.status for answer in first} == {503}
        assert max(answer.ended - answer.began for answer in first) < 9 * PATIENCE
        time.sleep(0.2)
        began = time.monotonic()
        with ThreadPoolExecutor(READERS) as pool:
            answers = list(pool.map(lambda n: served.get(f"/tag/unknown-{n}"), range(200)))
        took = time.monotonic() - began
        assert {answer.status for answer in answers} == {503}
        assert sum(answer.ended - answer.began > 1 * PATIENCE for answer in answers) <= 2
        assert took < 6 * PATIENCE
        again = served.get("/feeds/news.atom")
        assert (again.status, again.body) == (200, news.body)
        assert again.ended - again.began < 0.5 * PATIENCE
    finally:
        cluster.resume()


def test_what_was_taken_back_before_the_silence_stays_away(cluster: Cluster, served: Served) -> None:
    """Bytes that a withdrawal forbade, and that nobody can make anew: 503, however often they are asked for."""
    key = served.draft("Taken back", slug="taken-back", tags=[{"name": "Robots", "kind": "theme"}])
    served.act(key, "publish")
    paths = ["/feeds/tag/robots.atom", "/feeds/tag/robots.json"]
    assert all("taken-back" in served.get(path).text for path in paths)
    ticker = served.pid_of("feedsvc worker")
    assert ticker
    # Nobody reads the feed any more, so that the withdrawal forbids its bytes and leaves the building to the next reader.
    with cluster.connect(served.environment["FEEDSVC_DATABASE_URL"].rpartition("/")[2]) as connection:
        connection.execute("UPDATE feed SET read_at = NULL WHERE scope = 'tag/robots'")
    os.kill(ticker, signal.SIGSTOP)
    try:
        served.act(key, "withdraw", reason="It was wrong.")
        cluster.pause()
        answers = asked_by_many(served, 6, paths)
        assert {answer.status for answer in answers} == {503}
        assert all(b"taken-back" not in answer.body for answer in answers)
    finally:
        cluster.resume()
        with contextlib.suppress(ProcessLookupError):  # Somebody may have started another one.
            os.kill(ticker, signal.SIGCONT)
    assert wait_for(lambda: served.get(paths[0]).status == 404 or "taken-back" not in served.get(paths[0]).text, 6)
