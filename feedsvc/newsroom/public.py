"""What the public may see. Every page, feed, list and answer asks here, and gets a revision, never a yes.

Public at `now` is the newest uncancelled publication with `at <= now`, unless it is a withdrawal. While
everything is held, the public's time stands still at the start of the hold; only withdrawals go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from feedsvc.clock import NEVER
from feedsvc.models import Change, Hold, Item, Placement, Publication, Revision, Translation


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
    """With categories, tags, authors, organisation, pictures and contacts loaded."""
    published: datetime
    updated: datetime
    corrections: tuple[Correction, ...]
    """Newest first."""
    place: tuple[datetime, int]
    """Where it stands in every list, newest first."""
    publication_id: int
    """The newest due publication: with it and the taxonomy all that is shown is given."""
    version: int
    """How many texts of it have come out, this one included."""
    revised: datetime
    """When this one did."""


_SUBJECTS = (
    Revision.categories,
    Revision.tags,
    Revision.authors,
    Revision.organisation,
    Revision.pictures,
    Revision.contacts,
)
NOW: Any = bindparam("now", type_=Publication.at.type)
"""The moment that is asked about, in statements that are made once: making one takes SQLAlchemy longer than running it."""
# Made once for the same reason.
_OPENING, _NEWEST, _ANY, _DATED, _COUNTED = (aliased(Publication) for _ in range(5))


def held_since() -> Any:
    """SQL: the moment at which the public's time stands still, or NULL."""
    return select(func.min(Hold.started_at)).where(Hold.lifted_at.is_(None)).scalar_subquery()


def due(publication: Any, now: Any = NOW) -> ColumnElement[bool]:
    """SQL, the one clause: this publication counts at `now`."""
    return and_(
        publication.cancelled_at.is_(None),
        publication.at <= now,
        or_(
            publication.kind == "withdraw",
            publication.at <= func.coalesce(held_since(), now, type_=Publication.at.type),
        ),
    )


def newest_of(translation_id: Any, now: Any = NOW) -> Any:
    """SQL: the id of a translation's newest due publication."""
    p = _ANY
    newest = select(p.id).where(p.translation_id == translation_id, due(p, now)).order_by(p.at.desc(), p.id.desc())
    return newest.limit(1).scalar_subquery()


def updated_of(translation_id: Any, now: Any = NOW) -> Any:
    """SQL: the newest publish or correct that is due."""
    p = _DATED
    kinds = p.kind.in_(("publish", "correct"))
    return select(func.max(p.at)).where(p.translation_id == translation_id, kinds, due(p, now)).scalar_subquery()


def corrected(translation_id: Any, now: Any = NOW) -> ColumnElement[bool]:
    """SQL: whether readers have been given a note of a correction."""
    p = _DATED
    return exists(
        select(p.id).where(p.translation_id == translation_id, p.kind == "correct", p.note != "", due(p, now))
    )


def version_of(translation_id: Any, now: Any = NOW) -> Any:
    """SQL: how many publications of a translation are due. Numbers of rows would tell how many there are of others."""
    p = _COUNTED
    return select(func.count(p.id)).where(p.translation_id == translation_id, due(p, now)).scalar_subquery()


class Source(NamedTuple):
    """SQL: where public items are read from, each by its newest due publication."""

    query: Select[Any]
    """What to read from and under which conditions; its columns are to be replaced."""
    at: Any
    """The column of `published`: the moment of the first publication."""
    place: Any
    """The column of the first publication's id: with `at` it orders every list."""
    language: Any
    """The column of the language."""
    newest: Any
    """The newest due publication, never a withdrawal."""


def everything(until: Any = None) -> Source:
    """All that is public at `NOW`, in any language; `until`: first published at this moment or before.

    That is said first: of two upper ends SQLite enters its index at the one it meets first.
    """
    opening, newest = _OPENING, _NEWEST
    end = () if until is None else (opening.at <= until,)
    query = (
        select(opening.id)
        .join(newest, newest.id == newest_of(opening.translation_id))
        .where(*end, opening.opening, due(opening), newest.kind != "withdraw")
    )
    return Source(query, opening.at, opening.id, opening.language, newest)


def of_translations(translations: Any) -> Source:
    """`everything` of these translations, found by their index and not among all that ever came out."""
    source = everything()
    # Said of both, so that the index of either may be entered.
    of_them = (source.newest.translation_id.in_(translations), _OPENING.translation_id.in_(translations))
    return source._replace(query=source.query.where(*of_them))


def placed(feed_id: Any, until: Any = None) -> Source:
    """What is public at `NOW` of a feed that carries a part of a language's news: an id, or the column of a query around it."""
    placement, newest = Placement, _NEWEST
    end = () if until is None else (placement.at <= until,)
    query = (
        select(newest.id)
        .select_from(placement)
        .join(newest, newest.id == placement.publication_id)
        # `at <= now` says nothing that the newest due publication does not; it lets plans be skipped at one stroke.
        .where(*end, placement.feed_id == feed_id, placement.stands, placement.at <= NOW)
        .where(newest.id == newest_of(newest.translation_id))
    )
    return Source(query, placement.at, placement.opening_id, newest.language, newest)


