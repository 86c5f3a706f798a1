"""Letting a text go out from the desk: what the checklist asks of it, and ten seconds in which to think again.

"Now" at the desk is a plan for a moment ten seconds ahead. So it is the same machinery as any embargo: nothing can be
out early, and calling it off before the moment is calling off a plan, of which no byte was anywhere.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.clock import whole_second
from feedsvc.errors import Stale
from feedsvc.models import Publication, Translation, Wording
from feedsvc.newsroom import checklist, contacts, public, publishing
from feedsvc.newsroom.checklist import Facts, Picture
from feedsvc.newsroom.standing import Standing, find
from feedsvc.newsroom.workflow import Actor

COUNTDOWN = timedelta(seconds=10)
"""How long a person has to call "now" off again, at least; a part of a second more, since moments are whole seconds."""
_MOST_TWINS = 10
"""Texts under one headline that are looked at: drafts are among them, and copies."""


def soon(now: datetime) -> datetime:
    """The first whole second that is a countdown away."""
    return whole_second(now + COUNTDOWN + timedelta(microseconds=999_999))


def publish(
    session: Session,
    key: str,
    *,
    actor: Actor,
    now: datetime,
    publish_at: datetime | None = None,
    base: int = 0,
    language: str = "",
) -> Publication:
    """Makes the newest text public when the countdown ends, or at a moment.

    `base`: the number of the text that the actor looked at, 0 for whichever is the newest. Raises Stale where another
    one was saved since, and what `publishing.schedule` raises.
    """
    _need_newest(session, key, base, language)
    return publishing.schedule(session, key, publish_at or soon(now), actor=actor, now=now, language=language)


def correct(
    session: Session,
    key: str,
    note: str,
    *,
    actor: Actor,
    now: datetime,
    publish_at: datetime | None = None,
    base: int = 0,
    language: str = "",
) -> Publication:
    """As `publishing.correct`, when the countdown ends or at a moment. `base` is that of `publish`."""
    _need_newest(session, key, base, language)
    return publishing.correct(
        session, key, note, actor=actor, now=now, publish_at=publish_at or soon(now), language=language
    )


def update(
    session: Session,
    key: str,
    *,
    actor: Actor,
    now: datetime,
    publish_at: datetime | None = None,
    base: int = 0,
    language: str = "",
) -> Publication:
    """As `publishing.update`, when the countdown ends or at a moment. `base` is that of `publish`."""
    _need_newest(session, key, base, language)
    return publishing.update(session, key, actor=actor, now=now, publish_at=publish_at or soon(now), language=language)


def _need_newest(session: Session, key: str, base: int, language: str) -> None:
    """Raises Stale where somebody saved another text than the one that the actor looked at."""
    head = find(session, key, language).head
    if base and head.number != base:
        raise Stale(base, head.number, head.created_by.name if head.created_by else "")


def facts(session: Session, here: Standing, *, now: datetime) -> Facts:
    """What the checklist looks at, of the newest text."""
    head = here.head
    return Facts(
        headline=head.headline,
        summary=head.summary,
        body_html=head.body_html,
        pictures=tuple(Picture(p.picture.name, p.alt, p.decorative, p.picture.width) for p in head.pictures),
        contacts=len(contacts.shown(head)),
        twin=_twin(session, here, now=now),
    )


def findings(session: Session, here: Standing, *, now: datetime) -> tuple[checklist.Finding, ...]:
    """What there is to say of the newest text before it goes out."""
    return checklist.findings(facts(session, here, now=now))


def _twin(session: Session, here: Standing, *, now: datetime) -> str:
    """The key of another item in this language that is live under the same headline, whatever its capital letters.

    Found among newest texts: one that is live under this headline and has another in its working text is passed over.
    """
    headline, t = folded(here.head.headline), Translation
    same = select(t.id).join(Wording, Wording.translation_id == t.id).where(Wording.headline == headline)
    same = same.where(t.language == here.translation.language, t.id != here.translation.id)
    for translation_id in session.scalars(same.order_by(t.id.desc()).limit(_MOST_TWINS)):
        shown = public.of_translation(session, translation_id, now=now)
        if shown and folded(shown.revision.headline) == headline:
            return shown.item_key
    return ""
