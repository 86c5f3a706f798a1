"""Bringing in many items that were public elsewhere before: hundreds in one transaction, with the dates that they had.

Nothing is told to anybody, since they are no news. What one item needs dozens of statements for is done here with as
many for a whole batch.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from feedsvc.db import Base
from feedsvc.errors import Invalid, NotNow
from feedsvc.models import (
    Boilerplate,
    Category,
    Item,
    Organisation,
    Publication,
    Revision,
    RevisionAuthor,
    RevisionBoilerplate,
    Tag,
    Translation,
    Wording,
)
from feedsvc.models.item import revision_category, revision_tag
from feedsvc.newsroom import boilerplates, slugs, taxonomy, wording, workflow
from feedsvc.newsroom.drafts import Checked, TagName, make_slug
from feedsvc.newsroom.publishing import is_held
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """An item as it was public before."""

    published: datetime
    texts: tuple[Checked, ...]
    """One for each of its languages, the original first; the organisation is the original's."""
    guid: str = ""
    """Its permanent id; empty: a new one."""


@dataclass(frozen=True, slots=True)
class Author:
    """A by-line."""

    name: str
    slug: str


@dataclass(slots=True)
class Text:
    """One text of a batch on its way into the tables."""

    past: Past
    words: Checked
    organisation: Organisation
    categories: Sequence[Category]
    tags: Sequence[Tag]
    authors: Sequence[Author]
    about: Sequence[Boilerplate]
    slug: str
    item_id: int = 0
    translation_id: int = 0
    revision_id: int = 0
    publication_id: int = 0


def add(session: Session, past: Sequence[Past], *, actor: Actor, now: datetime) -> list[Text]:
    """Writes these items, public since their moments. Gives their texts with the rows' ids.

    Raises Invalid (one is not of the past), NotAllowed, NotNow (everything is held); then nothing was written.
    """
    workflow.require(actor, "publish")
    if is_held(session):
        raise NotNow("import", "held")
    if any(one.published > now for one in past):
        raise Invalid({"published": ("not_past", {})})
    texts = _texts(session, past, actor, now)
    _items(session, past, texts, actor, now)
    _each(session, texts, Translation, "translation_id", _translation)
    _each(session, texts, Revision, "revision_id", _revision)
    heads = [{"one": text.translation_id, "revision": text.revision_id} for text in texts]
    session.connection().execute(
        update(Translation.__table__)  # type: ignore[arg-type]  # a mapped class's table
        .where(Translation.__table__.c.id == bindparam("one"))
        .values(head_id=bindparam("revision"), approved_id=bindparam("revision")),
        heads,
    )
    _link(
        session,
        revision_category,
        ({"revision_id": t.revision_id, "category_id": c.id} for t in texts for c in t.categories),
    )
    _link(session, revision_tag, ({"revision_id": t.revision_id, "tag_id": tag.id} for t in texts for tag in t.tags))
    _link(
        session,
        RevisionAuthor,
        (
            {"revision_id": t.revision_id, "position": n, "name": author.name, "slug": author.slug}
            for t in texts
            for n, author in enumerate(t.authors)
        ),
    )
    _link(
        session,
        RevisionBoilerplate,
        (
            {"revision_id": t.revision_id, "boilerplate_id": one.id, "position": n, "version": one.version}
            for t in texts
            for n, one in enumerate(t.about)
        ),
    )
    _link(session, Wording, map(_wording, texts))
    _each(session, texts, Publication, "publication_id", lambda text: _publication(text, actor, now))
    audit(session, actor, "import", "newsroom", now, items=len(past), texts=len(texts))
    return texts


def _texts(session: Session, past: Sequence[Past], actor: Actor, now: datetime) -> list[Text]:
    """The texts with their subjects, found or made once for the batch, and addresses that nobody has."""
    texts, known = [], _Known(session, actor, now, _there(session, past))
    for one in past:
        organisation = known("organisation", one.texts[0].organisation)
        for words in one.texts:
            authors = [Author(name, make_slug(name)) for name in words.authors]
            categories = [known("category", name) for name in words.categories]
            tags = [known("tag", tag) for tag in words.tags]
            about = known("about", (organisation.id, words.language))
            slug = words.slug or make_slug(words.headline)
            texts.append(Text(one, words, organisation, _once(categories), _once(tags), authors, about, slug))
    _address(session, texts)
    return texts


def _there(session: Session, past: Sequence[Past]) -> dict[tuple[str, Any], Any]:
    """The subjects of a batch that are there under just the names that it uses, in two questions."""
    words = [text for one in past for text in one.texts]
    categories = {name for text in words for name in text.categories}
    tags = {tag.name for text in words for tag in text.tags}
    found: dict[tuple[str, Any], Any] = {
        ("category", row.name): row for row in session.scalars(select(Category).where(Category.name.in_(categories)))
    }
    rows = session.scalars(select(Tag).where(Tag.name.in_(tags)))
    return found | {("tag", TagName(row.name, row.kind)): row for row in rows}


