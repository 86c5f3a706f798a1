"""Saved texts: writing a revision, and telling whether a draft says anything new."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedsvc.models import Revision, RevisionAuthor, Translation
from feedsvc.newsroom import slugs, taxonomy
from feedsvc.newsroom.drafts import ItemDraft, make_slug
from feedsvc.newsroom.workflow import Actor


def add(
    session: Session, translation: Translation, text: ItemDraft, *, given_slug: bool, actor: Actor, now: datetime
) -> Revision | None:
    """Writes a checked text as the translation's newest revision, with the organisation's boilerplate as it is now.

    None where it says just what the newest one says. `given_slug`: the editor chose the address, so one
    that readers know as another item's is a problem (Invalid) and not ours to number.
    """
    head = translation.head
    slug = slugs.for_saving(session, text.slug, text.headline, translation, given=given_slug, now=now)
    revision = Revision(
        translation=translation,
        number=_next_number(session, translation),
        headline=text.headline,
        summary=text.summary,
        body_html=text.body_html,
        slug=slug,
        organisation_id=translation.item.organisation.id,
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


def readdress(session: Session, revision: Revision, slug: str, *, actor: Actor, now: datetime) -> Revision:
    """The same text at another slug, as a revision of its own. It takes the place of the newest text and of the
    approved one where the old one had it, so that the working text of an item is never changed by this.
    """
    translation = revision.translation
    same = ("headline", "summary", "body_html", "organisation_id", "organisation_name", "about_heading", "about_html")
    copy = Revision(
        translation=translation,
        number=_next_number(session, translation),
        slug=slug,
        created_at=now,
        created_by_id=actor.user_id,
        categories=list(revision.categories),
        tags=list(revision.tags),
        authors=[RevisionAuthor(position=a.position, name=a.name, slug=a.slug) for a in revision.authors],
        **{name: getattr(revision, name) for name in same},
    )
    session.add(copy)
    session.flush()
    if translation.approved_id == revision.id:
        translation.approved_id = copy.id
    if translation.head_id == revision.id:
        translation.head = copy
    session.flush()
    return copy


def _next_number(session: Session, translation: Translation) -> int:
    """One more than any: a text that was readdressed need not be the newest."""
    return (session.scalar(select(func.max(Revision.number)).where(Revision.translation_id == translation.id)) or 0) + 1
