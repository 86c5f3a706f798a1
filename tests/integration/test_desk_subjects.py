"""Looking after categories, themes, people and places at the desk."""

import pytest
from desk_newsroom import Desk, words
from sqlalchemy import select

from feedsvc import db
from feedsvc.models import Alias, Category, Tag
from feedsvc.newsroom.drafts import TagName


def test_a_subject_is_added_renamed_merged_and_deleted(desk: Desk) -> None:
    browser = desk.person("editor")
    desk.item(categories=("Culture",), tags=(TagName("Ganja", "place"), TagName("Gəncə", "place")))
    answer = browser.post("/desk/subjects", {"kind": "place", "name": "Quba"}, follow_redirects=True)
    assert "Added." in words(answer)
    assert "/tag/quba" in answer.text
    answer = browser.post(
        "/desk/subjects/tag/ganja", {"name": "Ganca", "slug": "ganca", "kind": "theme"}, follow_redirects=True
    )
    assert (answer.status_code, answer.request.path) == (200, "/desk/subjects/tag/ganca")
    assert "Saved." in words(answer)
    assert "Ganca" in browser.get("/desk/subjects?kind=theme").text
    answer = browser.post("/desk/subjects/tag/ganca/merge", {"into": "Gəncə"}, follow_redirects=True)
    assert "everything stands in “Gəncə” now" in words(answer)
    assert browser.get("/desk/subjects/tag/ganca").status_code == 404
    page = browser.get("/desk/subjects/category/culture/delete")
    assert "One item loses this category. Its page and feeds will say that they are gone." in words(page)
    answer = browser.post("/desk/subjects/category/culture/delete", follow_redirects=True)
    assert "Deleted: “Culture”." in words(answer)
    with db.reading() as session:
        assert "Culture" not in session.scalars(select(Category.name)).all()
        assert "Ganca" not in session.scalars(select(Tag.name)).all()
        assert set(session.scalars(select(Alias.scope))) <= {
            "tag/quba",
            "category/culture",
        }  # no reader ever saw the others


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        ("/desk/subjects", {"kind": "theme", "name": "New", "slug": "No slug"}, "small letters"),
        ("/desk/subjects", {"kind": "theme", "name": "ganja"}, "There is one of this name already."),
        ("/desk/subjects/tag/ganja", {"name": "", "slug": "typed-slug", "kind": "theme"}, "Please fill this in."),
        (
            "/desk/subjects/tag/ganja",
            {"name": "Typed", "slug": "baku", "kind": "theme"},
            "Another one has this address already.",
        ),
        ("/desk/subjects/tag/ganja/merge", {"into": "Nowhere"}, "There is none called “Nowhere”"),
        ("/desk/subjects/tag/ganja/merge", {"into": "Ganja"}, "This is the same one."),
    ],
)
def test_what_was_typed_stays_and_the_problem_is_said(desk: Desk, path: str, typed: dict[str, str], told: str) -> None:
    desk.item(tags=(TagName("Ganja"), TagName("Baku")))
    answer = desk.person("editor").post(path, typed)
    assert answer.status_code == 422
    assert told in words(answer)
    for name, value in typed.items():
        assert f'value="{value}"' in answer.text or name == "kind"


def test_a_form_that_was_sent_after_the_sign_in_had_ended_is_not_lost(desk: Desk) -> None:
    desk.item(tags=(TagName("Ganja"),))
    answer = desk.stranger().post("/desk/subjects/tag/ganja", {"name": "A long thought about name", "slug": "g"})
    assert answer.status_code == 401
    assert "A long thought about name" in answer.text


def test_a_long_list_is_searched(desk: Desk) -> None:
    browser = desk.person("editor")
    for n in range(3):
        desk.item(tags=tuple(TagName(f"Theme {n}-{m}") for m in range(50)))
    page = browser.get("/desk/subjects?kind=theme")
    assert "more are not shown" in words(page)
    found = words(browser.get("/desk/subjects?kind=theme&q=theme+2-49"))
    assert "Theme 2-49" in found
    assert "Theme 2-48" not in found
    assert "None is called so." in words(browser.get("/desk/subjects?kind=theme&q=%25"))


def test_only_who_may_finds_it_in_the_bar(desk: Desk) -> None:
    assert "/desk/subjects" not in desk.person("writer").get("/desk/items").text
    assert "/desk/subjects" in desk.person("editor").get("/desk/items").text
    page = desk.person("editor").get("/desk/subjects/organisation/bakcell")
    assert "/delete" not in page.text


def test_names_are_text_on_every_page(desk: Desk) -> None:
    desk.item(tags=(TagName("<script>alert(1)</script>"),))
    browser = desk.person("editor")
    for path in (
        "?kind=theme",
        "/tag/script-alert-1-script",
        "/tag/script-alert-1-script/merge",
        "/tag/script-alert-1-script/delete",
    ):
        page = browser.get(f"/desk/subjects{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
