"""ninjs, IPTC's news in JSON: 3.1 for an item and a feed, 2.2 for an item.

Names in comments are properties of https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json. A feed is a `composite` whose
`associations` are its items: the standard has no word for a list, and so its own schema holds for one.
"""

import json
from typing import Any
from urllib.parse import quote

from feedsvc.formats.document import TOPICS, Entry, FeedDoc, Picture, Rendition, Term, Withdrawal

_SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_{version}.json"
_SPECIES = {"person": "people", "place": "places"}
"""Kind of term → property; all others are subjects."""

Node = dict[str, Any]


def feed(doc: FeedDoc) -> bytes:
    """The UTF-8 bytes of a feed in ninjs 3.1."""
    node: Node = {
        "uri": doc.id,
        "type": "composite",
        "representationType": "full",
        "standard": _standard("3.1"),
        "versionCreated": doc.updated.isoformat(),
        "pubStatus": "usable",
        "language": doc.language,
        "title": doc.title,
        "infoSources": [{"name": doc.author, "uri": doc.home_url}],
        **_rights(doc, doc.author),
    }
    named = [*map(_canceled, doc.withdrawn), *(_item(entry, doc) for entry in doc.entries)]
    node["associations"] = [{"name": str(place), **one} for place, one in enumerate(named, 1)]
    return _bytes(node)


def item(doc: FeedDoc) -> bytes:
    """The UTF-8 bytes of the one entry or withdrawal of `doc` in ninjs 3.1."""
    return _bytes(_alone(doc, "3.1"))


def older_item(doc: FeedDoc) -> bytes:
    """The same in ninjs 2.2, which has the same properties, all in small letters."""
    return _bytes(_small(_alone(doc, "2.2")))


def _alone(doc: FeedDoc, version: str) -> Node:
    [node] = [*map(_canceled, doc.withdrawn), *(_item(entry, doc) for entry in doc.entries)]
    return {**node, "standard": _standard(version)}


def _standard(version: str) -> Node:
    return {"name": "ninjs", "version": version, "schema": _SCHEMA.format(version=version)}


def _bytes(node: Node) -> bytes:
    return json.dumps(node, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8")


def _small(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _small(one) for name, one in value.items()}
    return [_small(one) for one in value] if isinstance(value, list) else value


def _item(entry: Entry, doc: FeedDoc) -> Node:
    """A text; whatever would be empty is left out."""
    revised = entry.revised or entry.updated
    node: Node = {
        "uri": entry.id,
        "type": "text",
        "representationType": "full",
        "version": str(entry.version),
        "firstCreated": entry.published.isoformat(),
        "versionCreated": revised.isoformat(),
        "contentCreated": entry.published.isoformat(),
        "pubStatus": "usable",
        "language": entry.language,
        "title": entry.title,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": entry.title}],
        "by": ", ".join(entry.authors),
        "located": entry.dateline,
        "descriptions": _told(("summary", entry.summary)),
        "bodies": [{"role": "main", "contentType": "text/html", "value": entry.content_html}],
        "edNote": "\n".join(f"{note.at.isoformat()} {note.text}" for note in entry.notes),
        "organisations": [{"name": entry.organisation, "rel": "source"}] if entry.organisation else [],
        "infoSources": [{"name": doc.author, "uri": doc.home_url}],
        "altIds": [{"role": "webpage", "value": entry.url}] if entry.url else [],
        **_rights(doc, entry.organisation or doc.author),
    }
    for term in entry.terms:
        node.setdefault(_SPECIES.get(term.kind, "subjects"), []).append(_subject(term))
        if term.topic:
            node.setdefault("subjects", []).append(_topic(term))
    node["associations"] = [_picture(one, place, entry) for place, one in enumerate(entry.pictures, 1)]
    return {name: value for name, value in node.items() if value}


def _subject(term: Term) -> Node:
    """`uri` names the term in our vocabulary, `literal` is its code there."""
    node = {"name": term.label or term.term, "uri": term.scheme + quote(term.term), "literal": term.term}
    if term.point is None:
        return node
    latitude, longitude = term.point  # RFC 7946 §3.1.1: longitude first
    return node | {"geoJSON": {"type": "Point", "coordinates": [longitude, latitude]}}


def _topic(term: Term) -> Node:
    """The same subject in IPTC's Media Topics."""
    return {"name": term.label or term.term, "uri": TOPICS + term.topic, "literal": f"medtop:{term.topic}"}


def _told(*pairs: tuple[str, str]) -> list[Node]:
    return [{"role": role, "contentType": "text/plain", "value": value} for role, value in pairs if value]


def _rights(doc: FeedDoc, holder: str) -> Node:
    """`copyrightHolder` … `rightsInfo`: who may do what, from the newsroom's one setting."""
    node: Node = {"copyrightHolder": holder, "usageTerms": doc.rights}
    if doc.licence:
        node["rightsInfo"] = {"linkedRights": doc.licence}
    return {name: value for name, value in node.items() if value}


def _picture(picture: Picture, place: int, entry: Entry) -> Node:
    """A picture of an item, with its words and all its renditions."""
    node: Node = {
        "name": f"picture-{place}",
        "uri": picture.best.url,
        "type": "picture",
        "language": entry.language,
        "descriptions": _told(("caption", picture.caption), ("alttext", picture.alt)),
        "by": picture.credit,
        "copyrightNotice": picture.rights,
        "renditions": [_rendition(one) for one in picture.renditions],
    }
    return {name: value for name, value in node.items() if value}


def _rendition(file: Rendition) -> Node:
    return {
        "name": f"{file.width}x{file.height} {file.media_type.rpartition('/')[2]}",
        "href": file.url,
        "contentType": file.media_type,
        "width": file.width,
        "height": file.height,
        "sizeInBytes": file.length,
    }


def _canceled(gone: Withdrawal) -> Node:
    """`pubStatus`: whoever has it must not go on using it."""
    return {
        "uri": gone.id,
        "type": "text",
        "representationType": "partial",
        "version": str(gone.version),
        "firstCreated": gone.published.isoformat(),
        "versionCreated": gone.at.isoformat(),
        "pubStatus": "canceled",
        "language": gone.language,
        "title": gone.title,
        "edNote": gone.notice,
    }
