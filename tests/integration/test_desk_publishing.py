"""The verbs as a press officer meets them: what is said before, what happens, what is said after."""

from datetime import timedelta

import pytest
from desk_newsroom import Desk, fields, words
from werkzeug.test import TestResponse

from feedsvc import clock, db, road
from feedsvc.models import Preference, Publication
from feedsvc.newsroom import items, preferences, public, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web import i18n


def test_publish_correct_and_withdraw(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, key = desk.person("publisher"), desk.item(headline="We open")
    asked = browser.get(f"/desk/items/{key}/release")
    assert "approves it in your name" in words(asked)
    assert desk.stands(key).state == "draft"
    assert browser.post(f"/desk/items/{key}/release", NOW).headers["Location"] == f"/desk/items/{key}"
    assert "Goes live at" in words(browser.get(f"/desk/items/{key}"))
    assert browser.get("/news/we-open").status_code == 404
    later(monkeypatch, 11)
    told = browser.get(f"/desk/items/{key}")
    assert "Live in 1 feed, " in words(told)
    assert "/news/we-open" in told.text
    assert browser.get("/news/we-open").status_code == 200

    sent = fields(browser.get(f"/desk/items/{key}")) | {"body": ["Other words."], "then": ["correct"]}
    answer = browser.client.post(f"/desk/items/{key}", data=sent)
    assert answer.headers["Location"] == f"/desk/items/{key}/correct"
    assert "Other words." not in browser.get("/news/we-open").text
    missing = browser.post(f"/desk/items/{key}/correct", {"note": "  "})
    assert missing.status_code == 422
    assert "readers will see it" in words(missing)
    assert browser.post(f"/desk/items/{key}/correct", {"note": "The words were wrong."}).status_code == 303
    assert "Other words." not in browser.get("/news/we-open").text
    later(monkeypatch, 11)
    assert "Corrected in 1 feed, " in words(browser.get(f"/desk/items/{key}"))
    public = browser.get("/news/we-open").text
    assert "Other words." in public
    assert "The words were wrong." in public

    assert browser.post(f"/desk/items/{key}/withdraw", {"reason": ""}).status_code == 422
    assert browser.post(f"/desk/items/{key}/withdraw", {"reason": "By mistake."}).status_code == 303
    assert browser.get("/news/we-open").status_code == 410
    assert "Out of 1 feed, " in words(browser.get(f"/desk/items/{key}"))
    history = words(browser.get(f"/desk/items/{key}"))
    for said in ("By mistake.", "The words were wrong.", "Revision 2"):
        assert said in history


NOW = {"when": "now"}


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Puts the newsroom's clock forward, and lets it run on from there."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))


def test_schedule_and_call_off(desk: Desk) -> None:
    browser, key = desk.person("publisher"), desk.item()
    there = i18n.local(clock.now() + timedelta(days=2))
    sent = {"day": there.date().isoformat(), "hour": "09:10:02"}
    assert browser.post(f"/desk/items/{key}/release", sent).status_code == 303
    assert "(Baku time), 05:10:02 UTC" in words(browser.get(f"/desk/items/{key}"))
    planned = desk.stands(key).pending
    assert planned
    assert planned.at.isoformat().endswith("T05:10:02+00:00")
    assert "09:10:02" in words(browser.get("/desk/items"))
    assert browser.post(f"/desk/items/{key}/unschedule").status_code == 303
    assert desk.stands(key).pending is None
    assert browser.post(f"/desk/items/{key}/unschedule").status_code == 409
    assert "Called off" in words(browser.get(f"/desk/items/{key}"))


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        ("2001-01-01", "09:00", "has passed"),
        ("2090-01-01", "09:00", "ten years"),
        ("x", "09:00", "not a date"),
        ("", "", "Choose a day and a time."),
    ],
)
def test_a_bad_moment_is_said_and_kept(desk: Desk, day: str, hour: str, said: str) -> None:
    browser, key = desk.person("publisher"), desk.item()
    answer = browser.post(f"/desk/items/{key}/release", {"when": "at", "day": day, "hour": hour})
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{day}"' in answer.text


@pytest.mark.parametrize("verb", ["release", "correct", "update", "unschedule"])
def test_what_cannot_be_done_now_is_a_plain_page(desk: Desk, verb: str) -> None:
    browser, key = desk.person("admin"), desk.seeded()
    sent = {"note": "x", "day": "2030-01-01", "hour": "09:00"}
    for answer in (browser.get(f"/desk/items/{key}/{verb}"), browser.post(f"/desk/items/{key}/{verb}", sent)):
        assert answer.status_code == 409
        assert f"/desk/items/{key}" in answer.text


