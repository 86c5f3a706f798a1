"""Changing what was read: verbs that run only while the item is still at a version that the caller has seen.

The comparison and the change share one transaction, so two programs can never both win.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from feedsvc.errors import Stale
from feedsvc.models import Revision
from feedsvc.newsroom import items, pictures, workflow
from feedsvc.newsroom.drafts import Amendment, Checked, TagName
from feedsvc.newsroom.standing import Standing, find, standing
from feedsvc.newsroom.workflow import Actor

Versions = frozenset[int] | None
"""Values of `Translation.version` that the caller will change; None: whatever is there."""


def read(session: Session, key: str, *, now: datetime, language: str = "") -> Standing:
    """Where an item stands, with all that telling of it needs loaded. Raises NotFound."""
    return loaded(standing(session, find(session, key, language), now=now))


def loaded(found: Standing) -> Standing:
    """The same, with the live revision read: it can be told of after its session has ended."""
    if found.live is not None:
        found.live.revision  # noqa: B018  # reading it is what loads it
    return found


def create(session: Session, text: Checked, *, actor: Actor, now: datetime) -> Standing:
    """A new item, and where it stands. Raises Invalid, NotAllowed."""
    made = items.create(session, text, actor=actor, now=now)
    return read(session, made.item.key, now=now, language=made.language)


def act(
    session: Session,
    verb: Callable[..., object],
    key: str,
    *args: object,
    versions: Versions,
    actor: Actor,
    now: datetime,
    language: str = "",
    **kwargs: object,
) -> Standing:
    """Runs `verb` on the item if it is at one of these versions, and gives where it stands then.

    Raises Stale, NotFound and what the verb raises.
    """
    if versions is not None:
        _compare(session, key, versions, language=language)
    verb(session, key, *args, actor=actor, now=now, language=language, **kwargs)
    return read(session, key, now=now, language=language)


def amend(
    session: Session,
    key: str,
    given: Amendment,
    *,
    versions: Versions,
    actor: Actor,
    now: datetime,
    language: str = "",
) -> Standing:
    """Saves the newest text with only the `given` fields changed.

    Raises Stale, Invalid, NotAllowed, NotFound.
    """
    workflow.require(actor, "write")
    head = _compare(session, key, versions, language=language)
    text = replace(text_of(head), **given)
    items.save(session, key, text, base=head.number, actor=actor, now=now, language=language)
    return read(session, key, now=now, language=language)


def _compare(session: Session, key: str, versions: Versions, *, language: str) -> Revision:
    """The item's newest text, if the item is at one of these versions. Raises Stale otherwise."""
    translation = find(session, key, language)
    head = translation.head
    if versions is not None and translation.version not in versions:
        raise Stale(0, head.number, "")
    return head


def text_of(head: Revision) -> Checked:
    """A saved text as one to save that says the same; it was checked when it was saved. Slug and organisation left empty mean: as they are."""
    return Checked(
        headline=head.headline,
        subhead=head.subhead,
        dateline=head.dateline,
        summary=head.summary,
        body_html=head.body_html,
        language=head.translation.language,
        categories=tuple(category.slug for category in head.categories),
        tags=tuple(TagName(tag.name, tag.kind) for tag in head.tags),
        authors=tuple(author.name for author in head.authors),
        pictures=pictures.captions_of(head),
    )
