"""Where an item stands: found, listed, and told in one of six states that follow from its rows and the time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from feedsvc.errors import NotFound
from feedsvc.models import Item, Publication, Revision, Translation
from feedsvc.newsroom import public, workflow


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a translation stands at a moment: what follows from its rows, stored nowhere."""

    translation: Translation
    head: Revision
    state: str
    """One of workflow's six."""
    live: Publication | None
    """The publication whose revision the public sees now."""
    pending: Publication | None
    """The one that is planned, or held back."""
    published_at: datetime | None
    updated_at: datetime | None
    held: bool = False
    """Whether its moment has come, and only a hold keeps it back."""

    @property
    def changed(self) -> bool:
        """Whether the newest text differs from the one that is live."""
        return self.live is not None and self.live.revision_id != self.head.id

    @property
    def approved(self) -> bool:
        """Whether somebody has approved just this text."""
        return self.translation.approved_id == self.head.id

    @property
    def actions(self) -> frozenset[str]:
        """Every action that this state allows to somebody."""
        allowed = {a for a, rule in workflow.RULES.items() if self.state in rule.states}
        if self.pending is None:
            allowed.discard("unschedule")
        if not self.changed:
            allowed -= {"correct", "update"}
        if self.approved:
            allowed.discard("approve")
        if self.translation.state == workflow.DRAFT or (self.live and not self.changed):
            allowed.discard("request-changes")
        return frozenset(allowed)


def find(session: Session, key: str, language: str = "") -> Translation:
    """A translation by its item's key, in a language or the item's first.

    Raises NotFound.
    """
    query = select(Translation).join(Item).where(Item.key == key.removeprefix("urn:uuid:"))
    if language:
        query = query.where(Translation.language == language)
    row = session.scalars(query.order_by(Translation.id).limit(1).options(*LOADED)).first()
    if row is None:
        raise NotFound("item")
    return row


_HEAD = selectinload(Translation.head)
LOADED = (
    _HEAD.selectinload(Revision.categories),
    _HEAD.selectinload(Revision.tags),
    _HEAD.selectinload(Revision.authors),
    _HEAD.selectinload(Revision.pictures),
    _HEAD.selectinload(Revision.created_by),
    _HEAD.selectinload(Revision.contacts),
    _HEAD.selectinload(Revision.boilerplates),
    selectinload(Translation.item).selectinload(Item.organisation),
    selectinload(Translation.assignee),
)
NAMED = (_HEAD.load_only(Revision.headline, Revision.number), selectinload(Translation.item))


def pending(session: Session, translation_id: int, *, now: datetime) -> Publication | None:
    """The publication that is still to come: planned for later, or due and held back."""
    newest = public.latest(session, translation_id, now=now)
    p = Publication
    query = select(p).where(p.translation_id == translation_id, p.cancelled_at.is_(None))
    if newest is not None:
        query = query.where(or_(p.at > newest.at, and_(p.at == newest.at, p.id > newest.id)))
    return session.scalars(query.order_by(p.at.desc(), p.id.desc()).limit(1)).first()


def standing(session: Session, translation: Translation, *, now: datetime, dated: bool = True) -> Standing:
    """Where a translation stands at `now`. Not `dated`: without asking since when, which takes a question more."""
    newest = public.latest(session, translation.id, now=now)
    here = _stands(translation, newest, pending(session, translation.id, now=now), now)
    return _dated(session, here, now) if dated else here


def several(session: Session, rows: Sequence[Translation], *, now: datetime, dated: bool = False) -> list[Standing]:
    """As `standing` of each, with as many questions as for one."""
    newest = _publications(session, rows, public.newest_of(Translation.id, now))
    last = _publications(session, rows, _last())
    found = []
    for row in rows:
        shown, coming = newest.get(row.id), last.get(row.id)
        # The last of all is the newest one that is due, or what is still to come.
        here = _stands(row, shown, None if coming and shown and coming.id == shown.id else coming, now)
        found.append(_dated(session, here, now) if dated else here)
    return found


def _last() -> Any:
    """SQL: the id of a translation's last publication, whether or not its moment has come."""
    p = aliased(Publication)
    of_it = select(p.id).where(p.translation_id == Translation.id, p.cancelled_at.is_(None)).correlate(Translation)
    return of_it.order_by(p.at.desc(), p.id.desc()).limit(1).scalar_subquery()


def _publications(session: Session, rows: Sequence[Translation], which: Any) -> dict[int, Publication]:
    """Translation → the publication that is asked for."""
    numbers = select(which).where(Translation.id.in_([row.id for row in rows]))
    found = session.scalars(select(Publication).where(Publication.id.in_(numbers))) if rows else ()
    return {row.translation_id: row for row in found}


def _stands(
    translation: Translation, newest: Publication | None, coming: Publication | None, now: datetime
) -> Standing:
    """What follows from a translation's newest due publication and the one that is still to come."""
    # Nothing is shown where the newest is a withdrawal or nothing.
    out = newest is not None and newest.kind != "withdraw"
    if out:
        state = workflow.PUBLISHED
    elif coming:
        state = workflow.SCHEDULED
    elif newest and translation.state == workflow.DRAFT and newest.kind == "withdraw":
        state = workflow.WITHDRAWN
    else:
        state = translation.state
    held = coming is not None and coming.at <= now
    return Standing(translation, translation.head, state, newest if out else None, coming, None, None, held)


def _dated(session: Session, here: Standing, now: datetime) -> Standing:
    """With the moments since when it is live, and when it last changed."""
    if here.live is None:
        return here
    published, updated = public.dates(session, here.translation.id, now=now)
    return replace(here, published_at=published, updated_at=updated)


def listed(
    session: Session,
    *,
    now: datetime,
    limit: int,
    before: tuple[datetime, int] | None = None,
    state: str = "",
    whole: bool = True,
) -> list[Standing]:
    """The newsroom's items, the last changed first; `before` is (changed_at, id) of the last one seen.

    Not `whole`: with the headline and the state alone, for a page of them.
    """
    query = select(Translation).options(*(LOADED if whole else NAMED))
    if before:
        t = Translation
        query = query.where(or_(t.changed_at < before[0], and_(t.changed_at == before[0], t.id < before[1])))
    if state in workflow.STORED:
        query = query.where(Translation.state == state)
    rows = session.scalars(query.order_by(Translation.changed_at.desc(), Translation.id.desc()).limit(limit)).all()
    return several(session, rows, now=now, dated=whole)
