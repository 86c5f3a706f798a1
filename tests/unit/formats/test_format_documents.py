"""A joined document is feedgen's own, byte for byte, always the same, and free of feedgen's faults."""

import locale
import time
from dataclasses import replace
from email.utils import format_datetime

import feedgen.entry
import feedgen.feed
import pytest
from format_samples import MORNING, entry, feed, rich
from lxml import etree

from feedsvc.formats import atom, rss
from feedsvc.formats.registry import FORMATS, Format, join

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
NS = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}


def test_formats_have_the_agreed_suffixes_and_media_types() -> None:
    assert {suffix: fmt.media_type for suffix, fmt in FORMATS.items()} == {
        "atom": "application/atom+xml; charset=utf-8",
        "rss": "application/rss+xml; charset=utf-8",
        "json": "application/feed+json",
    }


@every_format
@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_joined_fragments_equal_feedgens_whole_document(fmt: Format, count: int) -> None:
    doc = feed(*(entry(number) for number in range(count, 0, -1)))
    assert join(fmt, doc, map(fmt.write_entry, doc.entries)) == fmt.write_whole(doc)


@every_format
def test_joined_fragments_equal_the_whole_for_the_richest_document(fmt: Format) -> None:
    assert join(fmt, rich(), map(fmt.write_entry, rich().entries)) == fmt.write_whole(rich())


@every_format
def test_an_entry_has_the_same_bytes_in_every_feed(fmt: Format) -> None:
    one, other = feed(entry(1)), feed(entry(1), language="ru", title="Новости", subtitle="", author="Другие")
    assert fmt.write_entry(entry(1)) in fmt.write_whole(one)
    assert fmt.write_entry(entry(1)) in fmt.write_whole(other)


def test_the_same_state_gives_the_same_bytes_a_second_later() -> None:
    before = [(fmt.write_whole(rich()), fmt.frame(feed())) for fmt in FORMATS.values()]
    time.sleep(1.05)
    assert [(fmt.write_whole(rich()), fmt.frame(feed())) for fmt in FORMATS.values()] == before


@every_format
def test_an_empty_fragment_leaves_no_gap(fmt: Format) -> None:
    one, two = fmt.write_entry(entry(1)), fmt.write_entry(entry(2))
    assert join(fmt, feed(), [b"", one, b"", two, b""]) == join(fmt, feed(), [one, two])


def test_writing_dates_never_touches_the_process_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("a writer switched the locale of the whole process")

    monkeypatch.setattr(locale, "setlocale", forbidden)
    assert b"Thu, 05 Mar 2026 09:00:00 +0000" in rss.write_whole(feed(entry(1)))
    assert feedgen.feed.formatRFC2822 is feedgen.entry.formatRFC2822 is format_datetime


def test_the_locale_test_would_notice_feedgens_own_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedgen.entry, "formatRFC2822", feedgen.util.formatRFC2822)
    with pytest.raises(AssertionError, match="locale"):
        test_writing_dates_never_touches_the_process_locale(monkeypatch)


def test_atom_entry_links_keep_their_attributes() -> None:
    links = etree.fromstring(atom.write_whole(feed(entry(1)))).findall("a:entry/a:link", NS)
    page = {"href": "https://news.example/az/news/1", "rel": "alternate", "type": "text/html", "hreflang": "az"}
    assert [dict(link.attrib) for link in links] == [page]


def test_atom_says_the_language_of_the_feed_and_of_each_entry() -> None:
    tree = etree.fromstring(atom.write_whole(rich()))
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert tree.get(lang) == "az"
    assert [each.get(lang) for each in tree.findall("a:entry", NS)] == ["az", "az", "az", "az", "ar"]


def test_atom_content_is_escaped_html_and_no_element_is_made_up() -> None:
    tree = etree.fromstring(atom.write_whole(rich()))
    assert {each.get("type") for each in tree.iterfind("a:entry/a:content", NS)} == {"html"}
    assert {each.get("type") for each in tree.iterfind("a:entry/a:summary", NS)} == {"text"}
    media = "http://search.yahoo.com/mrss/"
    assert {etree.QName(each).namespace for each in tree.iter("*")} == {
        NS["a"],
        media,
        "https://rslstandard.org/rsl",
        "http://www.georss.org/georss",
    }
    assert tree.find("a:entry/a:category", NS).attrib == {
        "term": "innovation",
        "scheme": "https://news.example/category/",
        "label": "İnnovasiya",
    }


