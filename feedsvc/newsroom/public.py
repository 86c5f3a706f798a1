"""What the public may see. Every page, feed, list and answer asks here, and gets a revision, never a yes.

Public at `now` is the newest uncancelled publication with `at <= now`, unless it is a withdrawal. While
everything is held, the public's time stands still at the start of the hold; only withdrawals go on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from feedsvc.clock import NEVER
from feedsvc.models import Change, Hold, Item, Publication, Revision, Translation


@dataclass(frozen=True, slots=True)
class Correction:
    """A dated note of what was put right."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public sees of a translation: one frozen revision and its dates."""

    item_key: str
    guid: str
    language: str
    revision: Revision
    """With categories, tags and authors loaded."""
    published: datetime
    updated: datetime
    corrections: tuple[Correction, ...]
    """Newest first."""
    place: tuple[datetime, int]
    """Where it stands in the list, newest first: hand it back as `before` for the next page."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a public item stands, and when it last changed."""

    slug: str
    updated: datetime
    place: tuple[datetime, int]
    """As in `Shown`."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The slug was this item's once; it is at another one now."""

    slug: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was public and was taken back."""

    at: datetime
    reason: str


# Made once: SQLAlchemy needs longer to make an alias's columns than SQLite to answer.
_OPENING, _NEWEST, _ANY, _DATED = (aliased(Publication) for _ in range(4))


def held_since() -> Any:
    """SQL: the moment at which the public's time stands still, or NULL."""
    return select(func.min(Hold.started_at)).where(Hold.lifted_at.is_(None)).scalar_subquery()


def due(publication: Any, now: datetime) -> ColumnElement[bool]:
    """SQL, the one clause: this publication counts at `now`."""
    return and_(
        publication.cancelled_at.is_(None),
        publication.at <= now,
        or_(
            publication.kind == "withdraw",
            publication.at <= func.coalesce(held_since(), now, type_=Publication.at.type),
        ),
    )


def _newest_of(translation_id: Any, now: datetime) -> Any:
    """SQL: the id of a translation's newest due publication."""
    p = _ANY
    newest = select(p.id).where(p.translation_id == translation_id, due(p, now)).order_by(p.at.desc(), p.id.desc())
    return newest.limit(1).scalar_subquery()


def _updated_of(translation_id: Any, now: datetime) -> Any:
    """SQL: the newest publish or correct that is due."""
    p = _DATED
    kinds = p.kind.in_(("publish", "correct"))
    return select(func.max(p.at)).where(p.translation_id == translation_id, kinds, due(p, now)).scalar_subquery()


def _shown(now: datetime) -> tuple[Select[Any], Any]:
    """SQL for everything public, unordered, and its `opening` publication to order and page by."""
    opening, newest = _OPENING, _NEWEST
    query = (
        select(
            opening.at,
            opening.id,
            _updated_of(opening.translation_id, now),
            Item.key,
            Item.guid,
            opening.language,
            Revision,
        )
        .select_from(opening)
        .join(newest, newest.id == _newest_of(opening.translation_id, now))
        .join(Revision, Revision.id == newest.revision_id)
        .join(Translation, Translation.id == opening.translation_id)
        .join(Item, Item.id == Translation.item_id)
        .where(opening.opening, due(opening, now), newest.kind != "withdraw")
        .options(selectinload(Revision.categories), selectinload(Revision.tags), selectinload(Revision.authors))
    )
    return query, opening


def _read(session: Session, query: Select[Any], now: datetime) -> list[Shown]:
    """Runs a query made by `_shown` and adds the correction notes."""
    rows = session.execute(query).all()
    notes: dict[int, list[Correction]] = {}
    ids = [row[6].translation_id for row in rows]
    p = Publication
    corrections = select(p).where(p.translation_id.in_(ids), p.kind == "correct", p.note != "", due(p, now))
    for publication in session.scalars(corrections.order_by(p.at.desc(), p.id.desc())):
        notes.setdefault(publication.translation_id, []).append(Correction(publication.at, publication.note))
    return [
        Shown(key, guid, language, revision, at, updated, tuple(notes.get(revision.translation_id, ())), (at, place))
        for at, place, updated, key, guid, language, revision in rows
    ]


