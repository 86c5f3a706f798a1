"""What changes its form between languages: numbers, dates, and Azerbaijani endings, which follow the word's last vowel.

Where Russian declines, the forms are stored with the word. Counted things need none: all numbers drawn are such as
Russian follows with the genitive plural.
"""

from datetime import date
from random import Random

Slots = dict[str, str]
"""Slot of a template → the words in it, in one language."""

LANGUAGES = ("en", "az", "ru")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
MONTHS = {language: names.split() for language, names in _MONTHS.items()}
_QUARTERS = {
    "en": ("first", "second", "third", "fourth"),
    "az": ("birinci", "ikinci", "üçüncü", "dördüncü"),
    "ru": ("в первом", "во втором", "в третьем", "в четвёртом"),
}
_UNITS = ("", "ci", "ci", "cü", "cü", "ci", "cı", "ci", "ci", "cu")
_TENS = ("cü", "cu", "ci", "cu", "cı", "ci", "cı", "ci", "ci", "cı")


def counts(low: int, high: int, step: int = 1) -> list[int]:
    """The numbers from `low` to `high` that Russian follows with the genitive plural."""
    return [n for n in range(low, high + 1, step) if n % 10 in {0, 5, 6, 7, 8, 9} or 11 <= n % 100 <= 14]  # noqa: PLR2004


NUMBERS = {
    "n": counts(5, 98),
    "n2": counts(5, 28),
    "n3": counts(6, 29),
    "m": counts(105, 989),
    "m2": counts(105, 989),
    "k": counts(1_200, 98_900, 100),
    "k2": counts(1_200, 98_900, 100),
    "k3": counts(1_200, 38_900, 100),
}
"""Slot → the numbers that may stand in it."""
PERCENTAGES = ("pct", "pct2", "pct3")
"""Slots for percentages, drawn in tenths."""


def figures(random: Random) -> dict[str, int]:
    """A number for each slot; percentages are never whole, so that Russian has one form for them."""
    drawn = {slot: random.choice(numbers) for slot, numbers in NUMBERS.items()}
    return drawn | {slot: 10 * random.randint(1, 34) + random.randint(1, 9) for slot in PERCENTAGES}


def written(drawn: dict[str, int], language: str) -> Slots:
    """The figures as the language writes them."""
    thousands, point = (",", ".") if language == "en" else (" ", ",")
    return {
        slot: f"{number // 10}{point}{number % 10}" if slot in PERCENTAGES else f"{number:,}".replace(",", thousands)
        for slot, number in drawn.items()
    }


def year_az(year: int) -> str:
    """The year as an Azerbaijani ordinal: 2019-cu, 2021-ci, 2023-cü, 2026-cı."""
    return f"{year}-{_UNITS[year % 10] or _TENS[year // 10 % 10]}"


def dates(day: date, soon: date, language: str) -> Slots:
    """The day of the news, a later one, the year, and the quarter that ended last."""
    quarter, year = (day.month - 1) // 3, day.year
    nth = _QUARTERS[language][quarter - 1]
    reported = year if quarter else year - 1
    on, by = (f"{when.day} {MONTHS[language][when.month - 1]}" for when in (day, soon))
    if language == "en":
        slots = {
            "on_date": f"on {on} {year}",
            "on_soon": f"on {by} {soon.year}",
            "by_soon": f"by {by} {soon.year}",
            "in_year": f"in {year}",
            "in_quarter": f"in the {nth} quarter of {reported}",
        }
    elif language == "az":
        then = year_az(soon.year)
        slots = {
            "on_date": f"{on} {year_az(year)} il tarixində",
            "on_soon": f"{by} {then} il tarixində",
            "by_soon": f"{by} {then} il tarixinədək",
            "in_year": f"{year_az(year)} ildə",
            "in_quarter": f"{year_az(reported)} ilin {nth} rübündə",
        }
    else:
        slots = {
            "on_date": f"{on} {year} года",
            "on_soon": f"{by} {soon.year} года",
            "by_soon": f"до {by} {soon.year} года",
            "in_year": f"в {year} году",
            "in_quarter": f"{nth} квартале {reported} года",
        }
    return slots | {"In_year": capital(slots["in_year"]), "In_quarter": capital(slots["in_quarter"])}


def capital(words: str, language: str = "") -> str:
    """The words as a sentence begins with them, be it with a quotation mark; the Azerbaijani i becomes an İ."""
    at = int(words[:1] in {"“", "«"})
    first = "İ" if language == "az" and words[at] == "i" else words[at].upper()
    return words[:at] + first + words[at + 1 :]


def locative_az(name: str) -> str:
    """In or at the place: Bakıda, Gəncədə."""
    return name + ("da" if _last_vowel(name) in "aıou" else "də")


def genitive_az(name: str) -> str:
    """Of the place: Bakının, Gəncənin, Qubanın, Göygölün."""
    vowel = _last_vowel(name)
    ending = next(end for vowels, end in (("aı", "ın"), ("eəi", "in"), ("ou", "un"), ("öü", "ün")) if vowel in vowels)
    return name + ("n" if name.endswith(vowel) else "") + ending


def _last_vowel(name: str) -> str:
    return next(letter for letter in reversed(name.lower()) if letter in "aıoueəiöü")
