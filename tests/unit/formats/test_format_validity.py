"""Documents are valid by their schemas, and each check is shown to refuse a broken document."""

import json
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import jsonschema
import pytest
from format_samples import AWKWARD, POISON, archive, entry, feed, rich
from lxml import etree
from referencing import Registry, Resource

from feedsvc.formats.document import FeedDoc
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, join

SCHEMAS = Path(__file__).parents[2] / "schemas"
ATOM = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"

every_document = pytest.mark.parametrize(
    "doc",
    [
        pytest.param(feed(), id="empty"),
        pytest.param(feed(entry(1), subtitle=""), id="one"),
        pytest.param(rich(), id="rich"),
        pytest.param(feed(*(entry(n, title=text) for n, text in enumerate(AWKWARD.values(), 1))), id="awkward"),
        pytest.param(
            feed(*(entry(n, title=t, summary=t, content_html=t, url=t) for n, t in enumerate(POISON.values(), 1))),
            id="poisoned",
        ),
        pytest.param(feed(entry(1, language="not a language", authors=(), terms=(), url="")), id="bare"),
        pytest.param(feed(entry(9), prev_archive=8), id="before archives"),
        pytest.param(archive(), id="archive"),
        pytest.param(archive(prev_archive=None, next_archive=None, entries=()), id="only archive"),
    ],
)


def written(suffix: str, doc: FeedDoc) -> bytes:
    """The document as the road makes it: fragments, joined."""
    fmt = FORMATS[suffix]
    return join(fmt, doc, [render(fmt, each)[0] for each in doc.entries])


def rss_faults(document: bytes) -> list[str]:
    """What RSS 2.0.11 and the profile ask, for want of a schema; empty for a good document."""
    channel = etree.fromstring(document).find("channel")
    faults = [f"channel has no {name}" for name in ("title", "link", "description") if not channel.findtext(name)]
    guids = [item.findtext("guid") for item in channel.iterfind("item")]
    if len(set(guids)) != len(guids):
        faults.append("a guid stands twice")
    for item in channel.iterfind("item"):
        tags = [child.tag for child in item]
        faults += [
            f"item has {tags.count(tag)} {tag}"
            for tag in ("title", "description", "guid", CONTENT)
            if tags.count(tag) != 1
        ]
        if item.find("guid").get("isPermaLink") != "false":
            faults.append("guid claims to be an address")
        if "description" in tags[tags.index(CONTENT) :]:
            faults.append("content stands before description")
        if parsedate_to_datetime(item.findtext("pubDate")).utcoffset() is None:
            faults.append("pubDate has no offset")
    return faults


def json_faults(document: bytes) -> list[str]:
    """What the JSON Feed schema says, and the version, which it does not look at."""
    schemas = {
        name: json.loads((SCHEMAS / name).read_text("utf-8")) for name in ("jsonfeed-1.json", "jsonfeed-1.1.json")
    }
    older = Resource.from_contents(schemas["jsonfeed-1.json"])
    registry: Registry = Registry().with_resource("https://json.schemastore.org/feed-1", older)
    validator = jsonschema.Draft4Validator(
        schemas["jsonfeed-1.1.json"], registry=registry, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )
    feed_object = json.loads(document)
    faults = [error.message for error in validator.iter_errors(feed_object)]
    return faults + (["version"] if feed_object.get("version") != "https://jsonfeed.org/version/1.1" else [])


@every_document
def test_atom_is_valid_by_the_grammar_of_rfc_4287(doc: FeedDoc) -> None:
    ATOM.assertValid(etree.fromstring(written("atom", doc)))


@every_document
def test_rss_has_what_its_specification_asks(doc: FeedDoc) -> None:
    assert rss_faults(written("rss", doc)) == []


@every_document
def test_json_feed_is_valid_by_its_schema(doc: FeedDoc) -> None:
    sound = tuple(each for each in doc.entries if not each.url or each.url.startswith("https:"))
    assert json_faults(written("json", replace(doc, entries=sound))) == []
    assert len(json.loads(written("json", doc))["items"]) == len(doc.entries)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'type="html"', b'type="CDATA"'),
        (b"<id>urn:uuid:00000000-0000-4000-8000-000000000001</id>", b""),
        (b"2026-03-05T09:00:00+00:00", b"5 March 2026"),
        (b'hreflang="az"', b'hreflang="not a language"'),
        (b"<author><name>", b"<author><nom>x</nom><name>"),
    ],
)
def test_the_atom_grammar_refuses_a_broken_document(good: bytes, bad: bytes) -> None:
    document = written("atom", feed(entry(1)))
    assert ATOM.validate(etree.fromstring(document))
    assert good in document
    assert not ATOM.validate(
        etree.fromstring(document.replace(good, bad).replace(b"<nom>", b"<title>").replace(b"</nom>", b"</title>"))
    )


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<description>", b"<summary>"),
        (b'isPermaLink="false"', b""),
        (b"<link>https://news.example/az/</link>", b""),
        (b"0000-4000-8000-000000000001", b"0000-4000-8000-000000000002"),
    ],
)
def test_the_rss_check_refuses_a_broken_document(good: bytes, bad: bytes) -> None:
    document = written("rss", feed(entry(1), entry(2)))
    assert good in document
    broken = document.replace(good, bad).replace(good.replace(b"<", b"</", 1), bad.replace(b"<", b"</", 1))
    assert rss_faults(broken)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'"content_html"', b'"content"'),
        (b"version/1.1", b"version/2"),
        (b'"2026-03-05T09:00:00+00:00"', b'"yesterday"'),
        (b'"https://news.example/az/news/1"', b'"not an address"'),
        (b'"tags": [', b'"tags": [1, '),
    ],
)
def test_the_json_check_refuses_a_broken_document(good: bytes, bad: bytes) -> None:
    document = written("json", feed(entry(1)))
    assert good in document
    assert json_faults(document.replace(good, bad))


def test_json_feed_is_utf8_without_escapes_or_mark() -> None:
    document = written("json", rich())
    assert "İnnovasiya".encode() in document
    assert b"\\u" not in document
    assert not document.startswith(b"\xef\xbb\xbf")
