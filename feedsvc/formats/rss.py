"""RSS 2.0, written by feedgen. Comments name elements of RSS 2.0.11, the Advisory Board's profile or RFC 5005."""

import html
import re
from functools import partial
from typing import Any

from feedsvc.formats import feedgen_repairs as repairs
from feedsvc.formats import georss, mediarss
from feedsvc.formats.document import TOPICS, Entry, FeedDoc, Withdrawal, stub
from feedsvc.formats.tidy import shorten, text_of

VERSION = 4
"""Raise it when the bytes of an item change: it is part of a stored fragment's key."""

_MEDIA_TYPE = "application/rss+xml"
_LEAD = 300
_MARKUP = re.compile(r"<[A-Za-z/!?]")


def _feed(doc: FeedDoc) -> Any:
    feed = repairs.new_feed(
        doc, {"dc": repairs.DC, "media": mediarss.NAMESPACE, "georss": georss.NAMESPACE}
    )  # fh:archive, RFC 5005 §4
    feed.title(doc.title)  # channel/title
    # atom:link (profile, "atom:link") before link: feedgen makes the last link the channel's, and that is the page.
    feed.link(href=doc.self_url("rss"), rel="self", type=_MEDIA_TYPE)
    feed.link(href=doc.home_url, rel="alternate", type="text/html")
    # RFC 5005 appendix B: current, prev-archive and next-archive as atom:link. feedgen writes none but self.
    feed.repairs.links = [{"href": href, "rel": rel, "type": _MEDIA_TYPE} for rel, href in doc.history("rss")]
    if doc.rights:
        feed.copyright(doc.rights)  # channel/copyright
    if doc.licence:  # RFC 4946, as atom:link
        feed.repairs.links = [*feed.repairs.links, {"href": doc.licence, "rel": "license"}]
    # WebSub §4: atom:link beside self. feedgen writes none but self here too.
    feed.repairs.links = [{"href": href, "rel": "hub"} for href in doc.hubs] + feed.repairs.links
    feed.description(doc.subtitle or doc.title)  # channel/description, required
    feed.language(doc.language)  # channel/language, profile: BCP 47
    feed.updated(doc.updated)  # channel/lastBuildDate; left out, feedgen would write the present moment
    # channel/generator, without a version, so that an upgrade changes no document.
    feed.generator("feedsvc")
    feed.docs("https://www.rssboard.org/rss-specification")  # channel/docs
    feed.ttl(15)  # channel/ttl, minutes
    return feed


def _add(feed: Any, entry: Entry) -> None:
    item = feed.add_entry(order="append")
    item.title(entry.title)  # item/title, plain text (profile, "Character Data")
    item.link(href=entry.url, rel="alternate")  # item/link
    # item/guid; the id is no address, so it must say that it is no permanent link.
    item.guid(entry.id, permalink=False)
    item.published(entry.published)  # item/pubDate
    # item/description stands before content:encoded (profile). Never empty: feedgen would move the content into it.
    item.content(entry.content_html)
    words = text_of(entry.content_html, without=("figure",))  # a caption is no beginning of a text
    lead = entry.summary or shorten(words, _LEAD)
    item.summary(_as_html(lead or entry.title))
    for term in entry.terms:
        item.category(term=term.term, label=term.label or term.term, scheme=term.scheme)  # item/category with domain
        if term.topic:
            item.category(term=term.topic, label=term.topic, scheme=TOPICS)
    item.repairs.terms = entry.terms
    item.repairs.creators = entry.authors
    if entry.pictures:
        # item/enclosure, one at most (profile): feedgen keeps the last of several. All pictures are in media:group.
        file = entry.pictures[0].best
        item.enclosure(file.url, str(file.length), file.media_type)
    item.repairs.pictures = entry.pictures
    # RSS has no word for a correction, Atom's is the customary one (RFC 4287 §4.2.15).
    item.repairs.corrected_at = entry.updated if entry.updated > entry.published else None


def _as_html(text: str) -> str:
    """Plain text for `description`, which readers show as HTML (profile, "description").

    Only a text that HTML would read otherwise is escaped, so that readers which take it for plain text see no
    character references in all the others.
    """
    return html.escape(text, quote=False) if _MARKUP.search(text) or html.unescape(text) != text else text


_DIALECT = repairs.Dialect(_feed, _add, lambda feed: bytes(feed.rss_str()), b"</channel></rss>")

write_entry = partial(repairs.write_entry, _DIALECT)
"""The UTF-8 bytes of one `<item>`, fit to stand in any frame of this format; raises ValueError for bad text."""
frame = partial(repairs.frame, _DIALECT)
"""What stands before and after the items: head + fragments + tail is the document. Ignores `doc.entries`."""
write_whole = partial(repairs.write_whole, _DIALECT)
"""feedgen's own document with all items, the measure for the joined one."""


def write_withdrawal(gone: Withdrawal) -> bytes:
    """The UTF-8 bytes of an `<item>` in the place of one that was taken back: RSS has no other word for that."""
    return write_entry(stub(gone))
