"""What differs between two texts, paragraph by paragraph and word by word: where two people's texts meet at the desk,
and where revisions are compared.

Words in, frozen pieces out: no HTML, no database. difflib's time grows with the cube of a text that is made to hurt it, so
it only ever sees what lies between words that stand once in both, and what it may cost at most is counted before it
begins. Where that is too much, the passage is shown as gone and come: longer to read, and never wrong.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

SAME, GONE, NEW = "same", "gone", "new"
MOST_WORK = 10_000_000
"""Steps of comparing two texts, about a second."""
LIKE = 0.35
"""Paragraphs with a smaller share of words in common are two different ones."""
_BAG = 100
"""Words of a paragraph by which its counterpart is looked for."""
_NEAR = 8
"""How many paragraphs further on a counterpart is looked for in a text that has very many."""
_SHORT = 3
"""A lone word of so many letters that stayed between two changes only breaks them up for the eye."""
_TOKEN = re.compile(r"\s*(?:\w+(?:[.,:’'\-]\w+)*|[^\w\s])")

Match = tuple[int, int, int]
"""Where equal words begin in the old text, where in the new one, and how many they are."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a heading, a list's entry, a table's cell or a field of one line."""

    words: str
    """On one line."""
    form: str = ""
    """Whatever else it is made of (bold, links, its kind): only ever compared."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, went or came. What stayed may have other blanks around it."""

    kind: str
    old: str
    new: str

    @property
    def text(self) -> str:
        """The words where both texts are shown in one line."""
        return max(self.old, self.new, key=len)


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph beside what became of it."""

    pieces: tuple[Piece, ...]
    """In reading order, what went before what came in its place."""
    reformed: bool = False
    """Whether it has the same words in another form: a link that leads elsewhere, bold, a heading."""

    @property
    def old(self) -> tuple[Piece, ...]:
        """What the old text says; nothing where the whole paragraph is new."""
        return tuple(piece for piece in self.pieces if piece.kind != NEW)

    @property
    def new(self) -> tuple[Piece, ...]:
        """What the new text says; nothing where the whole paragraph is gone."""
        return tuple(piece for piece in self.pieces if piece.kind != GONE)

    @property
    def changed(self) -> bool:
        """Whether there is anything to point out."""
        return self.reformed or any(piece.kind != SAME for piece in self.pieces)


@dataclass(slots=True)
class _Work:
    """How many steps may still be spent on two texts."""

    left: int = MOST_WORK

    def take(self, steps: int) -> bool:
        """Takes so many if there are so many."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


def between(old: Sequence[Paragraph], new: Sequence[Paragraph], *, most: int = MOST_WORK) -> tuple[Row, ...]:
    """Both texts as rows in reading order. The same two texts always give the same rows."""
    work, rows, i, j = _Work(most), [], 0, 0
    same = _matches([one.words for one in old], [one.words for one in new], work)
    for a, b, size in (*same, (len(old), len(new), 0)):
        rows += _rewritten(old[i:a], new[j:b], work)
        for before, after in zip(old[a : a + size], new[b : b + size], strict=True):
            rows.append(Row((Piece(SAME, before.words, after.words),), reformed=before.form != after.form))
        i, j = a + size, b + size
    return tuple(rows)


