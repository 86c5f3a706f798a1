"""Servers as processes: started, looked at through /proc, and ended by their id whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

_TICKS = os.sysconf("SC_CLK_TCK")


class Missing(Exception):
    """What a peer needs is not on this machine; the text is a sentence that says what to install."""


@contextlib.contextmanager
def running(
    command: list[str], log: Path, *, env: dict[str, str] | None = None, patience: float = 15
) -> Iterator["subprocess.Popen[bytes]"]:
    """A server in a session of its own, gone at the end with all that it started."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, patience)


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    """Asks it to end, waits, then kills whatever is left of its group."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 20) -> None:
    """Waits until something listens. Raises Missing with the end of the log where it does not come up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise Missing(f"It did not start: {log.read_text(errors='replace')[-500:]}")


def tree(roots: Iterable[int]) -> set[int]:
    """These processes and all that descend from them."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, with that of children they have waited for."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / _TICKS


def memory(pid: int) -> dict[str, float]:
    """Megabytes in memory: `rss` counts shared pages in full, `pss` by their share."""
    found = {"rss": 0.0, "pss": 0.0}
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name.lower() in found:
                found[name.lower()] = round(int(rest.split()[0]) / 1024, 1)
    return found


def disk(folder: Path) -> dict[str, float]:
    """What a folder takes on disk: megabytes allocated, and files."""
    size = files = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH118  # a million names
                files += 1
    return {"megabytes": round(size / 1e6, 1), "files": files}


def end_in_order() -> None:
    """SIGTERM ends a measurement as Ctrl-C does: with every server ended."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        sys.exit("told to end")

    signal.signal(signal.SIGTERM, leave)
