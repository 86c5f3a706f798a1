"""How it stands with what is sent: for editors by item, for operators by host; and what an operator can do about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Announcement, Change, Delivery, Feed, Pause, Placement, Publication, Subscription
from feedsvc.newsroom import workflow
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor
from feedsvc.push import partners

MOST_HOSTS = 50


@dataclass(frozen=True, slots=True)
class Host:
    """How a host does to which something is to be sent."""

    host: str
    subscriptions: int
    failing: int
    """Subscriptions whose last delivery failed."""
    why: str
    paused: bool


def hosts(session: Session) -> list[Host]:
    """Hosts with active subscriptions, those that fail first."""
    s = Subscription
    bad = func.sum(case((s.failing > 0, 1), else_=0))
    paused = exists().where(Pause.host == s.host).correlate(s)
    why = func.max(case((s.failing > 0, s.why), else_=""))
    query = select(s.host, func.count(), bad, why, paused).where(s.state == "active").group_by(s.host)
    rows = session.execute(query.order_by(bad.desc(), func.count().desc(), s.host).limit(MOST_HOSTS))
    return [Host(host, count, int(failing), said, bool(off)) for host, count, failing, said, off in rows]


def figures(session: Session) -> dict[str, int]:
    """What there is to do, in numbers."""
    s, d = Subscription, Delivery
    count = func.count
    open_ = select(count()).select_from(d).where(d.ended_at.is_(None))
    asked = {
        "subscriptions": select(count()).select_from(s).where(s.state == "active"),
        "failing": select(count()).select_from(s).where(s.state == "active", s.failing > 0),
        "waiting": open_.where(d.claimed_by == ""),
        "under way": open_.where(d.claimed_by != ""),
        "given up": select(count()).select_from(d).where(d.state == "dead"),
    }
    return {name: session.scalar(query) or 0 for name, query in asked.items()}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one publication of an item."""

    publication: Publication
    to: int
    arrived: int
    """It, or something newer."""
    given_up: int
    waiting: tuple[Delivery, ...]
    """Some of those that were tried in vain and are to be tried again, with their subscriptions; the next one first."""
    more: int
    """How many have not arrived yet, those and others."""


MOST_SHOWN = 5


def of_item(session: Session, item_id: int, *, language: str = "") -> list[Sent]:
    """What became of the newest publications of an item, the newest first; those of which nobody was told are left out."""
    p = Publication
    query = select(p, Change.id).join(Change, and_(Change.publication_id == p.id, Change.kind == "live"))
    query = query.where(p.translation.has(item_id=item_id), p.cancelled_at.is_(None))
    if language:
        query = query.where(p.language == language)
    rows = session.execute(query.order_by(Change.id.desc()).limit(10)).all()
    found = (_of(session, publication, change) for publication, change in rows)
    return [one for one in found if one.to]


def _of(session: Session, publication: Publication, change: int) -> Sent:
    """Counts the deliveries of the announcements that tell of a change."""
    a, d, later = Announcement, Delivery, aliased(Delivery)
    moved = select(Placement.publication_id).join(Feed, Feed.id == Placement.feed_id)
    moved = moved.where(Placement.publication_id == publication.id, Feed.scope == a.scope).correlate(a)
    of_feed = and_(a.publication_id.is_(None), or_(a.scope == NEWS, moved.exists()))
    of_item = a.publication_id == publication.id
    tells = and_(a.first_change_id <= change, a.change_id >= change, a.language == publication.language)
    numbers = select(a.id).where(tells, or_(of_item, of_feed), ~a.scope.startswith(partners.TEST)).scalar_subquery()
    mine = d.announcement_id.in_(numbers)
    newer = exists().where(later.subscription_id == d.subscription_id, later.id > d.id, later.state == "arrived")
    arrived = or_(d.state == "arrived", and_(d.state == "newer", newer))
    columns = [func.count(), func.sum(case((arrived, 1), else_=0)), func.sum(case((d.state == "dead", 1), else_=0))]
    to, got, dead = session.execute(select(*columns).where(mine)).one()
    again = select(d).where(mine, d.ended_at.is_(None), d.tries > 0).order_by(d.due_at, d.id).limit(MOST_SHOWN)
    waiting = tuple(session.scalars(again))
    for one in waiting:
        _ = one.subscription.host  # It is shown when the session is over.
    open_ = session.scalar(select(func.count()).select_from(d).where(mine, d.ended_at.is_(None))) or 0
    return Sent(publication, to, int(got or 0), int(dead or 0), waiting, open_)


def pause(session: Session, host: str = "", *, actor: Actor, now: datetime) -> None:
    """Sends nothing more to a host, or to anybody. Twice is once. Raises NotAllowed."""
    workflow.require(actor, "admin")
    if session.get(Pause, host.lower()) is None:
        session.add(Pause(host=host.lower(), at=now))
        audit(session, actor, "pause-push", "push", now, host=host)


def resume(session: Session, host: str = "", *, at_once: bool = False, actor: Actor, now: datetime) -> None:
    """Goes on sending to a host, or to everybody; `at_once`: what waits for a later try as well. Raises NotAllowed."""
    workflow.require(actor, "admin")
    pauses = delete(Pause).where(Pause.host == host.lower()) if host else delete(Pause)
    session.execute(pauses)
    if at_once:
        d = Delivery
        later = [d.ended_at.is_(None), d.claimed_by == "", d.due_at > now]
        if host:
            later.append(d.subscription_id.in_(select(Subscription.id).where(Subscription.host == host.lower())))
        session.execute(update(d).where(*later).values(due_at=now))
    audit(session, actor, "resume-push", "push", now, host=host)


def is_paused(session: Session) -> bool:
    """Whether nothing is sent to anybody."""
    return session.get(Pause, "") is not None
