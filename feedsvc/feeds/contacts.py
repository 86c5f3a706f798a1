"""Whom journalists may call, at the end of an entry, and which feeds say so."""

from datetime import datetime
from html import escape

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.models import Contact, Feed, Placement, Publication, Revision, RevisionContact
from feedsvc.newsroom import contacts, public
from feedsvc.newsroom.listing import NEWS
from feedsvc.words import N_, say

HEADINGS = (N_("Media contact"), N_("Media contacts"))


def markup(revision: Revision, language: str) -> str:
    """A heading and a paragraph for each contact that readers may see; empty where there is none."""
    shown = contacts.shown(revision)
    if not shown:
        return ""
    heading = say(language, HEADINGS[len(shown) > 1])
    return "\n".join([f"<h2>{escape(heading)}</h2>", *(_paragraph(one, language) for one in shown)])


def _paragraph(contact: Contact, language: str) -> str:
    name, role, email, phone = (one_line(text) for text in (contact.name, contact.role, contact.email, contact.phone))
    lines = [f"<strong>{escape(name, quote=False)}</strong>" + (f", {escape(role, quote=False)}" if role else "")]
    if phone:
        lines.append(f'<a href="tel:{contacts.dialled(phone)}">{escape(phone)}</a>')
    if email:
        lines.append(f'<a href="mailto:{escape(email)}">{escape(email)}</a>')
    if contact.languages:
        lines.append(escape(say(language, N_("Speaks {languages}"), languages=spoken(contact, language))))
    return f"<p>{'<br>'.join(lines)}</p>"


def spoken(contact: Contact, language: str) -> str:
    """The languages that a contact speaks, as another language calls them."""
    names = Locale.parse(language, sep="-").languages
    return ", ".join(str(names.get(code, code)) for code in contact.languages)


def naming(session: Session, contact_id: int, *, now: datetime) -> list[int]:
    """The feeds that say a contact's name: wherever an item stood that came out with it.

    Of what only the newsroom knows nothing follows: a date that moved would tell of it.
    """
    p, link = Publication, RevisionContact
    came_out = (
        select(p.id, p.language)
        .join(link, link.revision_id == p.revision_id)
        .where(link.contact_id == contact_id, public.due(p))
        .cte()
    )
    parts = select(Placement.feed_id).join(came_out, came_out.c.id == Placement.publication_id).where(Placement.stands)
    news = select(Feed.id).where(Feed.scope == NEWS, Feed.language.in_(select(came_out.c.language)))
    return sorted(session.scalars(parts.union(news), {"now": now}))
