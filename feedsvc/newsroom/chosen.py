"""What is public of a choice of subjects, languages and words: as outlines, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Feed, Placement, Publication, Translation
from feedsvc.newsroom import composing, listing, public, searching
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.listing import NEWS, Outline

_ALSO = aliased(Placement)


def outlines(session: Session, choice: Choice, languages: Sequence[str], *, now: datetime, limit: int) -> list[Outline]:
    """The newest public items of these languages that the choice is about."""
    kinds, most = composing.followed(session, choice.scopes), limit * len(languages)
    if kinds is None:
        return []
    if choice.words:
        asked = searching.question(choice.words, languages)
        asked = searching.Question(asked.text, asked.languages, among=tuple(kinds))
        # Whole words alone: a feed that changes from beginnings to words would lose what it had.
        answer = searching.find(session, asked, now=now, limit=most, loosely=False)
        rows = [Outline(one.publication_id, one.place) for one in answer.found]
    elif kinds:
        rows = _about(session, kinds, languages, now, most)
    else:
        rows = [one for code in languages for one in listing.outlines(session, code, NEWS, now=now, limit=most)]
    rows = _once(session, rows, languages) if len(languages) > 1 else rows
    return sorted(rows, key=lambda one: one.place, reverse=True)[:limit]


def _once(session: Session, rows: Sequence[Outline], languages: Sequence[str]) -> list[Outline]:
    """Each item once, since its id may stand once in a document: in the first of the languages that it is here in."""
    p, t = Publication, Translation
    query = select(p.id, t.item_id, p.language).join(t, t.id == p.translation_id)
    known = {number: (item, languages.index(code)) for number, item, code in session.execute(
        query.where(p.id.in_([one.publication_id for one in rows]))
    )}  # fmt: skip
    best: dict[int, int] = {}
    for item, nth in known.values():
        best[item] = min(nth, best.get(item, nth))
    return [one for one in rows if best[known[one.publication_id][0]] == known[one.publication_id][1]]


def _about(
    session: Session, kinds: list[tuple[str, ...]], languages: Sequence[str], now: datetime, limit: int
) -> list[Outline]:
    """The newest of each feed of the kind with the fewest subjects, as far as one of each other kind carries it too.

    Each is read from its newest end down, so that the cost is that of the items that are shown, however many there are.
    """
    by_kind = [_feeds(session, scopes, languages) for scopes in sorted(kinds, key=len)]
    if not all(by_kind):
        return []
    first, *others = by_kind
    source = public.placed(bindparam("feed"))
    query = source.query.with_only_columns(source.newest.id, source.at, source.place)
    for feeds in others:
        also = (_ALSO.publication_id == Placement.publication_id, _ALSO.feed_id.in_(feeds), _ALSO.stands)
        query = query.where(exists().where(*also))
    query = query.order_by(source.at.desc(), source.place.desc()).limit(limit)
    found: dict[int, Outline] = {}
    for feed in first:
        asked: dict[str, Any] = {"feed": feed, "now": now}
        found |= {number: Outline(number, (at, place)) for number, at, place in session.execute(query, asked)}
    return list(found.values())


def _feeds(session: Session, scopes: Sequence[str], languages: Sequence[str]) -> list[int]:
    """The numbers of the feeds of these subjects."""
    return list(session.scalars(select(Feed.id).where(Feed.scope.in_(scopes), Feed.language.in_(list(languages)))))
