"""Lines 22 to 38: RSS 2.0 with the Advisory Board's profile, and Media RSS."""

import re
from email.utils import parsedate_to_datetime

from lines import Docs, line
from of_documents import tree

M = "{http://search.yahoo.com/mrss/}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
NAMESPACES = {
    "http://www.w3.org/2005/Atom", "http://purl.org/rss/1.0/modules/content/", "http://purl.org/dc/elements/1.1/",
    "http://search.yahoo.com/mrss/", "http://purl.org/syndication/history/1.0", "https://rslstandard.org/rsl", "http://www.georss.org/georss", None,
}  # fmt: skip


def channel(docs: Docs, name: str = "rss"):  # noqa: ANN201
    return tree(docs[name]).find("channel")


@line(22, "version 2.0, one channel with title, link (a page, not the feed) and description",
      ("rss", b'version="2.0"', b'version="0.9"'), ("rss", b"<link>https://news.example/az/</link>", b"<link>https://news.example/az/feeds/news.rss</link>"),
      ("rss", "<description>Şirkət".encode(), b"<description></description><about>") )  # fmt: skip
def channel_is_whole(docs: Docs) -> list[str]:
    root, there = tree(docs["rss"]), channel(docs)
    faults = [name for name in ("title", "link", "description") if not there.findtext(name)]
    if root.get("version") != "2.0" or len(root) != 1 or there.findtext("link", "").endswith(".rss"):
        faults.append("channel")
    return faults


@line(
    23,
    "each item has title, description, guid and pubDate; a link where it is still there",
    ("rss", b"<title>Z", b"<name>Z"),
    ("rss", b"<link>https://news.example/az/news/20</link>", b""),
)
def items_are_whole(docs: Docs) -> list[str]:
    faults = []
    for item in channel(docs).iterfind("item"):
        wanted = [
            "title",
            "description",
            "guid",
            "pubDate",
            *([] if item.findtext("guid", "").endswith("dead") else ["link"]),
        ]
        faults += [name for name in wanted if not item.findtext(name)]
    return faults


@line(24, "a guid that is no address says so", ("rss", b'isPermaLink="false"', b""))
def guids(docs: Docs) -> list[str]:
    found = channel(docs).iterfind("item/guid")
    return [one.text for one in found if one.get("isPermaLink") != "false" and not (one.text or "").startswith("http")]


@line(
    25,
    "dates as RFC 822 has them, four-digit years, English names",
    ("rss", b"<pubDate>Fri, 06 Mar 2026", b"<pubDate>Cum, 06 Mart 26"),
    ("rss", b"<lastBuildDate>Sat, 07", b"<lastBuildDate>2026-03-07"),
)
def dates(docs: Docs) -> list[str]:
    form = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)"
    found = [one.text or "" for one in tree(docs["rss"]).iter("pubDate", "lastBuildDate")]
    return [one for one in found if not re.fullmatch(form, one) or parsedate_to_datetime(one) is None]


@line(
    26,
    "a name without a mail address stands in dc:creator",
    ("rss", b"<dc:creator>", b"<author>x</author><dc:creator>"),
)
def authors(docs: Docs) -> list[str]:
    found = tree(docs["rss"]).iter("author", "managingEditor", "webMaster")
    return [one.text for one in found if not re.fullmatch(r"\S+@\S+ \(.+\)", one.text or "")]


@line(
    27,
    "one enclosure at most, with url, length and type",
    ("rss", b' length="180333"', b""),
    ("rss", b"<enclosure ", b'<enclosure url="https://x" length="1" type="image/png"/><enclosure '),
)
def enclosures(docs: Docs) -> list[str]:
    faults = [
        dict(one.attrib)
        for one in tree(docs["rss"]).iter("enclosure")
        if not {"url", "length", "type"} <= set(one.attrib) or not one.get("length", "").isdigit()
    ]
    return [str(one) for one in faults] + [
        "two" for item in channel(docs).iterfind("item") if len(item.findall("enclosure")) > 1
    ]


@line(28, "atom:link rel=self with its type, language, lastBuildDate, generator, docs, ttl, copyright",
      ("rss", b'rel="self"', b'rel="alternate"'), ("rss", b"<language>az</language>", b""), ("rss", b"<copyright>", b"<rights>"), ("rss", b"<ttl>15</ttl>", b""))  # fmt: skip
def around(docs: Docs) -> list[str]:
    there = channel(docs)
    own = [one for one in there.iterfind(f"{ATOM}link") if one.get("rel") == "self"]
    faults = [
        name
        for name in ("language", "lastBuildDate", "generator", "docs", "ttl", "copyright")
        if not there.findtext(name)
    ]
    return faults + ([] if [one.get("type") for one in own] == ["application/rss+xml"] else ["self"])


