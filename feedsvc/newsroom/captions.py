"""What is said of a picture in an item, as handed in and not yet checked, and what must hold before it is kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feedsvc.characters import one_line

LIMITS = {"alt": 1_000, "caption": 2_000, "credit": 300, "rights": 300}
"""Longest allowed, in characters."""
MOST = 30
"""Pictures of an item."""
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture in its place, and the words to it. Plain text."""

    key: str
    alt: str = ""
    """What can be seen, for who cannot see it."""
    decorative: bool = False
    """There is nothing to say of it: `alt` then says nothing to anybody."""
    caption: str = ""
    credit: str = ""
    rights: str = ""


def tidy(given: Iterable[Caption]) -> tuple[Caption, ...]:
    """Cleaned, each on one line; a picture that comes twice stays where it came first."""
    found: dict[str, Caption] = {}
    for one in given:
        key = one.key.strip().lower()
        words = {name: one_line(getattr(one, name)) for name in LIMITS}
        found.setdefault(key, Caption(key, decorative=one.decorative, **words))
    return tuple(found.values())


def problems(given: tuple[Caption, ...]) -> dict[str, tuple[str, dict[str, object]]]:
    """What is too long or too much, under the one name `pictures`; empty where nothing is."""
    if len(given) > MOST:
        return {"pictures": ("too_many", {"count": len(given), "limit": MOST})}
    for one in given:
        if not _KEY.fullmatch(one.key):
            return {"pictures": ("unknown_picture", {})}
        for name, limit in LIMITS.items():
            length = len(getattr(one, name))
            if length > limit:
                return {"pictures": ("too_long", {"length": length, "limit": limit})}
    return {}
