"""Text on its way in: characters, HTML, and the plain form's typing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feedsvc.characters import clean, clean_tree, one_line
from feedsvc.errors import Invalid
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked, make_slug
from feedsvc.newsroom.html import absolute, from_typed, sanitise, text_of, to_typed

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY)
def test_clean_text_stands_in_any_xml(text: str) -> None:
    element = etree.Element("x")
    element.text = clean(text)
    assert etree.fromstring(etree.tostring(element)).text == (clean(text) or None)
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


def test_curly_quotes_emoji_and_azerbaijani_stay_as_they_are() -> None:
    text = "“Ə ə Ğ ğ İ i I ı” – 👩‍👩‍👧 שלום’"
    assert clean(text) == text


def test_one_line_is_one_line() -> None:
    assert one_line(" a\u2028b\r\n c\x0b\td ") == "a b c d"


def test_json_is_cleaned_to_its_leaves() -> None:
    assert clean_tree({"a\ud800": ["\x00b", {"c": "\udfff"}], "n": 1}) == {"a": ["b", {"c": ""}], "n": 1}


@given(ANY)
def test_sanitised_html_is_stable_and_holds_no_script(markup: str) -> None:
    once = sanitise(f"<p onclick=x>{markup}<script>bad()</script><style>x</style>")
    assert sanitise(once) == once
    assert "<script" not in once
    assert "onclick" not in once


@pytest.mark.parametrize(
    "markup",
    [
        '<p>a <strong>b</strong> c*d <a href="https://x.y/">link</a></p>',
        "<p>5 * 3_4_5 # [x] 1. foo</p>\n<p># no</p>\n<p>1. x</p>\n<p>- y</p>\n<p>&gt; q</p>\n<p>12) z</p>",
        "<h2>Head</h2>\n<ul>\n<li>one</li>\n<li>two <em>e</em></li>\n</ul>\n<ol>\n<li>x</li>\n</ol>",
        "<blockquote>\n<p>q1</p>\n<p>q2</p>\n</blockquote>",
        "<figure>\n<blockquote>\n<p>q1</p>\n<p>q2<br>q3</p>\n</blockquote>\n<figcaption>Ann, <em>head</em></figcaption>\n</figure>",
        "<p>a<br>b</p>",
        "<p>Address:<br>Baku, <em>Port</em> St 1<br>AZ1000</p>",
        "<p>R&amp;D &lt;b&gt; © “q” &amp;amp;</p>",
    ],
)
def test_what_can_be_typed_comes_back_as_it_was(markup: str) -> None:
    typed = to_typed(markup)
    assert typed is not None
    assert from_typed(typed).replace("\n", "") == markup.replace("\n", "")


@pytest.mark.parametrize(
    "markup",
    [
        "<table><tr><td>1</td></tr></table>",
        "<p><img src=x></p>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
        "loose words",
        "<blockquote><p>q</p><p>— Ann</p></blockquote>",
        "<figure><blockquote><p>q</p></blockquote><img src=x></figure>",
    ],
)
def test_what_cannot_be_typed_is_not_pretended_to_be(markup: str) -> None:
    assert to_typed(sanitise(markup)) is None


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1), max_size=4)
)
def test_paragraphs_typed_and_opened_again_lose_nothing(paragraphs: list[str]) -> None:
    from html import escape

    markup = sanitise("\n".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs))
    typed = to_typed(markup)
    if typed is not None:
        assert text_of(from_typed(typed)) == text_of(markup)


@pytest.mark.parametrize(
    ("typed", "markup"),
    [
        ("one\ntwo", "<p>one<br>two</p>"),
        ("• a\n• b", "<ul><li>a</li><li>b</li></ul>"),
        ("> q\n> — Ann", "<figure><blockquote><p>q</p></blockquote><figcaption>Ann</figcaption></figure>"),
        ("> — Ann", "<blockquote><p>— Ann</p></blockquote>"),
        ("> a\n>\n> > b\n> > — Ann", "<blockquote><p>a</p><blockquote><p>b<br>— Ann</p></blockquote></blockquote>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
    ],
)
def test_plain_typing_stays_plain_typing(typed: str, markup: str) -> None:
    made = from_typed(typed)
    assert made.replace("\n", "") == markup
    again = to_typed(made)
    assert again is not None
    assert from_typed(again) == made


def test_addresses_in_text_become_absolute() -> None:
    markup = '<p><a href="/a">x</a> <a href="b?c=1&amp;d=2">y</a> <img src="//host/i.png"></p>'
    told = absolute(markup, "https://news.example/az")
    assert 'href="https://news.example/a"' in told
    assert 'href="https://news.example/az/b?c=1&amp;d=2"' in told
    assert 'src="https://host/i.png"' in told
    assert absolute("<p>none</p>", "https://x") == "<p>none</p>"


def test_all_problems_of_a_draft_are_told_at_once() -> None:
    draft = ItemDraft(headline=" ", slug="Not OK!", language="xx", summary="s" * 3001, tags=(TagName("a", "colour"),))
    with pytest.raises(Invalid) as caught:
        checked(draft, ("en",))
    assert set(caught.value.problems) == {"headline", "slug", "language", "summary", "tags"}


def test_address_is_made_from_the_headline() -> None:
    assert make_slug("Bakcell’s “Əla” xəbər: 5G!") == "bakcells-ela-xeber-5g"
    assert make_slug("!!!") == "item"
    assert len(make_slug("word " * 100)) <= 100
