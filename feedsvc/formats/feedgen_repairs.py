"""What feedgen 1.0.0 gets wrong, put right from outside, so that a newer feedgen may come without harm; and how a
document and one entry's bytes are got from it, in Atom and RSS alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any

import lxml.etree  # feedgen.util uses lxml.etree without importing it, so this line comes first.
from lxml.etree import _Element

# isort: split
import feedgen.entry  # type: ignore[import-untyped]  # feedgen carries no types
import feedgen.feed  # type: ignore[import-untyped]
from feedgen.ext.base import BaseExtension  # type: ignore[import-untyped]

from feedsvc.formats import georss, mediarss, rsl
from feedsvc.formats.document import Entry, FeedDoc, Picture, Term
from feedsvc.formats.tidy import PROBE

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# feedgen switches the whole process to the locale "C" and back for every date that it writes. With several threads
# the process can stay there, so both places that hold the function get one that needs no locale (RFC 5322 §3.3).
feedgen.feed.formatRFC2822 = format_datetime
feedgen.entry.formatRFC2822 = format_datetime


class FeedRepairs(BaseExtension):  # type: ignore[misc]  # its parent has no types
    """Declares once, on the root, the prefixes that are used; else each element would declare its own.

    It also says that a document is an archive (RFC 5005 §4), and writes the links of RSS that feedgen leaves out.
    """

    def __init__(self) -> None:
        self.namespaces: dict[str, str] = {}
        self.is_archive = False
        self.ai_use = ""
        self.links: Sequence[Mapping[str, str]] = ()

    def extend_ns(self) -> dict[str, str]:
        """Prefix to namespace, merged into the root's by feedgen."""
        more = ({"fh": HISTORY} if self.is_archive else {}) | ({"rsl": rsl.NAMESPACE} if self.ai_use else {})
        return self.namespaces | more

    def extend_atom(self, feed: _Element) -> _Element:
        """Write `fh:archive` after feedgen's own elements of the feed."""
        if self.is_archive:
            lxml.etree.SubElement(feed, f"{{{HISTORY}}}archive")
        rsl.add(feed, self.ai_use)
        return feed

    def extend_rss(self, rss: _Element) -> _Element:
        """Write `atom:link` and `fh:archive` after feedgen's own elements of the channel (RFC 5005 appendix B)."""
        channel = rss[0]
        for attributes in self.links:
            lxml.etree.SubElement(channel, f"{{{ATOM}}}link", dict(attributes))
        if self.is_archive:
            lxml.etree.SubElement(channel, f"{{{HISTORY}}}archive")
        rsl.add(channel, self.ai_use)
        return rss


class EntryRepairs(BaseExtension):  # type: ignore[misc]  # its parent has no types
    """What feedgen loses of an entry or has no word for."""

    def __init__(self) -> None:
        self.language = ""
        self.links: Sequence[Mapping[str, str]] = ()
        self.creators: Sequence[str] = ()
        self.corrected_at: datetime | None = None
        self.pictures: Sequence[Picture] = ()
        self.terms: Sequence[Term] = ()

    def extend_atom(self, entry: _Element) -> _Element:
        """Write the entry's language, and its links in feedgen's place, which strips them of all but `href`.

        Elements made by feedgen are in no namespace while an Atom document is built: `xmlns` is an ordinary
        attribute of its root. So ours are made without one too.
        """
        if self.language:
            entry.set(XML_LANG, self.language)
        for attributes in self.links:
            link = lxml.etree.SubElement(entry, "link")
            for name, value in attributes.items():
                link.set(name, value)
        mediarss.add(entry, self.pictures)
        georss.add(entry, self.terms)
        return entry

    def extend_rss(self, item: _Element) -> _Element:
        """Write `dc:creator`, since RSS 2.0's own `author` must be a mail address, and a correction's moment."""
        for name in self.creators:
            lxml.etree.SubElement(item, f"{{{DC}}}creator").text = name
        if self.corrected_at is not None:
            lxml.etree.SubElement(item, f"{{{ATOM}}}updated").text = self.corrected_at.isoformat()
        mediarss.add(item, self.pictures)
        georss.add(item, self.terms)
        return item


def new_feed(doc: FeedDoc, namespaces: dict[str, str]) -> Any:
    """An empty feedgen generator with the repairs loaded, told whether `doc` is an archive.

    `namespaces` maps prefixes to what the root shall declare for the entries of that format.
    """
    feed = feedgen.feed.FeedGenerator()
    feed.register_extension("repairs", FeedRepairs, EntryRepairs)
    feed.repairs.namespaces = namespaces
    feed.repairs.is_archive = doc.archive is not None
    feed.repairs.ai_use = doc.ai_use
    return feed


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Atom and RSS do not share: how feedgen is told of a feed and an entry, how it writes, how a document ends."""

    start: Callable[[FeedDoc], Any]
    add: Callable[[Any, Entry], None]
    text: Callable[[Any], bytes]
    tail: bytes


def write_whole(dialect: Dialect, doc: FeedDoc) -> bytes:
    """feedgen's own document with all entries."""
    feed = dialect.start(doc)
    for entry in doc.entries:
        dialect.add(feed, entry)
    return dialect.text(feed)


def frame(dialect: Dialect, doc: FeedDoc) -> tuple[bytes, bytes]:
    """Head and tail of the document written without entries."""
    empty, tail = dialect.text(dialect.start(doc)), dialect.tail
    if not empty.endswith(tail):
        raise ValueError(f"feedgen closed a document without entries with {empty[-40:]!r}, not with {tail!r}")
    return empty[: -len(tail)], tail


@cache
def _probe_frame(dialect: Dialect) -> tuple[bytes, bytes]:
    return frame(dialect, PROBE)


def write_entry(dialect: Dialect, entry: Entry) -> bytes:
    """The bytes of one entry, cut out of a document with it by its frame and never by searching in text of people."""
    feed = dialect.start(PROBE)
    dialect.add(feed, entry)
    whole, (head, tail) = dialect.text(feed), _probe_frame(dialect)
    if not (whole.startswith(head) and whole.endswith(tail)):
        raise ValueError("feedgen wrote another frame around an entry than around none")
    return whole[len(head) : -len(tail)]
