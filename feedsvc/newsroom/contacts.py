"""People whom journalists may call: kept once, named by items, shown everywhere as they are now."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from feedsvc.characters import folded, one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Contact, Item, Publication, Revision, RevisionContact, Translation
from feedsvc.newsroom import public
from feedsvc.newsroom.drafts import ItemDraft, Problems
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.record import change as cause
from feedsvc.newsroom.workflow import Actor, require

LIMITS = {"name": 120, "role": 200, "email": 254, "phone": 40}
"""Longest allowed, in characters."""
MOST_COUNTED = 1_000
OFFERED = 200
"""Contacts that an item's form offers to choose from."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,37}")
SHOWN = ("name", "role", "email", "phone", "languages", "public", "active")


@dataclass(frozen=True, slots=True)
class Card:
    """A contact as typed."""

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    languages: tuple[str, ...] = ()
    public: bool = True
    active: bool = True


def find(session: Session, number: int) -> Contact:
    """A contact by its number. Raises NotFound."""
    row = session.get(Contact, number)
    if row is None:
        raise NotFound("contact")
    return row


def listed(
    session: Session, *, search: str = "", active: bool = True, limit: int, after: tuple[str, int] | None = None
) -> list[Contact]:
    """Contacts by name; `after` is (folded name, id) of the last one seen."""
    c = Contact
    query = select(c).where(c.active.is_(active))
    if after:
        query = query.where(tuple_(c.folded, c.id) > after)
    if search:
        named = c.folded.contains(folded(search), autoescape=True)
        query = query.where(or_(named, c.email.contains(one_line(search).lower(), autoescape=True)))
    return list(session.scalars(query.order_by(c.folded, c.id).limit(limit)))


def every(session: Session, *, after: int, limit: int) -> list[Contact]:
    """All of them, retired ones too, in the order in which they were added; `after` is the id of the last one seen."""
    return list(session.scalars(select(Contact).where(Contact.id > after).order_by(Contact.id).limit(limit)))


def listed_for_readers(session: Session) -> list[Contact]:
    """Whom readers may call, by name: those whom the newsroom marked so, whether or not an item names them."""
    c = Contact
    query = select(c).where(c.active.is_(True), c.public.is_(True)).order_by(c.folded, c.id)
    return list(session.scalars(query.limit(OFFERED)))


def offered(session: Session, chosen: tuple[int, ...]) -> list[Contact]:
    """What an item's form offers: the chosen ones first, then all others who are active."""
    rows = {row.id: row for row in session.scalars(select(Contact).where(Contact.id.in_(chosen)))}
    first = [rows[number] for number in dict.fromkeys(chosen) if number in rows]
    return first + [row for row in listed(session, limit=OFFERED) if row.id not in rows]


def remembered(session: Session, actor: Actor) -> Revision | None:
    """The newest text of a person's last item, whose contacts and boilerplates the form for a new one begins with."""
    t = Translation
    theirs = select(Revision).join(t, t.head_id == Revision.id).join(Item, Item.id == t.item_id)
    theirs = theirs.where(Item.created_by_id == actor.user_id).order_by(Item.id.desc(), t.id)
    return session.scalar(theirs.limit(1))


def of_text(session: Session, translation: Translation, text: ItemDraft) -> list[RevisionContact]:
    """The contacts of a text that is being saved. Raises Invalid for one that there is not."""
    if text.contacts is None:
        return again(translation.head) if translation.head is not None else []
    rows = {row.id: row for row in session.scalars(select(Contact).where(Contact.id.in_(text.contacts)))}
    if set(text.contacts) - set(rows):
        raise Invalid({"contacts": ("unknown_contact", {})})
    return [
        RevisionContact(contact_id=number, contact=rows[number], position=n)
        for n, number in enumerate(dict.fromkeys(text.contacts))
    ]


def again(revision: Revision) -> list[RevisionContact]:
    """The same contacts for another text."""
    return [RevisionContact(contact_id=link.contact_id, position=link.position) for link in revision.contacts]


def shown(revision: Revision) -> list[Contact]:
    """Those of a text's contacts whom readers may see, in their order."""
    return [link.contact for link in revision.contacts if link.contact.public and link.contact.active]


def dialled(phone: str) -> str:
    """A number as telephones take it (RFC 3966): digits, with a plus where it has one."""
    return ("+" if phone.startswith("+") else "") + re.sub(r"[^0-9]", "", phone)


def live(session: Session, row: Contact, *, now: datetime) -> int:
    """How many live items name a contact; counted up to a thousand and one."""
    p, link = Publication, RevisionContact
    naming = select(p.id).join(link, link.revision_id == p.revision_id).where(link.contact_id == row.id)
    shown = naming.where(p.kind != "withdraw", public.due(p), p.id == public.newest_of(p.translation_id))
    some = shown.limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some), {"now": now}) or 0


def add(session: Session, card: Card, *, actor: Actor, now: datetime) -> Contact:
    """A new contact. Raises Invalid, NotAllowed."""
    require(actor, "taxonomy")
    fields = _checked(card)
    row = Contact(**fields, created_at=now, changed_at=now)
    session.add(row)
    session.flush()
    audit(session, actor, "add-contact", f"contact/{row.id}", now, **fields)
    return row


def change(session: Session, number: int, card: Card, *, actor: Actor, now: datetime) -> Contact:
    """Other words for a contact: every live item that names it shows them at once. Raises Invalid, NotAllowed, NotFound."""
    require(actor, "taxonomy")
    row = find(session, number)
    fields = _checked(card)
    said = {name: [getattr(row, name), fields[name]] for name in SHOWN if getattr(row, name) != fields[name]}
    if not said:
        return row
    before = row.public and row.active
    for name, value in fields.items():
        setattr(row, name, value)
    row.changed_at = now
    session.flush()
    audit(session, actor, "change-contact", f"contact/{row.id}", now, **said)
    # What readers see of it neither before nor now makes no other bytes.
    named = select(RevisionContact.revision_id).where(RevisionContact.contact_id == row.id).limit(1)
    if (before or (row.public and row.active)) and session.scalar(named) is not None:
        cause(session, "taxonomy", now, detail=json.dumps({"contact": row.id}))
    return row


def _checked(card: Card) -> dict[str, object]:
    """The row's fields. Raises Invalid naming every bad one."""
    fields: dict[str, object] = asdict(card)
    fields |= {name: one_line(str(fields[name])) for name in LIMITS}
    fields["email"] = str(fields["email"]).lower()
    fields["languages"] = sorted({one_line(code).lower()[:12] for code in card.languages if one_line(code)})[:20]
    problems: Problems = {
        name: ("too_long", {"length": len(str(fields[name])), "limit": limit})
        for name, limit in LIMITS.items()
        if len(str(fields[name])) > limit
    }
    if not fields["name"]:
        problems["name"] = ("missing", {})
    if fields["email"] and not re.fullmatch(r"[^@\s<>\"?&]{1,64}@[^@\s<>\"?&]{1,180}", str(fields["email"])):
        problems.setdefault("email", ("not_an_email", {}))
    if fields["phone"] and not _PHONE.fullmatch(str(fields["phone"])):
        problems.setdefault("phone", ("not_a_phone", {}))
    if not fields["email"] and not fields["phone"]:
        problems["phone"] = ("no_way_to_reach", {})
    if problems:
        raise Invalid(problems)
    return fields
