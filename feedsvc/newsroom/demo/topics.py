"""What news is about: the topics in `topics/`, with their sentences in every language side by side."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Line = tuple[str, str, str]
"""The same words in English, Azerbaijani and Russian, with slots."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What texts of all topics share, as blocks of HTML."""

    partner: tuple[tuple[str, ...], ...]
    heading: tuple[Line, ...]
    intro: tuple[Line, ...]
    context: tuple[Line, ...]
    closing: tuple[Line, ...]
    demonstration: Line


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of news. The blocks of a body are HTML."""

    name: str
    weight: float
    in_reporting: float
    """The weight on days when quarters are reported."""
    orgs: bool
    """Whether other organisations than the first have such news too."""
    place: str
    """`home`, `abroad` or `any`."""
    route: bool
    """Whether it is about the way between two places."""
    categories: tuple[str, ...]
    """The first one always applies."""
    themes: tuple[str, ...]
    posts: tuple[Line, ...]
    subject: tuple[Line, ...]
    headline: tuple[Line, ...]
    goes_with: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    """For each headline, which leads and which summaries tell the same."""
    summary: tuple[Line, ...]
    lead: tuple[Line, ...]
    detail: tuple[Line, ...]
    point: tuple[Line, ...]
    quote: tuple[Line, ...]


def _read(*path: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(*path).read_text(encoding="utf-8"))


def _lines(given: list[list[str]], start: str = "", end: str = "") -> tuple[Line, ...]:
    return tuple((f"{start}{en}{end}", f"{start}{az}{end}", f"{start}{ru}{end}") for en, az, ru in given)


@cache
def frame() -> Frame:
    """The frame of all texts."""
    given = _read("frame.toml")
    (demonstration,) = _lines(given["demonstration"], "<p><strong>", "</strong></p>")
    return Frame(
        partner=tuple(tuple(forms) for forms in given["partner"]),
        heading=_lines(given["heading"], "<h2>", "</h2>"),
        intro=_lines(given["intro"], "<p>", "</p>"),
        context=_lines(given["context"], "<p>", "</p>"),
        closing=_lines(given["closing"], "<p>", "</p>"),
        demonstration=demonstration,
    )


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, by name."""
    folder = files(__package__).joinpath("topics")
    return tuple(_topic(name) for name in sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml")))


def _topic(file: str) -> Topic:
    given, said = _read("topics", file), _lines(_read("frame.toml")["said"])
    quarterly = given.get("quarterly", False)
    return Topic(
        name=file.removesuffix(".toml"),
        weight=given["weight"] * (0.4 if quarterly else 1),
        in_reporting=given["weight"] * (5 if quarterly else 1),
        orgs=given.get("orgs", False),
        place=given.get("place", "home"),
        route=given.get("route", False),
        categories=tuple(given["categories"]),
        themes=tuple(given["themes"]),
        posts=_lines(given["posts"]),
        subject=_lines(given["subject"]),
        headline=_lines(given["headline"]),
        goes_with=tuple((tuple(leads), tuple(summaries)) for leads, summaries in given["goes_with"]),
        summary=_lines(given["summary"]),
        lead=_lines(given["lead"], "<p>", "</p>"),
        detail=_lines(given["detail"], "<p>", "</p>"),
        point=_lines(given["point"], "<li>", "</li>"),
        quote=tuple(_quoted(words, around) for around in said for words in _lines(given["quote"])),
    )


def _quoted(words: Line, around: Line) -> Line:
    """A quotation with its speaker."""
    en, az, ru = words
    # Russian sets the full stop after the closing quotation mark.
    quotes = (en, az, ru.removesuffix("."))
    en, az, ru = (blocks.replace("{quote}", quote) for blocks, quote in zip(around, quotes, strict=True))
    return en, az, ru
