"""What was public and was taken back: that it was, since when, and nothing that it said.

A withdrawal counts here exactly while it is what newsroom/public.py finds newest of its text, and only where that text came out
before it: only what is live can be withdrawn, and what was never seen leaves no trace.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, literal_column, select
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Feed, Item, Placement, Publication, Translation
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS, Place

MOST = 100
"""Withdrawals that a feed tells of, the newest: with the whole of a large archive taken back it must not outgrow its items."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was public and was taken back."""

    guid: str
    language: str
    published: datetime
    at: datetime
    """When it was taken back."""
    reason: str
    """For readers."""
    version: int
    """One more than its last text had."""
    place: Place
    """Where it stood in every list."""


_GONE, _OPENED = aliased(Publication), aliased(Publication)


def _source() -> Select[Any]:
    """SQL: every text of which the newest due publication takes it back, and that came out before."""
    gone, opened = _GONE, _OPENED
    return (
        select(
            Item.guid,
            gone.language,
            opened.at,
            gone.at,
            gone.note,
            public.version_of(gone.translation_id),
            opened.id,
        )
        .select_from(gone)
        .join(opened, opened.translation_id == gone.translation_id)
        .join(Translation, Translation.id == gone.translation_id)
        .join(Item, Item.id == Translation.item_id)
        # The very words of the index: withdrawals are few.
        .where(gone.kind == literal_column("'withdraw'"), gone.id == public.newest_of(gone.translation_id))
        .where(opened.opening, opened.kind != "withdraw", opened.cancelled_at.is_(None), opened.at <= gone.at)
    )


@cache
def _of_language() -> Select[Any]:
    gone = _GONE
    lately = gone.at >= bindparam("since", type_=gone.at.type)
    query = _source().where(gone.language == bindparam("language"), lately)
    return query.order_by(gone.at.desc(), gone.id.desc()).limit(MOST)


@cache
def _of_feed() -> Select[Any]:
    gone, placement = _GONE, Placement
    moved = placement.publication_id == gone.id
    lately = placement.moment >= bindparam("since", type_=gone.at.type)
    query = _source().join(placement, moved).where(placement.feed_id == bindparam("feed"), ~placement.stands, lately)
    return query.order_by(gone.at.desc(), gone.id.desc()).limit(MOST)


@cache
def _one() -> Select[Any]:
    return _source().where(_GONE.translation_id == bindparam("translation_id"))


@cache
def _any() -> Select[Any]:
    """SQL: which of these feeds tell of a withdrawal at all; most do not, and asking for all of them at once is cheap."""
    p, placement = Publication, Placement
    numbers: Any = bindparam("feeds", expanding=True)
    spoken: Any = bindparam("languages", expanding=True)
    since = bindparam("since", type_=p.at.type)
    moved = exists().where(
        placement.feed_id == Feed.id,
        placement.moment >= since,
        p.id == placement.publication_id,
        p.kind == literal_column("'withdraw'"),
    )
    of_all = exists().where(p.kind == literal_column("'withdraw'"), p.language == Feed.language, p.at >= since)
    return select(Feed.id).where(
        Feed.id.in_(numbers), Feed.language.in_(spoken), moved | ((Feed.scope == NEWS) & of_all)
    )


def lately(session: Session, feeds: dict[Feed, datetime], *, now: datetime) -> dict[int, list[Withdrawn]]:
    """Feed → what was taken back out of it since a moment of its own, the newest first and at most `MOST`.

    An item that left a feed before it was taken back is not told of there: nobody has it from there.
    """
    if not feeds:
        return {}
    asked = {"feeds": [feed.id for feed in feeds], "languages": list({feed.language for feed in feeds})}
    some = set(session.scalars(_any(), {**asked, "since": min(feeds.values())}))
    found: dict[int, list[Withdrawn]] = {}
    for feed, since in feeds.items():
        if feed.id in some:
            query = _of_language() if feed.scope == NEWS else _of_feed()
            rows = session.execute(
                query, {"language": feed.language, "feed": feed.id, "since": since, "now": now}
            ).all()
            found[feed.id] = [_withdrawn(*row) for row in rows]
    return found


def of_translation(session: Session, translation_id: int, *, now: datetime) -> Withdrawn | None:
    """The withdrawal of a text; None where it is public, and where it never was."""
    row = session.execute(_one(), {"translation_id": translation_id, "now": now}).first()
    return _withdrawn(*row) if row else None


def _withdrawn(
    guid: str, language: str, published: datetime, at: datetime, reason: str, version: int, opening_id: int
) -> Withdrawn:
    return Withdrawn(guid, language, published, at, reason, version, (published, opening_id))
