"""Pages and feeds of subjects as readers meet them: the catalogue, OPML, what was renamed, and what is not known yet."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import databases
import listparser
import lxml.html
import pytest
from databases import Database, let_go
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from feedsvc import clock, db, road, settings
from feedsvc.feeds import catalogue, places, scopes
from feedsvc.models import Alias, Category, Change, Feed
from feedsvc.newsroom import items, publishing, subjects
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare
from feedsvc.web import labels
from feedsvc.web.front import front
from feedsvc.web.site import feeds
from feedsvc.web.site.machines import GUESSES
from feedsvc.web.site.subjects import PAGE

BASE = "https://news.example.com"
FORMATS = ("atom", "rss", "json")
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
    "Access-Control-Max-Age": "86400",
}

Newsroom = Callable[..., FlaskClient]


@pytest.fixture
def newsroom(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Makes a prepared newsroom of its own with the seeded item; called with its languages, gives a client."""

    def make(languages: str = "en", **more: str) -> FlaskClient:
        from apps import application

        said = {"INSTANCE": str(tmp_path / "instance"), "LANGUAGES": languages, "BASE_URL": BASE, **more}
        for name, value in said.items():
            monkeypatch.setenv(f"FEEDSVC_{name}", value)
        settings.current.cache_clear()
        place = replace(database, folder=tmp_path / "instance")
        databases.filled(place, f"scopes {sorted(said.items() - {('INSTANCE', said['INSTANCE'])})}", prepare)
        prepare()
        return application().test_client()

    return make


def written(headline: str, language: str = "en", **fields: Any) -> str:
    """A draft's key."""
    draft = checked(ItemDraft(headline=headline, language=language, **fields), settings.current().languages)
    return str(road.act(items.create, draft, actor=SYSTEM).item.key)


def published(headline: str, language: str = "en", **fields: Any) -> str:
    key = written(headline, language, **fields)
    road.act(publishing.publish, key, actor=SYSTEM)
    return key


def planned(headline: str, **fields: Any) -> str:
    key = written(headline, **fields)
    road.act(publishing.schedule, key, clock.now() + timedelta(days=1), actor=SYSTEM)
    return key


def was(scope: str, target: str | None) -> None:
    """A scope that is another one now, or none."""
    with db.transaction() as session:
        session.add(Alias(scope=scope, target=target, at=clock.now()))


def page(answer: TestResponse) -> Any:
    return lxml.html.fromstring(answer.get_data(as_text=True))


