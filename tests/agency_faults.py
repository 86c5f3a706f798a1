"""What is wrong with a document of an agency's format, by IPTC's own schemas; empty for a good one."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parent / "schemas"
_POINT = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {
            "type": "array",
            "prefixItems": [{"minimum": -180, "maximum": 180}, {"minimum": -90, "maximum": 90}],
            "items": {"type": "number"},
            "minItems": 2,
        },
    },
}
"""Stands in for geojson.org's schema, which ninjs refers to (RFC 7946 §3.1.2: longitude first)."""


@cache
def _ninjs(version: str) -> Any:
    schema = json.loads((SCHEMAS / f"ninjs-{version}.json").read_text("utf-8"))
    point = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **_POINT})
    registry: Registry = Registry().with_resource("https://geojson.org/schema/GeoJSON.json", point)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, registry=registry, format_checker=checker)


def ninjs_faults(document: bytes, version: str) -> list[str]:
    told = json.loads(document)
    faults = [error.message for error in _ninjs(version).iter_errors(told)]
    if told.get("standard", {}).get("version") != version:
        faults.append("the standard's version")
    return faults


@cache
def _schema(name: str) -> Any:
    return etree.XMLSchema(etree.parse(SCHEMAS / name))


def newsml_faults(document: bytes) -> list[str]:
    return _faults("NewsML-G2_2.35-All-Power.xsd", document)


def nitf_faults(document: bytes) -> list[str]:
    found = _faults("nitf-3-6.xsd", document)
    data = etree.fromstring(document).find(".//{*}docdata")
    # The schema's documentation names these, and its type takes any string.
    if data is None or data.get("management-status") not in ("usable", "embargoed", "withheld", "canceled"):
        found.append("management-status")
    return found


def _faults(name: str, document: bytes) -> list[str]:
    schema = _schema(name)
    return [] if schema.validate(etree.fromstring(document)) else [str(one) for one in schema.error_log]


def faults(suffix: str, document: bytes) -> list[str]:
    if suffix.startswith("ninjs"):
        return ninjs_faults(document, "2.2" if suffix == "ninjs2.json" else "3.1")
    return newsml_faults(document) if suffix == "newsml.xml" else nitf_faults(document)
