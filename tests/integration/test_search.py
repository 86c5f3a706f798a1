"""Search as readers meet it: what is public is found by its words, and nothing else is, in every form and language."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import databases
import feedparser
import lxml.html
import pytest
from api_client import Api
from click.testing import CliRunner
from databases import Database
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import delete, func, select, update
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from feedsvc import clock, db, jobs, road, settings
from feedsvc.cli import cli
from feedsvc.feeds import bulk
from feedsvc.models import Change, Feed, Searchable, Wording
from feedsvc.newsroom import finding, indexing, items, postings, publishing, searching, standing, subjects
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.drafts import Checked, ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare
from feedsvc.web import seeking

BASE = "https://news.example.com"
NASTY = (
    '"', "'", "''", '"""', "*", "a*", "*a", "(", ")", "((a", "a OR", "OR", "AND", "NOT", "NOT a", "NEAR(a b, 2)", "a:b", "words:a", "^a", "-a", "+a",
    "a & b", "a | !b", "!", "<->", "a <2> b", ":*", "a:*", "\\", "\\'", "%", "_", "__len", "_len", "_category-1", "a;b", "--", "/*", "{a}", "[a]", "\0", "a\0b", "\x01",
    "\ud800", "🙂", "日本語", "ﷺ" * 100, "İIıi", "e\u0301" * 200, "½ ² Ⅷ", "١٢٣", "\u202e\u2066", "<script>alert(1)</script>", "' OR 1=1 --", "x" * 10_000, "a b " * 2_500,
    '"' * 10_000, "%00", "%ff%fe", "\r\n\t", " ", "o'o’o", "$1 :sought ? %s %(a)s {0}", "C++ C# .NET", "5G", "10,000.5", "e-SIM/Wi‑Fi",
)  # fmt: skip


@pytest.fixture
def newsroom(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A prepared newsroom of three languages with the seeded item."""
    from apps import application

    for name, value in (("INSTANCE", str(tmp_path / "instance")), ("LANGUAGES", "en,az,ru"), ("BASE_URL", BASE)):
        monkeypatch.setenv(f"FEEDSVC_{name}", value)
    settings.current.cache_clear()
    databases.filled(replace(database, folder=tmp_path / "instance"), "search", prepare)
    prepare()
    return application().test_client()


def written(headline: str, language: str = "en", **fields: Any) -> str:
    """A draft's key."""
    draft = checked(ItemDraft(headline=headline, language=language, **fields), settings.current().languages)
    return str(road.act(items.create, draft, actor=SYSTEM).item.key)


def published(headline: str, language: str = "en", **fields: Any) -> str:
    key = written(headline, language, **fields)
    road.act(publishing.publish, key, actor=SYSTEM)
    return key


def edited(key: str, base: int, headline: str, **fields: Any) -> None:
    draft = checked(ItemDraft(headline=headline, language="en", **fields), settings.current().languages)
    road.act(items.save, key, draft, base=base, actor=SYSTEM)


def at(text: str, now: datetime, **more: Any) -> list[str]:
    """What would be found at a moment, with all that the ticker does until then."""
    with db.transaction() as session:
        while indexing.catch_up(session, now=now):
            pass
        answer = searching.find(session, searching.question(text, ("en",), **more), now=now, limit=50)
        headlines = [one.revision.headline for one in answer.found]
        session.rollback()
    return headlines


def held() -> int:
    """How many texts the index holds."""
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Searchable)) or 0


def found(client: FlaskClient, text: str, path: str = "/search", **more: str) -> list[str]:
    """The headlines that a search shows."""
    answer = client.get(path, query_string={"q": text, **more})
    assert answer.status_code == 200
    return headlines(answer)


def headlines(answer: TestResponse) -> list[str]:
    page = lxml.html.fromstring(answer.get_data(as_text=True))
    return [one.text_content() for one in page.cssselect(".found h3")]


