"""What a request asks for: its body, its parameters and its If-Match, each read strictly and refused in words."""

import json
import re
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from feedsvc import settings, words
from feedsvc.characters import clean, clean_tree
from feedsvc.errors import NotFound
from feedsvc.newsroom import searching
from feedsvc.newsroom.guarded import Versions
from feedsvc.web.api import shapes
from feedsvc.web.api.problems import Refusal
from feedsvc.web.errors import Told
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

Shape = TypeVar("Shape", bound=BaseModel)

MOST_NUMBER = 2**31 - 1
"""No row has a greater one."""
_TAG = '(W/)?"[^"]*"'
_IF_MATCH = re.compile(rf"\*|{_TAG}([ \t]*,[ \t]*{_TAG})*")
"""`*` or a list of entity tags (RFC 9110 §13.1.1)."""
_IDEMPOTENCY_KEY = re.compile(r'"([!#-~ ]{1,200})"|([!#-~]{1,200})')
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_PROBLEMS = {
    "extra_forbidden": N_("There is no such field."),
    "list_type": N_("This must be a list."),
    "literal_error": words.PROBLEMS["unknown_kind"],
    "model_type": N_("This must be an object with fields."),
    "missing": words.PROBLEMS["missing"],
    "not_a_moment": N_("This is not a date and time such as 2027-01-31T12:00:00+04:00."),
    "string_too_long": N_("This is too long: at most {max_length} characters."),
    "string_too_short": words.PROBLEMS["missing"],
    "string_type": words.PROBLEMS["not_text"],
    "too_long": N_("These are too many: at most {max_length}."),
}
"""pydantic's name of an error → our sentence, filled with pydantic's values."""


def refuse(status: int, title: str, detail: str, *, headers: dict[str, str] | None = None) -> NoReturn:
    """Ends the request with these words."""
    raise Refusal(Told(status, title, detail, headers=headers or {}))


def invalid(problems: dict[str, str]) -> NoReturn:
    """Ends the request with a 422 that names every bad field."""
    raise Refusal(Told(422, _("Please check what you sent"), " ".join(dict.fromkeys(problems.values())), problems))


def body(shape: type[Shape]) -> Shape:
    """The request's JSON as `shape`, every string in it cleaned. No body at all is the same as `{}`.

    Refuses with 415 (another kind of content), 400 (broken JSON) or 422 (not the shape).
    """
    raw = request.get_data()
    if raw and request.mimetype != "application/json":
        refuse(415, _("This kind of content is not taken here"), _("Send JSON, with Content-Type: application/json."))
    as_sent, cleaned = _json(raw) if raw else ({}, {})
    try:
        shape.model_validate(as_sent)  # so that lengths and names of fields count exactly as the document says
        return shape.model_validate(cleaned)
    except ValidationError as error:
        invalid(_sentences(error.errors(include_url=False, include_input=False)))


def only(known: frozenset[str]) -> None:
    """Refuses a parameter that the operation does not have: a slip of the pen must not change what is asked for."""
    invalid_ones = {name: _("There is no such parameter.") for name in request.args if name not in known}
    if invalid_ones:
        invalid({name[:200]: sentence for name, sentence in list(invalid_ones.items())[:20]})


def upload(most: int) -> tuple[bytes, str]:
    """A file and its name: the body, or the part `file` of a form. Reads no more than `most` bytes and one."""
    if request.mimetype != "multipart/form-data":
        return request.stream.read(most + 1), one("name")
    part = request.files.get("file")
    return (part.stream.read(most + 1), part.filename or "") if part else (b"", "")


def _json(raw: bytes) -> tuple[Any, Any]:
    """The JSON value as it was sent, lone surrogates replaced, and as it is kept, every string cleaned.

    RFC 8259 §8.1 wants UTF-8; §9 lets us limit the depth, as Python's stack does.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        as_sent = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        return as_sent, clean_tree(value)
    except RecursionError:
        refuse(400, _("This request cannot be read"), _("The JSON in it is nested too deeply."))
    except ValueError:  # broken JSON, broken UTF-8, a number of 5,000 digits
        refuse(400, _("This request cannot be read"), _("The body is not JSON."))


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def _sentences(found: list[ErrorDetails]) -> dict[str, str]:
    """Field → sentence. A member of a list is named by its number: `tags.2`."""
    told: dict[str, str] = {}
    for error in found:
        path = [str(part) for part in error["loc"] if not str(part).startswith(("constrained-str", "TagGiven"))]
        sentence = _PROBLEMS.get(error["type"], N_("This cannot be taken as it is."))
        told.setdefault(".".join(path)[:200] or "body", _(sentence, **(error.get("ctx") or {})))
    return told


def key(name: str) -> str:
    """An item's key, from a UUID or `urn:uuid:` and one. Raises NotFound for anything else."""
    lowered = name.lower().removeprefix("urn:uuid:")
    if not _KEY.fullmatch(lowered):
        raise NotFound("item")
    return lowered


