"""How words are brought to the letters that count when somebody looks for them. One room, for the readers' search and the desk's.

Purely, and the same for every database: none of them knows Azerbaijani, and no two agree on the other languages.
"""

import re
import unicodedata
from functools import cache
from html import unescape

LONGEST = 40
"""Characters of a word that count."""
_TAG = re.compile(r"<[^>]*>")
_WITHIN = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|q|s|small|span|strong|sub|sup|u)\b[^>]*>", re.IGNORECASE)
"""Markup that stands within words."""


def plain(markup: str) -> str:
    """The words of HTML; what other markup than that within words divides stays divided."""
    return unescape(_TAG.sub(" ", _WITHIN.sub("", markup)))


@cache
def _letters() -> dict[int, str]:
    """Letter → what it counts as. Marks go, as people leave them out when they type; й stays: it is no и with a mark, but a
    letter with a key of its own on every keyboard that has either. ё goes, since Russian itself writes е for it.

    In Azerbaijani i and ı, İ and I are two letters, elsewhere one, and a name does not say in what it is written: they
    count as one here. So do ə and e: that is how ə is typed where the keyboard lacks it.
    """
    table = {"ə": "e", "ı": "i", "ё": "е", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    for first, last in ((0xC0, 0x250), (0x1E00, 0x1F00)):
        for code in range(first, last):
            bare = unicodedata.normalize("NFD", chr(code))[0]
            if bare.isascii():
                table.setdefault(chr(code), bare)
    return str.maketrans(table)


def folded(text: str) -> str:
    """A text in small letters without marks. Source: Unicode §3.13 (NFKC_Casefold)."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.replace("İ", "i")).casefold())
    bare = small.translate(_letters())
    if bare.isascii():
        return bare
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return bare.replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "σ")
