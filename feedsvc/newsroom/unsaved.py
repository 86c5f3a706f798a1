"""Words that were typed and not saved yet: kept for their author alone, until they are saved or dropped.

They may be anything, since nobody has checked them; they never become a revision, and no page but their author's own
form asks for them. Writing them down is no deed: the audit log tells of saves.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedsvc.characters import clean
from feedsvc.errors import Invalid
from feedsvc.models import Unsaved
from feedsvc.newsroom import workflow
from feedsvc.newsroom.standing import find
from feedsvc.newsroom.workflow import Actor

T = TypeVar("T")

TYPED, ASIDE, DONE = "typed", "aside", "done"
MOST_CHARACTERS = 2_000_000
"""In the fields of one form: four times the longest text that can be saved."""
MOST_FIELDS = 2_000
MOST_ALL = 10_000_000
"""Characters that one person may leave unsaved; beyond them the oldest go."""
MOST_FORMS = 50
"""Forms that one person may leave unsaved."""
KEPT_FOR = timedelta(days=30)
LATE_FOR = timedelta(hours=1)
"""How long a request that was under way when its form was saved may still arrive."""
_NAME = re.compile(r"[0-9a-z]{16,40}")

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Which form, which opened page of it, and which of that page's turns: `name.writer.turn` in a hidden field."""

    name: str
    writer: str
    turn: int

    def __str__(self) -> str:
        return f"{self.name}.{self.writer}.{self.turn}"


def read_mark(text: str) -> Mark | None:
    """The mark that this is, or None."""
    name, _, rest = text.partition(".")
    writer, _, turn = rest.partition(".")
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(writer) or not re.fullmatch(r"[0-9]{1,9}", turn):
        return None
    return Mark(name, writer, int(turn))


def mark_of(row: Unsaved) -> Mark:
    """The mark of what is kept."""
    return Mark(row.name, row.writer, row.turn)


def keep(
    session: Session,
    key: str,
    fields: Fields,
    mark: Mark,
    *,
    actor: Actor,
    now: datetime,
    seen: Mark | None = None,
    base: int = 0,
    source: str = "",
) -> Unsaved | None:
    """Keeps a form's fields. `key` is the item's, empty for a new one; `seen` what the page was filled in with.

    None where another page goes on writing under this name, or the form was saved since: then these words need a name of
    their own. Of one page's requests the latest stays, in whatever order they arrive. Raises Invalid, NotAllowed, NotFound.
    """
    workflow.require(actor, "write")
    pairs = _checked(fields)
    translation = find(session, key) if key else None
    row = session.scalar(select(Unsaved).where(Unsaved.user_id == actor.user_id, Unsaved.name == mark.name))
    if row is None:
        row = Unsaved(user_id=actor.user_id, name=mark.name, turn=-1, source=source)
        session.add(row)
    elif row.state == DONE or (row.writer != mark.writer and mark_of(row) != seen):
        return None
    elif row.writer == mark.writer and row.turn >= mark.turn:
        return row
    row.translation_id = translation.id if translation else None
    row.base, row.fields, row.size = base, pairs, sum(map(len, (part for pair in pairs for part in pair)))
    row.writer, row.turn, row.state, row.saved_at = mark.writer, mark.turn, TYPED, now
    session.flush()
    _make_room(session, row)
    return row


def _checked(fields: Fields) -> list[list[str]]:
    """The fields as they are kept. Their size is all that is looked at. Raises Invalid."""
    length = sum(len(name) + len(value) for name, value in fields)
    if len(fields) > MOST_FIELDS or length > MOST_CHARACTERS:
        raise Invalid({"body_html": ("too_long", {"length": length, "limit": MOST_CHARACTERS})})
    return [[clean(name), clean(value)] for name, value in fields]


def _make_room(session: Session, newest: Unsaved) -> None:
    """Lets go of a person's oldest words where there are too many."""
    rows = session.execute(
        select(Unsaved.id, Unsaved.size)
        .where(Unsaved.user_id == newest.user_id, Unsaved.state != DONE)
        .order_by(Unsaved.saved_at.desc(), Unsaved.id.desc())
    ).all()
    total, many = 0, []
    for number, (identity, size) in enumerate(rows):
        total += size
        if identity != newest.id and (number >= MOST_FORMS or total > MOST_ALL):
            many.append(identity)
    if many:
        session.execute(delete(Unsaved).where(Unsaved.id.in_(many)))


def of(session: Session, translation_id: int | None, *, actor: Actor) -> list[Unsaved]:
    """What this person left unsaved of a translation, or (None) of items that are only being written; the newest first."""
    wanted = Unsaved.translation_id.is_(None) if translation_id is None else Unsaved.translation_id == translation_id
    rows = select(Unsaved).where(Unsaved.user_id == actor.user_id, wanted, Unsaved.state != DONE)
    return list(session.scalars(rows.order_by(Unsaved.saved_at.desc(), Unsaved.id.desc()).limit(MOST_FORMS)))


def is_done(session: Session, name: str, *, actor: Actor) -> bool:
    """Whether the words under this name were saved or dropped."""
    return session.scalar(select(Unsaved.state).where(Unsaved.user_id == actor.user_id, Unsaved.name == name)) == DONE


def finish(session: Session, name: str, *, actor: Actor, now: datetime) -> None:
    """Forgets the words under this name: they were saved, or their author dropped them. Nothing happens where there are none.

    The name stays for a while, so that a request that was overtaken by this does not bring them back.
    """
    row = session.scalar(select(Unsaved).where(Unsaved.user_id == actor.user_id, Unsaved.name == name))
    if row is None and _NAME.fullmatch(name) and actor.user_id is not None:
        row = Unsaved(user_id=actor.user_id, name=name, base=0, writer=name, turn=0)
        session.add(row)
    if row is not None:
        row.fields, row.size, row.state, row.saved_at = [], 0, DONE, now
        session.flush()


def set_aside(
    session: Session, key: str, fields: Fields, mark: Mark | None, *, base: int, actor: Actor, now: datetime
) -> Unsaved:
    """Keeps a form's fields at hand without putting them into the form again by themselves: somebody else's newer text
    stands there now. Raises Invalid, NotAllowed, NotFound.
    """
    fresh = Mark(secrets.token_hex(16), secrets.token_hex(16), 0)
    again = Mark(mark.name, mark.writer, mark.turn + 1) if mark else fresh
    row = keep(session, key, fields, again, actor=actor, now=now, base=base)
    if row is None or row.state == DONE:
        row = keep(session, key, fields, fresh, actor=actor, now=now, base=base)
    assert row is not None  # noqa: S101  # nobody else knows a fresh name
    row.state = ASIDE
    session.flush()
    return row


def saving(
    session: Session, verb: Callable[..., T], *args: Any, unsaved: str, actor: Actor, now: datetime, **kwargs: Any
) -> T:
    """A verb that saves a form, and with it, in the same transaction, the end of what was kept of that form."""
    result = verb(session, *args, actor=actor, now=now, **kwargs)
    mark = read_mark(unsaved)
    if mark:
        finish(session, mark.name, actor=actor, now=now)
    return result


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes what nobody came back for, and the names of what is done with. Gives how many."""
    old = (Unsaved.saved_at < now - KEPT_FOR) | ((Unsaved.state == DONE) & (Unsaved.saved_at < now - LATE_FOR))
    many = session.scalar(select(func.count()).select_from(Unsaved).where(old)) or 0
    if many:
        session.execute(delete(Unsaved).where(old))
    return many
