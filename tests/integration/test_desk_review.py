"""Roles and review at the desk and in the API: who said what, who may approve, who is there, and what was before."""

import csv
import io
import re
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from desk_newsroom import Browser, Desk, fields, words
from picture_samples import picture
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from feedsvc import checks, clock, db, jobs, road
from feedsvc.errors import SecondPerson, Stale
from feedsvc.models import Audit, Item, Presence, Remark, Revision
from feedsvc.newsroom import (
    chain,
    items,
    pictures,
    preferences,
    publishing,
    record,
    remarks,
    reviewing,
    standing,
    templates,
    tokens,
)
from feedsvc.newsroom.accounts import actor_of, find_user
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.setup import prepare
from feedsvc.web.desk import countdown


def somebody(role: str) -> Actor:
    with db.reading() as session:
        return actor_of(find_user(session, f"{role}@example.org"))


def saved(browser: Browser, key: str, **changes: Any) -> Any:
    form = fields(browser.get(f"/desk/items/{key}"))
    return browser.client.post(f"/desk/items/{key}", data={**form, **changes})


def written(desk: Desk, browser: Browser, **given: Any) -> str:
    answer = browser.post("/desk/items/new", {"headline": "Ours", "body": "One.\n\nTwo.", **given})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


def rule(*, on: bool) -> None:
    road.act(preferences.choose, preferences.TWO_PERSON, on, actor=SYSTEM)


# The conversation


def test_conversation_stands_on_the_item_in_its_order(desk: Desk) -> None:
    writer, editor = desk.person("writer"), desk.person("editor")
    key = written(desk, writer)
    assert (
        writer.post(
            f"/desk/items/{key}/submit", {"to": "editor@example.org", "note": "Is <b>it</b> right?"}
        ).status_code
        == 303
    )
    assert editor.post(f"/desk/items/{key}/comment", {"note": "I look at it."}).status_code == 303
    assert (
        editor.post(f"/desk/items/{key}/request-changes", {"note": "Name the street.\nAnd the day."}).status_code == 303
    )
    assert desk.stands(key).state == "draft"
    page = words(writer.get(f"/desk/items/{key}"))
    told = [
        "Writer handed in revision 1 to Editor",
        "Is <b>it</b> right?",
        "I look at it.",
        "Editor asked for changes",
        "Name the street.",
    ]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert "Writer is responsible for the next step." in page  # it went back to who handed it in
    assert "<b>it</b>" not in writer.get(f"/desk/items/{key}").text


def test_nothing_of_the_review_is_public(desk: Desk) -> None:
    key = desk.item(headline="Public words")
    road.act(reviewing.comment, key, "zqxcanary", actor=SYSTEM)
    road.act(items.submit, key, actor=SYSTEM, note="zqxcanary")
    desk.act("publish", key)
    client = desk.app.test_client()
    for path in ("/", "/news/public-words", "/archive", "/sitemap.xml"):
        assert "zqxcanary" not in client.get(path).text


@pytest.mark.parametrize(("verb", "field", "given"), [("request-changes", "note", " "), ("request-changes", "note", "x" * 2001), ("submit", "to", "nobody@example.org"), ("submit", "to", "writer@example.org"), ("submit", "note", "x" * 2001), ("comment", "note", ""), ("assign", "to", "nobody@example.org")])  # fmt: skip
def test_what_cannot_be_taken_is_said_beside_its_field(desk: Desk, verb: str, field: str, given: str) -> None:
    key, editor = desk.item(), desk.person("editor")
    if verb == "request-changes":
        road.act(items.submit, key, actor=SYSTEM)
    before = desk.stands(key).translation.version
    answer = editor.post(f"/desk/items/{key}/{verb}", {"note": "Kept words", field: given})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert field == "note" or verb == "assign" or "Kept words" in answer.text
    assert desk.stands(key).translation.version == before


def test_changes_are_asked_for_only_where_something_was_handed_in(desk: Desk) -> None:
    key, editor = desk.item(), desk.person("editor")
    assert editor.post(f"/desk/items/{key}/request-changes", {"note": "x"}).status_code == 409
    desk.act("publish", key)
    assert editor.post(f"/desk/items/{key}/request-changes", {"note": "x"}).status_code == 409
    assert desk.person("writer").post(f"/desk/items/{key}/request-changes", {"note": "x"}).status_code == 403


