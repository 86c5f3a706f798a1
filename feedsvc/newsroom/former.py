"""Names that subjects had before: who types one means what it became."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.models import FormerName


def keep(session: Session, kind: str, sort: str, name: str, target: int) -> None:
    """From now on this name, which a subject had, leads to the one of this id. `sort` is a tag's kind, else empty."""
    session.merge(FormerName(kind=kind, sort=sort, folded=folded(name), target=target))
    session.flush()


def take_back(session: Session, kind: str, sort: str, name: str) -> None:
    """A subject is called so again, on purpose: the name leads nowhere else any more."""
    names = (FormerName.kind == kind, FormerName.sort == sort, FormerName.folded == folded(name))
    session.execute(delete(FormerName).where(*names))


def hand_over(session: Session, kind: str, gone: int, to: int | None) -> None:
    """What led to a subject that is no more leads to another one, or nowhere."""
    theirs = (FormerName.kind == kind, FormerName.target == gone)
    if to is None:
        session.execute(delete(FormerName).where(*theirs))
    else:
        session.execute(update(FormerName).where(*theirs).values(target=to))


def leads_to(session: Session, kind: str, name: str, sort: str = "") -> int | None:
    """The id of what was called so. `sort` empty: whatever its sort."""
    f = FormerName
    query = select(f.target).where(f.kind == kind, f.folded == folded(name))
    if sort:
        query = query.where(f.sort == sort)
    return session.scalar(query.order_by(f.target.desc()).limit(1))
