"""The OpenAPI document as a page shows it: plain rows, every reference followed."""

from typing import Any

Json = dict[str, Any]


def page(document: Json) -> Json:
    """What `api/docs.html` needs: `info`, `server`, `scopes`, `operations` and `shapes`."""
    return {
        "info": document["info"],
        "server": document["servers"][0]["url"],
        "scopes": document["components"]["securitySchemes"]["bearer"]["description"].split("\n- "),
        "operations": [
            _operation(document, method, path, row)
            for path, rows in document["paths"].items()
            for method, row in rows.items()
        ],
        "shapes": [_shape(name, schema) for name, schema in document["components"]["schemas"].items()],
    }


def _operation(document: Json, method: str, path: str, row: Json) -> Json:
    """One operation, with its parameters and statuses in full."""
    answers = [(status, _found(document, answer)) for status, answer in row["responses"].items()]
    body = row.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "name": row["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": row["summary"],
        "paragraphs": row["description"].split("\n\n"),
        "parameters": [_found(document, parameter) for parameter in row["parameters"]],
        "takes": _kind(body) if body else "",
        "statuses": [(status, answer["description"], _kind(_content(answer))) for status, answer in answers],
    }


def _content(answer: Json) -> Json:
    """The schema of an answer, whatever its media type."""
    schema: Json = next(iter(answer["content"].values()))["schema"]
    return schema


def _shape(name: str, schema: Json) -> Json:
    """One shape, a row for each field."""
    required = schema.get("required", ())
    fields = [
        {"name": field, "kind": _kind(said), "required": field in required, "description": said.get("description", "")}
        for field, said in schema.get("properties", {}).items()
    ]
    return {"name": name, "description": schema.get("description", ""), "fields": fields}


def _found(document: Json, node: Json) -> Json:
    """What a reference refers to; anything else as it is."""
    for part in node["$ref"].removeprefix("#/").split("/") if "$ref" in node else ():
        document = document[part]
    return document if "$ref" in node else node


def _kind(schema: Json) -> str:
    """A schema in a few words: `list of Tag`, `date-time or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(repr(value).replace("'", '"') for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("const") or schema.get("type", "anything"))
