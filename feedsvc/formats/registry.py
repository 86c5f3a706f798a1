"""Which formats there are. A new one is a writer, a line in FORMATS or in AGENCY, and a golden file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from feedsvc.formats import atom, jsonfeed, newsml, ninjs, nitf, rss, tidy, tombstones
from feedsvc.formats.document import Entry, FeedDoc, Withdrawal


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a feed."""

    suffix: str
    """Ends the feed's address."""
    media_type: str
    """The Content-Type, exactly as it is sent."""
    title: str
    """The name that people know it by."""
    version: int
    """The writer's version, part of a stored fragment's key."""
    write_entry: Callable[[Entry], bytes]
    """The bytes of one entry; may raise for text that was not cleaned."""
    write_withdrawal: Callable[[Withdrawal], bytes]
    """The bytes that stand in the place of an item that was taken back."""
    frame: Callable[[FeedDoc], tuple[bytes, bytes]]
    """What stands before and after the entries."""
    write_whole: Callable[[FeedDoc], bytes]
    """The whole document without fragments, for tests and previews."""
    separator: bytes = b""
    """Stands between two entries."""
    gone_first: bool = False
    """Whether what was taken back stands before all entries, as Atom's grammar has it (RFC 4287 appendix B), or in order."""


FORMATS: dict[str, Format] = {
    fmt.suffix: fmt
    for fmt in (
        Format(
            "atom",
            "application/atom+xml; charset=utf-8",
            "Atom",
            atom.VERSION,
            atom.write_entry,
            tombstones.write,
            atom.frame,
            atom.write_whole,
            gone_first=True,
        ),
        Format(
            "rss",
            "application/rss+xml; charset=utf-8",
            "RSS",
            rss.VERSION,
            rss.write_entry,
            rss.write_withdrawal,
            rss.frame,
            rss.write_whole,
        ),
        Format(
            "json",
            "application/feed+json",
            "JSON Feed",
            jsonfeed.VERSION,
            jsonfeed.write_entry,
            jsonfeed.write_withdrawal,
            jsonfeed.frame,
            jsonfeed.write_whole,
            jsonfeed.SEPARATOR,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Agency:
    """A format of news agencies: written whole when somebody asks for it, and never kept on the shelf."""

    suffix: str
    """Ends the address."""
    title: str
    item: tuple[str, Callable[[FeedDoc], bytes]]
    """The Content-Type of an item, and what writes a document with one entry or one withdrawal."""
    feed: tuple[str, Callable[[FeedDoc], bytes]] | None = None
    """The same of a feed; None where the format knows none."""


AGENCY: dict[str, Agency] = {
    fmt.suffix: fmt
    for fmt in (
        Agency("ninjs.json", "ninjs 3.1", ("application/json", ninjs.item), ("application/json", ninjs.feed)),
        Agency("ninjs2.json", "ninjs 2.2", ("application/json", ninjs.older_item)),
        Agency(
            "newsml.xml",
            "NewsML-G2",
            ("application/vnd.iptc.g2.newsitem+xml; charset=utf-8", newsml.item),
            ("application/vnd.iptc.g2.newsmessage+xml; charset=utf-8", newsml.feed),
        ),
        Agency("nitf.xml", "NITF", ("text/vnd.iptc.nitf; charset=utf-8", nitf.item)),
    )
}
"""Media types as IANA has them registered; ninjs has none of its own."""
FEEDS = {suffix: fmt.media_type for suffix, fmt in FORMATS.items()} | {
    suffix: fmt.feed[0] for suffix, fmt in AGENCY.items() if fmt.feed
}
"""Suffix of every format of a feed → its Content-Type."""


def around(fmt: Format, doc: FeedDoc) -> tuple[bytes, bytes]:
    """What stands before and after the entries of a document; `doc.entries` is not looked at."""
    return fmt.frame(tidy.doc(doc))


def joined(fmt: Format, frame: tuple[bytes, bytes], fragments: Iterable[bytes]) -> bytes:
    """Stored fragments in their frame.

    An empty fragment (an entry that no writer could save) is passed over, since a separator without an entry
    would break the document for all others.
    """
    pieces = [piece for fragment in fragments if fragment for piece in (fmt.separator, fragment)]
    # One join and no sum: adding head and tail would copy half a megabyte twice more.
    return b"".join((frame[0], *pieces[1:], frame[1]))


def join(fmt: Format, doc: FeedDoc, fragments: Iterable[bytes]) -> bytes:
    """The document of `doc` in that format around stored fragments; `doc.entries` is not looked at."""
    return joined(fmt, around(fmt, doc), fragments)
