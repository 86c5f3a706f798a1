"""Lines 58 to 62: JSON Feed 1.1."""

import json
import re
from datetime import datetime
from typing import Any

from lines import Docs, line

NAMES = ("json", "archive.json", "empty.json")


def items(docs: Docs) -> list[dict[str, Any]]:
    return [one for name in NAMES for one in json.loads(docs[name])["items"]]


@line(
    58,
    "version, title, items, each with an id and content",
    ("json", b"version/1.1", b"version/1"),
    ("json", b'"content_html"', b'"content"'),
    ("archive.json", b'"id": "', b'"id": 1, "x": "'),
)
def whole(docs: Docs) -> list[str]:
    faults = [
        name
        for name in NAMES
        if json.loads(docs[name]).get("version") != "https://jsonfeed.org/version/1.1"
        or not json.loads(docs[name]).get("title")
    ]
    return faults + [
        str(one)
        for one in items(docs)
        if not isinstance(one.get("id"), str) or not (one.get("content_html") or one.get("content_text"))
    ]


@line(
    59,
    "HTML in content_html alone, dates as RFC 3339, authors, attachments with url and type",
    ("json", b'"authors": [', b'"author": {}, "x": ['),
    ("json", b'"mime_type"', b'"type"'),
    ("json", b'"date_published": "2026-03-06T04:00:00+00:00"', b'"date_published": "6 March"'),
    ("json", b'"summary": "20', b'"summary": "<p>20'),
)
def fields(docs: Docs) -> list[str]:
    faults = [
        str(one)
        for one in (*map(json.loads, (docs[name] for name in NAMES)), *items(docs))
        if "author" in one or re.match(r"<\w", one.get("summary", ""))
    ]
    for one in items(docs):
        try:
            stamps = [datetime.fromisoformat(one[name]).utcoffset() for name in ("date_published", "date_modified")]
        except ValueError:
            stamps = [None]
        faults += ["dates"] if None in stamps else []
    return faults + [
        "attachment"
        for one in items(docs)
        for file in one.get("attachments", [])
        if not {"url", "mime_type"} <= set(file)
    ]


@line(
    60,
    "home_page_url, feed_url, language, summary, image, tags",
    ("json", b'"feed_url"', b'"url"'),
    ("json", b'"image"', b'"picture"'),
    ("json", b'"tags"', b'"labels"'),
)
def more(docs: Docs) -> list[str]:
    faults = [
        f"{name} {one}"
        for name in NAMES
        for one in ("home_page_url", "feed_url", "language")
        if not json.loads(docs[name]).get(one)
    ]
    return faults + [name for name in ("summary", "image", "tags", "language") if name not in items(docs)[0]]


@line(
    61,
    "extensions begin with an underscore and a letter, without dots",
    ("json", b'"_rights"', b'"rights"'),
    ("json", b'"_picture"', b'"_2.picture"'),
)
def extensions(docs: Docs) -> list[str]:
    known = {
        "version", "title", "home_page_url", "feed_url", "description", "next_url", "language", "authors", "items", "id", "url", "summary",
        "content_html", "image", "date_published", "date_modified", "tags", "attachments", "mime_type", "size_in_bytes", "name",
    }  # fmt: skip

    def walk(value: Any, *, inside: bool = False) -> list[str]:
        if isinstance(value, list):
            return [name for one in value for name in walk(one, inside=inside)]
        if not isinstance(value, dict):
            return []
        bad = [name for name in value if not inside and name not in known and not re.fullmatch(r"_[A-Za-z][^.]*", name)]
        return bad + [name for key, one in value.items() for name in walk(one, inside=inside or key.startswith("_"))]

    return [name for one in NAMES for name in walk(json.loads(docs[one]))]


@line(
    62,
    "UTF-8 without a mark, without lone surrogates, no key twice",
    ("json", b'{"version"', b'\xef\xbb\xbf{"version"'),
    ("json", b'"title": "Z', b'"title": "\\ud800'),
    ("json", b'"language": "az"', b'"language": "az", "language": "en"'),
)
def clean(docs: Docs) -> list[str]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    for name in NAMES:
        json.dumps(json.loads(docs[name].decode("utf-8"), object_pairs_hook=once), ensure_ascii=False).encode("utf-8")
    return []