def newest(
    session: Session, language: str, *, now: datetime, limit: int, before: tuple[datetime, int] | None = None
) -> list[Shown]:
    """The newest public items of a language, newest first by publication; `before` is a `place` to go on from."""
    query, opening = _shown(now)
    return _read(session, _page(query.where(opening.language == language), opening, limit, before), now)


def _page(query: Select[Any], opening: Any, limit: int, before: tuple[datetime, int] | None) -> Select[Any]:
    """One page of a list, newest first, by keyset."""
    if before is not None:
        query = query.where(or_(opening.at < before[0], and_(opening.at == before[0], opening.id < before[1])))
    return query.order_by(opening.at.desc(), opening.id.desc()).limit(limit)


def addresses(
    session: Session, language: str, *, now: datetime, limit: int, before: tuple[datetime, int] | None = None
) -> list[Addressed]:
    """As `newest`, but only where each item stands and when it last changed: for lists of thousands."""
    query, opening = _shown(now)
    columns = (Revision.slug, _updated_of(opening.translation_id, now), opening.at, opening.id)
    query = query.with_only_columns(*columns).where(opening.language == language)
    query = _page(query, opening, limit, before)
    return [Addressed(slug, updated, (at, place)) for slug, updated, at, place in session.execute(query)]


def count(session: Session, language: str, *, now: datetime) -> int:
    """How many items of a language are public."""
    query, opening = _shown(now)
    ids = query.with_only_columns(opening.id).where(opening.language == language)
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def of_translation(session: Session, translation_id: int, *, now: datetime) -> Shown | None:
    """What is public of one translation."""
    query, opening = _shown(now)
    found = _read(session, query.where(opening.translation_id == translation_id), now)
    return found[0] if found else None


def at_slug(session: Session, language: str, slug: str, *, now: datetime) -> Shown | Moved | Withdrawn | None:
    """What stands at an item's address. None for never and for not yet alike."""
    # From the slug's index to translations and on to their publications: no scan, however many there are.
    r, t = Revision, Translation
    writers = select(r.translation_id).join(t, t.id == r.translation_id).where(r.slug == slug, t.language == language)
    known = (
        select(Publication.translation_id)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Publication.translation_id.in_(writers), Revision.slug == slug, due(Publication, now))
        .order_by(Publication.at.desc())
    )
    moved: Moved | Withdrawn | None = None
    for translation_id in dict.fromkeys(session.scalars(known)):
        shown = of_translation(session, translation_id, now=now)
        if shown and shown.revision.slug == slug:
            return shown
        moved = moved or (Moved(shown.revision.slug) if shown else _withdrawn(session, translation_id, now))
    return moved


def _withdrawn(session: Session, translation_id: int, now: datetime) -> Withdrawn:
    """The withdrawal that is a translation's newest due publication."""
    publication = session.get_one(Publication, session.scalar(select(_newest_of(translation_id, now))))
    return Withdrawn(publication.at, publication.note)


def latest(session: Session, translation_id: int, *, now: datetime) -> Publication | None:
    """A translation's newest due publication, a withdrawal included: where it stands with the public."""
    return session.scalar(select(Publication).where(Publication.id == _newest_of(translation_id, now)))


def next_moment(session: Session, language: str, *, now: datetime) -> datetime:
    """When the public items of a language next change by themselves; NEVER where nothing is planned.

    Under a hold only a withdrawal can change anything.
    """
    p = Publication
    moves = or_(held_since().is_(None), p.kind == "withdraw")
    return (
        session.scalar(
            select(func.min(p.at)).where(p.language == language, p.cancelled_at.is_(None), p.at > now, moves)
        )
        or NEVER
    )


def version(session: Session) -> int:
    """Grows with every cause of a change: between two of them and two planned moments the public sees the same.

    True where writers wait for each other, as with SQLite; with sequences that commit out of order it needs the count too.
    """
    return session.scalar(select(func.max(Change.id))) or 0


def newest_moment(session: Session, language: str, *, now: datetime) -> datetime | None:
    """When the public items of a language last changed by a publication that fell due."""
    p = Publication
    query = select(p.at).where(p.language == language, due(p, now)).order_by(p.at.desc()).limit(1)
    return session.scalar(query)
