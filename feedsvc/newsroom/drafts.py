"""What an editor or a program hands in, whichever door it comes through, and what must hold before it is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NewType

from slugify import slugify

from feedsvc.characters import clean, one_line
from feedsvc.errors import Invalid
from feedsvc.newsroom import captions, datelines, html, pasted
from feedsvc.newsroom.captions import Caption

LIMITS = {
    "headline": 500,
    "subhead": 500,
    "dateline": 120,
    "summary": 3_000,
    "body_html": 500_000,
    "slug": 100,
    "name": 120,
}
"""Longest allowed, in characters."""
MOST_TAGS = 20_000
MOST = {"categories": 20, "tags": 50, "authors": 20, "contacts": 10, "boilerplates": 5}
KINDS = ("theme", "person", "place")

Problems = dict[str, tuple[str, dict[str, object]]]


@dataclass(frozen=True, slots=True)
class TagName:
    """A tag by its kind and name. `kind` empty: the tag of that name, else a new theme."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item's text in one language as typed, not yet checked."""

    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    summary: str = ""
    body_html: str = ""
    slug: str = ""
    """Empty: made from the headline."""
    language: str = ""
    """Empty: the newsroom's main language."""
    organisation: str = ""
    """Slug or name; empty: the newsroom's first."""
    categories: tuple[str, ...] = field(default_factory=tuple)
    """Slugs or names."""
    tags: tuple[TagName, ...] = field(default_factory=tuple)
    authors: tuple[str, ...] = field(default_factory=tuple)
    pictures: tuple[Caption, ...] = field(default_factory=tuple)
    """The first one leads."""
    contacts: tuple[int, ...] | None = None
    """Numbers of the people to call, in their order; None: as they are."""
    boilerplates: tuple[int, ...] | None = None
    """Numbers of the “about” texts, in their order; None: as they are, in a new item those of its organisation."""


class Checked(ItemDraft):
    """A text that `checked` has found good, its HTML sanitised: the only kind that verbs take.

    Sanitising may take long, so it is done before a transaction, which keeps all other writers waiting.
    """

    __slots__ = ()


Amendment = NewType("Amendment", Mapping[str, Any])
"""Fields of a `Checked` text that are to stand in place of the saved ones."""


def make_slug(headline: str) -> str:
    """The address that a headline suggests: small letters, digits and hyphens, at most 100 characters."""
    return plain(headline) or "item"


def plain(text: str) -> str:
    """The text in small letters a to z, digits and hyphens; empty where nothing of it can be written so."""
    # The slugifier knows no “ə”, the most frequent letter of Azerbaijani, and would leave it out.
    return slugify(text, max_length=LIMITS["slug"], word_boundary=True, replacements=(("Ə", "E"), ("ə", "e")))


def checked(draft: ItemDraft, languages: tuple[str, ...]) -> Checked:
    """The draft cleaned, its HTML repaired and sanitised, the language filled in. A slug left empty stays so.

    Raises Invalid naming every bad field at once.
    """
    body = html.sanitised(pasted.repaired(draft.body_html)) if _is_readable(draft.body_html) else None
    tidy = Checked(
        headline=one_line(draft.headline),
        subhead=one_line(draft.subhead),
        dateline=datelines.tidy(draft.dateline),
        summary=one_line(draft.summary),
        body_html=draft.body_html if body is None else body,
        slug=clean(draft.slug).strip().lower(),
        language=(draft.language or languages[0]).strip().lower(),
        organisation=draft.organisation,
        categories=_names(draft.categories),
        tags=tuple(dict.fromkeys(TagName(one_line(t.name), t.kind) for t in draft.tags if one_line(t.name))),
        authors=_names(draft.authors),
        pictures=captions.tidy(draft.pictures),
        contacts=draft.contacts,
        boilerplates=draft.boilerplates,
    )
    problems = _lengths(tidy) | _lists(tidy) | captions.problems(tidy.pictures)
    if body is None:
        problems.setdefault("body_html", ("too_formatted", {}))
    if not tidy.headline:
        problems["headline"] = ("missing", {})
    if tidy.slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", tidy.slug):
        problems["slug"] = ("slug_form", {})
    if tidy.language not in languages:
        problems["language"] = ("unknown_language", {"language": tidy.language[:20]})
    if any(tag.kind not in ("", *KINDS) for tag in tidy.tags):
        problems["tags"] = ("unknown_kind", {})
    if problems:
        raise Invalid(problems)
    return tidy


def checked_fields(given: Mapping[str, Any], languages: tuple[str, ...]) -> Amendment:
    """Some fields of ItemDraft, checked just as a whole draft is. Raises Invalid naming every bad one at once."""
    text = checked(ItemDraft(**{"headline": "as it is", **given}), languages)
    return Amendment({one.name: getattr(text, one.name) for one in fields(text) if one.name in given})


def _is_readable(markup: str) -> bool:
    """Whether HTML is of a size that is worth parsing."""
    return len(markup) <= LIMITS["body_html"] and markup.count("<") <= MOST_TAGS


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names cleaned, empty ones and repetitions left out, order kept."""
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _lengths(draft: ItemDraft) -> Problems:
    """Fields that are too long."""
    found: Problems = {}
    for name in ("headline", "subhead", "dateline", "summary", "body_html", "slug"):
        length = len(getattr(draft, name))
        if length > LIMITS[name]:
            found[name] = ("too_long", {"length": length, "limit": LIMITS[name]})
    return found


def _lists(draft: ItemDraft) -> Problems:
    """Lists with too many members, or members that are too long."""
    found: Problems = {}
    for name, members in (
        ("categories", draft.categories),
        ("tags", tuple(tag.name for tag in draft.tags)),
        ("authors", draft.authors),
    ):
        longest = max(map(len, members), default=0)
        if len(members) > MOST[name]:
            found[name] = ("too_many", {"count": len(members), "limit": MOST[name]})
        elif longest > LIMITS["name"]:
            found[name] = ("too_long", {"length": longest, "limit": LIMITS["name"]})
    for name, numbers in (("contacts", draft.contacts or ()), ("boilerplates", draft.boilerplates or ())):
        if len(numbers) > MOST[name]:
            found[name] = ("too_many", {"count": len(numbers), "limit": MOST[name]})
    return found
