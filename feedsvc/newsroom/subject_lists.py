"""Lists of categories, tags and organisations for those who look after them, with how many items carry each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.models import Item, Publication, Revision, Tag, Translation
from feedsvc.newsroom import public
from feedsvc.newsroom.drafts import KINDS, plain
from feedsvc.newsroom.subjects import LINKS, TABLES


@dataclass(frozen=True, slots=True)
class Line:
    """A subject in a list."""

    kind: str
    """category, tag or organisation: what its address begins with."""
    sort: str
    """category, theme, person, place or organisation."""
    slug: str
    name: str
    items: int
    """Items that carry it in the newest text, the public one or one that is to come."""


SORTS = ("category", *KINDS, "organisation")


def listed(session: Session, sort: str, *, now: datetime, search: str = "", limit: int) -> list[Line]:
    """The subjects of a sort by name; those with `search` in their name or address."""
    kind, table = _kind(sort), TABLES[_kind(sort)]
    query = _searched(sort, search).order_by(table.folded, table.id).limit(limit)
    rows = list(session.execute(query.with_only_columns(table.id, table.slug, table.name)))
    counts = carried(session, kind, [number for number, _, _ in rows], now=now)
    return [Line(kind, sort, slug, name, counts.get(number, 0)) for number, slug, name in rows]


def count(session: Session, sort: str, search: str = "") -> int:
    """How many subjects such a list has in all."""
    query = _searched(sort, search).with_only_columns(func.count())
    return session.scalar(query) or 0


def _kind(sort: str) -> str:
    return "tag" if sort in KINDS else sort


def _searched(sort: str, search: str) -> Select[Any]:
    table = TABLES[_kind(sort)]
    query = select(table)
    if sort in KINDS:
        query = query.where(Tag.kind == sort)
    if search:
        # Whoever has no “ş” on the keyboard finds “Şəhər” by its address.
        spelt = plain(search)
        by_address = [table.slug.contains(spelt, autoescape=True)] if spelt else []
        query = query.where(or_(table.folded.contains(folded(search), autoescape=True), *by_address))
    return query


def carried(session: Session, kind: str, numbers: Iterable[int], *, now: datetime) -> dict[int, int]:
    """How many items carry these subjects: in the newest text, in the public one, or in one that is to come."""
    r, t = Revision, Translation
    if kind == "organisation":
        owned = select(Item.organisation_id, func.count()).where(Item.organisation_id.in_(numbers))
        return dict(session.execute(owned.group_by(Item.organisation_id)).all())
    links = LINKS[kind]
    subject = links.c[f"{kind}_id"]
    p = Publication
    counts = or_(p.at > now, p.id == public.newest_of(r.translation_id, now))
    out = exists().where(and_(p.revision_id == r.id, p.cancelled_at.is_(None), counts))
    query = (
        select(subject, func.count(t.item_id.distinct()))
        .select_from(links)
        .join(r, r.id == links.c.revision_id)
        .join(t, t.id == r.translation_id)
        .where(subject.in_(numbers), or_(t.head_id == r.id, out))
        .group_by(subject)
    )
    return dict(session.execute(query).all())
