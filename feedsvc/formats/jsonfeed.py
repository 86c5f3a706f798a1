"""JSON Feed 1.1, by hand. Names in comments are the sections of https://www.jsonfeed.org/version/1.1/."""

import json
from typing import Any

from feedsvc.formats.document import Entry, FeedDoc, Picture, Term, Withdrawal, stub

VERSION = 4
"""Raise it when the bytes of an item change: it is part of a stored fragment's key."""

SEPARATOR = b",\n"
"""Stands between two items, and between any two members, so that a document can be read and compared by line."""

_TAIL = b"]}"


def write_entry(entry: Entry) -> bytes:
    """The UTF-8 bytes of one item's object; raises UnicodeEncodeError for a lone surrogate."""
    return _bytes(_item(entry))


def write_withdrawal(gone: Withdrawal) -> bytes:
    """The UTF-8 bytes of an item in the place of one that was taken back; `_withdrawn` says so to programs (Extensions)."""
    said = {"about": "https://www.rfc-editor.org/rfc/rfc6721", "at": gone.at.isoformat()}
    return _bytes(_item(stub(gone)) | {"_withdrawn": said})


def frame(doc: FeedDoc) -> tuple[bytes, bytes]:
    """What stands before and after the items: head + items joined by SEPARATOR + tail. Ignores `doc.entries`."""
    return _bytes(_top(doc, []))[: -len(_TAIL)], _TAIL


def write_whole(doc: FeedDoc) -> bytes:
    """The document with all entries in one call of the JSON writer, the measure for the joined one."""
    return _bytes(_top(doc, [_item(entry) for entry in doc.entries]))


def _bytes(value: dict[str, Any]) -> bytes:
    # Strict UTF-8 without escapes: a lone surrogate is refused here instead of in somebody's reader (RFC 8259 §8.2).
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(SEPARATOR.decode(), ": ")).encode("utf-8")


def _top(doc: FeedDoc, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Top-level; `items` stays the last member, because the frame is cut there."""
    top: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": doc.title,
        "home_page_url": doc.home_url,
        "feed_url": doc.self_url("json"),
    }
    if doc.subtitle:
        top["description"] = doc.subtitle
    if doc.prev_archive is not None:
        # The page with the next older items, never this one again. JSON Feed has no word for the way back.
        top["next_url"] = doc.archive_url(doc.prev_archive, "json")
    if doc.hubs:
        top["hubs"] = [{"type": "WebSub", "url": url} for url in doc.hubs]
    top["language"] = doc.language
    top["authors"] = [{"name": doc.author}]
    if rights := _rights(doc):
        top["_rights"] = rights
    top["items"] = items
    return top


def _rights(doc: FeedDoc) -> dict[str, str]:
    """Extensions: on what terms its texts may be used; JSON Feed has no word of its own for that."""
    told = {"terms": doc.rights, "licence": doc.licence, "ai_use": doc.ai_use}
    return {name: value for name, value in told.items() if value}


def _item(entry: Entry) -> dict[str, Any]:
    """Items; dates are RFC 3339, tags are the words that people read."""
    item: dict[str, Any] = {"id": entry.id}
    if entry.url:
        item["url"] = entry.url
    item["title"] = entry.title
    if entry.summary:
        item["summary"] = entry.summary
    item["content_html"] = entry.content_html
    if entry.pictures:
        item["image"] = entry.pictures[0].best.url
    item["date_published"] = entry.published.isoformat()
    item["date_modified"] = entry.updated.isoformat()
    if entry.authors:
        item["authors"] = [{"name": name} for name in entry.authors]
    if entry.terms:
        item["tags"] = list(dict.fromkeys(term.label or term.term for term in entry.terms))
    if places := [_place(term) for term in entry.terms if term.point]:
        item["_geo"] = {"places": places}
    if topics := [f"medtop:{term.topic}" for term in entry.terms if term.topic]:
        item["_topics"] = {"codes": topics}
    item["language"] = entry.language
    if entry.pictures:
        item["attachments"] = [_attachment(picture) for picture in entry.pictures]
    return item


def _place(term: Term) -> dict[str, Any]:
    """Extensions: where a place lies, as RFC 7946 has a point: longitude first."""
    latitude, longitude = term.point or (0.0, 0.0)
    return {"name": term.label, "geometry": {"type": "Point", "coordinates": [longitude, latitude]}}


def _attachment(picture: Picture) -> dict[str, Any]:
    """Attachments; `title` is what the picture is called where it is called anything."""
    file = picture.best
    told: dict[str, Any] = {"url": file.url, "mime_type": file.media_type}
    if picture.caption or picture.alt:
        told["title"] = picture.caption or picture.alt
    words = {"alt": picture.alt, "caption": picture.caption, "credit": picture.credit, "rights": picture.rights}
    said = {name: value for name, value in words.items() if value}
    return told | {"size_in_bytes": file.length} | ({"_picture": said} if said else {})