def test_texts_are_found_by_their_words_in_every_language_and_spelling(newsroom: FlaskClient) -> None:
    published("Mobile networks for Shusha", body_html="<p>New <b>sta</b>tions in the <i>mountains</i>.</p>")
    published(
        "Quiet days", summary="Nothing of that kind.", tags=[TagName("Lachin", "place")], authors=["Aysel Əliyeva"]
    )
    published("Bakıda yeni şəbəkə", "az", body_html="<p>İnnovasiya və tariflər</p>")
    published("Новая сеть связи", "ru", body_html="<p>Ёлки в Баку</p>")
    for text in ("mobile network", "MOBILE networks", "station mountains", "IN the Mountains, mobile!"):
        assert found(newsroom, text) == ["Mobile networks for Shusha"], text
    for text in ("lachin", "LACHİN", "aysel eliyeva", "quiet day"):
        assert found(newsroom, text) == ["Quiet days"], text
    for text in ("baki", "BAKI", "Bakı şəbəkələri", "sebeke", "innovasiyalar", "TARİF"):
        assert found(newsroom, text, "/az/search") == ["Bakıda yeni şəbəkə"], text
        assert found(newsroom, text, **{"in": "az"}) == ["Bakıda yeni şəbəkə"], text
    for text in ("сети", "елка", "НОВЫЕ СЕТИ"):
        assert found(newsroom, text, "/ru/search") == ["Новая сеть связи"], text
    assert found(newsroom, "network mountains lachin") == []
    assert found(newsroom, "şəbəkə") == []
    assert found(newsroom, "şəbəkə", **{"in": "all"}) == ["Bakıda yeni şəbəkə"]

    begun = newsroom.get("/search?q=mounta netw")
    assert headlines(begun) == ["Mobile networks for Shusha"]
    assert "words that begin like them" in begun.text
    marks = [one.text for one in lxml.html.fromstring(begun.text).cssselect("mark")]
    assert "networks" in marks
    assert "mountains" in marks


def test_nothing_is_found_before_its_moment_nor_after_it_was_taken_back(newsroom: FlaskClient) -> None:
    now = clock.now()
    there = held()
    secret = written("Zugzwang merger", tags=[TagName("Xylophone", "theme")])
    written("Zugzwang draft")
    empty = newsroom.get("/search?q=zugzwang")
    never = newsroom.get("/search?q=zugzwong")
    moment = clock.whole_second(now + timedelta(hours=1))
    road.act(publishing.schedule, secret, moment, actor=SYSTEM)
    jobs.run("search")
    assert held() == there
    for path in ("/search?q=zugzwang", "/search?q=xylophone&in=all", "/search?q=zug", "/search.atom?q=zugzwang"):
        assert b"merger" not in newsroom.get(path).data
    assert newsroom.get("/search?q=zugzwang").data == empty.data == never.data.replace(b"zugzwong", b"zugzwang")
    # A subject that readers do not know yet is as one that never was, its name included.
    planned, unknown = (newsroom.get(f"/search?q=news&subject=tag/{slug}").data for slug in ("xylophone", "xylophine"))
    assert planned == unknown.replace(b"xylophine", b"xylophone")
    with db.reading() as session:
        assert postings.beginning(session, "zugz", 5) == []

    assert at("zugzwang", moment - timedelta(microseconds=1)) == []
    assert at("zugzwang", moment) == ["Zugzwang merger"]
    assert at("xylophone", moment) == ["Zugzwang merger"]
    road.act(publishing.unschedule, secret, actor=SYSTEM)
    assert at("zugzwang", moment) == []

    road.act(publishing.publish, secret, actor=SYSTEM)
    assert found(newsroom, "zugzwang") == ["Zugzwang merger"]
    road.act(publishing.hold, "", actor=SYSTEM)
    other = written("Zugzwang held back")
    road.act(publishing.schedule, other, moment, actor=SYSTEM)
    assert at("zugzwang", moment) == ["Zugzwang merger"]
    road.act(publishing.withdraw, secret, "A mistake", actor=SYSTEM)
    assert found(newsroom, "zugzwang") == []
    assert "merger" not in newsroom.get("/search.json?q=zugzwang").text
    assert held() == there


