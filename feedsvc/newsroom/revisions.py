"""Saved texts: writing a revision, and telling whether a draft says anything new."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid
from feedsvc.models import Publication, Revision, RevisionAuthor, Translation
from feedsvc.newsroom import taxonomy
from feedsvc.newsroom.drafts import ItemDraft, make_slug
from feedsvc.newsroom.workflow import Actor


def add(
    session: Session, translation: Translation, text: ItemDraft, *, given_slug: bool, actor: Actor, now: datetime
) -> Revision | None:
    """Writes a checked text as the translation's newest revision, with the organisation's boilerplate as it is now.

    None where it says just what the newest one says. `given_slug`: the editor chose the address, so a taken
    one is a problem (Invalid) and not ours to number.
    """
    head = translation.head
    revision = Revision(
        translation=translation,
        number=head.number + 1 if head else 1,
        headline=text.headline,
        summary=text.summary,
        body_html=text.body_html,
        slug=_slug(session, text.slug, translation, given=given_slug),
        organisation_name=translation.item.organisation.name,
        about_heading=translation.item.organisation.about_heading,
        about_html=translation.item.organisation.about_html,
        created_at=now,
        created_by_id=actor.user_id,
        categories=taxonomy.categories(session, text.categories, actor=actor, now=now),
        tags=taxonomy.tags(session, text.tags, now=now),
        authors=[RevisionAuthor(position=n, name=name, slug=make_slug(name)) for n, name in enumerate(text.authors)],
    )
    if head and says(head) == says(revision):
        return None  # it was never added to the session
    session.add(revision)
    session.flush()
    translation.head = revision
    session.flush()
    return revision


def says(revision: Revision) -> tuple[object, ...]:
    """All that readers could tell two revisions apart by."""
    return (
        revision.headline,
        revision.summary,
        revision.body_html,
        revision.slug,
        revision.organisation_name,
        revision.about_heading,
        revision.about_html,
        frozenset(category.id for category in revision.categories),
        frozenset(tag.id for tag in revision.tags),
        tuple(author.name for author in revision.authors),
    )


def _taken(slug: str, translation: Translation) -> ColumnElement[bool]:
    """SQL: another translation of the language has or had this slug."""
    return and_(
        Revision.slug == slug,
        Translation.language == translation.language,
        Translation.id != translation.id,
        or_(
            Translation.head_id == Revision.id,
            select(Publication.id).where(Publication.revision_id == Revision.id).exists(),
        ),
    )


def _slug(session: Session, wanted: str, translation: Translation, *, given: bool) -> str:
    """A free slug: the wanted one, or with a number behind it where the editor left the choice to us."""
    for number in range(1, 1000):
        slug = wanted if number == 1 else f"{wanted[:95]}-{number}"
        query = select(Revision.id).join(Translation, Translation.id == Revision.translation_id)
        if session.scalar(query.where(_taken(slug, translation)).limit(1)) is None:
            return slug
        if given:
            break
    raise Invalid({"slug": ("slug_taken", {})})