def test_publishing_twice_publishes_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, key = desk.person("admin"), desk.item()
    assert browser.post(f"/desk/items/{key}/release", NOW).status_code == 303
    later(monkeypatch, 11)
    assert browser.post(f"/desk/items/{key}/release", NOW).status_code == 409
    with db.reading() as session:
        assert session.query(Publication).filter_by(translation_id=desk.stands(key).translation.id).count() == 1


def test_the_hold_is_seen_everywhere_and_says_the_truth(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor, publisher, key = desk.person("editor"), desk.person("publisher"), desk.item(headline="Held back")
    assert editor.post("/desk/hold", {"reason": "Wrong date"}).status_code == 303
    for path in ("/desk/items", f"/desk/items/{key}", "/desk/items/new"):
        page = words(editor.get(path))
        assert "Everything is held" in page
        assert "Editor stopped it" in page
        assert "Wrong date" in page
    assert "/desk/unhold" not in editor.get("/desk/items").text
    assert "/desk/unhold" in publisher.get("/desk/items").text
    assert "when the hold is lifted" in words(publisher.get(f"/desk/items/{key}/release"))
    publisher.post(f"/desk/items/{key}/release", NOW)
    later(monkeypatch, 11)
    assert "Ready, and held" in words(publisher.get(f"/desk/items/{key}"))
    assert publisher.get("/news/held-back").status_code == 404
    publisher.post("/desk/unhold")
    assert "live now" in words(publisher.get("/desk/items"))
    assert publisher.get("/news/held-back").status_code == 200


def test_a_saved_change_of_a_live_item_is_nowhere_outside(desk: Desk) -> None:
    browser, key = desk.person("writer"), desk.seeded()
    sent = fields(browser.get(f"/desk/items/{key}")) | {"headline": ["Canary headline"]}
    browser.client.post(f"/desk/items/{key}", data=sent)
    assert "Unpublished changes" in words(browser.get("/desk/items"))
    assert "Canary" in browser.get(f"/desk/items/{key}/preview").text
    for path in ("/", "/archive", "/news/bakcell-media-trip-karabakh", "/feeds/news"):
        assert "Canary" not in browser.get(path).text


def test_a_correction_can_be_planned(desk: Desk) -> None:
    browser, key = desk.person("publisher"), desk.seeded()
    browser.client.post(f"/desk/items/{key}", data=fields(browser.get(f"/desk/items/{key}")) | {"headline": ["Other"]})
    day = i18n.local(clock.now() + timedelta(days=3)).date().isoformat()
    assert (
        browser.post(f"/desk/items/{key}/correct", {"note": "A note.", "day": day, "hour": "10:00"}).status_code == 303
    )
    here = desk.stands(key)
    assert here.pending
    assert here.pending.kind == "correct"
    assert here.live
    with db.reading() as session:
        assert not publishing.is_held(session)


def test_an_item_is_dated_as_readers_see_it_without_its_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key, dates = desk.item(), []
    desk.act("publish", key)
    for number, verb in enumerate(("correct", "update"), 1):
        made = road.act(items.save, key, checked(ItemDraft(headline=verb), ("en",)), base=number, actor=SYSTEM)
        desk.act(verb, key, *(["Why."] if verb == "correct" else []))
        with db.reading() as session:
            shown = public.of_translation(session, made.id, now=clock.now())
            assert shown
            dates.append((shown.published, shown.updated))
    assert dates[0] == dates[1]
    assert dates[0][0] < dates[0][1]
    monkeypatch.setattr(public, "of_translation", None)
    here = desk.stands(key)
    assert (here.published_at, here.updated_at) == dates[0]
    desk.act("withdraw", key, "Wrong.")
    assert (desk.stands(key).published_at, desk.stands(key).updated_at) == (None, None)


def bar(page: TestResponse) -> list[tuple[str, str]]:
    """The buttons of an item's bar that lead on: verb and title, the main one last."""
    import lxml.html

    found = lxml.html.document_fromstring(page.text).xpath("//span[@id='forward']/button")
    assert "primary" in found[-1].get("class")
    return [(one.get("value"), one.text_content()) for one in found]


def test_a_live_item_says_at_once_what_to_do_with_a_wrong_figure(desk: Desk) -> None:
    key = desk.item(headline="We open", body_html="<p>120 people.</p>")
    desk.act("publish", key)
    publisher, writer = desk.person("publisher"), desk.person("writer")
    opened = publisher.get(f"/desk/items/{key}")
    assert bar(opened) == [("update", "Fix a typing error…"), ("correct", "Correct with a note…")]
    assert "Mend it here" in words(opened)
    assert "Hand in for review" not in words(opened)  # there is nothing to review
    assert bar(writer.get(f"/desk/items/{key}")) == [("submit", "Hand in the correction…")]

    pressed = fields(opened) | {"then": ["correct"]}
    back = publisher.client.post(f"/desk/items/{key}", data=pressed, follow_redirects=True)
    assert back.status_code == 200
    assert "Change what is wrong in it, then press the button once more." in words(back)
    assert bar(back) == bar(opened)

    sent = fields(writer.get(f"/desk/items/{key}")) | {"body": ["210 people."], "then": ["submit"]}
    assert writer.client.post(f"/desk/items/{key}", data=sent).headers["Location"] == f"/desk/items/{key}/submit"
    assert writer.post(f"/desk/items/{key}/submit", {"to": "", "note": ""}).status_code == 303
    assert bar(desk.person("editor").get(f"/desk/items/{key}")) == [("approve", "Approve the correction…")]
    assert bar(writer.get(f"/desk/items/{key}")) == [("submit", "Hand in the correction again…")]
    assert bar(publisher.get(f"/desk/items/{key}"))[-1] == ("correct", "Correct with a note…")
    assert "120 people." in publisher.get("/news/we-open").text


def test_a_planned_correction_is_called_off_from_the_bar(desk: Desk) -> None:
    key, publisher = desk.item(headline="We open"), desk.person("publisher")
    desk.act("publish", key)
    text = checked(ItemDraft(headline="We open", body_html="<p>Two.</p>"), ("en",))
    road.act(items.save, key, text, base=1, actor=SYSTEM)
    desk.act("correct", key, "A note.", publish_at=clock.now() + timedelta(hours=2))
    opened = publisher.get(f"/desk/items/{key}")
    assert bar(opened) == [("unschedule", "Call off what is planned…")]
    answer = publisher.client.post(f"/desk/items/{key}", data=fields(opened) | {"then": ["unschedule"]})
    assert answer.headers["Location"] == f"/desk/items/{key}/unschedule"
    stale = publisher.client.post(
        f"/desk/items/{key}", data=fields(opened) | {"then": ["correct"]}, follow_redirects=True
    )
    assert "Call it off first." in words(stale)


def test_own_words_under_the_two_person_rule_are_handed_in_from_the_bar(desk: Desk) -> None:
    with db.transaction() as session:
        session.add(Preference(name=preferences.TWO_PERSON, value=True))
    key, publisher = desk.item(headline="We open"), desk.person("publisher")
    desk.act("publish", key)
    opened = publisher.get(f"/desk/items/{key}")
    assert bar(opened) == [("submit", "Hand in the correction…")]
    assert bar(publisher.get("/desk/items/new")) == [("submit", "Hand in for review…")]
    pressed = fields(opened) | {"body": ["Other words."], "then": ["correct"]}
    back = publisher.client.post(f"/desk/items/{key}", data=pressed, follow_redirects=True)
    assert "two people look at every text" in words(back)
    assert "Editor" in words(back)


def test_a_new_text_goes_on_without_a_stop_at_the_draft(desk: Desk) -> None:
    for role, way, page in (
        ("publisher", ("release", "Publish…"), "release"),
        ("writer", ("submit", "Hand in for review…"), "submit"),
    ):
        person = desk.person(role)
        opened = person.get("/desk/items/new")
        assert bar(opened) == [way]
        sent = fields(opened) | {"headline": [f"By a {role}"], "body": ["Words."], "then": [way[0]]}
        answer = person.client.post("/desk/items/new", data=sent)
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith(f"/{page}")
        assert person.get(answer.headers["Location"]).status_code == 200


def test_what_was_taken_back_is_not_offered_to_be_taken_back_again(desk: Desk) -> None:
    out, gone = desk.item(headline="Out"), desk.item(headline="Gone")
    for key in (out, gone):
        desk.act("publish", key)
    road.act(
        items.save, out, checked(ItemDraft(headline="Out", body_html="<p>Two.</p>"), ("en",)), base=1, actor=SYSTEM
    )
    desk.act("correct", out, "A note.")
    desk.act("withdraw", gone, "By mistake.")
    page = desk.person("publisher").get("/desk/hold").text
    assert page.count(f"/desk/items/{out}/withdraw") == 1
    assert f"/desk/items/{gone}/withdraw" not in page


def test_what_is_planned_is_not_called_published(desk: Desk) -> None:
    key, publisher = desk.item(headline="We open"), desk.person("publisher")
    desk.act("schedule", key, clock.now() + timedelta(hours=2))
    page = words(publisher.get(f"/desk/items/{key}"))
    assert "Goes live Planned" in page
    assert "Published Planned" not in page
    assert "Hand in for review" not in page  # it goes out as it stands
    desk.act("unschedule", key)
    assert "Goes live Called off" in words(publisher.get(f"/desk/items/{key}"))
