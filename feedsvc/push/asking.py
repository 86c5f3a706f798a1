"""Which callbacks are to be asked back, and how fast: the hub must not become somebody's flood."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Intent, Subscription
from feedsvc.push import hub
from feedsvc.push.topics import Topic

CLAIMED = timedelta(minutes=1)
A_MINUTE = timedelta(minutes=1)
OF_STRANGERS, OF_KNOWN = 30, 600
"""Questions to one host in a minute: where nobody there ever said yes, and where somebody did."""
MOST = 64


@dataclass(slots=True)
class Question:
    """A callback that is to be asked, or told that it was denied."""

    id: int
    mode: str
    callback: str
    host: str
    topic: Topic
    lease_seconds: int
    why: str

    def url(self, challenge: str) -> str:
        """The callback with its own query kept and ours behind it (WebSub §5.3, §5.2)."""
        said = {"hub.mode": self.mode, "hub.topic": self.topic.url}
        if self.mode == "denied":
            said["hub.reason"] = self.why
        else:
            said["hub.challenge"] = challenge
        if self.mode == "subscribe":
            said["hub.lease_seconds"] = str(self.lease_seconds)
        return f"{self.callback}{'&' if '?' in self.callback else '?'}{urlencode(said)}"


def anything(session: Session, *, now: datetime) -> bool:
    """Whether somebody is to be asked."""
    return session.scalar(select(Intent.id).where(Intent.ended_at.is_(None), Intent.due_at <= now).limit(1)) is not None


def claim(session: Session, sender: str, *, now: datetime, most: int = MOST) -> list[Question]:
    """Whom this sender is to ask now. Of each host no more than it may be asked in a minute; the others wait."""
    i, asked = Intent, aliased(Intent)
    counted = or_(asked.ended_at > now - A_MINUTE, and_(asked.ended_at.is_(None), asked.claimed_by != ""))
    lately = select(func.count()).where(asked.host == i.host, counted).scalar_subquery()
    known = exists().where(Subscription.host == i.host, Subscription.state == "active")
    query = select(i, lately, known).where(i.ended_at.is_(None), i.due_at <= now).order_by(i.due_at, i.id)
    found: list[Question] = []
    taken: dict[str, int] = {}
    later: list[int] = []
    for row, before, is_known in session.execute(query.limit(most * 4)):
        room = (OF_KNOWN if is_known else OF_STRANGERS) - before - taken.get(row.host, 0)
        if room <= 0:
            later.append(row.id)
        elif len(found) < most:
            taken[row.host] = taken.get(row.host, 0) + 1
            topic = Topic(row.scope, row.language, row.format)
            found.append(Question(row.id, row.mode, row.callback, row.host, topic, row.lease_seconds, row.why))
    for numbers, due in (([one.id for one in found], now + CLAIMED), (later, now + timedelta(seconds=5))):
        claimed = {"due_at": due, "claimed_by": sender if numbers is not later else ""}
        if numbers:
            session.execute(update(i).where(i.id.in_(numbers)).values(**claimed))
    return found


def answered(session: Session, number: int, wrong: str, *, now: datetime) -> None:
    """Writes what a callback said: `wrong` is empty where it said yes. Twice is once."""
    row = session.get(Intent, number)
    if row is None or row.ended_at is not None:
        return
    if row.mode == "denied" or wrong:  # A no, or nothing that counts, changes nothing (§5.3.1).
        row.ended_at, row.claimed_by, row.why = now, "", (row.why or wrong)[:300]
    else:
        hub.confirmed(session, row, now=now)


def take_back(session: Session, sender: str, *, now: datetime) -> None:
    """Lets go of what a sender of this name had claimed before it ended."""
    mine = update(Intent).where(Intent.ended_at.is_(None), Intent.claimed_by == sender)
    session.execute(mine.values(due_at=now, claimed_by=""))
