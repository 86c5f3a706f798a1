"""The form: what is typed is kept, whatever happens."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import databases
import pytest
from databases import Database, let_go
from desk_newsroom import PASSWORD, Browser, Desk, fields, token, words
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from feedsvc import db
from feedsvc.newsroom import html, items
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.desk import forms

TABLE = "<p>See:</p><table><tbody><tr><td>1</td></tr></tbody></table>"


def test_opening_and_saving_the_seeded_item_changes_nothing(desk: Desk) -> None:
    browser, key = desk.person("editor"), desk.seeded()
    before, rows = desk.stands(key), desk.rows()
    page = browser.get(f"/desk/items/{key}")
    answer = browser.client.post(f"/desk/items/{key}", data=fields(page))
    assert answer.status_code == 303
    assert "nothing to save" in words(browser.get(answer.headers["Location"]))
    assert desk.rows()[1] == rows[1]
    assert desk.stands(key).head.id == before.head.id


@pytest.mark.parametrize("body", [
    "<p>One</p>\n<p>Two “three”</p>", TABLE, "<p>a<br>b</p>", "<ul>\n<li>a</li>\n<li><p>b</p></li>\n</ul>", "loose words", "", "<h2>H</h2><p># 1. - &gt;</p>",
    '<p><img src="https://x.example/a.png" alt="A"></p>', "<pre>  a\n\n b</pre>", "<p>&lt;/textarea&gt;&amp;lt;</p>",
    "<p>  two  spaces </p>", "<blockquote><p>q</p><p>r</p></blockquote>",
])  # fmt: skip
def test_opening_and_saving_keeps_every_body_byte_for_byte(desk: Desk, body: str) -> None:
    tags = (TagName("Smith, John", "person"), TagName('The "Big" one', "theme"), TagName('"Quoted", place', "place"))
    key = desk.item(body_html=body, tags=tags, authors=("A, B", "C"), categories=("New, one",))
    before = desk.stands(key).head
    browser = desk.person("editor")
    browser.client.post(f"/desk/items/{key}", data=fields(browser.get(f"/desk/items/{key}")))
    after = desk.stands(key).head
    assert (after.number, after.body_html) == (1, before.body_html)


def test_a_table_is_shown_as_html_and_survives_an_edit(desk: Desk) -> None:
    key, browser = desk.item(body_html=TABLE), desk.person("writer")
    page = browser.get(f"/desk/items/{key}")
    assert "table or a picture" in words(page)
    sent = fields(page)
    assert sent["body_form"] == ["html"]
    sent["body"] = [sent["body"][0].replace("See:", "Look:")]
    browser.client.post(f"/desk/items/{key}", data=sent)
    assert desk.stands(key).head.body_html == TABLE.replace("See:", "Look:")


def test_a_new_item_is_a_draft_that_nobody_outside_sees(desk: Desk) -> None:
    browser = desk.person("editor")
    sent = {
        "headline": "We open",
        "body": "On **Monday**.\r\n\r\n- a\r\n- b",
        "further": "Offices",
        "people": 'Ann, "Smith, John"',
        "themes": "Growth",
        "authors": "Ed",
    }
    answer = browser.post("/desk/items/new", sent)
    assert answer.status_code == 303
    head = desk.stands(answer.headers["Location"].rsplit("/", 1)[1]).head
    assert "<strong>Monday</strong>" in head.body_html
    assert [c.name for c in head.categories] == ["Offices"]
    assert {(t.kind, t.name) for t in head.tags} == {("person", "Ann"), ("person", "Smith, John"), ("theme", "Growth")}
    assert browser.get("/news/we-open").status_code == 404


def test_a_bad_field_is_said_beside_it_and_everything_typed_is_kept(desk: Desk) -> None:
    browser, before = desk.person("writer"), desk.rows()
    sent = {
        "headline": " ",
        "summary": "Kept summary",
        "body": "\n\nKept <body> & more",
        "slug": "Bad Slug",
        "people": "Kept, Names",
        "authors": "Kept author",
    }
    answer = browser.post("/desk/items/new", sent)
    assert answer.status_code == 422
    again = {name: values[0] for name, values in fields(answer).items()}
    for name, value in sent.items():
        assert again[name].replace("\r\n", "\n") == value
    for field in ("headline", "slug"):
        assert re.search(
            rf'id="{field}"[^>]* aria-describedby="[^"]*{field}-error"[^>]* aria-invalid="true"', answer.text
        )
        assert f'id="{field}-error"' in answer.text
        assert f'href="#{field}"' in answer.text
    assert desk.rows() == before


def test_a_save_on_top_of_a_newer_text_shows_both_and_loses_neither(desk: Desk) -> None:
    key = desk.item()
    first, second = desk.person("writer"), desk.person("editor")
    mine, theirs = fields(first.get(f"/desk/items/{key}")), fields(second.get(f"/desk/items/{key}"))
    theirs["body"], mine["body"] = ["Their words."], ["My words."]
    assert second.client.post(f"/desk/items/{key}", data=theirs).status_code == 303
    conflict = first.client.post(f"/desk/items/{key}", data=mine)
    assert conflict.status_code == 409
    for said in ("Editor saved revision 2", "Their words.", "My words."):
        assert said in words(conflict)
    assert desk.stands(key).head.body_html.strip() == "<p>Their words.</p>"
    again = fields(conflict)
    assert again["body"] == ["My words."]
    assert first.client.post(f"/desk/items/{key}", data=again).status_code == 409  # it has not been chosen yet
    again["over"] = ["2"]
    assert first.client.post(f"/desk/items/{key}", data=again).status_code == 303
    assert desk.stands(key).head.body_html.strip() == "<p>My words.</p>"
    assert desk.stands(key).head.number == 3


def carried(page: Any) -> dict[str, Any]:
    """The sign-in form as a browser sends it."""
    import lxml.html

    form = lxml.html.document_fromstring(page.text).xpath("//form[@action='/desk/login']")[0]
    found: dict[str, Any] = {}
    for element in form.xpath(".//input[@name]"):
        found.setdefault(element.get("name"), []).append(element.get("value", ""))
    return found


def test_an_ended_sign_in_keeps_the_text(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}"))
    sent |= {"headline": ["Long thought about"], "body": ["Line one.\r\n\r\nLine “two” <b>&amp;"]}
    browser.client.delete_cookie("feedsvc")
    asked = browser.client.post(f"/desk/items/{key}", data=sent)
    assert asked.status_code == 401
    wrong = browser.client.post(
        "/desk/login", data=carried(asked) | {"email": "writer@example.org", "password": "wrong"}
    )
    assert wrong.status_code == 422
    back = browser.client.post(
        "/desk/login", data=carried(wrong) | {"email": "writer@example.org", "password": PASSWORD}
    )
    assert back.status_code == 200
    assert "not saved yet" in words(back)
    assert desk.stands(key).head.headline == "A draft of ours"
    again = fields(back)
    assert (again["headline"], again["body"]) == (sent["headline"], sent["body"])
    assert browser.client.post(f"/desk/items/{key}", data=again).status_code == 303
    assert desk.stands(key).head.headline == "Long thought about"


def test_an_ended_sign_in_keeps_a_new_item_and_a_reason(desk: Desk) -> None:
    for path, sent, role in (
        ("/desk/items/new", {"headline": "Brand new"}, "writer"),
        (f"/desk/items/{desk.seeded()}/withdraw", {"reason": "Brand new"}, "admin"),
    ):
        browser = desk.stranger()
        browser.get("/desk/login")
        asked = browser.client.post(path, data=sent)
        back = browser.client.post(
            "/desk/login", data=carried(asked) | {"email": f"{role}@example.org", "password": PASSWORD}
        )
        assert back.status_code == 200
        assert "Brand new" in back.text
    assert desk.stands(desk.seeded()).live


def test_what_came_along_opens_nothing_that_the_person_may_not(desk: Desk) -> None:
    for path in (
        f"/desk/items/{desk.seeded()}/withdraw",
        "/desk/login",
        "/desk/logout",
        "https://evil.example/",
        "/api/v1/items",
        "/desk/items/none",
        "\0",
    ):
        browser = desk.stranger()
        sent = {
            "csrf_token": token(browser.get("/desk/login")),
            "email": "writer@example.org",
            "password": PASSWORD,
            "kept_path": path,
            "kept.reason": "x",
        }
        answer = browser.client.post("/desk/login", data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")


def test_a_form_from_before_the_last_sign_in_is_shown_again(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}")) | {"headline": ["Typed meanwhile"]}
    browser.client.set_cookie("feedsvc", desk.person("writer").cookie())
    answer = browser.client.post(f"/desk/items/{key}", data=sent)
    assert answer.status_code == 400
    assert "send this once more" in words(answer)
    again = fields(answer)
    assert again["headline"] == ["Typed meanwhile"]
    assert browser.client.post(f"/desk/items/{key}", data=again).status_code == 303


@contextmanager
def another_writer(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else holds the database; ours gives up after a tenth of a second."""
    monkeypatch.setattr(db, "BUSY_MS", 100)
    let_go()
    db.engine.cache_clear()
    with database.held():
        yield
    let_go()


