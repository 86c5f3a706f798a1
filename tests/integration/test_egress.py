"""What leaves the house: only to where it may, and held short whatever answers."""

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile_servers import KINDS, serving
from patience import PATIENCE

from feedsvc.egress import dialling, ranges
from feedsvc.egress.dialling import Outcome, Request
from feedsvc.egress.flights import Flights
from feedsvc.errors import WrongSettings
from feedsvc.settings import current

LOOPBACK = ranges.networks(("127.0.0.0/8",))
SECONDS = 1.5 * PATIENCE
SCRIPT = Path(__file__).parents[1] / "every_address.py"
ALONE = ["unshare", "-rnm"]


def fly(
    urls: list[str], allowed: tuple[ranges.Network, ...] = LOOPBACK, body: bytes | None = b"{}"
) -> dict[str, Outcome]:
    flights = Flights(allowed)
    for url in urls:
        flights.add(Request(url, url, (), body, SECONDS))
    done: list[Outcome] = []
    while len(done) < len(urls):
        done += flights.wait(0.1)
    flights.close()
    return {one.tag: one for one in done}


def _can_be_alone() -> bool:
    done = (
        shutil.which("unshare")
        and shutil.which("ip")
        and subprocess.run([*ALONE, "true"], check=False, capture_output=True)
    )
    return bool(done) and done.returncode == 0


@pytest.mark.skipif(not _can_be_alone(), reason="needs a network namespace (unshare -rnm) and iproute2")
def test_two_thousand_hostile_addresses_lead_nowhere() -> None:
    """In a network where every address answers: counted by the listeners, not by the program."""
    done = subprocess.run(
        [*ALONE, sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=120 * PATIENCE, check=True
    )
    told = json.loads(done.stdout)
    assert told["asked"] == told["ended"] >= 2_000
    assert told["forbidden"] == []
    assert told["public"] == 3, "the counting does not count"
    assert told["flipped"] >= 40, "names that turn round were not asked while they led outside"
    assert told["answered"] == []


def test_hostile_addresses_do_not_reach_this_machine() -> None:
    """The same where there is no network of its own: a listener that nobody may reach, by every spelling of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        hosts = [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "017700000001",
            "0177.0.0.1",
            "0",
            "localhost",
            "[::ffff:127.0.0.1]",
            "[::]",
        ]
        done = fly([f"http://{host}:{port}/" for host in hosts], allowed=())
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
    assert all(one.refused and not one.status for one in done.values())
    assert "must not be dialled" in done[f"http://127.1:{port}/"].why


def test_no_proxy_of_the_environment_and_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    moved = "HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n"
    kinds = {"proxy": lambda _: seen.append("proxy"), "elsewhere": lambda _: seen.append("elsewhere")}
    with serving(kinds) as ports:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{ports['proxy']}")
        with serving({"moved": lambda c: c.sendall(moved.format(ports["elsewhere"]).encode())}) as asked:
            done = fly([f"http://127.0.0.1:{asked['moved']}/"])
    assert [one.status for one in done.values()] == [307]
    assert seen == []


def test_each_hostile_server_is_held_short() -> None:
    """25 kinds and more at once: none takes longer than the deadline or is read beyond 64 KB."""
    assert len(KINDS) >= 25
    with serving(KINDS) as ports:
        began = time.monotonic()
        done = fly([f"http://127.0.0.1:{port}/" for port in ports.values()])
        took = time.monotonic() - began
        stalled = fly([f"https://127.0.0.1:{ports['says nothing']}/"])
    told = {name: done[f"http://127.0.0.1:{port}/"] for name, port in ports.items()}
    assert took < SECONDS + 1 * PATIENCE
    assert all(len(one.body) <= dialling.MOST_READ for one in told.values())
    assert all(len(one.head) <= dialling.MOST_READ + 20_000 for one in told.values())
    good = {name for name, one in told.items() if 200 <= one.status < 300}
    # What came whole in its headers is an answer, however much body comes behind: a delivery's is not looked at.
    assert good <= {"a body without end", "chunks without end", "a gzip bomb", "drips a body"}, good
    assert told["a gzip bomb"].body[:2] == b"\x1f\x8b", "nothing is unpacked"
    silent = {name: one.status for name, one in told.items() if not one.why and name not in good}
    assert silent == {"a status that is none": 999}, "whoever failed has a reason that an operator can read"
    assert "no answer within" in next(iter(stalled.values())).why


@pytest.mark.parametrize(
    ("address", "port", "allowed", "may"),
    [
        ("93.184.216.34", 443, (), True),
        ("93.184.216.34", 25, (), False),
        ("93.184.216.34", 25, ("93.184.216.34/32",), True),
        ("10.1.2.3", 9000, ("10.1.0.0/16",), True),
        ("10.2.2.3", 443, ("10.1.0.0/16",), False),
        ("fd00::1", 7, ("fd00::/8",), True),
        ("::ffff:10.1.2.3", 80, ("10.1.0.0/16",), False),
        ("64:ff9b::a01:203", 80, ("64:ff9b::/96",), False),
        ("64:ff9b::5db8:d822", 80, ("64:ff9b::/96",), True),
        ("fe80::1%eth0", 80, (), False),
        ("no address", 80, ("0.0.0.0/0",), False),
    ],
)
def test_what_the_operator_allows_is_added_to_the_public_internet(
    address: str, port: int, allowed: tuple[str, ...], may: bool
) -> None:
    assert ranges.may_dial(address, port, ranges.networks(allowed)) is may


def test_networks_that_are_none_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_EGRESS_ALLOW", " 10.1.0.0/16 , fd00::/8,")
    current.cache_clear()
    assert current().egress_allow == ("10.1.0.0/16", "fd00::/8")
    monkeypatch.setenv("FEEDSVC_EGRESS_ALLOW", "10.1.0.1/16")
    current.cache_clear()
    with pytest.raises(WrongSettings, match="FEEDSVC_EGRESS_ALLOW: must be networks"):
        current()
    current.cache_clear()
