"""The shapes of the newsroom itself: its subjects, templates, pictures, people, tokens, log and settings."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from feedsvc.newsroom.drafts import LIMITS, MOST
from feedsvc.web.api.answered import Media, Stamp, Told
from feedsvc.web.api.shapes import Given, Moment, Name

Sort = Literal["category", "theme", "person", "place", "organisation"]
Scope = Literal["items:read", "items:write", "items:publish", "media:write", "admin"]


class Named(Told):
    """A subject by itself. Reading it tells of its pages and feeds."""

    id: int = Field(ge=1, description="Stays when it is renamed. A category and a tag may have the same one.")
    kind: Sort
    name: str
    slug: str


class SubjectGiven(Given):
    """A new subject."""

    kind: Sort
    name: Annotated[str, StringConstraints(min_length=1, max_length=LIMITS["name"])]
    slug: Name = Field(
        "", description="Last part of its address; empty: made from the name. None is taken for an organisation."
    )


class SubjectPatch(Given):
    """What is to be different about a subject. Only the fields given change."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=LIMITS["name"])] | None = None
    slug: Name | None = Field(None, description="The old address leads readers to the new one.")
    kind: Literal["theme", "person", "place"] | None = Field(None, description="Of a tag.")


class Merger(Given):
    """What a subject is to become part of."""

    into: Annotated[str, StringConstraints(min_length=1, max_length=LIMITS["name"])] = Field(
        description="Slug or name."
    )


class Deleted(Told):
    """It is gone."""

    texts: int = Field(ge=0, description="How many saved texts lost it.")


class Pictures(Told):
    """A page of pictures, the newest first."""

    media: list[Media]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class TemplateText(Given):
    """The words that an item begins with."""

    headline: str = Field("", max_length=LIMITS["headline"])
    subhead: str = Field("", max_length=LIMITS["subhead"])
    dateline: str = Field("", max_length=LIMITS["dateline"])
    summary: str = Field("", max_length=LIMITS["summary"])
    body: str = Field("", max_length=LIMITS["body_html"])
    body_form: Literal["typed", "html"] = Field("html", description="Whether `body` is HTML or plain words.")
    language: Annotated[str, StringConstraints(max_length=12)] = ""
    organisation: Name = Field("", description="Slug.")
    categories: list[Name] = Field(default_factory=list, max_length=MOST["categories"], description="Slugs.")
    people: list[Name] = Field(default_factory=list, max_length=MOST["tags"])
    places: list[Name] = Field(default_factory=list, max_length=MOST["tags"])
    themes: list[Name] = Field(default_factory=list, max_length=MOST["tags"])
    authors: list[Name] = Field(default_factory=list, max_length=MOST["authors"])


class TemplateGiven(TemplateText):
    """A template, whole."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=LIMITS["name"])]


class Template(Told):
    """A text to begin with."""

    number: int
    name: str
    headline: str
    subhead: str
    dateline: str
    summary: str
    body: str
    body_form: Literal["typed", "html"]
    language: str
    organisation: str
    categories: list[str]
    people: list[str]
    places: list[str]
    themes: list[str]
    authors: list[str]
    changed_at: Stamp


class Templates(Told):
    """Every template, by name."""

    templates: list[Template]


class Person(Told):
    """An account."""

    number: int
    email: str
    name: str
    role: str
    state: Literal["active", "invited", "closed"] = Field(description="`invited`: never came in.")
    codes: bool = Field(description="Whether sign-in asks for a code from the phone.")
    passkeys: bool
    created_at: Stamp
    seen_at: Stamp | None = Field(description="When a sign-in that still lasts was last used.")


class People(Told):
    """A page of accounts, the oldest first."""

    people: list[Person]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class PersonGiven(Given):
    """Somebody to invite."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=LIMITS["name"])]
    role: Name
    mail: bool = Field(False, description="Whether a link to come in by is mailed; else make one and pass it on.")


class RoleGiven(Given):
    """What somebody may do."""

    role: Name


class Link(Told):
    """A one-time way in, told this once."""

    url: str = Field(json_schema_extra={"format": "uri"})


class Role(Told):
    """A set of permissions."""

    name: str
    permissions: list[str]


class Roles(Told):
    """Every role."""

    roles: list[Role]


class Token(Told):
    """A program's key. The token itself is kept nowhere."""

    number: int
    name: str = Field(description="What it is for.")
    email: str = Field(description="Whose it is.")
    scopes: list[str]
    created_at: Stamp
    expires_at: Stamp | None
    last_used_at: Stamp | None = Field(description="To the minute.")
    revoked_at: Stamp | None


class Tokens(Told):
    """A page of tokens, the newest first."""

    tokens: list[Token]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class TokenMade(Token):
    """A new token, told this once."""

    token: str


class TokenGiven(Given):
    """A token to make."""

    email: Annotated[str, StringConstraints(max_length=254)] = Field(
        "", description="Whose it is to be; empty: your own."
    )
    name: Annotated[str, StringConstraints(max_length=80)] = Field("", description="What it is for.")
    scopes: list[Scope] = Field(min_length=1, max_length=5)
    expires_at: Moment | None = Field(None, description="When it ends; never without it.")


class Me(Told):
    """Who asks."""

    email: str
    name: str
    role: str
    permissions: list[str] = Field(description="What both the role and this token's scopes let through.")
    token: Token


class Entry(Told):
    """An entry of the log: it can be read and never changed."""

    number: int
    at: Stamp
    person: str = Field(description="E-mail address of who did it at the time, or `system`.")
    action: str
    subject: str = Field(description="An item's `id`, or what else it was done to.")
    detail: dict[str, Any]
    seal: str = Field(description="SHA-256 over the seal before and this entry.")


class Log(Told):
    """A page of the log, the newest first."""

    entries: list[Entry]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class Choices(Told):
    """What the newsroom chose for itself."""

    two_person: bool = Field(description="Whether nobody may approve or publish what they wrote themselves.")


class ChoicesGiven(Given):
    """What the newsroom is to choose. Only what is given changes."""

    two_person: bool | None = None


class Notice(Told):
    """Something that concerns the token's owner."""

    number: int
    kind: str
    item: str = Field(description="The item's `id`.", json_schema_extra={"format": "uuid"})
    language: str
    headline: str
    by: str = Field(description="Whose deed it was, by name; empty for what happened by itself.")
    note: str
    moment: Stamp | None = Field(description="When it goes or went live, where it speaks of that.")
    at: Stamp
    read_at: Stamp | None


class Notices(Told):
    """A page of notices, the newest first."""

    notices: list[Notice]
    unread: int = Field(description="How many are unread, counted up to 100.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class ReadGiven(Given):
    """Up to where the notices are read."""

    up_to: int = Field(ge=1, le=2**31 - 1, description="The number of the newest one that was shown.")


class Reader(Told):
    """Who asked for one feed in one format."""

    scope: str
    language: str
    format: str
    requests: int
    unchanged: float = Field(description="Share of readings that were answered with “nothing new”, from 0 to 1.")
    subscribers: int = Field(description="As feed readers report them.")


class Audience(Told):
    """The most read feeds."""

    days: int
    feeds: list[Reader]
