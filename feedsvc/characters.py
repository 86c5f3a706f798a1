"""Which characters may pass: the one filter for text on its way in and, as a second guard, on its way out."""

import re
import unicodedata
from typing import Any

# XML 1.0 (5th ed.) §2.2 `Char`, and, below it, what that section discourages: C1 controls and plane-end
# non-characters. A single one of the first kind makes a whole feed unreadable, so both are removed.
# Written as what is allowed: ten times faster than a list of what is not.
_ILLEGAL = re.compile(
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    + "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
_SPACES = re.compile(r"\s+")
_ONE_LETTER = str.maketrans("İIı", "iii")
FOLDED_MAX = 400
"""Longest folded name, in characters."""


def clean(text: str) -> str:
    """Text with only characters that every format can carry, in NFC, lines ending in a newline.

    Never raises; the empty string for the empty string. Source: XML 1.0 §2.2, Unicode §23.7.
    """
    return unicodedata.normalize("NFC", _ILLEGAL.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """`clean` text on one line: white space folded and trimmed, as headlines and names are kept."""
    return _SPACES.sub(" ", clean(text)).strip()


def clean_tree(value: Any) -> Any:
    """The same JSON value with every string in it, keys included, cleaned.

    Python's JSON reader lets escaped lone surrogates pass, which no database or feed can store.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_tree(member) for member in value]
    if isinstance(value, dict):
        return {clean(str(key)): clean_tree(member) for key, member in value.items()}
    return value


def folded(name: str) -> str:
    """A name as it is looked up, so that one name written in capitals or with other spaces is not two.

    Azerbaijani has i, İ and ı, I where English has i, I, and a name does not say which it is written in: “BAKI” is Bakı
    and “BIG” is big. So the four count as one letter here, and so does i with the dot above that Python's own lower case leaves of İ.
    At most 400 characters, since one may become eighteen. Source: Unicode §3.13 (NFKC_Casefold), §5.18.
    """
    plain = unicodedata.normalize("NFKC", one_line(name)).translate(_ONE_LETTER).replace("i\u0307", "i")
    return one_line(unicodedata.normalize("NFKC", plain.casefold()))[:FOLDED_MAX]
