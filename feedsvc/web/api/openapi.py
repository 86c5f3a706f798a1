"""The OpenAPI 3.1 document, made from the table of operations and the shapes."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema

from feedsvc import __version__
from feedsvc.newsroom.workflow import SCOPES
from feedsvc.web.api import asked, shapes
from feedsvc.web.api.operations import OPERATIONS, Operation
from feedsvc.web.api.problems import MEDIA_TYPE
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

Json = dict[str, Any]
_STATUSES = {
    200: N_("Done."),
    201: N_("Written."),
    400: N_("The body is not JSON."),
    401: N_("There is no token, or it is not good."),
    403: N_("The token's scopes or its owner's role do not include this."),
    404: N_("There is no such item."),
    409: N_("This is not possible in the item's present state; nothing was changed."),
    412: N_("The item has changed since the version that If-Match names; nothing was changed."),
    413: N_("The body is too large."),
    415: N_("The body is not declared as JSON."),
    422: N_("Something given cannot be taken; `problems` names every field. Nothing was changed."),
    428: N_("If-Match is missing."),
    503: N_("The database does not answer just now. Nothing was changed; try again."),
}
_TEXT: Json = {"type": "string"}
_HEADERS: dict[str, Json] = {
    "ETag": {
        "schema": {"type": "string", "pattern": '^"v[1-9][0-9]*"$'},
        "description": N_("Names this version, for If-Match."),
    },
    "Location": {
        "schema": {"type": "string", "format": "uri-reference"},
        "description": N_("The new item's address here."),
    },
    "WWW-Authenticate": {"schema": _TEXT, "description": N_("Always of the kind Bearer.")},
    "Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": N_("Seconds to wait.")},
}


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
            "parameters": _parameters(languages),
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
        "parameters": [_ref("parameters", parameter) for parameter in _parameter_names(name, operation)],
        "responses": {str(status): _response(status, operation) for status in operation.statuses},
    }
    if operation.takes:
        told["requestBody"] = {
            "required": operation.body_required,
            "content": _content(_ref("schemas", operation.takes.__name__)),
        }
    return told


def _parameter_names(name: str, operation: Operation) -> Iterator[str]:
    if name == "listItems":
        yield from ("limit", "cursor")
    if operation.about_item:
        yield from ("id", "language")
    if operation.if_match:
        yield "IfMatchRequired" if operation.if_match == "required" else "IfMatch"


def _response(status: int, operation: Operation) -> Json:
    """A success in full; a refusal by reference."""
    if status >= HTTPStatus.BAD_REQUEST:
        return _ref("responses", str(status))
    names = (
        ("ETag", "Location") if status == HTTPStatus.CREATED else ("ETag",) if operation.answers is shapes.Item else ()
    )
    told: Json = {"description": _(_STATUSES[status]), "content": _content(_ref("schemas", operation.answers.__name__))}
    if names:
        told["headers"] = {name: _ref("headers", name) for name in names}
    if status == HTTPStatus.CREATED:
        told["links"] = {name: _link(name) for name, other in OPERATIONS.items() if other.about_item}
    return told


def _link(name: str) -> Json:
    """What can be done next with the item that was written."""
    return {"operationId": name, "parameters": {"id": "$response.body#/id"}}


def _problem(status: int) -> Json:
    """A refusal: always a problem document."""
    headers = {401: "WWW-Authenticate", 503: "Retry-After"}
    told: Json = {"description": _(_STATUSES[status]), "content": {MEDIA_TYPE: {"schema": _ref("schemas", "Problem")}}}
    return told | ({"headers": {headers[status]: _ref("headers", headers[status])}} if status in headers else {})


def _parameters(languages: tuple[str, ...]) -> Json:
    """Every parameter, by the name that operations refer to."""
    if_match: Json = {
        "name": "If-Match",
        "in": "header",
        "schema": {**_TEXT, "pattern": r'^(\*|"[^"]+")$', "examples": ['"v1"', "*"]},
    }
    return {
        "id": {
            "name": "id",
            "in": "path",
            "required": True,
            "description": _("The item's `id`, or `urn:uuid:` and it."),
            "schema": _TEXT,
        },
        "language": {
            "name": "language",
            "in": "query",
            "description": _("Which translation; without it the item's first."),
            "schema": {"type": "string", "enum": list(languages)},
        },
        "limit": {
            "name": "limit",
            "in": "query",
            "description": _("Most items in one answer."),
            "schema": {"type": "integer", "minimum": 1, "maximum": asked.MOST, "default": asked.USUAL},
        },
        "cursor": {
            "name": "cursor",
            "in": "query",
            "description": _("What the page before gave as `next`."),
            "schema": {**_TEXT, "minLength": 1},
        },
        "IfMatch": {**if_match, "description": _("Only if the item is still at this version (its ETag).")},
        "IfMatchRequired": {
            **if_match,
            "required": True,
            "description": _("The version (ETag) that is changed, or `*` for any."),
        },
    }


def _schemas(languages: tuple[str, ...]) -> Json:
    """JSON Schema of every shape: what goes in as it is checked, what comes out as it is written."""
    rows = OPERATIONS.values()
    given = {row.takes for row in rows if row.takes}
    told = {row.answers for row in rows} | {shapes.Problem}
    wanted: list[Any] = [(shape, "validation") for shape in given] + [(shape, "serialization") for shape in told]
    wanted.sort(key=lambda pair: str(pair[0].__name__))
    _map, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    found: Json = schemas["$defs"]
    found["ItemNew"]["properties"]["language"]["enum"] = ["", *languages]
    return found


def _scopes() -> str:
    """Which scopes there are, in words."""
    lines = [f"- `{scope}`: {', '.join(permissions) or '–'}" for scope, permissions in SCOPES.items()]
    return (
        _("A token, made with `feedsvc token add EMAIL --scope SCOPE`. Scopes and what they let through:")
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
