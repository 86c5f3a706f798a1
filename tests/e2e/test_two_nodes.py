"""Two nodes, each with a folder of its own, on one PostgreSQL: one newsroom, whichever of them is asked."""

import asyncio
import base64
import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from databases import Cluster
from patience import PATIENCE
from served import EMAIL, FORMATS, Served, free_port, wait_for
from test_mail import Inbox
from test_time import in_seconds, surfaces

pytestmark = pytest.mark.postgresql
KEY = "the same secret key on every node, as docs/postgresql.md asks"
Nodes = tuple[Served, Served]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of this module's own, as safe as in production: it is to be killed."""
    one = Cluster(safe=True)
    yield one
    one.stop()


def nodes_on(url: str, folder: Path, **extra: str) -> Nodes:
    """Two nodes, not started yet; what they say of themselves to readers is the same."""
    told = {"FEEDSVC_DATABASE_URL": url, "FEEDSVC_BASE_URL": "http://news.test", "FEEDSVC_SECRET_KEY": KEY, **extra}
    made = []
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        made.append(Served(folder / name, {**told, "FEEDSVC_WORKERS": "1"}))
    return made[0], made[1]


def start(nodes: Nodes) -> None:
    """Both at the same moment."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda node: node.start(), nodes))


def end(nodes: Nodes) -> None:
    for node in nodes:
        node.kill()


@pytest.fixture(scope="module")
def nodes(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Two nodes that were started at once on one empty database."""
    cluster.ask("CREATE DATABASE two_nodes")
    both = nodes_on(cluster.url("two_nodes"), tmp_path_factory.mktemp("nodes"))
    try:
        start(both)
        yield both
    finally:
        end(both)


def same(nodes: Nodes) -> bool:
    """Whether both serve the same bytes under the same tags."""
    for fmt in FORMATS:
        one, other = (node.get(f"/feeds/news.{fmt}", Accept_Encoding="gzip") for node in nodes)
        if (one.body, one.headers["ETag"]) != (other.body, other.headers["ETag"]):
            return False
    return True


def test_two_nodes_that_start_at_once_on_an_empty_database_are_one_newsroom(cluster: Cluster, nodes: Nodes) -> None:
    with cluster.connect("two_nodes") as connection:
        counts = {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in ("user", "item", "organisation", "feed")
        }
    assert counts == {"user": 1, "item": 1, "organisation": 2, "feed": 18}
    assert wait_for(lambda: same(nodes), 5)


def test_what_is_published_or_withdrawn_on_one_node_is_so_on_the_other(nodes: Nodes) -> None:
    writer, other = nodes
    for number in range(3):
        slug, heard = f"shared-{number}-qxq", other
        key = writer.draft(f"Shared {number} qxq", slug=slug)
        writer.act(key, "publish")
        began = time.monotonic()
        assert slug in writer.get("/feeds/news.atom").text
        assert wait_for(lambda slug=slug, heard=heard: slug in heard.get("/feeds/news.atom").text, 3)
        print(f"\npublished, on the other node after {time.monotonic() - began:.2f} s", end="")
        assert time.monotonic() - began <= 1
        assert other.get(f"/news/{slug}").status == 200
        assert wait_for(lambda: same(nodes), 1)
        writer.act(key, "withdraw", reason="It was wrong.")
        began = time.monotonic()
        assert wait_for(lambda slug=slug, heard=heard: slug not in heard.get("/feeds/news.atom").text, 3)
        print(f", withdrawn after {time.monotonic() - began:.2f} s", end="")
        assert time.monotonic() - began <= 2
        assert other.get(f"/news/{slug}").status == 410
        writer, other = other, writer


def test_a_planned_moment_comes_on_both_nodes_and_on_neither_early(nodes: Nodes) -> None:
    key = nodes[0].draft("Planned for both wvwv", slug="wvwv")
    at, moment = in_seconds(3)
    nodes[0].act(key, "schedule", publish_at=at)
    while time.time() < moment - 0.03:
        for node in nodes:
            for path in surfaces("wvwv"):
                answer = node.get(path)
                assert answer.ended >= moment or b"wvwv" not in answer.body, f"early: {path}"
    for node in nodes:
        for path in surfaces("wvwv"):
            assert wait_for(lambda node=node, path=path: b"wvwv" in node.get(path).body, 2), path
    assert time.time() - moment < 2 * PATIENCE
    assert wait_for(lambda: same(nodes), 2)