def test_assigning_again_changes_nothing(desk: Desk) -> None:
    key = desk.item()
    road.act(reviewing.assign, key, "Writer@example.org", actor=somebody("editor"))
    version = desk.stands(key).translation.version
    road.act(reviewing.assign, key, "writer@example.org", actor=somebody("editor"))
    assert desk.stands(key).translation.version == version
    road.act(reviewing.assign, key, "", actor=somebody("writer"))
    assert desk.stands(key).translation.assignee is None
    page = words(desk.person("writer").get(f"/desk/items/{key}"))
    assert "Editor made Writer responsible" in page
    assert "Writer made nobody responsible any more" in page


# Approval


def test_approval_is_for_the_text_that_was_seen(desk: Desk) -> None:
    key, editor, writer = desk.item(), desk.person("editor"), desk.person("writer")
    page = editor.get(f"/desk/items/{key}/approve")
    assert 'name="revision" value="1"' in page.text
    assert saved(writer, key, headline="Another").status_code == 303
    answer = editor.post(f"/desk/items/{key}/approve", {"revision": "1"})
    assert answer.status_code == 409
    assert "Writer saved revision 2" in words(answer)
    assert 'name="revision" value="2"' in answer.text
    assert not desk.stands(key).approved
    assert editor.post(f"/desk/items/{key}/approve", {"revision": "2"}).status_code == 303
    assert desk.stands(key).approved


def test_approval_falls_when_the_text_changes_and_when_changes_are_asked_for(desk: Desk) -> None:
    key, editor = desk.item(), desk.person("editor")
    assert editor.post(f"/desk/items/{key}/approve", {"revision": "1"}).status_code == 303
    saved(desk.person("writer"), key, headline="Another")
    assert (desk.stands(key).approved, desk.stands(key).state) == (False, "draft")
    assert "that approval no longer holds" in words(editor.get(f"/desk/items/{key}"))
    assert editor.post(f"/desk/items/{key}/approve", {"revision": "2"}).status_code == 303
    assert editor.post(f"/desk/items/{key}/request-changes", {"note": "No."}).status_code == 303
    assert (desk.stands(key).approved, desk.stands(key).state) == (False, "draft")


# Two people


def test_only_an_administrator_switches_the_rule_and_the_log_says_so(desk: Desk) -> None:
    admin = desk.person("admin")
    assert admin.post("/desk/settings", {"two_person": "on"}).status_code == 303
    with db.reading() as session:
        assert preferences.two_person(session)
        row = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        assert row is not None
        assert (row.action, row.detail["before"], row.detail["value"]) == ("choose", False, True)
    assert "checked" in admin.get("/desk/settings").text
    assert admin.post("/desk/settings").status_code == 303
    with db.reading() as session:
        assert not preferences.two_person(session)


@pytest.mark.parametrize(
    ("verb", "asked"),
    [("approve", {}), ("release", {"when": "now"}), ("release", {"when": "at", "day": "2030-01-01", "hour": "10:00"})],
)
def test_who_wrote_it_neither_approves_nor_brings_it_out(desk: Desk, verb: str, asked: dict[str, str]) -> None:
    rule(on=True)
    publisher = desk.person("publisher")
    key = written(desk, publisher)
    answer = publisher.post(f"/desk/items/{key}/{verb}", {"revision": "1", **asked})
    assert answer.status_code == 403
    assert re.search(r"Admin, Editor can approve it", words(answer))
    assert not desk.stands(key).approved
    assert desk.stands(key).live is None
    page = publisher.get(f"/desk/items/{key}").text
    assert f"/{key}/{verb}" not in page
    assert f'value="{verb}"' not in page


