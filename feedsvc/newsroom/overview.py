"""What the desk's first page shows one person. Each question has an index and a limit, however many items there are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session, selectinload

from feedsvc.models import Feed, Item, Placement, Poll, Publication, Revision, Translation
from feedsvc.newsroom import public, standing
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import APPROVED

SHOWN = 6
"""Rows of one part of the page."""
LOOKED_AT = 120
"""Of a person's newest texts, and of the plan: enough to fill a part, and never the whole table."""
FRESH = timedelta(days=2)
"""For so long an item counts as just out."""


def mine(session: Session, user_id: int, *, now: datetime) -> list[Standing]:
    """The items whose text this person saved last."""
    newest = select(Revision.translation_id).where(Revision.created_by_id == user_id)
    wrote = session.scalars(newest.order_by(Revision.id.desc()).limit(LOOKED_AT))
    return _standings(session, list(dict.fromkeys(wrote))[:SHOWN], now)


def waiting(session: Session, user_id: int, *, reviews: bool, now: datetime) -> list[Standing]:
    """What waits for this person's next step: items that were given to this person and, for who `reviews`, what was
    handed in and given to nobody, the longest waiting first.
    """
    t = Translation
    given = select(t.id, t.state).where(t.assignee_id == user_id).order_by(t.changed_at.desc(), t.id.desc())
    ids = [one for one, state in session.execute(given.limit(LOOKED_AT)) if state != APPROVED]
    if reviews:
        handed_in = select(t.id, t.assignee_id).where(t.state == literal_column("'in_review'"))
        rows = session.execute(handed_in.order_by(t.changed_at, t.id).limit(LOOKED_AT))
        ids += [one for one, assignee in rows if assignee is None]
    return _standings(session, ids[:SHOWN], now)


def _standings(session: Session, ids: list[int], now: datetime) -> list[Standing]:
    """Where these translations stand, in this order."""
    loaded = (selectinload(Translation.head), selectinload(Translation.item))
    rows = {row.id: row for row in session.scalars(select(Translation).where(Translation.id.in_(ids)).options(*loaded))}
    return standing.several(session, [rows[one] for one in ids if one in rows], now=now)


def _plan(now: datetime) -> Select[Publication]:
    """The very words of the index of what was not told yet."""
    p = Publication
    loaded = (selectinload(p.revision), selectinload(p.translation).selectinload(Translation.item))
    return (
        select(p).where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at > now).order_by(p.at, p.id).options(*loaded)
    )


def planned(session: Session, *, until: datetime, now: datetime) -> list[Publication]:
    """What goes live from now on, until a moment."""
    return list(session.scalars(_plan(now).where(Publication.at <= until).limit(SHOWN)))


def next_planned(session: Session, *, now: datetime) -> Publication | None:
    """What goes live next, whenever that is."""
    return session.scalars(_plan(now).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Out:
    """An item that came out a short while ago."""

    publication: Publication
    key: str
    language: str
    headline: str
    slug: str
    fetched: int
    """How often the feeds that carry it were handed out whole, from the day (UTC) on which it came out."""


def just_out(session: Session, languages: tuple[str, ...], *, now: datetime) -> list[Out]:
    """The newest items that are public, and how often their feeds were fetched since."""
    p = Publication
    found: list[Publication] = []
    for language in languages:
        newest = select(p).where(p.language == language, p.cancelled_at.is_(None), p.at <= now, p.at > now - FRESH)
        found += session.scalars(newest.order_by(p.at.desc()).limit(4 * SHOWN)).all()
    found.sort(key=lambda row: (row.at, row.id), reverse=True)
    shown: list[Out] = []
    for translation_id in dict.fromkeys(row.translation_id for row in found):
        live = public.latest(session, translation_id, now=now)
        if live is not None and live.kind != "withdraw":
            shown.append(_out(session, live))
        if len(shown) == SHOWN:
            break
    return shown


def _out(session: Session, live: Publication) -> Out:
    """Fetches are counted by day and by feed, so this is what can honestly be said of one item."""
    scopes = select(Feed.scope).join(Placement, Placement.feed_id == Feed.id)
    carried = [NEWS, *session.scalars(scopes.where(Placement.publication_id == live.id, Placement.stands))]
    counted = select(func.sum(Poll.count)).where(Poll.day >= _day(live.at), Poll.scope.in_(carried))
    fetched = session.scalar(counted.where(Poll.language == live.language, Poll.status == 200)) or 0  # noqa: PLR2004
    headline, slug = session.execute(
        select(Revision.headline, Revision.slug).where(Revision.id == live.revision_id)
    ).one()
    key = session.scalars(select(Item.key).join(Translation).where(Translation.id == live.translation_id)).one()
    return Out(live, key, live.language, headline, slug, int(fetched))


def _day(moment: datetime) -> date:
    return moment.date()


def late(session: Session, languages: tuple[str, ...], limit: timedelta, *, now: datetime) -> int:
    """How many planned moments of the last day were handled late, as far as the newest few hundred tell."""
    p = Publication
    rows: list[tuple[datetime, datetime | None, datetime]] = []
    for language in languages:
        day = select(p.at, p.live_at, p.created_at).where(
            p.language == language, p.cancelled_at.is_(None), p.at <= now, p.at > now - timedelta(days=1)
        )
        rows += [(at, live, made) for at, live, made in session.execute(day.order_by(p.at.desc()).limit(4 * LOOKED_AT))]
    return sum(1 for at, live, made in rows if live is not None and made < at and live - at > limit)
