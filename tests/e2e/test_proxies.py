"""Our samples for nginx, Caddy and Varnish, run as they are: bytes and validators, P2 and P6 through them, and their word when we are away."""

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from proxies import DEPLOY, PROGRAMS, before, program
from served import FORMATS, Answer, Served, newsroom, wait_for

CODINGS = ("", "gzip", "br", "zstd")
AHEAD = 3.0
NAMES = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in PROGRAMS]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, int]]]:
    """One newsroom, and in front of it every proxy that is here: name → port."""
    folder = tmp_path_factory.mktemp("proxied")
    with newsroom(folder / "newsroom") as served, ExitStack() as stack:
        here = [name for name, command in PROGRAMS.items() if program(command)]
        ports = {name: stack.enter_context(before(name, folder / name, served.port))[0] for name in here}
        yield served, ports


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    began = time.time()
    try:
        connection.request(method, path, headers={name.replace("_", "-"): said for name, said in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read(), began, time.time())
    finally:
        connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_feeds_come_through_with_their_bytes_and_validators(behind: tuple[Served, dict[str, int]], name: str) -> None:
    served, port = behind[0], behind[1][name]
    assert wait_for(lambda: served.get("/feeds/news.atom", Accept_Encoding="zstd").headers["Content-Encoding"], 15)
    for suffix in FORMATS:
        for coding in CODINGS if suffix == "atom" else ("gzip",):
            path, accepted = f"/feeds/news.{suffix}", {"Accept_Encoding": coding or "identity"}
            own, first, again = served.get(path, **accepted), ask(port, path, **accepted), ask(port, path, **accepted)
            for got in (first, again, ask(port, f"{path}?utm_source=x", **accepted)):
                assert (got.status, got.body) == (200, own.body), (path, coding)
                for header in (
                    "ETag",
                    "Content-Encoding",
                    "Last-Modified",
                    "Content-Type",
                    "Cache-Control",
                    "Vary",
                    "Link",
                ):
                    assert got.headers[header] == own.headers[header], (path, coding, header)
                assert not {"Set-Cookie", "X-Accel-Expires", "Age"} & set(got.headers), got.headers.items()
            for etag in (own.headers["ETag"], f"W/{own.headers['ETag']}", f'"no", {own.headers["ETag"]}'):
                unchanged = ask(port, path, If_None_Match=etag, **accepted)
                assert (unchanged.status, unchanged.body) == (304, b""), (path, coding, etag)
            assert ask(port, path, If_Modified_Since=own.headers["Last-Modified"], **accepted).status == 304
            head = ask(port, path, "HEAD", **accepted)
            assert (head.status, head.headers["ETag"], head.body) == (200, own.headers["ETag"], b"")
    odd = ask(port, "/feeds/news.atom", Accept_Encoding="br;q=0, gzip;q=0.5")
    assert odd.headers["Content-Encoding"] == "gzip"
    led = ask(port, "/feeds/news.atom", Sec_Fetch_Dest="document")
    assert (led.status, led.headers["Cache-Control"]) == (303, "no-store")
    assert ask(port, "/feeds/news.atom?raw=1", Sec_Fetch_Dest="document").status == 200
    assert ask(port, "/feeds/news.atom").status == 200
    assert ask(port, "/feeds/nothing.atom").status == 404
    assert ask(port, "/desk/items").status == 303
    assert ask(port, "/api/v1/items").status == 401
    assert ask(port, "/healthz").body == b"ok\n"


@pytest.mark.nginx
def test_the_doctor_finds_nothing_wrong_with_our_own_sample(behind: tuple[Served, dict[str, int]]) -> None:
    served, ports = behind
    told = served.run("doctor", "--json", "--public", f"http://127.0.0.1:{ports['nginx']}", check=False)
    states = {one["name"]: one["state"] for one in json.loads(told.stdout)}
    assert {name: state for name, state in states.items() if name.startswith("public ")} == dict.fromkeys(
        ("public feed", "public 304", "public readers"), "good"
    ), told.stdout
    assert states["server"] == states["database"] == states["publishing"] == "good", told.stdout


def seen(ports: dict[str, int], slug: str) -> dict[str, list[float]]:
    """Where an item is to be seen, through each proxy, and when each answer that shows it was asked for and had come."""
    found = {}
    for name, port in ports.items():
        for number, suffix in enumerate(FORMATS):
            got = ask(port, f"/feeds/news.{suffix}", Accept_Encoding=CODINGS[number])
            text = got.text if not number else _unpacked(got)
            if slug in text:
                found[f"{name} {suffix}"] = [got.began, got.ended]
        got = ask(port, f"/news/{slug}")
        if got.status == 200:
            found[f"{name} page"] = [got.began, got.ended]
    return found


def _unpacked(got: Answer) -> str:
    import brotli
    from isal import igzip

    coding = got.headers["Content-Encoding"]
    read = {"gzip": igzip.decompress, "br": brotli.decompress, None: bytes}[coding]
    return read(got.body).decode()


def test_what_goes_live_and_what_is_taken_back_through_every_proxy(behind: tuple[Served, dict[str, int]]) -> None:
    served, ports = behind
    if not ports:
        pytest.skip("no proxy is here")
    key = served.draft("Through the proxies", slug="through-the-proxies")
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=AHEAD)  # the API's moments are whole seconds
    served.act(key, "schedule", publish_at=at.isoformat())
    first: dict[str, float] = {}
    while len(first) < 4 * len(ports) and time.time() < at.timestamp() + 15:
        for place, (_, ended) in seen(ports, "through-the-proxies").items():
            assert ended >= at.timestamp(), f"{place} showed it {at.timestamp() - ended:.3f} s before its moment"
            first.setdefault(place, ended - at.timestamp())
        time.sleep(0.15)
    assert len(first) == 4 * len(ports), first
    served.act(key, "withdraw", reason="A mistake of ours")
    gone, last = time.time(), {}
    while time.time() < gone + 3:
        for place, (began, _) in seen(ports, "through-the-proxies").items():
            last[place] = began - gone
        time.sleep(0.15)
    worst = {kind: f"{max(times.values(), default=0):.2f} s" for kind, times in (("live", first), ("withdrawn", last))}
    print(f"\nthrough {', '.join(ports)}: {worst}; live {first}; withdrawn {last}")
    assert not seen(ports, "through-the-proxies")
    for port in ports.values():
        assert ask(port, "/news/through-the-proxies").status == 410


def test_what_an_operator_is_given_can_be_read_by_its_program() -> None:
    """What needs an engine that is not here is at least read by whoever reads such files."""
    written = (DEPLOY / "Dockerfile").read_text()
    for line in written.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (DEPLOY.parent / source).exists(), line
    assert not [
        line for line in (DEPLOY.parent / ".dockerignore").read_text().splitlines() if line in ("feedsvc", "migrations")
    ]
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", *sorted(map(str, DEPLOY.glob("*.service")))],
            capture_output=True,
            text=True,
            check=False,
        )
        said = [
            line for line in done.stderr.splitlines() if "is not executable" not in line and str(DEPLOY.name) in line
        ]
        assert not said, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_who_asks_while_we_are_away_is_told_to_come_again(behind: tuple[Served, dict[str, int]], name: str) -> None:
    served, port = behind[0], behind[1][name]
    served.stop()
    for path in ("/feeds/news.atom", "/", "/desk/login", "/api/v1/items"):
        got = wait_for(lambda path=path: (a := ask(port, path)).status == 503 and a, 15, 0.2)
        assert got, path
        assert (got.headers["Retry-After"], got.headers["Cache-Control"]) == ("5", "no-store"), path
