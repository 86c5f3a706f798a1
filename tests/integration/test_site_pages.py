"""The newsroom's pages as readers, aggregators and search engines meet them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import databases
import lxml.html
import pytest
from databases import Database, let_go
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from feedsvc import clock, db, road, settings
from feedsvc.models import Publication, Revision
from feedsvc.newsroom import items, listing, publishing, seed
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.site import paging

BASE = "https://news.example.com"
SEEDED = f"/news/{seed.SLUG}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SCHEMA = Path(__file__).parent.parent / "schemas" / "sitemap.xsd"
PAGES = ("/", SEEDED, "/archive", "/feeds", "/feeds/news", "/news/never", "/nowhere")

Newsroom = Callable[..., FlaskClient]


def _seeded() -> None:
    with db.migrating() as connection:
        db.Base.metadata.create_all(connection)
    with db.transaction() as session:
        seed.seed(session, now=clock.now())


@pytest.fixture
def newsroom(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Makes a seeded newsroom of its own; called with its languages, gives a client."""

    def make(languages: str = "en") -> FlaskClient:
        from apps import application

        monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path))
        monkeypatch.setenv("FEEDSVC_LANGUAGES", languages)
        monkeypatch.setenv("FEEDSVC_BASE_URL", BASE)
        settings.current.cache_clear()
        current = settings.current()
        settings.make_secret_key(current)
        databases.filled(database, f"site {languages}", _seeded)
        app: Flask = application()
        return app.test_client()

    return make


def act(verb: Callable[..., Any], *args: Any, now: datetime | None = None, **kwargs: Any) -> Any:
    """A verb in its transaction, without the feeds."""
    with db.transaction() as session:
        return verb(session, *args, actor=SYSTEM, now=now or clock.now(), **kwargs)


def written(headline: str, language: str = "en", now: datetime | None = None, **fields: Any) -> str:
    """A draft's key."""
    draft = ItemDraft(headline=headline, language=language, **fields)
    return str(act(items.create, checked(draft, settings.current().languages), now=now).item.key)


def published(headline: str, language: str = "en", now: datetime | None = None, **fields: Any) -> str:
    key = written(headline, language, now, **fields)
    act(publishing.publish, key, now=now)
    return key


def headers(response: TestResponse) -> dict[str, str]:
    return {name: value for name, value in response.headers if name not in ("Date", "X-Request-Id")}


def page(response: TestResponse) -> Any:
    return lxml.html.fromstring(response.get_data(as_text=True))


def test_the_seeded_text_is_on_its_page_word_for_word(newsroom: Newsroom) -> None:
    answer = newsroom().get(SEEDED)
    assert answer.status_code == 200
    said = unescape(re.sub(r"<[^>]+>", "", answer.get_data(as_text=True)))
    body, about = seed.paragraphs()
    for paragraph in (
        *body,
        seed.ABOUT,
        *about,
        seed.HEADLINE,
        *(name for names in seed.TAGS.values() for name in names),
    ):
        assert paragraph in said
    article = page(answer).find(".//article")
    assert [h.text for h in article.iter("h1")] == [seed.HEADLINE]
    assert article.find(".//h2").text == seed.ABOUT


def test_not_yet_and_never_are_equal_to_the_byte(newsroom: Newsroom) -> None:
    client = newsroom()
    act(publishing.schedule, written("Tomorrow", slug="tomorrow"), clock.now() + timedelta(days=1))
    written("Only a draft", slug="only-a-draft")
    never = client.get("/news/never-was")
    assert never.status_code == 404
    assert "never-was" not in never.get_data(as_text=True)
    for address in ("/news/tomorrow", "/news/only-a-draft", "/news/tomorrow.md", f"{SEEDED}.json", "/de/"):
        answer = client.get(address)
        assert (answer.status_code, answer.data, headers(answer)) == (404, never.data, headers(never))


