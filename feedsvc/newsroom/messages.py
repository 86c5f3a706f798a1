"""Messages to one person: written in the transaction of what they tell of, shown at the desk, mailed where wished.

Before an item is public no mail says what it is about: a mailbox is one more place that news can leak from. The
headline stands at the desk, behind the sign-in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, literal_column, select, update
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.models import Item, Message, Publication, Revision, Translation, User
from feedsvc.newsroom import public
from feedsvc.newsroom.record import letter
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.words import N_, say

AHEAD = timedelta(hours=1)
MOST_AT_ONCE = 500
"""Plans within the hour that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: how a person's settings call it, and what the desk and a mail say."""

    label: str
    says: str
    subject: str
    """Of the mail."""
    mail: str


_OPEN = "\n\n{link}\n"
KINDS: dict[str, Kind] = {
    "assigned": Kind(
        N_("An item was assigned to me"),
        N_("{name} assigned this to you."),
        N_("An item waits for you"),
        N_("{name} assigned an item to you. Read it at the desk:"),
    ),
    "changes": Kind(
        N_("Somebody asks me for changes"),
        N_("{name} asks for changes."),
        N_("An item waits for you"),
        N_("{name} asks for changes to an item of yours. Read the note at the desk:"),
    ),
    "comment": Kind(
        N_("Somebody commented on an item of mine"),
        N_("{name} left a note."),
        N_("A note on an item of yours"),
        N_("{name} left a note on an item of yours. Read it at the desk:"),
    ),
    "approved": Kind(
        N_("A text of mine was approved"),
        N_("{name} approved this text."),
        N_("An item of yours was approved"),
        N_("{name} approved an item of yours. It goes out when somebody publishes or schedules it:"),
    ),
    "soon": Kind(
        N_("An item of mine goes live within the hour"),
        N_("Goes live {moment}."),
        N_("An item goes live within the hour"),
        N_("An item of yours goes live at {moment}. Until then it can be called off at the desk:"),
    ),
    "live": Kind(
        N_("An item of mine went live"),
        N_("Live since {moment}."),
        N_("Live: {headline}"),
        N_("“{headline}” is live since {moment}."),
    ),
    "late": Kind(
        N_("Something went live later than planned"),
        N_("It was planned for {moment} and went live late. Please check that nobody needs to be told."),
        "",
        "",  # notices.missed mails it to all at once
    ),
}
"""Kind → words. The order is that of a person's settings."""


def tell(
    session: Session,
    kind: str,
    translation: Translation,
    people: Iterable[int | None],
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    moment: datetime | None = None,
    mark: str = "",
) -> int:
    """Tells people, by the ids of their accounts, what happened to an item; never who did it of the own deed.

    Nobody is told the same thing twice: `mark` says what it is, by default the item at its present version. Gives to how
    many it is new.
    """
    mark = mark or f"{translation.id}.{translation.version}"
    wanted = sorted({one for one in people if one is not None and one != actor.user_id})
    keys = {f"{kind}:{mark}:{one}": one for one in wanted}
    there = set(session.scalars(select(Message.key).where(Message.key.in_(keys))))
    found = session.scalars(select(User).where(User.id.in_(wanted), User.active)).all() if wanted else []
    told = 0
    for user in found:
        key = f"{kind}:{mark}:{user.id}"
        if key in there:
            continue
        by = actor.name if actor.user_id is not None else ""
        row = Message(user_id=user.id, kind=kind, key=key, item_id=translation.item_id, language=translation.language)
        row.by, row.note, row.moment, row.at = by, note, moment, now
        session.add(row)
        _mail(session, kind, translation, user, by, moment, now)
        told += 1
    session.flush()
    return told


def _mail(
    session: Session, kind: str, translation: Translation, user: User, by: str, moment: datetime | None, now: datetime
) -> None:
    """Writes the mail, unless the person does not want it. English, as the desk is; times in UTC."""
    words = KINDS[kind]
    if not words.subject or kind in user.mail_off:
        return
    current = settings.current()
    headline = _public_headline(session, translation, now) if kind == "live" else ""
    values = {"name": by or current.newsroom_name, "moment": f"{moment:%d %B %Y, %H:%M:%S} UTC" if moment else ""}
    body = say("en", words.mail, headline=headline, **values)
    link = f"{current.public_url}/desk/items/{session.get_one(Item, translation.item_id).key}"
    subject = say("en", words.subject, headline=headline)
    letter(session, f"message-{kind}", user.email, subject, body + _OPEN.format(link=link), now)


