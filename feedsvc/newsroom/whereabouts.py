"""What stands at an item's address: the item, where it went, that it was taken back, or nothing that readers may know of."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from feedsvc.models import Publication, Revision, Translation
from feedsvc.newsroom import public, withdrawals
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.withdrawals import Withdrawn


@dataclass(frozen=True, slots=True)
class Moved:
    """The slug was this item's once; it is at another one now."""

    slug: str


def _writers() -> Select[Any]:
    """The translations of a language that ever had a slug: from its index on, no scan, however many there are."""
    r, t = aliased(Revision), Translation
    query = select(r.translation_id).join(t, t.id == r.translation_id)
    return query.where(r.slug == bindparam("slug"), t.language == bindparam("language"))


@cache
def _now_at_slug() -> Select[Any]:
    source = public.of_translations(_writers())
    return public.texts(source, source.query).where(Revision.slug == bindparam("slug"))


@cache
def _once_at_slug() -> Select[Any]:
    p, r = Publication, Revision
    query = select(p.translation_id).join(r, r.id == p.revision_id)
    query = query.where(p.translation_id.in_(_writers()), r.slug == bindparam("slug"), public.due(p))
    return query.order_by(p.at.desc())


def at_slug(session: Session, language: str, slug: str, *, now: datetime) -> Shown | Moved | Withdrawn | None:
    """What stands at an item's address. None for never and for not yet alike."""
    asked = {"language": language, "slug": slug}
    there = public.read(session, _now_at_slug(), asked, now=now)
    if len(there) == 1:  # As nearly always.
        return there[0]
    moved: Moved | Withdrawn | None = None
    for translation_id in dict.fromkeys(session.scalars(_once_at_slug(), {**asked, "now": now})):
        shown = public.of_translation(session, translation_id, now=now)
        if shown and shown.revision.slug == slug:
            return shown
        gone = None if shown else withdrawals.of_translation(session, translation_id, now=now)
        moved = moved or (Moved(shown.revision.slug) if shown else gone)
    return moved
