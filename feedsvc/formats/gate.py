"""The gate: what an entry must be before it goes onto the shelf. Asked once for each entry, when it is rendered.

Two grades. What would harm readers (bytes that cannot be read, a schema broken, words that a reader would not get as they
were meant, addresses that lead nowhere) is a `Fault`, and a simpler form of the entry takes its place. What leaves readers
poorer (a picture without words, signs that were escaped twice) is a `Finding`: it goes out, since nobody but an editor can
know what was meant, and an editor is told.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from html import unescape
from importlib.resources import files
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean
from feedsvc.formats.document import Entry, FeedDoc, Picture
from feedsvc.words import N_

MOST = 6
"""Findings that are kept of one entry: whoever mends these sees the others next."""
_QUOTED = 80
_ATOM = "{http://www.w3.org/2005/Atom}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_HTTP = re.compile(r"https?://[^\s/?#\\]+", re.IGNORECASE)
_ROOTED = r"https?://[^\s/?#\\]|mailto:.|tel:.|data:image/|urn:"
_ABSOLUTE = re.compile(_ROOTED, re.IGNORECASE)
_ATTRIBUTES = ("href", "src", "cite", "poster")
_SUSPECT = re.compile(rf"""(?:{"|".join(_ATTRIBUTES)})=(?!["'](?:{_ROOTED}))""")
"""What looks like such an attribute: a text that has none is not parsed, which would take longer than all the rest."""
_REFERENCE = r"(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{2,6}|#x[0-9a-f]{2,5});"
_TWICE = re.compile(f"&(?:amp;)+{_REFERENCE}", re.IGNORECASE)
"""In HTML: a reference that a reader would see as signs. A text about HTML says so in `<code>`, or means it."""
_ONCE = re.compile(f"&{_REFERENCE}", re.IGNORECASE)
"""The same in plain text."""
_LITERAL = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\Z")


class Fault(ValueError):
    """The entry may not go out in this form; says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an editor should see to."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


SENTENCES: dict[str, str] = {
    "simplified": N_("Feeds carry it in a simpler form, because something in its text cannot be carried as it is."),
    "left_out": N_("No feed can carry it. Ask whoever runs this newsroom to look into the log."),
    "no_alt": N_("A picture in its text says nothing to people who cannot see it. Describe it, or mark it as decorative."),
    "escaped_twice": N_("Readers of feeds see signs where there should be a letter: “{quoted}”."),
    "date_ahead": N_("It is dated later than now, so that some feed readers hide it."),
    "id_changed": N_("Feeds carry it under another id than it has, so that readers may see it twice."),
    "stale": N_("What feeds carry of it is not what its text makes. Build the feeds anew: feedsvc feeds rebuild --all."),
    "long_title": N_("Its headline has {length} characters. {consumer} takes at most {most}."),
    "short_title": N_("Its headline has {length} characters. {consumer} asks for at least {least}."),
    "large": N_("It takes {size} KB in a feed. {consumer} takes at most {most}."),
    "no_picture": N_("It has no picture of at least {least} pixels in width, as {consumer} asks."),
    "old": N_("It is older than {days} days. {consumer} takes no older ones."),
    "few": N_("The feed carries {count} items. {consumer} asks for at least {least}."),
    "large_feed": N_("The feed takes {size} KB. {consumer} takes at most {most}."),
    "short_text": N_("Its summary and text have {length} characters. {consumer} asks for at least {least}."),
}  # fmt: skip
"""Code → sentence for the desk, about one item."""


def is_absolute(address: str) -> bool:
    """Whether an address says of itself where it leads."""
    return _ABSOLUTE.match(address) is not None


def check(suffix: str, document: Any, entry: Entry) -> None:
    """Raises Fault unless a document with this one entry, already parsed, says what the entry says.

    `entry`: in the very form that was written.
    """
    read_back = _READ_BACK.get(suffix)
    if read_back is not None:
        read_back(document, entry)
    relative = next(_relative(entry), None)
    if relative is not None:
        raise Fault(f"the address {relative[:_QUOTED]!a} leads nowhere")


def _relative(entry: Entry) -> Iterator[str]:
    """Addresses in an entry that are not absolute."""
    if entry.url and not _HTTP.match(entry.url):
        yield entry.url
    for picture in entry.pictures:
        yield from (one.url for one in picture.renditions if not _HTTP.match(one.url))
    yield from _relative_in(entry.content_html)


@lru_cache(maxsize=64)
def _relative_in(markup: str) -> tuple[str, ...]:
    """Addresses in sanitised HTML that are not absolute. Remembered, since every format asks again."""
    if not _SUSPECT.search(markup):
        return ()
    found = ((name, address) for _, name, address, _ in _tree(markup).iterlinks())
    return tuple(address for name, address in found if name in _ATTRIBUTES and not is_absolute(address))


def rooted(given: Entry) -> Entry:
    """The entry without the addresses that lead nowhere; all its words stay."""
    tree = _tree(given.content_html)
    for element, name, address, _ in list(tree.iterlinks()):
        if name in _ATTRIBUTES and not is_absolute(address):
            del element.attrib[name]
    written = etree.tostring(tree, method="html", encoding="unicode", with_tail=False)
    return replace(
        given,
        url=given.url if _HTTP.match(given.url) else "",
        content_html=written[len("<div>") : -len("</div>")],
        pictures=tuple(one for one in given.pictures if _leads(one)),
    )


def _leads(picture: Picture) -> bool:
    return all(_HTTP.match(one.url) for one in picture.renditions)


def _tree(markup: str) -> Any:
    return lxml_html.fragment_fromstring(clean(markup), create_parent="div")


def _same(what: str, read: object, meant: object) -> None:
    if read != meant:
        raise Fault(f"{what} would be read as {str(read)[:_QUOTED]!a}")


def _atom(document: Any, entry: Entry) -> None:
    """Valid by RFC 4287's schema, and the fields as they were meant."""
    broken = _broken(document)
    if broken:
        raise Fault(broken)
    found = document.find(f"{_ATOM}entry")
    _same("the id", found.findtext(f"{_ATOM}id"), entry.id)
    _same("the title", found.findtext(f"{_ATOM}title"), entry.title)
    _same("the text", found.findtext(f"{_ATOM}content"), entry.content_html)
    _same("the first date", found.findtext(f"{_ATOM}published"), entry.published.isoformat())
    _same("the date", found.findtext(f"{_ATOM}updated"), entry.updated.isoformat())
    enclosures = [link.get("href") for link in found.iterfind(f"{_ATOM}link[@rel='enclosure']")]
    _same("the enclosures", enclosures, [one.best.url for one in entry.pictures])


def _rss(document: Any, entry: Entry) -> None:
    """RSS has no schema: the fields that the profile asks for, as they were meant."""
    item = document.find("channel/item")
    _same("the id", item.findtext("guid"), entry.id)
    _same("the title", item.findtext("title"), entry.title)
    _same("the text", item.findtext(_ENCODED) or "", entry.content_html)
    if not item.findtext("description"):
        raise Fault("there is no description")
    if not item.findtext("pubDate"):
        raise Fault("there is no date")


def _json(document: Any, entry: Entry) -> None:
    """JSON Feed 1.1: what an item must have, and the fields as they were meant."""
    item = document["items"][0]
    for name, meant in (("id", entry.id), ("title", entry.title), ("content_html", entry.content_html)):
        _same(name, item.get(name), meant)
    for name in ("date_published", "date_modified"):
        if not _STAMP.match(item.get(name, "")):
            raise Fault(f"{name} is no date of RFC 3339")
    _same("the files", len(item.get("attachments", ())), len(entry.pictures))


_READ_BACK = {"atom": _atom, "rss": _rss, "json": _json}


@cache
def _schema() -> etree.RelaxNG:
    """RFC 4287, appendix B."""
    text = (files("feedsvc.formats") / "schemas" / "atom.rng").read_bytes()
    return etree.RelaxNG(etree.fromstring(text))


def _broken(document: Any) -> str:
    """What of RFC 4287 an Atom document breaks; empty where it is valid."""
    schema = _schema()
    if schema.validate(document):
        return ""
    told = [line.message for line in schema.error_log]
    return f"it breaks RFC 4287: {told[-1] if told else 'somewhere'}"


def document_fault(suffix: str, body: bytes, doc: FeedDoc) -> str:
    """Why a whole document may not go out, in a clause; empty where it may."""
    try:
        if suffix == "json":
            ids = [item["id"] for item in _json_document(body)]
        else:
            tree = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
            if suffix == "atom" and (broken := _broken(tree)):
                return broken
            path = "channel/item/guid" if suffix == "rss" else f"{_ATOM}entry/{_ATOM}id"
            ids = [one.text or "" for one in tree.findall(path)]
    except (ValueError, KeyError, TypeError, etree.XMLSyntaxError) as error:
        return f"it cannot be read: {error}"
    if len(set(ids)) != len(ids):
        return "an id stands in it twice"
    addresses = (doc.self_url(suffix), doc.home_url)
    return next((f"the address {one} leads nowhere" for one in addresses if not _HTTP.match(one)), "")


def _json_document(body: bytes) -> list[dict[str, Any]]:
    found = json.loads(body)
    if found.get("version") != "https://jsonfeed.org/version/1.1" or not found.get("title"):
        raise ValueError("it is no JSON Feed 1.1")
    return list(found["items"])


def findings(entry: Entry, *, now: datetime) -> tuple[Finding, ...]:
    """What an editor should see to, at most `MOST`."""
    return tuple(_found(entry, now))[:MOST]


def _found(entry: Entry, now: datetime) -> Iterator[Finding]:
    if max(entry.published, entry.updated) > now:
        yield Finding("date_ahead")
    seen = [_ONCE.search(entry.title), _ONCE.search(entry.summary)]
    quoted = [one.group() for one in seen if one]
    if "&amp;" in entry.content_html and (one := _TWICE.search(_LITERAL.sub("", entry.content_html))):
        quoted.append(unescape(one.group()))
    yield from (Finding("escaped_twice", {"quoted": signs[:_QUOTED]}) for signs in quoted)
    if "<img" in entry.content_html and any(one.get("alt") is None for one in _tree(entry.content_html).iter("img")):
        yield Finding("no_alt")
