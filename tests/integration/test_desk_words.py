"""What is typed is kept for its author alone, and two people who write at once lose nothing."""

import json
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from desk_newsroom import Browser, Desk, fields, words
from sqlalchemy import select
from werkzeug.test import TestResponse

from feedsvc import clock, db, road
from feedsvc.models import Audit, Unsaved
from feedsvc.newsroom import accounts, unsaved
from feedsvc.newsroom.unsaved import Mark

FORM, TAB, OTHER_TAB = "a" * 24, "b" * 24, "c" * 24


def kept(
    browser: Browser, key: str = "", turn: int = 1, writer: str = TAB, name: str = FORM, seen: str = "", **typed: Any
) -> TestResponse:
    """What autosave.js sends."""
    sent = {"unsaved": f"{name}.{writer}.{turn}", "unsaved_seen": seen, "unsaved_item": key, **typed}
    return browser.post("/desk/unsaved", sent)


def rows() -> list[Unsaved]:
    with db.reading() as session:
        return list(session.scalars(select(Unsaved).order_by(Unsaved.id)))


def typed(browser: Browser, path: str) -> dict[str, Any]:
    return {name: values[0] for name, values in fields(browser.get(path)).items()}


def test_what_was_typed_is_in_the_form_of_the_new_item_again(desk: Desk) -> None:
    browser, before = desk.person("writer"), desk.rows()
    answer = kept(browser, headline="", body="Half a sent", people="Ann,", slug="Not Valid!")
    assert answer.status_code == 200
    assert set(answer.json) == {"saved"}
    page = browser.get("/desk/items/new")
    again = {name: values[0] for name, values in fields(page).items()}
    assert (again["headline"], again["body"], again["people"], again["slug"]) == (
        "",
        "Half a sent",
        "Ann,",
        "Not Valid!",
    )
    assert "Unsaved words of yours from" in words(page)
    assert "Drop them" in words(page)
    assert desk.rows() == before