def number(text: str) -> int:
    """A row's number in an address or parameter. Raises NotFound for what no row can have."""
    if not re.fullmatch("[1-9][0-9]{0,9}", text) or int(text) > MOST_NUMBER:
        raise NotFound("number")
    return int(text)


def parameter(name: str) -> str:
    """Any other parameter; empty where it is not given."""
    return clean(one(name))


def whole(name: str, usual: int, most: int) -> int:
    """A parameter that is a whole number from 1 on."""
    given = one(name)
    if given and not (re.fullmatch("[0-9]{1,9}", given) and 1 <= int(given) <= most):
        invalid({name: _("This must be a whole number from 1 to {most}.", most=most)})
    return int(given or usual)


def moment(name: str) -> datetime | None:
    """A parameter that is a moment; None where it is not given."""
    given = one(name).replace(" ", "+")  # a plus sign that nobody quoted
    if not given:
        return None
    try:
        return shapes.moment(given)
    except PydanticCustomError:
        sentence = _PROBLEMS["not_a_moment"]
        invalid({name: _(sentence)})


def versions(*, required: bool) -> Versions:
    """The versions that If-Match lets be changed; None for `*` and where there is none.

    Strong comparison (RFC 9110 §13.1.1): a weak tag matches nothing. Refuses with 428 where one is required, with
    400 what is neither `*` nor a list of tags.
    """
    given = request.headers.get("If-Match")
    if given is None:
        if required:
            sentence = _("Say which version you change: send the ETag that you read as If-Match, or * for any.")
            refuse(428, _("If-Match is missing"), sentence)
        return None
    if not _IF_MATCH.fullmatch(given):
        sentence = _("If-Match must be * or an ETag in its quotation marks, as it was read.")
        refuse(400, _("This request cannot be read"), sentence)
    if given == "*":
        return None
    return frozenset(int(number) for number in re.findall(r'(?<!W/)"v([1-9][0-9]{0,17})"', given))


def tags() -> frozenset[str] | None:
    """The strong tags that If-Match names; None for `*`. Refuses as `versions` does."""
    versions(required=True)
    given = request.headers["If-Match"]
    return None if given == "*" else frozenset(re.findall(r'(?<!W/)("[^"]*")', given))


def idempotency_key() -> str:
    """What `Idempotency-Key` says, with or without its quotation marks; empty where there is none. Refuses with 400."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return ""
    found = _IDEMPOTENCY_KEY.fullmatch(given)
    if not found:
        sentence = _("An Idempotency-Key has 1 to 200 printable ASCII characters, best those of a new UUID.")
        refuse(400, _("This request cannot be read"), sentence)
    return found[1] or found[2]


def language() -> str:
    """The `language` parameter; empty where none is given."""
    return one("language")


def sought() -> searching.Question:
    """What a search asks for."""
    languages = settings.current().languages
    text, chosen, scope, year = (one(name) for name in ("q", "in", "scope", "year"))
    if not text:
        invalid({"q": _("Please fill this in.")})
    if chosen and chosen not in languages:
        invalid({"in": _("This newsroom does not write {language}.", language=chosen[:20])})
    if year and not (re.fullmatch("[0-9]{4}", year) and int(year) in searching.YEARS):
        invalid({"year": _("This must be a whole number from {least} to {most}.", least=1900, most=2199)})
    return searching.question(text, (chosen,) if chosen else languages, scope=scope, year=int(year or 0))


def one(name: str) -> str:
    """A parameter that may be given once."""
    values = request.args.getlist(name)
    if len(values) > 1 or values == [""]:
        invalid({name: _("This must be given once and with a value, or not at all.")})
    return values[0] if values else ""
