"""The gate before the shelf: what would harm readers goes out in a simpler form, what leaves them poorer is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from format_samples import MORNING, entry, feed, picture

from feedsvc.formats import gate
from feedsvc.formats.document import Entry
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
NOW = MORNING + timedelta(days=30)


@every_format
@pytest.mark.parametrize(
    ("changes", "gone", "kept"),
    [
        ({"content_html": '<p>See <a href="/news/x">this <b>one</b></a>.</p>'}, "/news/x", "one"),
        ({"content_html": '<p>A<img src="cid:7" alt="tower">B</p>'}, "cid:7", "tower"),
        ({"content_html": '<blockquote cite="notes.html"><p>Said</p></blockquote>'}, "notes.html", "Said"),
        ({"content_html": '<p><a href="#below">Below</a></p>'}, "#below", "Below"),
        ({"url": "/az/news/1"}, ">/az/news/1<", "mətni"),
        ({"url": "//news.example/1"}, ">//news.example/1<", "mətni"),
    ],
)
def test_an_address_that_leads_nowhere_goes_and_the_words_stay(
    fmt: Format, changes: dict[str, str], gone: str, kept: str
) -> None:
    fragment, problem = render(fmt, entry(1, **changes))
    text = fragment.decode()
    assert gone not in text
    assert gone.strip("><") not in text
    assert kept in text
    assert problem is not None
    assert "lead nowhere" in problem


@every_format
def test_addresses_of_every_allowed_kind_pass(fmt: Format) -> None:
    kinds = ("https://x.example/a?b=1&amp;c=2#d", "http://x.example", "mailto:a@x.example", "tel:+99412")
    good = entry(1, content_html="".join(f'<p><a href="{one}">x</a></p>' for one in kinds))
    assert render(fmt, good) == (fmt.write_entry(good), None)


@every_format
def test_a_picture_without_an_address_is_left_out(fmt: Format) -> None:
    poor = replace(picture(), renditions=tuple(replace(one, url="a.jpg") for one in picture().renditions))
    fragment, problem = render(fmt, entry(1, pictures=(poor, picture("b"))))
    assert problem is not None
    assert b"a.jpg" not in fragment
    assert b"b" * 32 in fragment


@every_format
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda one: replace(one, title=one.title.replace("&", "&amp;")),
        lambda one: replace(one, content_html=one.content_html.replace("&", "&amp;")),
        lambda one: replace(one, id=one.id + "?v=2"),
    ],
    ids=["title", "text", "id"],
)
def test_a_writer_that_says_something_else_is_found_out(fmt: Format, spoilt: Any) -> None:
    """Double escaping by our own writers, or an id made anew, is a fault whatever the schema says."""

    def wrong(given: Entry) -> bytes:
        return fmt.write_entry(spoilt(given)) if given.authors else fmt.write_entry(given)

    fragment, problem = render(replace(fmt, write_entry=wrong), entry(1, title="R&D"))
    assert problem is not None
    assert "would be read as" in problem
    assert entry(1).id.encode() in fragment


def test_atom_that_breaks_its_schema_does_not_go_out() -> None:
    atom = FORMATS["atom"]

    def wrong(given: Entry) -> bytes:
        written = atom.write_entry(given)
        return written.replace(b"<title>", b"<title/><title>") if given.authors else written

    fragment, problem = render(replace(atom, write_entry=wrong), entry(1))
    assert problem is not None
    assert "RFC 4287" in problem
    assert b"<title/>" not in fragment


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"title": "R&amp;D"}, ["escaped_twice"]),
        ({"summary": "it&#8217;s"}, ["escaped_twice"]),
        ({"content_html": "<p>R&amp;amp;D</p>"}, ["escaped_twice"]),
        ({"content_html": "<p>a&amp;nbsp;b</p>"}, ["escaped_twice"]),
        ({"content_html": "<p>R&amp;D &lt;b&gt; AT&amp;T;</p>", "title": "R&D; a &b; AT&T"}, []),
        ({"content_html": "<p>Write <code>&amp;amp;</code></p><pre>\n&amp;lt;\n</pre>"}, []),
        ({"content_html": '<p><img src="https://x.example/a.png"></p>'}, ["no_alt"]),
        ({"content_html": '<p><img src="https://x.example/a.png" alt=""></p>'}, []),
        ({"published": NOW + timedelta(seconds=1), "updated": NOW + timedelta(seconds=1)}, ["date_ahead"]),
        ({"published": NOW, "updated": NOW}, []),
    ],
    ids=repr,
)
def test_what_leaves_readers_poorer_is_told(changes: dict[str, Any], codes: list[str]) -> None:
    assert [one.code for one in gate.findings(entry(1, **changes), now=NOW)] == codes
    assert all(code in gate.SENTENCES for code in codes)


@every_format
def test_a_document_is_held_to_the_standard_too(fmt: Format) -> None:
    doc = feed(entry(1), entry(2))
    good = [render(fmt, one)[0] for one in doc.entries]
    assert gate.document_fault(fmt.suffix, join(fmt, doc, good), doc) == ""
    assert "twice" in gate.document_fault(fmt.suffix, join(fmt, doc, [good[0], good[0]]), doc)
    assert "cannot be read" in gate.document_fault(fmt.suffix, join(fmt, doc, good)[:-9], doc)
    rootless = replace(doc, home_url="/az/")
    assert "/az/" in gate.document_fault(fmt.suffix, join(fmt, rootless, good), rootless)