@pytest.mark.parametrize("verb", ["correct", "update"])
def test_who_wrote_a_change_does_not_bring_it_out(desk: Desk, verb: str) -> None:
    key, publisher = desk.item(), desk.person("publisher")
    desk.act("publish", key)
    rule(on=True)
    saved(publisher, key, headline="Changed")
    assert publisher.post(f"/desk/items/{key}/{verb}", {"note": "n"}).status_code == 403
    assert desk.person("editor").post(f"/desk/items/{key}/approve", {"revision": "2"}).status_code == 303
    assert publisher.post(f"/desk/items/{key}/{verb}", {"note": "n"}).status_code == 303
    here = desk.stands(key)  # it may still be counted down
    assert here.head.id == (here.pending or here.live).revision_id


def test_saving_again_and_a_colleagues_comma_do_not_help(desk: Desk) -> None:
    rule(on=True)
    editor, writer = desk.person("editor"), desk.person("writer")
    key = written(desk, editor)
    saved(editor, key, headline="Ours, again")
    saved(writer, key, headline="Ours, again!")
    assert editor.post(f"/desk/items/{key}/approve", {"revision": "3"}).status_code == 403
    assert desk.person("publisher").post(f"/desk/items/{key}/approve", {"revision": "3"}).status_code == 303


def test_withdrawing_is_one_persons_decision_and_the_machine_is_exempt(desk: Desk) -> None:
    rule(on=True)
    publisher = desk.person("publisher")
    key = written(desk, publisher)
    desk.act("publish", key)  # as the command does
    assert publisher.post(f"/desk/items/{key}/withdraw", {"reason": "Wrong."}).status_code == 303


def test_rule_holds_for_programs(desk: Desk) -> None:
    rule(on=True)
    secret = road.act(tokens.add, "publisher@example.org", ("admin",), actor=SYSTEM)
    client, headers = desk.app.test_client(), {"Authorization": f"Bearer {secret}"}
    made = client.post("/api/v1/items", json={"headline": "By a program"}, headers=headers).get_json()
    for verb, body in (("approve", {}), ("publish", {}), ("schedule", {"publish_at": "2030-01-01T00:00:00Z"})):
        answer = client.post(f"/api/v1/items/{made['id']}/{verb}", json=body, headers=headers)
        assert answer.status_code == 403
        assert "Admin, Editor can approve it" in answer.get_json()["detail"]
    assert client.get(f"/api/v1/items/{made['id']}", headers=headers).get_json()["state"] == "draft"


def test_own_approval_from_before_the_rule_is_not_enough(desk: Desk) -> None:
    publisher = somebody("publisher")
    key = road.act(items.create, checked(ItemDraft(headline="Mine"), ("en",)), actor=publisher).item.key
    road.act(items.approve, key, actor=publisher)
    rule(on=True)
    with pytest.raises(SecondPerson):
        road.act(publishing.publish, key, actor=publisher)
    road.act(publishing.publish, key, actor=somebody("admin"))


def test_approval_that_was_taken_back_counts_no_more(desk: Desk) -> None:
    rule(on=True)
    editor, publisher = somebody("editor"), somebody("publisher")
    key = road.act(items.create, checked(ItemDraft(headline="Mine"), ("en",)), actor=publisher).item.key
    road.act(items.approve, key, actor=editor)
    road.act(reviewing.request_changes, key, "The figure is wrong.", actor=editor)
    assert "Approved by" not in words(desk.person("editor").get(f"/desk/items/{key}/revisions"))
    with pytest.raises(SecondPerson):
        road.act(publishing.publish, key, actor=publisher)
    with db.transaction() as session:
        translation = standing.find(session, key)
        remarks.keep_approvals(session, translation, 1, 2)
        assert not [row for row in session.scalars(select(Remark)) if row.number == 2]
    road.act(items.approve, key, actor=editor)
    assert "Approved by Editor" in words(desk.person("editor").get(f"/desk/items/{key}/revisions"))
    road.act(publishing.publish, key, actor=publisher)


