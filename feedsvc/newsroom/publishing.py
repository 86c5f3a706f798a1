"""Making public and taking back: every verb here appends publications, and none of them flips a state."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.clock import whole_second
from feedsvc.errors import Invalid, NotNow
from feedsvc.models import Change, Hold, Publication, Translation
from feedsvc.newsroom import approvals, clashes, messages, pictures, public, remarks, workflow
from feedsvc.newsroom.items import moved, noticed
from feedsvc.newsroom.record import audit, change
from feedsvc.newsroom.standing import Standing, find, standing
from feedsvc.newsroom.workflow import Actor

MARGIN = timedelta(milliseconds=500)
"""A planned moment nearer than this can no longer be called off: somebody may be reading already."""
HORIZON = timedelta(days=3653)
NOTE_LIMIT = 2_000


def publish(session: Session, key: str, *, actor: Actor, now: datetime, language: str = "") -> Publication:
    """Makes the newest text public now; a planned publication of it is replaced.

    Raises NotAllowed, NotNow (it is live: correct or update it), NotFound.
    """
    before = _begin(session, key, "publish", actor=actor, now=now, language=language)
    return _put(session, before, "publish", now, actor=actor, now=now)


def schedule(
    session: Session, key: str, publish_at: datetime, *, actor: Actor, now: datetime, language: str = ""
) -> Publication:
    """Plans the newest text for a moment (whole seconds); an earlier plan for it is replaced.

    Raises Invalid when the moment has passed or is ten years away, NotAllowed, NotNow, NotFound.
    """
    before = _begin(session, key, "schedule", actor=actor, now=now, language=language)
    return _put(session, before, "publish", _future(publish_at, now), actor=actor, now=now)


def correct(
    session: Session,
    key: str,
    note: str,
    *,
    actor: Actor,
    now: datetime,
    publish_at: datetime | None = None,
    language: str = "",
) -> Publication:
    """Makes the newest text of a live item public as a correction, with a dated note that readers see."""
    return _revise(session, key, "correct", note, publish_at, actor=actor, now=now, language=language)


def update(
    session: Session, key: str, *, actor: Actor, now: datetime, publish_at: datetime | None = None, language: str = ""
) -> Publication:
    """Makes the newest text of a live item public silently: for typing errors. `updated` does not move."""
    return _revise(session, key, "update", "", publish_at, actor=actor, now=now, language=language)


def withdraw(
    session: Session, key: str, reason: str, *, actor: Actor, now: datetime, language: str = ""
) -> Publication:
    """Takes a live item back, at once, even while everything is held; all that is planned for it is called off."""
    before = _begin(session, key, "withdraw", actor=actor, now=now, language=language)
    words = _words(reason, "reason", "reason_missing")
    _call_off(session, before, actor=actor, now=now, even_late=True)
    return _append(session, before, "withdraw", now, words, actor=actor, now=now)


def unschedule(session: Session, key: str, *, actor: Actor, now: datetime, language: str = "") -> Publication:
    """Calls off what is planned. Raises NotNow when nothing is, or when its moment is here."""
    before = _begin(session, key, "unschedule", actor=actor, now=now, language=language)
    if before.pending is None:
        raise NotNow("unschedule", before.state, "nothing_planned")
    _call_off(session, before, actor=actor, now=now)
    moved(before.translation, None, now)
    audit(session, actor, "unschedule", before.translation.item.key, now, at=before.pending.at.isoformat())
    return before.pending


def _begin(session: Session, key: str, action: str, *, actor: Actor, now: datetime, language: str) -> Standing:
    """Finds the item and asks the table, and the two-person rule, whether the actor may do this to it now."""
    workflow.require(actor, workflow.RULES[action].permission)
    before = standing(session, find(session, key, language), now=now)
    workflow.step(before.state, action, actor.grants)
    approvals.require(session, before.translation, action, actor=actor)
    return before


def _revise(
    session: Session,
    key: str,
    kind: str,
    note: str,
    publish_at: datetime | None,
    *,
    actor: Actor,
    now: datetime,
    language: str,
) -> Publication:
    """A new text of a live item goes out, now or at a moment."""
    before = _begin(session, key, kind, actor=actor, now=now, language=language)
    words = _words(note, "note", "note_missing") if kind == "correct" else ""
    if not before.changed:
        raise NotNow(kind, before.state, "nothing_new")
    if before.pending is not None:
        raise NotNow(kind, before.state, "already_planned")
    at = _future(publish_at, now) if publish_at else now
    return _put(session, before, kind, at, actor=actor, now=now, note=words)


def _put(
    session: Session, before: Standing, kind: str, at: datetime, *, actor: Actor, now: datetime, note: str = ""
) -> Publication:
    """Approves the newest text where nobody has yet, replaces what was planned, appends the publication.

    Where its address is another item's at that moment, a copy of the text at a numbered one goes out, also where
    an editor chose the address; see clashes.settle. Raises Invalid for a picture of which nothing is said.
    """
    pictures.need_words(before.head)
    head = clashes.settle(session, before.head, at, margin=MARGIN, actor=actor, now=now)
    before = replace(before, head=head)
    translation = before.translation
    if translation.approved_id != before.head.id:
        translation.approved_id = before.head.id
        remarks.add(session, translation, "approve", actor=actor, now=now)
        audit(session, actor, "approve", translation.item.key, now, revision=before.head.number, with_publication=True)
    _call_off(session, before, actor=actor, now=now)
    row = _append(session, before, kind, at, note, actor=actor, now=now)
    clashes.make_room(session, row, margin=MARGIN, actor=actor, now=now)
    return row


def _append(
    session: Session, before: Standing, kind: str, at: datetime, note: str, *, actor: Actor, now: datetime
) -> Publication:
    """The row that makes it public, and the change that makes the feeds follow."""
    translation = before.translation
    held = kind != "withdraw" and is_held(session)
    live = at <= now and not held
    row = Publication(
        translation_id=translation.id,
        revision_id=(before.live.revision_id if before.live and kind == "withdraw" else before.head.id),
        language=translation.language,
        kind=kind,
        at=at,
        opening=_opening(session, translation),
        note=note,
        created_at=now,
        actor_id=actor.user_id,
        live_at=now if live else None,
    )
    session.add(row)
    session.flush()
    moved(translation, workflow.DRAFT if kind == "withdraw" else workflow.APPROVED, now)
    change(session, "live" if live else "plan", now, row)
    audit(session, actor, kind, translation.item.key, now, at=at.isoformat(), revision=before.head.number, note=note)
    if live:
        messages.out(session, row, actor=actor, now=now)
    return row


def _opening(session: Session, translation: Translation) -> bool:
    """Whether no uncancelled publication of the translation stands yet: the next one is its first."""
    p = Publication
    query = select(p.id).where(p.translation_id == translation.id, p.opening, p.cancelled_at.is_(None))
    return session.scalar(query.limit(1)) is None


def _call_off(session: Session, before: Standing, *, actor: Actor, now: datetime, even_late: bool = False) -> None:
    """Marks what is planned as cancelled. Raises NotNow where its moment is here: it may have been read.

    `even_late`: for a withdrawal, which takes back what was read as well.
    """
    planned = before.pending
    if planned is None:
        return
    if not even_late and planned.at - now < MARGIN and not is_held(session):
        raise NotNow("unschedule", before.state, "too_late")
    planned.cancelled_at = now
    planned.cancelled_by_id = actor.user_id
    session.flush()
    change(session, "cancel", now, planned)


def _future(moment: datetime, now: datetime) -> datetime:
    """A moment that can be planned, in whole seconds."""
    moment = whole_second(moment)
    if moment <= now:
        raise Invalid({"publish_at": ("past", {})})
    if moment > now + HORIZON:
        raise Invalid({"publish_at": ("far", {})})
    return moment


def _words(text: str, name: str, missing: str) -> str:
    """A note or reason for readers, on one line."""
    words = one_line(text)
    if not words:
        raise Invalid({name: (missing, {})})
    if len(words) > NOTE_LIMIT:
        raise Invalid({name: ("too_long", {"length": len(words), "limit": NOTE_LIMIT})})
    return words


def is_held(session: Session) -> bool:
    """Whether everything is held back."""
    return session.scalar(select(public.held_since())) is not None


def current_hold(session: Session) -> Hold | None:
    """The hold that is on."""
    return session.scalar(select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id).limit(1))


def hold(session: Session, reason: str = "", *, actor: Actor, now: datetime, since: datetime | None = None) -> Hold:
    """Stops the public's time, now or as it was at `since`, until `unhold`. Doing it twice changes nothing."""
    workflow.require(actor, "hold")
    standing_hold = current_hold(session)
    if standing_hold:
        return standing_hold
    row = Hold(started_at=since or now, started_by_id=actor.user_id, reason=one_line(reason)[:NOTE_LIMIT])
    session.add(row)
    session.flush()
    change(session, "hold", now)
    audit(session, actor, "hold", "newsroom", now, reason=row.reason)
    return row


