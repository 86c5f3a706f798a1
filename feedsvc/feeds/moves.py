"""What follows for feeds when a subject gets another address, becomes part of another one, goes, or is made on purpose.

`newsroom/subjects.py` changes the taxonomy and says in its change's `detail` which scope went where; here the rows of
feeds follow, in the same transaction. Old addresses are kept only for scopes that readers could have seen: one that
only the newsroom knew leaves no trace, since a 301 or 410 would tell that it was there.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from feedsvc import settings, shelf
from feedsvc.clock import whole_second
from feedsvc.feeds import archives, assemble, contacts, places, scopes, which
from feedsvc.feeds.which import Recorded
from feedsvc.models import Alias, Archive, Change, Feed, Placement, Publication
from feedsvc.newsroom import public
from feedsvc.newsroom.listing import NEWS
from feedsvc.shelf import Key

_UNSEEN = {"synchronize_session": False}
"""No placement is in the session's memory: nothing there has to be brought up to date."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A scope that is no longer where it was."""

    scope: str
    to: int | None
    """The id of the subject that it belongs to now; None where it was deleted."""
    version: int
    """The change: what was built before it must not be served under the old scope."""

    @property
    def keys(self) -> list[Key]:
        """The feeds that went with it."""
        return [Key(language, self.scope) for language in settings.current().languages]


def _move(version: int, detail: str) -> Gone | None:
    told = json.loads(detail) if detail else {}
    return Gone(told["from"], told["to"], version) if "from" in told else None


def _scope(detail: str) -> str:
    """The scope that a subject had before its change."""
    told = json.loads(detail)
    return str(told.get("from") or told["of"])


def of(recorded: Iterable[Recorded]) -> list[Gone]:
    """The moves among a transaction's changes."""
    found = (_move(row.id, row.detail) for row, _ in recorded if row.kind == "taxonomy")
    return [move for move in found if move is not None]


def since(session: Session, seen: int) -> list[Gone]:
    """The moves that came after a change: other nodes' too."""
    query = select(Change.id, Change.detail).where(
        Change.kind == literal_column("'taxonomy'"),  # the very words of the index
        Change.id > seen,
        Change.detail != "",
    )
    found = (_move(number, detail) for number, detail in session.execute(query.order_by(Change.id)))
    return [move for move in found if move is not None]


def follow(session: Session, recorded: Sequence[Recorded], *, now: datetime) -> list[Gone]:
    """Moves, joins, removes or announces the feeds that a transaction's changes speak of. Gives what went."""
    for row, _ in recorded:
        if row.kind == "feed" and row.detail:
            _announce(session, json.loads(row.detail)["new"], version=row.id, now=now)
        elif row.kind == "taxonomy":
            _follow(session, row, now=now)
    session.flush()
    return of(recorded)


def take_down(move: Gone) -> None:
    """Takes off this node's shelf what lies there under a scope that went. Safe to do twice, and after the scope is in use again.

    A builder that began before the move holds the feed's lock until its bytes lie there, so that they go too.
    """
    instance = settings.current().instance
    for key in move.keys:
        there = shelf.mark(instance, key)
        if there.version < move.version if there else shelf.folder(instance, key).exists():
            shelf.drop(instance, key)


def _announce(session: Session, scope: str, *, version: int, now: datetime) -> None:
    """The feeds of a subject that is made known ahead of any item, in every language."""
    ids = places.ensure(session, [scope], version=version, now=now)
    rows = update(Feed).where(Feed.id.in_(ids.values()))
    session.execute(rows.values(announced_at=now, last_modified=whole_second(now)))
    session.execute(delete(Alias).where(Alias.scope == scope))


def _follow(session: Session, row: Change, *, now: datetime) -> None:
    """The feeds of a subject go where it went, and whatever says its name is marked.

    As long as nobody could see the subject only its own feeds are: a date that moved would tell of it. A contact has
    no feeds of its own.
    """
    contact = json.loads(row.detail).get("contact")
    if contact is not None:
        which.mark_named(session, row.id, contacts.naming(session, contact, now=now), now=now)
        return
    move, scope = _move(row.id, row.detail), _scope(row.detail)
    feeds = list(session.scalars(select(Feed).where(Feed.scope == scope)))
    seen = bool(feeds) and which.opened(session, feeds[0], now=now) is not None
    saying = _saying(session, feeds, now=now) if seen else set()
    there = _go(session, move, feeds, seen=seen, now=now) if move else scope
    own = set(session.scalars(select(Feed.id).where(Feed.scope == there)))
    if seen:
        which.mark_named(session, row.id, sorted(saying | own), now=now)
    else:  # Their next moment may be another one now.
        session.execute(update(Feed).where(Feed.id.in_(own)).values(version=row.id))


