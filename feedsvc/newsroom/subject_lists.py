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
    more: bool = False
    """Whether they were not counted further."""


SORTS = ("category", *KINDS, "organisation")
_LANGUAGES = 3
"""In which most newsrooms write."""
Place = tuple[str, int]
"""`category` or `tag`, and an id: neither changes, so that nothing is met twice or missed while others rename."""


def listed(
    session: Session, sort: str, *, now: datetime, search: str = "", limit: int, most: int | None = None
) -> list[Line]:
    """The subjects of a sort by name; those with `search` in their name or address. `most`: how far items are counted."""
    kind, table = _kind(sort), TABLES[_kind(sort)]
    query = _searched(sort, search).order_by(table.folded, table.id).limit(limit)
    rows = list(session.execute(query.with_only_columns(table.id, table.slug, table.name)))
    numbers = [number for number, _, _ in rows]
    exact = most is None or kind == "organisation"
    counts = carried(session, kind, numbers, now=now) if exact else counted(session, kind, numbers, most or 0, now=now)
    found = [(slug, name, counts.get(number, 0)) for number, slug, name in rows]
    if most is None:
        return [Line(kind, sort, slug, name, items) for slug, name, items in found]
    return [Line(kind, sort, slug, name, min(items, most), items > most) for slug, name, items in found]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A category or tag, whether or not readers know of it."""

    place: Place
    sort: str
    """category, theme, person or place."""
    slug: str
    name: str

    @property
    def scope(self) -> str:
        """What its feeds carry."""
        return f"{self.place[0]}/{self.slug}"


def following(session: Session, place: Place | None, *, limit: int) -> list[Tagged]:
    """Categories, then tags, each in the order in which they were made, from behind a place on."""
    found: list[Tagged] = []
    first = list(LINKS).index(place[0]) if place else 0
    for kind in list(LINKS)[first:]:
        table = TABLES[kind]
        behind = place[1] if place and place[0] == kind else 0
        rows = session.scalars(select(table).where(table.id > behind).order_by(table.id).limit(limit - len(found)))
        found += [Tagged((kind, row.id), row.kind if kind == "tag" else kind, row.slug, row.name) for row in rows]
    return found


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
    if kind == "organisation":
        owned = select(Item.organisation_id, func.count()).where(Item.organisation_id.in_(numbers))
        return dict(session.execute(owned.group_by(Item.organisation_id)).all())
    subject, carrying = _carrying(kind, now)
    query = carrying.with_only_columns(subject, func.count(Translation.item_id.distinct()))
    return dict(session.execute(query.where(subject.in_(numbers)).group_by(subject)).all())


def counted(session: Session, kind: str, numbers: Iterable[int], most: int, *, now: datetime) -> dict[int, int]:
    """As `carried`, and no further than to one more than `most`: what tens of thousands carry is counted as quickly.

    An item in several languages is looked at as often; where those are many, one with `most` items may be said to have more.
    """
    table = TABLES[kind]
    subject, carrying = _carrying(kind, now)
    some = carrying.with_only_columns(Translation.item_id).where(subject == table.id).correlate(table)
    looked = some.limit((most + 1) * _LANGUAGES).subquery()
    count = select(func.count(looked.c.item_id.distinct())).scalar_subquery()
    return dict(session.execute(select(table.id, count).where(table.id.in_(numbers))).all())


def _carrying(kind: str, now: datetime) -> tuple[Any, Select[Any]]:
    """SQL: the column of the subject, and the texts that carry one."""
    r, t, p = Revision, Translation, Publication
    links = LINKS[kind]
    counts = or_(p.at > now, p.id == public.newest_of(r.translation_id, now))
    out = exists().where(and_(p.revision_id == r.id, p.cancelled_at.is_(None), counts))
    query = select(t.item_id).select_from(links).join(r, r.id == links.c.revision_id)
    return links.c[f"{kind}_id"], query.join(t, t.id == r.translation_id).where(or_(t.head_id == r.id, out))
