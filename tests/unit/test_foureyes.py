"""The two-person rule as it is decided, and that nobody gets round it."""

import random

import pytest

from feedsvc.newsroom.foureyes import Deed, Story

A, B, C = 1, 2, 3


def story(
    *saved: int | None,
    approved: tuple[tuple[int, int | None], ...] = (),
    published: tuple[tuple[int, int | None], ...] = (),
) -> Story:
    """Texts 1, 2, … saved by these people."""
    texts = [Deed(number, person) for number, person in enumerate(saved, 1)]
    return Story(len(saved), texts, [Deed(*one) for one in approved], [Deed(*one) for one in published])


@pytest.mark.parametrize(
    ("so_far", "person", "action", "barred"),
    [
        (story(A), A, "approve", True),
        (story(A), B, "approve", False),
        (story(A), A, "publish", True),
        (story(A), B, "publish", False),  # going on approves it in their name
        (story(A, approved=((1, B),)), A, "publish", False),
        (story(A, approved=((1, A),)), A, "publish", True),  # approved by the writer alone, before the rule was on
        (story(A, approved=((1, None),)), A, "publish", False),  # by a command on the machine
        (story(A, A, approved=((1, B),)), A, "publish", True),  # the approval fell with the change
        (story(A, B), A, "approve", True),  # a colleague's comma takes nobody's hand away
        (story(A, B), B, "approve", True),
        (story(A, B), C, "approve", False),
        (story(A, B, approved=((2, A), (2, B))), A, "publish", True),  # two writers do not second each other
        (story(A, B, approved=((1, C),)), A, "approve", False),  # what A wrote has been looked at
        (story(A, B, approved=((1, A),)), A, "approve", True),
        (story(A, B, published=((1, C),)), A, "approve", False),
        (story(A, B, published=((1, A),)), A, "approve", True),
        (story(A), None, "publish", False),
        (story(None), A, "approve", False),
    ],
)
def test_who_is_barred(so_far: Story, person: int | None, action: str, barred: bool) -> None:
    assert so_far.bars(action, person) is barred


@pytest.mark.parametrize("seed", range(300))
def test_no_words_go_out_that_only_their_writer_has_looked_at(seed: int) -> None:
    """Whatever people try, in whatever order: each text of theirs in what went out was let pass by somebody else."""
    chance = random.Random(seed)
    saved: list[Deed] = []
    approved: list[Deed] = []
    published: list[Deed] = []
    for _ in range(40):
        who = chance.choice((A, B, C))
        now = Story(len(saved), saved, approved, published)
        deed = chance.choice(("save", "save", "approve", "publish"))
        if deed == "save" or not saved:
            saved.append(Deed(len(saved) + 1, who))
        elif deed == "approve" and not now.bars("approve", who):
            approved.append(Deed(now.head, who))
        elif deed == "publish" and not now.bars("publish", who):
            if not any(one.number == now.head for one in approved):
                approved.append(Deed(now.head, who))
            published.append(Deed(now.head, who))
            for text in saved:
                passed = (*approved, *published)
                assert any(one.person != text.person and one.number >= text.number for one in passed), (seed, text)