def test_what_was_typed_into_an_item_is_there_again_until_it_is_saved(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    assert kept(browser, key, headline="A draft of mine", body="Mine.", base="1").status_code == 200
    sent = fields(browser.get(f"/desk/items/{key}"))
    assert sent["headline"] == ["A draft of mine"]
    assert browser.client.post(f"/desk/items/{key}", data=sent).status_code == 303
    page = browser.get(f"/desk/items/{key}")
    assert "Unsaved words" not in words(page)
    assert desk.stands(key).head.headline == "A draft of mine"
    assert [(row.state, row.fields) for row in rows()] == [("done", [])]


def test_a_late_request_does_not_bring_back_what_was_saved(desk: Desk) -> None:
    browser = desk.person("writer")
    kept(browser, headline="We open")
    sent = typed(browser, "/desk/items/new") | {"headline": "We open", "body": "Words."}
    assert browser.client.post("/desk/items/new", data=sent).status_code == 303
    late = kept(browser, turn=2, headline="We op")
    assert (late.status_code, late.json) == (200, {"done": True})  # a browser's console would show a 409 as a fault
    assert "Unsaved words" not in words(browser.get("/desk/items/new"))


def test_unsaved_words_are_on_no_page_but_their_authors(desk: Desk) -> None:
    key, author = desk.item(), desk.person("writer")
    kept(author, key, headline="Zebra", body="Zebra words")
    kept(author, name="d" * 24, headline="Zebra the second")
    for other in (desk.person("editor"), desk.person("admin"), desk.stranger()):
        for path in ("/desk/items", f"/desk/items/{key}", f"/desk/items/{key}?unsaved={FORM}", "/desk/items/new",
                     f"/desk/items/new?unsaved={'d' * 24}", f"/desk/items/{key}/preview", "/", "/search?q=zebra", "/feeds/news.json"):  # fmt: skip
            assert "Zebra" not in other.get(path, follow_redirects=True).text, path
    assert "Zebra the second" in author.get("/desk/items").text
    with db.reading() as session:
        assert "Zebra" not in json.dumps([row.detail for row in session.scalars(select(Audit))])


def test_nobody_writes_or_drops_under_anothers_name(desk: Desk) -> None:
    author, other = desk.person("writer"), desk.person("editor")
    kept(author, headline="Mine")
    assert kept(other, turn=9, headline="Theirs").status_code == 200
    other.post("/desk/unsaved/drop", {"unsaved": f"{FORM}.{TAB}.9"})
    assert typed(author, "/desk/items/new")["headline"] == "Mine"


def test_two_tabs_never_write_over_each_other(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    kept(browser, key, headline="From the first tab", base="1")
    mark = typed(browser, f"/desk/items/{key}")["unsaved"]
    assert kept(browser, key, writer=OTHER_TAB, headline="Never looked").status_code == 409
    assert kept(browser, key, writer=OTHER_TAB, seen=mark, headline="From the second tab").status_code == 200
    refused = kept(browser, key, turn=2, headline="From the first tab again")
    assert (refused.status_code, refused.json) == (409, {"done": False})
    assert kept(browser, key, name="d" * 24, headline="From the first tab again").status_code == 200
    page = browser.get(f"/desk/items/{key}")
    assert fields(page)["headline"] == ["From the first tab again"]
    assert "From the second tab" in words(page)
    assert typed(browser, f"/desk/items/{key}?unsaved={FORM}")["headline"] == "From the second tab"


def test_of_one_tabs_requests_the_latest_stays(desk: Desk) -> None:
    browser = desk.person("writer")
    for turn, headline in ((1, "W"), (3, "We open"), (2, "We op")):
        assert kept(browser, turn=turn, headline=headline).status_code == 200
    assert typed(browser, "/desk/items/new")["headline"] == "We open"


def test_dropped_words_are_gone(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    kept(browser, key, headline="Dropped")
    answer = browser.post("/desk/unsaved/drop", {"unsaved": f"{FORM}.{TAB}.1", "unsaved_item": key})
    assert answer.headers["Location"].endswith(f"/desk/items/{key}")
    assert typed(browser, f"/desk/items/{key}")["headline"] == "A draft of ours"
    assert rows()[0].fields == []


def test_words_that_are_those_of_the_saved_text_are_not_offered(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}"))
    browser.post("/desk/unsaved", {**sent, "unsaved": f"{FORM}.{TAB}.1", "unsaved_item": key})
    assert len(rows()) == 1
    assert "Unsaved words" not in words(browser.get(f"/desk/items/{key}"))


def test_a_failed_save_goes_on_under_the_same_mark(desk: Desk) -> None:
    browser = desk.person("writer")
    sent = typed(browser, "/desk/items/new") | {"headline": "", "body": "Kept", "unsaved": f"{FORM}.{TAB}.4"}
    answer = browser.client.post("/desk/items/new", data=sent)
    assert answer.status_code == 422
    assert fields(answer)["unsaved"] == [f"{FORM}.{TAB}.4"]
    assert "data-same" in answer.text


@pytest.mark.parametrize(
    ("mark", "said"), [("", 422), ("x", 422), ("../.." + "a" * 20, 422), (f"{FORM}.{TAB}.-1", 422)]
)
def test_odd_marks_are_refused(desk: Desk, mark: str, said: int) -> None:
    answer = desk.person("writer").post("/desk/unsaved", {"unsaved": mark, "headline": "x"})
    assert answer.status_code == said
    assert rows() == []


def test_words_of_any_kind_are_kept_and_words_beyond_measure_are_not(desk: Desk) -> None:
    browser = desk.person("writer")
    odd = "\x00\ud800“Bakı”\r\n</textarea><script>\x0b"
    assert kept(browser, headline=odd.encode("utf-8", "replace").decode()).status_code == 200
    assert "</textarea><script>" in typed(browser, "/desk/items/new")["headline"]
    refused = kept(browser, turn=2, body="a" * (unsaved.MOST_CHARACTERS + 1))
    assert refused.status_code == 422
    assert "too long" in refused.json["problem"]
    assert kept(browser, key="no-such-item", turn=3).status_code == 404


def test_a_person_leaves_only_so_much_and_the_oldest_go_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.person("writer")
    monkeypatch.setattr(unsaved, "MOST_FORMS", 3)
    for number in range(5):
        kept(browser, name=f"{number}" * 24, headline=f"Text {number}")
    assert [row.name[0] for row in rows()] == ["2", "3", "4"]
    monkeypatch.setattr(unsaved, "MOST_ALL", 60)
    kept(browser, name="9" * 24, body="b" * 50)
    assert [row.name[0] for row in rows()] == ["9"]


def test_forgotten_words_are_swept(desk: Desk) -> None:
    browser, now = desk.person("writer"), clock.now()
    kept(browser, headline="Old")
    kept(browser, name="d" * 24, headline="Done")
    browser.post("/desk/unsaved/drop", {"unsaved": f"{'d' * 24}.{TAB}.1"})
    for later, left in ((timedelta(minutes=1), 2), (timedelta(hours=2), 1), (timedelta(days=31), 0)):
        with db.transaction() as session:
            unsaved.sweep(session, now=now + later)
        assert len(rows()) == left


def test_after_a_new_sign_in_an_open_page_learns_its_token(desk: Desk) -> None:
    browser = desk.person("writer")
    ready = browser.get("/desk/unsaved").json
    # Two tokens of one sign-in differ by the second in which each was signed: what it is good for is what counts.
    sent = {"unsaved": f"{'a' * 24}.{TAB}.1", "headline": "Words of an open page"}
    assert browser.client.post("/desk/unsaved", data={**sent, "csrf_token": "stale"}).status_code == 400
    assert browser.client.post("/desk/unsaved", data={**sent, "csrf_token": ready["token"]}).status_code == 200
    with db.reading() as session:
        assert ready["who"] == accounts.find_user(session, "writer@example.org").id
    assert desk.stranger().get("/desk/unsaved").status_code == 303


def conflict(desk: Desk) -> tuple[str, Browser, TestResponse]:
    key = desk.item(body_html="<p>Prices rose by 5 percent last year.</p><p>Second.</p>")
    mine, theirs = desk.person("writer"), desk.person("editor")
    sent = [fields(browser.get(f"/desk/items/{key}")) for browser in (mine, theirs)]
    sent[0] |= {"headline": ["A draft of mine"], "body": ["Prices rose by 7 percent last year.\n\nSecond."]}
    sent[1] |= {"body": ["Prices rose by 5 percent in a year.\n\nSecond."]}
    assert theirs.client.post(f"/desk/items/{key}", data=sent[1]).status_code == 303
    return key, mine, mine.client.post(f"/desk/items/{key}", data=sent[0])


def test_a_conflict_shows_both_texts_word_by_word(desk: Desk) -> None:
    _, _, page = conflict(desk)
    assert page.status_code == 409
    for piece in ("<del>ours</del>", "<ins>mine</ins>", "<del>5</del>", "<ins>7</ins>", "Saved by Editor"):
        assert piece in page.text, piece
    for choice in ("Take theirs", "Keep mine on top", "Merge by hand"):
        assert choice in words(page)
    assert 'data-html="&lt;p&gt;Prices rose by 7 percent' in page.text  # the browser's editor opens with mine


def test_enter_in_a_conflict_never_drops_what_was_typed(desk: Desk) -> None:
    _, _, page = conflict(desk)
    default = lxml.html.document_fromstring(page.text).xpath("//button[@form='item' or ancestor::form[@id='item']]")[0]
    assert (default.get("name"), default.get("value"), default.get("formaction")) == ("over", "2", None)
    assert (default.get("tabindex"), default.get("aria-hidden")) == ("-1", "true")


def test_theirs_is_taken_and_mine_stays_at_hand(desk: Desk) -> None:
    key, browser, page = conflict(desk)
    sent = fields(page)
    answer = browser.client.post(f"/desk/items/{key}/aside", data=sent)
    assert answer.status_code == 303
    after = browser.get(f"/desk/items/{key}")
    assert fields(after)["body"][0].startswith("Prices rose by 5 percent in a year.")
    assert "1 other text of yours was not saved" in words(after)
    (row,) = rows()
    again = fields(browser.get(f"/desk/items/{key}?unsaved={row.name}"))
    assert again["headline"] == ["A draft of mine"]
    assert browser.client.post(f"/desk/items/{key}", data=again).status_code == 409  # still not silently on top
    assert desk.stands(key).head.number == 2


def test_words_kept_during_a_conflict_do_not_lie_in_wait_to_overwrite_theirs(desk: Desk) -> None:
    key, browser, page = conflict(desk)
    sent = {name: values[0] for name, values in fields(page).items()}
    del sent["unsaved"]
    assert kept(browser, key, **sent).status_code == 200
    later = browser.get(f"/desk/items/{key}")
    assert "A newer text has been saved since" in words(later)
    assert browser.client.post(f"/desk/items/{key}", data=fields(later)).status_code == 409


def test_a_conflict_of_hostile_texts_is_shown_and_runs_nothing(desk: Desk) -> None:
    key = desk.item(body_html="<p>x</p>")
    browser = desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}"))
    road.act(_saved_again, key)
    sent["headline"], sent["body"] = ["<script>alert(1)</script>"], ["<img src=x onerror=alert(1)>" + "<b>a " * 300]
    page = browser.client.post(f"/desk/items/{key}", data=sent | {"body_form": "html"})
    assert page.status_code in (409, 422)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


def _saved_again(session: Any, key: str, *, now: Any) -> None:
    from feedsvc.newsroom import items
    from feedsvc.newsroom.drafts import ItemDraft, checked
    from feedsvc.newsroom.workflow import SYSTEM

    items.save(
        session,
        key,
        checked(ItemDraft(headline="Theirs", body_html="<p>y</p>"), ("en",)),
        base=1,
        actor=SYSTEM,
        now=now,
    )


def test_marks_are_read_back() -> None:
    mark = Mark(FORM, TAB, 7)
    assert unsaved.read_mark(str(mark)) == mark
    assert unsaved.read_mark("nonsense") is None