def test_text_that_moves_to_another_address_stays_approved_and_its_writers(desk: Desk) -> None:
    desk.act("publish", desk.item(headline="Same words"))
    key = road.act(
        items.create, checked(ItemDraft(headline="Same words", slug=""), ("en",)), actor=somebody("publisher")
    ).item.key
    with db.transaction() as session:  # as if it had had the address before the other one came out
        head = standing.find(session, key).head
        session.execute(text("UPDATE revision SET slug = 'same-words' WHERE id = :id"), {"id": head.id})
    rule(on=True)
    road.act(items.approve, key, actor=somebody("editor"))
    road.act(publishing.publish, key, actor=somebody("publisher"))
    with db.reading() as session:
        head = standing.find(session, key).head
        assert (head.number, head.slug, head.created_by.name) == (2, "same-words-2", "Publisher")
        assert [row.number for row in session.scalars(select(Remark).order_by(Remark.id)) if row.by_id] == [1, 2]
    assert words(desk.person("editor").get(f"/desk/items/{key}")).count("Editor approved revision") == 1


# Who is there


def test_somebody_else_is_shown_and_bars_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key, writer, editor = desk.item(), desk.person("writer"), desk.person("editor")
    assert "is editing this" not in words(writer.get(f"/desk/items/{key}"))
    page = words(editor.get(f"/desk/items/{key}"))
    assert "Writer is editing this since" in page
    assert "Editor is editing this" not in page
    assert "Writer is editing this since" in words(editor.get("/desk/items"))
    assert saved(editor, key, headline="Nobody is barred").status_code == 303
    answer = writer.post(f"/desk/items/{key}/presence").get_json()
    assert answer["there"][0].startswith("Editor is editing this since")
    assert (answer["revision"], answer["newer"].startswith("Editor saved revision 2 meanwhile")) == (2, True)
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert writer.post(f"/desk/items/{key}/presence").get_json()["there"] == []


def test_who_closes_the_page_is_gone_at_once(desk: Desk) -> None:
    key, writer, editor = desk.item(), desk.person("writer"), desk.person("editor")
    first = writer.post(f"/desk/items/{key}/presence").get_json()["seen"]
    second = writer.post(f"/desk/items/{key}/presence").get_json()["seen"]
    for late in (
        first,
        "1",
        "2026-11-22T10:00:00",
    ):  # a page that was left before the present one was opened, and nonsense
        assert writer.post(f"/desk/items/{key}/presence", {"gone": late}).status_code == 204
        assert "Writer is editing" in words(editor.get(f"/desk/items/{key}"))
    assert writer.post(f"/desk/items/{key}/presence", {"gone": second}).status_code == 204
    assert "Writer is editing" not in words(editor.get(f"/desk/items/{key}"))


def test_opening_the_page_again_and_again_writes_once(desk: Desk) -> None:
    key, writer = desk.item(), desk.person("writer")
    writer.get(f"/desk/items/{key}")
    with db.reading() as session:
        before = session.scalars(select(Presence.seen_at)).one()
    writer.get(f"/desk/items/{key}")
    with db.reading() as session:
        assert session.scalars(select(Presence.seen_at)).one() == before


