"""Who may do what, and when: a pure table. No database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from feedsvc.errors import NotAllowed, NotNow

DRAFT, IN_REVIEW, APPROVED = "draft", "in_review", "approved"
SCHEDULED, PUBLISHED, WITHDRAWN = "scheduled", "published", "withdrawn"
STORED = (DRAFT, IN_REVIEW, APPROVED)
"""States that are kept; the other three follow from publications and the time."""

ROLES: dict[str, tuple[str, ...]] = {
    "writer": ("read", "write", "media"),
    "editor": ("read", "write", "media", "approve", "taxonomy", "hold"),
    "publisher": ("read", "write", "media", "approve", "taxonomy", "hold", "publish"),
    "admin": ("read", "write", "media", "approve", "taxonomy", "hold", "publish", "admin"),
}
"""Role → permissions, as first written into the roles' table. Later ones are rows there."""

SCOPES: dict[str, tuple[str, ...]] = {
    "items:read": ("read",),
    "items:write": ("read", "write"),
    "items:publish": ("read", "approve", "taxonomy", "hold", "publish"),
    "media:write": ("media",),
    "admin": ("read", "write", "media", "approve", "taxonomy", "hold", "publish", "admin"),
}
"""Scope of an API token → permissions that it lets through, the narrowest scope of each first. The owner's role must have
them as well. What readers see at once, be it a subject's new name or a contact's new number, is no writer's (0038).
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a person at the desk, or a program with that person's token."""

    user_id: int | None
    email: str
    name: str
    grants: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether the permission is among the actor's."""
        return permission in self.grants


SYSTEM = Actor(None, "system", "feedsvc", frozenset(ROLES["admin"]))
"""The newsroom itself, and whoever has a shell on its machine."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An action: the permission it needs, the states it is possible in, the stored state it leads to."""

    permission: str
    states: frozenset[str]
    leads_to: str | None = None


_ANY = frozenset((DRAFT, IN_REVIEW, APPROVED, SCHEDULED, PUBLISHED, WITHDRAWN))
_NOT_LIVE = _ANY - {PUBLISHED}

RULES: dict[str, Rule] = {
    "read": Rule("read", _ANY),
    "save": Rule("write", _ANY, DRAFT),
    "submit": Rule("write", frozenset((DRAFT, SCHEDULED, PUBLISHED, WITHDRAWN)), IN_REVIEW),
    "approve": Rule("approve", _ANY, APPROVED),
    "request-changes": Rule("approve", _ANY, DRAFT),
    "publish": Rule("publish", _NOT_LIVE, APPROVED),
    "schedule": Rule("publish", _NOT_LIVE, APPROVED),
    "unschedule": Rule("publish", _ANY),
    "correct": Rule("publish", frozenset((PUBLISHED,)), APPROVED),
    "update": Rule("publish", frozenset((PUBLISHED,)), APPROVED),
    "withdraw": Rule("publish", frozenset((PUBLISHED,))),
    "assign": Rule("write", _ANY),
    "comment": Rule("write", _ANY),
}
"""Action on an item → its rule."""


def step(state: str, action: str, grants: frozenset[str]) -> str | None:
    """The stored state that the action leads to, or None where it leaves it as it is.

    Raises NotAllowed before NotNow, so that who may not act does not learn the state.
    """
    rule = RULES[action]
    if rule.permission not in grants:
        raise NotAllowed(action)
    if state not in rule.states:
        raise NotNow(action, state)
    return rule.leads_to


def possible(state: str, grants: frozenset[str]) -> tuple[str, ...]:
    """The actions that this actor can take on an item in this state: what the desk offers."""
    return tuple(a for a, rule in RULES.items() if rule.permission in grants and state in rule.states)


def lets_through(scopes: Iterable[str], action: str) -> bool:
    """Whether one of these scopes lets an action or a permission through."""
    permission = RULES[action].permission if action in RULES else action
    return any(permission in SCOPES.get(scope, ()) for scope in scopes)


def scope_for(action: str) -> str:
    """The narrowest scope that lets an action or a permission through; the empty string where none does."""
    return next((scope for scope in SCOPES if lets_through((scope,), action)), "")


def require(actor: Actor, permission: str) -> None:
    """Raises NotAllowed unless the actor has the permission."""
    if not actor.may(permission):
        raise NotAllowed(permission)