def test_a_busy_database_keeps_the_text(desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    key, browser = desk.item(), desk.person("admin")
    sent = fields(browser.get(f"/desk/items/{key}")) | {"headline": ["Typed just now"]}
    with another_writer(database, monkeypatch):
        answer = browser.client.post(f"/desk/items/{key}", data=sent)
        verb = browser.client.post(f"/desk/items/{desk.seeded()}/withdraw", data=sent | {"reason": "Because"})
        for page in (answer, verb):
            assert page.status_code == 503
            assert page.headers["Retry-After"] == "5"
            assert "try again" in words(page)
        assert "Because" in verb.text
    assert browser.client.post(f"/desk/items/{key}", data=fields(answer)).status_code == 303
    assert desk.stands(key).head.headline == "Typed just now"


def test_a_database_that_is_away_keeps_the_text_too(desk: Desk, database: Database) -> None:
    key, browser = desk.item(), desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}")) | {"headline": ["Typed without a database"]}
    let_go()
    database.away()
    answer = browser.client.post(f"/desk/items/{key}", data=sent)
    assert answer.status_code == 503
    assert "Typed without a database" in answer.text
    assert browser.get("/desk/items").status_code == 503
    let_go()
    database.back()
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    assert browser.client.post(f"/desk/items/{key}", data=again).status_code == 303
    assert desk.stands(key).head.headline == "Typed without a database"


