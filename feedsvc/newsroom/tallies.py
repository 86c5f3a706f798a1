"""Tallies: small files in which a web process hands over what it has counted. Written by web/seen.py, taken by the ticker.

A tally's name is its source, which lives as long as one process, and its number. The database keeps the newest number
of each source in the transaction that adds the figures, so a tally that is still there after a crash counts nothing.
"""

import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

MOST_WAITING = 256
"""Tallies that may lie in the folder. Where nobody takes them, web processes go on counting in memory."""
_NAME = re.compile(r"([0-9a-f]{32})-([0-9]{1,9})\.json\Z")
_MAKING = ".making-"
_LEFT_AFTER = 60.0


class Polls(NamedTuple):
    """A number of equal requests."""

    day: date
    scope: str
    language: str
    format: str
    status: int
    family: str
    requests: int
    subscribers: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What one process counted in a few seconds."""

    source: str
    number: int
    day: date
    """The day on which it was written."""
    rows: list[Polls]
    lost: int
    """Requests that were answered and could not be counted."""


def folder(instance: Path) -> Path:
    """Where tallies lie."""
    return instance / "run" / "seen"


def put(instance: Path, tally: Tally) -> None:
    """Writes a tally, whole or not at all. Not on disk for sure: a power cut costs some figures. Raises OSError."""
    place = folder(instance)
    place.mkdir(parents=True, exist_ok=True)
    name = f"{tally.source}-{tally.number}.json"
    making = place / f"{_MAKING}{name}"
    rows = [(row.day.isoformat(), *row[1:]) for row in tally.rows]
    making.write_text(json.dumps({"day": tally.day.isoformat(), "rows": rows, "lost": tally.lost}), encoding="utf-8")
    making.rename(place / name)


def is_full(instance: Path) -> bool:
    """Whether so many tallies wait that nobody seems to take them."""
    try:
        return len(os.listdir(folder(instance))) >= MOST_WAITING  # noqa: PTH208  # names alone are enough
    except FileNotFoundError:
        return False


def waiting(instance: Path) -> list[Path]:
    """The tallies that lie there, each source's in the order in which they were written."""
    found = ((match, path) for path in _paths(instance) if (match := _NAME.match(path.name)))
    return [path for _, path in sorted(((match[1], int(match[2])), path) for match, path in found)]


def read(path: Path) -> Tally:
    """A tally. Raises ValueError for what is none, as a power cut may leave it; OSError where it is gone."""
    name = _NAME.match(path.name)
    try:
        said = json.loads(path.read_bytes())
        rows = [Polls(date.fromisoformat(row[0]), *row[1:]) for row in said["rows"]]
        sound = all(type(value) is wanted for row in rows for value, wanted in zip(row, _TYPES, strict=True))
        if name is None or not sound:
            raise ValueError("fields of another type")  # noqa: TRY301  # handled like what is no JSON
        return Tally(name[1], int(name[2]), date.fromisoformat(said["day"]), rows, int(said["lost"]))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{path.name} is no tally: {error}") from error


_TYPES = tuple(Polls.__annotations__.values())


def sweep(instance: Path) -> int:
    """Deletes what killed processes left half written. Gives how many."""
    gone = 0
    for path in _paths(instance):
        try:
            if path.name.startswith(_MAKING) and time.time() - path.stat().st_mtime > _LEFT_AFTER:
                path.unlink()
                gone += 1
        except OSError:
            continue
    return gone


def _paths(instance: Path) -> Iterable[Path]:
    try:
        return list(folder(instance).iterdir())
    except FileNotFoundError:
        return []
