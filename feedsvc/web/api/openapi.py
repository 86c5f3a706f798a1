"""The OpenAPI 3.1 document, made from the table of operations and the shapes."""

from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema

from feedsvc import __version__
from feedsvc.newsroom.workflow import SCOPES
from feedsvc.web.api import answered, parameters, shapes_around, shapes_feeds
from feedsvc.web.api.operation import Operation
from feedsvc.web.api.operations import OPERATIONS
from feedsvc.web.api.problems import MEDIA_TYPE
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

Json = dict[str, Any]
_STATUSES = {
    200: N_("Done."),
    201: N_("Written."),
    400: N_("The body is not JSON, or a header is not as it should be."),
    401: N_("There is no token, or it is not good."),
    403: N_(
        "The token's scopes or its owner's role do not include this, or the two-person rule stands against it. Where it is "
        "the former, `scope_needed` names the scope that it needs and `scopes` those that the token has; where these "
        "include it, the account needs another role."
    ),
    404: N_("There is nothing of this name here."),
    409: N_("This is not possible in the present state; nothing was changed."),
    412: N_("It has changed since the version that If-Match names; nothing was changed."),
    413: N_("The body is too large."),
    415: N_("The body is not declared as JSON."),
    422: N_("Something given cannot be taken; `problems` names every field. Nothing was changed."),
    428: N_("If-Match is missing."),
    429: N_("The token has asked too often; nothing was changed. Wait as many seconds as `Retry-After` says."),
    503: N_("The database does not answer just now. Nothing was changed; try again."),
}
_HEADERS: dict[str, Json] = {
    "ETag": {
        "schema": {"type": "string", "pattern": '^"(v[1-9][0-9]*|[0-9a-f]{24})"$'},
        "description": N_("Names this version, for If-Match."),
    },
    "Location": {
        "schema": {"type": "string", "format": "uri-reference"},
        "description": N_("The address of what was written."),
    },
    "WWW-Authenticate": {"schema": {"type": "string"}, "description": N_("Always of the kind Bearer.")},
    "RateLimit-Policy": {
        "required": False,
        "schema": {"type": "string"},
        "description": N_(
            "How many requests (`q`) a token has in how many seconds (`w`). Not there where nothing is limited."
        ),
    },
    "RateLimit": {
        "required": False,
        "schema": {"type": "string"},
        "description": N_("How many of them are left (`r`), and in how many seconds (`t`) all are back."),
    },
    "Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": N_("Seconds to wait.")},
}
_LIMITS = ("RateLimit-Policy", "RateLimit")
"""On every answer to a good token."""
_TAGGED = (answered.Item, shapes_around.Contact, shapes_around.Boilerplate, shapes_feeds.Filter)
"""What has an ETag, and an address where it was just written."""


def document(base_url: str, languages: tuple[str, ...]) -> Json:
    """The whole document. `base_url` without a final slash; `languages` as the newsroom writes them."""
    paths: dict[str, Json] = {}
    for name, operation in OPERATIONS.items():
        paths.setdefault(f"/api/v1{operation.path}", {})[operation.method.lower()] = _operation(name, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "feedsvc",
            "version": __version__,
            "description": _("Write, publish, correct and withdraw the newsroom's items."),
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(languages),
            "parameters": parameters.documented(languages),
            "headers": {name: {"required": True, **_said(header)} for name, header in _HEADERS.items()},
            "responses": {str(status): _problem(status) for status in _STATUSES if status >= HTTPStatus.BAD_REQUEST},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": _scopes()}},
        },
    }


def _operation(name: str, operation: Operation) -> Json:
    """An operation with its parameters, its body and every status that it can answer with."""
    scopes = ", ".join(f"`{scope}`" for scope, permissions in SCOPES.items() if operation.permission in permissions)
    needs = _(
        "Needs a token with one of the scopes {scopes}, of an account whose role includes “{permission}”.",
        scopes=scopes,
        permission=operation.permission,
    )
    description = [_(operation.description)] if operation.description else []
    told: Json = {
        "operationId": name,
        "summary": _(operation.summary),
        "description": "\n\n".join([*description, needs]),
        "parameters": [_ref("parameters", name) for name in parameters.names(operation)],
        "responses": {str(status): _response(status, operation) for status in operation.statuses},
    }
    if operation.takes:
        told["requestBody"] = {
            "required": operation.body_required,
            "content": _content(_ref("schemas", operation.takes.__name__)),
        }
    if operation.takes_file:
        told["requestBody"] = {"required": True, "content": _file()}
    return told


def _file() -> Json:
    """A file as the whole body or as a part of a form (OpenAPI 3.1 §4.8.14.2)."""
    part: Json = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
    kinds = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "application/octet-stream")
    return {"multipart/form-data": {"schema": part}, **{kind: {"schema": {}} for kind in kinds}}


def _response(status: int, operation: Operation) -> Json:
    """A success in full; a refusal by reference."""
    if status >= HTTPStatus.BAD_REQUEST:
        return _ref("responses", str(status))
    tagged = operation.answers in _TAGGED
    created = status == HTTPStatus.CREATED
    names = [*(["Location"] if tagged and created else []), *(["ETag"] if tagged else []), *_LIMITS]
    told: Json = {
        "description": _(_STATUSES[status]),
        "headers": {name: _ref("headers", name) for name in names},
        "content": _content(_ref("schemas", operation.answers.__name__)),
    }
    if created and operation.answers is answered.Item:
        told["links"] = {name: _link(name) for name, other in OPERATIONS.items() if other.places == ("id",)}
    return told


def _link(name: str) -> Json:
    """What can be done next with the item that was written."""
    return {"operationId": name, "parameters": {"id": "$response.body#/id"}}


def _problem(status: int) -> Json:
    """A refusal: always a problem document."""
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After", *_LIMITS), 503: ("Retry-After",)}.get(status, ())
    told: Json = {"description": _(_STATUSES[status]), "content": {MEDIA_TYPE: {"schema": _ref("schemas", "Problem")}}}
    return told | ({"headers": {name: _ref("headers", name) for name in headers}} if headers else {})


def _schemas(languages: tuple[str, ...]) -> Json:
    """JSON Schema of every shape: what goes in as it is checked, what comes out as it is written."""
    rows = OPERATIONS.values()
    given = {row.takes for row in rows if row.takes}
    told = {row.answers for row in rows} | {answered.Problem}
    wanted: list[Any] = [(shape, "validation") for shape in given] + [(shape, "serialization") for shape in told]
    wanted.sort(key=lambda pair: str(pair[0].__name__))
    _map, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    found: Json = schemas["$defs"]
    for name in ("ItemNew", "BoilerplateNew", "BoilerplatePatch"):
        found[name]["properties"]["language"]["enum"] = ["", *languages]
    return found


def _scopes() -> str:
    """Which scopes there are, in words."""
    lines = [f"- `{scope}`: {', '.join(permissions) or '–'}" for scope, permissions in SCOPES.items()]
    return (
        _(
            "A token: make one at the desk, on your own page under “Keys of programs”, or with `feedsvc token add EMAIL --scope SCOPE`. "
            "Scopes and what they let through:"
        )
        + "\n"
        + "\n".join(lines)
    )


def _said(header: Json) -> Json:
    words = header["description"]
    return {**header, "description": _(words)}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
