"""Colours of a company, made readable: whatever is chosen, words in it can be read on light and on dark pages."""

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_STEPS = 50
_LINEAR = 0.04045
"""Below it sRGB is a straight line."""


def read(text: str) -> Colour:
    """The colour of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def written(colour: Colour) -> str:
    """`#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """A colour with a share of another one in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21, as WCAG 2.2 reckons it: words need 4.5 against what they stand on."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: Colour) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (value / 255 for value in colour)
    red, green, blue = (p / 12.92 if p <= _LINEAR else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def toned(colour: Colour, ground: Colour, least: float) -> Colour:
    """The colour, as little darker or lighter as gives it this contrast against what it stands on."""
    towards = BLACK if _luminance(ground) > 0.18 else WHITE  # noqa: PLR2004  # where black and white stand out alike
    shades = (mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, ground) >= least), towards)
