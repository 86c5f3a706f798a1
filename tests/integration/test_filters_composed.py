"""Saved filters as editors and programs compose them, and the profiles that they are held to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from api_client import Api
from click.testing import CliRunner
from desk_newsroom import Desk, words

from feedsvc import clock, db, road
from feedsvc.cli import cli
from feedsvc.feeds import assemble, caps, filtered, which
from feedsvc.newsroom import filters
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.profiles import PROFILES
from feedsvc.newsroom.workflow import SYSTEM

LONG = "A headline that says just what has happened here"


def test_an_editor_looks_before_saving_and_readers_have_it_at_once(desk: Desk) -> None:
    road.act(which.ensure, ("en",))
    key = desk.item(headline="Robots learn to knit", body_html="<p>Words.</p>", categories=("Innovation",), tags=())
    desk.act("publish", key)
    assert desk.person("writer").get("/desk/feeds").status_code == 403
    editor = desk.person("editor")
    form = {
        "name": "Knitting & more",
        "scopes": ["category/innovation"],
        "words": "robot",
        "profile": "msn",
        "most": "50",
    }
    looked = editor.post("/desk/feeds/new", {**form, "look": "1"})
    assert looked.status_code == 200
    said = words(looked)
    assert "Robots learn to knit" in said
    assert "Its headline has 20 characters. MSN asks for at least 21." in said
    assert "Nothing is saved yet." in said
    assert desk.stranger().get("/feeds/filter/knitting-more").status_code == 404

    wrong = editor.post("/desk/feeds/new", {**form, "subjects": "Unheard of"})
    assert wrong.status_code == 422
    assert "There is none called “Unheard of”" in words(wrong)
    assert "Unheard of" in wrong.text

    made = editor.post("/desk/feeds/new", form)
    assert made.status_code == 303
    assert "Knitting & more" in words(editor.get("/desk/feeds"))
    page = desk.stranger().get("/feeds/filter/knitting-more")
    assert "Robots learn to knit" in words(page)
    assert "/feeds/filter/knitting-more.atom" in page.text
    ended = editor.post(made.headers["Location"], {**form, "ended": "1"})
    assert ended.status_code == 303
    assert desk.stranger().get("/feeds/filter/knitting-more").status_code == 410
    assert "Ended" in words(editor.get("/desk/feeds"))


def test_a_program_does_the_same(desk: Desk) -> None:
    road.act(which.ensure, ("en",))
    desk.act("publish", desk.item(headline="Robots knit", categories=("Innovation",)))
    api = Api()
    new = {"name": "Chosen", "scopes": ["category/innovation"], "most": 7}

    def got(method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        answer = api(method, f"/api/v1/filters{path}", body, **headers)
        assert answer.status_code == status, answer.text
        return answer

    assert got("POST", "/preview", new).get_json()["items"]
    made = got("POST", "", new, 201)
    number, tag = made.get_json()["id"], made.headers["ETag"]
    assert made.get_json()["url"].endswith("/feeds/filter/chosen")
    assert got("GET", f"/{number}").get_json() == made.get_json()
    assert [one["slug"] for one in got("GET", "").get_json()["filters"]] == ["chosen"]
    got("POST", "", {**new, "scopes": ["category/unheard-of"]}, 422)
    got("PATCH", f"/{number}", {"full": False}, 412, If_Match='"x"')
    changed = got("PATCH", f"/{number}", {"profile": "low"}, If_Match=tag)
    assert (changed.get_json()["most"], changed.get_json()["full"]) == (20, False)
    ended = got("PATCH", f"/{number}", {"ended": True}, If_Match=changed.headers["ETag"]).get_json()
    assert (ended["ended"], ended["url"]) == (True, None)


def lint() -> str:
    return CliRunner().invoke(cli, ["feeds", "lint"]).output


def test_each_profile_is_held_to_what_its_consumer_documents(desk: Desk) -> None:
    """An item that breaks a rule is told by name; one that keeps it is not."""
    road.act(which.ensure, ("en",))
    desk.act("withdraw", desk.seeded(), "Out of the way.")
    good = desk.item(headline=LONG, summary="S" * 400, body_html="<p>Words.</p>")
    bad = desk.item(headline="X" * 160, summary="", body_html="<p>Short.</p>")
    desk.act("publish", good)
    made = road.act(filters.add, Choice(name="msn", profile="msn"), ("en",), actor=SYSTEM)
    assert "MSN takes" not in lint()
    desk.act("publish", bad)
    assert "Its headline has 160 characters. MSN takes at most 150." in lint()
    desk.act("withdraw", bad, "Again.")
    assert "MSN takes" not in lint()
    road.act(filters.change, made.id, Choice(name="msn", ended=True), ("en",), actor=SYSTEM)
    road.act(filters.add, Choice(name="few", profile="flipboard"), ("en",), actor=SYSTEM)
    said = lint()
    assert "The feed carries 1 items. Flipboard asks for at least 30." in said
    assert "no picture of at least 400 pixels" in said
    with db.reading() as session:
        (shown,) = caps.carried(session, Choice(name="x"), "en", now=clock.now(), limit=9)
        entry = assemble.entry(shown)
    for length, lacks in ((299, True), (300, False)):
        tried = replace(entry, summary="", content_html=f"<p>{'x' * length}</p>")
        found = [one.code for one in caps._lacks(PROFILES["flipboard"], tried, clock.now())]
        assert ("short_text" in found) is lacks


def test_low_bandwidth_is_within_its_bytes_and_a_wire_desk_has_no_pictures(desk: Desk) -> None:
    road.act(which.ensure, ("en",))
    for number in range(25):
        key = desk.item(headline=f"Item {number}", summary="Ə" * 280, body_html="<p>" + "Long words. " * 2_000 + "</p>")
        desk.act("publish", key)
    with db.reading() as session:
        now = clock.now()
        for name, most in (("low", 20), ("wire", 26), ("readers", 26)):
            profile = PROFILES[name]
            choice = Choice(name=name, full=profile.full, pictures=profile.pictures, most=profile.most, profile=name)
            for suffix in ("atom", "rss", "json"):
                found = filtered.carried(session, choice, "en", suffix, now=now)
                size = sum(len(one.bytes[suffix]) for one in found)
                assert 10 <= len(found) <= most
                assert not profile.document_bytes or size <= profile.document_bytes
        old = Choice(name="x", profile="msn", most=20)
        shown = caps.carried(session, old, "en", now=now, limit=20)
        later = now + timedelta(days=400)
        assert {one.code for _, one in caps.of_items(old, shown, now=later)} >= {"old", "short_title"}
        assert "old" not in {one.code for _, one in caps.of_items(old, shown, now=now)}
        assert not list(caps.of_items(Choice(name="x"), shown, now=later))
