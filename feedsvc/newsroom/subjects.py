"""Categories, tags and organisations as things of their own: made on purpose, renamed, merged, deleted.

Only the taxonomy's rows and the links of texts change here. What follows for feeds and addresses is done in the same
transaction by feeds/moves.py, which reads it from the change's `detail` (docs/decisions/0014).
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session

from feedsvc.characters import clean, folded, one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Alias, Category, Item, Organisation, Tag, Translation
from feedsvc.models.item import revision_category, revision_tag
from feedsvc.newsroom import former, indexing
from feedsvc.newsroom.drafts import KINDS, LIMITS, Problems
from feedsvc.newsroom.record import audit, change
from feedsvc.newsroom.taxonomy import free_slug
from feedsvc.newsroom.workflow import Actor, require

Subject = Category | Tag | Organisation

TABLES: dict[str, Any] = {
    "category": Category,
    "tag": Tag,
    "organisation": Organisation,
}
"""Kind, as addresses begin with it → table."""
LINKS: dict[str, Table] = {"category": revision_category, "tag": revision_tag}
"""Kind → the table that says which texts carry it. An organisation cannot be merged or deleted: items belong to it."""


def find(session: Session, kind: str, slug: str) -> Subject:
    """A subject by its address. Raises NotFound."""
    table = TABLES.get(kind)
    if table is None:
        raise NotFound("kind of subject")
    row: Subject | None = session.scalar(select(table).where(table.slug == slug))
    if row is None:
        raise NotFound(kind)
    return row


def add(session: Session, kind: str, name: str, slug: str = "", *, actor: Actor, now: datetime) -> Category | Tag:
    """A category, theme, person or place made ahead of any item: its feeds are there at once, empty.

    Raises Invalid, NotAllowed.
    """
    require(actor, "taxonomy")
    if kind not in ("category", *KINDS):
        raise Invalid({"kind": ("unknown_kind", {})})
    scope = "category" if kind == "category" else "tag"
    named, wanted = one_line(name), _tidy(slug)
    problems = _name_problems(session, scope, named, kind, None)
    if wanted:
        problems |= _slug_problems(session, scope, wanted, None)
    if problems:
        raise Invalid(problems)
    table = Category if kind == "category" else Tag
    wanted = wanted or free_slug(session, table, named, kind if table is Tag else "")
    row: Category | Tag
    if kind == "category":
        row = Category(slug=wanted, name=named, created_at=now)
    else:
        row = Tag(kind=kind, slug=wanted, name=named, created_at=now)
    session.add(row)
    session.flush()
    former.take_back(session, scope, _sort(row), row.name)
    audit(session, actor, f"add-{scope}", row.slug, now, name=row.name, kind=kind)
    change(session, "feed", now, detail=json.dumps({"new": f"{scope}/{row.slug}"}))
    return row


def rename(
    session: Session,
    kind: str,
    slug: str,
    *,
    name: str,
    new_slug: str = "",
    tag_kind: str = "",
    actor: Actor,
    now: datetime,
) -> Subject:
    """Another name, another address (empty: as it is), and for a tag another kind. The old address leads to the new one.

    Raises Invalid, NotFound, NotAllowed.
    """
    require(actor, "taxonomy")
    row = find(session, kind, slug)
    named, wanted, sort = one_line(name), _tidy(new_slug) or row.slug, _sort(row, tag_kind)
    problems = _name_problems(session, kind, named, sort, row)
    if wanted != row.slug:
        problems |= _slug_problems(session, kind, wanted, row)
    if problems:
        raise Invalid(problems)
    before, after = (row.name, row.slug, _sort(row)), (named, wanted, sort)
    if before == after:
        return row
    former.keep(session, kind, before[2], row.name, row.id)
    former.take_back(session, kind, sort, named)
    row.name, row.slug = named, wanted
    if isinstance(row, Tag):
        row.kind = sort
    session.flush()
    _touch(session, kind, row.id)
    parts = ("name", "address", "kind")
    said = {part: [old, new] for part, old, new in zip(parts, before, after, strict=True) if old != new}
    audit(session, actor, f"rename-{kind}", row.slug, now, **said)
    change(session, "taxonomy", now, detail=_moved(kind, slug, row.id) if wanted != slug else _named_anew(kind, slug))
    return row


def merge(session: Session, kind: str, slug: str, into: str, *, actor: Actor, now: datetime) -> Subject:
    """Makes a subject part of another one of its kind, named by its address or name: all its items, and its address.

    Raises Invalid, NotFound, NotAllowed.
    """
    require(actor, "taxonomy")
    links = _links(kind)
    row = find(session, kind, slug)
    other = _named(session, kind, one_line(into), like=row)
    if other is None:
        raise Invalid({"into": ("unknown_subject", {"name": one_line(into)[:80]})})
    if other is row:
        raise Invalid({"into": ("same_subject", {})})
    _touch(session, kind, row.id)
    subject = links.c[f"{kind}_id"]
    both = select(links.c.revision_id).where(subject == other.id)
    session.execute(delete(links).where(subject == row.id, links.c.revision_id.in_(both)))
    session.execute(update(links).where(subject == row.id).values({subject: other.id}))
    former.hand_over(session, kind, row.id, other.id)
    former.keep(session, kind, _sort(row), row.name, other.id)
    session.delete(row)
    session.flush()
    audit(session, actor, f"merge-{kind}", slug, now, name=row.name, into=other.slug)
    change(session, "taxonomy", now, detail=_moved(kind, slug, other.id))
    return other


def remove(session: Session, kind: str, slug: str, *, actor: Actor, now: datetime) -> int:
    """Deletes a subject; items lose it, and stay. Gives how many texts carried it.

    Raises NotFound, NotAllowed.
    """
    require(actor, "taxonomy")
    links = _links(kind)
    row = find(session, kind, slug)
    _touch(session, kind, row.id)
    subject = links.c[f"{kind}_id"]
    lost = int(session.execute(delete(links).where(subject == row.id)).rowcount)  # type: ignore[attr-defined]
    former.hand_over(session, kind, row.id, None)
    session.delete(row)
    session.flush()
    audit(session, actor, f"delete-{kind}", slug, now, name=row.name, texts=lost)
    change(session, "taxonomy", now, detail=_moved(kind, slug, None))
    return lost


def _links(kind: str) -> Table:
    if kind not in LINKS:
        raise NotFound("category or tag" if kind in TABLES else "kind of subject")
    return LINKS[kind]


def _tidy(slug: str) -> str:
    return clean(slug).strip().lower()


def _sort(row: Subject, wanted: str = "") -> str:
    """The kind of a tag, present or wanted; empty for what has none."""
    return (wanted or row.kind) if isinstance(row, Tag) else ""


def _moved(kind: str, slug: str, to: int | None) -> str:
    """What feeds/moves.py has to know: the scope that went, and whose it is now. At most 200 characters."""
    return json.dumps({"from": f"{kind}/{slug}", "to": to})


def _named_anew(kind: str, slug: str) -> str:
    """The same for a scope that stays where it is."""
    return json.dumps({"of": f"{kind}/{slug}"})


def _named(session: Session, kind: str, text: str, like: Subject) -> Subject | None:
    """The subject of this address or name; of several that of the same sort as `like`, not itself where it can be."""
    table = TABLES[kind]
    named = or_(table.slug == text, table.folded == folded(text))
    found: Sequence[Any] = session.scalars(select(table).where(named).order_by(table.id).limit(20)).all()
    return min(
        found,
        key=lambda one: (one.slug != text, one is like, _sort(one) != _sort(like), one.name != text),
        default=None,
    )


def _name_problems(session: Session, kind: str, name: str, sort: str, row: Subject | None) -> Problems:
    """Why a subject cannot be called so, or be of this sort."""
    if not name:
        return {"name": ("missing", {})}
    if len(name) > LIMITS["name"]:
        return {"name": ("too_long", {"length": len(name), "limit": LIMITS["name"]})}
    if kind == "tag" and sort not in KINDS:
        return {"kind": ("unknown_kind", {})}
    table = TABLES[kind]
    query = select(table.id).where(table.folded == folded(name))
    if kind == "tag":
        query = query.where(Tag.kind == sort)
    if row is not None:
        query = query.where(table.id != row.id)
    return {"name": ("subject_named", {})} if session.scalar(query.limit(1)) is not None else {}


def _slug_problems(session: Session, kind: str, slug: str, row: Subject | None) -> Problems:
    """Why a subject cannot have this address. Its own old ones it may have back, and those of what was deleted."""
    if len(slug) > LIMITS["slug"]:
        return {"slug": ("too_long", {"length": len(slug), "limit": LIMITS["slug"]})}
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        return {"slug": ("slug_form", {})}
    table = TABLES[kind]
    if session.scalar(select(table.id).where(table.slug == slug)) is not None:
        return {"slug": ("subject_slug_taken", {})}
    leads_to = session.scalar(select(Alias.target).where(Alias.scope == f"{kind}/{slug}"))
    if leads_to is not None and (row is None or leads_to != f"{kind}/{row.slug}"):
        return {"slug": ("subject_moved", {"address": leads_to.partition("/")[2]})}
    return {}


def changed(session: Session, kind: str, row: Subject, *, now: datetime) -> None:
    """Has everything that says something of a subject made anew, though its name and address are what they were."""
    _touch(session, kind, row.id)
    change(session, "taxonomy", now, detail=_named_anew(kind, row.slug))


def _touch(session: Session, kind: str, number: int) -> None:
    """A program that read these items before must read them again: what it saw is called otherwise now. So must search."""
    if kind == "organisation":
        items = select(Item.id).where(Item.organisation_id == number)
        seen_in = Translation.item_id.in_(items)
    else:
        links = LINKS[kind]
        seen_in = Translation.head_id.in_(select(links.c.revision_id).where(links.c[f"{kind}_id"] == number))
        indexing.again(session, links, links.c[f"{kind}_id"], number)
    session.execute(
        update(Translation).where(seen_in).values(version=Translation.version + 1),
        execution_options={"synchronize_session": False},
    )
