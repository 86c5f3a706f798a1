"""Lines 39 to 57: Atom (RFC 4287), paging and archives (RFC 5005), tombstones (RFC 6721)."""

import json
import re
from datetime import datetime
from pathlib import Path

from lines import Docs, line
from lxml import etree
from of_documents import NS, tree

GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "schemas" / "atom.rng"))
AT = "{http://purl.org/atompub/tombstones/1.0}"
FH = "{http://purl.org/syndication/history/1.0}"
RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


def grammar(docs: Docs, *names: str) -> list[str]:
    return [name for name in names or ("atom", "archive.atom", "empty.atom") if not GRAMMAR.validate(tree(docs[name]))]


@line(
    39,
    "a feed has one id, title, updated, and an author",
    ("atom", b"<updated>2026-03-07T08:00:00+00:00</updated>", b""),
    ("empty.atom", b"<id>", b"<id>urn:x</id><id>"),
    ("atom", b"<author>", b"<title>x</title><author>"),
)
def feed_is_whole(docs: Docs) -> list[str]:
    return grammar(docs)


@line(
    40,
    "an entry has one id, title, updated, and content or a page",
    ("atom", b"<title>Z", b"<title>x</title><title>Z"),
    ("atom", b'<content type="html">', b'<content type="html" src="https://x">'),
)
def entries_are_whole(docs: Docs) -> list[str]:
    missing = [
        one.findtext("a:id", "", NS)
        for one in tree(docs["atom"]).iterfind("a:entry", NS)
        if not one.findtext("a:content", "", NS) and one.find("a:link[@rel='alternate']", NS) is None
    ]
    return grammar(docs) + missing


@line(
    41,
    "one alternate for a type and a language; rel=self on the feed",
    ("atom", b'rel="self"', b'rel="related"'),
    ("atom", b'rel="enclosure" type="image/jpeg"', b'rel="alternate" type="text/html" hreflang="az"'),
)
def alternates(docs: Docs) -> list[str]:
    faults = (
        []
        if [one.get("href") for one in tree(docs["atom"]).iterfind("a:link[@rel='self']", NS)]
        == ["https://news.example/az/feeds/news.atom"]
        else ["self"]
    )
    for one in tree(docs["atom"]).iter(f"{{{NS['a']}}}feed", f"{{{NS['a']}}}entry"):
        pairs = [
            (link.get("type"), link.get("hreflang"))
            for link in one.iterfind("a:link", NS)
            if link.get("rel", "alternate") == "alternate"
        ]
        faults += [str(pairs)] if len(pairs) != len(set(pairs)) else []
    return faults


