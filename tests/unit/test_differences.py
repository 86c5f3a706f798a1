"""Differences of two texts: nothing of either is lost, what stayed is seen, and no text takes long."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.newsroom import differences, paragraphs
from feedsvc.newsroom.differences import Paragraph, Piece, Row

WORDS = st.lists(
    st.sampled_from(
        ["rain", "rose", "by", "5", "7.5", "percent", ",", ".", "the", "in", "Bakı", "“so”", "last", "year"]
    ),
    max_size=30,
)
TEXTS = st.lists(WORDS.map(" ".join).filter(bool).map(Paragraph), max_size=8)


def told(row: Row) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text.strip()) for piece in row.pieces]


def packed(pieces: tuple[Piece, ...], side: str) -> str:
    return "".join(getattr(piece, side) for piece in pieces).replace(" ", "")


@given(TEXTS, TEXTS)
def test_both_texts_stand_whole_and_in_order_in_the_rows(old: list[Paragraph], new: list[Paragraph]) -> None:
    rows = differences.between(old, new)
    for side, text in (("old", old), ("new", new)):
        said = [packed(getattr(row, side), side) for row in rows]
        assert [one for one in said if one] == [one.words.replace(" ", "") for one in text]


@given(TEXTS)
def test_a_text_beside_itself_has_no_changes(text: list[Paragraph]) -> None:
    assert not any(row.changed for row in differences.between(text, text))


def test_words_that_changed_are_told_apart_from_those_that_stayed() -> None:
    old = paragraphs.of_html("<h2>Same</h2><p>Prices rose by 5 percent in the last year.</p><p>Gone for good.</p>")
    new = paragraphs.of_html(
        "<h2>Same</h2><p>Prices rose by 7.5 percent last year, in Bakı.</p><p>Came today only.</p>"
    )
    first, second, third, fourth = differences.between(old, new)
    assert not first.changed
    assert told(second) == [
        ("same", "Prices rose by"), ("gone", "5"), ("new", "7.5"), ("same", "percent"), ("gone", "in the"),
        ("same", "last year"), ("new", ", in Bakı"), ("same", "."),
    ]  # fmt: skip
    assert (told(third), told(fourth)) == ([("gone", "Gone for good.")], [("new", "Came today only.")])


@pytest.mark.parametrize(("old", "new"), [
    ("<p>a <b>b</b></p>", "<p>a b</p>"), ('<p><a href="https://x.example/1">a</a></p>', '<p><a href="https://x.example/2">a</a></p>'),
    ("<h2>a</h2>", "<h3>a</h3>"), ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>"), ("<p><b>a</b> a</p>", "<p>a <b>a</b></p>"),
    ('<p>a<img src="/1.png" alt="b"></p>', '<p>a<img src="/2.png" alt="b"></p>'),
])  # fmt: skip
def test_the_same_words_in_another_form_are_no_silent_change(old: str, new: str) -> None:
    (row,) = differences.between(paragraphs.of_html(old), paragraphs.of_html(new))
    assert row.reformed
    assert [piece.kind for piece in row.pieces] == ["same"]


def test_a_moved_paragraph_leaves_the_others_where_they_are() -> None:
    old = [Paragraph(f"paragraph {n} of a text") for n in ("one", "two", "three", "four")]
    rows = differences.between(old, [*old[1:], old[0]])
    assert [row.changed for row in rows] == [True, False, False, False, True]


def test_headlines_are_compared_as_lines() -> None:
    kinds = [piece.kind for piece in differences.of_line("We open in Bakı", "We open in Gəncə")]
    assert kinds == ["same", "gone", "new"]
    assert differences.of_line("", "") == ()
    assert [piece.kind for piece in differences.of_line("", "Words")] == ["new"]


def hostile() -> list[tuple[str, list[Paragraph], list[Paragraph]]]:
    """Texts of 500,000 characters that are made to take long."""
    dice = random.Random(4)
    some = [f"w{n}" for n in range(300)]
    many = [" ".join(dice.choices(some, k=80)) for _ in range(1_300)]
    other = [" ".join(w if dice.random() > 0.1 else dice.choice(some) for w in one.split()) for one in many]
    return [
        ("one word", [Paragraph("a " * 250_000)], [Paragraph("a b " * 125_000)]),
        ("one paragraph", [Paragraph(" ".join(many))], [Paragraph(" ".join(other))]),
        ("all changed", [*map(Paragraph, many)], [*map(Paragraph, other[1:])]),
        ("all alike", [Paragraph(f"{n % 7} a") for n in range(90_000)], [Paragraph(f"{n % 5} a") for n in range(90_000)]),
        ("turned round", [Paragraph(f"p{n}") for n in range(60_000)], [Paragraph(f"p{n}") for n in range(60_000, 0, -1)]),
    ]  # fmt: skip


def test_no_text_of_the_largest_size_takes_long() -> None:
    for name, old, new in hostile():
        began = time.process_time()
        differences.between(old, new)
        took = time.process_time() - began
        print(f"{name}: {took:.2f} s")
        assert took < 5, name
