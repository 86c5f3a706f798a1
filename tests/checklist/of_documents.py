"""Lines 1 to 21: what every document of a feed must be, whatever its format."""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import feedparser
from lines import Docs, line
from lxml import etree
from sample_feed import LONG, doc

from feedsvc.formats import markup

XML = ("atom", "rss", "newsml.xml", "item.newsml.xml", "item.nitf.xml", "archive.atom", "archive.rss")
READ = ("atom", "rss", "json")
NS = {"a": "http://www.w3.org/2005/Atom", "c": "http://purl.org/rss/1.0/modules/content/"}
_PLAIN = ("category/@label", "author/name", "creator", "category", "credit", "copyright")


@cache
def tree(document: bytes) -> Any:
    return etree.fromstring(document)


@cache
def parsed(document: bytes) -> Any:
    return feedparser.parse(document)


def entries(docs: Docs, suffix: str) -> list[dict[str, str]]:
    """Id, title, content and dates of each entry, as a reader of this format has them; notices too."""
    if suffix == "json":
        names = {"id": "id", "title": "title", "content_html": "content", "date_published": "published"}
        items = json.loads(docs[suffix])["items"]
        return [
            {mine: one.get(name, "") for name, mine in names.items()} | {"updated": one["date_modified"]}
            for one in items
        ]
    if suffix == "rss":
        return [
            {
                "id": one.findtext("guid") or "",
                "title": one.findtext("title") or "",
                "content": one.findtext("c:encoded", "", NS),
                "published": _iso(one.findtext("pubDate") or ""),
                "updated": one.findtext("a:updated", "", NS) or _iso(one.findtext("pubDate") or ""),
            }
            for one in tree(docs[suffix]).iterfind("channel/item")
        ]
    names = {name: f"a:{name}" for name in ("id", "title", "content", "published", "updated")}
    found = tree(docs[suffix]).iterfind("a:entry", NS)
    return [{mine: one.findtext(name, "", NS) for mine, name in names.items()} for one in found]


def _iso(moment: str) -> str:
    try:
        return parsedate_to_datetime(moment).isoformat()
    except ValueError:
        return ""


def each(docs: Docs, name: str) -> Iterator[tuple[str, str]]:
    for suffix in READ:
        for one in entries(docs, suffix):
            yield suffix, one[name]


@line(1, "XML is well-formed UTF-8 with a declaration, without a DOCTYPE and any entity but XML's five",
      ("atom", b"<?xml version='1.0' encoding='UTF-8'?>", b""), ("rss", b"<channel>", b"<channel>&nbsp;"),
      ("item.nitf.xml", b"<nitf ", b"<!DOCTYPE nitf><nitf "), ("newsml.xml", b"</newsMessage>", b""))  # fmt: skip
def well_formed(docs: Docs) -> list[str]:
    faults = []
    for name in XML:
        if (
            not re.match(rb"<\?xml version=['\"]1.0['\"] encoding=['\"]UTF-8['\"]\?>", docs[name])
            or b"<!DOCTYPE" in docs[name]
        ):
            faults.append(f"{name}: declaration")
        try:
            etree.fromstring(docs[name])
        except etree.XMLSyntaxError as error:
            faults.append(f"{name}: {error}")
    return faults


@line(2, "only characters that XML allows", ("rss", "Mənbə".encode(), b"\x0b"),
      ("json", "Mənbə".encode(), b"\xef\xbf\xbe"))  # fmt: skip
def only_xml_characters(docs: Docs) -> list[str]:
    bad = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    return [name for name, document in docs.items() if bad.search(document.decode("utf-8"))]


@line(3, "no C1 controls", ("atom", "Mənbə".encode(), "\x85".encode()))
def no_c1(docs: Docs) -> list[str]:
    return [name for name, document in docs.items() if re.search("[\x7f-\x9f]", document.decode())]


@line(4, "]]> in content survives", ("atom", b"Bax: ]]&amp;gt;", b"Bax: "), ("json", b"Bax: ]]&gt;", b"Bax: "))
def end_of_cdata_survives(docs: Docs) -> list[str]:
    return [s for s in READ if "Bax: ]]>" not in words(entries(docs, s)[0]["content"])]


def words(content: str) -> str:
    return "".join(markup.parsed(content).itertext())


@line(5, "nothing is escaped twice", ("rss", b"<title>AT&amp;T", b"<title>AT&amp;amp;T"), ("atom", b"<title>AT&amp;T", b"<title>AT&amp;amp;T"),
      ("json", b"&amp;amp;lt;", b"&amp;amp;amp;lt;"))  # fmt: skip
def escaped_once(docs: Docs) -> list[str]:
    wrong = [s for s in READ if entries(docs, s)[0]["title"] != "AT&T <b>"]
    return wrong + [s for s in READ if "]]> &amp;lt; bura" not in words(entries(docs, s)[0]["content"])]


