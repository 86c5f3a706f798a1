"""Names in the order in which people of a language look for them.

A database sorts by codes or by its operating system's idea of a language; here every node gives the same order.
"""

import unicodedata
from functools import cache

_LATIN = "abcdeəfghiıjklmnopqrstuvwxyz"
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_AZERBAIJANI = "abcçdeəfgğhxıijkqlmnoöprsştuüvyzw"
_ORDERS = {"en": _LATIN + _CYRILLIC, "az": _AZERBAIJANI + _CYRILLIC, "ru": _CYRILLIC + _LATIN}
"""A language's own alphabet first, then that of names which come from elsewhere."""
_AZ_SMALL, _AZ_LARGE = str.maketrans("Iİ", "ıi"), str.maketrans("ıi", "Iİ")
_FIRST, _OTHER = 100, 1_000
"""The place of an alphabet's first letter, behind gaps and digits; the places of letters of no alphabet above."""
DIGITS = "0–9"
"""Stands for all names that begin with no letter."""


@cache
def _places(language: str) -> dict[str, int]:
    """Letter → its place."""
    return {sign: _FIRST + n for n, sign in enumerate(_ORDERS.get(language, _ORDERS["en"]))}


def _letters(language: str, name: str) -> list[str]:
    """The small letters, digits and gaps of a name; a letter that the alphabet lacks without its marks."""
    places = _places(language)
    small = name.translate(_AZ_SMALL).lower() if language == "az" else name.lower()
    found: list[str] = []
    for sign in unicodedata.normalize("NFC", small):
        plain = sign if sign in places else unicodedata.normalize("NFD", sign)[0]
        if plain.isalnum():
            found.append(plain)
        elif plain.isspace() and found:
            found.append(" ")
    return found


def key(language: str, name: str) -> tuple[list[int], str]:
    """What to sort a name by: gaps, digits, letters; capitals and marks only break a tie."""
    places = _places(language)

    def place(sign: str) -> int:
        if sign.isalpha():
            return places.get(sign, _OTHER + ord(sign))
        return min(ord(sign), _FIRST - 1)

    return [place(sign) for sign in _letters(language, name)], name


def letter(language: str, name: str) -> str:
    """The letter under which a name stands in a list, as a capital."""
    first = next(iter(_letters(language, name)), "")
    if not first.isalpha():
        return DIGITS
    return first.translate(_AZ_LARGE).upper() if language == "az" else first.upper()
