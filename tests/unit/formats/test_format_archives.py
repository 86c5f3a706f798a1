"""RFC 5005 archives: each document names its neighbours, and parsers not written here walk from one to the next."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import feedparser
import pytest
from format_samples import archive, entry, feed, rich
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.formats.document import FeedDoc
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join

BASE = "https://news.example/az/feeds/news"
HISTORY = "http://purl.org/syndication/history/1.0"
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
GUIDS = "channel/item/guid"

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
xml_format = pytest.mark.parametrize("fmt", [FORMATS["atom"], FORMATS["rss"]], ids=["atom", "rss"])
number = st.none() | st.integers(0, 5) | st.integers()


def written(fmt: Format, doc: FeedDoc) -> bytes:
    """The document as the road makes it: fragments, joined."""
    return join(fmt, doc, [render(fmt, each)[0] for each in doc.entries])


def head(fmt: Format, doc: FeedDoc) -> etree._Element:
    """The element that holds what is said of the whole feed."""
    root = etree.fromstring(written(fmt, doc))
    return root if fmt.suffix == "atom" else root.find("channel")


def links(fmt: Format, doc: FeedDoc) -> list[dict[str, str]]:
    """Attributes of the feed's own Atom links, without the page for people."""
    found = [dict(link.attrib) for link in head(fmt, doc).findall("{http://www.w3.org/2005/Atom}link")]
    return [link for link in found if link["rel"] != "alternate"]


def link(suffix: str, rel: str, path: str) -> dict[str, str]:
    return {"href": f"{BASE}{path}.{suffix}", "rel": rel, "type": TYPES[suffix]}


def series(suffix: str) -> dict[str, bytes]:
    """Address → document of a feed of ten items: two in the subscription document, eight in archives 1, 2, 4, 5."""
    numbers = [1, 2, 4, 5]  # An archive that was emptied leaves a gap; the addresses of the others stay.
    neighbours = dict(pairwise([None, *numbers, None]))
    older = {newer: n for n, newer in neighbours.items() if newer is not None}
    docs = [feed(entry(10), entry(9), prev_archive=numbers[-1])]
    for place, n in enumerate(numbers):
        pair = (entry(2 * place + 2), entry(2 * place + 1))
        docs.append(feed(*pair, archive=n, prev_archive=older[n], next_archive=neighbours[n]))
    return {doc.self_url(suffix): written(FORMATS[suffix], doc) for doc in docs}


def walked(documents: dict[str, bytes], start: str, rel: str) -> Iterator[feedparser.FeedParserDict]:
    """The documents that feedparser finds from there on along that relation."""
    address: str | None = start
    while address:
        read = feedparser.parse(documents[address])
        assert not read.bozo
        yield read
        address = next((found.href for found in read.feed.links if found.rel == rel), None)


def test_a_document_knows_its_address_and_the_subscription_documents() -> None:
    doc = archive()
    assert (doc.self_url("rss"), doc.current_url("rss")) == (f"{BASE}/archive/7.rss", f"{BASE}.rss")
    assert feed().self_url("rss") == feed().current_url("rss") == f"{BASE}.rss"
    assert doc.archive_url(3, "json") == f"{BASE}/archive/3.json"


@xml_format
def test_an_archive_links_to_itself_the_subscription_document_and_both_neighbours(fmt: Format) -> None:
    assert links(fmt, archive()) == [
        link(fmt.suffix, "self", "/archive/7"),
        link(fmt.suffix, "current", ""),
        link(fmt.suffix, "prev-archive", "/archive/6"),
        link(fmt.suffix, "next-archive", "/archive/8"),
    ]
    assert [(each.text, dict(each.attrib)) for each in head(fmt, archive()).findall(f"{{{HISTORY}}}archive")] == [
        (None, {})
    ]


@xml_format
def test_the_first_and_the_last_archive_name_no_neighbour_that_is_not_there(fmt: Format) -> None:
    oldest, newest = archive(prev_archive=None), archive(next_archive=None)
    assert [each["rel"] for each in links(fmt, oldest)] == ["self", "current", "next-archive"]
    assert [each["rel"] for each in links(fmt, newest)] == ["self", "current", "prev-archive"]


