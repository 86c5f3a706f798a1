"""A document of an agency's format, whatever its texts hold: one poisoned entry costs its own formatting, never the feed."""

import json
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from feedsvc.formats import tidy
from feedsvc.formats.document import Entry, FeedDoc

Writer = Callable[[FeedDoc], bytes]


def write(writer: Writer, doc: FeedDoc) -> tuple[bytes, str | None]:
    """The document's bytes, and in plain words what was wrong where an entry had to be simplified or left out.

    The same document gives the same bytes. Raises only where the frame itself cannot be written.
    """
    gone = tuple(map(tidy.withdrawal, doc.withdrawn))
    around = replace(tidy.doc(doc), entries=(), withdrawn=gone)
    try:
        return _checked(writer, replace(around, entries=tuple(map(tidy.entry, doc.entries)))), None
    except Exception as fault:  # noqa: BLE001  # whose fault it was is found out below
        first = f"{type(fault).__name__}: {fault}"
    lone = replace(around, withdrawn=())
    saved = [_saved(writer, lone, one) for one in doc.entries]
    kept = tuple(one for one in saved if one is not None)
    return _checked(writer, replace(around, entries=kept)), f"A text was simplified or left out: {first!a}."


def _saved(writer: Writer, lone: FeedDoc, entry: Entry) -> Entry | None:
    """The entry in the first form that can be written; None where none can."""
    for form in (tidy.entry, tidy.plain, tidy.bare):
        try:
            one = form(entry)
            _checked(writer, replace(lone, entries=(one,)))
        except Exception:  # noqa: BLE001, S112  # the next form is simpler
            continue
        return one
    return None


def _checked(writer: Writer, doc: FeedDoc) -> bytes:
    """What was written, once it was read. lxml keeps to libxml2's limits, as readers do."""
    body = writer(doc)
    if body.startswith(b"{"):
        json.loads(body)
    else:
        etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    return body
