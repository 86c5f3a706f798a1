"""A Word file lands in the right fields, what stays behind is said, and a hostile one is refused in plain words."""

import io
import time
from typing import Any

import pytest
import word_files
from desk_newsroom import Browser, Desk, fields, words
from patience import PATIENCE
from werkzeug.test import TestResponse

from feedsvc.errors import Invalid
from feedsvc.importers import docx
from feedsvc.newsroom import unsaved
from feedsvc.words import problem


def sent(
    browser: Browser, data: bytes, path: str = "/desk/items/from-word", name: str = "release.docx"
) -> TestResponse:
    return browser.post(path, {"word_file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def opened(browser: Browser, answer: TestResponse) -> tuple[TestResponse, dict[str, Any]]:
    assert answer.status_code == 303, words(answer)
    page = browser.get(answer.headers["Location"])
    return page, {name: values[0] for name, values in fields(page).items()}


def test_a_press_release_lands_in_its_fields_and_is_not_saved(desk: Desk) -> None:
    browser, before = desk.person("writer"), desk.rows()
    page, form = opened(browser, sent(browser, word_files.release()))
    assert form["headline"] == "We open in Gəncə"
    assert "A second line" in (form.get("subhead"), form["summary"])
    for piece in ("<strong>5 percent</strong>", "“Aysel”", "<h2>What is new</h2>", "<h3>Figures</h3>", "<li>one<ul><li>in one</li></ul></li>", "<ol><li>first</li></ol>", "<table>", "<blockquote>", "The end."):  # fmt: skip
        assert piece in form["body"], piece
    assert "We open" not in form["body"]
    assert "The words of “release.docx” are in the form" in words(page)
    assert desk.rows() == before
    saved = browser.client.post("/desk/items/new", data=fields(page))
    assert saved.status_code == 303
    head = desk.stands(saved.headers["Location"].rsplit("/", 1)[1]).head
    assert (head.headline, "<table>" in head.body_html) == ("We open in Gəncə", True)


def test_a_word_file_for_an_item_keeps_its_other_fields_and_the_saved_text(desk: Desk) -> None:
    key, browser = desk.item(categories=("Offices",), authors=("Ann",)), desk.person("writer")
    _, form = opened(browser, sent(browser, word_files.release(), f"/desk/items/{key}/from-word"))
    assert (form["headline"], form["authors"], form["base"]) == ("We open in Gəncə", "Ann", "1")
    assert form["categories"]
    assert desk.stands(key).head.headline == "A draft of ours"
    assert "We open" not in desk.person("editor").get(f"/desk/items/{key}").text


@pytest.mark.parametrize(("lines", "bold", "headline", "how"), [
    (("PRESS RELEASE", "We open", "Words of it."), 1, "We open", "first bold line"),
    (("For immediate release:", "Açılış", "Words."), 1, "Açılış", "first bold line"),
    (("We open in Bakı", "Words of it. More."), -1, "We open in Bakı", "first line"),
    (("It was said today.", "Words of it."), -1, "", "No headline"),
])  # fmt: skip
def test_how_a_headline_was_guessed_is_said(
    desk: Desk, lines: tuple[str, ...], bold: int, headline: str, how: str
) -> None:
    browser = desk.person("writer")
    page, form = opened(browser, sent(browser, word_files.plain(*lines, bold=bold)))
    assert form["headline"] == headline
    assert how in words(page)


def test_what_stayed_behind_or_came_along_unasked_is_said(desk: Desk) -> None:
    browser = desk.person("writer")
    page, form = opened(browser, sent(browser, word_files.reviewed()))
    for said in ("1 footnote, 1 comment", "changes that nobody had accepted", "hidden in Word"):
        assert said in words(page), said
    assert form["headline"] == "Reviewed"
    assert "Said." in form["body"]
    assert "A note." not in form["body"]


@pytest.mark.parametrize("name", word_files.HOSTILE)
def test_a_hostile_file_is_refused_in_plain_words(name: str) -> None:
    make, said = word_files.HOSTILE[name]
    data = make()
    began = time.monotonic()
    with pytest.raises(Invalid) as refused:
        docx.read(data)
    assert time.monotonic() - began < 5.5 * PATIENCE
    ((field, (code, values)),) = refused.value.problems.items()
    assert field == "word_file"
    assert said in problem("en", code, values)


def test_a_refusal_stands_beside_the_field_and_keeps_nothing(desk: Desk) -> None:
    key, browser, before = desk.item(), desk.person("writer"), desk.rows()
    for name, path in (("an old Word file", "/desk/items/from-word"), ("entities", f"/desk/items/{key}/from-word")):
        make, said = word_files.HOSTILE[name]
        answer = sent(browser, make(), path)
        assert answer.status_code == 422
        assert said in words(answer)
        assert 'aria-describedby="word_file-hint word_file-error" aria-invalid="true"' in answer.text
    assert browser.post("/desk/items/from-word").status_code == 422
    assert desk.rows() == before
    assert "Unsaved words" not in words(browser.get("/desk/items/new"))


def test_a_large_honest_text_comes_through() -> None:
    lines = [f"Paragraph {n} of a long report. " + "Words and more words. " * 20 for n in range(300)]
    data = word_files.plain("A report", *lines, bold=0)
    began = time.monotonic()
    found = docx.read(data)
    assert time.monotonic() - began < 5 * PATIENCE
    assert found.headline == "A report"
    assert found.body_html.count("<p>") == 300


def test_scripts_and_odd_links_do_not_come_along() -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" TargetMode="External" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="javascript:alert(1)"/></Relationships>'
    )
    link = '<w:p><w:hyperlink xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="r9"><w:r><w:t>press</w:t></w:r></w:hyperlink></w:p>'
    inner = word_files.paragraph("Headline") + word_files.paragraph("&lt;script&gt;alert(1)&lt;/script&gt;.") + link
    found = docx.read(word_files.by_hand(word_files.body(inner), {"word/_rels/document.xml.rels": relations}))
    assert "javascript:" not in found.body_html
    assert "<script" not in found.body_html
    assert "press" in found.body_html


def test_headings_begin_at_the_second_level() -> None:
    found = docx.read(word_files.release())
    assert "<h1" not in found.body_html
    assert found.how == "title"


def test_the_files_pictures_are_in_the_form_with_their_words(desk: Desk) -> None:
    browser = desk.person("writer")
    page, form = opened(browser, sent(browser, word_files.release()))
    assert "1 picture came along" in words(page)
    assert form["picture_alt"] == ""
    shown = browser.get(f"/desk/pictures/{form['picture']}/320.webp")
    assert shown.status_code == 200
    saved = browser.client.post("/desk/items/new", data=fields(page))
    key = saved.headers["Location"].rsplit("/", 1)[1]
    assert form["picture"] in browser.get(f"/desk/items/{key}").text
    _, again = opened(browser, sent(browser, word_files.release(), f"/desk/items/{key}/from-word"))
    assert again["picture"] == form["picture"]


def test_more_text_than_any_release_has_is_refused_beside_the_field(desk: Desk) -> None:
    answer = sent(desk.person("writer"), word_files.plain("A report", *["Words and more words. " * 500] * 95, bold=0))
    assert answer.status_code == 422
    assert "holds far more than a press release does" in words(answer)
    assert 'aria-invalid="true"' in answer.text


def test_what_the_form_cannot_keep_is_told_beside_the_field(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsaved, "MOST_CHARACTERS", 100)
    answer = sent(desk.person("writer"), word_files.plain("A report", "Words and more words. " * 20, bold=0))
    assert answer.status_code == 422
    assert "This is too long" in words(answer)
    assert 'aria-describedby="word_file-hint word_file-error" aria-invalid="true"' in answer.text


@pytest.mark.parametrize("path", ["items/from-word", "pictures"])
def test_of_strangers_words_come_back_and_files_are_read_past(desk: Desk, path: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    typed, large = part % (b"headline", b"", b"Typed words"), b"PK\x03\x04" + bytes(5_000_000)
    for body in (typed, typed + part % (b"file", b'; filename="a.docx"', large)):
        answer = desk.stranger().client.post(
            f"/desk/{path}", data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
        )
        assert answer.status_code == 401
        assert "Typed words" in answer.text
