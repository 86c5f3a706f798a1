"""Who reads us, from the request to the command line: exact sums, and never more than was asked."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from patience import PATIENCE
from served import ROOT, Served, wait_for
from sqlalchemy import NullPool, create_engine, func, select

from feedsvc import db, jobs
from feedsvc.models import Poll
from feedsvc.newsroom import tallies
from feedsvc.newsroom.tallies import Polls, Tally

WITHIN = 15.0
KILLS = int(os.environ.get("FEEDSVC_KILLS", "8"))
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; like FeedFetcher-Google)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def told(served: Served) -> dict[str, dict[str, Any]]:
    """Format → what the command line says of it."""
    rows = json.loads(served.run("feeds", "readers", "--json").stdout)
    assert {row["address"].rpartition(".")[0] for row in rows} <= {f"{served.base}/feeds/news"}
    return {row["address"].rpartition(".")[2]: row for row in rows}


def family(served: Served, fmt: str, name: str) -> dict[str, Any]:
    rows = told(served).get(fmt, {"readers": []})["readers"]
    return next((row for row in rows if row["name"] == name), {"requests": 0, "subscribers": 0})


def counted(served: Served, fmt: str, *names: str) -> int:
    """How many requests of a format are in the database, of these families or all: the command line takes a second to say so."""
    engine = create_engine(served.database.url or f"sqlite:///{served.database.files[0]}", poolclass=NullPool)
    with engine.connect() as connection:
        query = select(func.sum(Poll.count)).where(Poll.format == fmt)
        return connection.scalar(query.where(Poll.family.in_(names)) if names else query) or 0


def raw(served: Served, agent: bytes) -> bytes:
    """A request with this User-Agent, whatever it is; gives the first line of the answer, empty where there was none."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        try:
            line.sendall(
                b"GET /feeds/news.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: " + agent + b"\r\n\r\n"
            )
            return line.recv(200).partition(b"\r\n")[0]
        except OSError:
            return b""


def test_every_answered_request_is_told_within_fifteen_seconds(served: Served) -> None:
    etag = served.get("/feeds/news.rss", User_Agent=FEEDLY.format(3)).headers["ETag"]
    for subscribers in (16, 12):
        assert served.get("/feeds/news.rss", User_Agent=FEEDLY.format(subscribers)).status == 200
    for _ in range(7):
        answer = served.get("/feeds/news.rss", User_Agent=FEEDLY.format(11), If_None_Match=etag)
        assert answer.status == 304
    agent = {"User-Agent": "newsboat/2.30.1 (Linux x86_64)"}
    assert served.ask("HEAD", "/feeds/news.rss", headers=agent).status == 200
    assert served.ask("POST", "/feeds/news.rss", b"", agent).status == 405
    assert served.ask("OPTIONS", "/feeds/news.rss", headers=agent).status == 204
    assert served.get("/feeds/news.rss", User_Agent=FIREFOX, Sec_Fetch_Dest="document").status == 303
    for nth in range(20):
        assert served.get(f"/feeds/tag/made-up-{nth}.rss", User_Agent=FEEDLY.format(1)).status == 404
    began = time.monotonic()
    assert wait_for(lambda: counted(served, "rss") >= 14, WITHIN, 0.2), told(served)
    print(f"\ntold after {time.monotonic() - began:.1f} s")
    assert time.monotonic() - began < WITHIN * PATIENCE
    rss = told(served)["rss"]
    assert rss["statuses"] == {"200": 4, "204": 1, "303": 1, "304": 7, "405": 1}
    assert rss["requests"] == 14
    assert rss["unchanged"] == round(7 / 11, 3)
    assert rss["subscribers"] == 16
    assert [(row["name"], row["kind"], row["requests"], row["subscribers"]) for row in rss["readers"]] == [
        ("Feedly", "aggregator", 10, 16),
        ("Newsboat", "app", 3, 0),
        ("Firefox", "browser", 1, 0),
    ]
    table = served.run("feeds", "readers").stdout
    assert [line.split()[1::2][:5] for line in table.splitlines() if "/feeds/news.rss" in line] == [
        ["/feeds/news.rss", "14", "64%", "16", "Feedly"]
    ]


