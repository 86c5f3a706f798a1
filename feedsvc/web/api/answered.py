"""The shapes of what the API answers: pydantic models, from which the OpenAPI document is made as well."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from feedsvc.web.api.shapes import DATE_TIME, Kind
from feedsvc.web.i18n import iso

Stamp = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({**DATE_TIME, "examples": ["2027-01-31T08:00:00Z"]}),
]
"""A moment as it is answered: UTC, whole seconds."""


class Told(BaseModel):
    """The parent of everything that is answered: every field is always there."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Tag(Told):
    """A theme, person or place that an item names."""

    kind: Kind
    name: str
    slug: str


class Picture(Told):
    """A picture of an item; can be handed back as it was read."""

    id: str
    alt: str
    decorative: bool
    caption: str
    credit: str
    rights: str


class File(Told):
    """A picture in one size and format."""

    type: Literal["image/jpeg", "image/webp"]
    width: int
    height: int
    size: int = Field(description="Bytes.")
    url: str = Field(
        description="Answers while a public item carries the picture.", json_schema_extra={"format": "uri"}
    )


class Media(Told):
    """A picture that was uploaded: turned upright, in sRGB, without what the camera wrote into it."""

    id: str = Field(description="Names it in an item's `pictures`.")
    name: str = Field(description="What the file was called.")
    width: int
    height: int
    files: list[File] = Field(description="From small to large.")


class Item(Told):
    """An item in one language: its newest text, and where it stands."""

    id: str = Field(description="Names the item in this API: a UUID.", json_schema_extra={"format": "uuid"})
    guid: str = Field(description="The item's permanent id in every feed.")
    headline: str
    subhead: str
    dateline: str
    summary: str
    body_html: str
    language: str
    slug: str
    categories: list[str] = Field(description="Slugs.")
    tags: list[Tag]
    authors: list[str]
    pictures: list[Picture] = Field(description="The first one leads.")
    contacts: list[int] = Field(description="Ids of whom journalists may call, in their order.")
    boilerplates: list[int] = Field(description="Ids of the “about” texts below it, in their order.")
    organisation: str = Field(description="Slug.")
    state: Literal["draft", "in_review", "approved", "scheduled", "published", "withdrawn"]
    revision: int = Field(ge=1, description="Number of the newest text.")
    assignee: str | None = Field(description="E-mail address of who is responsible for the next step.")
    publish_at: Stamp | None = Field(description="The moment that a publication is planned for.")
    held: bool = Field(description="Whether that moment has come, and a hold keeps the publication back.")
    published_at: Stamp | None = Field(description="When it first became public; null while it is not public.")
    updated_at: Stamp | None = Field(description="When its newest publication or correction became public.")
    url: str | None = Field(
        description="Its public address; null while it is not public.", json_schema_extra={"format": "uri"}
    )
    changed: bool = Field(description="Whether it is public with another text than this one.")
    created_at: Stamp
    changed_at: Stamp


class Items(Told):
    """A page of items."""

    items: list[Item]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class ChangedItems(Told):
    """Items that changed, in the order in which they did; each once, as it is now."""

    items: list[Item]
    next: str = Field(description="The `cursor` to ask on with, now or whenever you like.")
    more: bool = Field(description="Whether there is more at once.")


class Edition(Told):
    """A subject in one language."""

    language: str
    url: str = Field(description="The page with its news.", json_schema_extra={"format": "uri"})
    feeds: dict[str, str] = Field(description="Format → address of its feed.")
    items: int = Field(ge=0, description="How many items readers find in it now.")


class Subject(Told):
    """A category, theme, person, place or organisation."""

    id: int = Field(ge=1, description="Stays when it is renamed. A category and a tag may have the same one.")
    kind: Literal["category", "theme", "person", "place", "organisation"]
    name: str = Field(description="The same in every language.")
    slug: str
    editions: list[Edition] = Field(
        description="One for each language of the newsroom; none as long as readers do not know of it."
    )


class Subjects(Told):
    """A page of subjects."""

    subjects: list[Subject]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Match(Told):
    """A public item in one language, as readers find it."""

    id: str = Field(description="Names the item in this API: a UUID.", json_schema_extra={"format": "uuid"})
    guid: str = Field(description="The item's permanent id in every feed.")
    language: str
    headline: str
    summary: str
    excerpt: str = Field(description="Some of the text around the words that were found.")
    url: str = Field(json_schema_extra={"format": "uri"})
    published_at: Stamp
    updated_at: Stamp


class Matches(Told):
    """A page of what was found."""

    matches: list[Match]
    by_beginnings: bool = Field(description="Whether no text has these very words, but words that begin like them.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Hold(Told):
    """Whether everything is held back."""

    held: bool
    since: Stamp | None
    reason: str
    by: str = Field(description="Name of the person who ordered it.")


class Problem(Told):
    """A refusal (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=False)

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str = Field("", description="A sentence for people.")
    problems: dict[str, str] = Field(default_factory=dict, description="Field or parameter → what is wrong with it.")
    scope_needed: str = Field(
        "", description="With a 403: the narrowest scope with which a token of the right account may do this."
    )
    scopes: list[str] = Field(default_factory=list, description="With a 403: the scopes that this token has.")
