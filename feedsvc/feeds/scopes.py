"""Which kinds of feeds there are. A new one is one line in SCOPES."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.models import Category, Feed, Organisation, Placement, Publication, RevisionAuthor, Tag
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import due
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


def name_of(session: Session, scope: str, *, now: datetime) -> str:
    """What people call a scope: a category's or an author's name; empty for everything."""
    return names_of(session, [scope], now=now).get(scope, "")


def names_of(session: Session, scopes: Iterable[str], *, now: datetime) -> dict[str, str]:
    """What people call these scopes. The scope of everything has no name of its own."""
    by_kind: dict[str, set[str]] = {}
    for scope in scopes:
        kind, slug = split(scope)
        by_kind.setdefault(kind, set()).add(slug)
    found: dict[str, str] = {}
    for kind, slugs in by_kind.items():
        if kind in _NAMED:
            table = _NAMED[kind]
            rows = session.execute(select(table.slug, table.name).where(table.slug.in_(slugs)))
            found |= {f"{kind}/{slug}": name for slug, name in rows}
        elif kind != NEWS:
            found |= {f"{kind}/{slug}": _author(session, slug, now) or slug for slug in slugs}
    return found


def _author(session: Session, slug: str, now: datetime) -> str | None:
    """A by-line as readers saw it last; a draft's spelling of the same name is not for them."""
    p = Publication
    for feed_id in session.scalars(select(Feed.id).where(Feed.scope == f"author/{slug}").order_by(Feed.id)):
        # From the newest placement down: one look, however much somebody has written.
        query = (
            select(RevisionAuthor.name)
            .select_from(Placement)
            .join(p, p.id == Placement.publication_id)
            .join(RevisionAuthor, RevisionAuthor.revision_id == p.revision_id)
            .where(Placement.feed_id == feed_id, Placement.stands, RevisionAuthor.slug == slug, due(p, now))
            .order_by(Placement.at.desc(), Placement.opening_id.desc())
            .limit(1)
        )
        name = session.scalar(query)
        if name is not None:
            return name
    return None
