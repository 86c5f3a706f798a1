"""Two items, one address: who is public first has it, and the other goes out at a numbered one (docs/decisions/0008)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedsvc.models import Publication, Revision
from feedsvc.newsroom import revisions, slugs
from feedsvc.newsroom.items import moved
from feedsvc.newsroom.record import audit, change
from feedsvc.newsroom.workflow import Actor

_KEPT = ("translation_id", "language", "kind", "at", "opening", "note", "actor_id")


def settle(
    session: Session, revision: Revision, at: datetime, *, margin: timedelta, actor: Actor, now: datetime
) -> Revision:
    """The revision to publish at `at`: the given one, or where another item is at its slug by then, a copy of it at
    a numbered one, whoever chose the slug. What is planned within `margin` of `now` can no longer make room.
    """
    translation = revision.translation
    by = max(at, now + margin)

    def is_taken(slug: str) -> bool:
        return any(claim.at <= by for claim in slugs.claims(session, slug, translation))

    slug = slugs.free(revision.slug, revision.headline, is_taken)
    if slug == revision.slug:
        return revision
    copy = revisions.readdress(session, revision, slug, now=now)
    audit(
        session,
        actor,
        "readdress",
        translation.item.key,
        now,
        revision=copy.number,
        same_text_as=revision.number,
        slug=slug,
        instead_of=revision.slug,
    )
    return copy


def make_room(session: Session, first: Publication, *, margin: timedelta, actor: Actor, now: datetime) -> None:
    """Moves other items' later plans away from the slug of a publication: a number that this one had for their
    sake would tell readers of what is only planned. Their moments, texts and dates stay as they are.
    """
    revision = session.get_one(Revision, first.revision_id)
    for plan in slugs.claims(session, revision.slug, revision.translation):
        if plan.at <= max(first.at, now + margin):
            continue
        plan.cancelled_at, plan.cancelled_by_id = now, actor.user_id
        session.flush()
        change(session, "cancel", now, plan)
        there = settle(session, plan.revision, plan.at, margin=margin, actor=actor, now=now)
        moment = Publication(**{name: getattr(plan, name) for name in _KEPT}, revision_id=there.id, created_at=now)
        session.add(moment)
        session.flush()
        moved(there.translation, None, now)
        change(session, "plan", now, moment)
        make_room(session, moment, margin=margin, actor=actor, now=now)
