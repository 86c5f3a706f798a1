"""Saved texts: writing a revision, and telling whether a draft says anything new."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedsvc.models import Boilerplate, Revision, RevisionAuthor, Translation
from feedsvc.newsroom import boilerplates, contacts, pictures, remarks, slugs, taxonomy, wording
from feedsvc.newsroom.drafts import ItemDraft, make_slug
from feedsvc.newsroom.workflow import APPROVED, DRAFT, Actor


def add(
    session: Session, translation: Translation, text: ItemDraft, *, given_slug: bool, actor: Actor, now: datetime
) -> Revision | None:
    """Writes a checked text as the translation's newest revision, with its boilerplates as they are now.

    None where it says just what the newest one says. `given_slug`: the editor chose the address, so one
    that readers know as another item's is a problem (Invalid) and not ours to number.
    """
    head = translation.head
    about = boilerplates.of_text(session, translation, text)
    slug = slugs.for_saving(session, text.slug, text.headline, translation, given=given_slug, now=now)
    revision = Revision(
        translation=translation,
        number=_next_number(session, translation),
        headline=text.headline,
        subhead=text.subhead,
        dateline=text.dateline,
        summary=text.summary,
        body_html=text.body_html,
        slug=slug,
        organisation_id=translation.item.organisation.id,
        organisation_name=translation.item.organisation.name,
        about_heading=boilerplates.heading(about),
        about_html=boilerplates.html_of(about),
        created_at=now,
        created_by_id=actor.user_id,
        categories=taxonomy.categories(session, text.categories, actor=actor, now=now),
        tags=taxonomy.tags(session, text.tags, now=now),
        authors=[RevisionAuthor(position=n, name=name, slug=make_slug(name)) for n, name in enumerate(text.authors)],
        pictures=pictures.carried(session, text.pictures),
        contacts=contacts.of_text(session, translation, text),
        boilerplates=boilerplates.links(about),
    )
    if head and says(head) == says(revision):
        return None  # it was never added to the session
    session.add(revision)
    session.flush()
    translation.head = revision
    session.flush()
    wording.keep(session, translation)
    return revision


def says(revision: Revision) -> tuple[object, ...]:
    """All that readers could tell two revisions apart by."""
    return (
        revision.headline,
        revision.subhead,
        revision.dateline,
        revision.summary,
        revision.body_html,
        revision.slug,
        revision.organisation_name,
        revision.about_heading,
        revision.about_html,
        frozenset(category.id for category in revision.categories),
        frozenset(tag.id for tag in revision.tags),
        tuple(author.name for author in revision.authors),
        pictures.captions_of(revision),
        tuple(link.contact_id for link in revision.contacts),
    )


def readdress(session: Session, revision: Revision, slug: str, *, now: datetime) -> Revision:
    """The same text at another slug, as a revision of its own. It stays the words of who wrote them."""
    return copied(session, revision, slug=slug, by=revision.created_by_id, now=now)


def copied(
    session: Session,
    revision: Revision,
    *,
    slug: str = "",
    about: Sequence[Boilerplate] | None = None,
    by: int | None,
    now: datetime,
) -> Revision:
    """The same text at another slug, or above other boilerplates, as a revision of its own. It takes the place of the newest
    text where the old one had it, so that the working text of an item is never changed by this. At another slug it is as
    approved as the old one was; above other boilerplates it is not approved.
    """
    translation = revision.translation
    same = ["headline", "subhead", "dateline", "summary", "body_html", "slug"]
    same += ["organisation_id", "organisation_name", "about_heading", "about_html"]
    words = {name: getattr(revision, name) for name in same} | ({"slug": slug} if slug else {})
    if about is not None:
        words |= {"about_heading": boilerplates.heading(about), "about_html": boilerplates.html_of(about)}
    copy = Revision(
        translation=translation,
        number=_next_number(session, translation),
        created_at=now,
        created_by_id=by,
        categories=list(revision.categories),
        tags=list(revision.tags),
        authors=[RevisionAuthor(position=a.position, name=a.name, slug=a.slug) for a in revision.authors],
        pictures=pictures.carried(session, pictures.captions_of(revision)),
        contacts=contacts.again(revision),
        boilerplates=boilerplates.again(revision) if about is None else boilerplates.links(about),
        **words,
    )
    session.add(copy)
    session.flush()
    if about is None:
        _stays_approved(session, translation, revision, copy)
    elif translation.head_id == revision.id and translation.state == APPROVED:
        translation.state = DRAFT  # other words were looked at by nobody
    if translation.head_id == revision.id:
        translation.head = copy
        session.flush()
        wording.keep(session, translation)
    session.flush()
    return copy


def _stays_approved(session: Session, translation: Translation, revision: Revision, copy: Revision) -> None:
    """The copy is as approved as the text that it was made of."""
    if translation.approved_id == revision.id:
        translation.approved_id = copy.id
    remarks.keep_approvals(session, translation, revision.number, copy.number)


def _next_number(session: Session, translation: Translation) -> int:
    """One more than any: a text that was readdressed need not be the newest."""
    return (session.scalar(select(func.max(Revision.number)).where(Revision.translation_id == translation.id)) or 0) + 1
