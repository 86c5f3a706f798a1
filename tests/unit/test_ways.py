"""The buttons of an item's bar: cell by cell, and whatever they offer can be done once something was changed."""

import itertools
from dataclasses import replace

import pytest

from feedsvc.models import Publication, Revision, Translation
from feedsvc.newsroom import workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import ROLES
from feedsvc.web.desk import ways

NOW, BEFORE = Revision(id=2, number=2), Revision(id=1, number=1)
NEW = Revision(id=3, number=3)
STORED = workflow.STORED
GOES_OUT = {"release", "publish", "schedule", "correct", "update"}


def stands(state: str, stored: str, *, changed: bool = False, planned: bool = False) -> Standing:
    """An item in this state, of which the newest text is revision 2."""
    live = Publication(revision_id=1 if changed else 2) if state == "published" else None
    coming = Publication(revision_id=2) if planned or state == "scheduled" else None
    row = Translation(state=stored, approved_id=2 if stored == "approved" else None)
    return Standing(row, NOW, state, live, coming, None, None)


CELLS = [
    # state, stored, changed, planned
    ("draft", "draft", False, False),
    ("in_review", "in_review", False, False),
    ("approved", "approved", False, False),
    *(("scheduled", stored, False, False) for stored in STORED),
    ("published", "approved", False, False),
    *(("published", stored, True, planned) for stored in STORED for planned in (False, True)),
    ("withdrawn", "draft", False, False),
]


def offered(role: str, here: Standing, *, barred: frozenset[str] = frozenset(), two_person: bool = False) -> ways.Ways:
    return ways.of(here, ROLES[role], barred=barred, two_person=two_person)


@pytest.mark.parametrize(
    ("cell", "writer", "editor", "publisher"),
    [
        (("draft", "draft"), "Hand in for review", "Hand in for review", "Publish"),
        (("in_review", "in_review"), "Hand in again", "Approve this text", "Publish"),
        (("approved", "approved"), "Hand in again", "Hand in again", "Publish"),
        (("scheduled", "approved"), "Hand in the change", "Hand in the change", "Plan it anew"),
        (("scheduled", "in_review"), "Hand in the change", "Approve this text", "Plan it anew"),
        (("withdrawn", "draft"), "Hand in for review", "Hand in for review", "Publish again"),
        (("published", "approved"), "Hand in the correction", "Hand in the correction", "Correct with a note"),
    ],
)
def test_main_button_says_what_will_happen(cell: tuple[str, str], writer: str, editor: str, publisher: str) -> None:
    here = stands(*cell)
    for role, title in (("writer", writer), ("editor", editor), ("publisher", publisher), ("admin", publisher)):
        assert offered(role, here).main.title == title, role


def test_changed_live_item_goes_on_from_where_its_review_is() -> None:
    def at(stored: str, role: str) -> str:
        return offered(role, stands("published", stored, changed=True)).main.title

    assert [at(stored, "writer") for stored in STORED] == [
        "Hand in the correction",
        "Hand in the correction again",
        "Hand in the correction again",
    ]
    assert [at(stored, "editor") for stored in STORED] == [
        "Hand in the correction",
        "Approve the correction",
        "Hand in the correction again",
    ]
    assert {at(stored, "publisher") for stored in STORED} == {"Correct with a note"}


def test_typing_errors_have_a_button_of_their_own_beside_the_correction() -> None:
    for changed in (False, True):
        found = offered("publisher", stands("published", "approved", changed=changed))
        assert found.verbs == ("correct", "update")
        assert found.beside is not None
        assert "typing error" in found.beside.title


def test_planned_correction_is_called_off_before_another() -> None:
    here = stands("published", "approved", changed=True, planned=True)
    assert offered("publisher", here).verbs == ("unschedule",)
    assert offered("writer", here).verbs == ("submit",)


def test_under_the_two_person_rule_own_words_are_handed_in() -> None:
    unchanged, changed = stands("published", "approved"), stands("published", "draft", changed=True)
    bars = frozenset({"approve", *GOES_OUT})
    assert offered("publisher", unchanged, two_person=True).verbs == ("submit",)
    assert offered("publisher", changed, two_person=True).verbs == ("correct", "update")  # a colleague's words
    assert offered("publisher", changed, two_person=True, barred=bars).verbs == ("submit",)
    assert offered("publisher", stands("draft", "draft"), two_person=True, barred=bars).verbs == ("submit",)
    assert offered("editor", stands("in_review", "in_review"), barred=bars).verbs == ("submit",)
    assert ways.of_new(ROLES["publisher"], two_person=True).verbs == ("submit",)
    assert ways.of_new(ROLES["publisher"], two_person=False).verbs == ("release",)
    assert ways.of_new(ROLES["editor"], two_person=False).verbs == ("submit",)


def once_changed(here: Standing) -> Standing:
    """The same after a save of other words, as workflow's table has it."""
    row = Translation(state=workflow.RULES["save"].leads_to, approved_id=here.translation.approved_id)
    state = here.state if here.live or here.pending or here.state == "withdrawn" else "draft"
    return replace(here, translation=row, head=NEW, state=state)


@pytest.mark.parametrize(("cell", "role", "two_person"), list(itertools.product(CELLS, ROLES, (False, True))))
def test_whatever_is_offered_can_be_done_once_something_was_changed(
    cell: tuple[str, str, bool, bool], role: str, two_person: bool
) -> None:
    state, stored, changed, planned = cell
    here = stands(state, stored, changed=changed, planned=planned)
    for barred in (frozenset[str](), frozenset({"approve"}), frozenset({"approve", *GOES_OUT})):
        found = offered(role, here, barred=barred, two_person=two_person)
        after = once_changed(here)
        for verb in found.verbs:
            assert verb not in barred
            workflow.step(after.state, "publish" if verb == "release" else verb, frozenset(ROLES[role]))
            assert verb == "release" or verb in after.actions
            assert not ways.hindrance(after, verb)
        assert found.says or state in ("draft", "approved", "withdrawn")


@pytest.mark.parametrize(
    ("cell", "verb", "said"),
    [
        (("published", "approved"), "correct", "Readers see this very text already"),
        (("published", "approved"), "update", "Readers see this very text already"),
        (("published", "approved"), "submit", "Readers see this very text already"),
        (("in_review", "in_review"), "submit", "handed in already"),
        (("approved", "approved"), "submit", "handed in already"),
        (("approved", "approved"), "approve", "approved already"),
        (("scheduled", "approved"), "submit", "planned already"),
        (("published", "approved"), "release", "stands differently now"),
        (("draft", "draft"), "unschedule", "stands differently now"),
        (("withdrawn", "draft"), "correct", "stands differently now"),
    ],
)
def test_what_leads_nowhere_is_said_in_words(cell: tuple[str, str], verb: str, said: str) -> None:
    assert said in ways.hindrance(stands(*cell), verb)


def test_second_correction_waits_for_the_planned_one() -> None:
    here = stands("published", "draft", changed=True, planned=True)
    assert "planned for this item already" in ways.hindrance(here, "correct")
