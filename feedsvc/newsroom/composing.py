"""The subjects of a saved filter: looked up by name, followed where they were renamed or merged."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import folded, one_line
from feedsvc.models import Alias, Category, Organisation, Tag

MOST_SCOPES = 100
KINDS: dict[str, Any] = {"category": Category, "tag": Tag, "organisation": Organisation, "author": None}
"""Kinds of scopes that can be chosen; authors have no table."""
_SCOPE = re.compile(r"(category|tag|organisation|author)/([a-z0-9-]{1,120})")


def checked(
    session: Session, chosen: Iterable[str], before: Collection[str] = ()
) -> tuple[list[str], tuple[str, dict[str, object]] | None]:
    """Subjects that there are, each once, and what is wrong with the first that there is not. `before`: what was chosen
    already, and stays whatever became of it: without it the choice would be wider.
    """
    scopes = list(dict.fromkeys(chosen))
    if len(scopes) > MOST_SCOPES:
        return [], ("too_many", {"count": len(scopes), "limit": MOST_SCOPES})
    for scope in (one for one in scopes if one not in before):
        match = _SCOPE.fullmatch(scope)
        table = KINDS[match[1]] if match else None
        if not match or (table is not None and session.scalar(select(table.id).where(table.slug == match[2])) is None):
            return [], ("unknown_subject", {"name": scope[:80]})
    return scopes, None


def named(session: Session, names: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The scopes of themes, people, places and organisations by name or address, and the first that there is not."""
    found: list[str] = []
    for name in (one for name in names if (one := one_line(name))):
        kinds = (("tag", Tag), ("organisation", Organisation))
        rows = [
            f"{kind}/{slug}"
            for kind, table in kinds
            for slug in session.scalars(select(table.slug).where((table.folded == folded(name)) | (table.slug == name)))
        ]
        if not rows:
            return tuple(found), name
        found += rows
    return tuple(dict.fromkeys(found)), ""


def names(session: Session, scopes: Iterable[str]) -> list[str]:
    """What the newsroom calls these themes, people, places and organisations."""
    found = []
    for scope in scopes:
        kind, _, slug = scope.partition("/")
        if kind in ("tag", "organisation"):
            found.append(session.scalar(select(KINDS[kind].name).where(KINDS[kind].slug == slug)) or slug)
    return found


def followed(session: Session, scopes: Iterable[str]) -> list[tuple[str, ...]] | None:
    """The chosen subjects by kind, as they are called now: those that were renamed or merged followed to the end.

    None where all of a kind were given up: nothing is about them any more, and the filter must not become wider by that.
    """
    kinds: dict[str, list[str]] = {}
    for scope in scopes:
        kind, _, slug = scope.partition("/")
        there = kinds.setdefault(kind, [])
        table = KINDS.get(kind)
        gone = table is not None and session.scalar(select(table.id).where(table.slug == slug)) is None
        now = _led(session, scope) if gone else scope
        if now:
            there.append(now)
    if not all(kinds.values()):
        return None
    return [tuple(dict.fromkeys(there)) for there in kinds.values()]


def renewed(session: Session, scopes: Iterable[str]) -> tuple[str, ...]:
    """The chosen subjects by the names that they have now, each once; one that was given up stays as it was chosen."""
    found = ((scope, followed(session, [scope])) for scope in scopes)
    return tuple(dict.fromkeys(now[0][0] if now else scope for scope, now in found))


def _led(session: Session, scope: str) -> str | None:
    """Where a subject went that is not at its old address."""
    seen: set[str] = set()
    target: str | None = scope
    while target is not None and target not in seen:
        seen.add(target)
        alias = session.get(Alias, target)
        if alias is None:
            return target if len(seen) > 1 else None
        target = alias.target
    return None
