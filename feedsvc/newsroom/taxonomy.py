"""Categories, tags and organisations: found by name or slug, made when first used."""

import hashlib
import itertools
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.errors import Invalid
from feedsvc.models import Category, Organisation, Tag
from feedsvc.newsroom.drafts import TagName, plain
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor, require

_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def _free_slug(
    session: Session, table: type[Category] | type[Tag] | type[Organisation], name: str, kind: str = ""
) -> str:
    """A slug for the name that no row of the table has yet.

    Feeds show it, and the row that is in the way may be known to the newsroom alone: so no number that would tell
    how many there are, but letters that follow from the name itself and come back if it is made again.
    """
    wanted = plain(name) or "x"
    candidates = itertools.chain([wanted], (f"{_stem(wanted)}-{_letters(kind, name, n)}" for n in itertools.count()))
    return next(s for s in candidates if session.scalar(select(table.id).where(table.slug == s)) is None)


def _stem(slug: str) -> str:
    """A slug with room for the letters."""
    return slug[:95].rstrip("-")


def _letters(kind: str, name: str, attempt: int) -> str:
    """Four letters a to p that look random."""
    seed = hashlib.sha256(f"{kind}\0{name}\0{attempt}".encode("utf-8", "replace")).hexdigest()[:4]
    return seed.translate(_TO_LETTERS)


def categories(session: Session, names: tuple[str, ...], *, actor: Actor, now: datetime) -> list[Category]:
    """The categories of these names or slugs. Who may shape the taxonomy makes new ones by naming them.

    Raises Invalid for an unknown one otherwise.
    """
    found = []
    for name in names:
        named = or_(Category.slug == name, Category.folded == folded(name))
        exact_first = (Category.slug != name, Category.name != name, Category.id)
        row = session.scalar(select(Category).where(named).order_by(*exact_first).limit(1))
        if row is None:
            if not actor.may("taxonomy"):
                raise Invalid({"categories": ("unknown_category", {"name": name})})
            row = Category(slug=_free_slug(session, Category, name), name=name, created_at=now)
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
        if row is None:
            row = Tag(
                kind=wanted.kind or "theme",
                slug=_free_slug(session, Tag, wanted.name, wanted.kind or "theme"),
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
    row = session.scalar(query.order_by(Organisation.id).limit(1))
    if row is None:
        raise Invalid({"organisation": ("unknown_organisation", {"name": name})})
    return row


def add_organisation(session: Session, name: str, *, actor: Actor, now: datetime) -> Organisation:
    """The organisation of this name; a new one where there is none. Raises NotAllowed."""
    require(actor, "taxonomy")
    row = session.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        row = Organisation(slug=_free_slug(session, Organisation, name), name=name, created_at=now)
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