@line(42, "every id is an absolute IRI", ("atom", b"<id>urn:uuid:", b"<id>"), ("atom", b'ref="urn:uuid:', b'ref="'))
def absolute_ids(docs: Docs) -> list[str]:
    found = [one.text or "" for one in tree(docs["atom"]).iter(f"{{{NS['a']}}}id")] + tree(docs["atom"]).xpath("//@ref")
    return [one for one in found if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S", one)]


@line(
    43,
    "dates as RFC 3339 has them; the feed's is the newest of entries and deletions",
    ("atom", b"<updated>2026-03-07T", b"<updated>2026-03-06T"),
    ("atom", b"<published>2026-03-06T04:00:00+00:00", b"<published>2026-03-06t04:00:00z"),
)
def dates(docs: Docs) -> list[str]:
    root = tree(docs["atom"])
    found = [one.text or "" for name in ("updated", "published") for one in root.iter(f"{{{NS['a']}}}{name}")]
    faults = [one for one in found if not re.fullmatch(RFC_3339, one)]
    newest = max([one.text for one in root.iterfind("a:entry/a:updated", NS)] + root.xpath("//@when"))
    return faults + ([] if root.findtext("a:updated", "", NS) == newest else ["feed"])


@line(
    44,
    "text constructs are text, html or xhtml",
    ("atom", b'<content type="html">', b'<content type="CDATA">'),
    ("atom", b'<summary type="text">', b'<summary type="plain">'),
)
def text_constructs(docs: Docs) -> list[str]:
    found = [
        one.get("type", "text")
        for name in ("title", "summary", "content", "rights", "subtitle")
        for one in tree(docs["atom"]).iter(f"{{{NS['a']}}}{name}")
    ]
    return [one for one in found if one not in ("text", "html", "xhtml")] + grammar(docs)


@line(
    45,
    "links say rel, type and language; an enclosure its length",
    ("atom", b' length="180333"', b""),
    ("atom", b'news/20" rel="alternate" type="text/html" hreflang="az"', b'news/20" rel="alternate"'),
)
def links(docs: Docs) -> list[str]:
    faults = []
    for one in tree(docs["atom"]).iterfind("a:entry/a:link", NS):
        wanted = {"alternate": {"type", "hreflang"}, "enclosure": {"type", "length"}}.get(one.get("rel", ""), {"rel"})
        faults += [] if wanted <= set(one.attrib) else [str(dict(one.attrib))]
    return faults


@line(
    46,
    "xml:lang on the feed and on entries of another language",
    ("atom", b'xml:lang="ar"', b'xml:lang="az"'),
    ("empty.atom", b' xml:lang="az"', b""),
)
def languages(docs: Docs) -> list[str]:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    faults = [name for name in ("atom", "empty.atom", "archive.atom") if tree(docs[name]).get(lang) != "az"]
    return faults + ([] if tree(docs["atom"]).findall("a:entry", NS)[3].get(lang) == "ar" else ["entry"])


@line(
    47,
    "categories with term, scheme and label; rights; generator",
    ("atom", b' scheme="https://news.example/category/"', b""),
    (
        "atom",
        b"<rights>",
        b"<rights/><rights>",
    ),
    ("atom", b"<generator>feedsvc</generator>", b""),
)
def categories(docs: Docs) -> list[str]:
    root = tree(docs["atom"])
    faults = [
        str(dict(one.attrib))
        for one in root.iter(f"{{{NS['a']}}}category")
        if not all(one.get(n) for n in ("term", "scheme", "label"))
    ]
    return faults + [name for name in ("rights", "generator") if not root.findtext(f"a:{name}", "", NS)]


def relations(docs: Docs, name: str) -> dict[str, str]:
    if name.endswith("json"):
        told = json.loads(docs[name])
        return {"prev-archive": told["next_url"]} if "next_url" in told else {}
    return {
        one.get("rel"): one.get("href")
        for one in tree(docs[name]).iter(f"{{{NS['a']}}}link")
        if one.getparent().tag.rpartition("}")[2] in ("feed", "channel")
    }


@line(
    50,
    "subscription and archive documents lead to the one before",
    ("atom", b'rel="prev-archive"', b'rel="previous"'),
    ("archive.rss", b'rel="prev-archive"', b'rel="prev"'),
)
def prev_archives(docs: Docs) -> list[str]:
    names = ("atom", "rss", "json", "archive.atom", "archive.rss", "archive.json")
    return [name for name in names if not relations(docs, name).get("prev-archive", "").startswith("https://")]


@line(
    51,
    "an archive says that it is one, which feed is current, and what comes next",
    ("archive.atom", b"<fh:archive/>", b""),
    ("archive.rss", b'rel="current"', b'rel="up"'),
    ("archive.atom", b'rel="next-archive"', b'rel="next"'),
)
def archives(docs: Docs) -> list[str]:
    faults = [
        name for name in ("archive.atom", "archive.rss") if next(tree(docs[name]).iter(f"{FH}archive"), None) is None
    ]
    return faults + [
        f"{name} {rel}"
        for name in ("archive.atom", "archive.rss")
        for rel in ("current", "next-archive")
        if rel not in relations(docs, name)
    ]


@line(
    53,
    "fh:complete never beside a previous archive",
    ("archive.atom", b"<fh:archive/>", b"<fh:archive/><fh:complete/>"),
)
def not_complete(docs: Docs) -> list[str]:
    return [
        name
        for name in ("atom", "rss", "archive.atom", "archive.rss")
        if next(tree(docs[name]).iter(f"{FH}complete"), None) is not None
    ]


@line(
    54,
    "a deleted entry has ref and when, is a child of the feed, and stands once",
    ("atom", b' when="', b' at="'),
    ("atom", b"<at:deleted-entry", b"<x xmlns='urn:x'/><at:deleted-entry-of"),
    (
        "atom",
        b"</at:deleted-entry>",
        b"</at:deleted-entry><at:deleted-entry xmlns:at='http://purl.org/atompub/tombstones/1.0' ref='urn:uuid:00000000-0000-4000-8000-00000000dead' when='2026-03-07T08:00:00+00:00'/>",
    ),
)
def tombstones(docs: Docs) -> list[str]:
    found = list(tree(docs["atom"]).iter(f"{AT}deleted-entry"))
    pairs = [(one.get("ref"), one.get("when")) for one in found]
    faults = [str(one) for one in pairs if not all(one) or not re.fullmatch(RFC_3339, one[1])]
    inside = [one.getparent().tag for one in found if one.getparent() is not tree(docs["atom"])]
    return faults + inside + (["twice"] if len(pairs) != len(set(pairs)) else []) + ([] if found else ["none"])


@line(55, "no entry is as old as its own tombstone", ("atom", b"00000000dead", b"000000000020"))
def newer_than_tombstones(docs: Docs) -> list[str]:
    when = {
        one.get("ref"): datetime.fromisoformat(one.get("when", ""))
        for one in tree(docs["atom"]).iter(f"{AT}deleted-entry")
    }
    found = [
        (one.findtext("a:id", "", NS), one.findtext("a:updated", "", NS))
        for one in tree(docs["atom"]).iterfind("a:entry", NS)
    ]
    return [name for name, moment in found if name in when and datetime.fromisoformat(moment) <= when[name]]


@line(
    56,
    "a tombstone's comment is the public's notice",
    ("atom", b'<at:comment type="text">Bu geri.', b'<at:comment type="text">'),
)
def comments(docs: Docs) -> list[str]:
    found = [one.findtext(f"{AT}comment", "") for one in tree(docs["atom"]).iter(f"{AT}deleted-entry")]
    return [one for one in found if one != "Bu geri."]


@line(
    57,
    "the same in RSS and JSON Feed: a notice of the same id without the item's words; next_url leads away",
    ("rss", b"00000000dead", b"00000000beef"),
    ("json", b'"_withdrawn"', b'"withdrawn"'),
    (
        "json",
        b'"next_url": "https://news.example/az/feeds/news/archive/6.json"',
        b'"next_url": "https://news.example/az/feeds/news.json"',
    ),
)
def elsewhere_too(docs: Docs) -> list[str]:
    wanted, told = tree(docs["atom"]).xpath("//@ref"), json.loads(docs["json"])
    in_rss = [one.text for one in tree(docs["rss"]).iterfind(".//item/guid") if one.text in wanted]
    in_json = [one["id"] for one in told["items"] if "_withdrawn" in one and "url" not in one]
    return [name for name, ids in {"rss": in_rss, "json": in_json}.items() if ids != wanted] + (
        ["next_url"] if told["next_url"] == told["feed_url"] else []
    )