@line(6, "names and categories hold no HTML", ("atom", 'label="İnnovasiya"'.encode(), b'label="&lt;b&gt;x&lt;/b&gt;"'),
      ("json", '"İnnovasiya"'.encode(), b'"<i>x</i>"'))  # fmt: skip
def plain_names(docs: Docs) -> list[str]:
    atom = [one.get("label") for one in tree(docs["atom"]).iterfind(".//a:category", NS)]
    atom += [one.text for one in tree(docs["atom"]).iterfind(".//a:author/a:name", NS)]
    told = [tag for item in json.loads(docs["json"])["items"] for tag in item.get("tags", [])]
    return [name for name in atom + told if re.search(r"<\w+|&\w+;", name or "")]


@line(8, "every address is absolute", ("atom", b'href="https://news.example/az/news/20"', b'href="/az/news/20"'),
      ("rss", b"<link>https://news.example/az/news/20</link>", b"<link>/az/news/20</link>"),
      ("json", b'"url": "https://news.example/az/news/20"', b'"url": "az/news/20"'),
      ("rss", b'&lt;a href="https://x.example/', b'&lt;a href="/'))  # fmt: skip
def absolute(docs: Docs) -> list[str]:
    return [one for one in addresses(docs) if not re.match(r"(https?|mailto|tel):", one)]


def addresses(docs: Docs) -> list[str]:
    xml = "//@href | //@url | //channel/link/text() | //item/link/text()"
    found = [str(one) for suffix in ("atom", "rss") for one in tree(docs[suffix]).xpath(xml) if str(one) != "/"]
    for item in json.loads(docs["json"])["items"]:
        found += [item[name] for name in ("url", "image") if name in item] + [
            one["url"] for one in item.get("attachments", [])
        ]
    for content in (entries(docs, suffix)[0]["content"] for suffix in READ):
        found += [str(one) for one in markup.parsed(content).xpath("//@href | //@src")]
    return found


@line(9, "content is free of scripts and can be written as XHTML", ("rss", b"&lt;p&gt;&lt;strong", b"&lt;script&gt;x&lt;/script&gt;&lt;p&gt;&lt;strong"),
      ("json", b'"<p>', b'"<p onclick=1>'), ("atom", b"https://x.example", b"javascript:x"))  # fmt: skip
def sanitised(docs: Docs) -> list[str]:
    found = []
    for suffix, content in each(docs, "content"):
        etree.fromstring(etree.tostring(markup.xhtml(content)))
        lead = content if suffix else ""
        if (
            re.search(r"<(script|style|form|iframe)|<[^>]+\son\w+=|href=\"javascript:", lead)
            and lead == entries(docs, suffix)[0]["content"]
        ):
            found.append(suffix)
    return found


@line(10, "addresses are ASCII without blanks", ("atom", b"https://news.example/az/news/19", "https://news.example/az/xəbər".encode()),
      ("json", b'"https://news.example/az/news/19"', b'"https://news.example/az/a b"'))  # fmt: skip
def ascii_addresses(docs: Docs) -> list[str]:
    return [one for one in addresses(docs) if not one.isascii() or " " in one]


@line(11, "letters, emoji and right-to-left text come back code point for code point, in NFC",
      ("rss", "Ğğ".encode(), b"Gg"), ("json", "İ".encode(), "I\u0307".encode()), ("atom", "\u200d".encode(), b""))  # fmt: skip
def code_points(docs: Docs) -> list[str]:
    wanted = [one.title for one in doc().entries[:5]]
    faults = [s for s in READ if [one["title"] for one in entries(docs, s)[:5]] != wanted]
    return faults + [s for s in READ if unicodedata.normalize("NFC", docs[s].decode()) != docs[s].decode()]


@line(
    12,
    "right-to-left content says so; metadata has no directional marks",
    ("atom", b'dir="rtl"', b""),
    ("rss", b"<title>Z", "<title>\u200f".encode()),
)
def right_to_left(docs: Docs) -> list[str]:
    faults = [s for s in READ if 'dir="rtl"' not in entries(docs, s)[3]["content"]]
    return faults + [
        s for s, title in each(docs, "title") if re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", title)
    ]


@line(
    13,
    "titles are not empty, on one line, and whole however long",
    ("rss", b"<title>Z", b"<title>Z\n"),
    ("atom", LONG.encode(), b"short"),
    ("json", b'"AT&T <b>"', b'""'),
)
def titles(docs: Docs) -> list[str]:
    faults = [s for s, title in each(docs, "title") if not title.strip() or title != " ".join(title.split())]
    return faults + [s for s in READ if LONG not in [one["title"] for one in entries(docs, s)]]