def test_a_withdrawal_counts_though_the_index_has_not_followed(
    newsroom: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = published("Wombat count")
    monkeypatch.setattr(indexing, "keep", lambda *_args, **_more: None)
    with monkeypatch.context() as patch:
        patch.setattr(seeking, "follow", lambda: None)
        road.act(publishing.withdraw, key, "A mistake", actor=SYSTEM)
        other = published("Wombat again")
        assert found(newsroom, "wombat") == []
    # Whoever asks next lets the index follow, and the ticker finds nothing left.
    assert found(newsroom, "wombat") == ["Wombat again"]
    assert jobs.run("search") == 0
    road.act(publishing.withdraw, other, "A mistake", actor=SYSTEM)
    assert found(newsroom, "wombat") == []


def test_a_correction_is_found_by_its_own_words_alone(newsroom: FlaskClient) -> None:
    key = published("Quokka figures", body_html="<p>Profit was 17 million.</p>")
    edited(key, 1, "Quokka figures", body_html="<p>Profit was 71 million.</p>")
    assert found(newsroom, "quokka 71") == []
    assert found(newsroom, "quokka 17") == ["Quokka figures"]
    assert b"71" not in newsroom.get("/search?q=quokka").data
    road.act(publishing.correct, key, "It was 71.", actor=SYSTEM)
    assert found(newsroom, "quokka 71") == ["Quokka figures"]
    assert found(newsroom, "quokka 17") == []
    assert "Corrected" in newsroom.get("/search?q=quokka").text
    assert held() == len(set(numbers()))


def numbers() -> list[int]:
    """All numbers that the index gives out for texts in English."""
    with db.reading() as session:
        return postings.look_up(session, [[["_len"]]], least=None, below=None, most=1_000)


def test_pages_filters_and_subjects(newsroom: FlaskClient) -> None:
    with db.transaction() as session:
        subjects.add(session, "category", "Fibre optics", actor=SYSTEM, now=clock.now())
    names, fields = [f"Narwhal {n}" for n in range(45)], {"language": "en", "organisation": ""}
    texts = [
        Checked(
            headline=name,
            categories=("Fibre optics",) if n % 9 == 0 else (),
            tags=(TagName("Old name", "theme"),) if n == 7 else (),
            **fields,
        )
        for n, name in enumerate(names)
    ]
    day = datetime(2025, 5, 28, 8, tzinfo=UTC)
    past = [Past(day + timedelta(days=n // 30), (text,)) for n, text in enumerate(texts)]  # many of one second
    road.act(bulk.bring_in, past, actor=SYSTEM)
    assert jobs.run("search") == len(names)
    seen: list[str] = []
    path: str | None = "/search?q=narwhals"
    while path:
        answer = newsroom.get(path)
        seen += headlines(answer)
        links = lxml.html.fromstring(answer.text).cssselect("a[rel~=next]")
        path = links[0].get("href") if links else None
    assert seen == names[::-1]
    for odd in ("x", "-1", "99999999999999999999", "9" * 5_000, "٣"):
        assert newsroom.get("/search", query_string={"q": "narwhal", "before": odd}).status_code == 200
    assert len(found(newsroom, "narwhal", year="2025")) == 20
    assert found(newsroom, "narwhal", year="1999") == []
    assert found(newsroom, "narwhal", subject="category/fibre-optics") == names[36::-9]
    assert found(newsroom, "narwhal", subject="author/'; --") == found(newsroom, "narwhal", subject="\0") == []
    page = newsroom.get("/search?q=narwhal&subject=category/fibre-optics").text
    assert "Fibre optics" in page
    assert 'href="/az/search?q=narwhal"' in page

    assert found(newsroom, "old") == ["Narwhal 7"]
    road.act(subjects.rename, "tag", "old-name", name="Fresh cut", actor=SYSTEM)
    assert jobs.run("search") == 1
    assert found(newsroom, "old") == []
    assert found(newsroom, "fresh cuts") == ["Narwhal 7"]
    assert len(numbers()) == held()
    road.act(subjects.remove, "tag", "old-name", actor=SYSTEM)
    assert jobs.run("search") == 1
    assert found(newsroom, "fresh") == []


def test_every_search_has_a_feed_that_lies_nowhere(newsroom: FlaskClient) -> None:
    published("Axolotl first", summary="One")
    published("Axolotl second", summary="Two")
    with db.reading() as session:
        feeds = session.scalar(select(func.count()).select_from(Feed))
    address = f"{BASE}/search.atom?q=axolotls"
    answer = newsroom.get("/search.atom?q=axolotls")
    assert answer.mimetype == "application/atom+xml"
    read = feedparser.parse(answer.data)
    assert not read.bozo
    assert [entry.title for entry in read.entries] == ["Axolotl second", "Axolotl first"]
    assert [link.href for link in read.feed.links if link.rel == "self"] == [address]
    assert answer.headers["Link"] == f'<{address}>; rel="self"'
    assert "s-maxage" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    rss = feedparser.parse(newsroom.get("/search.rss?q=axolotl").data)
    assert [entry.title for entry in rss.entries] == ["Axolotl second", "Axolotl first"]
    told = json.loads(newsroom.get("/search.json?q=axolotl").data)
    assert told["feed_url"] == f"{BASE}/search.json?q=axolotl"
    assert [item["id"] for item in told["items"]] == [entry.id for entry in read.entries]
    packed = newsroom.get("/search.atom?q=axolotls", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    for one in (answer, packed):
        again = newsroom.get(
            "/search.atom?q=axolotls",
            headers={"If-None-Match": one.headers["ETag"], "Accept-Encoding": one.headers.get("Content-Encoding", "")},
        )
        assert again.status_code == 304
    assert newsroom.get("/search.atom").status_code == 404
    browser = newsroom.get("/az/search.rss?q=axolotl&in=en", headers={"Sec-Fetch-Dest": "document"})
    assert (browser.status_code, browser.headers["Location"]) == (303, "/az/search?q=axolotl&in=en")
    assert feedparser.parse(newsroom.get("/search.atom?q=nothing+there").data).entries == []
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Feed)) == feeds


def test_a_browser_learns_how_to_ask(newsroom: FlaskClient) -> None:
    for prefix, language in (("", "en"), ("/az", "az"), ("/ru", "ru")):
        home = lxml.html.fromstring(newsroom.get(f"{prefix}/").text)
        (link,) = home.cssselect("link[rel=search]")
        answer = newsroom.get(link.get("href"))
        assert answer.mimetype == "application/opensearchdescription+xml"
        tree = etree.fromstring(answer.data)
        spaces = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
        templates = [url.get("template") for url in tree.iterfind("o:Url", spaces)]
        assert templates[0] == f"{BASE}{prefix}/search?q={{searchTerms}}"
        assert tree.findtext("o:Language", namespaces=spaces) == language
        asked = newsroom.get(templates[-1].removeprefix(BASE).replace("{searchTerms}", quote("Şuşa 5G")))
        assert asked.status_code == 200
        assert f"{prefix}/search" in [a.get("href") for a in home.cssselect("header nav a")]


def test_whatever_is_asked_there_is_an_answer(newsroom: FlaskClient) -> None:
    published("OR AND NOT near the 5G")
    for text in NASTY:
        for path in ("/search", "/ru/search", "/search.atom"):
            answer = newsroom.get(path, query_string={"q": text.encode("utf-8", "surrogatepass"), "in": "all"})
            assert answer.status_code in (200, 404), (path, text)
            assert "<script>alert" not in answer.text
            assert len(answer.data) < 60_000
    for query in (b"q=%FF%FE", b"q=%00%00a", b"q=a&q=b&year=x&in=%00&subject=%ff", b"q[]=a", b"&&&=", b"q"):
        assert newsroom.get("/search?" + query.decode("ascii")).status_code == 200
    assert found(newsroom, "or AND not NEAR 5g") == ["OR AND NOT near the 5G"]


def test_the_index_can_be_made_again_from_what_is_public(newsroom: FlaskClient) -> None:
    for n in range(3):
        published(f"Capybara {n}")
    written("Capybara draft")
    before = found(newsroom, "capybara"), held()
    with db.transaction() as session:
        session.execute(delete(Searchable))  # spoilt by hand
    assert found(newsroom, "capybara") == []
    road.act(indexing.begin_anew)
    assert not numbers()
    assert CliRunner().invoke(cli, ["search", "rebuild"]).exit_code == 0
    assert (found(newsroom, "capybara"), held()) == before
    assert len(numbers()) == held()
    assert before[0] == ["Capybara 2", "Capybara 1", "Capybara 0"]


def test_the_desks_index_is_made_again_too_whatever_became_of_it(newsroom: FlaskClient) -> None:
    spoilt, lost = written("Capybara draft"), written("Capybara lost")
    torn = written("Торн йод")

    def at_the_desk(asked: str) -> list[str]:
        with db.reading() as session:
            return [here.head.headline for _, here in finding.items(session, asked, now=clock.now(), limit=10)]

    with db.transaction() as session:
        rows = {key: standing.find(session, key).id for key in (spoilt, lost, torn)}
        session.get_one(Wording, rows[spoilt]).words = "something else"
        session.delete(session.get_one(Wording, rows[lost]))
        if session.get_bind().dialect.name == "sqlite":  # its row stays, and the index has nothing of it
            gone = "INSERT INTO wording_index(wording_index, rowid, words) VALUES ('delete', :row, :words)"
            session.execute(sql(gone), {"row": rows[torn], "words": session.get_one(Wording, rows[torn]).words})
    assert at_the_desk("capybara") == []
    told = CliRunner().invoke(cli, ["search", "rebuild"])
    assert told.exit_code == 0, told.output
    assert "4 texts read" in told.stdout
    assert sorted(at_the_desk("capybara")) == ["Capybara draft", "Capybara lost"]
    assert at_the_desk("something") == []
    assert at_the_desk("йод") == ["Торн йод"]
    assert at_the_desk("иод") == []


def test_words_that_an_older_program_made_are_worked_out_at_the_next_start(newsroom: FlaskClient) -> None:
    key = written("Новый йод", "ru")
    with db.transaction() as session:
        row = session.get_one(Wording, standing.find(session, key).id)
        row.words = "новыи иод"  # as its folding had it
        session.execute(update(Change).where(Change.kind == "wording").values(detail="1"))
    with db.reading() as session:
        assert finding.items(session, "йод", now=clock.now(), limit=10) == []
    prepare()
    with db.reading() as session:
        assert [here.head.headline for _, here in finding.items(session, "ЙОД", now=clock.now(), limit=10)] == [
            "Новый йод"
        ]
        changes = session.scalar(select(func.max(Change.id)))
    prepare()
    with db.reading() as session:
        assert session.scalar(select(func.max(Change.id))) == changes  # once


@pytest.mark.parametrize(
    ("language", "headline", "finds", "not_found"),
    [
        ("ru", "Май и йод", ("май", "ЙОД", "и\u0306од"), ("иод",)),
        ("az", "Gəncə şəhəri", ("gence", "GƏNCƏ", "Gəncə", "seher"), ("gonco",)),
        ("az", "İyun ILIQ ısındı", ("iyun", "IYUN", "ıyun", "i\u0307yun", "iliq", "ILIQ", "ılıq", "isindi"), ("eyun",)),
    ],
)
def test_readers_and_the_desk_take_letters_for_the_same(
    newsroom: FlaskClient, language: str, headline: str, finds: tuple[str, ...], not_found: tuple[str, ...]
) -> None:
    published(headline, language)
    for asked in (*finds, *not_found):
        with db.reading() as session:
            desk = [here.head.headline for _, here in finding.items(session, asked, now=clock.now(), limit=10)]
        expected = [headline] if asked in finds else []
        assert (found(newsroom, asked, f"/{language}/search"), desk) == (expected, expected), asked


def test_a_second_may_have_more_texts_than_numbers_and_lie_before_1970(
    newsroom: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "SLOTS", 1)  # Two numbers for each second.
    monkeypatch.setattr(indexing, "BATCH", 3)
    road.act(indexing.begin_anew)  # The seeded item has a number of the other kind.
    for moment in (datetime(2020, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 58, tzinfo=UTC)):
        seconds = [moment + timedelta(seconds=n) for n in (1, 0, 0, 0, 0, 0, 1, 2, 0, 1)]
        texts = [checked(ItemDraft(headline=f"Ocelot {moment.year} {n}", language="en"), ("en",)) for n in range(10)]
        past = [Past(at, (text,)) for at, text in zip(seconds, texts, strict=True)]
        road.act(bulk.bring_in, past, actor=SYSTEM)
        while jobs.run("search"):
            pass
        assert len(found(newsroom, f"ocelot {moment.year}")) == 10
    assert held() == len(set(numbers()))


def test_as_many_may_search_as_leave_others_room(newsroom: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "WAIT", 0.01)
    places: list[Callable[..., Any]] = [seeking.place() for _ in range(settings.current().blocking_threads // 4)]
    for place in places:
        place.__enter__()
    try:
        answer = newsroom.get("/search?q=a")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert newsroom.get("/archive").status_code == 200
    finally:
        for place in places:
            place.__exit__(None, None, None)
    assert newsroom.get("/search?q=a").status_code == 200


def test_no_more_wait_for_a_place_than_may_search(newsroom: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "WAIT", 60.0)
    share = settings.current().blocking_threads // 4
    places: list[Callable[..., Any]] = [seeking.place() for _ in range(share)]
    for place in places:
        place.__enter__()
    with ThreadPoolExecutor(share) as pool:
        try:
            waiting = [pool.submit(lambda: newsroom.application.test_client().get("/search?q=a")) for _ in range(share)]
            end = time.monotonic() + 30
            while any(free._value for _, free in seeking._PLACES.values()) and time.monotonic() < end:
                time.sleep(0.01)
            began = time.monotonic()
            assert newsroom.get("/search?q=a").status_code == 503
            assert time.monotonic() - began < 30
        finally:
            for place in places:
                place.__exit__(None, None, None)
        assert {answer.result().status_code for answer in waiting} == {200}


def test_programs_find_what_readers_find(newsroom: FlaskClient) -> None:
    api = Api()
    for n in range(3):
        published(f"Pangolin {n}", body_html=f"<p>Some words ahead.</p><p>The pangolins number {n}.</p>")
    written("Pangolin draft")
    published("Панголины", "ru")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api("GET", "/api/v1/search?q=pangolins&limit=2" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200
        told = answer.get_json()
        seen += [match["headline"] for match in told["matches"]]
        cursor = told["next"]
    assert seen == ["Pangolin 2", "Pangolin 1", "Pangolin 0"]
    match = told["matches"][0]
    assert match["url"] == f"{BASE}/news/pangolin-0"
    assert "The pangolins number 0." in match["excerpt"]
    assert [one["headline"] for one in api("GET", "/api/v1/search?q=панголин").get_json()["matches"]] == ["Панголины"]
    assert api("GET", "/api/v1/search?q=панголин&in=en").get_json()["matches"] == []
    assert api("GET", "/api/v1/search?q=pango").get_json()["by_beginnings"] is True
    for wrong in (
        "",
        "?q=",
        "?q=a&q=b",
        "?q=a&in=xx",
        "?q=a&year=20266",
        "?q=a&year=x",
        "?q=a&cursor=x",
        "?q=a&limit=0",
    ):
        assert api("GET", f"/api/v1/search{wrong}").status_code == 422, wrong
    for text in NASTY:
        asked = "/api/v1/search?" + urlencode({"q": text.encode("utf-8", "surrogatepass")})
        assert api("GET", asked).status_code in (200, 422), text
    assert api("GET", "/api/v1/search?q=pangolin", token=None).status_code == 401