def _saying(session: Session, feeds: Sequence[Feed], *, now: datetime) -> set[int]:
    """The feeds whose entries say the name of the subject of these: wherever an item stood that came out with it."""
    if not any(scopes.split(feed.scope)[0] in assemble.TERMS for feed in feeds):
        return set()
    of_it, elsewhere = aliased(Placement), aliased(Placement)
    parts = (
        select(elsewhere.feed_id)
        .select_from(of_it)
        .join(Publication, Publication.id == of_it.publication_id)
        .join(elsewhere, elsewhere.publication_id == of_it.publication_id)
        .where(of_it.feed_id.in_([feed.id for feed in feeds]), of_it.stands, public.due(Publication))
    )
    found = set(session.scalars(parts.distinct(), {"now": now}))
    languages = {feed.language for feed in feeds if feed.id in found}
    return found | set(session.scalars(select(Feed.id).where(Feed.scope == NEWS, Feed.language.in_(languages))))


def _go(session: Session, move: Gone, feeds: list[Feed], *, seen: bool, now: datetime) -> str | None:
    """Hands feeds over to the scope that a subject has now, whose address leads there if readers knew it. Gives that scope."""
    to = scopes.renamed(session, move.scope, move.to) if move.to is not None else None
    for feed in feeds:
        other = _feed(session, to, feed.language) if to else None
        if to and other is None:
            feed.scope = to
        else:
            if other is not None:
                _join(session, feed, other, seen=which.opened(session, other, now=now) is not None)
            session.execute(delete(Placement).where(Placement.feed_id == feed.id))
            session.execute(delete(Archive).where(Archive.feed_id == feed.id))
            session.delete(feed)
        session.flush()
    if to:  # Coming back to an old address, or to one that was deleted: it is nobody's shadow any more.
        shadow = delete(Alias).where(Alias.scope == to)
        # As long as nobody can see what is there now, what was deleted there before goes on answering as it did.
        session.execute(shadow if seen else shadow.where(Alias.target.is_not(None)))
    session.execute(update(Alias).where(Alias.target == move.scope).values(target=to, at=now))
    if seen:
        session.merge(Alias(scope=move.scope, target=to, at=now))
    session.flush()
    return to


def _feed(session: Session, scope: str, language: str) -> Feed | None:
    return session.scalar(select(Feed).where(Feed.scope == scope, Feed.language == language))


def _join(session: Session, gone: Feed, kept: Feed, *, seen: bool) -> None:
    """All that stands in one feed stands in the other from now on: set by set, however large.

    `seen`: whether readers know of the other one already.
    """
    p, q = Placement, aliased(Placement)
    stood = select(q.publication_id).where(q.feed_id == gone.id, q.stands)
    session.execute(
        update(p).where(p.feed_id == kept.id, ~p.stands, p.publication_id.in_(stood)).values(stands=True),
        execution_options=_UNSEEN,
    )
    both = select(q.publication_id).where(q.feed_id == kept.id)
    session.execute(delete(p).where(p.feed_id == gone.id, p.publication_id.in_(both)), execution_options=_UNSEEN)
    session.execute(update(p).where(p.feed_id == gone.id).values(feed_id=kept.id), execution_options=_UNSEEN)
    archives.join(session, gone.id, kept.id)
    kept.until = min(kept.until, gone.until)
    kept.last_modified = max(kept.last_modified, gone.last_modified)
    kept.read_at = max((at for at in (kept.read_at, gone.read_at) if at), default=None)
    if seen:  # What only the newsroom knows of is not made known by what becomes a part of it.
        kept.announced_at = min((at for at in (kept.announced_at, gone.announced_at) if at), default=None)