def test_writers_on_two_nodes_wait_for_each_other(cluster: Cluster, nodes: Nodes) -> None:
    def write(node: Served, name: str) -> None:
        for number in range(10):
            node.act(node.draft(f"Both at once {name}{number}"), "publish")

    for node in nodes:
        node.api("GET", "/items")
    writers = [threading.Thread(target=write, args=(node, name)) for node, name in zip(nodes, "abab", strict=False)]
    writers += [threading.Thread(target=write, args=(node, name)) for node, name in zip(nodes, "cd", strict=True)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with cluster.connect("two_nodes") as connection:
        found = connection.execute("SELECT count(*) FROM revision WHERE headline LIKE 'Both at once%'").fetchone()
        times = [row[0] for row in connection.execute('SELECT "at" FROM audit ORDER BY id')]
    assert found == (40,)
    assert times == sorted(times), "a later deed has an earlier time"
    assert wait_for(lambda: same(nodes), 3)


def test_with_postgresql_killed_feeds_go_on_and_writing_comes_back(cluster: Cluster, nodes: Nodes) -> None:
    said = []
    for number in range(6):
        node = nodes[number % 2]
        headline = f"Acknowledged before the kill {number}"
        node.act(node.draft(headline), "publish")
        said.append(headline)
    waiting = nodes[0].draft("Waits for the database")
    assert wait_for(lambda: same(nodes), 3)
    tags = {fmt: nodes[0].get(f"/feeds/news.{fmt}").headers["ETag"] for fmt in FORMATS}
    cluster.kill()
    try:
        for number in range(300):
            node, fmt = nodes[number % 2], FORMATS[number % 3]
            asked = {"If_None_Match": tags[fmt]} if number % 5 == 0 else {}
            answer = node.get(f"/feeds/news.{fmt}", **asked)
            assert (answer.status, answer.headers["ETag"]) == (304 if asked else 200, tags[fmt])
        for node in nodes:
            refused = node.api("POST", f"/items/{waiting}/publish", {})
            assert refused.status == 503
            assert refused.headers["Retry-After"]
            assert "try again" in refused.json()["detail"]
            assert node.get("/desk/login").status in (200, 503)
            assert node.get("/healthz").status == 200
            assert node.get("/readyz").status == 503
    finally:
        cluster.start()
    began = time.monotonic()
    assert wait_for(lambda: nodes[1].api("POST", f"/items/{waiting}/publish", {}).status == 200, 10)
    print(f"\nwriting came back {time.monotonic() - began:.2f} s after PostgreSQL")
    for node in nodes:
        assert wait_for(lambda node=node: node.get("/readyz").status == 200, 10)
        assert wait_for(lambda node=node: "Waits for the database" in node.get("/feeds/news.atom").text, 3)
        body = node.get("/feeds/news.atom").text
        assert all(headline in body for headline in said)


def test_a_node_that_freezes_while_it_writes_does_not_keep_the_others_from_writing(
    cluster: Cluster, nodes: Nodes
) -> None:
    from feedsvc.postgresql import IDLE_WRITER_MS, WRITERS

    nodes[0].api("GET", "/items")
    with closing(cluster.connect("two_nodes")) as frozen:
        frozen.execute(f"BEGIN; SET LOCAL idle_in_transaction_session_timeout = {IDLE_WRITER_MS}")
        frozen.execute(f"SELECT pg_advisory_xact_lock({WRITERS})")
        busy = nodes[0].api("POST", "/items", {"headline": "Not while somebody holds on", "body_html": "<p>x</p>"})
        assert busy.status == 503
        assert 4.5 <= busy.ended - busy.began <= 7
        assert wait_for(
            lambda: nodes[0].api("POST", "/items", {"headline": "Afterwards", "body_html": "<p>x</p>"}).status == 201,
            10,
        )


@pytest.mark.parametrize("ahead", [4, -4])
def test_the_database_has_the_clock_whatever_a_node_believes(cluster: Cluster, tmp_path: Path, ahead: int) -> None:
    """To a node whose clock is wrong the database's looks wrong: here every node's is, by four seconds."""
    name = f"clock_{'ahead' if ahead > 0 else 'behind'}"
    cluster.ask(f"CREATE DATABASE {name}")
    cluster.ask(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    cluster.ask(
        "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
        f"$$ SELECT pg_catalog.clock_timestamp() + interval '{ahead} seconds' $$",
        name,
    )
    both = nodes_on(cluster.url(name), tmp_path)
    try:
        start(both)
        key = both[0].draft("By whose clock kzkz", slug="kzkz")
        theirs = (datetime.now(UTC) + timedelta(seconds=ahead + 4)).replace(microsecond=0)
        moment = theirs.timestamp() - ahead
        both[0].act(key, "schedule", publish_at=theirs.strftime("%Y-%m-%dT%H:%M:%SZ"))
        paths = [*(f"/feeds/news.{f}" for f in FORMATS), "/news/kzkz", "/"]
        while time.time() < moment - 0.03:
            for node in both:
                for path in paths:
                    answer = node.get(path)
                    assert answer.ended >= moment or b"kzkz" not in answer.body, f"early: {path}"
        for node in both:
            for path in paths:
                assert wait_for(lambda node=node, path=path: b"kzkz" in node.get(path).body, 2), path
        assert time.time() - moment < 2.5 * PATIENCE
        assert all(node.get("/readyz").status == 200 for node in both)
    finally:
        end(both)


class SlowInbox(Inbox):
    """Takes its time over each letter, so that both tickers are at it at once."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        await asyncio.sleep(0.5)
        return await super().handle_DATA(server, session, envelope)


def test_two_tickers_send_a_mail_once(cluster: Cluster, tmp_path: Path) -> None:
    cluster.ask("CREATE DATABASE two_tickers")
    inbox, port = SlowInbox(), free_port()
    settings = {"FEEDSVC_SMTP_URL": f"smtp://127.0.0.1:{port}", "FEEDSVC_LATE_AFTER_SECONDS": "0.001"}
    both = nodes_on(cluster.url("two_tickers"), tmp_path, **settings)
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        start(both)
        keys = [both[0].draft(f"Late by a hair {number}") for number in range(8)]
        at, moment = in_seconds(6)
        for key in keys:
            both[0].act(key, "schedule", publish_at=at)
        time.sleep(max(0.0, moment + 1 - time.time()))
        assert wait_for(lambda: len(inbox.letters) >= 8, 20)
        time.sleep(6)
    finally:
        end(both)
        server.stop()
    subjects = [next(line for line in letter.splitlines() if line.startswith("Subject")) for _, letter in inbox.letters]
    assert len(subjects) == len(set(subjects)) == 8
    assert all(to == [EMAIL] for to, _ in inbox.letters)


@pytest.mark.parametrize(
    "path",
    [
        "/news/%00",
        "/news/a%00b",
        "/feeds/%00.atom",
        "/feeds/x%00/y.json",
        "/%00",
        "/archive?after=%00",
        "/search?q=%00",
    ],
)
def test_no_character_of_an_address_breaks_a_node(nodes: Nodes, path: str) -> None:
    for lone in ("%00", "%ED%A0%80", "%FF", "%EF%BF%BF"):
        assert nodes[0].get(path.replace("%00", lone)).status in (200, 404), lone


def test_no_character_and_no_number_handed_in_breaks_a_node(nodes: Nodes) -> None:
    node = nodes[0]
    for odd in ("\0", "a\0b", "\ud800", "9" * 40, "x" * 3000, "\ufffe"):
        for path, field in (
            ("/items", "headline"),
            ("/items", "organisation"),
            ("/items", "slug"),
            ("/items", "language"),
        ):
            answer = node.api("POST", path, {"headline": "Odd", "body_html": "<p>x</p>", field: odd})
            assert answer.status in (201, 400, 422), (field, odd[:5], answer.text)
        answer = node.api(
            "POST", "/items", {"headline": "Odd", "tags": [{"name": odd[:100]}], "categories": [odd[:100]]}
        )
        assert answer.status in (201, 400, 422), (odd[:5], answer.text)
    for key in ("%00", "%ED%A0%80", "9" * 40, "x" * 3000):
        assert node.api("GET", f"/items/{key}").status == 404
        assert node.api("GET", f"/items?cursor={key}").status in (400, 422)
    for number in (2**31, 2**63, 10**17):  # no id is so great, and no column so wide
        cursor = base64.urlsafe_b64encode(f"1.{number}".encode()).decode().rstrip("=")
        assert node.api("GET", f"/items?cursor={cursor}").status in (200, 400, 422), number
    for token in ("\x01", "9" * 40, "\xff"):
        try:
            answer = node.ask("GET", "/api/v1/items", headers={"Authorization": f"Bearer {token}"})
        except (ValueError, http.client.HTTPException):
            continue
        assert answer.status in (400, 401), token
