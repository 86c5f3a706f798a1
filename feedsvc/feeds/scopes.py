"""Which kinds of feeds there are. A new one is one line in SCOPES."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from feedsvc.models import Category, Feed, Organisation, RevisionAuthor, Tag
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import placed
from feedsvc.words import N_

VERSION = 1
"""Raise it with every change of SCOPES: what stands in which feed is then worked out anew at the next start."""


class Subject(Protocol):
    """A category, tag, author or organisation."""

    @property
    def slug(self) -> str:
        """Its part of an address."""


class Text(Protocol):
    """What a text is about: a revision, or one that is being brought in."""

    @property
    def categories(self) -> Sequence[Subject]:
        """Sections of the newsroom."""

    @property
    def tags(self) -> Sequence[Subject]:
        """Themes, people and places."""

    @property
    def authors(self) -> Sequence[Subject]:
        """By-lines."""

    @property
    def organisation(self) -> Subject | None:
        """Who speaks."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of feed that carries a part of a language's news: its scopes are `<kind>/<slug>`."""

    slugs: Callable[[Text], Iterable[str]]
    """The slugs under which a public text stands."""
    heading: str
    """Above the list of these feeds in the catalogue."""
    carries: str
    """What one of them carries, in a sentence with `{name}`."""


SCOPES: dict[str, Kind] = {
    "category": Kind(
        lambda r: (c.slug for c in r.categories),
        N_("Categories"),
        N_("All news in the category {name}, in full, newest first."),
    ),
    "organisation": Kind(
        lambda r: (r.organisation.slug,) if r.organisation else (),
        N_("Organisations"),
        N_("All news of {name}, in full, newest first."),
    ),
    "author": Kind(
        lambda r: (a.slug for a in r.authors), N_("Authors"), N_("All news written by {name}, in full, newest first.")
    ),
    "tag": Kind(
        lambda r: (t.slug for t in r.tags),
        N_("Themes, people and places"),
        N_("All news about {name}, in full, newest first."),
    ),
}
_NAMED: dict[str, type[Category] | type[Organisation] | type[Tag]] = {
    "category": Category,
    "organisation": Organisation,
    "tag": Tag,
}


def of(text: Text) -> frozenset[str]:
    """The scopes, besides that of everything, in which a text stands while it is public."""
    return frozenset(f"{kind}/{slug}" for kind, one in SCOPES.items() for slug in one.slugs(text))


def split(scope: str) -> tuple[str, str]:
    """Kind and slug; for the scope of everything its name and nothing."""
    kind, _, slug = scope.partition("/")
    return kind, slug


def renamed(session: Session, scope: str, subject: int) -> str:
    """The scope of the subject with this id, of the same kind as another scope."""
    kind, _ = split(scope)
    table = _NAMED[kind]
    return f"{kind}/{session.scalars(select(table.slug).where(table.id == subject)).one()}"


def name_of(session: Session, scope: str, languages: Sequence[str], *, now: datetime) -> str:
    """What people call a scope: a category's or an author's name; empty for everything. See `names_of`."""
    return names_of(session, [scope], languages, now=now).get(scope, "")


def names_of(session: Session, scopes: Iterable[str], languages: Sequence[str], *, now: datetime) -> dict[str, str]:
    """What people call these scopes; an author as the first of these languages writes the name in which there is one.

    The scope of everything has no name of its own. A feed asks in its own language alone: by another one its bytes
    would change at moments that are not its own.
    """
    by_kind: dict[str, set[str]] = {}
    for scope in scopes:
        kind, slug = split(scope)
        by_kind.setdefault(kind, set()).add(slug)
    found: dict[str, str] = {}
    for kind, slugs in by_kind.items():
        if kind in _NAMED:
            rows = session.execute(_names(kind), {"slugs": list(slugs)})
            found |= {f"{kind}/{slug}": name for slug, name in rows}
        elif kind != NEWS:
            found |= {f"{kind}/{slug}": _readable(slug) for slug in slugs} | _authors(session, slugs, languages, now)
    return found


@cache
def _names(kind: str) -> Select[Any, Any]:
    table = _NAMED[kind]
    wanted: Any = bindparam("slugs", expanding=True)
    return select(table.slug, table.name).where(table.slug.in_(wanted))


def _readable(slug: str) -> str:
    """An author whom no public item names: no spelling is shown that readers may not see yet, or any more."""
    return " ".join(part.capitalize() for part in slug.split("-"))


def _authors(session: Session, slugs: Iterable[str], languages: Sequence[str], now: datetime) -> dict[str, str]:
    """Scope → by-line as the newest public item of its feed has it; a draft's or a plan's spelling is not for readers."""
    asked = {"scopes": [f"author/{slug}" for slug in slugs], "languages": languages, "now": now}
    rows = [row for row in session.execute(_bylines(), asked) if row.name is not None]
    rows.sort(key=lambda row: languages.index(row.language), reverse=True)
    return {row.scope: row.name for row in rows}


@cache
def _bylines() -> Select[Any]:
    """SQL: for each of these feeds its newest by-line; from the newest end down, however much somebody has written."""
    a, source = RevisionAuthor, placed(Feed.id)
    name = (
        source.query.with_only_columns(a.name)
        .join(a, a.revision_id == source.newest.revision_id)
        .where(a.slug == func.substr(Feed.scope, len("author/") + 1))
        .order_by(source.at.desc(), source.place.desc(), a.position)
        .limit(1)
    )
    wanted: Any = bindparam("scopes", expanding=True)
    spoken: Any = bindparam("languages", expanding=True)
    query = select(Feed.scope, Feed.language, name.correlate(Feed).scalar_subquery().label("name"))
    return query.where(Feed.scope.in_(wanted), Feed.language.in_(spoken))
