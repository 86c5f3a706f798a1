"""Who may approve a text and bring it out, where the newsroom keeps the two-person rule."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.errors import Invalid, SecondPerson
from feedsvc.models import Publication, Remark, Revision, Translation, User
from feedsvc.newsroom import preferences, remarks
from feedsvc.newsroom.foureyes import Deed, Story
from feedsvc.newsroom.workflow import Actor

GOES_OUT = frozenset(("publish", "schedule", "correct", "update"))
"""Actions that bring a text out, and approve it on the way where nobody has."""
NAMED = 5
"""So many people at most are named to somebody who needs one of them."""


def people(session: Session, permission: str) -> list[User]:
    """Everybody whose account is open and who has the permission, by name."""
    rows = session.scalars(select(User).where(User.active).order_by(User.name, User.id))
    return [user for user in rows if permission in user.role.grants]


def person(session: Session, email: str, permission: str) -> User:
    """One of them, by e-mail address. Raises Invalid."""
    wanted = email.strip().lower()
    found = next((user for user in people(session, permission) if user.email == wanted), None)
    if found is None:
        raise Invalid({"to": ("unknown_person", {"name": email.strip()[:100]})})
    return found


def story(session: Session, translation: Translation) -> Story:
    """What was done to the text so far. What was withdrawn, called off or taken back lets nothing pass."""
    texts = select(Revision.number, Revision.created_by_id).where(Revision.translation_id == translation.id)
    approved = select(Remark.number, Remark.by_id).where(
        Remark.translation_id == translation.id, Remark.kind == "approve", remarks.holds()
    )
    published = (
        select(Revision.number, Publication.actor_id)
        .join(Publication, Publication.revision_id == Revision.id)
        .where(Publication.translation_id == translation.id)
        .where(Publication.kind != "withdraw", Publication.cancelled_at.is_(None))
    )
    found = [[Deed(*row) for row in session.execute(query)] for query in (texts, approved, published)]
    return Story(translation.head.number, *found)


def bars(session: Session, translation: Translation, action: str, *, actor: Actor) -> list[str] | None:
    """None where the actor may. Where the two-person rule says no: who can, by name, which may be nobody.

    Whoever has a shell on the newsroom's machine is exempt: what is done there is written down as done by `system`.
    """
    if actor.user_id is None or not preferences.two_person(session):
        return None
    so_far = story(session, translation)
    if not so_far.bars(action, actor.user_id):
        return None
    return [user.name for user in people(session, "approve") if not so_far.has_a_hand(user.id)]


def require(session: Session, translation: Translation, action: str, *, actor: Actor) -> None:
    """Asks the rule about an action; it knows only those that approve or bring out. Raises SecondPerson."""
    if action != "approve" and action not in GOES_OUT:
        return
    others = bars(session, translation, action, actor=actor)
    if others is not None:
        raise SecondPerson(action, others[:NAMED])