def unhold(session: Session, *, actor: Actor, now: datetime) -> list[Publication]:
    """Lets the time run again. What fell due meanwhile goes live now and is dated now: that is when it became public.

    Gives back those publications.
    """
    workflow.require(actor, "publish")
    standing_hold = current_hold(session)
    if standing_hold is None:
        return []
    standing_hold.lifted_at, standing_hold.lifted_by_id = now, actor.user_id
    session.flush()
    p = Publication
    fallen = (p.cancelled_at.is_(None), p.live_at.is_(None), p.at <= now, p.at > standing_hold.started_at)
    missed = select(p).where(*fallen)
    released = [
        _release(session, row, actor=actor, now=now) for row in session.scalars(missed.order_by(p.at, p.id)).all()
    ]
    change(session, "unhold", now)
    noticed(session, [row.translation_id for row in released])
    audit(session, actor, "unhold", "newsroom", now, released=len(released))
    return released


def _release(session: Session, held: Publication, *, actor: Actor, now: datetime) -> Publication:
    """Replaces a held publication by one of this moment."""
    held.cancelled_at, held.cancelled_by_id = now, actor.user_id
    session.flush()
    change(session, "cancel", now, held)
    names = ("translation_id", "revision_id", "language", "kind", "opening", "note", "actor_id")
    row = Publication(**{n: getattr(held, n) for n in names}, at=now, created_at=now, live_at=now)
    session.add(row)
    session.flush()
    change(session, "live", now, row)
    messages.out(session, row, actor=actor, now=now)
    return row


def anything_untold(session: Session, *, now: datetime) -> bool:
    """Whether a publication has fallen due and was not marked yet: the ticker's cheap question."""
    return (
        session.scalar(
            select(Publication.id).where(Publication.live_at.is_(None), public.due(Publication, now)).limit(1)
        )
        is not None
    )


def mark_live(session: Session, *, now: datetime, limit: int = 200) -> list[Publication]:
    """Writes `Change(live)` for publications that have fallen due: the ticker's part of a moment.

    Changes nothing that readers see. Idempotent: the change is unique per publication, and where it stands already only
    `live_at` is mended. At most `limit` at once: call it until it gives none.
    """
    p = Publication
    fallen = select(p).where(p.live_at.is_(None), public.due(p, now)).order_by(p.at, p.id).limit(limit)
    rows = list(session.scalars(fallen))
    wanted = Change.publication_id.in_([row.id for row in rows])
    told = dict(session.execute(select(Change.publication_id, Change.at).where(wanted, Change.kind == "live")).all())
    noticed(session, [row.translation_id for row in rows])
    for row in rows:
        row.live_at = told.get(row.id, now)
        session.flush()
        if row.id not in told:
            change(session, "live", now, row)
    return rows
