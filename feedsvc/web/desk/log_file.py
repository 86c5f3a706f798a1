"""The log as a table for spreadsheets. A long one takes a minute of work, so a process of its own writes it: the web process
only hands on what comes, and its other readers wait for nothing.
"""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from flask import Flask, g

from feedsvc import db, lifeline
from feedsvc.errors import Crowded, Unavailable
from feedsvc.models import Audit
from feedsvc.newsroom import log
from feedsvc.newsroom.log import Asked
from feedsvc.web.desk.deeds import told
from feedsvc.web.i18n import iso

STEP = 1_000
"""Entries read at once."""
PLACES = 2
"""Such files at once, for each web process: each keeps one of its threads and a processor busy."""
COLUMNS = ("number", "time_utc", "person", "action", "what", "subject", "headline", "detail", "seal")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is reckoned by spreadsheets: an apostrophe in front makes it text (OWASP, CSV injection)."""
_CHUNK = 65_536
_places = threading.BoundedSemaphore(PLACES)


def written(asked: Asked, language: str, zone: str) -> Iterator[bytes]:
    """The file's bytes as another process writes them. Its first ones are here before this returns.

    Raises Crowded, Unavailable.
    """
    if not _places.acquire(blocking=False):
        raise Crowded
    order = json.dumps({"asked": asdict(asked), "language": language, "zone": zone}, default=str)
    try:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
            [sys.executable, "-m", "feedsvc.web.desk.log_file", order],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **lifeline.for_children()},
            bufsize=0,
        )
    except BaseException:
        _places.release()
        raise
    handed_on = _handed_on(child)
    try:
        first = next(handed_on)
    except (RuntimeError, StopIteration) as error:
        raise Unavailable("the file of the log could not be written") from error
    return _after(first, handed_on)


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _handed_on(child: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """What a child writes. It is gone when this ends, read to its end or not."""
    assert child.stdout is not None  # noqa: S101  # it was asked for
    try:
        while chunk := os.read(child.stdout.fileno(), _CHUNK):
            yield chunk
        if child.wait():
            raise RuntimeError(
                "the file of the log is not whole"
            )  # the connection breaks, and so nobody takes it for all
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        _places.release()


def _lines(asked: Asked) -> Iterator[str]:
    """The file's lines, read page by page: its length costs no memory, and whoever reads slowly keeps no transaction open."""
    yield "\ufeff" + _line(COLUMNS)
    while True:
        with db.reading() as session:
            rows = log.entries(session, asked, limit=STEP)
            heads = log.headlines(session, {row.subject for row in rows})
        if not rows:
            return
        yield "".join(_line(_cells(row, heads.get(row.subject, ""))) for row in rows)
        asked = replace(asked, before=rows[-1].id)


def _cells(row: Audit, headline: str) -> tuple[Any, ...]:
    detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True)
    return row.id, iso(row.at), row.actor, row.action, told(row), row.subject, headline, detail, row.seal


def _line(cells: tuple[Any, ...]) -> str:
    """A line of the file (RFC 4180), every cell safe in a spreadsheet."""
    out = io.StringIO()
    csv.writer(out).writerow([_safe(str(cell)) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def main() -> None:
    """The child's whole life: the file that its argument asks for, on standard output."""
    lifeline.die_with_parent()
    os.nice(10)
    order = json.loads(sys.argv[1])
    moments = {name: order["asked"][name] for name in ("since", "until")}
    asked = Asked(**{**order["asked"], **{name: at and datetime.fromisoformat(at) for name, at in moments.items()}})
    with Flask(__name__).app_context():  # in which sentences find their language, and moments their zone
        g.language, g.zone = order["language"], order["zone"]
        for lines in _lines(asked):
            sys.stdout.buffer.write(lines.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
