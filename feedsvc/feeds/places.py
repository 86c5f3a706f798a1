"""Where publications stand: the rows that say which feed each of them moves, written with the publication itself."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from feedsvc import clock, settings
from feedsvc.feeds import scopes
from feedsvc.models import Change, Feed, Placement, Publication, Revision

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""`last_modified` of a feed that nobody could see yet: the moment of its first item will be later."""
_CHUNK = 500


def ensure(
    session: Session, wanted: Iterable[str], *, version: int, now: datetime, also: Iterable[str] = ()
) -> dict[tuple[str, str], int]:
    """Writes the missing feeds of these scopes, in every language of the newsroom. Gives all their ids.

    `also`: languages that the newsroom gave up, and has items of.

    A scope that is in one language has its feed, perhaps an empty one, in all of them.
    """
    names = sorted(set(wanted))
    there = select(Feed.scope, Feed.language, Feed.id).where(Feed.scope.in_(names))
    ids = {(scope, language): number for scope, language, number in session.execute(there)}
    spoken = dict.fromkeys((*settings.current().languages, *also))
    missing = [(s, code) for s in names for code in spoken if (s, code) not in ids]
    made = [_feed(scope, language, version, now) for scope, language in missing]
    session.add_all(made)
    session.flush()
    return ids | {(feed.scope, feed.language): feed.id for feed in made}


def _feed(scope: str, language: str, version: int, now: datetime) -> Feed:
    return Feed(
        guid=f"urn:uuid:{uuid.uuid4()}",
        scope=scope,
        language=language,
        version=version,
        last_modified=LONG_AGO,
        until=clock.NEVER,
        created_at=now,
    )


def place(session: Session, publication: Publication, *, version: int, now: datetime) -> None:
    """Writes what a new publication moves: the feeds of its own text, and those that the text before it stood in."""
    place_all(session, [publication], version=version, now=now)


@dataclass(frozen=True, slots=True)
class Move:
    """What a publication moves: the scopes in which its item stands from its moment on, and those that it leaves."""

    publication_id: int
    language: str
    moment: datetime
    opening: tuple[datetime, int]
    """The moment and the id of the translation's first publication."""
    stands: frozenset[str]
    leaves: frozenset[str] = frozenset()


def place_all(session: Session, publications: Sequence[Publication], *, version: int, now: datetime) -> None:
    """As `place`, for many at once."""
    texts = _texts(session, publications)
    later = [p.id for p in publications if not p.opening]
    before = _before(session, later) if later else {}
    opening = _openings(session, [p.translation_id for p in publications])
    moves = []
    for p in publications:
        stands = scopes.of(texts[p.revision_id]) if p.kind != "withdraw" else frozenset()
        leaves = before.get(p.id, frozenset()) - stands
        moves.append(Move(p.id, p.language, p.at, opening[p.translation_id], stands, leaves))
    write(session, moves, version=version, now=now)


def write(session: Session, moves: Sequence[Move], *, version: int, now: datetime) -> set[int]:
    """Writes the rows of these moves, and the feeds that are missing for them. Gives the ids of all feeds moved."""
    wanted = {scope for move in moves for scope in move.stands | move.leaves}
    ids = ensure(session, wanted, version=version, now=now, also=sorted({move.language for move in moves}))
    rows: list[dict[str, Any]] = [
        {
            "publication_id": move.publication_id,
            "feed_id": ids[scope, move.language],
            "at": move.opening[0],
            "opening_id": move.opening[1],
            "moment": move.moment,
            "stands": scope in move.stands,
        }
        for move in moves
        for scope in sorted(move.stands | move.leaves)
    ]
    if rows:
        session.execute(insert(Placement), rows)
    return {row["feed_id"] for row in rows}


def _texts(session: Session, publications: Sequence[Publication]) -> dict[int, Revision]:
    """The revisions of publications, their subjects loaded."""
    wanted = select(Revision).where(Revision.id.in_({p.revision_id for p in publications}))
    loaded = wanted.options(*(selectinload(one) for one in _SUBJECTS))
    return {revision.id: revision for revision in session.scalars(loaded)}


_SUBJECTS = (Revision.categories, Revision.tags, Revision.authors, Revision.organisation)


def _before(session: Session, numbers: list[int]) -> dict[int, frozenset[str]]:
    """The scopes of the text that each publication takes the place of: of the uncancelled one before it, if it had one."""
    p, q, r = aliased(Publication), aliased(Publication), aliased(Publication)
    earlier = or_(q.at < p.at, and_(q.at == p.at, q.id < p.id))
    between = exists().where(
        r.translation_id == p.translation_id,
        r.cancelled_at.is_(None),
        or_(r.at < p.at, and_(r.at == p.at, r.id < p.id)),
        or_(r.at > q.at, and_(r.at == q.at, r.id > q.id)),
    )
    query = (
        select(p.id, Revision)
        .join(q, q.translation_id == p.translation_id)
        .join(Revision, Revision.id == q.revision_id)
        .where(p.id.in_(numbers), q.cancelled_at.is_(None), earlier, ~between, q.kind != "withdraw")
        .options(*(selectinload(one) for one in _SUBJECTS))
    )
    return {number: scopes.of(revision) for number, revision in session.execute(query)}


def _openings(session: Session, translations: Iterable[int]) -> dict[int, tuple[datetime, int]]:
    """The first publication of each translation: its moment and its id."""
    p = Publication
    query = select(p.translation_id, p.at, p.id).where(
        p.translation_id.in_(set(translations)), p.opening, p.cancelled_at.is_(None)
    )
    return {translation_id: (at, number) for translation_id, at, number in session.execute(query)}


def take_out(session: Session, publication: Publication) -> None:
    """Forgets what a cancelled publication would have moved."""
    session.execute(delete(Placement).where(Placement.publication_id == publication.id))


def feeds_of(session: Session, publications: Iterable[int]) -> dict[int, list[int]]:
    """The feeds that publications move, besides that of everything: publication → feeds."""
    found: dict[int, list[int]] = {}
    query = select(Placement.publication_id, Placement.feed_id).where(Placement.publication_id.in_(set(publications)))
    for publication_id, feed_id in session.execute(query):
        found.setdefault(publication_id, []).append(feed_id)
    return found


def place_anew(session: Session, after: int, *, now: datetime) -> int:
    """Works out again, for a batch of publications, what they move; `after` is the last one done before.

    Gives the last one done now, 0 at the end.
    """
    p = Publication
    query = select(p).where(p.id > after, p.cancelled_at.is_(None)).order_by(p.id).limit(_CHUNK)
    batch = list(session.scalars(query))
    if not batch:
        return 0
    session.execute(delete(Placement).where(Placement.publication_id.in_([one.id for one in batch])))
    version = session.scalar(select(func.max(Change.id))) or 0
    place_all(session, batch, version=version, now=now)
    return batch[-1].id