def test_page_of_an_item_writes_and_builds_outside_its_own_reading(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key, writer, opened, seen = desk.item(), desk.person("writer"), [0], []
    reading, act, of = db.reading, road.act, countdown.of

    @contextmanager
    def counted() -> Any:
        with reading() as session:
            opened[0] += 1
            yield session
            opened[0] -= 1

    def noted(what: Any) -> Any:
        return lambda *args, **kwargs: seen.append((what.__name__, opened[0])) or what(*args, **kwargs)

    monkeypatch.setattr(db, "reading", counted)
    monkeypatch.setattr(road, "act", noted(act))
    monkeypatch.setattr(countdown, "of", noted(of))
    assert writer.get(f"/desk/items/{key}").status_code == 200
    assert sorted(seen) == [("act", 0), ("of", 0)]


# What was before


def test_saved_texts_show_what_differs(desk: Desk) -> None:
    writer = desk.person("writer")
    key = written(desk, writer, headline="Profit rose by 5 percent", body="The profit rose by 5 percent.\n\nStays.")
    assert (
        saved(
            writer,
            key,
            headline="Profit rose by 7 percent",
            body="The profit rose by **7** percent.\n\nStays.",
            places="Bakı",
        ).status_code
        == 303
    )
    page = writer.get(f"/desk/items/{key}/revisions")
    assert page.status_code == 200
    assert re.search(r"<del>.*?deleted.*?5.*?</del>.*?<ins>.*?inserted.*?7.*?</ins>", page.text, re.DOTALL)
    assert "Bakı" in page.text
    assert "From revision 1 to revision 2" in page.text
    back = writer.get(f"/desk/items/{key}/revisions?old=2&new=1")
    assert "From revision 1 to revision 2" in back.text
    for odd in ("?old=x&new=2", "?old=7&new=9", "?old=1&new=1", "?before=0", "?before=99999999999999"):
        assert writer.get(f"/desk/items/{key}/revisions{odd}").status_code == 200


def test_live_text_is_compared_with_the_newest(desk: Desk) -> None:
    key, writer = desk.item(), desk.person("writer")
    desk.act("publish", key)
    for headline in ("Two", "Three"):
        saved(writer, key, headline=headline)
    page = words(writer.get(f"/desk/items/{key}/revisions"))
    assert "From revision 1 to revision 3" in page
    assert "Live now" in page
    assert "A draft of ours" in words(desk.person("publisher").get(f"/desk/items/{key}/correct"))


def test_earlier_text_comes_back_as_a_new_one_on_top(desk: Desk) -> None:
    writer = desk.person("writer")
    key = written(desk, writer, headline="First", people="Leyla", categories=["innovation"])
    saved(writer, key, headline="Second", people="", categories=[], slug="elsewhere")
    page = writer.get(f"/desk/items/{key}/revisions/1/restore")
    assert "Put revision 1 back" in page.text
    base = re.search(r'name="base" value="(\d+)"', page.text)
    assert base
    assert writer.post(f"/desk/items/{key}/revisions/1/restore", {"base": base[1]}).status_code == 303
    head = desk.stands(key).head
    assert (head.number, head.headline, head.slug) == (3, "First", "elsewhere")
    assert [tag.name for tag in head.tags] == ["Leyla"]
    assert "Restored from revision 1" in words(writer.get(f"/desk/items/{key}/revisions"))
    assert writer.post(f"/desk/items/{key}/revisions/1/restore", {"base": "2"}).status_code == 409
    assert writer.post(f"/desk/items/{key}/revisions/3/restore", {"base": "3"}).status_code == 409
    assert writer.post(f"/desk/items/{key}/revisions/1/restore", {"base": "3"}).status_code == 409  # says the same
    assert writer.post(f"/desk/items/{key}/revisions/9/restore", {"base": "3"}).status_code == 404
    assert desk.stands(key).head.number == 3


def test_a_thousand_saved_texts_come_page_by_page(desk: Desk) -> None:
    key = desk.item()
    with db.transaction() as session:
        translation = standing.find(session, key)
        names = (
            "translation_id",
            "organisation_name",
            "slug",
            "about_heading",
            "about_html",
            "summary",
            "body_html",
            "created_at",
        )
        first = {name: getattr(translation.head, name) for name in names}
        session.add_all(Revision(**first, number=n, headline=f"Headline {n}") for n in range(2, 1001))
        session.flush()
        translation.head = session.scalars(select(Revision).where(Revision.number == 1000)).one()
    browser, seen, path = desk.person("writer"), [], f"/desk/items/{key}/revisions"
    while path:
        page = browser.get(path).text
        seen += [int(number) for number in re.findall(r'<th scope="row">Revision (\d+)</th>', page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(1000, 0, -1))


# Copies and templates


def test_copy_has_all_fields_and_an_address_of_its_own(desk: Desk) -> None:
    writer = desk.person("writer")
    key = written(desk, writer, headline="Words", summary="Sum.", people="Leyla", authors="Rashad", slug="own")
    answer = writer.post(f"/desk/items/{key}/copy")
    made = answer.headers["Location"].rsplit("/", 1)[1]
    old, new = desk.stands(key).head, desk.stands(made).head
    assert made != key
    for name in ("headline", "summary", "body_html", "organisation_id"):
        assert getattr(old, name) == getattr(new, name)
    assert [tag.name for tag in new.tags] == ["Leyla"]
    assert (new.slug, desk.stands(made).state) == ("words", "draft")


def test_template_is_kept_offered_changed_and_deleted(desk: Desk) -> None:
    writer, editor = desk.person("writer"), desk.person("editor")
    key = written(desk, writer, headline="Results of the quarter", people="Leyla", slug="own")
    assert editor.post(f"/desk/items/{key}/template", {"name": "Results"}).status_code == 303
    again = editor.post(f"/desk/items/{key}/template", {"name": "results"})
    assert again.status_code == 422
    assert "There is one of this name already" in words(again)
    with db.reading() as session:
        number = templates.all_templates(session)[0].id
    assert "Results" in words(writer.get("/desk/items/new"))
    form = fields(writer.get(f"/desk/items/new?template={number}"))
    assert (form["headline"], form["people"], form["slug"]) == (["Results of the quarter"], ["Leyla"], [""])
    assert writer.get("/desk/items/new?template=999").status_code == 200
    changed = editor.post(f"/desk/templates/{number}", {"name": "Quarter", "headline": "", "body": "Frame"})
    assert changed.status_code == 303
    assert fields(writer.get(f"/desk/items/new?template={number}"))["body"][0].strip() == "Frame"
    assert editor.post("/desk/templates/new", {"name": "", "body": "Kept words"}).status_code == 422
    assert editor.post(f"/desk/templates/{number}/delete").status_code == 303
    assert "No templates yet" in words(writer.get("/desk/templates"))


# The log


def test_log_tells_in_plain_words_and_filters(desk: Desk) -> None:
    admin, editor = desk.person("admin"), desk.person("editor")
    key = written(desk, editor, headline="Logged words")
    editor.post(f"/desk/items/{key}/approve", {"revision": "1"})
    page = words(admin.get("/desk/audit"))
    assert "approved revision 1" in page
    assert "Logged words" in page
    only = words(admin.get("/desk/audit?person=editor@example.org&action=approve"))
    assert "wrote a new item" not in only
    assert "approved revision 1" in only
    assert "No entries of this kind" in words(admin.get("/desk/audit?day=2001-01-01"))
    today = clock.now().date()
    assert any(
        "approved revision 1" in words(admin.get(f"/desk/audit?day={today + timedelta(days=n)}")) for n in (0, 1)
    )
    assert "wrote a new item" in words(editor.get(f"/desk/items/{key}/audit"))
    for odd in (
        "day=nonsense",
        "day=9999-12-31",
        "before=99999999999999999",
        "before=x",
        "person=" + "x" * 300,
        "item=%00",
    ):
        assert admin.get(f"/desk/audit?{odd}").status_code == 200


def test_log_comes_page_by_page_without_gap(desk: Desk) -> None:
    key = desk.item()
    with db.transaction() as session:
        for n in range(120):
            record.audit(session, SYSTEM, "comment", key, clock.now(), revision=n)
    admin, seen, path = desk.person("admin"), [], "/desk/audit?action=comment"
    while path:
        page = admin.get(path).text
        seen += [int(n) for n in re.findall(r"commented on revision (\d+)", page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(119, -1, -1))


def test_file_of_the_log_reckons_nothing_in_a_spreadsheet(desk: Desk) -> None:
    key = desk.item(headline="=HYPERLINK(1)")
    road.act(reviewing.comment, key, "x", actor=Actor(None, "+evil", "e", frozenset(("write",))))
    answer = desk.person("admin").get("/desk/audit.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "number"
    cells = [cell for row in rows[1:] for cell in row]
    assert {"'=HYPERLINK(1)", "'+evil"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    with db.reading() as session:
        assert len(rows) - 1 == len(session.scalars(select(Audit.id)).all())


def test_changed_entry_breaks_the_chain_and_the_page_says_where(desk: Desk) -> None:
    admin = desk.person("admin")
    assert "The chain is whole" in words(admin.post("/desk/audit/check", follow_redirects=True))
    with db.transaction() as session:  # Tables made from the models have no trigger in the way.
        third = session.scalars(select(Audit.id).order_by(Audit.id).offset(2)).first()
        session.execute(text("UPDATE audit SET actor = 'nobody' WHERE id = :id"), {"id": third})
    assert f"The chain is broken at entry {third}" in words(admin.post("/desk/audit/check", follow_redirects=True))


def test_long_log_is_checked_by_another_process_that_others_take_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "SHORT", 0)
    monkeypatch.setattr(chain, "STEP", 2)
    admin = desk.person("admin")
    shown = words(admin.post("/desk/audit/check", follow_redirects=True))
    upto = int(re.findall(r"under way: entry 0 of (\d+)", shown)[0])
    assert "whole" not in words(admin.post("/desk/audit/check", follow_redirects=True))  # the same one goes on
    begun = road.act(chain.take)
    assert begun
    with db.reading() as session:
        reached, seal, broken = chain.step(session, begun)
        assert not chain.waits(session, now=clock.now())
    road.act(chain.note, begun.id, reached, seal, broken)
    assert f"entry {reached} of {upto}" in words(admin.get("/desk/audit"))
    assert 0 < reached < upto
    later = clock.now() + chain.LOST + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert checks.finish(road.act(chain.take)).broken is None  # type: ignore[arg-type]
    assert f"whole up to entry {upto}" in words(admin.get("/desk/audit"))


def test_ticker_has_a_check_done_by_a_child(desk: Desk) -> None:
    assert jobs.run("check") == 0
    asked = road.act(chain.ask, actor=SYSTEM)
    with db.transaction() as session:  # An entry that was cut off while the check was under way.
        session.execute(text("DELETE FROM audit WHERE id >= :id"), {"id": asked.upto})
    assert jobs.run("check") == 1
    with db.reading() as session:
        done = chain.newest(session)
    assert done
    assert (done.broken, bool(done.done_at)) == (asked.upto, True)
    assert f"broken at entry {asked.upto}" in words(desk.person("admin").get("/desk/audit"))


def test_nobody_can_change_the_log_from_sql(instance: Any) -> None:
    prepare()
    with db.reading() as session:
        number = session.scalars(select(Audit.id).order_by(Audit.id)).first()
        before = session.execute(text("SELECT * FROM audit ORDER BY id")).all()
    assert number
    for sql in ("UPDATE audit SET actor = 'nobody'", "UPDATE audit SET seal = ''", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"), db.transaction() as session:
            session.execute(text(sql))
    with db.reading() as session:
        assert session.execute(text("SELECT * FROM audit ORDER BY id")).all() == before
        assert record.broken_seal(session) is None


# Keys


def test_verbs_take_the_revision_that_was_read(desk: Desk) -> None:
    key = desk.item()
    with pytest.raises(Stale):
        road.act(items.approve, key, base=7, actor=somebody("editor"))
    with db.reading() as session:
        assert session.scalars(select(Item.key).where(Item.key == key)).one()


@pytest.mark.parametrize("verb", ["correct", "update"])
def test_change_goes_out_as_the_text_that_was_seen(desk: Desk, verb: str) -> None:
    key, editor, writer = desk.item(), desk.person("publisher"), desk.person("writer")
    desk.act("publish", key)
    saved(writer, key, headline="Seen")
    assert 'name="revision" value="2"' in editor.get(f"/desk/items/{key}/{verb}").text
    saved(writer, key, headline="Seen by nobody")
    answer = editor.post(f"/desk/items/{key}/{verb}", {"note": "n", "when": "now", "revision": "2"})
    assert answer.status_code == 409
    assert "Writer saved revision 3" in words(answer)
    assert 'name="revision" value="3"' in answer.text
    assert desk.stands(key).pending is None
    assert editor.post(f"/desk/items/{key}/{verb}", {"note": "n", "when": "now", "revision": "3"}).status_code == 303


def test_correction_that_lacks_a_pictures_words_leads_to_the_pictures(desk: Desk) -> None:
    one = road.act(pictures.add, pictures.prepared(picture(), "a.jpg"), actor=SYSTEM)
    key, publisher = desk.item(), desk.person("publisher")
    desk.act("publish", key)
    captions = (Caption(one.key),)
    text = checked(ItemDraft(headline="Pictured", body_html="<p>Words.</p>", pictures=captions), ("en",))
    road.act(items.save, key, text, base=1, actor=SYSTEM)
    answer = publisher.post(f"/desk/items/{key}/correct", {"note": "n", "when": "now", "revision": "2"})
    assert answer.status_code == 422
    assert f'<a href="/desk/items/{key}#pictures">Pictures</a>' in answer.text
    assert 'href="#pictures"' not in answer.text
