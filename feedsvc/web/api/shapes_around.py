"""The shapes of what stands around an item's text: contacts, boilerplates, and what the newsroom says among itself."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from feedsvc.newsroom import boilerplates, contacts, drafts
from feedsvc.newsroom.remarks import LIMIT
from feedsvc.web.api.answered import Stamp, Told
from feedsvc.web.api.shapes import Given

Code = Annotated[str, StringConstraints(max_length=12)]


class ContactPatch(Given):
    """Somebody whom journalists may call. Only the fields given change."""

    name: str = Field("", max_length=contacts.LIMITS["name"])
    role: str = Field("", max_length=contacts.LIMITS["role"], description="Such as “Head of Media Relations”.")
    email: str = Field("", max_length=contacts.LIMITS["email"], description="This or `phone` must be there.")
    phone: str = Field("", max_length=contacts.LIMITS["phone"], description="As people write it: +994 12 498 11 11.")
    languages: list[Code] = Field(default_factory=list, max_length=20, description="Codes of what they speak.")
    public: bool = Field(True, description="Whether readers may see them; otherwise they are for the newsroom alone.")
    active: bool = Field(True, description="False: retired, no longer offered, and gone from every page.")


class ContactNew(ContactPatch):
    """A new contact."""

    name: str = Field(min_length=1, max_length=contacts.LIMITS["name"])


class Contact(Told):
    """Somebody whom journalists may call, as every item that names them shows them now.

    `email` and `phone` of a card that is not public, or retired, are told to who may change it.
    """

    id: int = Field(ge=1, description="Names them in an item's `contacts`.")
    name: str
    role: str
    email: str
    phone: str
    languages: list[str]
    public: bool
    active: bool
    changed_at: Stamp


class Contacts(Told):
    """A page of contacts."""

    contacts: list[Contact]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class BoilerplatePatch(Given):
    """An “about” text. Only the fields given change."""

    name: str = Field(
        "", max_length=boilerplates.LIMITS["name"], description="What the newsroom calls it. Empty: its heading."
    )
    language: str = Field("", description="Of which items; empty: for items of every language.")
    heading: str = Field("", max_length=boilerplates.LIMITS["heading"], description="Such as “About Bakcell”.")
    html: str = Field("", max_length=boilerplates.LIMITS["html"], description="Scripts, styles and forms are removed.")
    organisation: Annotated[str, StringConstraints(max_length=drafts.LIMITS["name"])] = Field(
        "", description="Slug of the organisation whose new items have it; empty: none's."
    )
    active: bool = Field(True, description="False: no longer offered for new items.")


class BoilerplateNew(BoilerplatePatch):
    """A new “about” text."""

    heading: str = Field(min_length=1, max_length=boilerplates.LIMITS["heading"])
    html: str = Field(min_length=1, max_length=boilerplates.LIMITS["html"])


class Boilerplate(Told):
    """An “about” text. Items keep the words that they were saved with, until it is renewed in them."""

    id: int = Field(ge=1, description="Names it in an item's `boilerplates`.")
    name: str
    language: str
    heading: str
    html: str
    organisation: str = Field(description="Slug; empty where it belongs to none.")
    active: bool
    version: int = Field(ge=1, description="Grows with every change of its words.")
    behind: int = Field(ge=0, le=1_001, description="Live items with older words; 1001 for a thousand and more.")
    changed_at: Stamp


class Boilerplates(Told):
    """A page of “about” texts."""

    boilerplates: list[Boilerplate]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Renewed(Told):
    """What a renewal has done so far."""

    renewed: int = Field(ge=0, description="Live items that have the newest words since this call.")
    behind: int = Field(ge=0, le=1_001, description="Those that still have older ones; what is planned stays as it is.")


class CommentGiven(Given):
    """Something to say about an item's newest text."""

    note: str = Field(min_length=1, max_length=LIMIT, description="For the newsroom; readers do not see it.")


class Comment(Told):
    """A line of the newsroom's conversation about an item: a comment, or a deed of its review."""

    id: int = Field(ge=1)
    kind: Literal["comment", "submit", "assign", "request-changes", "approve", "restore"]
    note: str
    revision: int = Field(ge=1, description="Number of the text that it speaks of.")
    at: Stamp
    by: str | None = Field(description="E-mail address; null for the newsroom itself.")
    to: str | None = Field(description="E-mail address of whom it made responsible.")


class Comments(Told):
    """A page of the conversation, in its order."""

    comments: list[Comment]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")