def test_what_is_not_there_is_said_in_the_language_of_its_address(newsroom: Newsroom) -> None:
    client = newsroom("en,ru")
    act(publishing.schedule, written("Завтра", "ru", slug="zavtra"), clock.now() + timedelta(days=1))
    never = client.get("/ru/news/never-was")
    assert page(never).get("lang") == "ru"
    for address in ("/ru/nope", "/ru/news/zavtra", "/ru/news/zavtra.md", "/ru/nope/nope"):
        answer = client.get(address)
        assert (answer.status_code, answer.data, headers(answer)) == (404, never.data, headers(never))
    for address in ("/nope", "/az/nope", "/desk/nope", "/rune/nope", "/%D1%80"):
        assert page(client.get(address)).get("lang") == "en"


def test_what_is_planned_changes_no_public_byte(newsroom: Newsroom) -> None:
    client = newsroom()
    for number in range(paging_size() + 3):
        published(f"Item {number}")
    addresses = ("/", "/archive", client_next(client), "/feeds", "/feeds/news", "/sitemap.xml", "/robots.txt", SEEDED)
    before = [(client.get(a).data, headers(client.get(a))) for a in addresses]
    act(publishing.schedule, written("Tomorrow"), clock.now() + timedelta(days=1))
    assert [(client.get(a).data, headers(client.get(a))) for a in addresses] == before
    published("Today")
    assert client.get("/").data != before[0][0]


def paging_size() -> int:
    from feedsvc.web.site.subjects import PAGE

    return PAGE


def client_next(client: FlaskClient, address: str = "/archive") -> str:
    links = page(client.get(address)).xpath("//a[@rel='next']/@href")
    return str(links[0]) if links else ""


def test_a_withdrawn_item_leaves_only_its_reason(newsroom: Newsroom) -> None:
    client = newsroom()
    key = published("Wrong <figures>", summary="Some summary", body_html="<p>Secret sauce</p>", slug="wrong")
    assert client.get("/news/wrong").status_code == 200
    act(publishing.withdraw, key, "The figures & names were wrong.")
    answer = client.get("/news/wrong")
    said = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 410
    assert "The figures & names were wrong." in said
    assert page(answer).xpath("//main//time/@datetime")
    for words in ("Secret sauce", "Some summary", "<figures>", "Wrong"):
        assert words not in said
    for address in ("/", "/archive", "/feeds/news", "/sitemap.xml"):
        assert b"wrong" not in client.get(address).data.lower()


def test_an_old_address_leads_to_the_new_one_for_good(newsroom: Newsroom) -> None:
    client = newsroom()
    key = published("First name", slug="first-name")
    draft = ItemDraft(headline="Second name", slug="second-name")
    act(items.save, key, checked(draft, ("en",)), base=1)
    assert client.get("/news/second-name").status_code == 404
    assert client.get("/news/first-name").status_code == 200
    act(publishing.update, key)
    answer = client.get("/news/first-name")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/news/second-name")
    assert answer.headers["Cache-Control"] == "no-cache"  # the item may be withdrawn, or take its old name again
    assert client.get("/news/second-name").status_code == 200


def test_a_correction_is_dated_and_stands_above_the_text(newsroom: Newsroom) -> None:
    client = newsroom()
    key = published("Sites", body_html="<p>There are 21 sites.</p>", slug="sites", now=clock.now() - timedelta(hours=1))
    act(items.save, key, checked(ItemDraft(headline="Sites", body_html="<p>There are 22 sites.</p>"), ("en",)), base=1)
    assert b"22 sites" not in client.get("/news/sites").data
    act(publishing.correct, key, "We said 21; there are <22>.")
    text = client.get("/news/sites").get_data(as_text=True)
    assert text.index("We said 21; there are &lt;22&gt;.") < text.index("There are 22 sites.")
    assert len(page(client.get("/news/sites")).xpath("//aside//time/@datetime")) == 1
    assert "Corrected" in client.get("/").get_data(as_text=True) + client.get("/archive").get_data(as_text=True)


def test_no_public_answer_knows_cookies(newsroom: Newsroom) -> None:
    client = newsroom()
    for address in (*PAGES, "/robots.txt", "/sitemap.xml", "/feed", "/healthz", "/readyz", "/metrics"):
        plain = client.get(address)
        assert "Set-Cookie" not in plain.headers
        assert "cookie" not in plain.headers.get("Vary", "").lower()
        if address not in ("/readyz", "/metrics"):
            told = client.get(
                address, headers={"Cookie": "session=x; __Host-session=y; lang=az", "Accept-Language": "az"}
            )
            assert (told.data, headers(told)) == (plain.data, headers(plain))


