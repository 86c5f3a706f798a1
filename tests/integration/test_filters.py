"""Saved filters: a feed of what an editor chose, and of nothing else, at every moment; one address; the same headers as any feed."""

import json
import os
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from apps import application
from click.testing import CliRunner
from test_scopes import CATEGORIES, START, TAGS, Clock, one_step, past, time, written
from werkzeug.test import Client, TestResponse

from feedsvc import clock, settings
from feedsvc.cli import cli
from feedsvc.db import reading
from feedsvc.errors import Invalid, NotAllowed
from feedsvc.feeds import bulk, filtered, which
from feedsvc.newsroom import chosen, composing, filters, indexing, listing, publishing
from feedsvc.newsroom import subjects as taxonomy
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.drafts import Checked, TagName
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.road import act
from feedsvc.web.front import front

__all__ = ["time"]

EN = ("en",)


@pytest.fixture
def client(time: Clock, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "seconds", lambda: time.now.timestamp())  # noqa: PLW0108  # it moves
    with reading() as session:
        seeded = listing.newest(session, "en", now=time.now, limit=1)[0].item_key
    act(publishing.withdraw, seeded, "Out of the way.", actor=SYSTEM)
    app: Any = application()
    return Client(front(app.wsgi_app))


def made(name: str = "Chosen", **fields: Any) -> Any:
    return act(filters.add, Choice(name=name, **fields), settings.current().languages, actor=SYSTEM)


def changed(row: Any, **fields: Any) -> None:
    choice = replace(filters.choice_of(row), **fields)
    act(filters.change, row.id, choice, settings.current().languages, actor=SYSTEM)


def titles(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry.title for entry in feedparser.parse(answer.get_data()).entries]


def random_choice(chance: random.Random) -> Choice:
    scopes = [f"tag/{name.lower()}" for name in TAGS if chance.random() < 0.3]
    scopes += [f"category/{name.lower()}" for name in CATEGORIES if chance.random() < 0.3]
    scopes += ["author/aysel-memmedova"] if chance.random() < 0.2 else []
    return Choice(name="x", scopes=tuple(scopes), words=chance.choice(("", "", "text", "text 7", "shusha")))


@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "1"))))
def test_a_choice_is_what_its_words_say_at_every_moment(time: Clock, seed: int) -> None:
    """Held against all that is public, text by text, through publishing, correcting, withdrawing, holding and plans."""
    chance, keys, met = random.Random(seed), list[str](), 0
    for number in range(30):
        time.go(microseconds=chance.choice((1, 10**6, 5 * 10**6, 31 * 10**6)))
        one_step(keys, chance, time, number)
        while act(indexing.catch_up):
            pass
        with reading() as session:
            news = listing.newest(session, "en", now=time.now, limit=1000)
            for _ in range(3):
                choice = random_choice(chance)
                kinds = composing.followed(session, choice.scopes)
                expected = [o.publication_id for o in news if filtered.is_about(choice, kinds, o.revision, "en")]
                found = chosen.outlines(session, choice, EN, now=time.now, limit=1000)
                assert [one.publication_id for one in found] == expected, (seed, number, choice)
                met += bool(choice.scopes and expected)
                if not choice.words:  # The index of words follows the clock; the rest is the same at any moment.
                    later = time.now + timedelta(seconds=70)
                    ahead = listing.newest(session, "en", now=later, limit=1000)
                    expected = [o.publication_id for o in ahead if filtered.is_about(choice, kinds, o.revision, "en")]
                    found = chosen.outlines(session, choice, EN, now=later, limit=1000)
                    assert [one.publication_id for one in found] == expected, (seed, number, choice)
    assert met > 5


def test_one_of_each_kind_that_is_named(time: Clock) -> None:
    """Any subject of a kind, and a subject of every kind."""
    robots, cables = TagName("Robots"), TagName("Cables")
    both = written("Both", categories=("Innovation",), tags=(robots,))
    other = written("Other", categories=("Network",), tags=(robots, cables))
    for key in (
        both,
        other,
        written("Category alone", categories=("Innovation",)),
        written("Tag alone", tags=(robots,)),
    ):
        act(publishing.publish, key, actor=SYSTEM)
        time.go(seconds=1)
    for scopes, headlines in (
        (("category/innovation", "tag/robots"), ["Both"]),
        (("category/innovation", "category/network", "tag/robots"), ["Other", "Both"]),
        (("category/innovation", "category/network", "tag/cables"), ["Other"]),
    ):
        with reading() as session:
            found = chosen.outlines(session, Choice(name="x", scopes=scopes), EN, now=time.now, limit=9)
            shown = listing.of_publications(session, [one.publication_id for one in found], now=time.now)
            by_number = {one.publication_id: one.revision.headline for one in shown}
            assert [by_number[one.publication_id] for one in found] == headlines


