"""What a word is looked up by: its letters folded and its ending taken off. Purely, and the same for every database.

No database knows Azerbaijani, and no two agree on the other languages. So texts and questions are brought to the same
plain keys here, and a database only has to find keys.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from feedsvc.newsroom.folding import LONGEST, folded

VERSION = 1
"""Raise it when a text gives other keys than before: every index is made anew then."""
WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
"""A word as it stands in a text, with what follows an apostrophe."""
_APOSTROPHE = re.compile("['’ʼ]")
_SHORT = 2
"""So many letters behind an apostrophe are an ending (`company’s`, `we’ll`) and no word."""


@cache
def _algorithm(language: str) -> Any:
    """The Snowball algorithm of a language: https://snowballstem.org/algorithms/. Its object serves one thread at a time."""
    import snowballstemmer  # 3 MB, for those processes that search

    return snowballstemmer.stemmer(language)


_SNOWBALL = {"en": "english", "ru": "russian"}
_ONE_AT_A_TIME = Lock()


def stem(word: str, language: str) -> str:
    """A folded word without its ending, as far as its language is one of ours."""
    if language == "az":
        return _azerbaijani(word)
    if language not in _SNOWBALL:
        return word
    with _ONE_AT_A_TIME:
        return str(_algorithm(_SNOWBALL[language]).stemWord(word))


# Endings of nouns after folding, which makes of four harmonies two: case, possession, number, in the order in which
# they are taken off. https://en.wiktionary.org/wiki/Appendix:Azerbaijani_declension
_ENDINGS = (
    re.compile(r"(?:(?<=[iu])n)?(?:da|de)(?:ki|n)?$|(?:(?<=[aeiou])n)?[iu]n$|(?<=[aeou])yl?[ae]$"),
    re.compile(r"(?:[iu]m[iu]z|[iu]n[iu]z|(?<=[aeiou])s[iu]|[iu]m)$"),
    re.compile(r"l(?:ar|er)(?:in?[ae]|[aeiu])?$"),
)
_LAST = re.compile(r"(?:iy)?[aeiou](?:n[aeiou]?)?$")
"""A vowel at the end is an ending as often as not, and so is what may stand around it."""
_SOFT = {"g": "q", "y": "k"}
"""What q and k become before an ending that begins with a vowel: uşaq, uşağı; çörək, çörəyi."""
_KEPT, _KEPT_BEFORE_VOWEL = 2, 3
"""Letters that a stem keeps at least."""


def _azerbaijani(word: str) -> str:
    """A stem that is light on words and the same for the forms of a noun; what is no noun mostly stays whole."""
    for ending in _ENDINGS:
        cut = ending.search(word)
        if cut and cut.start() >= (_KEPT_BEFORE_VOWEL if cut[0][0] in "iu" else _KEPT):
            word = word[: cut.start()]
    cut = _LAST.search(word)
    word = word[: max(cut.start(), _KEPT)] if cut else word
    return word[:-1] + _SOFT.get(word[-1:], word[-1:]) if len(word) > _KEPT else word


@lru_cache(maxsize=32_768)
def keys(written: str, language: str) -> tuple[tuple[str, str], ...]:
    """The folded words in what stands in a text as one word, each with its stem: `O’Brien` has two, `company’s` one."""
    first, *others = _APOSTROPHE.split(written)
    parts = [first, *(part for part in others if len(part) > _SHORT)]
    plain = [folded(part)[:LONGEST] for part in parts]
    return tuple((part, stem(part, language)) for part in plain if part.isalnum())


def of_text(text: str, language: str) -> set[str]:
    """All keys of a text: stems, and whole words for who types their beginning."""
    return {key for written in set(WORD.findall(text)) for pair in keys(written, language) for key in pair}


def words(text: str, language: str) -> Iterator[tuple[str, str]]:
    """The words of a question in their order, folded, each with its stem.

    Many programs write a small İ as i and a dot above it, which no composed letter stands for, and which would end the word.
    """
    for written in WORD.findall(unicodedata.normalize("NFC", text).replace("i\u0307", "i")):
        yield from keys(written, language)
