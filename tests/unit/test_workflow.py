"""The table of who may do what, cell by cell."""

import itertools

import pytest

from feedsvc.errors import NotAllowed, NotNow
from feedsvc.newsroom import workflow
from feedsvc.newsroom.workflow import ROLES, RULES, possible, step

STATES = ("draft", "in_review", "approved", "scheduled", "published", "withdrawn")


@pytest.mark.parametrize(("state", "action", "role"), list(itertools.product(STATES, RULES, ROLES)))
def test_step_allows_just_what_the_table_says(state: str, action: str, role: str) -> None:
    grants = frozenset(ROLES[role])
    rule = RULES[action]
    if rule.permission not in grants:
        with pytest.raises(NotAllowed):
            step(state, action, grants)
        assert action not in possible(state, grants)
    elif state not in rule.states:
        with pytest.raises(NotNow):
            step(state, action, grants)
        assert action not in possible(state, grants)
    else:
        assert step(state, action, grants) == rule.leads_to
        assert action in possible(state, grants)


def test_writers_and_editors_never_make_public_or_take_back() -> None:
    for role in ("writer", "editor"):
        for action in ("publish", "schedule", "unschedule", "correct", "update", "withdraw"):
            assert RULES[action].permission not in ROLES[role]


def test_who_may_not_act_does_not_learn_the_state() -> None:
    with pytest.raises(NotAllowed):
        step("published", "publish", frozenset(ROLES["writer"]))


def test_roles_only_ever_widen() -> None:
    order = ("writer", "editor", "publisher", "admin")
    for lower, higher in itertools.pairwise(order):
        assert set(ROLES[lower]) < set(ROLES[higher])


def test_scopes_know_only_permissions_that_roles_have() -> None:
    known = set(ROLES["admin"])
    assert all(set(through) <= known for through in workflow.SCOPES.values())
