"""The shapes of feeds that the newsroom composes: saved filters, and private ones."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from feedsvc.newsroom import composing, filters, partners
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


class PrivateFeedNew(Given):
    """A feed for one reader."""

    kind: Literal["partner", "embargo"] = Field(description="Of what is public, or of what is planned, under embargo.")
    name: str = Field(min_length=1, max_length=120, description="A partner, or a journalist by name.")
    email: str = Field("", max_length=254, description="Needed for what is under embargo: the log names who read it.")
    filter: int | None = Field(
        None, ge=1, le=2**31 - 1, description="A saved filter that it is limited to; null: to nothing."
    )
    language: str = Field("", max_length=12, description="Empty: the newsroom's first.")
    days: int = Field(0, ge=0, le=partners.MOST_DAYS, description="After so many it ends; 0: when it is called back.")


class PrivateFeed(Told):
    """A feed for one reader, without its address, which is kept nowhere."""

    id: int = Field(ge=1)
    kind: Literal["partner", "embargo"]
    name: str
    email: str
    filter: int | None
    language: str
    created_at: Stamp
    expires_at: Stamp | None
    revoked_at: Stamp | None
    accepted_at: Stamp | None = Field(description="When the terms of embargo were accepted.")
    read_at: Stamp | None


class PrivateFeedMade(PrivateFeed):
    """A new one."""

    url: str = Field(description="Its address, told this once; below it lie `/feed.atom`, `/feed.rss`, `/feed.json`.")


class PrivateFeeds(Told):
    """A page of private feeds."""

    feeds: list[PrivateFeed]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Reading(Told):
    """How often it was read on a day (UTC)."""

    day: date
    format: str
    program: str
    status: int = Field(description="200: whole; 304: nothing was new; and so on.")
    count: int = Field(ge=1)
    last_at: Stamp


class PrivateFeedRead(PrivateFeed):
    """A feed for one reader, and when it was read."""

    readings: list[Reading] = Field(description="The newest hundred.")
