"""Lists of what is public, newest first, by keyset: of a language, or of a feed that carries a part of it.

Every list asks newsroom/public.py which revision is public. A `place` is the moment of an item's first publication
and that publication's id: unique, and the same in every list that the item stands in.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, or_, select
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
    headline: str
    updated: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class Outline:
    """A public item without its text: enough to know whether its entry was rendered before."""

    publication_id: int
    place: Place


_WITHDRAWAL, _OF_IT = aliased(Publication), aliased(Publication)
_ALL = 1_000_000_000


def _source(*, news: bool, before: bool) -> Source:
    """Where a list is read from: a language's news, or a feed that carries a part of them."""
    language: Any = bindparam("language")
    until = bindparam("before_at", type_=Publication.at.type) if before else None
    if news:
        source = public.everything(until)
        return source._replace(query=source.query.where(source.language == language))
    feed_id = select(Feed.id).where(Feed.scope == bindparam("scope"), Feed.language == language).scalar_subquery()
    return public.placed(feed_id, until)


def _page(source: Source, *, before: bool, above: bool, oldest_first: bool) -> Select[Any]:
    """The rows of a list between two places, both exclusive."""
    query, at, place = source.query, source.at, source.place
    if before:
        # What the source says of the moment lets an index be entered at the place; this makes it exact.
        query = query.where(or_(at < bindparam("before_at", type_=at.type), place < bindparam("before_id")))
    if above:
        moment = bindparam("above_at", type_=at.type)
        query = query.where(at >= moment, or_(at > moment, place > bindparam("above_id")))
    order = (at, place) if oldest_first else (at.desc(), place.desc())
    return query.order_by(*order).limit(bindparam("limit"))


@cache
def _statement(what: str, *, news: bool, before: bool, above: bool, oldest_first: bool = False) -> Select[Any]:
    """A list's statement, made once for each kind of question. `what`: texts, outlines or addresses."""
    source = _source(news=news, before=before)
    page = _page(source, before=before, above=above, oldest_first=oldest_first)
    if what == "texts":
        return public.texts(source, page)
    if what == "addresses":
        changed = public.updated_of(source.newest.translation_id)
        page = page.join(Revision, Revision.id == source.newest.revision_id)
        return page.with_only_columns(Revision.slug, Revision.headline, changed, source.at, source.place)
    return page.with_only_columns(source.newest.id, source.at, source.place)


def _asked(
    language: str, scope: str, limit: int | None, before: Place | None, above: Place | None, now: datetime
) -> dict[str, Any]:
    """The values of a list's statement."""
    asked: dict[str, Any] = {"language": language, "limit": _ALL if limit is None else limit, "now": now}
    if scope != NEWS:
        asked["scope"] = scope
    if before is not None:
        asked["before_at"], asked["before_id"] = before
    if above is not None:
        asked["above_at"], asked["above_id"] = above
    return asked


def newest(
    session: Session,
    language: str,
    *,
    now: datetime,
    limit: int,
    before: Place | None = None,
    above: Place | None = None,
    scope: str = NEWS,
) -> list[Shown]:
    """The newest public items of a list, newest first by publication; `before` is a `place` to go on from."""
    query = _statement("texts", news=scope == NEWS, before=before is not None, above=above is not None)
    return public.read(session, query, _asked(language, scope, limit, before, above, now), now=now)


def addresses(
    session: Session,
    language: str,
    *,
    now: datetime,
    limit: int,
    before: Place | None = None,
    above: Place | None = None,
) -> list[Addressed]:
    """As `newest`, but only where each item stands, its headline and when it last changed: for lists of thousands."""
    query = _statement("addresses", news=True, before=before is not None, above=above is not None)
    rows = session.execute(query, _asked(language, NEWS, limit, before, above, now))
    return [Addressed(slug, headline, updated, (at, place)) for slug, headline, updated, at, place in rows]


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
    query = _statement(
        "outlines", news=scope == NEWS, before=before is not None, above=above is not None, oldest_first=oldest_first
    )
    rows = session.execute(query, _asked(language, scope, limit, before, above, now))
    return [Outline(publication_id, (at, place)) for publication_id, at, place in rows]


@cache
def _by_publication() -> Select[Any]:
    numbers: Any = bindparam("numbers", expanding=True)
    source = public.of_translations(select(_OF_IT.translation_id).where(_OF_IT.id.in_(numbers)))
    return public.texts(source, source.query.where(source.newest.id.in_(numbers)))


def of_publications(session: Session, publications: list[int], *, now: datetime) -> list[Shown]:
    """What is public by these publications, as far as they are the newest due ones of their translations."""
    return public.read(session, _by_publication(), {"numbers": publications}, now=now)


def count(session: Session, language: str, *, now: datetime) -> int:
    """How many items of a language are public: those that came out, less those whose newest word is a withdrawal.

    Withdrawals are few, so that only they are looked at one by one.
    """
    p, w = Publication, _WITHDRAWAL
    came_out = select(func.count()).select_from(p).where(p.language == language, p.opening, public.due(p, now))
    withdrawn = (
        select(func.count())
        .select_from(w)
        .where(w.language == language, w.kind == literal_column("'withdraw'"))
        .where(w.id == public.newest_of(w.translation_id, now))
    )
    return (session.scalar(came_out) or 0) - (session.scalar(withdrawn) or 0)
