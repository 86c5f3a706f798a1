"""The catalogue: which feeds carry something at a moment, what they are called, and which kind of thing they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.feeds import scopes, which
from feedsvc.models import Feed, Tag
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS

_CHUNK = 5_000
"""Names asked for in one query."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is about, as readers know it."""

    scope: str
    name: str
    kind: str
    """The kind of scope; for a tag theme, person or place."""


def carrying(session: Session, language: str, *, now: datetime) -> list[Subject]:
    """Every feed of a part of the news that has a public item in the language, the one with the newest item first.

    One look at each feed's newest end: the cost grows with the feeds and not with the items.
    """
    source = public.placed(Feed.id)
    newest = source.query.with_only_columns(source.at).order_by(source.at.desc(), source.place.desc()).limit(1)
    query = select(Feed.scope, newest.correlate(Feed).scalar_subquery())
    query = query.where(Feed.language == language, Feed.scope != NEWS).order_by(Feed.scope)
    rows = session.execute(query, {"now": now})
    latest = sorted(((at, scope) for scope, at in rows if at is not None), key=lambda row: row[0], reverse=True)
    found = [scope for _, scope in latest]
    names: dict[str, str] = {}
    for start in range(0, len(found), _CHUNK):
        names |= scopes.names_of(session, found[start : start + _CHUNK], (language,), now=now)
    kinds = {f"tag/{slug}": kind for slug, kind in session.execute(select(Tag.slug, Tag.kind))}
    return [Subject(scope, names[scope], kinds.get(scope, scopes.split(scope)[0])) for scope in found if scope in names]


def carried(session: Session, scopes: Iterable[str], *, now: datetime) -> dict[str, dict[str, int]]:
    """Scope → language → how many of its items are public, for those of these scopes that readers know."""
    source = public.placed(Feed.id)
    items = source.query.with_only_columns(func.count()).correlate(Feed).scalar_subquery()
    query = select(Feed, items).where(Feed.scope.in_(list(scopes)), Feed.language.in_(settings.current().languages))
    found: dict[str, dict[str, int]] = {}
    for feed, number in session.execute(query.order_by(Feed.scope), {"now": now}):
        if feed.scope in found or which.opened(session, feed, now=now) is not None:
            found.setdefault(feed.scope, {})[feed.language] = number
    return found


def subject(session: Session, scope: str, language: str, *, now: datetime) -> Subject | None:
    """What a scope is about, as it is called in a language; None for one that readers do not know yet, and for one whose subject was deleted."""
    kind, slug = scopes.split(scope)
    # Any language's row will do: whether a scope is known does not depend on the language.
    row = session.scalar(select(Feed).where(Feed.scope == scope).limit(1)) if kind in scopes.SCOPES else None
    if row is None or which.opened(session, row, now=now) is None:
        return None
    # A page is made as it is asked for, so that it may take the spelling of another language.
    name = scopes.name_of(session, scope, (language, *settings.current().languages), now=now)
    if kind == "tag":
        kind = session.scalar(select(Tag.kind).where(Tag.slug == slug)) or kind
    return Subject(scope, name, kind) if name else None