def _once(rows: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(rows))


@dataclass(slots=True)
class _Known:
    """Subjects by how they are named, each looked up once."""

    session: Session
    actor: Actor
    now: datetime
    found: dict[tuple[str, Any], Any]

    def __call__(self, kind: str, name: Any) -> Any:
        if (kind, name) not in self.found:
            self.found[kind, name] = self._look_up(kind, name)
        return self.found[kind, name]

    def _look_up(self, kind: str, name: Any) -> Any:
        if kind == "organisation":
            return taxonomy.organisation(self.session, name)
        if kind == "about":
            return boilerplates.usual(self.session, *name)
        if kind == "category":
            return taxonomy.categories(self.session, (name,), actor=self.actor, now=self.now)[0]
        return taxonomy.tags(self.session, (name,), now=self.now)[0]


def _address(session: Session, texts: Sequence[Text]) -> None:
    """Numbers the slugs that another item of the language has, or another of the batch."""
    r, t = Revision, Translation
    query = select(t.language, r.slug).join(t, t.id == r.translation_id).where(r.slug.in_({one.slug for one in texts}))
    taken = {(language, slug) for language, slug in session.execute(query)}
    for text in texts:
        language = text.words.language

        def is_taken(slug: str, language: str = language, first: str = text.slug) -> bool:
            known = (language, slug) in taken
            return known or (slug != first and session.scalar(query_one(language, slug)) is not None)

        text.slug = slugs.free(text.slug, text.words.headline, is_taken)
        taken.add((language, text.slug))


def query_one(language: str, slug: str) -> Any:
    """SQL: a revision of the language at this slug."""
    r, t = Revision, Translation
    at_slug = select(r.id).join(t, t.id == r.translation_id).where(r.slug == slug, t.language == language)
    return at_slug.limit(1)


def _items(session: Session, past: Sequence[Past], texts: Sequence[Text], actor: Actor, now: datetime) -> None:
    """The items' rows, whose ids the texts take over."""
    organisations = {id(text.past): text.organisation.id for text in texts}
    rows = []
    for one in past:
        key = str(uuid.uuid4())
        named = {"key": key, "guid": one.guid or f"urn:uuid:{key}", "organisation_id": organisations[id(one)]}
        rows.append({**named, "created_at": now, "created_by_id": actor.user_id})
    ids = dict(zip(map(id, past), _insert(session, Item, rows), strict=True))
    for text in texts:
        text.item_id = ids[id(text.past)]


def _each(session: Session, texts: Sequence[Text], table: type[Base], name: str, row: Any) -> None:
    """A row of a table for each text, whose id it takes over as `name`."""
    for text, number in zip(texts, _insert(session, table, [row(text) for text in texts]), strict=True):
        setattr(text, name, number)


def _insert(session: Session, table: Any, rows: list[Row]) -> list[int]:
    """Inserts rows in their order and gives their ids."""
    if not rows:
        return []
    made = session.connection().execute(
        insert(table.__table__).returning(table.__table__.c.id, sort_by_parameter_order=True), rows
    )
    return list(made.scalars())


def _link(session: Session, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Inserts rows that have no id of their own."""
    given = list(rows)
    if given:
        session.connection().execute(insert(getattr(table, "__table__", table)), given)


def _translation(text: Text) -> Row:
    return {
        "item_id": text.item_id,
        "language": text.words.language,
        "state": workflow.APPROVED,
        "version": 1,
        "changed_at": text.past.published,
    }


def _revision(text: Text) -> Row:
    return {
        "translation_id": text.translation_id,
        "number": 1,
        "headline": text.words.headline,
        "subhead": text.words.subhead,
        "dateline": text.words.dateline,
        "summary": text.words.summary,
        "body_html": text.words.body_html,
        "slug": text.slug,
        "organisation_id": text.organisation.id,
        "organisation_name": text.organisation.name,
        "about_heading": boilerplates.heading(text.about),
        "about_html": boilerplates.html_of(text.about),
        "created_at": text.past.published,
        "created_by_id": None,
    }


def _wording(text: Text) -> Row:
    words = text.words
    names = (author.name for author in text.authors)
    return {
        "translation_id": text.translation_id,
        **wording.columns(
            words.headline, (words.subhead, words.dateline, words.summary, text.slug, *names), words.body_html
        ),
    }


def _publication(text: Text, actor: Actor, now: datetime) -> Row:
    return {
        "translation_id": text.translation_id,
        "revision_id": text.revision_id,
        "language": text.words.language,
        "kind": "publish",
        "at": text.past.published,
        "opening": True,
        "note": "",
        "created_at": now,
        "actor_id": actor.user_id,
        "live_at": now,
    }
