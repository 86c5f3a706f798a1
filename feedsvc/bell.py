"""The bell of a node: eight bytes in shared memory that change whenever a link on the shelf has moved (docs/decisions/0012)."""

import mmap
import os
import threading
from pathlib import Path

BELL_BYTES = 8
RUNG = threading.Event()
"""Set when this process rang: whoever waits for the bell in it need not look again and again."""


def _bell(instance: Path) -> int:
    """A descriptor of the bell's file, made where it is missing."""
    (instance / "run").mkdir(parents=True, exist_ok=True)
    return os.open(instance / "run" / "bell", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def ring(instance: Path) -> None:
    """Says to every process of this node that some link has moved. Always after the link, before anything is acknowledged."""
    descriptor = _bell(instance)
    try:
        os.pwrite(descriptor, os.urandom(BELL_BYTES), 0)
    finally:
        os.close(descriptor)
    RUNG.set()


def heard(instance: Path) -> bytes:
    """What the bell says: other bytes than before mean that some link has moved."""
    descriptor = _bell(instance)
    try:
        return os.pread(descriptor, BELL_BYTES, 0)
    finally:
        os.close(descriptor)


def listen(instance: Path) -> mmap.mmap:
    """The bell as shared memory: other bytes than before mean that links have to be read again.

    Reading it is no system call, and so gives no other thread the interpreter (a readlink on every request halved what
    the front could answer).
    """
    descriptor = _bell(instance)
    try:
        if os.fstat(descriptor).st_size < BELL_BYTES:
            os.pwrite(descriptor, bytes(BELL_BYTES), 0)
        return mmap.mmap(descriptor, BELL_BYTES, prot=mmap.PROT_READ)
    finally:
        os.close(descriptor)
