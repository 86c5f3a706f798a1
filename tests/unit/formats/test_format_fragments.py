"""An entry never disappears, never takes a feed down and never changes another's bytes."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from format_samples import MORNING, POISON, entry, feed
from lxml import etree

from feedsvc.formats import tidy
from feedsvc.formats.document import Entry
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
every_poison = pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
TEXT_FIELDS = ("title", "summary", "content_html", "url", "language")


def ids(fmt: Format, document: bytes) -> list[str | None]:
    """Ids of the entries as a reader finds them."""
    if fmt.suffix == "json":
        return [item["id"] for item in json.loads(document)["items"]]
    path = "channel/item/guid" if fmt.suffix == "rss" else "{*}entry/{*}id"
    return [element.text for element in etree.fromstring(document).findall(path)]


@every_format
def test_a_good_entry_is_the_writers_own_bytes_without_a_problem(fmt: Format) -> None:
    assert render(fmt, entry(1)) == (fmt.write_entry(entry(1)), None)


@every_format
@every_poison
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_poison_in_any_field_is_survived(fmt: Format, poison: str, field: str) -> None:
    poisoned = entry(2, **{field: poison})
    fragments = [render(fmt, each)[0] for each in (entry(1), poisoned, entry(3))]
    document = join(fmt, feed(), fragments)
    assert ids(fmt, document) == [entry(1).id, entry(2).id, entry(3).id]
    assert fragments[0] == fmt.write_entry(entry(1))
    assert fragments[2] == fmt.write_entry(entry(3))
    assert render(fmt, poisoned)[0] == fragments[1]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"title": " \n\x00 "}, "1 saylı xəbərin qısa məzmunu"),
        ({"title": "", "summary": ""}, "1 saylı xəbər & mətni"),
        ({"title": "\u200b", "summary": "", "content_html": "<img src='x'>"}, "Untitled"),
        ({"title": "", "summary": "söz " * 60}, ("söz " * 19).strip() + " söz…"),
        ({"title": " two\nlines\t"}, "two lines"),
        ({"title": "\U0001342f"}, "\U0001342f"),
    ],
)
def test_a_missing_title_is_taken_from_the_text(changes: dict[str, str], title: str) -> None:
    assert tidy.entry(entry(1, **changes)).title == title


@every_format
@pytest.mark.parametrize(
    "changes",
    [
        {"summary": None},
        {"content_html": None},
        {"authors": None},
        {"authors": ("Əli", 7)},
        {"terms": (None,)},
        {"language": None},
        {"title": 5},
        {"published": None},
        {"published": "yesterday", "updated": None},
        {"updated": datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))},
    ],
    ids=repr,
)
def test_a_field_of_a_wrong_type_is_left_out_and_told(fmt: Format, changes: dict[str, Any]) -> None:
    fragment, problem = render(fmt, entry(1, **changes))
    assert ids(fmt, join(fmt, feed(), [fragment])) == [entry(1).id]
    assert problem is not None
    assert entry(1).id in problem
    assert "as plain paragraphs" in problem


@every_format
def test_content_that_the_writer_refuses_goes_out_as_plain_paragraphs(fmt: Format) -> None:
    def choosy(given: Entry) -> bytes:
        if "<table>" in given.content_html:
            raise ValueError("no tables today")
        return fmt.write_entry(given)

    odd = entry(1, content_html="<p>Salam <b>dünya</b> &lt;3</p><table><tr><td>A&amp;B</td></tr></table>")
    fragment, problem = render(replace(fmt, write_entry=choosy), odd)
    expected = replace(odd, content_html="<p>Salam dünya &lt;3</p><p>A&amp;B</p>")
    assert fragment == fmt.write_entry(expected)
    assert problem is not None
    assert "no tables today" in problem


@every_format
def test_bytes_that_do_not_parse_in_their_frame_are_never_returned(fmt: Format) -> None:
    def broken(given: Entry) -> bytes:
        return fmt.write_entry(given) + (b"</x>" if given.terms else b"")

    fragment, problem = render(replace(fmt, write_entry=broken), entry(1))
    assert ids(fmt, join(fmt, feed(), [fragment])) == [entry(1).id]
    assert problem is not None
    assert "first words only" in problem


@every_format
def test_a_writer_that_refuses_everything_takes_no_feed_down(fmt: Format) -> None:
    def refuses(_: Entry) -> bytes:
        raise RuntimeError("out of order \ud800")

    fragment, problem = render(replace(fmt, write_entry=refuses), entry(2))
    assert fragment == b""
    assert problem is not None
    assert "left out" in problem
    problem.encode()
    good = fmt.write_entry(entry(1))
    assert join(fmt, feed(), [good, fragment]) == join(fmt, feed(), [good])


def test_text_too_long_for_readers_is_cut_in_xml_and_told() -> None:
    fragment, problem = render(
        FORMATS["atom"], entry(1, content_html="<p>" + "\U0001f600\U0001f600\U0001f600 " * 800_000 + "</p>")
    )
    assert problem is not None
    assert entry(1).id.encode() in fragment
    assert len(fragment) < 2_000


def test_naive_and_finer_moments_become_utc_seconds() -> None:
    baku = timezone(timedelta(hours=4))
    tidied = tidy.entry(
        entry(
            1,
            published=MORNING.replace(tzinfo=None, microsecond=5),
            updated=MORNING.astimezone(baku) - timedelta(days=1),
        )
    )
    assert tidied.published == tidied.updated == MORNING
    assert tidied.updated.isoformat() == "2026-03-05T08:00:00+00:00"


def test_a_clean_entry_and_feed_are_not_touched() -> None:
    assert tidy.entry(entry(1)) == entry(1)
    assert tidy.doc(feed(entry(1))) == feed(entry(1))


def test_ids_and_addresses_are_cleaned_but_never_normalised() -> None:
    decomposed = "https://news.example/e\u0301"
    assert tidy.entry(entry(1, id=decomposed, url=f"{decomposed}\x00")).id == decomposed
    assert tidy.entry(entry(1, id=decomposed, url=f"{decomposed}\x00")).url == decomposed


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<!-- only -->", ""),
        ("plain", "plain"),
        ("<p>a<b>b</b> c<br>d</p><script>no</script><ul><li>e<ul><li>f</ul></ul>", "ab c\nd\ne\nf"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1\n2"),
        ("<?xml version='1.0' encoding='latin1'?><p>é</p>", "é"),
        ("<div>" * 5000 + "deep &amp; down", "deep & down"),
    ],
    ids=range(7),
)
def test_text_of_html_is_what_a_person_reads(html: str, text: str) -> None:
    assert tidy.text_of(html) == text
