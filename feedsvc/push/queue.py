"""What is to be sent and when: rows are the truth, and each is claimed by its state. See docs/push.md.

A delivery is sent until it arrives, a newer one takes its place, its subscription ends, or 72 hours are over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Announcement, Delivery, Intent, Pause, Subscription
from feedsvc.push import hub
from feedsvc.push.topics import Topic

WAITS = (5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 36_000)
"""Seconds from one try to the next; the last one again and again."""
GIVEN_UP = timedelta(hours=72)
JITTER = 0.2
"""By this share a wait is shorter or longer, so that what failed together does not come back together."""
CLAIMED = timedelta(minutes=5)
"""For so long a delivery is whose who claimed it: much longer than any transfer, and than what waits for one in memory."""
GONE = 410


_DELIVERIES: Any = Delivery.__table__
_SUBSCRIPTIONS: Any = Subscription.__table__
_ANNOUNCEMENTS: Any = Announcement.__table__
_PAUSES: Any = Pause.__table__


def next_try(tries: int, now: datetime, *, since: datetime, luck: float, asked: float = 0.0) -> datetime | None:
    """When to try again after so many failed tries; None where it is over.

    `since`: when it was to be sent first; `luck`: a random number from 0 to 1; `asked`: seconds of a `Retry-After`,
    which may put a try off and never brings it forward. There is a last try when the 72 hours end.
    """
    end = since + GIVEN_UP
    if now >= end:
        return None
    wait = WAITS[min(max(tries, 1), len(WAITS)) - 1] * (1 - JITTER + 2 * JITTER * luck)
    return min(now + timedelta(seconds=max(wait, min(asked, WAITS[-1]))), end)


def retry_after(header: str, now: datetime) -> float:
    """Seconds that a `Retry-After` asks for (RFC 9110 §10.2.3), as a number or a date; 0 for what cannot be read."""
    if header.isascii() and header.isdecimal():
        return float(header[:9])
    try:
        then = parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # a date beyond every calendar
        return 0.0
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds())


@dataclass(slots=True)
class Claimed:
    """A delivery that this sender is to make."""

    id: int
    tries: int
    since: datetime
    subscription_id: int
    callback: str
    host: str
    topic: Topic
    """What is sent; of a webhook that of its announcement."""
    secret: str
    failing: int
    arrived_at: datetime | None
    former_secret: str = ""
    former_until: datetime | None = None
    publication_id: int | None = None
    """Of a webhook: which publication it tells of."""
    is_webhook: bool = False

    @property
    def subject(self) -> "Topic | int":
        """What is sent: a document, or what is to be said of a publication."""
        return self.topic if self.publication_id is None else self.publication_id


@cache
def _claimable() -> Select[Any]:
    """Made once: making it takes SQLAlchemy longer than running it."""
    d, s, a, older, p = _DELIVERIES, _SUBSCRIPTIONS, _ANNOUNCEMENTS, _DELIVERIES.alias(), _PAUSES
    scope = case((s.c.kind == "webhook", a.c.scope), else_=s.c.scope)
    same = (older.c.subscription_id == d.c.subscription_id, older.c.ended_at.is_(None), older.c.id < d.c.id)
    paused = exists().where(p.c.host == s.c.host)
    columns: list[Any] = [d.c.id, d.c.tries, d.c.created_at, s.c.id, s.c.callback, s.c.host, scope, a.c.language]
    rest = (s.c.format, s.c.secret, s.c.failing, s.c.arrived_at, s.c.former_secret, s.c.former_until)
    query = select(*columns, *rest, a.c.publication_id, s.c.kind == "webhook")
    query = query.join_from(d, s, s.c.id == d.c.subscription_id).join(a, a.c.id == d.c.announcement_id)
    due = (
        d.c.ended_at.is_(None),
        d.c.due_at <= bindparam("now", type_=d.c.due_at.type),
        ~exists().where(*same),
        ~paused,
    )
    avoided: Any = bindparam("avoid", expanding=True)
    return query.where(*due, s.c.host.not_in(avoided)).order_by(d.c.due_at, d.c.id).limit(bindparam("most"))


@cache
def _mine() -> Any:
    d = _DELIVERIES
    claimed: dict[Any, Any] = {d.c.due_at: bindparam("until"), d.c.claimed_by: bindparam("sender")}
    return update(d).where(d.c.id == bindparam("number")).values(claimed)


def _claimed(*row: Any) -> Claimed:
    number, tries, since, subscription, callback, host, scope, language, suffix, *rest = row
    return Claimed(number, tries, since, subscription, callback, host, Topic(scope, language, suffix), *rest)


def claim(session: Session, sender: str, *, avoid: Collection[str], most: int, now: datetime) -> list[Claimed]:
    """Deliveries that are due, not to these hosts: from here on they are this sender's, until the claim ends by itself.

    Of one subscriber the oldest alone, so that nothing overtakes it.
    """
    if session.scalar(select(Pause.host).where(Pause.host == "")) is not None:
        return []
    asked = {"now": now, "avoid": list(avoid), "most": most}
    found = [_claimed(*row) for row in session.connection().execute(_claimable(), asked)]
    if found:
        until = now + CLAIMED
        rows = [{"number": one.id, "until": until, "sender": sender} for one in found]
        session.connection().execute(_mine(), rows)
    return found


def take_back(session: Session, sender: str, *, now: datetime) -> int:
    """Lets go of what a sender of this name had claimed before it ended: it is sent again, under the same id."""
    mine = update(Delivery).where(Delivery.ended_at.is_(None), Delivery.claimed_by == sender)
    return int(session.execute(mine.values(due_at=now, claimed_by="")).rowcount)  # type: ignore[attr-defined]


@dataclass(slots=True)
class Result:
    """What became of a try."""

    claimed: Claimed
    status: int
    why: str = ""
    asked: float = 0.0
    """Seconds of a `Retry-After`."""
    put_off: float = 0.0
    """It was not tried at all, and is to be in so many seconds."""
    is_old: bool = False
    """It was not tried at all, since something newer says what it would have said."""

    @property
    def arrived(self) -> bool:
        """2xx alone is success (WebSub §7)."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def said(self) -> str:
        """Why it did not arrive, in an operator's words."""
        return (self.why or f"answered {self.status}")[:300]


