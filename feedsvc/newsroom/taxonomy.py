"""Categories, tags and organisations: found by name or slug, made when first used."""

import hashlib
import itertools
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.errors import Invalid
from feedsvc.models import Alias, Category, Organisation, Tag
from feedsvc.newsroom import former
from feedsvc.newsroom.drafts import TagName, plain
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor, require

T = TypeVar("T", Category, Tag, Organisation)

_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def free_slug(
    session: Session, table: type[Category] | type[Tag] | type[Organisation], name: str, kind: str = ""
) -> str:
    """A slug for the name that no row of the table has yet, and that leads no reader to another one.

    Feeds show it, and the row that is in the way may be known to the newsroom alone: so no number that would tell
    how many there are, but letters that follow from the name itself and come back if it is made again.
    """
    wanted = plain(name) or "x"
    candidates = itertools.chain([wanted], (f"{_stem(wanted)}-{_letters(kind, name, n)}" for n in itertools.count()))
    return next(s for s in candidates if not _is_taken(session, table, s))


def _is_taken(session: Session, table: type[Category] | type[Tag] | type[Organisation], slug: str) -> bool:
    """Whether a slug is somebody's, or was and leads to where its subject went. That of a deleted one is free."""
    there = session.scalar(select(table.id).where(table.slug == slug)) is not None
    return there or _moved_to(session, table.__tablename__, slug) is not None


def _moved_to(session: Session, kind: str, slug: str) -> str | None:
    """The slug of what took the place of a subject that had this one."""
    target = session.scalar(select(Alias.target).where(Alias.scope == f"{kind}/{slug}"))
    return target.partition("/")[2] if target else None


def _stem(slug: str) -> str:
    """A slug with room for the letters."""
    return slug[:95].rstrip("-")


def _letters(kind: str, name: str, attempt: int) -> str:
    """Four letters a to p that look random."""
    seed = hashlib.sha256(f"{kind}\0{name}\0{attempt}".encode("utf-8", "replace")).hexdigest()[:4]
    return seed.translate(_TO_LETTERS)


def _before(session: Session, table: type[T], name: str, sort: str = "") -> T | None:
    """The subject that had this slug or name before: a form, a program or a person may still name it so.

    `sort`: only a tag that was of this kind when it was called so; at an old slug, whatever it was.
    """
    now_at = _moved_to(session, table.__tablename__, name)
    row = session.scalar(select(table).where(table.slug == now_at)) if now_at else None
    if row is None:
        number = former.leads_to(session, table.__tablename__, name, sort)
        row = session.get(table, number) if number is not None else None
    return row


def categories(session: Session, names: tuple[str, ...], *, actor: Actor, now: datetime) -> list[Category]:
    """The categories of these names or slugs. Who may shape the taxonomy makes new ones by naming them.

    Raises Invalid for an unknown one otherwise.
    """
    found = []
    for name in names:
        named = or_(Category.slug == name, Category.folded == folded(name))
        exact_first = (Category.slug != name, Category.name != name, Category.id)
        row = session.scalar(select(Category).where(named).order_by(*exact_first).limit(1))
        row = row or _before(session, Category, name)
        if row is None:
            if not actor.may("taxonomy"):
                raise Invalid({"categories": ("unknown_category", {"name": name})})
            row = Category(slug=free_slug(session, Category, name), name=name, created_at=now)
            session.add(row)
            session.flush()
            audit(session, actor, "add-category", row.slug, now, name=name)
        found.append(row)
    return list(dict.fromkeys(found))


def tags(session: Session, names: tuple[TagName, ...], *, now: datetime) -> list[Tag]:
    """The tags of these names; unknown ones are made, as themes where no kind is given."""
    found = []
    for wanted in names:
        named = or_(Tag.folded == folded(wanted.name), Tag.slug == wanted.name)
        query = select(Tag).where(named)
        if wanted.kind:
            query = query.where(Tag.kind == wanted.kind)
        exact_first = (Tag.name != wanted.name, Tag.id)
        row = session.scalars(query.order_by(*exact_first).limit(1)).first()
        row = row or _before(session, Tag, wanted.name, wanted.kind)
        if row is None:
            row = Tag(
                kind=wanted.kind or "theme",
                slug=free_slug(session, Tag, wanted.name, wanted.kind or "theme"),
                name=wanted.name,
                created_at=now,
            )
            session.add(row)
            session.flush()
        found.append(row)
    return list(dict.fromkeys(found))


def organisation(session: Session, name: str) -> Organisation:
    """The organisation of this slug or name; the newsroom's first where none is named.

    Raises Invalid for an unknown one.
    """
    query = select(Organisation)
    if name:
        query = query.where(or_(Organisation.slug == name, Organisation.folded == folded(name)))
    row = session.scalar(query.order_by(Organisation.id).limit(1)) or _before(session, Organisation, name)
    if row is None:
        raise Invalid({"organisation": ("unknown_organisation", {"name": name})})
    return row


def add_organisation(session: Session, name: str, *, actor: Actor, now: datetime) -> Organisation:
    """The organisation of this name; a new one where there is none. Raises NotAllowed."""
    require(actor, "taxonomy")
    row = session.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        row = Organisation(slug=free_slug(session, Organisation, name), name=name, created_at=now)
        session.add(row)
        session.flush()
        audit(session, actor, "add-organisation", row.slug, now, name=name)
    return row


def all_categories(session: Session) -> list[Category]:
    """Every category, by name."""
    return sorted(session.scalars(select(Category)), key=lambda row: (row.name, row.slug))


def all_organisations(session: Session) -> list[Organisation]:
    """Every organisation that the newsroom writes for, the first one first."""
    return list(session.scalars(select(Organisation).order_by(Organisation.id)))
