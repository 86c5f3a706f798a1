"""The same press releases for every peer: deterministic, about five kilobytes of HTML each, made of the seeded item's words."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

RELEASES = 60
SHOWN = 50
"""Items in a feed."""
NEWEST = datetime(2026, 1, 1, 9, tzinfo=UTC)
_SEED = Path(__file__).parents[1] / "feedsvc" / "newsroom" / "seed" / "karabakh.txt"


@dataclass(frozen=True, slots=True)
class Release:
    """One text."""

    headline: str
    summary: str
    body_html: str


@lru_cache(maxsize=1)
def _words() -> list[str]:
    return _SEED.read_text("utf-8").split()


@lru_cache(maxsize=RELEASES)
def release(number: int) -> Release:
    """The text of this number."""
    chance = random.Random(number)
    text = [chance.choice(_words()) for _ in range(750)]
    body = "".join(f"<p>{' '.join(text[i : i + 75])}</p>" for i in range(0, len(text), 75)).replace("&", "and")
    return Release(f"Release {number}: {' '.join(text[:6])}", " ".join(text[:30]), body)


def releases() -> list[Release]:
    """All texts, the oldest first."""
    return [release(number) for number in range(RELEASES)]


def posts(count: int) -> Iterator[tuple[int, datetime, Release]]:
    """An archive of so many posts: number from 1, date, text. The newest are the releases, in their order; older ones repeat them."""
    for number in range(1, count + 1):
        yield number, NEWEST - timedelta(hours=count - number), release((number - 1 - count) % RELEASES)