def test_its_feed_answers_as_every_feed_does(time: Clock, client: Client) -> None:
    for number in range(3):
        act(publishing.publish, written(f"Robots {number}", categories=("Innovation",)), actor=SYSTEM)
        act(publishing.publish, written(f"Cables {number}", categories=("Network",)), actor=SYSTEM)
    made("Robots & us", scopes=("category/innovation",))
    for suffix, kind in (
        ("atom", "application/atom+xml"),
        ("rss", "application/rss+xml"),
        ("json", "application/feed+json"),
    ):
        path = f"/feeds/filter/robots-us.{suffix}"
        time.go(
            seconds=30
        )  # six changes within a second are dated seconds apart, and ahead of them nobody is told "unchanged"
        answer, other = client.get(path), client.get(f"/feeds/news.{suffix}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(kind)
        assert {name for name, _ in answer.headers} == {name for name, _ in other.headers}
        for name in ("Cache-Control", "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
            assert answer.headers[name] == other.headers[name]
        assert "Set-Cookie" not in answer.headers
        assert f'<http://newsroom.test{path}>; rel="self"' in answer.headers["Link"]
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["ETag"] == answer.headers["ETag"][:-1] + '-gz"'
        for headers in (
            {"If-None-Match": answer.headers["ETag"]},
            {"If-None-Match": f'"x", W/{answer.headers["ETag"]}'},
            {"If-Modified-Since": answer.headers["Last-Modified"]},
        ):
            assert client.get(path, headers=headers).status_code == 304
        assert client.head(path).headers["ETag"] == answer.headers["ETag"]
        assert client.head(path).get_data() == b""
        assert client.options(path).status_code == 204
        assert client.post(path).status_code == 405
        led = client.get(path, headers={"Sec-Fetch-Dest": "document"})
        assert (led.status_code, led.headers["Location"]) == (303, "http://newsroom.test/feeds/filter/robots-us")
        assert client.get(f"{path}?raw=1&x=y", headers={"Sec-Fetch-Dest": "document"}).get_data() == answer.get_data()
    assert titles(client.get("/feeds/filter/robots-us.atom")) == ["Robots 2", "Robots 1", "Robots 0"]
    ids = {client.get(f"/feeds/filter/robots-us.{s}").text.count("urn:uuid:") for s in ("atom", "rss")}
    assert ids == {4, 3}
    assert client.get("/feeds/filter/robots-us/archive/1.atom").status_code == 404
    assert client.get("/feeds/filter/nothing.atom").status_code == 404


def test_plans_appear_at_their_moment_and_withdrawals_at_once(time: Clock, client: Client) -> None:
    made("Robots", scopes=("category/innovation",), words="walks")
    made("Everything else")
    path = "/feeds/filter/robots.atom"
    key = written("A robot walks", categories=("Innovation",))
    act(publishing.schedule, key, time.now + timedelta(minutes=5), actor=SYSTEM)
    time.go(seconds=9)
    before = client.get(path)
    assert titles(before) == []
    time.go(seconds=290)
    still = client.get(path)
    assert (still.get_data(), still.headers["Last-Modified"]) == (before.get_data(), before.headers["Last-Modified"])
    assert "robot" not in client.get("/feeds/filter/everything-else.atom").text.lower()
    time.go(seconds=1)
    assert titles(client.get(path)) == ["A robot walks"]
    assert titles(client.get("/feeds/filter/everything-else.atom")) == ["A robot walks"]
    since = {"If-Modified-Since": before.headers["Last-Modified"]}
    assert client.get(path, headers=since).status_code == 200
    time.go(seconds=40)
    act(publishing.withdraw, key, "A mistake.", actor=SYSTEM)
    assert titles(client.get(path)) == []
    assert titles(client.get("/feeds/filter/everything-else.atom")) == []


def test_a_feed_of_words_never_hides_what_search_takes_in_late(
    time: Clock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the index is behind, the date that a reader is given is passed by when it has caught up."""
    made("Robots", words="robots")
    path = "/feeds/filter/robots.atom"
    act(publishing.schedule, written("Robots walk"), time.now + timedelta(seconds=10), actor=SYSTEM)
    client.get(path)
    time.go(seconds=20)
    with monkeypatch.context() as stopped:
        stopped.setattr(indexing, "catch_up_lately", lambda *_args, **_more: 0)
        late = client.get(path)
        assert titles(late) == []
    since = {"If-Modified-Since": late.headers["Last-Modified"]}
    assert titles(client.get(path, headers=since)) == ["Robots walk"]


def test_whoever_asks_by_date_alone_misses_no_change(time: Clock, client: Client) -> None:
    """Changes of the filter, of names and of news, several within a second, seen from copies of every age."""
    act(publishing.publish, written("One", categories=("Innovation",)), actor=SYSTEM)
    second = written("Two", categories=("Network",))
    row = made("Mine", scopes=("category/innovation",))
    path = "/feeds/filter/mine.atom"
    deeds: list[Any] = [
        lambda: changed(row, scopes=("category/network",)),
        lambda: act(publishing.publish, second, actor=SYSTEM),
        lambda: changed(row, name="Yours"),
        lambda: act(taxonomy.rename, "category", "network", name="Net", actor=SYSTEM),
        lambda: act(publishing.withdraw, second, "Wrong.", actor=SYSTEM),
        lambda: act(bulk.bring_in, [past(9, START - timedelta(days=1))], actor=SYSTEM),
        lambda: changed(row, full=False),
    ]
    copies: list[tuple[bytes, str]] = []
    for pause in (0.0, 0.2, 1.0, 5.0):
        for deed in deeds:
            deed() if pause == 0.0 or deed in (deeds[0], deeds[2], deeds[6]) else changed(row, most=int(pause * 10) + 1)
            for _ in range(2):
                answer = client.get(path)
                for body, date in copies:
                    again = client.get(path, headers={"If-Modified-Since": date})
                    assert again.status_code == 200 or body == answer.get_data()
                copies.append((answer.get_data(), answer.headers["Last-Modified"]))
                time.go(seconds=pause)
    assert len({body for body, _ in copies}) >= 5
    time.go(seconds=9)
    answer = client.get(path)
    assert client.get(path, headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304


def test_a_subject_that_moves_takes_the_filter_along(time: Clock, client: Client) -> None:
    act(publishing.publish, written("One", categories=("Innovation",)), actor=SYSTEM)
    act(publishing.publish, written("Two", categories=("Network",)), actor=SYSTEM)
    made("Mine", scopes=("category/innovation",))
    path = "/feeds/filter/mine.atom"
    act(taxonomy.rename, "category", "innovation", name="Novelty", new_slug="novelty", actor=SYSTEM)
    assert titles(client.get(path)) == ["One"]
    act(taxonomy.merge, "category", "novelty", "network", actor=SYSTEM)
    assert titles(client.get(path)) == ["Two", "One"]
    act(taxonomy.remove, "category", "network", actor=SYSTEM)
    assert titles(client.get(path)) == [], "a filter whose last subject went must not become a feed of everything"


def test_a_name_that_nobody_may_know_of_moves_no_date(time: Clock, client: Client) -> None:
    act(publishing.publish, written("One", categories=("Innovation",)), actor=SYSTEM)
    made("Mine")
    key = written("Planned", categories=("Hidden",))
    act(publishing.schedule, key, time.now.replace(microsecond=0) + timedelta(hours=1), actor=SYSTEM)
    time.go(seconds=30)
    before = client.get("/feeds/filter/mine.atom")
    act(taxonomy.rename, "category", "hidden", name="Buried", new_slug="buried", actor=SYSTEM)
    time.go(seconds=30)
    after = client.get("/feeds/filter/mine.atom")
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"]
    assert after.data == before.data
    act(taxonomy.rename, "category", "innovation", name="Novelty", new_slug="novelty", actor=SYSTEM)
    time.go(seconds=30)
    assert client.get("/feeds/filter/mine.atom").headers["Last-Modified"] != before.headers["Last-Modified"]


def test_composing_goes_on_with_the_names_of_today_and_drops_none(time: Clock, client: Client) -> None:
    act(publishing.publish, written("One", categories=("Innovation",)), actor=SYSTEM)
    act(publishing.publish, written("Two", categories=("Network",)), actor=SYSTEM)
    row = made("Mine", scopes=("category/innovation", "author/aysel"))
    act(taxonomy.rename, "category", "innovation", name="Novelty", new_slug="novelty", actor=SYSTEM)
    with reading() as session:
        assert filters.composed(session, filters.find(session, row.id)).scopes == ("category/novelty", "author/aysel")
    act(taxonomy.remove, "category", "novelty", actor=SYSTEM)
    with reading() as session:
        kept = filters.composed(session, filters.find(session, row.id))
    assert kept.scopes == ("category/innovation", "author/aysel")
    act(filters.change, row.id, replace(kept, name="Yours"), settings.current().languages, actor=SYSTEM)
    assert titles(client.get("/feeds/filter/mine.atom")) == []


def test_an_item_of_several_languages_stands_once(time: Clock, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_LANGUAGES", "en,az")
    settings.current.cache_clear()
    act(which.ensure, ("en", "az"))
    both = tuple(Checked(headline=f"In {code}", body_html="<p>Text</p>", language=code) for code in ("en", "az"))
    alone = Checked(headline="Alone", body_html="<p>Text</p>", language="az")
    act(bulk.bring_in, [Past(START, both), Past(START - timedelta(hours=1), (alone,))], actor=SYSTEM)
    made("Both", languages=("az", "en"))
    assert titles(client.get("/feeds/filter/both.atom")) == ["In az", "Alone"]
    made("Worded", languages=("en", "az"), words="text")
    while act(indexing.catch_up):
        pass
    assert titles(client.get("/feeds/filter/worded.atom")) == ["In en", "Alone"]


def test_it_says_the_terms_of_every_feed(time: Clock, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_AI_USE", "refused")
    settings.current.cache_clear()
    made("Mine")
    said = json.loads(client.get("/feeds/filter/mine.json").text)["_rights"]
    assert said["ai_use"] == "refused"
    assert said["terms"]


def test_one_feed_has_one_address_and_ends_with_410(
    time: Clock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(publishing.publish, written("One"), actor=SYSTEM)
    row = made("Mine", scopes=())
    page = client.get("/feeds/filter/mine")
    assert page.status_code == 200
    assert "Mine" in page.text
    assert "/feeds/filter/mine.atom" in client.get("/feeds").text
    assert "/feeds/filter/mine.atom" in client.get("/feeds.opml").text
    changed(row, listed=False)
    assert client.get("/feeds/filter/mine.atom").status_code == 404
    assert client.get("/feeds/filter/mine").status_code == 404
    assert "filter/mine" not in client.get("/feeds").text + client.get("/feeds.opml").text
    changed(row, listed=True, ended=True)
    assert client.get("/feeds/filter/mine.atom").status_code == 410
    assert client.get("/feeds/filter/mine").status_code == 410
    assert "filter/mine" not in client.get("/feeds").text + client.get("/feeds.opml").text
    with pytest.raises(Invalid) as refused:
        made("Mine")
    assert refused.value.problems["slug"][0] == "filter_slug_taken"
    changed(row, ended=False)
    assert titles(client.get("/feeds/filter/mine.atom")) == ["One"]
    assert "filter/mine" in CliRunner().invoke(cli, ["feeds", "list"]).output


def test_summaries_and_entries_without_pictures(time: Clock, client: Client) -> None:
    body = '<p>A long text with <b>words</b>.</p><p><img src="https://x.example/a.png" alt="Tower"></p>'
    act(publishing.publish, written("One", summary="In short & sweet", body_html=body), actor=SYSTEM)
    made("Short", full=False)
    made("Plain", pictures=False)
    short = json.loads(client.get("/feeds/filter/short.json").text)["items"][0]
    assert short["content_html"] == "<p>In short &amp; sweet</p>"
    plain = json.loads(client.get("/feeds/filter/plain.json").text)["items"][0]
    assert "A long text with <b>words</b>." in plain["content_html"]
    assert "<img" not in plain["content_html"]
    assert short["id"] == plain["id"] == json.loads(client.get("/feeds/news.json").text)["items"][0]["id"]


def test_count_is_what_was_chosen(time: Clock, client: Client) -> None:
    act(bulk.bring_in, [past(n, START - timedelta(minutes=n)) for n in range(70)], actor=SYSTEM)
    made("Seven", most=7)
    made("Many", most=60)
    assert titles(client.get("/feeds/filter/seven.rss")) == [f"Release {n}" for n in range(7)]
    assert len(titles(client.get("/feeds/filter/many.atom"))) == 60


REFUSED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"name": " "}, "name", "missing"),
    ({"name": "x" * 121}, "name", "too_long"),
    ({"slug": "No Way"}, "slug", "slug_form"),
    ({"scopes": ("category/nothing",)}, "scopes", "unknown_subject"),
    ({"scopes": ("planet/mars",)}, "scopes", "unknown_subject"),
    ({"scopes": tuple(f"author/a{n}" for n in range(101))}, "scopes", "too_many"),
    ({"languages": ("xx",)}, "languages", "unknown_language"),
    ({"words": "!!!"}, "words", "no_words_to_find"),
    ({"words": "x" * 201}, "words", "too_long"),
    ({"most": 0}, "most", "out_of_range"),
    ({"most": 201}, "most", "out_of_range"),
    ({"profile": "telex"}, "profile", "unknown_profile"),
)


def test_a_choice_that_cannot_be_is_refused_by_name(time: Clock) -> None:
    for fields, field, code in REFUSED:
        with pytest.raises(Invalid) as refused:
            made(**{"name": "Fine", **fields})
        assert refused.value.problems[field][0] == code, fields


def test_who_may_not_name_subjects_may_not_compose(time: Clock) -> None:
    writer = Actor(None, "w@example.org", "W", frozenset(("read", "write")))
    with pytest.raises(NotAllowed):
        act(filters.add, Choice(name="x"), EN, actor=writer)
