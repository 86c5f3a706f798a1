"""Atom 1.0, written by feedgen. Section numbers are those of RFC 4287, unless RFC 5005 is named."""

from functools import partial
from typing import Any

from feedsvc.formats import feedgen_repairs as repairs
from feedsvc.formats import georss, mediarss
from feedsvc.formats.document import TOPICS, Entry, FeedDoc, Picture, Term

VERSION = 3
"""Raise it when the bytes of an entry change: it is part of a stored fragment's key."""

_MEDIA_TYPE = "application/atom+xml"


def _feed(doc: FeedDoc) -> Any:
    feed = repairs.new_feed(doc, {"media": mediarss.NAMESPACE, "georss": georss.NAMESPACE})  # fh:archive, RFC 5005 §4
    feed.language(doc.language)  # xml:lang, §2
    feed.id(doc.id)  # §4.2.6
    feed.title(doc.title)  # §4.2.14, a text construct without a type is plain text (§3.1.1)
    if doc.subtitle:
        feed.subtitle(doc.subtitle)  # §4.2.12
    feed.updated(doc.updated)  # §4.2.15; left out, feedgen would write the present moment
    feed.author({"name": doc.author})  # §4.2.1
    # §4.2.4. The text has no version, so that an upgrade changes no document.
    feed.generator("feedsvc")
    # §4.2.7.2: self is this very document, alternate the page that it mirrors.
    feed.link(href=doc.self_url("atom"), rel="self", type=_MEDIA_TYPE)
    feed.link(href=doc.home_url, rel="alternate", type="text/html", hreflang=doc.language)
    if doc.rights:
        feed.rights(doc.rights)  # §4.2.10
    if doc.licence:
        feed.link(href=doc.licence, rel="license")  # RFC 4946
    for href in doc.hubs:  # WebSub §4: beside self
        feed.link(href=href, rel="hub")
    # RFC 5005 §4: current, prev-archive, next-archive.
    for rel, href in doc.history("atom"):
        feed.link(href=href, rel=rel, type=_MEDIA_TYPE)
    return feed


def _add(feed: Any, entry: Entry) -> None:
    written = feed.add_entry(order="append")
    written.id(entry.id)  # §4.2.6
    written.title(entry.title)  # §4.2.14
    written.updated(entry.updated)  # §4.2.15
    written.published(entry.published)  # §4.2.9
    for name in entry.authors:
        written.author({"name": name})  # §4.2.1
    # §4.1.3.3: escaped HTML. feedgen's CDATA would end up as a type, and its xhtml refuses what is not XML.
    written.content(entry.content_html, type="html")
    if entry.summary:
        written.summary(entry.summary, type="text")  # §4.2.13
    for term in entry.terms:
        written.category(_category(term))  # §4.2.2
        if term.topic:
            written.category({"term": term.topic, "scheme": TOPICS, "label": term.label})
    written.repairs.terms = entry.terms
    written.repairs.language = entry.language  # xml:lang, §2
    if entry.url:
        # §4.2.7, at most one alternate for a type and language (§4.1.2).
        page = {"href": entry.url, "rel": "alternate", "type": "text/html", "hreflang": entry.language}
        written.repairs.links = [page]
    # §4.2.7.2 and §4.2.7.6: an enclosure for each picture, with its true length. feedgen would lose all but the address.
    written.repairs.links = [*written.repairs.links, *map(_enclosure, entry.pictures)]
    written.repairs.pictures = entry.pictures


def _enclosure(picture: Picture) -> dict[str, str]:
    file = picture.best
    return {"href": file.url, "rel": "enclosure", "type": file.media_type, "length": str(file.length)}


def _category(term: Term) -> dict[str, str]:
    return {"term": term.term, "scheme": term.scheme, "label": term.label}


_DIALECT = repairs.Dialect(_feed, _add, lambda feed: bytes(feed.atom_str()), b"</feed>")

write_entry = partial(repairs.write_entry, _DIALECT)
"""The UTF-8 bytes of one `<entry>`, fit to stand in any frame of this format; raises ValueError for bad text."""
frame = partial(repairs.frame, _DIALECT)
"""What stands before and after the entries: head + fragments + tail is the document. Ignores `doc.entries`."""
write_whole = partial(repairs.write_whole, _DIALECT)
"""feedgen's own document with all entries, the measure for the joined one."""
