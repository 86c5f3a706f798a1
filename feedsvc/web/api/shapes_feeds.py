"""The shapes of feeds that the newsroom composes: saved filters."""

from typing import Annotated

from pydantic import Field, StringConstraints

from feedsvc.newsroom import composing, filters
from feedsvc.newsroom.profiles import PROFILES
from feedsvc.web.api.answered import Stamp, Told
from feedsvc.web.api.shapes import Given

Code = Annotated[str, StringConstraints(max_length=12)]
Scope = Annotated[str, StringConstraints(max_length=140)]


class FilterPatch(Given):
    """A feed of what is chosen. Only the fields given change; the address stays as it was made."""

    name: str = Field("", max_length=filters.LIMITS["name"], description="As readers see it.")
    scopes: list[Scope] = Field(
        default_factory=list,
        max_length=composing.MOST_SCOPES,
        description="`category/…`, `tag/…`, `organisation/…`, `author/…`: an item is about one at least of each kind named.",
    )
    languages: list[Code] = Field(
        default_factory=list,
        max_length=20,
        description="Empty: a feed for each language, with what is in that language.",
    )
    words: str = Field(
        "", max_length=filters.LIMITS["words"], description="All are to be in a text, in any of their forms."
    )
    full: bool = Field(True, description="False: summaries alone.")
    pictures: bool = Field(True, description="False: neither in the text nor as files.")
    most: int = Field(50, ge=1, le=filters.MOST_ITEMS, description="Items that it carries.")
    profile: str = Field("", max_length=20, description=f"Says the three above: {', '.join(PROFILES)}; empty: none.")
    listed: bool = Field(True, description="False: it has no public address, and is for private feeds alone.")
    ended: bool = Field(False, description="True: its addresses answer 410.")


class FilterNew(FilterPatch):
    """A new one."""

    name: str = Field(min_length=1, max_length=filters.LIMITS["name"])
    slug: str = Field(
        "", max_length=filters.LIMITS["slug"], description="Its part of the address. Empty: made of the name."
    )


class Filter(Told):
    """A feed of what is chosen."""

    id: int = Field(ge=1)
    slug: str
    name: str
    scopes: list[str]
    languages: list[str]
    words: str
    full: bool
    pictures: bool
    most: int
    profile: str
    listed: bool
    ended: bool
    url: str | None = Field(description="Where it lies, without a format's suffix; null where it is not public.")
    changed_at: Stamp


class Filters(Told):
    """A page of saved filters."""

    filters: list[Filter]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Carried(Told):
    """An item that a choice carries now."""

    headline: str
    url: str
    language: str
    published_at: Stamp


class Preview(Told):
    """What a choice would carry."""

    items: list[Carried] = Field(description="Newest first.")
    problems: list[str] = Field(description="What its profile asks for and these items do not have, in sentences.")
