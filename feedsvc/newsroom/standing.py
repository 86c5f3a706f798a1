"""Where an item stands: found, listed, and told in one of six states that follow from its rows and the time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

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
        return frozenset(allowed)


def find(session: Session, key: str, language: str = "") -> Translation:
    """A translation by its item's key, in a language or the item's first.

    Raises NotFound.
    """
    query = select(Translation).join(Item).where(Item.key == key.removeprefix("urn:uuid:"))
    if language:
        query = query.where(Translation.language == language)
    row = session.scalars(query.order_by(Translation.id).limit(1).options(*_LOADED)).first()
    if row is None:
        raise NotFound("item")
    return row


_HEAD = selectinload(Translation.head)
_LOADED = (
    _HEAD.selectinload(Revision.categories),
    _HEAD.selectinload(Revision.tags),
    _HEAD.selectinload(Revision.authors),
    _HEAD.selectinload(Revision.created_by),
    selectinload(Translation.item).selectinload(Item.organisation),
)


def pending(session: Session, translation_id: int, *, now: datetime) -> Publication | None:
    """The publication that is still to come: planned for later, or due and held back."""
    newest = public.latest(session, translation_id, now=now)
    p = Publication
    query = select(p).where(p.translation_id == translation_id, p.cancelled_at.is_(None))
    if newest is not None:
        query = query.where(or_(p.at > newest.at, and_(p.at == newest.at, p.id > newest.id)))
    return session.scalars(query.order_by(p.at.desc(), p.id.desc()).limit(1)).first()


def standing(session: Session, translation: Translation, *, now: datetime) -> Standing:
    """Where a translation stands at `now`."""
    newest = public.latest(session, translation.id, now=now)
    coming = pending(session, translation.id, now=now)
    # Nothing is shown where the newest is a withdrawal or nothing; most rows of a list need no more asking.
    out = newest is not None and newest.kind != "withdraw"
    shown = public.of_translation(session, translation.id, now=now) if out else None
    if shown:
        state = workflow.PUBLISHED
    elif coming:
        state = workflow.SCHEDULED
    elif newest and translation.state == workflow.DRAFT and newest.kind == "withdraw":
        state = workflow.WITHDRAWN
    else:
        state = translation.state
    return Standing(
        translation,
        translation.head,
        state,
        newest if shown else None,
        coming,
        shown.published if shown else None,
        shown.updated if shown else None,
    )


def listed(
    session: Session, *, now: datetime, limit: int, before: tuple[datetime, int] | None = None, state: str = ""
) -> list[Standing]:
    """The newsroom's items, the last changed first; `before` is (changed_at, id) of the last one seen."""
    query = select(Translation).options(*_LOADED)
    if before:
        t = Translation
        query = query.where(or_(t.changed_at < before[0], and_(t.changed_at == before[0], t.id < before[1])))
    if state in workflow.STORED:
        query = query.where(Translation.state == state)
    rows = session.scalars(query.order_by(Translation.changed_at.desc(), Translation.id.desc()).limit(limit))
    return [standing(session, row, now=now) for row in rows]
