"""One entry in one format, whatever its text holds: an entry never disappears and never takes a feed down."""

import json
from collections.abc import Callable
from functools import cache

from lxml import etree

from feedsvc.formats import gate, tidy
from feedsvc.formats.document import Entry
from feedsvc.formats.registry import Format

_FORMS: tuple[tuple[Callable[[Entry], Entry], str], ...] = (
    (tidy.entry, "as it is"),
    (lambda given: gate.rooted(tidy.entry(given)), "without addresses that lead nowhere"),
    (lambda given: gate.rooted(tidy.plain(given)), "with its text as plain paragraphs"),
    (lambda given: gate.rooted(tidy.bare(given)), "with its title, dates and first words only"),
)


def render(fmt: Format, entry: Entry) -> tuple[bytes, str | None]:
    """The entry's bytes in that format, and in plain words what was wrong where it had to be simplified, else None.

    Never raises. The same entry gives the same bytes. The bytes are empty only when the writer refuses even an
    entry of an id, a title and dates, and `join` then leaves it out.
    """
    first_fault = ""
    for form, manner in _FORMS:
        try:
            written = form(entry)
            fragment = fmt.write_entry(written)
            _check(fmt, fragment, written)
        except Exception as fault:  # noqa: BLE001 - any fault of any library must stay inside this entry
            first_fault = first_fault or f"{type(fault).__name__}: {fault}"
        else:
            return fragment, _problem(fmt, entry, f"it went out {manner}", first_fault) if first_fault else None
    return b"", _problem(fmt, entry, "it was left out", first_fault)


def _problem(fmt: Format, entry: Entry, outcome: str, fault: str) -> str:
    return f"{fmt.title} could not carry {entry.id!a} unchanged, so {outcome}. The first fault was {fault!a}."


def _check(fmt: Format, fragment: bytes, entry: Entry) -> None:
    """Raise unless a document with this one entry can be read and says what the entry says.

    lxml keeps to libxml2's limits, as readers do.
    """
    head, tail = _probe_frame(fmt)
    document = head + fragment + tail
    if fmt.media_type.endswith("json"):
        gate.check(fmt.suffix, json.loads(document), entry)
    else:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        gate.check(fmt.suffix, etree.fromstring(document, parser), entry)


@cache
def _probe_frame(fmt: Format) -> tuple[bytes, bytes]:
    return fmt.frame(tidy.PROBE)