def test_no_document_betrays_the_version_of_a_program() -> None:
    for fmt in FORMATS.values():
        assert b"feedgen" not in fmt.write_whole(rich())
    generator = etree.fromstring(atom.write_whole(feed())).find("a:generator", NS)
    assert (generator.text, dict(generator.attrib)) == ("feedsvc", {})


def test_rss_channel_names_the_page_as_link_and_itself_as_self() -> None:
    channel = etree.fromstring(rss.write_whole(feed())).find("channel")
    assert channel.findtext("link") == "https://news.example/az/"
    assert dict(channel.find("a:link", NS).attrib) == {
        "href": "https://news.example/az/feeds/news.rss",
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert channel.findtext("ttl") == "15"
    assert channel.findtext("generator") == "feedsvc"
    assert channel.findtext("lastBuildDate") == "Thu, 05 Mar 2026 08:00:00 +0000"


def test_rss_authors_are_dc_creators_and_a_correction_says_its_moment() -> None:
    items = etree.fromstring(rss.write_whole(rich())).findall("channel/item")
    assert [each.text for each in items[0].findall("dc:creator", NS)] == ["Əli", "Nümunə ASC"]
    assert [each.findtext("a:updated", None, NS) for each in items] == ["2026-03-06T08:00:00+00:00", *[None] * 4]
    assert items[0].findtext("pubDate") == "Thu, 05 Mar 2026 12:00:00 +0000"


def test_prefixes_are_declared_once_on_the_root_of_rss() -> None:
    document = rss.write_whole(rich())
    assert document.count(b"xmlns:") == 6
    assert b"ns0" not in document


def test_rss_description_without_a_summary_is_a_lead_cut_at_a_word() -> None:
    content = "<h2>Baş</h2><p>" + "söz " * 200 + "</p><script>no</script>"
    item = etree.fromstring(rss.write_whole(feed(entry(1, summary="", content_html=content)))).find("channel/item")
    lead = item.findtext("description")
    assert lead.startswith("Baş söz söz")
    assert lead.endswith("söz…")
    assert len(lead) <= 301


def test_rss_description_without_a_summary_begins_with_the_text_and_not_with_a_caption() -> None:
    content = "<figure><img src='x'><figcaption>Qüllə</figcaption></figure>tail<p>Söz</p>"
    item = etree.fromstring(rss.write_whole(feed(entry(1, summary="", content_html=content)))).find("channel/item")
    assert item.findtext("description") == "tail Söz"
    assert "Qüllə" in item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")


@pytest.mark.parametrize(
    ("summary", "description"),
    [
        ("Profit & loss", "Profit & loss"),
        ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
        ("R&amp;D", "R&amp;amp;D"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_rss_description_reads_as_the_summary_when_shown_as_html(summary: str, description: str) -> None:
    item = etree.fromstring(rss.write_whole(feed(entry(1, summary=summary)))).find("channel/item")
    assert item.findtext("description") == description


def test_rss_keeps_the_whole_text_apart_even_when_nothing_can_stand_for_a_summary() -> None:
    item = etree.fromstring(rss.write_whole(feed(entry(1, summary="", content_html="<img src='x'>")))).find(
        "channel/item"
    )
    tags = [child.tag for child in item]
    assert item.findtext("description") == "Xəbər 1"
    assert tags.index("description") < tags.index("{http://purl.org/rss/1.0/modules/content/}encoded")


def test_entries_stand_in_the_order_given() -> None:
    doc = feed(entry(3), entry(1), entry(2))
    for fmt in FORMATS.values():
        document = fmt.write_whole(doc)
        places = [document.index(each.id.encode()) for each in doc.entries]
        assert places == sorted(places)


def test_a_feed_without_a_subtitle_or_clean_title_is_still_written() -> None:
    broken = replace(feed(entry(1)), title="\x00", subtitle="", author="\ud800", updated=MORNING.replace(tzinfo=None))
    for fmt in FORMATS.values():
        assert b"Untitled" in join(fmt, broken, [fmt.write_entry(entry(1))])
