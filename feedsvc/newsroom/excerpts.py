"""Where the words that somebody looked for stand in a text. Purely."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from feedsvc.newsroom import stems

LONG = 240
"""Characters of an excerpt, about."""
_BEFORE = 60
"""Characters that stand before the first word found."""
_READ = 20_000
"""Characters of a text that are looked through."""


class Part(NamedTuple):
    """Some of a text, and whether it is what was looked for."""

    text: str
    sought: bool


Sought = Callable[[str, str], bool]
"""Whether a folded word, or its stem, is one of those that were looked for."""


def sought(words: list[tuple[str, str]], *, begins: bool) -> Sought:
    """Finds these words, each with its stem; where `begins`, also what begins with one."""
    endings = {stem for _, stem in words}
    beginnings = tuple(word for word, _ in words) if begins else ()
    return lambda word, stem: stem in endings or (bool(beginnings) and word.startswith(beginnings))


def marked(text: str, language: str, is_sought: Sought) -> list[Part]:
    """The whole text in parts."""
    parts, end = [], 0
    for start, stop in _places(text, language, is_sought):
        parts += [Part(text[end:start], sought=False), Part(text[start:stop], sought=True)]
        end = stop
    parts.append(Part(text[end:], sought=False))
    return [part for part in parts if part.text]


def excerpt(texts: list[str], language: str, is_sought: Sought) -> list[Part]:
    """Some of the first of these texts that has a word which was looked for, around it; else the beginning of the first."""
    for text in texts:
        first = next(_places(text[:_READ], language, is_sought), None)
        if first is not None:
            return marked(_around(text, first[0]), language, is_sought)
    return [Part(_around(texts[0], 0), sought=False)] if texts and texts[0] else []


def _places(text: str, language: str, is_sought: Sought) -> Iterator[tuple[int, int]]:
    """From where to where each word stands that was looked for."""
    for found in stems.WORD.finditer(text):
        if any(is_sought(word, stem) for word, stem in stems.keys(found[0], language)):
            yield found.span()


def _around(text: str, place: int) -> str:
    """Some of a text, cut between words."""
    start = 0 if place <= LONG - _BEFORE else text.find(" ", place - _BEFORE, place) + 1 or place
    if len(text) - start <= LONG:
        return ("… " if start else "") + text[start:].strip()
    stop = text.rfind(" ", start + LONG // 2, start + LONG)
    return ("… " if start else "") + text[start : stop if stop > 0 else start + LONG].strip() + " …"