def _public_headline(session: Session, translation: Translation, now: datetime) -> str:
    """The headline that readers see: only that may be mailed."""
    shown = public.of_translation(session, translation.id, now=now)
    return shown.revision.headline if shown else settings.current().newsroom_name


def writers(session: Session, translation: Translation) -> list[int | None]:
    """Whose item it is: who wrote the newest text, who began it, and who is responsible for it."""
    began = session.get_one(Item, translation.item_id).created_by_id
    return [translation.head.created_by_id, began, translation.assignee_id]


def out(session: Session, publication: Publication, *, actor: Actor, now: datetime, late: bool = False) -> None:
    """A publication has come out: told to who planned and who wrote it; where it was late, to all who may publish too."""
    if publication.kind == "withdraw":
        return
    translation = session.get_one(Translation, publication.translation_id)
    people = _concerned(session, publication)
    kind = "late" if late else "live"
    if late:
        people += [
            user.id for user in session.scalars(select(User).where(User.active)) if "publish" in user.role.grants
        ]
    tell(session, kind, translation, people, actor=actor, now=now, moment=publication.at, mark=f"p{publication.id}")


def _concerned(session: Session, publication: Publication) -> list[int | None]:
    """Who planned it, who wrote its text, who began the item."""
    text = session.get_one(Revision, publication.revision_id)
    item = session.get_one(Item, session.get_one(Translation, publication.translation_id).item_id)
    return [publication.actor_id, text.created_by_id, item.created_by_id]


def _within_the_hour(now: datetime) -> Select[Publication]:
    """What was planned long before and comes out within the hour: the very words of the index of what was not told."""
    p = Publication
    planned = select(p).where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at > now, p.at <= now + AHEAD)
    return planned.where(p.kind != literal_column("'withdraw'")).order_by(p.at, p.id).limit(MOST_AT_ONCE)


def to_remind(session: Session, *, now: datetime) -> list[Publication]:
    """Plans within the hour of which somebody was not told: the ticker's cheap question. A plan made within the hour
    needs no word: who made it knows.
    """
    rows = [row for row in session.scalars(_within_the_hour(now)) if row.at - row.created_at > AHEAD]
    mine = {f"soon:p{row.id}:{one}": row for row in rows for one in _concerned(session, row) if one is not None}
    told = set(session.scalars(select(Message.key).where(Message.key.in_(mine))))
    closed = set(session.scalars(select(User.id).where(User.active.is_(False))))
    waiting = {row.id for key, row in mine.items() if key not in told and int(key.rpartition(":")[2]) not in closed}
    return [row for row in rows if row.id in waiting]


def remind(session: Session, *, now: datetime) -> int:
    """Tells those whom it concerns of what goes live within the hour. Gives how many were told."""
    told = 0
    for row in to_remind(session, now=now):
        translation = session.get_one(Translation, row.translation_id)
        people = _concerned(session, row)
        told += tell(session, "soon", translation, people, actor=SYSTEM, now=now, moment=row.at, mark=f"p{row.id}")
    return told


def unread(session: Session, user_id: int, *, limit: int = 100) -> int:
    """How many messages a person has not read, counted up to a limit."""
    some = select(Message.id).where(Message.user_id == user_id, Message.read_at.is_(None)).limit(limit)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def of(session: Session, user_id: int, *, limit: int, before: int | None = None) -> list[tuple[Message, str, str]]:
    """A person's messages, the newest first, each with its item's key and the headline of its newest text."""
    m, t = Message, Translation
    query = (
        select(m, Item.key, Revision.headline)
        .join(Item, Item.id == m.item_id)
        .join(t, (t.item_id == m.item_id) & (t.language == m.language))
        .join(Revision, Revision.id == t.head_id)
        .where(m.user_id == user_id)
    )
    if before is not None:
        query = query.where(m.id < before)
    return [(row, key, headline) for row, key, headline in session.execute(query.order_by(m.id.desc()).limit(limit))]


def read(session: Session, user_id: int, number: int, *, now: datetime) -> None:
    """A person has read one of the own messages."""
    _read(session, Message.id == number, user_id, now)


def read_all(session: Session, user_id: int, *, up_to: int, now: datetime) -> None:
    """A person has read all messages up to one: those that came while the page was open stay new."""
    _read(session, Message.id <= up_to, user_id, now)


def _read(session: Session, which: object, user_id: int, now: datetime) -> None:
    theirs = update(Message).where(Message.user_id == user_id, Message.read_at.is_(None), which)  # type: ignore[arg-type]
    session.execute(theirs.values(read_at=now))
