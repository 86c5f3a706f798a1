"""A chosen look as a style sheet: a handful of tokens behind the house's own, in which words stay readable.

Public pages have it as it was chosen, the desk's page of the look as it is being chosen.
"""

from functools import lru_cache

from feedsvc.newsroom import colours
from feedsvc.newsroom.colours import BLACK, WHITE, Colour

HOUSE = {"accent": "#0b5560", "spark": "#ad4317"}
"""Colours where none are chosen, on light pages: see the tokens in feedsvc.css."""
READABLE = 5.0
"""Contrast of coloured words: somewhat more than WCAG asks, since they also stand on washes."""
_LIGHT: tuple[Colour, Colour] = ((251, 249, 245), (242, 238, 230))
_DARK: tuple[Colour, Colour] = ((22, 20, 17), (33, 30, 26))
"""A page, and whatever on it is least unlike words: see the tokens in feedsvc.css."""
_SERIF_FREE = "--serif: var(--sans);"
_CORNERS = {"soft": "", "square": "--radius: 0px;", "round": "--radius: 14px;"}


@lru_cache(maxsize=32)
def sheet(accent: str, spark: str, letters: str, corners: str, *, where: str = ":root") -> str:
    """The style sheet of these choices, for the elements of a selector; empty where all are the house's own."""
    tokens = [*(_accent(colours.read(accent)) if accent else ()), *(_spark(colours.read(spark)) if spark else ())]
    tokens += [_SERIF_FREE] if letters == "sans" else []
    tokens += [_CORNERS[corners]] if _CORNERS[corners] else []
    return f"@layer tokens {{ {where} {{ {' '.join(tokens)} }} }}\n" if tokens else ""


def _both(name: str, light: Colour, dark: Colour) -> str:
    return f"--{name}: light-dark({colours.written(light)}, {colours.written(dark)});"


def _accent(brand: Colour) -> list[str]:
    """Words, filled buttons and washes of a company's colour, each readable in both schemes."""
    washes = colours.mixed(_LIGHT[0], brand, 0.09), colours.mixed(_DARK[0], brand, 0.14)
    light = _readable(brand, _LIGHT[1], washes[0])
    dark = _readable(brand, _DARK[1], washes[1])
    fill = colours.toned(brand, WHITE, READABLE)
    deep = colours.mixed(fill, BLACK, 0.3)
    return [
        _both("accent", light, dark),
        _both("accent-fill", fill, fill),
        _both("accent-deep", deep, deep),
        _both("accent-wash", *washes),
    ]


def _readable(colour: Colour, *grounds: Colour) -> Colour:
    """The colour as it can be read on all of these, which are alike."""
    for ground in grounds:
        colour = colours.toned(colour, ground, READABLE)
    return colour


def _spark(brand: Colour) -> list[str]:
    return [_both("spark", _readable(brand, *_LIGHT), _readable(brand, *_DARK))]
