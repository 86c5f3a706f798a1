"""Locks of files between threads and processes, whose holders may end at any time, or freeze.

The kernel lets go of a lock when its holder ends. A holder that is frozen keeps it: so nobody waits for ever, and who has
to act takes the lock away, by putting a new file in its place. The old holder, should it wake, asks `need` first.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import local

FROZEN = 20.0
"""Seconds after which a lock is taken from its holder by whoever waits: no builder takes so long."""
_LEAST = 0.1
"""Seconds that everybody waits before that: a lock that was just taken may not say so yet."""
_HELD = local()
"""What this thread holds: path → inode."""


@contextlib.contextmanager
def held(path: Path, *, patience: float, seize: bool = False) -> Iterator[None]:
    """Holds a file's lock. Raises TimeoutError after `patience` seconds, or takes it away with `seize`."""
    descriptor = _taken(path, patience, seize=seize)
    mine = vars(_HELD)
    try:
        mine[str(path)] = os.fstat(descriptor).st_ino
        yield
    finally:
        mine.pop(str(path), None)
        os.close(descriptor)


def need(path: Path) -> None:
    """Raises OSError where this thread held the lock and it was taken away: what was looked up may be true no longer."""
    mine = vars(_HELD).get(str(path))
    if mine is not None and mine != _inode(path):
        raise OSError(f"somebody else took the lock of {path.parent.name}")


def _taken(path: Path, patience: float, *, seize: bool) -> int:
    """The descriptor of the locked file. Looks again and again, since flock(2) has no time-out."""
    began, pause = time.monotonic(), 0.001
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        is_mine = False
        try:
            is_mine = _is_free(descriptor, path)
            since = time.time() - os.fstat(descriptor).st_mtime
        finally:
            if not is_mine:
                os.close(descriptor)
        if is_mine:
            return descriptor
        waited = time.monotonic() - began
        if (seize and waited >= patience) or (since > FROZEN and waited >= _LEAST):
            _replace(path)
        elif waited >= patience:
            raise TimeoutError(f"somebody else has held the lock of {path.parent.name} for {since:.1f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _is_free(descriptor: int, path: Path) -> bool:
    """Locks a file if nobody holds it, and it is still the one that lies there. Its time says since when."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    os.utime(descriptor)
    return os.fstat(descriptor).st_ino == _inode(path)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _replace(path: Path) -> None:
    """Puts a new file in the place of one whose holder does not let go."""
    making = path.with_name(f".link-{os.getpid()}-{time.monotonic_ns()}")
    making.touch()
    making.rename(path)