@line(
    30,
    "description is the summary and stands before content:encoded",
    ("rss", "<description>20 saylı".encode(), "<content:encoded>x</content:encoded><description>20 saylı".encode()),
)
def summary_first(docs: Docs) -> list[str]:
    faults = []
    for item in channel(docs).iterfind("item"):
        tags = [one.tag for one in item]
        if (
            tags.count("description") != 1
            or tags.count(CONTENT) != 1
            or tags.index("description") > tags.index(CONTENT)
        ):
            faults.append(item.findtext("guid"))
    return faults


@line(
    31,
    "category text with its domain; no textInput",
    ("rss", b'<category domain="https://news.example/category/">', b"<category>"),
    ("rss", b"<docs>", b"<textInput/><docs>"),
)
def categories(docs: Docs) -> list[str]:
    found = [one for one in tree(docs["rss"]).iter("category") if not one.get("domain") or not one.text]
    return [str(one.text) for one in found] + [one.tag for one in tree(docs["rss"]).iter("textInput")]


@line(
    34,
    "never pubDate and dc:date both",
    ("rss", b"<dc:creator>", b"<dc:date>2026-03-06T00:00:00Z</dc:date><dc:creator>"),
)
def one_date(docs: Docs) -> list[str]:
    return [str(one.text) for one in tree(docs["rss"]).iter("{http://purl.org/dc/elements/1.1/}date")]


@line(
    35,
    "every prefix is bound to its exact namespace",
    ("rss", b"http://search.yahoo.com/mrss/", b"http://search.yahoo.com/mrss"),
    ("archive.rss", b"syndication/history/1.0", b"syndication/history"),
)
def namespaces(docs: Docs) -> list[str]:
    used = {re.match(r"\{(.*)\}", one.tag) for name in ("rss", "archive.rss") for one in tree(docs[name]).iter("*")}
    return [one.group(1) for one in used if one and one.group(1) not in NAMESPACES]


def media(docs: Docs) -> list:
    return [one for suffix in ("rss", "atom") for one in tree(docs[suffix]).iter(f"{M}content")]


@line(
    36,
    "media:content has url, medium, type, size and length",
    ("rss", b' medium="image"', b' medium="picture"'),
    ("atom", b' fileSize="180333"', b""),
    ("rss", b' width="1280"', b' width="wide"'),
)
def media_contents(docs: Docs) -> list[str]:
    kinds = {"image", "audio", "video", "document", "executable"}
    numbers = ("width", "height", "fileSize")
    return [
        str(dict(one.attrib))
        for one in media(docs)
        if not one.get("url")
        or not one.get("type")
        or one.get("medium") not in kinds
        or not all(one.get(n, "").isdigit() for n in numbers)
    ]


@line(
    37,
    "renditions of one picture stand in one group with one default",
    ("rss", b' isDefault="true"', b""),
    (
        "atom",
        b"<media:content ",
        b'<media:content isDefault="true" url="https://x" medium="image" type="image/png" width="1" height="1" fileSize="1"/><media:content ',
    ),
)
def one_default(docs: Docs) -> list[str]:
    groups = [one for suffix in ("rss", "atom") for one in tree(docs[suffix]).iter(f"{M}group")]
    faults = ["default" for group in groups if len(group.xpath("*[@isDefault='true']")) != 1]
    return faults + ["alone" for one in media(docs) if one.getparent().tag != f"{M}group"]


@line(38, "thumbnail with its size, description for who cannot see it, credit with role and scheme, copyright",
      ("rss", b'scheme="urn:ebu"', b""), ("atom", b'<media:description type="plain">', b'<media:title type="plain">'), ("rss", b"<media:copyright>", b"<media:rights>"), ("atom", b"<media:thumbnail ", b"<media:thumbnail hidden='' "))  # fmt: skip
def media_words(docs: Docs) -> list[str]:
    faults = []
    for suffix in ("rss", "atom"):
        group = next(tree(docs[suffix]).iter(f"{M}group"))
        faults += [
            name for name in ("description", "credit", "copyright", "thumbnail") if group.find(f"{M}{name}") is None
        ]
        credit, thumbnail = group.find(f"{M}credit"), group.find(f"{M}thumbnail")
        faults += [] if dict(credit.attrib) == {"role": "photographer", "scheme": "urn:ebu"} else ["credit"]
        faults += [] if set(thumbnail.attrib) == {"url", "width", "height"} else ["thumbnail"]
    return faults