def test_hostile_user_agents_are_counted_or_refused_and_harm_nothing(served: Served) -> None:
    answered = 0
    for agent in (
        b"x" * 1_000_000,
        b"a\0b",
        bytes(range(0x80, 0x100)),
        b"\xff\xfe" * 100,
        b"x" * 60_000,
        b"\x01",
        b"",
        b" ",
    ):
        answered += raw(served, agent).startswith(b"HTTP/1.1 200")
    assert answered >= 3
    assert wait_for(lambda: counted(served, "json") >= answered, WITHIN, 0.2)
    json_ = told(served)["json"]
    assert json_["requests"] == answered
    assert {row["name"] for row in json_["readers"]} <= {"Other", "No name given"}
    assert not [line for line in served.log().splitlines() if "not_counted" in line or "Traceback" in line]


def test_nothing_of_a_reader_is_stored(served: Served) -> None:
    agent = "Feedbin feed-id:77777 - 4 subscribers"
    served.get("/feeds/news.atom", User_Agent=agent)
    assert wait_for(lambda: counted(served, "atom", "Feedbin"), WITHIN, 0.2)
    assert family(served, "atom", "Feedbin")["requests"]
    for path in served.instance.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"77777" not in content, path
            assert b"127.0.0.1:" not in content.replace(served.base.encode(), b""), path


def test_sigkill_of_the_ticker_loses_and_doubles_nothing(fresh: Served) -> None:
    agent, asked, chance = "Miniflux/2.0.43", 0, random.Random(7)
    for _ in range(6):
        for _ in range(100):
            assert fresh.get("/feeds/news.atom", User_Agent=agent).status == 200
            asked += 1
        time.sleep(chance.uniform(0, 3))
        pid = wait_for(lambda: fresh.pid_of("feedsvc worker"), 10)
        os.kill(pid, signal.SIGKILL)
        assert family(fresh, "atom", "Miniflux")["requests"] <= asked
    assert wait_for(lambda: counted(fresh, "atom", "Miniflux") >= asked, 30, 0.3)
    time.sleep(6)
    assert family(fresh, "atom", "Miniflux")["requests"] == asked


TAKERS = """
import os, sys
from feedsvc import jobs
while sys.stdin.readline():
    taker = os.fork()
    while not taker:
        jobs.run("seen")
    print(taker, flush=True)
    os.waitpid(taker, 0)
    print("ended", flush=True)
"""
"""A process for each line that comes in; from one that has loaded the program, since that takes most of a second."""


@contextmanager
def takers() -> Iterator[tuple[Callable[[], int], Callable[[int], None]]]:
    """Starts takers, one after the other."""
    mother = subprocess.Popen(
        [sys.executable, "-c", TAKERS],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert mother.stdin is not None
    assert mother.stdout is not None
    stdin, stdout = mother.stdin, mother.stdout

    def start() -> int:
        stdin.write("another\n")
        stdin.flush()
        return int(stdout.readline())

    def end(taker: int) -> None:
        os.kill(taker, signal.SIGKILL)
        assert stdout.readline() == "ended\n"

    try:
        yield start, end
    finally:
        stdin.close()
        mother.wait(10)
        stdout.close()


def test_sigkill_in_the_middle_of_taking_counts_nothing_twice(instance: Path) -> None:
    """Takers that do nothing else, killed at any moment of their work."""
    chance, planted, caught = random.Random(11), 0, 0
    source, number, today = uuid.uuid4().hex, 0, datetime.now(UTC).date()

    def total() -> int:
        with db.reading() as session:
            return session.scalar(select(func.sum(Poll.count))) or 0

    with takers() as (start, end):
        for kill in range(5 * KILLS):
            if kill >= KILLS and caught and total():  # a busy machine takes more of them to meet both cases
                break
            taker = start()
            try:
                for _ in range(60):
                    number += 1
                    planted += 7
                    row = Polls(today, "news", "en", "atom", 200, "Feedly", 7, 0)
                    tallies.put(instance, Tally(source, number, today, [row], 0))
                time.sleep(chance.uniform(0, 0.5 if kill < KILLS else 2.5))
            finally:
                end(taker)
            caught += bool(tallies.waiting(instance))
            assert total() <= planted
    taken = total()
    jobs.run("seen")
    assert total() == planted
    assert tallies.waiting(instance) == []
    assert caught, "no kill came while there was work"
    assert taken, "every kill came before there was work"
    print(f"\n{kill} kills, {caught} of them in the middle; {planted} asked, {total()} counted")
