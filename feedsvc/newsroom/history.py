"""What became of an item so far, for those who work on it: its saved texts and its publications."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedsvc.models import Publication, Remark, Revision, Translation
from feedsvc.newsroom import remarks


def revisions(
    session: Session, translation: Translation, *, limit: int = 50, before: int | None = None
) -> list[Revision]:
    """The newest saved texts with who saved them, newest first; `before` is the number of the last one seen."""
    query = select(Revision).where(Revision.translation_id == translation.id).options(joinedload(Revision.created_by))
    if before is not None:
        query = query.where(Revision.number < before)
    return list(session.scalars(query.order_by(Revision.number.desc()).limit(limit)))


def publications(session: Session, translation: Translation, *, limit: int = 50) -> list[Publication]:
    """The newest publications, cancelled ones too, with revision and actor, newest first."""
    p = Publication
    query = select(p).where(p.translation_id == translation.id).options(joinedload(p.actor), joinedload(p.revision))
    return list(session.scalars(query.order_by(p.at.desc(), p.id.desc()).limit(limit)))


def publications_of(session: Session, revisions: list[Revision]) -> dict[int, list[Publication]]:
    """Id of a saved text → what made it public or was to do so, oldest first; called-off ones left out."""
    p, found = Publication, dict[int, list[Publication]]()
    numbers = [revision.id for revision in revisions]
    query = select(p).where(p.revision_id.in_(numbers), p.cancelled_at.is_(None), p.kind != "withdraw")
    for row in session.scalars(query.order_by(p.at, p.id)):
        found.setdefault(row.revision_id, []).append(row)
    return found


def remarks_of(session: Session, translation: Translation, revisions: list[Revision]) -> dict[int, list[Remark]]:
    """Number of a saved text → the approvals that hold and where it was restored from, oldest first."""
    r, found = Remark, dict[int, list[Remark]]()
    numbers = [revision.number for revision in revisions]
    query = select(r).where(
        r.translation_id == translation.id, (r.kind == "restore") | ((r.kind == "approve") & remarks.holds())
    )
    for row in session.scalars(query.where(r.number.in_(numbers)).options(joinedload(r.by)).order_by(r.id)):
        found.setdefault(row.number, []).append(row)
    return found