def of_line(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of two headlines, or of anything else that is one line; none where both are empty."""
    if not old or not new:
        return tuple(piece for piece in (Piece(GONE, old, ""), Piece(NEW, "", new)) if piece.text)
    return _compared(old, new, _Work())


def _rewritten(old: Sequence[Paragraph], new: Sequence[Paragraph], work: _Work) -> list[Row]:
    """Rows for paragraphs of which none stayed as it was."""
    rows, i, j = [], 0, 0
    for a, b in (*_pairs(old, new, work), (len(old), len(new))):
        rows += [Row((Piece(GONE, one.words, ""),)) for one in old[i:a]]
        rows += [Row((Piece(NEW, "", one.words),)) for one in new[j:b]]
        if a < len(old):
            rows.append(Row(_compared(old[a].words, new[b].words, work)))
        i, j = a + 1, b + 1
    return rows


def _pairs(old: Sequence[Paragraph], new: Sequence[Paragraph], work: _Work) -> list[tuple[int, int]]:
    """Which paragraph became which: of all ways that keep their order, the one with the most words in common."""
    bags = [[frozenset(_keys(_tokens(one.words[: 10 * _BAG])[:_BAG])) for one in text] for text in (old, new)]
    if not work.take(30 * len(old) * len(new)):
        return _nearest(*bags)
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = _likeness(bags[0][i], bags[1][j])
            taken = paired + best[i + 1][j + 1] if paired >= LIKE else 0.0
            best[i][j] = max(taken, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _nearest(old: list[frozenset[str]], new: list[frozenset[str]]) -> list[tuple[int, int]]:
    """Which paragraph became which where there are too many to weigh all ways: the first one nearby that is like it."""
    found, j = [], 0
    for i, bag in enumerate(old):
        like = (n for n in range(j, min(j + _NEAR, len(new))) if _likeness(bag, new[n]) >= LIKE)
        place = next(like, None)
        if place is not None:
            found.append((i, place))
            j = place + 1
    return found


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words that two paragraphs have in common."""
    return 2 * len(one & other) / (len(one) + len(other) or 1)


def _compared(old: str, new: str, work: _Work) -> tuple[Piece, ...]:
    """The pieces of a paragraph; all gone and all new where too little of it stayed to speak of changes."""
    before, after = _tokens(old), _tokens(new)
    matches = _matches(_keys(before), _keys(after), work)
    if 2 * sum(size for _, _, size in matches) < LIKE * (len(before) + len(after)):
        return (Piece(GONE, old, ""), Piece(NEW, "", new))
    pieces: list[Piece] = []
    i = j = 0
    for a, b, size in (*_telling(matches, before), (len(before), len(after), 0)):
        found = (
            Piece(GONE, "".join(before[i:a]), ""),
            Piece(NEW, "", "".join(after[j:b])),
            Piece(SAME, "".join(before[a : a + size]), "".join(after[b : b + size])),
        )
        pieces += [piece for piece in found if piece.text]
        i, j = a + size, b + size
    return tuple(pieces)


def _telling(matches: list[Match], before: list[str]) -> list[Match]:
    """The matches joined where one goes on from the other, without lone short words amid changes."""
    joined: list[Match] = []
    for a, b, size in matches:
        if joined and (joined[-1][0] + joined[-1][2], joined[-1][1] + joined[-1][2]) == (a, b):
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + size)
        else:
            joined.append((a, b, size))
    edges = (joined[0], joined[-1]) if joined else ()
    return [one for one in joined if one in edges or one[2] > 1 or len(before[one[0]].strip()) > _SHORT]


def _tokens(text: str) -> list[str]:
    """Words and signs, each with the blanks before it."""
    return _TOKEN.findall(text)


def _keys(tokens: list[str]) -> list[str]:
    """The tokens as they are compared."""
    return [token.strip() for token in tokens]


def _matches(old: list[str], new: list[str], work: _Work) -> list[Match]:
    """What is the same in both, in order, never overlapping: the beginning, the end, what stands once in both, and
    between these what difflib finds.
    """
    head = sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))
    ends = zip(reversed(old[head:]), reversed(new[head:]), strict=False)
    tail = sum(1 for _ in takewhile(lambda both: both[0] == both[1], ends))
    found, i, j = [(0, 0, head)] if head else [], head, head
    last_old, last_new = len(old) - tail, len(new) - tail
    for a, b in (*_anchors(old[head:last_old], new[head:last_new]), (last_old - head, last_new - head)):
        a, b = a + head, b + head  # noqa: PLW2901  # from here on places in the whole texts
        found += [(x + i, y + j, size) for x, y, size in _found(old[i:a], new[j:b], work)]
        if a < last_old:
            found.append((a, b, 1))
        i, j = a + 1, b + 1
    return [*found, (last_old, last_new, tail)] if tail else found


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Places of what stands exactly once in both: the longest run of them in the same order (patience sorting)."""
    once = {key for text in (old, new) for key in text}
    for text in (old, new):
        counts = Counter(text)
        once = {key for key in once if counts[key] == 1}
    places = {key: n for n, key in enumerate(new) if key in once}
    tops: list[int] = []
    piles: list[tuple[int, int, int]] = []  # place in old, place in new, the pile element before it
    heads: list[int] = []
    for i, key in enumerate(old):
        if key in places:
            j = places[key]
            pile = bisect_left(tops, j)
            piles.append((i, j, heads[pile - 1] if pile else -1))
            tops[pile : pile + 1], heads[pile : pile + 1] = [j], [len(piles) - 1]
    found, at = [], heads[-1] if heads else -1
    while at >= 0:
        i, j, at = piles[at]
        found.append((i, j))
    return found[::-1]


def _found(old: list[str], new: list[str], work: _Work) -> list[Match]:
    """What difflib finds, unless it may take too long: one look costs the words and their equal pairs, and each finding
    may need another look.
    """
    if not old or not new:
        return []
    counts = Counter(new)
    equal = sum(counts[key] for key in old)
    if not work.take((len(old) + equal) * min(len(old), len(new), equal + 1)):
        return []
    return [
        (a, b, size) for a, b, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks() if size
    ]
