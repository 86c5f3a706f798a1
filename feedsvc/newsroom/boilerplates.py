"""“About” texts: written once, in a language or for all, and copied into each text that is saved with them.

A text keeps the words that it was saved with, since they are part of what was published; see newsroom/renewal.py for
how live items come to the newest ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Boilerplate, Organisation, Revision, RevisionBoilerplate, Translation
from feedsvc.newsroom import html
from feedsvc.newsroom.drafts import ItemDraft, Problems
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor, require

LIMITS = {"name": 120, "heading": 200, "html": 20_000}
"""Longest allowed, in characters."""
SHOWN = ("name", "language", "heading", "html", "organisation_id", "active")


@dataclass(frozen=True, slots=True)
class Words:
    """A boilerplate as typed."""

    name: str = ""
    """What the newsroom calls it; empty: its heading."""
    language: str = ""
    heading: str = ""
    html: str = ""
    organisation: str = ""
    """Slug of the organisation whose new items have it; empty: none."""
    active: bool = True


def listed(session: Session) -> list[Boilerplate]:
    """Every boilerplate, the usable ones first, by name. They are few: an organisation has some in each language."""
    query = select(Boilerplate).order_by(Boilerplate.active.desc(), Boilerplate.folded, Boilerplate.id)
    return list(session.scalars(query.limit(1_000)))


def every(session: Session, *, after: int, limit: int) -> list[Boilerplate]:
    """All of them in the order in which they were added; `after` is the id of the last one seen."""
    b = Boilerplate
    return list(session.scalars(select(b).where(b.id > after).order_by(b.id).limit(limit)))


def fields_of(row: Boilerplate) -> dict[str, Any]:
    """One of them as it would be typed."""
    names = ("name", "language", "heading", "html", "active")
    slug = row.organisation.slug if row.organisation else ""
    return {name: getattr(row, name) for name in names} | {"organisation": slug}


def offered(session: Session, chosen: tuple[int, ...]) -> list[Boilerplate]:
    """What an item's form offers: the chosen ones first, in their order, which is that of the text, then all others."""
    rows = {row.id: row for row in listed(session)}
    first = [rows.pop(number) for number in dict.fromkeys(chosen) if number in rows]
    return first + list(rows.values())


def find(session: Session, number: int) -> Boilerplate:
    """One of them. Raises NotFound."""
    row = session.get(Boilerplate, number)
    if row is None:
        raise NotFound("boilerplate")
    return row


def usual(session: Session, organisation_id: int, language: str) -> list[Boilerplate]:
    """What stands below an organisation's items where nobody chose: those of the language, else those for every one."""
    b = Boilerplate
    query = select(b).where(b.organisation_id == organisation_id, b.active, b.language.in_((language, "")))
    rows = list(session.scalars(query.order_by(b.id)))
    return [row for row in rows if row.language] or rows


def of_text(session: Session, translation: Translation, text: ItemDraft) -> list[Boilerplate]:
    """The boilerplates of a text that is being saved. Raises Invalid for one that there is not."""
    head = translation.head
    organisation = translation.item.organisation
    if text.boilerplates is not None:
        return _these(session, text.boilerplates)
    if head is not None and head.organisation_id == organisation.id:
        return [link.boilerplate for link in head.boilerplates]
    return usual(session, organisation.id, translation.language)


def _these(session: Session, numbers: Sequence[int]) -> list[Boilerplate]:
    rows = {row.id: row for row in session.scalars(select(Boilerplate).where(Boilerplate.id.in_(numbers)))}
    if set(numbers) - set(rows):
        raise Invalid({"boilerplates": ("unknown_boilerplate", {})})
    return [rows[number] for number in dict.fromkeys(numbers)]


def heading(rows: Sequence[Boilerplate]) -> str:
    """The heading above the first of them."""
    return rows[0].heading if rows else ""


def html_of(rows: Sequence[Boilerplate]) -> str:
    """Their words one below the other; from the second on with their headings."""
    further = "".join(f"\n<h2>{escape(row.heading, quote=False)}</h2>\n{row.html}" for row in rows[1:])
    return rows[0].html + further if rows else ""


def links(rows: Sequence[Boilerplate]) -> list[RevisionBoilerplate]:
    """That a text has them, as they are now."""
    return [
        RevisionBoilerplate(boilerplate_id=row.id, boilerplate=row, position=n, version=row.version)
        for n, row in enumerate(rows)
    ]


def again(revision: Revision) -> list[RevisionBoilerplate]:
    """The same for a copy of a text, with the words that this one has."""
    return [
        RevisionBoilerplate(boilerplate_id=link.boilerplate_id, position=link.position, version=link.version)
        for link in revision.boilerplates
    ]


def add(session: Session, words: Words, languages: tuple[str, ...], *, actor: Actor, now: datetime) -> Boilerplate:
    """A new one. Raises Invalid, NotAllowed."""
    require(actor, "taxonomy")
    fields = _checked(session, words, languages)
    row = Boilerplate(**fields, version=1, hands=_with([], actor), created_at=now, changed_at=now)
    session.add(row)
    session.flush()
    audit(session, actor, "add-boilerplate", f"boilerplate/{row.id}", now, **fields)
    return row


def change(
    session: Session, number: int, words: Words, languages: tuple[str, ...], *, actor: Actor, now: datetime
) -> Boilerplate:
    """Other words for it: texts that are saved from now on have them. Raises Invalid, NotAllowed, NotFound."""
    require(actor, "taxonomy")
    row = find(session, number)
    fields = _checked(session, words, languages)
    said = {name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value}
    if not said:
        return row
    for name, value in fields.items():
        setattr(row, name, value)
    if said.keys() & {"heading", "html"}:
        row.version += 1
        row.hands = _with(row.hands, actor)
    row.changed_at = now
    session.flush()
    audit(session, actor, "change-boilerplate", f"boilerplate/{row.id}", now, **said)
    return row


def _with(hands: list[int], actor: Actor) -> list[int]:
    """Those who wrote some of the words, and whoever did just now. What a command does is nobody's."""
    return sorted({*hands, actor.user_id}) if actor.user_id is not None else hands


def _checked(session: Session, words: Words, languages: tuple[str, ...]) -> dict[str, object]:
    """The row's fields. Raises Invalid naming every bad one."""
    head, body = one_line(words.heading), html.sanitise(words.html[: LIMITS["html"] + 1])
    name = one_line(words.name) or head
    problems: Problems = {}
    for field, text in (("name", name), ("heading", head), ("html", words.html)):
        if len(text) > LIMITS[field]:
            problems[field] = ("too_long", {"length": len(text), "limit": LIMITS[field]})
    if not head:
        problems["heading"] = ("missing", {})
    if not html.text_of(body):
        problems["html"] = ("missing", {})
    if words.language not in ("", *languages):
        problems["language"] = ("unknown_language", {"language": words.language[:20]})
    organisation = session.scalar(select(Organisation.id).where(Organisation.slug == words.organisation))
    if words.organisation and organisation is None:
        problems["organisation"] = ("unknown_organisation", {"name": words.organisation[:80]})
    if problems:
        raise Invalid(problems)
    fields: dict[str, object] = {"name": name, "language": words.language, "heading": head, "html": body}
    return fields | {"organisation_id": organisation, "active": words.active}
