"""What a feed remembers of its earlier versions, so that a reader who has one of them can be sent what is new alone.

It lies on the shelf beside the documents and is as disposable: a reader whose version is not known any more gets the whole.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from feedsvc.feeds.contents import Written

FILE = "past"
MOST = 200
"""Versions that are remembered: of a feed with ten changes a day the last three weeks."""
_TAG = 16
"""Hex digits of a tag that are kept: as good as all of them among so few."""


@dataclass(frozen=True, slots=True)
class Past:
    """A version of a feed, and from which one on each of its entries has been in it without a break."""

    serial: int
    """Counts the versions that lay on this shelf."""
    order: dict[str, list[str]]
    """Suffix → the entries' digests as that document has them."""
    since: dict[str, int]
    """Digest → the version from which on it has been there."""
    tags: dict[str, dict[str, int]]
    """Suffix → the beginning of a document's tag → its version."""
    sizes: dict[str, list[int]] = field(default_factory=dict)
    """Suffix → bytes before the entries, then of each entry."""

    def version(self, suffix: str, tag: str) -> int | None:
        """The version whose document had this tag; None where it is not known (any more)."""
        return self.tags.get(suffix, {}).get(tag[:_TAG])

    def new_since(self, suffix: str, version: int) -> list[int]:
        """The places of the entries that were not in that version as they are now."""
        return [place for place, name in enumerate(self.order[suffix]) if self.since[name] > version]


def next_after(before: Past | None, made: Mapping[str, Written]) -> Past:
    """The version that comes after another one, or is the first; `made`: its documents by their suffix."""
    serial = before.serial + 1 if before else 1
    was = before.since if before else {}
    known = {suffix: dict(there) for suffix, there in before.tags.items()} if before else {}
    for suffix, one in made.items():
        there = known.setdefault(suffix, {})
        there[one.tag[:_TAG]] = serial
        known[suffix] = {name: number for name, number in there.items() if number > serial - MOST}
    since = {name: was.get(name, serial) for one in made.values() for name in one.order}
    order = {suffix: list(one.order) for suffix, one in made.items()}
    return Past(serial, order, since, known, {suffix: list(one.sizes) for suffix, one in made.items()})


def written(past: Past) -> bytes:
    """As the shelf keeps it."""
    # Not asdict, which copies every name and number of it before it is written.
    return json.dumps({one.name: getattr(past, one.name) for one in fields(past)}, separators=(",", ":")).encode(
        "ascii"
    )


def parsed(content: bytes | None) -> Past | None:
    """What the shelf kept; None where that cannot be read."""
    try:
        return Past(**json.loads(content)) if content else None
    except (ValueError, TypeError):
        return None
