"""The shapes of what comes in: pydantic models, from which the OpenAPI document is made as well."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from feedsvc.newsroom import captions
from feedsvc.newsroom.drafts import KINDS, LIMITS, MOST
from feedsvc.newsroom.publishing import NOTE_LIMIT
from feedsvc.newsroom.remarks import LIMIT

# RFC 3339 §5.6. An offset is required: a moment without one means another moment to every reader.
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d(?:\.\d{1,9})?)([Zz]|[+-]\d\d:\d\d)")


def moment(value: object) -> datetime:
    """The moment that an RFC 3339 text names, in UTC."""
    found = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    try:
        if found and isinstance(value, str):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("not_a_moment", "not an RFC 3339 date and time with an offset")


DATE_TIME = {"type": "string", "format": "date-time"}
Moment = Annotated[
    datetime, BeforeValidator(moment), WithJsonSchema({**DATE_TIME, "examples": ["2027-01-31T12:00:00+04:00"]})
]
"""A moment as it is handed in."""
Name = Annotated[str, StringConstraints(max_length=LIMITS["name"])]
Number = Annotated[int, Field(ge=1, le=999_999_999)]
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


class PictureGiven(Given):
    """A picture of an item, uploaded before, and the words to it."""

    id: str = Field(max_length=32, description="As the upload answered it.")
    alt: str = Field("", max_length=captions.LIMITS["alt"], description="What can be seen, for who cannot see it.")
    decorative: bool = Field(False, description="There is nothing to say of it.")
    caption: str = Field("", max_length=captions.LIMITS["caption"], description="Plain text.")
    credit: str = Field("", max_length=captions.LIMITS["credit"], description="Who made it.")
    rights: str = Field("", max_length=captions.LIMITS["rights"], description="Who may use it, and how.")


class ItemPatch(Given):
    """An item's text. Only the fields given change."""

    headline: str = Field("", max_length=LIMITS["headline"], description="Plain text.")
    subhead: str = Field(
        "",
        max_length=LIMITS["subhead"],
        description="A second line below the headline, plain text. Most items have none.",
    )
    dateline: str = Field(
        "",
        max_length=LIMITS["dateline"],
        description="Where and when the text was given out, such as “BAKU, 22 November 2026”. "
        "It runs in before the first words of the text; the dash behind it is put there.",
    )
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
    pictures: list[PictureGiven] = Field(
        default_factory=list,
        max_length=captions.MOST,
        description="The first one leads. One that is neither described nor decorative keeps the item from going out.",
    )
    contacts: list[Number] = Field(
        default_factory=list,
        max_length=MOST["contacts"],
        description="Ids of whom journalists may call, in their order.",
    )
    boilerplates: list[Number] = Field(
        default_factory=list,
        max_length=MOST["boilerplates"],
        description="Ids of the “about” texts below it, in their order. A new item that names none has its organisation's.",
    )


class ItemNew(ItemPatch):
    """A new item's text."""

    headline: str = Field(min_length=1, max_length=LIMITS["headline"], description="Plain text.")
    language: str = Field("", description="Language of the text. Empty: the newsroom's main language.")


class Nothing(Given):
    """Nothing needs to be said."""


class Submission(Given):
    """Who is to look at it, and what is to be said to them."""

    note: str = Field("", max_length=LIMIT, description="For the newsroom; readers do not see it.")
    to: Name = Field("", description="E-mail address of somebody who may approve, who is responsible from then on.")


class Changes(Given):
    """What should be changed."""

    note: str = Field(min_length=1, max_length=LIMIT, description="For whoever wrote it; readers do not see it.")


class Assignment(Given):
    """Who is responsible."""

    to: Name = Field(description="E-mail address of somebody who may write; empty: nobody any more.")


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
