"""Which item an address belongs to. See docs/decisions/0008: an address betrays nothing that is not public."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import Publication, Revision, Translation
from feedsvc.newsroom import public
from feedsvc.newsroom.drafts import LIMITS, make_slug


def for_saving(
    session: Session, wanted: str, headline: str, translation: Translation, *, given: bool, now: datetime
) -> str:
    """The wanted slug, numbered where readers have met it on another item. `given`: the editor chose it just now.

    Raises Invalid for a given one that is another's: a choice is not ours to change before the eyes of its maker.
    """

    def is_public(slug: str) -> bool:
        claim = _claims(slug, translation).where(public.due(Publication, now)).limit(1)
        return session.scalar(claim) is not None

    if given and is_public(wanted):
        raise Invalid({"slug": ("slug_taken", {})})
    return free(wanted, headline, is_public)


def free(wanted: str, headline: str, is_taken: Callable[[str], bool]) -> str:
    """The wanted slug or the first numbered one that nobody has."""
    if not is_taken(wanted):
        return wanted
    return next(slug for slug in _numbered(wanted, headline) if not is_taken(slug))


def _numbered(wanted: str, headline: str) -> Iterator[str]:
    """`name-2`, `name-3` …; a number that we gave to the headline's own slug is counted on and not added to."""
    plain = make_slug(headline)
    name = plain if re.fullmatch(rf"{re.escape(_stem(plain))}-[0-9]+", wanted) else wanted
    number = 2
    while True:
        yield f"{_stem(name)}-{number}"
        number += 1


def _stem(slug: str) -> str:
    """A slug with room for a number."""
    return slug[: LIMITS["slug"] - 5].rstrip("-")


def claims(session: Session, slug: str, translation: Translation) -> list[Publication]:
    """The publications that brought, or will bring, another translation of the language to this slug; oldest first."""
    return list(session.scalars(_claims(slug, translation).order_by(Publication.at, Publication.id)))


def _claims(slug: str, translation: Translation) -> Select[Publication]:
    p, r, t = Publication, Revision, Translation
    # From the slug's index to the few that ever had it: asked by language, all that ever came out would be gone through.
    writers = select(r.translation_id).join(t, t.id == r.translation_id).where(r.slug == slug)
    others = writers.where(t.language == translation.language, t.id != translation.id)
    return (
        select(p)
        .join(r, r.id == p.revision_id)
        .where(p.translation_id.in_(others), r.slug == slug, p.cancelled_at.is_(None))
    )