@xml_format
def test_the_subscription_document_links_to_the_newest_archive_and_is_none_itself(fmt: Format) -> None:
    doc = feed(entry(9), prev_archive=8)
    assert links(fmt, doc) == [link(fmt.suffix, "self", ""), link(fmt.suffix, "prev-archive", "/archive/8")]
    assert HISTORY.encode() not in written(fmt, doc)


@xml_format
def test_the_history_prefix_is_declared_once_and_only_in_archives(fmt: Format) -> None:
    assert written(fmt, archive()).count(HISTORY.encode()) == 1
    assert HISTORY.encode() not in written(fmt, rich())


def test_json_pages_name_the_next_older_page() -> None:
    pages = [feed(entry(9), prev_archive=8), archive(), archive(prev_archive=None)]
    read = [json.loads(written(FORMATS["json"], doc)) for doc in pages]
    assert [(page["feed_url"], page.get("next_url")) for page in read] == [
        (f"{BASE}.json", f"{BASE}/archive/8.json"),
        (f"{BASE}/archive/7.json", f"{BASE}/archive/6.json"),
        (f"{BASE}/archive/7.json", None),
    ]


@every_format
def test_an_entry_has_the_same_bytes_in_an_archive_as_in_the_subscription_document(fmt: Format) -> None:
    documents = [written(fmt, replace(rich(), archive=n, prev_archive=1)) for n in (None, 2)]
    assert documents[0] != documents[1]
    for each in rich().entries:
        assert all(fmt.write_entry(each) in document for document in documents)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"archive": 7, "prev_archive": 7}, "count up"),
        ({"archive": 7, "next_archive": 7}, "count up"),
        ({"archive": 7, "prev_archive": 8}, "count up"),
        ({"archive": 7, "next_archive": 6}, "count up"),
        ({"next_archive": 1}, "cannot have a next"),
    ],
)
def test_neighbours_that_would_send_a_reader_in_a_circle_are_refused(changes: dict[str, int], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        feed(**changes)


@settings(deadline=None)
@given(number, number, number)
def test_any_numbers_are_refused_or_give_a_whole_document(n: int | None, older: int | None, newer: int | None) -> None:
    row = [each for each in (older, n, newer) if each is not None]
    try:
        doc = feed(entry(2), entry(1), archive=n, prev_archive=older, next_archive=newer)
    except ValueError:
        assert (n is None and newer is not None) or any(one >= other for one, other in pairwise(row))
        return
    for fmt in FORMATS.values():
        document = join(fmt, doc, map(fmt.write_entry, doc.entries))
        assert document == fmt.write_whole(doc) == written(fmt, doc)
        if fmt.suffix == "json":
            page = json.loads(document)
            assert page["feed_url"] == doc.self_url("json") != page.get("next_url")
            assert page.get("next_url") == (None if older is None else doc.archive_url(older, "json"))
        else:
            rels = [each["rel"] for each in links(fmt, doc)]
            named = zip(("current", "prev-archive", "next-archive"), (n, older, newer), strict=True)
            assert rels == ["self", *(rel for rel, there in named if there is not None)]


@xml_format
def test_feedparser_walks_back_to_the_beginning_and_meets_every_entry_once(fmt: Format) -> None:
    documents = series(fmt.suffix)
    read = list(walked(documents, f"{BASE}.{fmt.suffix}", "prev-archive"))
    assert [each.id for page in read for each in page.entries] == [entry(n).id for n in range(10, 0, -1)]
    assert ["fh_archive" in page.feed for page in read] == [False, True, True, True, True]
    assert {page.feed.link for page in read} == {"https://news.example/az/"}


@xml_format
def test_feedparser_walks_forward_to_the_newest_archive_and_on_to_the_subscription_document(fmt: Format) -> None:
    documents = series(fmt.suffix)
    read = list(walked(documents, f"{BASE}/archive/1.{fmt.suffix}", "next-archive"))
    assert [page.entries[-1].id for page in read] == [entry(n).id for n in (1, 3, 5, 7)]
    current = {found.href for page in read for found in page.feed.links if found.rel == "current"}
    assert current == {f"{BASE}.{fmt.suffix}"}


def test_json_pages_are_walked_back_to_the_beginning() -> None:
    documents, address, ids = series("json"), f"{BASE}.json", []
    while address:
        page = json.loads(documents.pop(address))
        ids += [item["id"] for item in page["items"]]
        address = page.get("next_url")
    assert ids == [entry(n).id for n in range(10, 0, -1)]
    assert not documents


RUBY_WALK = """
require "json"
require "rss"
documents, address = JSON.parse(STDIN.read), ARGV[0]
while address
  feed = RSS::Parser.parse(documents.fetch(address), true)
  feed.entries.each { |entry| puts entry.id.content }
  older = feed.links.find { |link| link.rel == "prev-archive" }
  address = older && older.href
end
"""
RUBY_GUIDS = """
require "json"
require "rss"
JSON.parse(STDIN.read).each_value { |text| RSS::Parser.parse(text, true).items.each { |item| puts item.guid.content } }
"""


@pytest.fixture
def ruby() -> Callable[..., list[str]]:
    """Runs a script over a series of documents and gives the lines that it writes."""
    program = shutil.which("ruby")
    assert program

    def run(script: str, documents: dict[str, bytes], *arguments: str) -> list[str]:
        texts = json.dumps({address: document.decode() for address, document in documents.items()})
        done = subprocess.run(
            [program, "-e", script, *arguments], input=texts.encode(), capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()[-400:]
        return done.stdout.decode().split()

    return run


@pytest.mark.ruby
def test_ruby_validating_parser_walks_back_to_the_beginning(ruby: Callable[..., list[str]]) -> None:
    ids = ruby(RUBY_WALK, series("atom"), f"{BASE}.atom")
    assert ids == [entry(n).id for n in range(10, 0, -1)]


@pytest.mark.ruby
def test_ruby_validating_parser_takes_every_archive_in_rss(ruby: Callable[..., list[str]]) -> None:
    # It has no word for links in a channel, so it is given the documents, newest first.
    documents = series("rss")
    current, *archives = documents
    ids = ruby(RUBY_GUIDS, {address: documents[address] for address in (current, *reversed(archives))})
    assert ids == [entry(n).id for n in range(10, 0, -1)]


@xml_format
def test_a_feed_of_a_scope_says_its_own_title_and_the_page_that_it_mirrors(fmt: Format) -> None:
    scoped = feed(
        entry(1),
        title="Nümunə ASC: İnnovasiya",
        subtitle="İnnovasiya bölməsinin bütün xəbərləri",
        home_url="https://news.example/az/category/innovation",
        base_url="https://news.example/az/feeds/innovation",
        prev_archive=2,
    )
    read = feedparser.parse(written(fmt, scoped))
    assert (read.feed.title, read.feed.subtitle, read.feed.link) == (scoped.title, scoped.subtitle, scoped.home_url)
    assert [each.href for each in read.feed.links if each.rel != "alternate"] == [
        f"https://news.example/az/feeds/innovation.{fmt.suffix}",
        f"https://news.example/az/feeds/innovation/archive/2.{fmt.suffix}",
    ]
    page = json.loads(written(FORMATS["json"], scoped))
    assert (page["title"], page["description"], page["home_page_url"]) == (
        scoped.title,
        scoped.subtitle,
        scoped.home_url,
    )


@every_format
def test_a_subscription_document_names_its_hub_and_an_archive_none(fmt: Format) -> None:
    """WebSub §4: exactly one self and the hub beside it. Nobody can be sent what does not change."""
    hub = "https://news.example/hub"
    for doc, named in (
        (feed(entry(1), hub=hub), [hub]),
        (feed(entry(1), hub=hub, archive=1), []),
        (feed(entry(1)), []),
    ):
        document = written(fmt, doc)
        if fmt.suffix == "json":
            told = json.loads(document)
            assert [one["url"] for one in told.get("hubs", [])] == named
            continue
        links = feedparser.parse(document).feed.links
        assert [one.href for one in links if one.rel == "hub"] == named
        assert len([one for one in links if one.rel == "self"]) == 1