def test_every_page_offers_the_feeds_and_names_its_own_address(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    for prefix in ("", "/az"):
        for address in ("/", "/archive", "/feeds", "/feeds/news", "/news/never"):
            tree = page(client.get(prefix + address))
            found = {link.get("type"): link for link in tree.xpath("//head/link[@rel='alternate'][@type]")}
            assert {kind: link.get("href") for kind, link in found.items()} == {
                "application/atom+xml": f"{BASE}{prefix}/feeds/news.atom",
                "application/rss+xml": f"{BASE}{prefix}/feeds/news.rss",
                "application/feed+json": f"{BASE}{prefix}/feeds/news.json",
            }
            assert len({link.get("title") for link in found.values()}) == 3
            assert tree.xpath("//link[@rel='canonical']/@href") == (
                [] if "never" in address else [BASE + prefix + address]
            )


def test_the_feeds_page_shows_the_three_addresses_to_copy(newsroom: Newsroom) -> None:
    values = page(newsroom().get("/feeds/news")).xpath("//input[@readonly]/@value")
    assert values == [f"{BASE}/feeds/news.{suffix}" for suffix in ("atom", "rss", "json")]


def test_every_language_has_its_own_pages_and_no_other_has_any(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Bakıda 5G", "az", slug="bakida-5g")
    answer = client.get("/az/news/bakida-5g")
    assert answer.status_code == 200
    assert page(answer).get("lang") == "az"
    assert page(client.get("/")).get("lang") == "en"
    assert b"/az/news/bakida-5g" in client.get("/az/").data
    assert b"bakida" not in client.get("/").data
    for address in ("/news/bakida-5g", f"/az{SEEDED}", "/en/", "/ru/", "/ru/feeds", "/en/archive"):
        assert client.get(address).status_code == 404
    assert {urlsplit(a).path for a in page(client.get("/az/feeds/news")).xpath("//main//input/@value")} == {
        f"/az/feeds/news.{suffix}" for suffix in ("atom", "rss", "json")
    }


@pytest.mark.parametrize("address", ["/", SEEDED, "/archive", "/feeds", "/feeds/news", "/sitemap.xml", "/robots.txt"])
def test_an_unchanged_page_is_not_sent_again(newsroom: Newsroom, address: str) -> None:
    client = newsroom()
    first = client.get(address)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200
    head = client.head(address)
    assert (head.status_code, head.data, headers(head)) == (200, b"", headers(first))
    published("News")
    changed = client.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert changed == (address not in (SEEDED, "/feeds", "/robots.txt"))


def test_the_sitemap_is_valid_and_lists_every_public_page(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Bakıda 5G", "az", slug="bakida-5g")
    written("Draft", slug="draft")
    answer = client.get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    tree = etree.fromstring(answer.data)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)
    found = {url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod") for url in tree}
    pages = ("/", "/archive", "/topics", "/feeds", "/feeds/news", "/contacts", "/about")
    plain = {f"{BASE}{prefix}{path}" for prefix in ("", "/az") for path in pages}
    plain |= {BASE + path for path in page(client.get("/topics")).xpath("//ul[contains(@class, 'topics')]//a/@href")}
    dated = {f"{BASE}{SEEDED}", f"{BASE}/az/news/bakida-5g"}
    assert set(found) == plain | dated
    assert {address for address, moment in found.items() if moment} == dated


def test_the_sitemap_of_an_empty_newsroom_is_valid_too(newsroom: Newsroom) -> None:
    client = newsroom("az,en")
    with db.transaction() as session:
        from sqlalchemy import select

        from feedsvc.models import Item

        key = session.scalars(select(Item.key)).one()
    act(publishing.withdraw, key, "For the test.", language="en")
    tree = etree.fromstring(client.get("/sitemap.xml").data)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("address", "suffix"),
    [
        ("/feed", "atom"),
        ("/feed.xml", "atom"),
        ("/index.xml", "atom"),
        ("/atom.xml", "atom"),
        ("/rss", "rss"),
        ("/rss.xml", "rss"),
        ("/feed.json", "json"),
    ],
)
def test_old_guesses_find_the_feed(newsroom: Newsroom, address: str, suffix: str) -> None:
    answer = newsroom().get(address)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/feeds/news.{suffix}")


def test_robots_may_read_all_but_desk_and_api(newsroom: Newsroom) -> None:
    answer = newsroom().get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[:4] == ["User-agent: *", "Disallow: /desk", "Disallow: /api", ""]
    assert lines[4:] == [f"Sitemap: {BASE}/sitemap.xml", f"Sitemap: {BASE}/news-sitemap.xml"]


def test_the_archive_shows_everything_once_whatever_shares_a_moment(newsroom: Newsroom) -> None:
    client = newsroom()
    moment = clock.now() - timedelta(hours=1)
    keys = [published(f"Same {number}", now=moment) for number in range(45)]
    published("Newer", slug="newer")
    seen: list[str] = []
    address = "/archive"
    while address:
        seen += page(client.get(address)).xpath("//main//li//h2/a/@href")
        address = client_next(client, address)
    assert sorted(seen) == sorted({*seen})
    assert len(seen) == 47
    second = client_next(client)
    held = page(client.get(second)).xpath("//main//li//h2/a/@href")
    assert len(held) == paging_size()
    act(publishing.withdraw, keys[0], "The last of that moment goes.")
    assert page(client.get(second)).xpath("//main//li//h2/a/@href") == held


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "ə",
        "MQ",
        "LjE",
        "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE",
        "MjUzNDAyMzAwNzk5OTk5OTk5LjE",
        "MS4tMQ",
        "A" * 9000,
    ],
)
def test_a_broken_place_in_the_archive_is_its_beginning(newsroom: Newsroom, cursor: str) -> None:
    client = newsroom()
    answer = client.get("/archive", query_string={"before": cursor})
    assert (answer.status_code, answer.data) == (200, client.get("/archive").data)


