"""Every parameter that an operation can take, as the OpenAPI document describes it."""

from collections.abc import Iterator
from typing import Any

from feedsvc.newsroom.subject_lists import SORTS
from feedsvc.web.api import pages
from feedsvc.web.api.operation import Operation
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
_MOMENT: Json = {"type": "string", "format": "date-time"}

PLACES: dict[str, tuple[Json, str]] = {
    "id": (_TEXT, N_("The item's `id`, or `urn:uuid:` and it.")),
    "number": (_NUMBER, N_("Its number, as the list gives it.")),
    "media": ({**_TEXT, "pattern": "^[0-9a-f]{32}$"}, N_("The picture's `id`.")),
    "kind": (
        {"type": "string", "enum": [*SORTS, "tag"]},
        N_("What it is; `tag` stands for themes, people and places."),
    ),
    "slug": (_TEXT, N_("Its `slug`.")),
}
"""Part of an address → its schema and what it is."""
QUERY: dict[str, tuple[Json, str]] = {
    "with": (_NUMBER, N_("The revision to compare with; without it the one before.")),
    "person": (_TEXT, N_("Only what was done by this e-mail address, or by `system`.")),
    "subject": (_TEXT, N_("Only what was done to this: an item's `id`, or what else the log names.")),
    "action": (_TEXT, N_("Only deeds of this kind.")),
    "since": (_MOMENT, N_("From this moment on, with an offset.")),
    "until": (_MOMENT, N_("Before this moment, with an offset.")),
    "email": (_TEXT, N_("Only those of this account.")),
    "name": ({**_TEXT, "minLength": 1}, N_("What the file is called, where it is the whole body.")),
    "q": ({**_TEXT, "minLength": 1}, N_("Words to look for. They have no operators.")),
    "in": (_TEXT, N_("In which language; in every one without it.")),
    "scope": (
        {**_TEXT, "minLength": 1},
        N_("Only about this: `category/`, `tag/`, `author/` or `organisation/` and a slug."),
    ),
    "year": ({"type": "integer", "minimum": 1900, "maximum": 2199}, N_("Only what was first published in this year.")),
    "days": ({"type": "integer", "minimum": 1, "maximum": 366}, N_("How many days back; 30 without it.")),
}
"""Parameter of the query → its schema and what it is."""
NEEDED = frozenset({"q"})
"""Those that an operation which takes them cannot do without."""


def names(operation: Operation) -> Iterator[str]:
    """The parameters of an operation."""
    yield from operation.places
    yield from ("limit", "cursor") if operation.paged else ()
    yield from operation.asks
    if operation.takes_file:
        yield "name"
    if operation.about_item:
        yield "language"
    if operation.if_match:
        yield "IfMatchRequired" if operation.if_match == "required" else "IfMatch"
    if operation.keyed:
        yield "IdempotencyKey"


def queried(operation: Operation) -> frozenset[str]:
    """The parameters that an operation takes behind the question mark."""
    return frozenset(names(operation)) & {*QUERY, "language", "limit", "cursor"}


def documented(languages: tuple[str, ...]) -> Json:
    """Every parameter, by the name that operations refer to."""
    rows = {name: _parameter(name, "path", *row, required=True) for name, row in PLACES.items()}
    rows |= {name: _parameter(name, "query", *row, required=name in NEEDED) for name, row in QUERY.items()}
    limit = {"type": "integer", "minimum": 1, "maximum": pages.MOST, "default": pages.USUAL}
    cursor = {**_TEXT, "minLength": 1}
    match = {**_TEXT, "pattern": r'^(\*|"[^"]+")$', "examples": ['"v1"', "*"]}
    key = {
        **_TEXT,
        "pattern": r'^("[!#-~ ]{1,200}"|[!#-~]{1,200})$',
        "examples": ["5a9c0d52-6c57-4b0e-a9f5-1f6d8c1f0a11"],
    }
    spoken = {**_TEXT, "enum": list(languages)}
    seen = _("Only if the item is still at this version (its ETag).")
    once = _("A new one for each deed. Asked again with it within a day, it is done once and answered the same.")
    return rows | {
        "in": _parameter("in", "query", spoken, QUERY["in"][1]),
        "language": _parameter("language", "query", spoken, N_("Which translation; without it the item's first.")),
        "limit": _parameter("limit", "query", limit, N_("Most rows in one answer.")),
        "cursor": _parameter("cursor", "query", cursor, N_("What the page before gave as `next`.")),
        "IfMatch": _parameter("If-Match", "header", match, seen),
        "IfMatchRequired": _parameter(
            "If-Match", "header", match, N_("The version (ETag) that is changed, or `*` for any."), required=True
        ),
        "IdempotencyKey": _parameter("Idempotency-Key", "header", key, once),
    }


def _parameter(name: str, place: str, schema: Json, words: str, *, required: bool = False) -> Json:
    told: Json = {"name": name, "in": place, "description": _(words), "schema": schema}
    return told | ({"required": True} if required else {})
