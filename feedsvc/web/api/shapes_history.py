"""The shapes of what became of an item: its texts, its publications, its links for journalists."""

from typing import Literal

from pydantic import Field

from feedsvc.newsroom.previews import MOST_HOURS, USUAL_HOURS
from feedsvc.web.api.answered import Picture, Stamp, Tag, Told
from feedsvc.web.api.shapes import Given, Name


class Release(Told):
    """A publication: from its moment on the public sees this text, or, of kind `withdraw`, nothing."""

    number: int
    kind: Literal["publish", "correct", "update", "withdraw"]
    revision: int
    at: Stamp
    note: str = Field(description="What readers are told with it.")
    by: str | None = Field(description="E-mail address of whose deed it was; null for the newsroom itself.")
    created_at: Stamp
    cancelled_at: Stamp | None = Field(description="When it was called off; it never counts then.")


class Releases(Told):
    """The publications of an item, the newest moment first."""

    publications: list[Release]


class Outline(Told):
    """A saved text in a list."""

    number: int
    headline: str
    by: str | None = Field(description="E-mail address of who saved it; null for the newsroom itself.")
    created_at: Stamp


class Outlines(Told):
    """A page of saved texts, the newest first."""

    revisions: list[Outline]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Saved(Outline):
    """A saved text, whole. It never changes."""

    subhead: str
    dateline: str
    summary: str
    body_html: str
    slug: str
    organisation: str = Field(description="Its name at the time.")
    categories: list[str] = Field(description="Slugs.")
    tags: list[Tag]
    authors: list[str]
    pictures: list[Picture]
    contacts: list[int] = Field(description="Ids of whom journalists may call, in their order.")
    boilerplates: list[int] = Field(description="Ids of the “about” texts below it, in their order.")


class Event(Told):
    """A publication in the calendar."""

    at: Stamp
    kind: Literal["publish", "correct", "update", "withdraw"]
    item: str = Field(description="The item's `id`.", json_schema_extra={"format": "uuid"})
    language: str
    headline: str = Field(description="Of the text that went or goes out.")
    live: bool = Field(description="Whether its moment has come, for readers too.")
    held: bool = Field(description="Whether its moment has come and a hold keeps it back.")
    meets: bool = Field(description="Whether another item is planned for the same minute.")


class Calendar(Told):
    """What went and goes out, the earliest first."""

    events: list[Event]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Part(Told):
    """Words that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


class Passage(Told):
    """A paragraph beside what became of it."""

    parts: list[Part]
    reformed: bool = Field(
        description="Whether the same words have another form: a link that leads elsewhere, bold, a heading."
    )


class Difference(Told):
    """What differs between two saved texts of an item."""

    old: int
    new: int
    fields: dict[str, list[Part]] = Field(description="Field → its words, for those that differ.")
    body: list[Passage] = Field(description="The text, passage by passage; empty where nothing of it differs.")


class Finding(Told):
    """One thing that stands in the way of a text, or that somebody should have seen."""

    code: str
    blocks: bool = Field(description="Whether the desk lets nobody publish it so.")
    words: str = Field(description="A sentence for people.")
    field: str = Field(description="Where it can be mended.")


class Carrier(Told):
    """A feed that carries the item, or will."""

    scope: str
    name: str = Field(description="Empty for the feed of everything.")
    url: str = Field(
        description="Its page; with a dot and a format behind it the feed.", json_schema_extra={"format": "uri"}
    )


class Checklist(Told):
    """What to look at before the newest text goes out."""

    revision: int
    findings: list[Finding] = Field(description="What stands in the way first.")
    feeds: list[Carrier]


class PreviewLink(Told):
    """A journalist's personal link to a text that is not public."""

    number: int
    name: str
    email: str
    revision: int | None = Field(description="The one text that it shows; null: always the newest.")
    created_at: Stamp
    expires_at: Stamp
    revoked_at: Stamp | None
    read_at: Stamp | None = Field(description="When it was last read by.")
    readings: int


class PreviewLinks(Told):
    """The links of an item, the newest first."""

    links: list[PreviewLink]


class PreviewLinkMade(PreviewLink):
    """A new link. Its address is told this once."""

    url: str = Field(description="Give it to this person alone.", json_schema_extra={"format": "uri"})


class PreviewGiven(Given):
    """For whom a link is."""

    name: str = Field(min_length=1, max_length=120, description="The journalist's name, as the page shows it.")
    email: Name = Field("", description="For the newsroom's own list.")
    hours: int = Field(USUAL_HOURS, ge=1, le=MOST_HOURS, description="For how long it is good.")
    only_this: bool = Field(False, description="Whether it shows the newest text as it is now, and no later one.")


class Undone(Told):
    """It is done, and nothing of it is left to show."""

    done: Literal[True]
