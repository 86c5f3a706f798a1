"""The names that news is about, from the lists beside this module, each with its forms in every language."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import TypeVar

from feedsvc.newsroom.demo.grammar import Slots, capital, genitive_az, locative_az

T = TypeVar("T")
_DRAWN_BETWEEN_TURNS = 7


@dataclass(frozen=True, slots=True)
class Place:
    """A town, and the first year in which news comes from there."""

    name: str
    since: int
    where: str
    """`home`, `exclave` or `abroad`."""
    here: dict[str, Slots]
    """Language → slots, where it is the news's own place."""
    there: dict[str, Slots]
    """The same, where it is the other place that the news names."""


def rows(name: str) -> list[list[str]]:
    """The rows of a list beside this module."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


@cache
def places() -> tuple[Place, ...]:
    """All places, the most frequent first."""
    found = []
    for en, az, ru, ru_genitive, ru_prepositional, since, where in rows("places.txt"):
        forms = {
            "en": (en, f"in {en}", f"of {en}"),
            "az": (az, locative_az(az), genitive_az(az)),
            "ru": (ru, f"в {ru_prepositional}", ru_genitive),
        }
        here = {
            language: {"place": place, "at": at, "At": capital(at), "of": of}
            for language, (place, at, of) in forms.items()
        }
        there = {language: {"place2": place, "at2": at} for language, (place, at, _of) in forms.items()}
        found.append(Place(en, int(since), where, here, there))
    return tuple(found)


@cache
def people() -> tuple[tuple[str, str, str], ...]:
    """Who is quoted: the name in English, Azerbaijani and Russian."""
    return tuple((en, az, ru) for en, az, ru in rows("people.txt"))


@cache
def names() -> tuple[tuple[str, str, str], ...]:
    """What programmes, tariffs and firms are called, in English, Azerbaijani and Russian, without quotation marks."""
    return tuple((en, az, ru) for en, az, ru in rows("names.txt"))


@cache
def authors() -> tuple[str, ...]:
    """Bylines, the most frequent first."""
    return tuple(name for (name,) in rows("authors.txt"))


def in_turn(members: Sequence[T], random: Random) -> Iterator[T]:
    """Endless draws in which the first members come by far most often, and yet all of them come.

    By chance alone (the n-th a n-th as often as the first) a rare one might never be seen, so now and then it is
    simply somebody's turn.
    """
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(members) + 1)))
    for member in itertools.cycle(members):
        yield member
        yield from random.choices(members, cum_weights=weights, k=_DRAWN_BETWEEN_TURNS)
