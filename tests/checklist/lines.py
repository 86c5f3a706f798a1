"""The checklist of a correct feed publisher: each line with what it asks, a check, and samples that the check must refuse.

Numbers are those of the newsroom's checklist of standards; each line names its source. A check takes all documents of one
feed, by the end of their addresses, and gives what is wrong; a sample breaks one document.
"""

from collections.abc import Callable
from dataclasses import dataclass

Docs = dict[str, bytes]
Check = Callable[[Docs], list[str]]
Broken = tuple[str, bytes, bytes]
"""A document, what stands in it, and what shall stand there."""


@dataclass(frozen=True)
class Line:
    number: int
    asks: str
    check: Check
    broken: tuple[Broken, ...]


LINES: dict[int, Line] = {}


def line(number: int, asks: str, *broken: Broken) -> Callable[[Check], Check]:
    """Enters a check for a line, with at least one sample that it must refuse."""

    def enter(check: Check) -> Check:
        assert broken, number
        assert number not in LINES, number
        LINES[number] = Line(number, asks, check, broken)
        return check

    return enter
