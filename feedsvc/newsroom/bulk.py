"""Bringing in many items that were public elsewhere before: hundreds in one transaction, with the dates that they had.

Nothing is told to anybody: they are no news. What one item needs a dozen statements for is done here for a batch in
as many.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from feedsvc.models import Category, Item, Organisation, Publication, Revision, RevisionAuthor, Tag, Translation
from feedsvc.models.item import revision_category, revision_tag
from feedsvc.newsroom import slugs, taxonomy, workflow
from feedsvc.newsroom.drafts import Checked, TagName, make_slug
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor


@dataclass(frozen=True, slots=True)
class Past:
    """An item as it was public before."""

    published: datetime
    texts: tuple[Checked, ...]
    """One for each language, the original first. All of one organisation."""
    guid: str = ""
    """Empty: a new one."""


@dataclass(frozen=True, slots=True)
class Author:
    """A by-line."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A publication that was written, with what its text is about."""

    publication_id: int
    language: str
    at: datetime
    categories: Sequence[Category]
    tags: Sequence[Tag]
    authors: Sequence[Author]
    organisation: Organisation


@dataclass(slots=True)
class Subjects:
    """Subjects and organisations as they were found or made, so that a batch asks once for each."""

    categories: dict[str, Category] = field(default_factory=dict)
    tags: dict[TagName, Tag] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)


def add(session: Session, past: Sequence[Past], *, actor: Actor, now: datetime) -> list[Brought]:
    """Writes these items, public since their moments. Gives their publications. Raises Invalid, NotAllowed."""
    workflow.require(actor, "publish")
    known = Subjects()
    for one in past:
        _learn(session, known, one, actor, now)
    items = _items(session, past, known, actor, now)
    pairs = [(item_id, one, text) for item_id, one in zip(items, past, strict=True) for text in one.texts]
    translations = _ids(
        session,
        Translation,
        (
            {
                "item_id": item_id,
                "language": text.language,
                "state": workflow.APPROVED,
                "version": 1,
                "changed_at": one.published,
            }
            for item_id, one, text in pairs
        ),
    )
    texts = [text for _, _, text in pairs]
    revisions = _revisions(session, translations, pairs, known, actor)
    for translation_id, revision_id in zip(translations, revisions, strict=True):
        session.execute(_HEADS, {"one": translation_id, "revision": revision_id})
    _subjects(session, revisions, texts, known)
    publications = _publications(session, translations, revisions, pairs, actor, now)
    audit(session, actor, "import", "newsroom", now, items=len(past), first=items[0], last=items[-1])
    return [
        Brought(
            number,
            text.language,
            one.published,
            *_about(text, known),
            known.organisations[one.texts[0].organisation],
        )
        for number, (_, one, text) in zip(publications, pairs, strict=True)
    ]
