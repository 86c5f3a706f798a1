"""Parsers that we did not write read back what was written."""

import json
import unicodedata

import feedparser
import pytest
from format_samples import AWKWARD, entry, feed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.characters import one_line
from feedsvc.formats.document import Entry, Term
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, join

ATOM = "{http://www.w3.org/2005/Atom}"
TABLE = "<table><tr><th>A</th></tr><tr><td>1 &lt; 2</td></tr></table>"
LISTS = "<ul><li>bir<ol><li>iki<ul><li>üç</li></ul></li></ol></li></ul>"

pieces = st.sampled_from(
    ["]]>", "<b>", "</item>", "&amp;", "&#0;", "\x00", "\x0b", "\ufffe", "\ud800", "<![CDATA[", "<?x", "<!--"]
)
any_text = st.lists(st.text(st.characters(exclude_categories=())) | pieces, max_size=5).map("".join)
any_entry = st.builds(
    entry,
    title=any_text,
    summary=any_text,
    content_html=any_text,
    url=any_text,
    language=any_text,
    authors=st.lists(any_text, max_size=2).map(tuple),
    terms=st.lists(st.builds(Term, any_text, any_text, any_text, any_text), max_size=2).map(tuple),
)
thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(suffix: str, *entries: Entry) -> bytes:
    """The document as the road makes it: fragments, joined."""
    fmt = FORMATS[suffix]
    return join(fmt, feed(*entries), [render(fmt, each)[0] for each in entries])


def title_is_kept(given_entry: Entry, read: str | None) -> bool:
    """The cleaned title came back; where nothing in it can be seen, some other words did."""
    cleaned = one_line(given_entry.title)
    shapeless = all(unicodedata.category(character) in {"Cf", "Zs"} for character in cleaned)
    return bool(read) if shapeless else read == cleaned


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_feedparser_reads_awkward_titles_code_point_for_code_point(suffix: str, text: str) -> None:
    # Cleaning is the reader's own affair; we ask what it read.
    read = feedparser.parse(written(suffix, entry(1, title=text)), sanitize_html=False)
    assert not read.bozo
    assert [(each.id, each.title) for each in read.entries] == [(entry(1).id, text)]


@pytest.mark.parametrize("html", [TABLE, LISTS, "<p>]]&gt; Əə Ğğ İi Iı</p>", "<p>AT&amp;T &lt;b&gt; 👩\u200d👧</p>"])
@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_feedparser_reads_content_tag_for_tag(suffix: str, html: str) -> None:
    read = feedparser.parse(written(suffix, entry(1, content_html=html)))
    assert not read.bozo
    assert read.entries[0].content[0].value == html
    assert read.entries[0].content[0].type == "text/html"


@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_feedparser_reads_every_field(suffix: str) -> None:
    read = feedparser.parse(written(suffix, entry(1)))
    item = read.entries[0]
    assert (read.feed.title, read.feed.language, read.feed.link) == (
        "Xəbərlər & elanlar",
        "az",
        "https://news.example/az/",
    )
    assert (item.link, item.summary) == ("https://news.example/az/news/1", "1 saylı xəbərin qısa məzmunu")
    assert [tag.label or tag.term for tag in item.tags] == ["İnnovasiya"]
    assert [author.name for author in item.authors] == ["Əli Məmmədov"]
    assert tuple(item.published_parsed[:6]) == (2026, 3, 5, 9, 0, 0)
    assert suffix == "atom" or not item.guidislink


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_json_reads_awkward_text_code_point_for_code_point(text: str) -> None:
    item = json.loads(written("json", entry(1, title=text, summary=text, content_html=text)))["items"][0]
    assert (item["id"], item["title"], item["summary"], item["content_html"]) == (entry(1).id, text, text, text)


@thorough
@given(any_entry)
def test_any_text_in_any_field_keeps_atom_readable(given_entry: Entry) -> None:
    document = written("atom", given_entry)
    title = etree.fromstring(document).findtext(f"{ATOM}entry/{ATOM}title")
    assert title_is_kept(given_entry, title)
    assert [each.id for each in feedparser.parse(document).entries] == [given_entry.id]


@thorough
@given(any_entry)
def test_any_text_in_any_field_keeps_rss_readable(given_entry: Entry) -> None:
    document = written("rss", given_entry)
    title = etree.fromstring(document).findtext("channel/item/title")
    assert title_is_kept(given_entry, title)
    assert [each.id for each in feedparser.parse(document).entries] == [given_entry.id]


@thorough
@given(any_entry)
def test_any_text_in_any_field_keeps_json_feed_readable(given_entry: Entry) -> None:
    item = json.loads(written("json", given_entry))["items"][0]
    assert title_is_kept(given_entry, item["title"])
    assert item["id"] == given_entry.id


@thorough
@given(st.builds(entry, id=any_text))
def test_any_text_as_an_id_is_one_id_in_every_format(given_entry: Entry) -> None:
    in_atom = etree.fromstring(written("atom", given_entry)).findtext(f"{ATOM}entry/{ATOM}id")
    in_rss = etree.fromstring(written("rss", given_entry)).findtext("channel/item/guid")
    assert in_atom == in_rss == json.loads(written("json", given_entry))["items"][0]["id"]
    assert in_atom
