"""Saved filters: an editor says which subjects, languages and words, and readers have a feed of just that."""

import re
import uuid
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.characters import one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import PrivateFeed, SavedFilter
from feedsvc.newsroom import composing, searching
from feedsvc.newsroom.drafts import Problems, make_slug
from feedsvc.newsroom.profiles import PROFILES
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.record import change as cause
from feedsvc.newsroom.workflow import Actor, require

KIND = "filter"
"""The first part of the scope of such a feed: `filter/<slug>`."""
LIMITS = {"name": 120, "slug": 120, "words": searching.LONGEST}
"""Longest allowed, in characters."""
MOST_ITEMS = 200
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as it is composed."""

    name: str = ""
    slug: str = ""
    """Empty: made of the name."""
    scopes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: str = ""
    full: bool = True
    pictures: bool = True
    most: int = 50
    profile: str = ""
    """Where one is chosen, it says the three above."""
    listed: bool = True
    ended: bool = False


SHOWN = tuple(one.name for one in fields(Choice) if one.name != "ended")
"""What a row has of it under the same name."""


def choice_of(row: SavedFilter) -> Choice:
    """A saved filter as it would be composed."""
    said = {name: getattr(row, name) for name in SHOWN}
    return Choice(**{**said, "scopes": tuple(row.scopes), "languages": tuple(row.languages)}, ended=bool(row.ended_at))


def composed(session: Session, row: SavedFilter) -> Choice:
    """A saved filter as somebody goes on composing it: its subjects by the names that they have now."""
    return replace(choice_of(row), scopes=composing.renewed(session, row.scopes))


def every(session: Session, *, after: int = 0, limit: int = 1_000) -> list[SavedFilter]:
    """All filters in the order in which they were made; `after`: the id of the last one seen."""
    f = SavedFilter
    return list(session.scalars(select(f).where(f.id > after).order_by(f.id).limit(limit)))


def offered(session: Session, language: str, main: str) -> list[SavedFilter]:
    """The filters that readers of a language are offered, by name."""
    f = SavedFilter
    rows = session.scalars(select(f).where(f.listed, f.ended_at.is_(None)).order_by(f.name, f.id))
    return [row for row in rows if home(row, language, main) == language]


def find(session: Session, number: int) -> SavedFilter:
    """A filter by its number. Raises NotFound."""
    row = session.get(SavedFilter, number)
    if row is None:
        raise NotFound("filter")
    return row


def at_slug(session: Session, slug: str) -> SavedFilter | None:
    """The filter at an address, ended and unlisted ones as well."""
    return session.scalar(select(SavedFilter).where(SavedFilter.slug == slug))


def home(row: SavedFilter | Choice, language: str, main: str) -> str:
    """The language below whose code a filter's feed lies, asked for below `language`: one feed has one address."""
    if not row.languages:
        return language
    return main if main in row.languages else row.languages[0]


def add(session: Session, choice: Choice, languages: tuple[str, ...], *, actor: Actor, now: datetime) -> SavedFilter:
    """A new one; its feeds are there at once. Raises Invalid, NotAllowed."""
    require(actor, "taxonomy")
    said = _checked(session, choice, languages, None)
    row = SavedFilter(
        **said,
        guid=f"urn:uuid:{uuid.uuid4()}",
        created_at=now,
        created_by_id=actor.user_id,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    cause(session, "filter", now, detail=row.slug)
    audit(session, actor, "add-filter", f"{KIND}/{row.slug}", now, **said)
    return row


def change(
    session: Session, number: int, choice: Choice, languages: tuple[str, ...], *, actor: Actor, now: datetime
) -> SavedFilter:
    """Another choice under the same address, or the end of it. Raises Invalid, NotAllowed, NotFound.

    Where journalists read by it what is under embargo, it takes who may publish: it decides what they are shown.
    """
    require(actor, "taxonomy")
    row = find(session, number)
    p = PrivateFeed
    by_it = select(p.id).where(p.filter_id == row.id, p.kind == "embargo", p.revoked_at.is_(None)).limit(1)
    if session.scalar(by_it) is not None:
        require(actor, "publish")
    said = _checked(session, choice, languages, row)
    changed = {name: [getattr(row, name), value] for name, value in said.items() if getattr(row, name) != value}
    if choice.ended != bool(row.ended_at):
        changed["ended"] = [bool(row.ended_at), choice.ended]
        row.ended_at = now if choice.ended else None
    if not changed:
        return row
    for name, value in said.items():
        setattr(row, name, value)
    row.changed_at = now
    session.flush()
    cause(session, "filter", now, detail=row.slug)
    audit(session, actor, "change-filter", f"{KIND}/{row.slug}", now, **changed)
    return row


def checked(session: Session, choice: Choice, languages: tuple[str, ...]) -> Choice:
    """The choice as it would be saved, wherever that is: for a look at what it carries. Raises Invalid."""
    said = _checked(session, choice, languages, None, placed=False)
    return Choice(**{**said, "scopes": tuple(said["scopes"]), "languages": tuple(said["languages"])})


def _checked(
    session: Session, choice: Choice, languages: tuple[str, ...], row: SavedFilter | None, *, placed: bool = True
) -> dict[str, Any]:
    """The row's fields; unless `placed`, its address is not looked at. Raises Invalid naming every bad one."""
    name, line = one_line(choice.name), one_line(choice.words)
    slug = row.slug if row else choice.slug or make_slug(name)
    problems: Problems = {}
    for field, text in (("name", name), ("slug", slug), ("words", line)):
        if len(text) > LIMITS[field]:
            problems[field] = ("too_long", {"length": len(text), "limit": LIMITS[field]})
    if not name:
        problems["name"] = ("missing", {})
    elif placed and not _SLUG.fullmatch(slug):
        problems["slug"] = ("slug_form", {})
    elif placed and row is None and at_slug(session, slug) is not None:
        problems["slug"] = ("filter_slug_taken", {})
    spoken = tuple(dict.fromkeys(choice.languages))
    strange = [code for code in spoken if code not in languages]
    if strange:
        problems["languages"] = ("unknown_language", {"language": strange[0][:20]})
    elif line and not any(searching.words(searching.question(line, languages), code) for code in languages):
        problems["words"] = ("no_words_to_find", {})
    scopes, problem = composing.checked(session, choice.scopes, row.scopes if row else ())
    if problem:
        problems["scopes"] = problem
    shape = _shape(choice, spoken or languages[:1], problems)
    if problems:
        raise Invalid(problems)
    said = {"name": name, "slug": slug, "scopes": scopes, "languages": list(spoken), "words": line}
    return said | shape | {"profile": choice.profile, "listed": choice.listed}


def _shape(choice: Choice, spoken: tuple[str, ...], problems: Problems) -> dict[str, Any]:
    """How much an entry says and how many there are: as the profile has it, where one is chosen."""
    profile = PROFILES.get(choice.profile)
    if choice.profile and profile is None:
        problems["profile"] = ("unknown_profile", {"name": choice.profile[:40], "names": ", ".join(PROFILES)})
    if profile is not None:
        if profile.one_language and len(spoken) > 1:
            problems["languages"] = ("one_language", {"name": profile.consumer})
        return {"full": profile.full, "pictures": profile.pictures, "most": profile.most}
    if not 1 <= choice.most <= MOST_ITEMS:
        problems["most"] = ("out_of_range", {"least": 1, "most": MOST_ITEMS})
    return {"full": choice.full, "pictures": choice.pictures, "most": choice.most}
