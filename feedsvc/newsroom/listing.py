"""Lists of what is public, newest first, by keyset: of a language, or of a feed that carries a part of it.

Every list asks newsroom/public.py which revision is public. A `place` is the moment of an item's first publication
and that publication's id: unique, and the same in every list that the item stands in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Feed, Publication, Revision
from feedsvc.newsroom import public
from feedsvc.newsroom.public import Shown, Source

NEWS = "news"
"""The scope of everything."""
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a public item stands, and when it last changed."""

    slug: str
    updated: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class Outline:
    """A public item without its text: enough to know whether its entry was rendered before."""

    publication_id: int
    place: Place


_WITHDRAWAL = aliased(Publication)


def _source(session: Session, language: str, scope: str, now: datetime) -> Source | None:
    """Where a list is read from; None for a feed that there is not."""
    if scope == NEWS:
        return public.everything(now, language)
    feed_id = session.scalar(select(Feed.id).where(Feed.scope == scope, Feed.language == language))
    return None if feed_id is None else public.placed(feed_id, now)


def _above(source: Source, place: Place) -> Any:
    """SQL: newer than a place."""
    return or_(source.at > place[0], and_(source.at == place[0], source.place > place[1]))


def _below(source: Source, place: Place) -> Any:
    """SQL: older than a place."""
    # The first half alone lets an index be entered at the place; the second makes it exact.
    return and_(source.at <= place[0], or_(source.at < place[0], source.place < place[1]))


def _page(
    source: Source, limit: int | None, before: Place | None, above: Place | None, *, oldest_first: bool = False
) -> Select[Any]:
    """The rows of a list between two places, both exclusive."""
    query = source.query
    if before is not None:
        query = query.where(_below(source, before))
    if above is not None:
        query = query.where(source.at >= above[0], _above(source, above))
    order = (source.at, source.place) if oldest_first else (source.at.desc(), source.place.desc())
    return query.order_by(*order).limit(limit)


def newest(
    session: Session, language: str, *, now: datetime, limit: int, before: Place | None = None, scope: str = NEWS
) -> list[Shown]:
    """The newest public items of a list, newest first by publication; `before` is a `place` to go on from."""
    source = _source(session, language, scope, now)
    return public.read(session, source, _page(source, limit, before, None), now=now) if source else []


def addresses(
    session: Session, language: str, *, now: datetime, limit: int, before: Place | None = None
) -> list[Addressed]:
    """As `newest`, but only where each item stands and when it last changed: for lists of thousands."""
    source = public.everything(now, language)
    changed = public.updated_of(source.newest.translation_id, now)
    query = _page(source, limit, before, None)
    query = query.join(Revision, Revision.id == source.newest.revision_id)
    rows = session.execute(query.with_only_columns(Revision.slug, changed, source.at, source.place))
    return [Addressed(slug, updated, (at, place)) for slug, updated, at, place in rows]


def outlines(
    session: Session,
    language: str,
    scope: str,
    *,
    now: datetime,
    limit: int | None = None,
    before: Place | None = None,
    above: Place | None = None,
    oldest_first: bool = False,
) -> list[Outline]:
    """A list between two places, both exclusive, without texts."""
    source = _source(session, language, scope, now)
    if source is None:
        return []
    query = _page(source, limit, before, above, oldest_first=oldest_first)
    rows = session.execute(query.with_only_columns(source.newest.id, source.at, source.place))
    return [Outline(publication_id, (at, place)) for publication_id, at, place in rows]


def tally(
    session: Session, language: str, scope: str, *, now: datetime, before: Place, above: Place | None, most: int
) -> int:
    """How many items a list has between two places, both exclusive; counted up to `most`."""
    source = _source(session, language, scope, now)
    if source is None:
        return 0
    ids = _page(source, most, before, above).with_only_columns(source.newest.id)
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def of_publications(session: Session, publications: list[int], *, now: datetime) -> list[Shown]:
    """What is public by these publications, as far as they are the newest due ones of their translations."""
    source = public.everything(now)
    return public.read(session, source, source.query.where(source.newest.id.in_(publications)), now=now)


def count(session: Session, language: str, *, now: datetime) -> int:
    """How many items of a language are public: those that came out, less those whose newest word is a withdrawal.

    Withdrawals are few, so that only they are looked at one by one.
    """
    p, w = Publication, _WITHDRAWAL
    came_out = select(func.count()).select_from(p).where(p.language == language, p.opening, public.due(p, now))
    withdrawn = (
        select(func.count())
        .select_from(w)
        .where(
            w.language == language,
            w.kind == literal_column("'withdraw'"),
            w.id == public.newest_of(w.translation_id, now),
        )
    )
    return (session.scalar(came_out) or 0) - (session.scalar(withdrawn) or 0)
