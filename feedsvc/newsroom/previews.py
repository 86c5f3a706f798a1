"""Personal links: a chosen journalist reads a text before the public does, and the newsroom sees that it was read.

A link shows the text as long as nothing was published after it was made: then it leads to the public page, or to
nothing. So a link that was handed out before a release never shows the draft of a later correction.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from feedsvc.characters import one_line
from feedsvc.errors import Invalid, NotFound, NotNow
from feedsvc.models import PreviewLink, Revision, Translation
from feedsvc.newsroom import public
from feedsvc.newsroom.drafts import Problems
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.standing import Standing, find, standing
from feedsvc.newsroom.workflow import Actor, require

USUAL_HOURS = 48
MOST_HOURS = 14 * 24
MOST_LINKS = 100
"""Links of one item that are good at a time."""
AGAIN_AFTER = timedelta(minutes=10)
"""Readings through one link nearer to each other than this count as one, so that no flood of reloads fills the log."""
LISTED = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link shows."""

    link: PreviewLink
    here: Standing
    revision: Revision
    shown: public.Shown
    """The text in the place of the one that is live, or dated with the moment that is planned, or now."""
    planned: datetime | None
    """Before which it is not public; None where nothing is planned."""


@dataclass(frozen=True, slots=True)
class Released:
    """The text, or a newer one, is public: nobody needs the link any more."""

    language: str
    slug: str


def make(
    session: Session,
    key: str,
    *,
    name: str,
    email: str = "",
    hours: int = USUAL_HOURS,
    only_this: bool = False,
    actor: Actor,
    now: datetime,
    language: str = "",
) -> tuple[PreviewLink, str]:
    """A new link, and its secret, which is kept nowhere. `only_this`: to the newest text as it is now, and to no later one.

    Raises Invalid, NotAllowed, NotNow (readers see just this text already), NotFound.
    """
    require(actor, "approve")
    here = standing(session, find(session, key, language), now=now)
    if here.live is not None and not here.changed:
        raise NotNow("preview", here.state, "public_already")
    fields = _checked(name, email, hours)
    good = _of(here.translation.id).where(PreviewLink.revoked_at.is_(None), PreviewLink.expires_at > now)
    if (session.scalar(select(func.count()).select_from(good.subquery())) or 0) >= MOST_LINKS:
        raise Invalid({"name": ("too_many_links", {"limit": MOST_LINKS})})
    secret = secrets.token_urlsafe(32)
    row = PreviewLink(
        digest=digest(secret),
        translation_id=here.translation.id,
        revision_id=here.head.id if only_this else None,
        **fields,
        created_at=now,
        created_by_id=actor.user_id,
        expires_at=now + timedelta(hours=hours),
    )
    session.add(row)
    session.flush()
    until = row.expires_at.isoformat()
    audit(session, actor, "preview-link", here.translation.item.key, now, link=row.id, **fields, until=until)
    return row, secret


def _checked(name: str, email: str, hours: int) -> dict[str, str]:
    """For whom it is. Raises Invalid."""
    name, email = one_line(name), one_line(email).lower()
    problems: Problems = {}
    if not name:
        problems["name"] = ("missing", {})
    elif len(name) > PreviewLink.name.type.length:
        problems["name"] = ("too_long", {"length": len(name), "limit": PreviewLink.name.type.length})
    if email and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", email):
        problems["email"] = ("not_an_email", {})
    if not 1 <= hours <= MOST_HOURS:
        problems["hours"] = ("preview_time", {"days": MOST_HOURS // 24})
    if problems:
        raise Invalid(problems)
    return {"name": name, "email": email}


def digest(secret: str) -> str:
    """SHA-256 in hex. The secret is random and long, so a fast digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _of(translation_id: int) -> Select[PreviewLink]:
    return select(PreviewLink).where(PreviewLink.translation_id == translation_id)


def listed(session: Session, translation: Translation) -> list[PreviewLink]:
    """The links of an item, the newest first, with who made them."""
    whole = (joinedload(PreviewLink.created_by), joinedload(PreviewLink.revision))
    return list(session.scalars(_of(translation.id).options(*whole).order_by(PreviewLink.id.desc()).limit(LISTED)))


def revoke(session: Session, key: str, number: int, *, actor: Actor, now: datetime, language: str = "") -> PreviewLink:
    """Calls a link back: from now on it leads to nothing. Raises NotAllowed, NotFound."""
    require(actor, "approve")
    translation = find(session, key, language)
    row = session.scalar(_of(translation.id).where(PreviewLink.id == number))
    if row is None:
        raise NotFound("preview link")
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        audit(session, actor, "preview-revoke", translation.item.key, now, link=row.id, name=row.name)
    return row


def opened(session: Session, secret: str, *, now: datetime) -> Opened | Released | None:
    """What a secret opens. None where it opens nothing: expired, called back, withdrawn and never given alike."""
    link = session.scalar(select(PreviewLink).where(PreviewLink.digest == digest(secret)))
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        return None
    newest = public.latest(session, link.translation_id, now=now)
    if newest is not None and newest.at > link.created_at:
        shown = public.of_translation(session, link.translation_id, now=now)
        return Released(shown.language, shown.revision.slug) if shown else None
    translation = link.translation
    here = standing(session, find(session, translation.item.key, translation.language), now=now)
    revision = _loaded(session, link.revision_id or here.head.id)
    planned = here.pending.at if here.pending and here.pending.at > now else None
    return Opened(link, here, revision, as_shown(session, here, revision, now=now), planned)


def _loaded(session: Session, number: int) -> Revision:
    return session.scalars(select(Revision).where(Revision.id == number)).one()


def as_shown(session: Session, here: Standing, revision: Revision, *, now: datetime) -> public.Shown:
    """A text that is not public in the place of the one that is, or dated with the moment that is planned, or now."""
    live = public.of_translation(session, here.translation.id, now=now)
    first = live.published if live else (here.pending.at if here.pending else now)
    item = here.translation.item
    return public.Shown(
        item_key=item.key,
        guid=item.guid,
        language=here.translation.language,
        revision=revision,
        published=first,
        updated=live.updated if live else first,
        corrections=live.corrections if live else (),
        place=(first, 0),
        publication_id=live.publication_id if live else 0,
        version=live.version + 1 if live else 1,
        revised=first,
    )


def read(session: Session, secret: str, *, now: datetime) -> bool:
    """Writes down that a person read a text through a link. Gives whether it is written down anew."""
    found = opened(session, secret, now=now)
    if not isinstance(found, Opened) or not is_news(found, now):
        return False
    link = found.link
    link.first_read_at = link.first_read_at or now
    link.read_at = now
    link.readings += 1
    session.flush()
    # Never a bare name, which could be anybody's address, or `system`.
    reader = Actor(None, f"{link.name} <{link.email or 'preview link'}>"[:254], link.name, frozenset())
    key = found.here.translation.item.key
    audit(session, reader, "preview-read", key, now, link=link.id, revision=found.revision.number)
    return True


def is_news(found: Opened, now: datetime) -> bool:
    """Whether a reading now is to be written down, or belongs to the one before: not where the text is newer than that."""
    before = found.link.read_at
    return before is None or now - before >= AGAIN_AFTER or found.revision.created_at > before
