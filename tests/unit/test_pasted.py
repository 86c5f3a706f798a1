"""What comes from Word's and Google Docs' clipboards becomes plain, meaningful HTML, and nothing else is touched."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from feedsvc.newsroom import html, pasted
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.pasted_lists import Marker, marker

SAMPLES = Path(__file__).parents[1] / "corpus" / "pasted"


def packed(markup: str) -> str:
    return re.sub(r">\s+<", "><", markup).strip()


def kept(markup: str) -> str:
    """The body as a verb would keep it."""
    return checked(ItemDraft(headline="x", body_html=markup), ("en",)).body_html


@pytest.mark.parametrize("name", ["word", "docs"])
def test_a_clipboard_becomes_what_its_writer_saw(name: str) -> None:
    sample = (SAMPLES / f"{name}.html").read_text("utf-8")
    expected = (SAMPLES / f"{name}.expected.html").read_text("utf-8")
    assert packed(kept(sample)) == packed(expected)
    assert kept(kept(sample)) == kept(sample)


def test_pictures_that_do_not_come_across_are_counted() -> None:
    assert pasted.pictures_left((SAMPLES / "word.html").read_text("utf-8")) == 2
    assert pasted.pictures_left((SAMPLES / "docs.html").read_text("utf-8")) == 1
    assert pasted.pictures_left('<p style="x"><img src="https://x.example/a.png"></p>') == 0
    assert pasted.pictures_left('<p><img src="file:///a.png"></p>') == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("·\xa0\xa0", Marker("ul")),
        ("o", Marker("ul")),
        ("1.", Marker("ol")),
        ("12)", Marker("ol", start=12)),
        ("1.2.3", Marker("ol", start=3)),
        ("(c)", Marker("ol", "a", 3)),
        ("i.", Marker("ol", "i")),
        ("iv)", Marker("ol", "i", 4)),
        ("IX.", Marker("ol", "I", 9)),
        ("B.", Marker("ol", "A", 2)),
        ("note:", Marker("ul")),
    ],
)
def test_a_marker_says_what_list_it_is(text: str, expected: Marker) -> None:
    assert marker(text) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            '<p class="MsoListParagraph">·\xa0\xa0 a</p><p class="MsoListParagraph">·\xa0\xa0 b</p>',
            "<ul><li>a</li><li>b</li></ul>",
        ),
        ('<div style="x">one</div><div>two</div>', "<p>one</p><p>two</p>"),
        ('<p style="x">a<br><br></p>', "<p>a</p>"),
        ('<p><span style="font-weight:bold;font-style:italic">x</span></p>', "<p><strong><em>x</em></strong></p>"),
        ('<b style="font-weight:normal"><p>x</p></b>', "<p>x</p>"),
        ("<h1>a</h1><h2>b</h2>", "<h2>a</h2><h2>b</h2>"),
        (
            '<p class="MsoIntenseQuote">a</p>\n<p class="MsoIntenseQuote">b</p>',
            "<blockquote><p>a</p><p>b</p></blockquote>",
        ),
        ('<p style="mso-hide:all">secret</p><p>x</p>', "<p>x</p>"),
        ('<p style="x"><a href="file:///c:/x">a</a> <a name="_Toc1">b</a></p>', "<p>a b</p>"),
        ('<p style="x" dir="rtl">שלום</p>', '<p dir="rtl">שלום</p>'),
        ('<pre style="x">a\n  b</pre>', "<pre>a\n  b</pre>"),
        ('<p style="x">a</p>loose', "<p>a</p>loose"),
        ("<ol style='x'><ol><li>deep</li></ol></ol>", "<ol><li><ol><li>deep</li></ol></li></ol>"),
    ],
)
def test_debris_goes_and_words_stay(given: str, expected: str) -> None:
    assert packed(kept(given)) == packed(expected)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a  b</p>",
        '<p><a href="https://x.example/?utm_source=ours">meant</a></p>',
        "<p>text style=x class=Mso</p>",
        "<div><p>x</p></div>",
    ],
)
def test_what_no_word_processor_made_is_not_touched(markup: str) -> None:
    assert pasted.repaired(markup) == markup


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://x/?a=1&utm_x=2&b=3", "https://x/?a=1&b=3"),
        ("https://x/?UTM_x=2", "https://x/"),
        ("https://x/utm_a?b#utm_c=1", "https://x/utm_a?b#utm_c=1"),
    ],
)
def test_tracking_leaves_a_link(address: str, expected: str) -> None:
    assert pasted.untracked(address) == expected


PIECES = st.sampled_from([
    "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>", "<span style='mso-list:Ignore'>1.</span>", "<p class=MsoQuote>", "</p>", "<b>", "</b>", "<br>",
    "<span style='font-weight:700'>", "</span>", "<ul>", "<li>", "</ul>", "<table><tr><td>", "</table>", "<div>", "</div>", "<h1>", "</h1>", "word", " ", "\xa0",
    "&lt;p style=x&gt;", "<a href='#x'>", "<img src=file:x>", "<blockquote>", "<figure>", "<o:p>", "<pre>", "<td>", "<img alt='<p style=y>'>",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_repairing_twice_changes_nothing_and_no_word_is_lost(markup: str) -> None:
    once = kept(markup)
    assert kept(once) == once
    assert once.count("word") == html.text_of(html.sanitise(markup)).count("word")
    assert not re.search(r"(?i)<[^>]*\b(?:class|style)=", re.sub(r'alt="[^"]*"', "", once))


HOSTILE = {
    "spans": "<span style=x>" * 15_000,
    "spans in paragraphs": "<p><span style='font-weight:bold'>a" * 8_000,
    "fonts": "<p style=x>" + "<font color=red>" * 15_000,
    "breaks": "<p style=x>" + "<br>" * 19_000,
    "list paragraphs": "<p style='mso-list:l0 level1 lfo1'>a</p>" * 9_000,
    "levels": "".join(f"<p style='mso-list:l0 level{n % 9 + 1} lfo1'>a</p>" for n in range(9_000)),
    "markers": "<p style='mso-list:l0 level1 lfo1'>" + "<span>" * 150 + "</span>" * 150 + "</p>",
    "quotes": "<p class=MsoQuote>a</p>" * 9_000,
    "deep words": "<blockquote style=x>" * 150 + "a" * 400_000,
    "divs": "<div style=x>a</div>" * 9_000,
    "one long style": "<p style='" + "a:b;" * 100_000 + "'>x</p>",
    "no end of a tag": "<p " + "style " * 80_000,
    "empty marks": "<p style=x>" + "<b></b>" * 9_000,
    "items": "<ul style=x>" + "<li><p>a</p>" * 9_000,
    "hidden": "<span style=display:none>a</span>" * 9_000,
    "utm": "<p style=x><a href='https://x/?" + "utm_a=b&" * 50_000 + "'>x</a>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_clipboard_takes_long(name: str) -> None:
    began = time.process_time()
    once = pasted.repaired(HOSTILE[name])
    assert time.process_time() - began < 2 * PATIENCE
    assert pasted.repaired(once) == once
