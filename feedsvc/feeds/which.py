"""Which feeds there are, and what a change touches. A new scope of feed is one line in `scopes_of`."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.clock import whole_second
from feedsvc.models import Change, Feed, Publication
from feedsvc.newsroom import public
from feedsvc.newsroom.record import change
from feedsvc.shelf import Key


def scopes_of(publication: Publication) -> tuple[str, ...]:  # noqa: ARG001  # every scope but the first will ask it
    """The scopes whose feeds a publication stands in."""
    return ("news",)


def ensure(session: Session, languages: tuple[str, ...], *, now: datetime) -> None:
    """Writes the feeds that every newsroom has, one per language, where they are not there yet."""
    there = set(session.scalars(select(Feed.language).where(Feed.scope == "news")))
    for language in languages:
        if language not in there:
            first = change(session, "feed", now)
            session.add(
                Feed(
                    guid=f"urn:uuid:{uuid.uuid4()}",
                    scope="news",
                    language=language,
                    version=first.id,
                    last_modified=whole_second(now),
                    until=public.next_moment(session, language, now=now),
                    created_at=now,
                )
            )
    session.flush()


def find(session: Session, key: Key) -> Feed | None:
    """The row of a feed."""
    return session.scalar(select(Feed).where(Feed.scope == key.scope, Feed.language == key.language))


def every(session: Session) -> list[Feed]:
    """Every feed's row."""
    return list(session.scalars(select(Feed).order_by(Feed.id)))


def _touched(session: Session, publication: Publication | None) -> list[Feed]:
    """The feeds that a change touches: a publication's own, or all where the newsroom as a whole is meant."""
    if publication is None:
        return every(session)
    wanted = Feed.scope.in_(scopes_of(publication))
    return list(session.scalars(select(Feed).where(wanted, Feed.language == publication.language)))


def mark(session: Session, recorded: list[tuple[Change, Publication | None]], *, now: datetime) -> list[Key]:
    """Sets version, `last_modified` and `until` of every feed that a transaction's changes touch, within it.

    Only what readers can see moves `last_modified`: a plan must not betray itself.
    """
    by_feed: dict[Feed, list[tuple[Change, Publication | None]]] = {}
    seen: dict[tuple[str, tuple[str, ...]] | None, list[Feed]] = {}
    for row, publication in recorded:
        where = (publication.language, scopes_of(publication)) if publication else None
        if where not in seen:
            seen[where] = _touched(session, publication)
        for feed in seen[where]:
            by_feed.setdefault(feed, []).append((row, publication))
    for feed, changes in by_feed.items():
        feed.version = max(row.id for row, _ in changes)
        feed.until = public.next_moment(session, feed.language, now=now)
        feed.last_modified = _modified(session, feed, changes, now)
    session.flush()
    return [Key(feed.language, feed.scope) for feed in by_feed]


def _modified(
    session: Session, feed: Feed, changes: list[tuple[Change, Publication | None]], now: datetime
) -> datetime:
    """The `Last-Modified` after these changes: a moment that was planned counts as itself, what was done at once as later."""
    live = [p for row, p in changes if row.kind == "live" and p is not None]
    planned = [whole_second(p.at) for p in live if p.created_at < p.at]
    at_once = [p.at for p in live if p.created_at >= p.at] + [now for row, _ in changes if row.kind == "setting"]
    feed.last_modified = max([feed.last_modified, *planned])
    return _later(session, feed, max(at_once)) if at_once else feed.last_modified


def _later(session: Session, feed: Feed, moment: datetime) -> datetime:
    """The `Last-Modified` after a change that readers saw at `moment`: later than any before.

    HTTP dates have no fractions, so a second change within a second would stay unseen by readers who ask by
    date alone: it gets a later second (front.py never sends a date from the future, which is always safe).
    """
    second = whole_second(moment)
    fallen = public.newest_moment(session, feed.language, now=moment - timedelta(microseconds=1))
    last = max(feed.last_modified, whole_second(fallen)) if fallen else feed.last_modified
    return second if second > last else max(last, second + timedelta(seconds=2))


def settle(session: Session, fingerprint: str, *, now: datetime) -> bool:
    """Makes every feed new where what they are made with (address, name, writers) has changed. Gives whether it had."""
    last = select(Change.detail).where(Change.kind == "setting").order_by(Change.id.desc()).limit(1)
    if session.scalar(last) == fingerprint:
        return False
    renew(session, fingerprint, now=now)
    return True


def renew(session: Session, fingerprint: str, *, now: datetime) -> None:
    """Makes every feed new, whatever its rows say."""
    change(session, "setting", now, detail=fingerprint)


def last_modified(session: Session, feed: Feed, *, now: datetime) -> datetime:
    """The `Last-Modified` of a feed at `now`: its row's, or the planned moment that has come since."""
    fallen = public.newest_moment(session, feed.language, now=now)
    return max(feed.last_modified, whole_second(fallen)) if fallen else feed.last_modified


def until(session: Session, feed: Feed, *, now: datetime) -> datetime:
    """The next moment at which the feed changes by itself."""
    return public.next_moment(session, feed.language, now=now)
