"""The shapes of what goes in and out: pydantic models, from which the OpenAPI document is made as well."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from feedsvc.newsroom.drafts import KINDS, LIMITS, MOST
from feedsvc.newsroom.publishing import NOTE_LIMIT
from feedsvc.web.i18n import iso

# RFC 3339 §5.6. An offset is required: a moment without one means another moment to every reader.
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d(?:\.\d{1,9})?)([Zz]|[+-]\d\d:\d\d)")


def _moment(value: object) -> datetime:
    """The moment that an RFC 3339 text names, in UTC."""
    found = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    try:
        if found and isinstance(value, str):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("not_a_moment", "not an RFC 3339 date and time with an offset")


_DATE_TIME = {"type": "string", "format": "date-time"}
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({**_DATE_TIME, "examples": ["2027-01-31T12:00:00+04:00"]})
]
"""A moment as it is handed in."""
Stamp = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({**_DATE_TIME, "examples": ["2027-01-31T08:00:00Z"]}),
]
"""A moment as it is answered: UTC, whole seconds."""
Name = Annotated[str, StringConstraints(max_length=LIMITS["name"])]
Kind = Literal["theme", "person", "place"]
if Kind.__args__ != KINDS:  # type: ignore[attr-defined]
    raise RuntimeError("shapes.Kind and drafts.KINDS differ")


class Given(BaseModel):
    """The parent of everything that is handed in: text must be text, and an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TagGiven(Given):
    """A tag by name, with its kind where that matters."""

    name: Annotated[str, StringConstraints(max_length=LIMITS["name"])] = Field(description="The tag's name.")
    kind: Kind | None = Field(None, description="Without it: the tag of that name, else a new theme.")
    slug: str | None = Field(
        None, description="Taken so that a tag can be handed back as it was read; the name counts."
    )


class ItemPatch(Given):
    """An item's text. Only the fields given change."""

    headline: str = Field("", max_length=LIMITS["headline"], description="Plain text.")
    summary: str = Field("", max_length=LIMITS["summary"], description="One or two sentences, plain text.")
    body_html: str = Field(
        "", max_length=LIMITS["body_html"], description="The text as HTML. Scripts, styles and forms are removed."
    )
    slug: str = Field(
        "",
        max_length=LIMITS["slug"],
        description="Last part of the item's public address: small letters a to z, digits and single hyphens. "
        "Empty: made from the headline, or left as it is.",
    )
    organisation: Name = Field(
        "", description="Slug or name of the organisation that speaks. Empty: the newsroom's first, or left as it is."
    )
    categories: list[Name] = Field(
        default_factory=list,
        max_length=MOST["categories"],
        description="Slugs or names. An unknown one is made where the token's owner may shape the taxonomy.",
    )
    tags: list[Name | TagGiven] = Field(
        default_factory=list,
        max_length=MOST["tags"],
        description="Names, or objects with a kind. An unknown one is made.",
    )
    authors: list[Name] = Field(default_factory=list, max_length=MOST["authors"], description="By-line, in its order.")


class ItemNew(ItemPatch):
    """A new item's text."""

    headline: str = Field(min_length=1, max_length=LIMITS["headline"], description="Plain text.")
    language: str = Field("", description="Language of the text. Empty: the newsroom's main language.")


class Nothing(Given):
    """Nothing needs to be said."""


class Schedule(Given):
    """When an item is to be published."""

    publish_at: Moment = Field(description="In the future, with an offset; fractions of a second are left out.")


class Correction(Given):
    """What was put right."""

    note: str = Field(min_length=1, max_length=NOTE_LIMIT, description="A sentence that readers see, with the date.")
    publish_at: Moment | None = Field(None, description="When; now where absent.")


class Update(Given):
    """A silent change, for typing errors."""

    publish_at: Moment | None = Field(None, description="When; now where absent.")


class Withdrawal(Given):
    """Why an item is taken back."""

    reason: str = Field(min_length=1, max_length=NOTE_LIMIT, description="A sentence that readers see.")


class HoldGiven(Given):
    """Why everything is held back."""

    reason: str = Field("", max_length=NOTE_LIMIT, description="For the newsroom; readers do not see it.")


class Told(BaseModel):
    """The parent of everything that is answered: every field is always there."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Tag(Told):
    """A theme, person or place that an item names."""

    kind: Kind
    name: str
    slug: str


class Item(Told):
    """An item in one language: its newest text, and where it stands."""

    id: str = Field(description="Names the item in this API: a UUID.", json_schema_extra={"format": "uuid"})
    guid: str = Field(description="The item's permanent id in every feed.")
    headline: str
    summary: str
    body_html: str
    language: str
    slug: str
    categories: list[str] = Field(description="Slugs.")
    tags: list[Tag]
    authors: list[str]
    organisation: str = Field(description="Slug.")
    state: Literal["draft", "in_review", "approved", "scheduled", "published", "withdrawn"]
    revision: int = Field(ge=1, description="Number of the newest text.")
    publish_at: Stamp | None = Field(description="The moment that a publication is planned for.")
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