_HEARD_EVERY = timedelta(hours=1)
"""How exactly `arrived_at` of a subscription is kept where nothing fails: so that not every delivery writes two rows."""


def record(session: Session, results: Sequence[Result], *, luck: Sequence[float], now: datetime) -> None:
    """Writes what became of tries: arrived, to be tried again, given up, or the end of a subscription (410)."""
    good = [r for r in results if r.arrived]
    off = [r for r in results if r.put_off]
    bad = [(r, some) for r, some in zip(results, luck, strict=True) if not r.arrived and not r.put_off and not r.is_old]
    ended = [r.claimed.subscription_id for r, _ in bad if r.status == GONE]
    documents = [r.claimed for r in results if not r.arrived and not r.claimed.is_webhook]
    newer = _overtaken(session, documents)
    rows = [_row(r, "arrived", now, ended_at=now) for r in good]
    rows += [_row(r, "newer", now, ended_at=now) for r in results if r.is_old]
    rows += [_failed(r, some, r.claimed.id in newer, now) for r, some in bad]
    if rows:
        session.connection().execute(_written(), rows)
    for r in off:
        later: dict[str, Any] = {"due_at": now + timedelta(seconds=r.put_off), "claimed_by": ""}
        if r.claimed.id in newer:
            later |= {"state": "newer", "ended_at": now}
        session.execute(
            update(Delivery).where(Delivery.id == r.claimed.id, Delivery.ended_at.is_(None)).values(**later)
        )
    _of_subscriptions(session, good, [r for r, _ in bad], now)
    for row in session.scalars(select(Subscription).where(Subscription.id.in_(ended))) if ended else ():
        hub.end(session, row, "the callback answered 410 Gone", now=now)


def _overtaken(session: Session, claimed: Sequence[Claimed]) -> set[int]:
    """Those of these deliveries behind which a newer one to the same subscriber waits."""
    d, later = Delivery, aliased(Delivery)
    behind = exists().where(later.subscription_id == d.subscription_id, later.ended_at.is_(None), later.id > d.id)
    return set(session.scalars(select(d.id).where(d.id.in_([c.id for c in claimed]), behind))) if claimed else set()


def _row(
    result: Result, state: str, now: datetime, *, ended_at: datetime | None, due_at: datetime | None = None
) -> dict[str, Any]:
    why = "" if result.arrived else result.said
    told = {"number": result.claimed.id, "new_state": state, "new_why": why, "new_status": result.status}
    return told | {
        "new_due": due_at or now,
        "new_end": ended_at,
        "new_tried": now,
        "new_tries": result.claimed.tries + 1,
    }


def _failed(result: Result, luck: float, overtaken: bool, now: datetime) -> dict[str, Any]:  # noqa: FBT001  # private
    tries = result.claimed.tries + 1
    again = next_try(tries, now, since=result.claimed.since, luck=luck, asked=result.asked)
    if result.status == GONE or overtaken or again is None:
        state = "ended" if result.status == GONE else "newer" if overtaken else "dead"
        return _row(result, state, now, ended_at=now)
    return _row(result, "waiting", now, ended_at=None, due_at=again)


@cache
def _written() -> Any:
    """By number; what was ended meanwhile stays so."""
    d = _DELIVERIES
    values = {
        d.c.state: bindparam("new_state"),
        d.c.why: bindparam("new_why"),
        d.c.status: bindparam("new_status"),
        d.c.due_at: bindparam("new_due"),
        d.c.ended_at: bindparam("new_end"),
        d.c.tried_at: bindparam("new_tried"),
        d.c.tries: bindparam("new_tries"),
        d.c.claimed_by: "",
    }
    return update(d).where(d.c.id == bindparam("number"), d.c.ended_at.is_(None)).values(values)


def _of_subscriptions(session: Session, good: list[Result], bad: list[Result], now: datetime) -> None:
    """How each subscriber does: written where it changes, or has not been for a while."""
    s = _SUBSCRIPTIONS
    heard = [
        {"number": c.subscription_id}
        for c in (r.claimed for r in good)
        if c.failing or c.arrived_at is None or c.arrived_at < now - _HEARD_EVERY
    ]
    if heard:
        fine = update(s).where(s.c.id == bindparam("number")).values(failing=0, why="", arrived_at=now)
        session.connection().execute(fine, heard)
    if bad:
        worse = {s.c.failing: s.c.failing + 1, s.c.why: bindparam("new_why")}
        rows = [{"number": r.claimed.subscription_id, "new_why": r.said} for r in bad]
        session.connection().execute(update(s).where(s.c.id == bindparam("number")).values(worse), rows)


def drop(session: Session, *, now: datetime) -> None:
    """Ends all that was to be sent: rows of a backup speak of what was sent long ago. Subscriptions stay."""
    for table in (Announcement, Intent):
        session.execute(update(table).where(table.ended_at.is_(None)).values(ended_at=now))
    going = update(Delivery).where(Delivery.ended_at.is_(None))
    session.execute(going.values(state="ended", ended_at=now, claimed_by="", why="a backup was restored"))


def waiting(session: Session) -> int:
    """Deliveries that have not come to an end."""
    return session.scalar(select(func.count()).select_from(Delivery).where(Delivery.ended_at.is_(None))) or 0