def test_a_cursor_comes_back_as_it_went(newsroom: Newsroom) -> None:
    newsroom()
    seen = paging.Seen(clock.now(), 7)
    assert paging.read_cursor(paging.write_cursor(seen)) == seen


@pytest.mark.parametrize(
    "slug", ["%00", "%ff", "%ed%a0%80", "..%2f..%2fetc", "x" * 3000, "%C9%99", "a%0d%0ab", "'--", "<script>"]
)
def test_no_address_breaks_a_page(newsroom: Newsroom, slug: str) -> None:
    assert newsroom().get(f"/news/{slug}").status_code == 404


def test_script_that_was_put_into_the_database_by_hand_does_not_run(newsroom: Newsroom) -> None:
    client = newsroom()
    with db.transaction() as session:  # Its tables come from the models, so no trigger is in the way.
        session.execute(
            update(Revision).values(
                body_html="<p onclick=alert(1)>Body\x00\x0b</p><script>alert(2)</script>",
                headline="<img src=x onerror=alert(3)>\x01",
                about_html="<style>x</style>",
            )
        )
    for address in ("/", SEEDED, "/archive", "/feeds/news"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert not page(answer).xpath(
            "//script[not(@src)][@type!='application/ld+json'] | //style | //img | //@onclick | //@onerror"
        )
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", answer.data)


def test_without_a_database_readers_are_told_to_come_back(newsroom: Newsroom, database: Database) -> None:
    client = newsroom()
    let_go()
    database.away()
    for address in ("/", SEEDED, "/archive", "/feeds/news", "/sitemap.xml"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (
            503,
            "5",
            "no-store",
        )
        assert "Set-Cookie" not in answer.headers
    assert client.get("/healthz").data == b"ok\n"
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.headers["Retry-After"]
    assert ready.json["status"] == "not ready"
    assert not ready.json["checks"]["database"]["ok"]
    assert "feedsvc_database_up 0" in client.get("/metrics").get_data(as_text=True)
    assert not database.files


def test_metrics_count_only_what_is_public(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    before = client.get("/metrics").get_data(as_text=True)
    assert 'feedsvc_items_public{language="en"} 1\n' in before
    assert 'feedsvc_items_public{language="az"} 0\n' in before
    act(publishing.schedule, written("Tomorrow"), clock.now() + timedelta(days=1))
    assert client.get("/metrics").get_data(as_text=True) == before
    act(publishing.hold)
    assert client.get("/metrics").get_data(as_text=True) == before
    published("Waits for the hold's end")
    assert client.get("/metrics").get_data(as_text=True) == before
    act(publishing.unhold)
    assert 'feedsvc_items_public{language="en"} 2\n' in client.get("/metrics").get_data(as_text=True)


def test_lists_for_machines_are_kept_until_something_changes_or_a_moment_comes(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = newsroom()
    asked: list[str] = []
    for name in ("addresses", "count"):
        real = getattr(listing, name)
        monkeypatch.setattr(listing, name, lambda *a, n=name, r=real, **k: (asked.append(n), r(*a, **k))[1])

    def lists() -> str:
        return client.get("/sitemap.xml").get_data(as_text=True) + client.get("/metrics").get_data(as_text=True)

    assert "soon" not in lists() + lists() + lists()
    assert asked == ["count", "addresses", "count"]
    moment = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    key = written("Soon", slug="soon")
    act(publishing.schedule, key, moment)
    assert "/news/soon" not in lists()
    asked.clear()
    real_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: moment - timedelta(microseconds=1))
    assert "/news/soon" not in lists()
    assert asked == []
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert "/news/soon" in lists()
    act(publishing.withdraw, key, "Wrong.")
    assert "/news/soon" not in lists()
    monkeypatch.setattr(clock, "now", real_now)


def test_readiness_names_each_check(newsroom: Newsroom, tmp_path: Path) -> None:
    client = newsroom()
    checks = client.get("/readyz").json["checks"]
    assert set(checks) == {"database", "migrations", "shelf", "scheduler", "disk"}
    assert checks["database"]["ok"]
    assert not checks["scheduler"]["ok"]
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run" / "ticker").touch()
    assert client.get("/readyz").json["checks"]["scheduler"]["ok"]
    (tmp_path / "run" / "ticker").unlink()
    (tmp_path / "run" / "no-scheduler").touch()
    assert client.get("/readyz").json["checks"]["scheduler"] == {"ok": True, "detail": "runs elsewhere"}


def test_a_page_that_is_made_for_the_first_time_asks_the_database_little(newsroom: Newsroom) -> None:
    """Each statement costs more in Python than in the database: an item's page is mostly made of what they cost."""
    client = newsroom()
    published("Asked for once", slug="asked-for-once")
    assert client.get("/").status_code == 200
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    engine = db.engine(settings.current().database)
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get("/news/asked-for-once").status_code == 200
        first, asked[:] = [one for one in asked if one.startswith("SELECT")], []
        assert client.get("/news/asked-for-once").status_code == 200
        again = [one for one in asked if one.startswith("SELECT")]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(first) <= 9, "\n\n".join(first)
    assert len(again) <= 2, "\n\n".join(again)


def test_a_correction_is_noted_whatever_its_moment(newsroom: Newsroom) -> None:
    """Also one of the very moment of its item, as rows that were written by hand may have it."""
    client = newsroom()
    key = published("On Monday", slug="which-day")
    draft = checked(ItemDraft(headline="On Tuesday", slug="which-day"), settings.current().languages)
    road.act(items.save, key, draft, base=1, actor=SYSTEM)
    act(publishing.correct, key, "It is another day.")
    with db.transaction() as session:
        newest = session.scalars(select(Publication).order_by(Publication.id.desc())).first()
        assert newest
        opening = session.scalars(
            select(Publication).where(Publication.translation_id == newest.translation_id)
        ).first()
        assert opening
        newest.at = opening.at
    text = client.get("/news/which-day").text
    assert "On Tuesday" in text
    assert "It is another day." in text