@line(
    14,
    "each item has a date with an offset",
    ("rss", b" +0000</pubDate>", b"</pubDate>"),
    ("json", b'+00:00"', b'"'),
    ("atom", b"<published>2026-03-06T04:00:00+00:00", b"<published>"),
)
def dated(docs: Docs) -> list[str]:
    found = [(s, moment) for name in ("published", "updated") for s, moment in each(docs, name)]
    return [s for s, moment in found if not moment or datetime.fromisoformat(moment).utcoffset() is None] + [
        "pubDate" for one in tree(docs["rss"]).iterfind(".//pubDate") if not (one.text or "").endswith("+0000")
    ]


@line(
    15,
    "no id stands twice in a document",
    ("atom", b"8000-000000000019<", b"8000-000000000020<"),
    ("json", b'8000-000000000019"', b'8000-000000000020"'),
)
def unique(docs: Docs) -> list[str]:
    lists = {s: [one["id"] for one in entries(docs, s)] for s in READ}
    return [s for s, ids in lists.items() if len(ids) != len(set(ids))]


@line(
    16,
    "an id is the same in every format",
    ("rss", b"8000-000000000019<", b"8000-000000000099<"),
    ("ninjs.json", b"8000-000000000019", b"8000-000000000099"),
)
def same_ids(docs: Docs) -> list[str]:
    wanted = {one.id for one in doc().entries} | {one.id for one in doc().withdrawn}
    ninjs = {one["uri"] for one in json.loads(docs["ninjs.json"])["associations"]}
    newsml = {one.get("guid") for one in tree(docs["newsml.xml"]).iterfind("{*}itemSet/{*}newsItem")}
    atom = {one["id"] for one in entries(docs, "atom")} | set(tree(docs["atom"]).xpath("//@ref"))
    of = {
        "atom": atom,
        "rss": {one["id"] for one in entries(docs, "rss")},
        "json": {one["id"] for one in entries(docs, "json")},
    }
    return [name for name, ids in {**of, "ninjs": ninjs, "newsml": newsml}.items() if ids != wanted]


@line(17, "newest first by publication; a correction moves updated and not published", ("json", b'"date_published": "2026-03-06T04:00:00', b'"date_published": "2026-03-01T04:00:00'),
      ("atom", b"<published>2026-03-06T04", b"<published>2026-03-06T08"))  # fmt: skip
def newest_first(docs: Docs) -> list[str]:
    first = doc().entries[0].published.isoformat()
    faults = [s for s in READ if entries(docs, s)[0]["published"] != first or entries(docs, s)[0]["updated"] <= first]
    for suffix in READ:
        dates = [one["published"] for one in entries(docs, suffix)]
        faults += [suffix] if dates != sorted(dates, reverse=True) else []
    return faults


@line(
    18,
    "the same state gives the same bytes",
    ("atom", b"<generator>", b"<generator>at noon "),
    ("item.ninjs.json", b'"usable"', b'"usable" '),
)
def same_bytes(docs: Docs) -> list[str]:
    from sample_feed import documents

    return [name for name, document in documents().items() if document != docs[name]]


@line(
    19,
    "a feed of everyday size: at most 100 items",
    (
        "json",
        b'{"id": "urn',
        b",\n".join(
            [b'{"id": "x", "title": "t", "content_html": "c", "date_modified": "2026-03-05T00:00:00+00:00"}'] * 101
        )
        + b',\n{"id": "urn',
    ),
)
def of_everyday_size(docs: Docs) -> list[str]:
    return [name for name in READ if len(docs[name]) > 500_000] + (
        ["json"] if docs["json"].count(b'"content_html": ') > 100 else []
    )


@line(
    21,
    "an empty feed is valid",
    ("empty.rss", b"<description>", b"<about>"),
    ("empty.atom", b"<updated>", b"<changed>"),
    ("empty.json", b'"items": []', b'"item": []'),
)
def empty_is_valid(docs: Docs) -> list[str]:
    faults = []
    for name in ("empty.rss", "empty.atom"):
        text = docs[name].replace(b"<about>", b"<x/><!--").replace(b"<changed>", b"<x/><!--")
        faults += [name] if text != docs[name] else []
    found = feedparser.parse(docs["empty.atom"]), feedparser.parse(docs["empty.rss"])
    faults += [one.version for one in found if one.bozo or not one.feed.get("title") or one.entries]
    return faults + ([] if json.loads(docs["empty.json"]).get("items") == [] else ["empty.json"])


@line(
    97,
    "no style sheet and no script: browsers stop reading them, and validators flag them",
    ("rss", b"<rss ", b"<?xml-stylesheet type='text/xsl' href='x'?><rss "),
    ("atom", b"<generator>", b"<script xmlns='http://www.w3.org/1999/xhtml'/><generator>"),
)
def no_style_sheet(docs: Docs) -> list[str]:
    return [name for name in XML if re.search(rb"<\?xml-stylesheet|<script", docs[name])]