HOSTILE = [
    "\0", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\ufffe\uffff", "\u202e\u2066", "a" * 600_000, "[" * 100_000, "*a" * 100_000, "> " * 100_000,
    "<b>" * 60_000, "<em>" * 20_000 + "x", "<table>" * 20_000, "- " * 50_000, "![[[](" * 30_000, "`" * 100_000, "&#" * 100_000, '","' * 100_000, "\\" * 100_000,
    "</textarea><script>alert(1)</script>", "{{ 7*7 }}", "'; drop table item; --", "\r\n\r\nSet-Cookie: a=b", "%00%ff%", "1e999", "9" * 5000, "-1", "a,b" * 50_000,
    "[a](" + "(" * 50_000, "_*" * 60_000 + "a" + "*_" * 60_000,
]  # fmt: skip
MOST_ASKED = 10_000
FUZZ = "FEEDSVC_FUZZ" in os.environ
NAMES = [
    *forms.TEXTS,
    "body_form",
    "base",
    "categories",
    "then",
    "reason",
    "note",
    "day",
    "hour",
    "kept_path",
    "next",
    "email",
    "password",
    "again",
    "name",
]


def paths(desk: Desk) -> list[str]:
    return [
        r.rule
        for r in desk.app.url_map.iter_rules()
        if r.rule.startswith("/desk")
        and "POST" in (r.methods or set())
        and r.endpoint not in ("desk.logout", "desk.everywhere_ended")
    ]


@pytest.mark.slow
def test_hostile_words_are_never_our_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first reading of each text is what may go wrong; reading it again and again takes most of a minute.
    monkeypatch.setattr(html, "from_typed", cache(html.from_typed))
    key, browser = desk.item(), desk.person("admin")
    sent = browser.token()
    # What takes long is read before any database is asked, so once is enough.
    asked = [words for words in HOSTILE if databases.KIND != "postgresql" or len(words) < MOST_ASKED]
    # Every address is asked with some of the words, and all words are sent to some addresses; all to all by `make fuzz`.
    all_paths, share = paths(desk), 1 if FUZZ else 8
    for number, hostile in enumerate(asked):
        for path in all_paths[number % share :: share] if len(hostile) < MOST_ASKED else ():
            data = {"csrf_token": sent, **dict.fromkeys(NAMES, hostile[:300])}
            answer = browser.client.post(path.replace("<key>", key).replace("<secret>", "x"), data=data)
            assert answer.status_code < 500, (path, hostile[:20])
            assert "<script>alert" not in answer.text
        for name, good in (
            ("body", {"headline": "Good"}),
            ("headline", {"body": "Good"}),
            ("people", {"headline": "Good"}),
        ):
            answer = browser.client.post("/desk/items/new", data={"csrf_token": sent, **good, name: hostile})
            assert answer.status_code in (303, 422), (name, hostile[:20])
            if answer.status_code == 303:
                for page in ("", "/preview"):
                    assert browser.get(answer.headers["Location"] + page).status_code == 200, (name, hostile[:20])
            answer = browser.client.post(
                "/desk/items/new", data={"csrf_token": sent, **good, name: hostile, "body_form": "html"}
            )
            assert answer.status_code in (303, 422), (name, hostile[:20])
            if answer.status_code == 303:
                assert browser.get(answer.headers["Location"]).status_code == 200, (name, hostile[:20])
        for path in ("/desk/items/", "/desk/items?before=", "/desk/link/", "/desk/login?next="):
            from urllib.parse import quote

            assert browser.get(path + quote(hostile[:2000], safe="")).status_code < 500


def test_what_is_too_large_is_said_plainly(desk: Desk) -> None:
    browser = desk.person("writer")
    answer = browser.post("/desk/items/new", {"headline": "a", "body": "x" * (4 * 1024 * 1024)})
    assert answer.status_code == 413
    stranger = desk.stranger()
    assert stranger.client.post("/desk/items/new", data={"body": "x" * (4 * 1024 * 1024)}).status_code == 401  # unread


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60), max_size=8), st.booleans())
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_words_are_taken_or_refused(desk: Desk, sent: dict[str, str], multipart: bool) -> None:
    browser: Browser = desk.person("admin")
    key = desk.item()
    data = {name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for name, value in sent.items()}
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    for path in ("/desk/items/new", f"/desk/items/{key}", f"/desk/items/{key}/release"):
        assert browser.post(path, data, content_type=kind).status_code in (303, 409, 422)
    assert browser.get(f"/desk/items/{key}").status_code == 200


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).map(str.strip).filter(bool)
    )
)
def test_names_are_read_back_as_they_are_written(names: list[str]) -> None:
    assert forms.split(forms.joined(names)) == names


