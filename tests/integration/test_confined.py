"""The process in which strangers' files are opened: its limits hold, its answers come whole, and nothing of it stays."""

import os
import threading
import time
from pathlib import Path

import pytest
from patience import PATIENCE

from feedsvc import confined
from feedsvc.errors import Crowded, Invalid

NAUGHTY = """
import json, os, subprocess, sys, time
from feedsvc.errors import Invalid

def turned(data): return data[::-1]
def refuses(data): raise Invalid({"picture": ("too_long", {"length": 9, "limit": 8})})
def refuses_plainly(data): raise Invalid({"": ("missing", {})})
def hoards(data): return b"x" if bytearray(400 * 1024 * 1024) else b""
def spins(data):
    while True: pass
def sleeps(data): time.sleep(60)
def chatters(data): return b"x" * (8 * 1024 * 1024)
def prints(data):
    print("noise"); os.write(1, b"noise"); sys.stdout.flush()
    return b"clean"
def falls(data): os.abort()
def raises(data): raise RuntimeError("secret words")
def writes(data): open(data.decode(), "wb").write(b"x" * 100)
def tells(data): return json.dumps(dict(os.environ)).encode()
def begets(data):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open("/proc/self/stat"): return str(child.pid).encode()
"""


@pytest.fixture(autouse=True)
def naughty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of our name in which functions misbehave."""
    ours, package = Path(confined.__file__).parent, tmp_path / "feedsvc"
    package.mkdir()
    for name in ("__init__.py", "cell.py", "lifeline.py", "errors.py"):
        (package / name).symlink_to(ours / name)
    (package / "naughty.py").write_text(NAUGHTY)
    monkeypatch.setattr(confined, "_PACKAGE", package)


def run(name: str, data: bytes = b"", **limits: float) -> bytes:
    """One of the functions above."""
    return confined.run(f"feedsvc.naughty:{name}", data, **limits)  # type: ignore[arg-type]


def refused(name: str, data: bytes = b"", **limits: float) -> dict[str, tuple[str, dict[str, object]]]:
    """What is said where it is refused."""
    with pytest.raises(Invalid) as found:
        run(name, data, **limits)
    return found.value.problems


def test_bytes_go_in_and_come_out_whole() -> None:
    data = os.urandom(5_000_000)
    assert run("turned", data) == data[::-1]
    assert run("turned") == b""


def test_a_refusal_of_the_functions_own_keeps_its_field_and_its_figures() -> None:
    assert refused("refuses") == {"picture": ("too_long", {"length": 9, "limit": 8})}
    assert refused("refuses_plainly", field="body") == {"body": ("missing", {})}


@pytest.mark.parametrize(
    ("name", "code", "limits"),
    [
        ("hoards", "takes_much", {}),
        ("chatters", "takes_much", {"most_back": 1_000_000}),
        ("spins", "takes_long", {"seconds": 1.0}),
        ("sleeps", "takes_long", {"seconds": 1.0}),
        ("falls", "unreadable", {}),
        ("raises", "unreadable", {}),
        ("missing", "unreadable", {}),
    ],
)
def test_every_limit_holds(name: str, code: str, limits: dict[str, float]) -> None:
    started = time.monotonic()
    assert refused(name, b"x" * 300_000, **limits) == {"file": (code, {})}
    assert time.monotonic() - started < (limits.get("seconds", 5.0) + 1) * PATIENCE


def test_what_a_library_prints_is_no_answer() -> None:
    assert run("prints") == b"clean"


def test_it_can_write_nothing_and_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused("writes", str(tmp_path / "file").encode())
    assert not (tmp_path / "file").exists() or not (tmp_path / "file").stat().st_size
    monkeypatch.setenv("FEEDSVC_SECRET_KEY", "hush")
    assert b"hush" not in run("tells")


def test_what_it_starts_ends_with_it() -> None:
    pid = int(run("begets"))
    until = time.monotonic() + 2
    while Path(f"/proc/{pid}").exists() and _state(pid) != "Z" and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists() or _state(pid) == "Z"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_only_functions_of_ours_run() -> None:
    with pytest.raises(Invalid):
        confined.run("os:getcwdb", b"")


def test_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "PATIENCE", 0.2)
    found: list[object] = []
    busy = [threading.Thread(target=lambda: found.append(refused("sleeps", seconds=1.5))) for _ in range(2)]
    for one in busy:
        one.start()
    time.sleep(0.5)
    with pytest.raises(Crowded):
        run("turned")
    for one in busy:
        one.join()
    assert len(found) == 2
    assert run("turned", b"ab") == b"ba"  # the places are free again


def test_who_waited_for_a_place_is_told_so_and_not_that_the_file_is_bad() -> None:
    busy = [threading.Thread(target=lambda: refused("sleeps", seconds=0.8)) for _ in range(2)]
    for one in busy:
        one.start()
    time.sleep(0.1)
    with pytest.raises(Crowded):  # it got a place, and not the time that a file may take
        run("sleeps", seconds=2.5)
    for one in busy:
        one.join()