def texts(source: Source, query: Select[Any], subjects: tuple[Any, ...] = _SUBJECTS) -> Select[Any]:
    """SQL: the rows of a query made from `source`, with all that `read` needs; of a revision's subjects with these."""
    newest = source.newest
    columns = (
        source.at,
        source.place,
        updated_of(newest.translation_id),
        Item.key,
        Item.guid,
        newest.language,
        newest.id,
        corrected(newest.translation_id),
        Revision,
        version_of(newest.translation_id),
        newest.at,
    )
    return (
        query.with_only_columns(*columns)
        .join(Revision, Revision.id == newest.revision_id)
        .join(Translation, Translation.id == newest.translation_id)
        .join(Item, Item.id == Translation.item_id)
        # What there is one of comes in the same row; each list is a statement of its own.
        .options(*(joinedload(one) if one is Revision.organisation else selectinload(one) for one in subjects))
    )


def read(session: Session, query: Select[Any], asked: Mapping[str, Any], *, now: datetime) -> list[Shown]:
    """What the public sees of the rows of a query made by `texts`, with correction notes."""
    rows = session.execute(query, {**asked, "now": now}).all()
    noted = [row[8].translation_id for row in rows if row[7]]
    notes = _notes(session, noted, now) if noted else {}
    return [
        Shown(
            key,
            guid,
            language,
            revision,
            at,
            updated,
            notes.get(revision.translation_id, ()),
            (at, place),
            number,
            *more,
        )
        for at, place, updated, key, guid, language, number, _, revision, *more in rows
    ]


@cache
def _corrections() -> Select[Any, Any, Any]:
    p = Publication
    of_them: Any = bindparam("translations", expanding=True)
    query = select(p.translation_id, p.at, p.note)
    query = query.where(p.translation_id.in_(of_them), p.kind == "correct", p.note != "", due(p))
    return query.order_by(p.at.desc(), p.id.desc())


def _notes(session: Session, translations: list[int], now: datetime) -> dict[int, tuple[Correction, ...]]:
    """Correction notes by translation, the newest first."""
    notes: dict[int, tuple[Correction, ...]] = {}
    for translation_id, at, note in session.execute(_corrections(), {"translations": translations, "now": now}):
        notes[translation_id] = (*notes.get(translation_id, ()), Correction(at, note))
    return notes


@cache
def _one() -> Select[Any]:
    source = of_translations([bindparam("translation_id")])
    return texts(source, source.query)


def of_translation(session: Session, translation_id: int, *, now: datetime) -> Shown | None:
    """What is public of one translation."""
    found = read(session, _one(), {"translation_id": translation_id}, now=now)
    return found[0] if found else None


@cache
def _dates() -> Select[Any]:
    source = of_translations([bindparam("translation_id")])
    return source.query.with_only_columns(source.at, updated_of(source.newest.translation_id))


def dates(session: Session, translation_id: int, *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """`published` and `updated` of what is public of a translation, without the rest of it."""
    found = session.execute(_dates(), {"translation_id": translation_id, "now": now}).first()
    return (found[0], found[1]) if found else (None, None)


def latest(session: Session, translation_id: int, *, now: datetime) -> Publication | None:
    """A translation's newest due publication, a withdrawal included: where it stands with the public."""
    return session.scalar(select(Publication).where(Publication.id == newest_of(translation_id, now)))


def version(session: Session) -> int:
    """Grows with every cause of a change, in the order of the commits, since writers wait for each other (docs/decisions/0013):
    between two of them and two planned moments the public sees the same.
    """
    return session.scalar(select(func.max(Change.id))) or 0


@cache
def _lasting() -> Select[Any, Any, Any]:
    p, c = Publication, Change
    # What is planned was not told to anyone: the very words of an index that is as short as the plan.
    planned = select(func.min(p.at)).where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at > NOW)
    last = select(c.at).order_by(c.id.desc()).limit(1)
    return select(select(func.max(c.id)).scalar_subquery(), planned.scalar_subquery(), last.scalar_subquery())


def lasting(session: Session, *, now: datetime) -> tuple[int, datetime]:
    """`version`, and until when the public sees the same while it stays: see `coming`. Both at one stroke."""
    number, planned, written = session.execute(_lasting(), {"now": now}).one()
    return number or 0, now if written and written > now else planned or NEVER


def coming(session: Session, *, now: datetime) -> datetime:
    """The next planned moment in any language, NEVER where there is none; `now` where a writer's clock was ahead of ours."""
    return lasting(session, now=now)[1]


@cache
def _moments() -> Select[Any, Any]:
    p = Publication
    language: Any = bindparam("language")
    fallen = select(p.at).where(p.language == language, due(p)).order_by(p.at.desc()).limit(1)
    moves = or_(held_since().is_(None), p.kind == "withdraw")
    coming = select(func.min(p.at)).where(p.language == language, p.cancelled_at.is_(None), p.at > NOW, moves)
    return select(fallen.scalar_subquery(), coming.scalar_subquery())


def moments(session: Session, language: str, *, now: datetime) -> tuple[datetime | None, datetime]:
    """When the public items of a language last changed by a publication that fell due, and when they change next by
    themselves: NEVER where nothing is planned. Under a hold only a withdrawal can change anything.
    """
    last, coming = session.execute(_moments(), {"language": language, "now": now}).one()
    return last, coming or NEVER
