"""What strangers hand in is opened in a process of its own, with little memory, little time and no way to write.

Two lines of use. A function of ours that takes bytes and gives bytes, named by its module:

    read = confined.run("feedsvc.importers.docx:read", upload, field="file")
    fields = json.loads(read)

Whatever is wrong comes out as Invalid under `field`: what the function itself said in an Invalid of its own, and
`takes_long`, `takes_much` or `unreadable` where it went beyond its limits or fell over. Where too many are at work
already it is Crowded. The function runs without our environment, so it knows no secret; it must need no database.
"""

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import structlog

from feedsvc import lifeline
from feedsvc.errors import Crowded, Invalid

log = structlog.get_logger()

MEMORY = 256 * 1024 * 1024
"""Bytes of address space, the interpreter's own 60 MB among them."""
SECONDS = 4.5
"""By the clock on the wall, from the call to the last byte of the answer, waiting for a place included: half a second less
than what a file may take until it is refused, since ending a process takes its time.
"""
MOST_BACK = 64 * 1024 * 1024
"""Bytes of an answer."""
PLACES = 2
"""Such processes at once, for each process of ours."""
PATIENCE = 2.0
"""Seconds that one waits for a place."""
SHORTENED = 0.25
"""Who waited longer than so many seconds had less time than it may take: that is not the file's fault."""
_CHUNK = 65_536
_PACKAGE = Path(__file__).resolve().parent
_places = threading.BoundedSemaphore(PLACES)


class _Ended(Exception):
    """The child is not waited for any longer; its argument is a problem's code."""


def run(  # each limit can be said
    function: str,
    data: bytes,
    *,
    field: str = "file",
    memory: int = MEMORY,
    seconds: float = SECONDS,
    most_back: int = MOST_BACK,
) -> bytes:
    """What `function` ("feedsvc.module:name") makes of the bytes, in a process that ends with this call.

    Raises Invalid under `field`, and Crowded.
    """
    began = time.monotonic()
    if not _places.acquire(timeout=min(PATIENCE, seconds / 2)):
        raise Crowded
    waited = time.monotonic() - began
    try:
        back = _in_child(function, data, memory, seconds - waited, most_back)
    except _Ended as ended:
        if waited > SHORTENED and str(ended) == "takes_long":
            raise Crowded from None
        log.info("confined_refused", function=function, size=len(data), problem=str(ended))
        raise Invalid({field: (str(ended), {})}) from None
    finally:
        _places.release()
    kind, said = back[:1], back[1:]
    if kind == b"+":
        return said
    told = _told(said) if kind == b"-" else {}
    log.info("confined_refused", function=function, size=len(data), problem=str(told))
    raise Invalid({told.pop("field", "") or field: (str(told.get("code", "unreadable")), told.get("values", {}))})


def _told(said: bytes) -> dict[str, Any]:
    """What a child says is wrong; nothing where that cannot be read either."""
    try:
        told = json.loads(said)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _in_child(function: str, data: bytes, memory: int, seconds: float, most_back: int) -> bytes:
    """The answer of a new process. It is gone, with whatever it started, when this ends. Raises _Ended."""
    until = time.monotonic() + seconds
    child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
        # -P: nothing of the folder that we happen to stand in; -B: it could not write what it compiled.
        [sys.executable, "-P", "-B", "-m", "feedsvc.cell", function, str(memory), str(math.ceil(seconds) + 1)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(_PACKAGE.parent), "LANG": "C.UTF-8", **lifeline.for_children()},
        cwd="/",
        bufsize=0,
        start_new_session=True,
    )
    try:
        return _exchange(child, data, until, most_back)
    finally:
        os.killpg(child.pid, signal.SIGKILL)  # it is not reaped yet, so the number is still its own
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _exchange(child: "subprocess.Popen[bytes]", data: bytes, until: float, most_back: int) -> bytes:
    """Hands the bytes over and takes the answer as it comes: a child that does not read must not hold us."""
    assert child.stdin is not None  # noqa: S101  # both were asked for
    assert child.stdout is not None  # noqa: S101
    left, back = memoryview(data), bytearray()
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdin, selectors.EVENT_WRITE)
        ready.register(child.stdout, selectors.EVENT_READ)
        while True:
            for key, _events in ready.select(max(0.0, until - time.monotonic())):
                if key.fileobj is child.stdin:
                    left = _hand_over(key.fd, left)
                    if not left:
                        ready.unregister(child.stdin)
                        child.stdin.close()
                    continue
                chunk = os.read(key.fd, _CHUNK)
                back += chunk
                if not chunk:
                    return bytes(back)
                if len(back) > most_back:
                    raise _Ended("takes_much")
            if time.monotonic() >= until:
                raise _Ended("takes_long")


def _hand_over(descriptor: int, left: memoryview) -> memoryview:
    """What is still to be handed over after as much as the pipe takes; nothing once nobody reads."""
    try:
        return left[os.write(descriptor, left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        return left[:0]
