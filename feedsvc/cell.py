"""The inside of `confined`: a process that takes its limits upon itself, then opens what strangers handed in.

Its answer is `+` and what the function gave, or `-` and, as JSON, what is wrong. Nothing else is ever written there.
"""

import importlib
import json
import os
import resource
import sys

from feedsvc import lifeline
from feedsvc.errors import Invalid

FILES = 64
"""Files open at once: an interpreter that loads a library has a handful."""


def _limit(memory: int, seconds: int) -> None:
    """From now on, and for good: so much memory and processor time, few files, nothing written, no core of what was open."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # macOS knows no limit of address space
            continue


def _answer(function: str, data: bytes) -> bytes:
    """What the named function of ours makes of the bytes, or what is wrong."""
    module, _, name = function.partition(":")
    if not module.startswith("feedsvc."):
        raise ValueError(function)
    try:
        made: bytes = getattr(importlib.import_module(module), name)(data)
        return b"+" + made
    except Invalid as error:
        field, (code, values) = next(iter(error.problems.items()))
        return b"-" + json.dumps({"field": field, "code": code, "values": values}).encode()
    except MemoryError:
        return b'-{"code": "takes_much"}'
    except Exception as error:  # noqa: BLE001  # whatever a library makes of a hostile file stays in here
        return b"-" + json.dumps({"code": "unreadable", "fault": type(error).__name__}).encode()


def main() -> None:
    """The process's whole life."""
    lifeline.die_with_parent()
    function, memory, seconds = sys.argv[1:4]
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    _limit(int(memory), int(seconds))
    try:
        back = memoryview(_answer(function, sys.stdin.buffer.read()))
    except MemoryError:
        back = memoryview(b'-{"code": "takes_much"}')
    while back:
        back = back[os.write(out, back) :]


if __name__ == "__main__":
    main()
