"""The formats of news agencies: valid by IPTC's schemas, the same bytes for the same text, and each check refuses a broken one."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from agency_faults import faults
from format_samples import AWKWARD, MORNING, POISON, entry, feed, picture, rich
from lxml import etree

from feedsvc.formats import whole
from feedsvc.formats.document import Entry, FeedDoc, Note, Withdrawal
from feedsvc.formats.registry import AGENCY

GOLDEN = Path(__file__).parents[2] / "golden"
GONE = Withdrawal(
    id="urn:uuid:00000000-0000-4000-8000-00000000dead",
    language="az",
    published=MORNING,
    at=MORNING + timedelta(days=2),
    version=3,
    title="Geri çağırılıb",
    notice="Bu xəbər geri çağırılıb: <səhv> & ]]>.",
)
every_format = pytest.mark.parametrize("suffix", AGENCY)
XHTML = "{http://www.w3.org/1999/xhtml}"


def told(one: Entry) -> Entry:
    """The entry with all that agencies ask for besides."""
    notes = (Note(MORNING + timedelta(days=1), "Rəqəm düzəldildi."), Note(MORNING, "Ad düzəldildi."))
    return replace(
        one, version=4, revised=MORNING + timedelta(days=3), notes=notes, organisation="Nümunə ASC", dateline="BAKI"
    )


def full() -> FeedDoc:
    first, *others = rich().entries
    return replace(rich(), entries=(told(first), *others), withdrawn=(GONE,))


def items_of(doc: FeedDoc) -> list[FeedDoc]:
    """One document for each item of a feed."""
    return [replace(doc, entries=(one,), withdrawn=()) for one in doc.entries] + [
        replace(doc, entries=(), withdrawn=(one,)) for one in doc.withdrawn
    ]


def written(suffix: str, doc: FeedDoc) -> bytes:
    return whole.write(AGENCY[suffix].item[1], doc)[0]


def of_feed(suffix: str, doc: FeedDoc) -> bytes:
    there = AGENCY[suffix].feed
    assert there is not None
    return whole.write(there[1], doc)[0]


DOCS = {
    "rich": full(),
    "awkward": feed(*(entry(n, title=text) for n, text in enumerate(AWKWARD.values(), 1))),
    "poisoned": feed(*(entry(n, title=t, summary=t, content_html=t) for n, t in enumerate(POISON.values(), 1))),
    "bare": feed(entry(1, language="not a language", authors=(), terms=(), url="", summary="")),
    "empty": feed(),
}


@every_format
def test_every_format_says_on_what_terms(suffix: str) -> None:
    document = written(suffix, items_of(full())[0]).decode().replace("&amp;", "&")
    for words in ("Mənbə göstərilməklə & pulsuz.", "https://news.example/terms?a=1&b=2", "Nümunə ASC"):
        assert words in document


@every_format
@pytest.mark.parametrize("name", DOCS)
def test_every_item_is_valid_by_the_schema_of_its_format(suffix: str, name: str) -> None:
    for doc in items_of(DOCS[name]):
        assert faults(suffix, written(suffix, doc)) == []


@pytest.mark.parametrize("suffix", [suffix for suffix, fmt in AGENCY.items() if fmt.feed])
@pytest.mark.parametrize("name", DOCS)
def test_every_feed_is_valid_and_has_all_items(suffix: str, name: str) -> None:
    document = of_feed(suffix, DOCS[name])
    assert faults(suffix, document) == []
    wanted = [one.id for one in (*DOCS[name].withdrawn, *DOCS[name].entries)]
    if suffix == "ninjs.json":
        assert [one["uri"] for one in json.loads(document)["associations"]] == wanted
    else:
        assert [one.get("guid") for one in etree.fromstring(document).iterfind(".//{*}itemSet/{*}newsItem")] == wanted


@every_format
def test_the_item_is_the_golden_one(suffix: str) -> None:
    document = written(suffix, items_of(full())[0])
    golden = GOLDEN / f"item.{suffix}"
    if os.environ.get("FEEDSVC_GOLDEN") == "write":
        golden.write_bytes(document)
    assert document == golden.read_bytes()
    assert document == written(suffix, items_of(full())[0])


@pytest.mark.parametrize("suffix", [suffix for suffix, fmt in AGENCY.items() if fmt.feed])
def test_the_feed_is_the_golden_one(suffix: str) -> None:
    document = of_feed(suffix, full())
    golden = GOLDEN / f"feed.{suffix}"
    if os.environ.get("FEEDSVC_GOLDEN") == "write":
        golden.write_bytes(document)
    assert document == golden.read_bytes()


@pytest.mark.parametrize(
    ("suffix", "good", "bad"),
    [
        ("ninjs.json", b'"uri": "urn:uuid', b'"url": "urn:uuid'),
        ("ninjs.json", b'"versionCreated"', b'"versioncreated"'),
        ("ninjs.json", b'"usable"', b'"gone"'),
        ("ninjs.json", b'"2026-03-08T08:00:00+00:00"', b'"yesterday"'),
        ("ninjs2.json", b'"versioncreated"', b'"versionCreated"'),
        ("ninjs2.json", b'"2.2"', b'"3.1"'),
        ("newsml.xml", b'standard="NewsML-G2"', b""),
        ("newsml.xml", b'<itemClass qcode="ninat:text"/>', b""),
        ("newsml.xml", b'version="4"', b'version="first"'),
        ("newsml.xml", b"2026-03-08T08:00:00+00:00", b"yesterday"),
        ("nitf.xml", b"<hedline>", b"<hedline><hl2/>"),
        ("nitf.xml", b'management-status="usable"', b'management-status="gone"'),
        ("nitf.xml", b"<body.content>", b"<body.content><div/>"),
    ],
)
def test_the_schemas_refuse_a_broken_document(suffix: str, good: bytes, bad: bytes) -> None:
    document = written(suffix, items_of(full())[0])
    assert good in document
    assert faults(suffix, document.replace(good, bad, 1))


def test_ninjs_says_all_that_is_known() -> None:
    pictured = replace(told(entry(1)), pictures=(picture(),))
    told_item = json.loads(written("ninjs.json", feed(pictured)))
    assert (told_item["version"], told_item["pubStatus"]) == ("4", "usable")
    assert told_item["firstCreated"] < told_item["versionCreated"]
    assert [told_item[name] for name in ("by", "located", "language")] == ["Əli Məmmədov", "BAKI", "az"]
    assert told_item["subjects"] == [
        {"name": "İnnovasiya", "uri": "https://news.example/category/innovation", "literal": "innovation"}
    ]
    assert "Rəqəm düzəldildi." in told_item["edNote"]
    [shown] = told_item["associations"]
    assert [shown[name] for name in ("by", "copyrightNotice")] == ["Leyla & Co", "© Nümunə ASC"]
    assert {one["role"]: one["value"] for one in shown["descriptions"]} == {
        "caption": "Bakı, səhər",
        "alttext": "Qüllə & <körpü>",
    }
    assert [one["sizeInBytes"] for one in shown["renditions"]] == [20_111, 12_222, 180_333, 90_444]


def test_what_was_taken_back_is_canceled_in_every_format_and_says_nothing_of_itself() -> None:
    doc = replace(feed(), withdrawn=(GONE,))
    assert json.loads(written("ninjs.json", doc))["pubStatus"] == "canceled"
    assert json.loads(written("ninjs2.json", doc))["pubstatus"] == "canceled"
    status = etree.fromstring(written("newsml.xml", doc)).find(".//{*}pubStatus")
    assert status is not None
    assert status.get("qcode") == "stat:canceled"
    data = etree.fromstring(written("nitf.xml", doc)).find(".//{*}docdata")
    assert data is not None
    assert data.get("management-status") == "canceled"
    for suffix in AGENCY:
        assert b"bodies" not in written(suffix, doc)
        assert b"contentSet" not in written(suffix, doc)


def test_the_words_of_a_text_survive_as_xhtml_and_as_nitf() -> None:
    content = (
        "<p>Bax: <a href='https://x.example/?a=1&amp;b=2'>bura</a><br>və <em>ora</em></p><h3>Başlıq</h3>loose <b>words</b>"
        "<table><caption>C</caption><thead><tr><th colspan=2>İl</th></tr></thead><tbody><tr><td>1 &lt; 2</td><td><p>x</p></td></tr></tbody></table>"
        "<ul><li>bir<ol><li>iki</li></ol></li></ul><blockquote><p>“Söz”</p></blockquote><pre>a  b</pre><hr><dl><dt>t</dt><dd>d</dd></dl>"
        "<figure><img src='https://x.example/a.jpg' alt='a'><figcaption>caption</figcaption></figure>"
    )
    doc = feed(entry(1, content_html=content))
    news, nitf = (etree.fromstring(written(suffix, doc)) for suffix in ("newsml.xml", "nitf.xml"))
    body = news.find(f".//{XHTML}body")
    assert body is not None
    assert [one.get("href") for one in body.iter(f"{XHTML}a")] == ["https://x.example/?a=1&b=2"]
    said = "".join(body.itertext())
    for words in ("bura", "ora", "Başlıq", "loose words", "1 < 2", "iki", "“Söz”", "a  b", "caption"):
        assert words in said
    content_of = nitf.find(".//{*}body.content")
    assert content_of is not None
    assert [etree.QName(one).localname for one in content_of] == [
        "p", "hl2", "p", "table", "ul", "bq", "pre", "hr", "p", "p",
    ]  # fmt: skip
    for words in ("bura", "ora", "Başlıq", "loose words", "1 < 2", "iki", "“Söz”", "a  b"):
        assert words in "".join(content_of.itertext())


@every_format
def test_a_text_that_no_writer_can_carry_costs_its_own_formatting_and_no_other(suffix: str) -> None:
    there = AGENCY[suffix]
    if there.feed is None:
        return

    def refusing(doc: FeedDoc) -> bytes:
        if any("<b>" in one.content_html for one in doc.entries):
            raise RecursionError("too deep")
        return there.feed[1](doc)  # type: ignore[index]

    good, bad = entry(1, content_html="<p>good</p>"), entry(2, content_html="<p>bad <b>words</b></p>")
    body, problem = whole.write(refusing, feed(bad, good))
    assert b"bad words" in body
    assert b"good" in body
    assert "RecursionError" in (problem or "")
    assert whole.write(there.feed[1], feed(bad, good))[1] is None


@pytest.mark.parametrize("tag", ["b", "ul><li", "blockquote", "table><tr><td"])
def test_a_tower_of_elements_is_written_as_words(tag: str) -> None:
    doc = feed(entry(1, content_html=f"<{tag}>" * 400 + "the words"))
    for suffix in ("newsml.xml", "nitf.xml"):
        document = written(suffix, doc)
        assert b"the words" in document
        assert faults(suffix, document) == []