def said(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.data, {k: v for k, v in answer.headers if k not in ("Date", "X-Request-Id")}


def headlines(answer: TestResponse) -> list[str]:
    return [str(a.text) for a in page(answer).xpath("//main//ol//article//h2/a | //main//ol//article//h3/a")]


def alternates(answer: TestResponse) -> list[str]:
    return [
        str(a) for a in page(answer).xpath("//head/link[@rel='alternate'][@type][contains(@href, '/feeds/')]/@href")
    ]


def listed(answer: TestResponse) -> list[str]:
    """The names of a catalogue's feeds, in their order."""
    return [str(a.text) for a in page(answer).xpath("//ul[@class='feedlist']/li/a")]


ABOUT: dict[str, Any] = {
    "categories": ("Network",),
    "tags": (TagName("Roaming", "theme"), TagName("Nigar Quliyeva", "person"), TagName("Şəki", "place")),
    "authors": ("Rəşad Həsənov",),
    "organisation": "neqsol-holding",
}
SUBJECTS = [
    ("category/network", "Category", "Network"),
    ("tag/roaming", "Theme", "Roaming"),
    ("tag/nigar-quliyeva", "Person", "Nigar Quliyeva"),
    ("tag/seki", "Place", "Şəki"),
    ("author/resad-hesenov", "Author", "Rəşad Həsənov"),
    ("organisation/neqsol-holding", "Organisation", "NEQSOL Holding"),
]


def test_every_subject_has_a_page_with_its_news_and_its_feed_first(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Roaming in Sheki", slug="roaming", **ABOUT)
    published("Something else")
    for scope, kind, name in SUBJECTS:
        answer = client.get(f"/{scope}")
        tree = page(answer)
        assert answer.status_code == 200, scope
        assert (tree.findtext(".//h1"), tree.xpath("string(//header/p[@class='kicker'])")) == (name, kind)
        assert headlines(answer) == ["Roaming in Sheki"]
        assert tree.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/{scope}"]
        assert alternates(answer) == [f"{BASE}/feeds/{one}.{fmt}" for one in (scope, "news") for fmt in FORMATS]
        titles = tree.xpath("//link[@rel='alternate']/@title")
        assert len(set(titles)) == 6
        assert titles[0] == f"Bakcell Newsroom: {name} (Atom)"
        assert tree.xpath(f"//main//a[@href='/feeds/{scope}']")


def test_an_items_page_and_the_lists_lead_to_its_subjects(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Roaming", "az", slug="roaming", **ABOUT)
    answer = client.get("/az/news/roaming")
    links = set(page(answer).xpath("//article//a/@href"))
    assert {f"/az/{scope}" for scope, _, _ in SUBJECTS} <= links
    for link in links:
        path, _, suffix = link.rpartition(".")
        there = path.removeprefix(BASE) if suffix in FORMATS else link  # the front, which is not here, has the feeds
        assert client.get(there).status_code == 200, link
    assert alternates(answer) == [f"{BASE}/az/feeds/{s}.{f}" for s in ("news", "category/network") for f in FORMATS]
    assert len(set(page(answer).xpath("//link[@rel='alternate']/@title"))) == 8
    for address in ("/az/", "/az/archive", "/az/feeds/news"):
        assert "/az/category/network" in page(client.get(address)).xpath("//main//a/@href"), address


def test_a_by_line_of_several_links_each_and_escapes_what_is_odd(newsroom: Newsroom) -> None:
    client = newsroom()
    published("Two hands", slug="two-hands", authors=("Ada <b>", "Grace & Co"))
    text = client.get("/news/two-hands").get_data(as_text=True)
    assert '<a href="/author/ada-b">Ada &lt;b&gt;</a>, <a href="/author/grace-co">Grace &amp; Co</a>' in text
    assert "By <a" in text


def test_a_subject_is_paged_and_every_item_comes_once(newsroom: Newsroom) -> None:
    client = newsroom()
    for number in range(PAGE + 3):
        published(f"In it {number}", categories=("Network",))
        if number % 4 == 0:
            published(f"Not in it {number}", categories=("Other",))
    seen: list[str] = []
    address = "/category/network"
    while address:
        answer = client.get(address)
        seen += headlines(answer)
        address = next(iter(page(answer).xpath("//a[@rel='next']/@href")), "")
        assert not address or address.startswith("/category/network?before=")
    assert seen == [f"In it {number}" for number in reversed(range(PAGE + 3))]
    last = client.get("/category/network?before=MQ")
    assert said(last)[1] == said(client.get("/category/network"))[1]  # no cursor: the first page


def test_a_known_subject_without_news_is_an_empty_page_in_every_language(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    key = published("Roaming", **ABOUT)
    for scope, _, name in SUBJECTS:
        answer = client.get(f"/az/{scope}")
        assert (answer.status_code, page(answer).findtext(".//h1"), headlines(answer)) == (200, name, [])
        assert client.get(f"/az/feeds/{scope}").status_code == 200
    road.act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    for scope, _, _ in SUBJECTS:
        assert (client.get(f"/{scope}").status_code, headlines(client.get(f"/{scope}"))) == (200, [])
        assert client.get(f"/feeds/{scope}").status_code == 200
    assert not {"Network", "Roaming", "NEQSOL Holding"} & set(listed(client.get("/feeds")))


def unknown(scope: str) -> list[str]:
    """Every address that a scope has in Flask; its feeds that are there never come so far."""
    documents = [f"/feeds/{scope}{rest}" for fmt in FORMATS for rest in (f".{fmt}", f"/archive/50.{fmt}")]
    return [f"/{scope}", f"/feeds/{scope}", f"/{scope}?before=MQ", *documents]


def test_what_is_not_known_yet_is_equal_to_what_never_was_byte_by_byte(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    fresh = {**ABOUT, "organisation": ""}
    never = {prefix: client.get(f"{prefix}/never-was") for prefix in ("", "/az")}
    planned("Tomorrow", **fresh)
    written("Only a draft", categories=("Drafted",), tags=(TagName("Drafted theme", "theme"),), authors=("Drafter",))
    hidden = [scope for scope, _, _ in SUBJECTS if not scope.startswith("organisation")]
    hidden += ["category/drafted", "tag/drafted-theme", "author/drafter", "category/never", "tag/%00", "tag/Bad", "x/y"]
    for prefix, nothing in never.items():
        for scope in hidden:
            for address in unknown(scope):
                status, body, _ = said(client.get(prefix + address))
                assert (status, body) == (404, nothing.data), prefix + address
    # Headers too, among addresses of one kind: those below /feeds may be read by scripts of other sites.
    for shape in ("/{}", "/feeds/{}", "/feeds/{}.atom", "/feeds/{}/archive/50.rss"):
        answers = [said(client.get(shape.format(scope))) for scope in hidden]
        assert all(answer == answers[0] for answer in answers), shape


def test_an_embargoed_item_changes_no_public_byte_until_its_moment(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = newsroom("en,az")
    published("Known", categories=("Innovation",), tags=(TagName("Known theme", "theme"),), authors=("Ada",))
    known = (
        "category/innovation",
        "tag/known-theme",
        "author/ada",
        "organisation/bakcell",
        "organisation/neqsol-holding",
    )
    addresses = ["/", "/archive", "/sitemap.xml", "/feeds.opml", "/feeds", *(f"/feeds/{kind}" for kind in feeds.LISTS)]
    addresses += [address for scope, _, _ in SUBJECTS for address in unknown(scope)]
    addresses += [address for scope in known for address in (f"/{scope}", f"/feeds/{scope}", f"/{scope}/feed")]
    addresses += [f"/az{address}" for address in addresses]
    before = {address: said(client.get(address)) for address in addresses}
    assert before["/organisation/neqsol-holding"][0] == 404
    key = planned(
        "Tomorrow",
        categories=("Network", "Innovation"),
        tags=(*ABOUT["tags"], TagName("Known theme", "theme")),
        authors=("Rəşad Həsənov", "Ada"),
        organisation="neqsol-holding",
    )
    for address, was_said in before.items():
        assert said(client.get(address)) == was_said, address
    road.act(publishing.unschedule, key, actor=SYSTEM)
    moment = (clock.now() + timedelta(hours=1)).replace(microsecond=0)
    road.act(publishing.schedule, key, moment, actor=SYSTEM)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: moment - timedelta(microseconds=1))
    for address, was_said in before.items():
        assert said(client.get(address)) == was_said, address
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert client.get("/organisation/neqsol-holding").status_code == 200
    for address in ("/feeds", "/feeds/tag", "/feeds.opml", "/category/network", "/feeds/author", "/tag/known-theme"):
        assert said(client.get(address)) != before[address], address
    monkeypatch.setattr(clock, "now", real)


def test_the_catalogue_shows_by_kind_and_name_what_carries_something_in_the_language(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    for name in ("Şəki", "Əli Bayramlı", "Ağdam", "Zaqatala", "İsmayıllı", "Xaçmaz", "Eldar"):
        published(name, "az", tags=(TagName(name, "place"),), categories=("Regions",))
    answer = client.get("/az/feeds")
    tree = page(answer)
    assert tree.xpath("string(//main//h2)") == "Bütün xəbərlər"
    places = tree.xpath("//section[@aria-labelledby='list-place']//li/a")
    assert [a.text for a in places] == ["Ağdam", "Eldar", "Əli Bayramlı", "Xaçmaz", "İsmayıllı", "Şəki", "Zaqatala"]
    assert listed(answer)[0] == "Regions"
    assert [s.get("aria-labelledby") for s in tree.xpath("//section[starts-with(@aria-labelledby, 'list-')]")] == [
        "list-category",
        "list-organisation",
        "list-place",
    ]
    for a in places:
        assert client.get(a.get("href")).status_code == 200
    row = tree.xpath("//li[a='Şəki']//span[@class='formats']/a/@href")
    assert row == [f"{BASE}/az/feeds/tag/seki.{fmt}" for fmt in FORMATS]
    assert "Şəki" not in listed(client.get("/feeds"))
    assert listed(client.get("/feeds/organisation")) == ["Bakcell"]
    assert listed(client.get("/az/feeds/author")) == []


def test_long_lists_show_the_latest_and_have_pages_by_letter(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = newsroom()
    monkeypatch.setattr(feeds, "MOST", 12)
    monkeypatch.setattr(feeds, "PAGE", 20)
    names = [f"{letter} theme {number}" for letter in "PQRSTUV" for number in range(7)]
    for number, name in enumerate(reversed(names)):
        published(f"Item {number}", tags=(TagName(name, "theme"),))
    first = client.get("/feeds")
    shown = [a.text for a in page(first).xpath("//section[@aria-labelledby='list-theme']//li/a")]
    assert shown == names[:12]
    assert page(first).xpath("//a[@href='/feeds/theme']")
    seen: list[str] = []
    address = "/feeds/theme"
    while address:
        answer = client.get(address)
        assert page(answer).xpath("//link[@rel='canonical']/@href") == [BASE + address]
        seen += listed(answer)
        address = next(iter(page(answer).xpath("//a[@rel='next']/@href")), "")
    assert [name for name in seen if " theme " in name] == names
    assert len(seen) == len(names) + 5  # the seeded item's own themes
    for sign in "ADEMPQRSTUV":
        (link,) = page(client.get("/feeds/theme")).xpath(f"//nav[@class='letters']//a[.='{sign}']/@href")
        path, _, anchor = link.partition("#")
        there = page(client.get(path or "/feeds/theme"))
        assert there.xpath(f"//*[@id='{anchor}']"), sign
    whole = client.get("/feeds/theme").data
    for wrong in ("0", "99", "-1", "x", "1e3", "٣", "9" * 5000, ""):
        assert client.get("/feeds/theme", query_string={"page": wrong}).data == whole
    everybody = listed(client.get("/feeds/tag"))
    assert len(everybody) == 20
    assert everybody[:2] == ["Artificial intelligence", "Ayaz Mirzayev"]


def test_the_catalogue_is_gathered_once_for_each_change(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    client = newsroom("en,az")
    asked: list[str] = []
    real = catalogue.carrying
    monkeypatch.setattr(
        catalogue, "carrying", lambda s, language, **k: (asked.append(language), real(s, language, **k))[1]
    )
    for _ in range(3):
        for address in ("/feeds", "/feeds/tag", "/feeds/category", "/az/feeds"):
            assert client.get(address).status_code == 200
    assert sorted(asked) == ["az", "en"]
    published("New", categories=("Network",))
    assert "Network" in listed(client.get("/feeds"))
    assert sorted(asked) == ["az", "en", "en"]


def outlines(answer: TestResponse) -> dict[str, str]:
    """Address of each feed → name, as a parser that nobody here wrote reads it."""
    found = listparser.parse(answer.get_data(as_text=True))
    assert not found.bozo, found.bozo_exception
    return {feed.url: feed.title for feed in found.feeds}


def test_feed_readers_take_in_the_whole_catalogue_as_opml(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Roaming", "az", **{**ABOUT, "tags": (TagName('AT&T <"x">', "theme"),)})
    answer = client.get("/az/feeds.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert outlines(answer) == {
        f"{BASE}/az/feeds/news.atom": "Bakcell Newsroom",
        f"{BASE}/az/feeds/category/network.atom": "Network",
        f"{BASE}/az/feeds/organisation/neqsol-holding.atom": "NEQSOL Holding",
        f"{BASE}/az/feeds/author/resad-hesenov.atom": "Rəşad Həsənov",
        f"{BASE}/az/feeds/tag/at-t-x.atom": 'AT&T <"x">',
    }
    tree = etree.fromstring(answer.data)
    assert (tree.tag, tree.get("version")) == ("opml", "2.0")
    assert [group.get("text") for group in tree.findall("body/outline")[1:]] == [
        "Kateqoriyalar",
        "Təşkilatlar",
        "Müəlliflər",
        "Mövzular",
    ]
    for feed in tree.iterfind(".//outline[@xmlUrl]"):
        assert (feed.get("type"), feed.get("language")) == ("rss", "az")
        assert feed.get("title") == feed.get("text")
        assert client.get(feed.get("htmlUrl").removeprefix(BASE)).status_code == 200
    names = listed(client.get("/feeds"))
    assert [
        feed.get("text") for feed in etree.fromstring(client.get("/feeds.opml").data).iterfind(".//outline/outline")
    ] == names
    catalogue_page = page(client.get("/az/feeds"))
    assert catalogue_page.xpath("//link[@rel='outline']/@href") == ["/az/feeds.opml"]
    assert catalogue_page.xpath("//main//a[@href='/az/feeds.opml']")


@pytest.mark.parametrize("address", ["/feeds.opml", "/category/innovation", "/feeds/category/innovation", "/feeds/tag"])
def test_what_has_not_changed_is_not_sent_again(newsroom: Newsroom, address: str) -> None:
    client = newsroom()
    first = client.get(address)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.head(address).headers["Content-Length"] == str(len(first.data))
    published("More", categories=("Innovation",), tags=(TagName("New", "theme"),))
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_feeds_page_says_what_it_carries_and_on_what_terms(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    for number in range(7):
        published(f"Item {number}", categories=("Network",))
    answer = client.get("/feeds/category/network")
    tree = page(answer)
    assert tree.xpath("//input[@readonly]/@value") == [f"{BASE}/feeds/category/network.{fmt}" for fmt in FORMATS]
    assert headlines(answer) == [f"Item {number}" for number in (6, 5, 4, 3, 2)]
    text = tree.text_content()
    assert "All news in the category Network, in full, newest first." in text
    assert "prev-archive" in text
    assert "Name Bakcell Newsroom as the source." in text
    assert alternates(answer)[0] == f"{BASE}/feeds/category/network.atom"
    assert [a.get("href") for a in tree.xpath("//nav[@aria-label='Language']/a")] == [
        "/feeds/category/network",
        "/az/feeds/category/network",
    ]


@pytest.mark.parametrize("terms", ["Ask <us> first.", "https://example.com/terms?a=1&b=2"])
def test_the_newsrooms_own_terms_are_shown(newsroom: Newsroom, terms: str) -> None:
    tree = page(newsroom(FEED_LICENCE=terms).get("/feeds/news"))
    (shown,) = tree.xpath("//dt[@id='licence']/following-sibling::dd[1]")
    assert terms in (shown.text_content(), *shown.xpath("./a[@rel='license']/@href"))


def test_what_was_renamed_leads_on_for_pages_feeds_and_archives(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Roaming", **ABOUT)
    was("category/older", "category/old")
    was("category/old", "category/network")
    for prefix in ("", "/az"):
        for scope in ("category/old", "category/older"):
            for address in unknown(scope):
                answer = client.get(prefix + address)
                path = address.partition("?")[0].replace(scope, "category/network")
                assert (answer.status_code, answer.headers["Location"]) == (301, prefix + path), address
                assert answer.headers["Cache-Control"] == "no-cache"
                assert ("Access-Control-Allow-Origin" in answer.headers) == ("/feeds" in address)
    for address in ("/feeds/category/old.exe", "/feeds/category/old.atom.exe", "/feeds/category/old/archive/x.atom"):
        assert client.get(address).status_code == 404
    for number in ("-1", "1" * 40, "٣", "1.2", ""):
        assert client.get(f"/feeds/category/old/archive/{number}.atom").status_code == 404


def test_what_was_given_up_is_gone(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    was("tag/old", None)
    for address in unknown("tag/old"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (410, "no-cache"), address
        document = re.search(r"\.(atom|rss|json)$", address)
        assert answer.mimetype == ("text/plain" if document else "text/html")
        assert len(answer.data) < 100 or not document
    assert page(client.get("/az/tag/old")).get("lang") == "az"
    assert b"old" not in client.get("/tag/old").data


def test_scripts_of_other_sites_may_ask_at_old_addresses_as_at_new_ones(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    client.application.wsgi_app = front(client.application.wsgi_app)  # type: ignore[method-assign]  # as it is served
    published("Roaming", **ABOUT)
    was("tag/old", "tag/roaming")
    was("tag/gone", None)
    for rest in (".atom", ".json", "/archive/50.rss"):
        told = {}
        for address, status in ((f"/az/feeds/tag/old{rest}", 301), (f"/feeds/tag/gone{rest}", 410)):
            answer = client.get(address)
            assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, "*")
            assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
            told[address] = client.options(address)
        told["live"] = client.options("/feeds/tag/roaming.atom")
        for address, answer in told.items():
            assert answer.status_code in (200, 204), address
            said = {name: answer.headers[name] for name in PREFLIGHT}
            assert said == PREFLIGHT, address
            assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_archives_of_an_address_in_use_again_are_not_given_up(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    client.application.wsgi_app = front(client.application.wsgi_app)  # type: ignore[method-assign]  # as it is served
    published("First", tags=(TagName("Robots"),))
    road.act(subjects.remove, "tag", "robots", actor=SYSTEM)
    for prefix in ("", "/az"):
        assert client.get(f"{prefix}/feeds/tag/robots.atom").status_code == 410
        assert client.get(f"{prefix}/feeds/tag/robots/archive/50.atom").status_code == 410
    key = planned("Second", tags=(TagName("Robots"),))
    assert client.get("/feeds/tag/robots/archive/50.atom").status_code == 410
    road.act(publishing.unschedule, key, actor=SYSTEM)
    road.act(publishing.publish, key, actor=SYSTEM)
    for prefix in ("", "/az"):
        assert client.get(f"{prefix}/feeds/tag/robots.atom").status_code == 200
        for number in ("50", "9000", "1234567890"):
            assert client.get(f"{prefix}/feeds/tag/robots/archive/{number}.atom").status_code == 404


def test_an_old_name_betrays_no_subject_that_is_not_known_yet(newsroom: Newsroom) -> None:
    client = newsroom()
    never = client.get("/never-was").data
    planned("Tomorrow", **ABOUT)
    was("tag/old", "tag/roaming")
    was("tag/nowhere", "tag/never")
    was("tag/round", "tag/about")
    was("tag/about", "tag/round")
    for scope in ("tag/old", "tag/nowhere", "tag/round"):
        for address in unknown(scope):
            assert (client.get(address).status_code, client.get(address).data) == (404, never), address


def announced(scope: str) -> None:
    """A scope that an administrator made known ahead of any item."""
    with db.transaction() as session:
        version = session.scalar(select(func.max(Change.id))) or 0
        places.ensure(session, [scope], version=version, now=clock.now())
        session.execute(update(Feed).where(Feed.scope == scope).values(announced_at=clock.now()))


def test_an_announced_subject_has_its_pages_and_waits_outside_the_catalogue(newsroom: Newsroom) -> None:
    client = newsroom()
    with db.transaction() as session:
        session.add(Category(slug="sport", name="Sport", created_at=clock.now()))
    assert client.get("/category/sport").status_code == 404
    announced("category/sport")
    for address in ("/category/sport", "/feeds/category/sport"):
        answer = client.get(address)
        assert (answer.status_code, page(answer).findtext(".//h1"), headlines(answer)) == (200, "Sport", [])
    assert "Sport" not in client.get("/feeds").get_data(as_text=True)
    assert "Sport" not in client.get("/feeds.opml").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["category", "tag", "organisation"])
def test_a_feed_whose_subject_is_gone_has_no_page(newsroom: Newsroom, kind: str) -> None:
    client = newsroom()
    announced(f"{kind}/lost")
    for address in (f"/{kind}/lost", f"/feeds/{kind}/lost"):
        assert client.get(address).status_code == 404
    was(f"{kind}/lost", None)
    for address in (f"/{kind}/lost", f"/feeds/{kind}/lost"):
        assert client.get(address).status_code == 410


def test_a_subject_that_took_its_old_name_again_is_there(newsroom: Newsroom) -> None:
    client = newsroom()
    published("Roaming", **ABOUT)
    was("tag/roaming", None)
    assert headlines(client.get("/tag/roaming")) == ["Roaming"]
    assert client.get("/feeds/tag/roaming").status_code == 200


def test_visitors_of_other_newsrooms_find_a_subjects_feed(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    for guess, suffix in GUESSES.items():
        for prefix in ("", "/az"):
            for scope in ("news", *(f"{kind}/some-name" for kind in scopes.SCOPES)):
                below = "" if scope == "news" else f"/{scope}"
                for address in (f"{prefix}{below}{guess}", f"{prefix}{below}{guess}/"):
                    answer = client.get(address)
                    wanted = (301, f"{prefix}/feeds/{scope}.{suffix}")
                    assert (answer.status_code, answer.headers["Location"]) == wanted, address
                    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_every_kind_of_feed_has_its_name_for_people() -> None:
    kinds = {kind for kind in scopes.SCOPES if kind != "tag"} | set(labels.TAG_KINDS)
    assert kinds <= set(labels.KINDS)
    assert set(feeds.SECTIONS) == kinds


def test_without_a_database_subjects_ask_to_come_back(newsroom: Newsroom, database: Database) -> None:
    client = newsroom()
    assert client.get("/feeds.opml").status_code == 200
    let_go()
    database.away()
    for address in ("/category/innovation", "/feeds", "/feeds/tag", "/feeds/category/innovation", "/feeds.opml"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), address
