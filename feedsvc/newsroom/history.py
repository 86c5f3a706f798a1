"""What became of an item so far, for those who work on it: its saved texts and its publications."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedsvc.models import Publication, Revision, Translation


def revisions(session: Session, translation: Translation, *, limit: int = 50) -> list[Revision]:
    """The newest saved texts with who saved them, newest first."""
    query = select(Revision).where(Revision.translation_id == translation.id).options(joinedload(Revision.created_by))
    return list(session.scalars(query.order_by(Revision.number.desc()).limit(limit)))


def publications(session: Session, translation: Translation, *, limit: int = 50) -> list[Publication]:
    """The newest publications, cancelled ones too, with revision and actor, newest first."""
    p = Publication
    query = select(p).where(p.translation_id == translation.id).options(joinedload(p.actor), joinedload(p.revision))
    return list(session.scalars(query.order_by(p.at.desc(), p.id.desc()).limit(limit)))