def test_an_item_of_many_is_found_by_paging(desk: Desk) -> None:
    for number in range(64):
        with db.transaction() as session:
            from feedsvc import clock

            items.create(
                session, checked(ItemDraft(headline=f"Number {number}"), ("en",)), actor=SYSTEM, now=clock.now()
            )
    browser, path, seen = desk.person("writer"), "/desk/items", []
    while path:
        page = browser.get(path)
        seen += re.findall(r'/desk/items/([0-9a-f-]{36})"', page.text)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen)) == 65


def test_nothing_on_a_page_is_unlabelled(desk: Desk) -> None:
    import lxml.html

    browser, key = desk.person("admin"), desk.item()
    paths = ["/desk/items", "/desk/items/new", f"/desk/items/{key}", f"/desk/items/{key}/preview", f"/desk/items/{key}/release", "/desk/hold",
             f"/desk/items/{desk.seeded()}/withdraw", "/desk/nothing"]  # fmt: skip
    for path in paths:
        tree = lxml.html.document_fromstring(browser.get(path).text)
        assert len(tree.xpath("//h1")) == 1, path
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        for element in tree.xpath("//input[not(@type='hidden')]|//textarea|//select"):
            assert tree.xpath(f"//label[@for='{element.get('id')}']"), (path, element.get("name"))
        for described in tree.xpath("//@aria-describedby"):
            assert set(described.split()) <= set(ids), (path, described)
        assert not tree.xpath("//@style|//style|//script[not(@src)]")
        assert len(tree.xpath("//main")) == 1


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 10**18 - 1])
def test_a_place_in_the_list_that_no_id_can_have_is_its_beginning(desk: Desk, number: int) -> None:
    assert desk.person("writer").get(f"/desk/items?before=1000-{number}").status_code == 200


def test_pictures_on_nobodys_web_are_said_to_be_left_out(desk: Desk) -> None:
    browser = desk.person("writer")
    sent = {
        "headline": "Pasted",
        "body_form": "html",
        "body": '<p class=MsoNormal>x <img src="file:///C:/a.png"> <img src="file:///C:/b.png"></p>',
    }
    answer = browser.post("/desk/items/new", sent)
    assert "2 pictures in the text were not on the web" in words(browser.get(answer.headers["Location"]))
    assert desk.stands(answer.headers["Location"].rsplit("/", 1)[1]).head.body_html == "<p>x</p>"
