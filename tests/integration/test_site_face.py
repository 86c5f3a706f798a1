"""What the newsroom shows beyond its texts: languages, corrections, forms, dates, lists for machines."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk_newsroom import words
from lxml import etree
from markdown_it import MarkdownIt
from picture_samples import picture
from test_site_pages import BASE, SCHEMA, SEEDED, Newsroom, act, headers, newsroom, page, published, written

from feedsvc import clock, db, road, settings
from feedsvc.models import Translation
from feedsvc.newsroom import (
    contacts,
    html,
    items,
    listing,
    look,
    pictures,
    publishing,
    revisions,
    seed,
    standing,
    whereabouts,
)
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.look import Look
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.site import sitemaps

__all__ = ["newsroom"]
PLACES = ("/", SEEDED, f"{SEEDED}.md", f"{SEEDED}.txt", "/archive", "/topics", "/contacts", "/about", "/feeds")
LISTS = ("/sitemap.xml", "/sitemap/pages.xml", "/news-sitemap.xml", "/robots.txt", "/llms.txt")
DAY = timedelta(days=1)
BAKU = ZoneInfo("Asia/Baku")


def checked_draft(**fields: Any) -> Any:
    return checked(ItemDraft(**fields), settings.current().languages)


def translated(key: str, language: str, headline: str, slug: str) -> None:
    """A draft of an item in another language."""
    now = clock.now()
    text = checked_draft(headline=headline, language=language, slug=slug, body_html=f"<p>{headline}</p>")

    def made(session: Any, *, actor: Any, now: datetime) -> None:
        item_id = standing.find(session, key).item_id
        row = Translation(item_id=item_id, language=language, state="draft", version=1, changed_at=now)
        session.add(row)
        session.flush()
        revisions.add(session, row, text, given_slug=True, actor=actor, now=now)

    act(made, now=now)


def saved(key: str, **fields: Any) -> None:
    """Another text of an item."""
    with db.reading() as session:
        base = standing.find(session, key).head.number
    act(items.save, key, checked_draft(**fields), base=base)


def said(answer: Any) -> dict[str, Any]:
    """The nodes of a page's JSON-LD by type."""
    [block] = page(answer).xpath("//script[@type='application/ld+json']/text()")
    return {node["@type"]: node for node in json.loads(block)["@graph"]}


def test_the_switch_stays_on_the_item_where_readers_have_it_in_the_language(newsroom: Newsroom) -> None:
    client = newsroom("en,az,ru")
    key = published("Network", slug="network")
    translated(key, "az", "Şəbəkə", "sebeke")

    def shown(address: str) -> tuple[list[str], list[str]]:
        tree = page(client.get(address))
        heads = tree.xpath("//link[@rel='alternate'][@hreflang]/@href")
        return tree.xpath("//header//nav//a[@hreflang]/@href"), heads

    alone = (["/news/network", "/az/", "/ru/"], [f"{BASE}/news/network"] * 2)
    assert shown("/news/network") == alone
    moment = clock.now() + DAY
    act(publishing.schedule, key, moment, language="az")
    assert shown("/news/network") == alone
    act(publishing.unschedule, key, language="az")
    act(publishing.publish, key, language="az")
    both = [f"{BASE}/news/network", f"{BASE}/news/network", f"{BASE}/az/news/sebeke"]
    assert shown("/news/network") == (["/news/network", "/az/news/sebeke", "/ru/"], both)
    assert shown("/az/news/sebeke") == (["/news/network", "/az/news/sebeke", "/ru/"], both)
    assert shown("/az/archive")[0] == ["/archive", "/az/archive", "/ru/archive"]
    act(publishing.withdraw, key, "Wrong.", language="az")
    assert shown("/news/network") == alone


def test_a_correction_shows_what_it_changed_and_never_what_was_taken_back(newsroom: Newsroom) -> None:
    client = newsroom()
    text = {
        "headline": "Speeds",
        "slug": "speeds",
        "body_html": "<p>It reaches 620 megabits in the centre of town.</p>",
    }
    began = clock.now() - 3 * DAY
    key = published(now=began, **text)
    saved(key, **text | {"body_html": "<p>It reaches 999 megabits in the centre of town.</p>"})
    act(publishing.correct, key, "Never said.", publish_at=began + 2 * DAY, now=began + timedelta(hours=1))
    act(publishing.unschedule, key, now=began + DAY)
    text["body_html"] = "<p>It reaches 540 megabits in the centre of town.</p>"
    saved(key, **text)
    act(publishing.correct, key, "The speed was wrong.", publish_at=clock.now() + DAY)
    plain = page(client.get("/news/speeds"))
    assert not plain.xpath("//aside[contains(@class, 'correction')]")
    act(publishing.unschedule, key)
    act(publishing.correct, key, "The speed was wrong.")
    answer = client.get("/news/speeds")
    [note] = page(answer).xpath("//aside[contains(@class, 'correction')]")
    assert "The speed was wrong." in note.text_content()
    assert "620" in note.xpath("string(.//details//del)")
    assert "540" in note.xpath("string(.//details//ins)")
    assert "999" not in answer.text
    assert said(answer)["NewsArticle"]["correction"][0]["text"] == "The speed was wrong."
    act(publishing.withdraw, key, "All of it was wrong.")
    text["body_html"] = "<p>It reaches 300 megabits in the centre of town.</p>"
    saved(key, **text)
    act(publishing.publish, key)
    text["body_html"] = "<p>It reaches 310 megabits in the centre of town.</p>"
    saved(key, **text)
    act(publishing.correct, key, "A little more.")
    again = words(client.get("/news/speeds"))
    assert "300" in again
    assert not re.search(r"\b(620|540)\b", again)  # as a word: the item's own id may have these digits in it


def test_what_an_update_took_out_is_in_no_correction_before_it(newsroom: Newsroom) -> None:
    client = newsroom()
    text = {"headline": "Speeds", "slug": "speeds"}
    key = published(body_html="<p>Anna Doe says it reaches 620 megabits.</p>", **text)
    saved(key, body_html="<p>Anna Doe says it reaches 540 megabits.</p>", **text)
    act(publishing.correct, key, "The speed was wrong.")
    assert "620" in client.get("/news/speeds").text
    saved(key, body_html="<p>We say it reaches 540 megabits.</p>", **text)
    act(publishing.update, key, publish_at=clock.now() + DAY)
    assert "620" in client.get("/news/speeds").text  # Not yet.
    act(publishing.unschedule, key)
    act(publishing.update, key)
    answer = client.get("/news/speeds").text
    assert "The speed was wrong." in answer
    assert "Anna" not in answer
    assert "620" not in answer
    saved(key, body_html="<p>We say it reaches 530 megabits.</p>", **text)
    act(publishing.correct, key, "Wrong again.")
    answer = client.get("/news/speeds").text
    assert "530" in answer
    assert "540" in answer
    assert "Anna" not in answer


BODY = """<p>First <strong>bold</strong> and <em>leaning</em>, 5 * 5 [x] <a href="https://example.org/a_b">link</a>.</p>
<h2># Not 1. a list</h2><p>1. not a list<br>- nor this</p><ul><li>one</li><li>two<ol start="3"><li>three</li></ol></li></ul>
<figure><blockquote><p>We <b>promised</b>.</p></blockquote><figcaption>Somebody, chief</figcaption></figure>
<table><caption>Figures</caption><tbody><tr><th>Year</th><th>Count</th></tr><tr><td>2026</td><td>14</td></tr></tbody></table>
<pre>  as it
    stands</pre><hr><p>&lt;script&gt; &amp; _under_ `code` ~~gone~~ | end</p>"""


def test_an_item_as_text_and_as_markdown_says_what_its_page_says(newsroom: Newsroom) -> None:
    client = newsroom()
    key = published("Plain <words>", slug="plain", summary="In short.", body_html=BODY)
    markdown = client.get("/news/plain.md")
    assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert markdown.headers["Link"] == f'<{BASE}/news/plain>; rel="canonical"'
    rendered = MarkdownIt("commonmark").enable("table").render(markdown.text)
    back = html.text_of(rendered)
    for part in (
        "First bold and leaning, 5 * 5 [x] link.",
        "# Not 1. a list",
        "1. not a list - nor this",
        "one two three",
    ):
        assert part in back
    for part in (
        "We promised. — Somebody, chief",
        "Figures Year Count 2026 14",
        "<script> & _under_ `code` ~~gone~~ | end",
    ):
        assert part in back
    for found in (
        "<strong>bold</strong>",
        '<a href="https://example.org/a_b">link</a>',
        "<table>",
        '<ol start="3">',
        "<hr",
    ):
        assert found in rendered
    assert "<script" not in rendered
    text = client.get("/news/plain.txt")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    for line in ("Plain <words>", "In short.", "• one", "> — Somebody, chief", "2026  14", f"{BASE}/news/plain"):
        assert line in text.text.splitlines(), line
    assert "link (https://example.org/a_b)" in text.text
    for suffix in ("md", "txt"):
        answer = client.get(f"/news/plain.{suffix}")
        same = client.get(f"/news/plain.{suffix}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (same.status_code, same.data) == (304, b"")
    never = client.get("/news/never.md")
    act(publishing.schedule, written("Tomorrow", slug="tomorrow"), clock.now() + DAY)
    planned = client.get("/news/tomorrow.md")
    assert (planned.status_code, planned.data, headers(planned)) == (404, never.data, headers(never))
    saved(key, headline="Plain", slug="plainer", body_html=BODY)
    act(publishing.update, key)
    moved = client.get("/news/plain.txt")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/news/plainer.txt")
    act(publishing.withdraw, key, "Wrong.")
    assert client.get("/news/plainer.md").status_code == 410


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Baku", {"en": "22 November 2026, 12:00 (Baku, GMT+04:00)", "az": "22 noyabr 2026, 12:00 (Bakı, GMT+04:00)", "ru": "22 ноября 2026, 12:00 (Баку, GMT+04:00)"}),
        ("America/St_Johns", {"en": "22 November 2026, 04:30 (St. John’s, GMT-03:30)"}),
        ("UTC", {"en": "22 November 2026, 08:00 (GMT+00:00)"}),
        ("Etc/GMT-4", {"en": "22 November 2026, 12:00 (GMT+04:00)"}),
    ],
)  # fmt: skip
def test_text_and_markdown_say_the_newsrooms_time_with_its_offset(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, zone: str, said: dict[str, str]
) -> None:
    monkeypatch.setenv("FEEDSVC_TIME_ZONE", zone)
    client, at = newsroom(",".join(said)), datetime(2026, 11, 22, 8, tzinfo=UTC)
    for language, moment in said.items():
        published("Dated", language, slug="dated", now=at)
        prefix = "" if language == "en" else f"/{language}"
        for suffix in ("txt", "md"):
            assert moment in client.get(f"{prefix}/news/dated.{suffix}").text.splitlines(), suffix
        hour = moment.partition(" (")[0]
        assert hour in client.get(f"{prefix}/news/dated").text  # the page says the same one


def test_the_archive_by_year_and_month_goes_by_the_newsrooms_clock(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    for number in range(22):
        published(f"Old {number}", now=datetime(2024, 12, 31, 19, 59, tzinfo=UTC))
    published("In Baku it is next year", slug="next", now=datetime(2024, 12, 31, 20, 0, tzinfo=UTC))
    gone = published("Taken back", now=datetime(2023, 5, 1, tzinfo=UTC))

    def listed(address: str) -> list[str]:
        return [str(a) for a in page(client.get(address)).xpath("//main//li//h2/a/text()")]

    assert listed("/archive/2023") == ["Taken back"]
    act(publishing.withdraw, gone, "Wrong.")
    act(publishing.schedule, written("To come"), datetime(2031, 2, 3, tzinfo=UTC))
    assert listed("/archive/2025/01") == listed("/archive/2025") == ["In Baku it is next year"]
    first = client.get("/archive/2024/12")
    more = page(first).xpath("//a[@rel='next']/@href")[0]
    assert more.startswith("/archive/2024/12?before=")
    assert sorted(listed("/archive/2024/12") + listed(more)) == sorted(f"Old {number}" for number in range(22))
    years = page(first).xpath("//nav[contains(@class, 'dates')]/ul[1]//a/text()")
    assert years == [str(clock.now().year), "2025", "2024"]
    assert page(first).xpath("//link[@rel='canonical']/@href") == [f"{BASE}/archive/2024/12"]
    never = client.get("/archive/1999")
    for address in ("/archive/2023", "/archive/2031/02", "/archive/2024/11", "/archive/2024/13", "/archive/0000/01"):
        answer = client.get(address)
        assert (answer.status_code, answer.data) == (404, never.data), address
    for address in ("/archive/24", "/archive/2024/1", "/archive/99999", "/archive/9999/12"):
        assert client.get(address).status_code == 404, address
    assert page(client.get("/archive/2025")).xpath("//header//nav//a[@hreflang='az']/@href") == ["/az/archive"]


def test_search_engines_are_told_in_data_that_nothing_can_break_out_of(newsroom: Newsroom) -> None:
    client = newsroom()
    row = act(pictures.add, pictures.prepared(picture(1400, 700), "a.jpg"))
    published(
        "Ends </script><script>alert(1)</script> & more",
        slug="odd",
        summary="<!-- In short",
        categories=("Network",),
        tags=(TagName("Somebody", "person"), TagName("Lachin", "place")),
        authors=("Ada",),
        pictures=(Caption(row.key, alt="Hills", credit="Photo: us"),),
    )
    answer = client.get("/news/odd")
    told = said(answer)
    article = told["NewsArticle"]
    assert article["headline"] == "Ends </script><script>alert(1)</script> & more"
    assert article["description"] == "<!-- In short"
    assert article["author"] == [{"@type": "Person", "name": "Ada", "url": f"{BASE}/author/ada"}]
    assert {(one["@type"], one["name"]) for one in article["about"]} == {("Person", "Somebody"), ("Place", "Lachin")}
    assert article["image"][0]["creditText"] == "Photo: us"
    assert client.get(article["image"][0]["url"].removeprefix(BASE)).status_code == 200
    assert [step["item"] for step in told["BreadcrumbList"]["itemListElement"]] == [
        f"{BASE}/",
        f"{BASE}/category/network",
        f"{BASE}/news/odd",
    ]
    tree = page(answer)
    assert len(tree.xpath("//script[not(@src)]")) == 1
    card = {meta.get("property"): meta.get("content") for meta in tree.xpath("//meta[@property]")}
    assert card["og:type"] == "article"
    assert card["og:url"] == tree.xpath("string(//link[@rel='canonical']/@href)") == f"{BASE}/news/odd"
    assert card["og:image"].startswith(f"{BASE}/media/{row.key}/")
    small = page(client.get("/archive")).xpath("//picture[@class='thumbnail']//img")[0]
    assert "320w" in small.get("srcset")
    assert set(said(client.get("/"))) == {"Organization", "WebSite"}
    assert "Set-Cookie" not in answer.headers


def test_beyond_one_sitemap_there_is_a_list_of_them(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    client = newsroom("en,az")
    for month in (1, 1, 2, 5):
        published(f"Item {month}", now=datetime(2025, month, 10, tzinfo=UTC))
    published("Bakıda", "az", slug="bakida", now=datetime(2025, 2, 10, tzinfo=UTC))
    act(publishing.schedule, written("To come"), datetime(2031, 2, 3, tzinfo=UTC))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

    def found(address: str) -> list[str]:
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
        return [str(one.text) for one in etree.fromstring(answer.data).iter(f"{space}loc")]

    whole = found("/sitemap.xml")
    monkeypatch.setattr(sitemaps, "MOST", 6)
    published("Now", slug="now")
    parts = found("/sitemap.xml")
    month = clock.now().astimezone(BAKU).strftime("%Y-%m")
    assert parts[:2] == [f"{BASE}/sitemap/pages.xml", f"{BASE}/sitemap/en-{month}.xml"]
    assert [part.rpartition("/")[2] for part in parts[2:]] == [
        "en-2025-05.xml",
        "en-2025-02.xml",
        "en-2025-01.xml",
        "az-2025-02.xml",
    ]
    listed = [address for part in parts for address in found(part.removeprefix(BASE))]
    assert sorted(listed) == sorted([*whole, f"{BASE}/news/now"])
    for address in (
        "/sitemap/en-2031-02.xml",
        "/sitemap/en-2025-03.xml",
        "/sitemap/ru-2025-01.xml",
        "/sitemap/en-0000-00.xml",
    ):
        assert client.get(address).status_code == 404
    for part in parts:
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.fromstring(client.get(part.removeprefix(BASE)).data))


def test_a_months_sitemap_is_gathered_once_for_each_change(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    client = newsroom("en,az")
    for month in (1, 2, 3, 4, 5, 6):
        published(f"Item {month}", now=datetime(2025, month, 10, tzinfo=UTC))
    published("Bakıda", "az", slug="bakida", now=datetime(2025, 1, 10, tzinfo=UTC))
    asked, looked_up = [], listing.addresses
    monkeypatch.setattr(listing, "addresses", lambda *a, **k: asked.append(1) or looked_up(*a, **k))

    def shown(name: str) -> bytes:
        return client.get(f"/sitemap/{name}.xml").data

    first = shown("en-2025-01")
    assert all(shown("en-2025-01") == first for _ in range(3))
    assert len(asked) == 1
    of_all = [first, *(shown(f"en-2025-{month:02}") for month in range(2, 7)), shown("az-2025-01")]
    assert len(set(of_all)) == 7
    assert shown("en-2025-01") == first
    kept = client.application.extensions["feedsvc-kept"]
    assert len([name for name in kept if "month " in name]) <= sitemaps.MONTHS_KEPT
    published("Item 1 b", now=datetime(2025, 1, 11, tzinfo=UTC))
    assert shown("en-2025-01") != first


def test_news_engines_get_two_days_and_language_models_a_page(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    published("Yesterday & <today>", slug="yesterday", now=clock.now() - DAY)
    published("Long ago", slug="long-ago", now=clock.now() - 3 * DAY)
    published("Bakıda", "az", slug="bakida")
    act(publishing.schedule, written("To come", slug="to-come"), clock.now() + DAY)
    tree = etree.fromstring(client.get("/news-sitemap.xml").data)
    names = {"s": tree.nsmap[None], "n": "http://www.google.com/schemas/sitemap-news/0.9"}
    assert tree.xpath("//s:loc/text()", namespaces=names)[-1] == f"{BASE}/news/yesterday"
    assert set(tree.xpath("//n:language/text()", namespaces=names)) == {"en", "az"}
    titles = tree.xpath("//n:title/text()", namespaces=names)
    assert "Yesterday & <today>" in titles
    assert "Long ago" not in titles
    short = client.get("/llms.txt").text
    assert f"({BASE}/news/yesterday.md)" in short
    assert short.startswith("# Bakcell Newsroom\n\n> ")
    assert "To come" not in short + client.get("/news-sitemap.xml").text


def test_a_page_is_made_once_and_remembered_only_while_it_is_true(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = newsroom()
    asked: list[str] = []
    real, real_now = whereabouts.at_slug, clock.now
    monkeypatch.setattr(whereabouts, "at_slug", lambda *a, **k: (asked.append("made"), real(*a, **k))[1])

    def shown(times: int) -> str:
        """The page, after asserting how often it was made for four who asked."""
        asked.clear()
        answers = [client.get(f"/news/kept{more}") for more in ("", "?utm=1", "", "?x")]
        assert len({answer.data for answer in answers}) == 1
        assert len({answer.headers["ETag"] for answer in answers}) == 1
        again = client.get("/news/kept", headers={"If-None-Match": answers[0].headers["ETag"]})
        assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", "no-cache")
        assert len(asked) == times
        return words(answers[0])

    who = road.act(contacts.add, Card(name="Aysel", email="aysel@example.org"), actor=SYSTEM)
    text = {"headline": "Kept", "slug": "kept", "body_html": "<p>Before.</p>", "contacts": (who.id,)}
    key = published(**text)
    assert "Aysel" in shown(1)
    assert "Before." in shown(0)
    road.act(contacts.change, who.id, Card(name="Leyla", email="aysel@example.org"), actor=SYSTEM)
    assert "Leyla" in shown(1)
    act(look.change, Look(line={"en": "Closer"}))
    assert "Closer" in shown(1)
    saved(key, **text | {"body_html": "<p>After.</p>"})
    moment = (clock.now() + DAY).replace(microsecond=0)
    act(publishing.correct, key, "Put right.", publish_at=moment)
    assert "Before." in shown(1)
    monkeypatch.setattr(clock, "now", lambda: moment - timedelta(microseconds=1))
    assert "Before." in shown(0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert "After." in shown(1)
    monkeypatch.setattr(clock, "now", real_now)
    assert "Before." in shown(1)
    act(publishing.withdraw, key, "Wrong.")
    assert client.get("/news/kept").status_code == 410


def test_contacts_and_topics_are_those_that_readers_may_know(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    act(contacts.add, Card(name="Aysel", email="aysel@example.org", phone="+994 12 498 00 00", languages=("az",)))
    act(contacts.add, Card(name="Hidden", email="hidden@example.org", public=False))
    act(contacts.add, Card(name="Retired", email="retired@example.org", active=False))
    answer = client.get("/contacts")
    tree = page(answer)
    assert tree.xpath("//main//h2/text()") == ["Aysel"]
    assert tree.xpath("//main//a/@href") == ["tel:+994124980000", "mailto:aysel@example.org"]
    assert said(answer)["Organization"]["contactPoint"][0]["telephone"] == "+994124980000"
    assert "hidden@" not in answer.text
    key = written("Secret", tags=(TagName("Secret project", "theme"),))
    road.act(publishing.schedule, key, clock.now() + DAY, actor=SYSTEM)
    assert "Secret project" not in client.get("/topics").text
    road.act(publishing.unschedule, key, actor=SYSTEM)
    road.act(publishing.publish, key, actor=SYSTEM)
    assert "/tag/secret-project" in page(client.get("/topics")).xpath("//main//a/@href")


def test_what_is_planned_changes_no_byte_of_any_page_or_list(newsroom: Newsroom) -> None:
    client = newsroom("en,az")
    places = [prefix + place for prefix in ("", "/az") for place in PLACES if not (prefix and seed.SLUG in place)]
    today = clock.now().astimezone(BAKU)  # the archive goes by the newsroom's clock
    places += [*LISTS, today.strftime("/archive/%Y"), today.strftime("/archive/%Y/%m")]

    def seen() -> list[tuple[int, bytes, dict[str, str]]]:
        return [(answer.status_code, answer.data, headers(answer)) for answer in map(client.get, places)]

    before = seen()
    assert {status for status, _, _ in before} == {200}
    row = act(pictures.add, pictures.prepared(picture(), "a.jpg"))
    tags = (TagName("Unheard of", "theme"), TagName("Nobody", "person"))
    key = written("Planned", "az", tags=tags, categories=("New section",), pictures=(Caption(row.key, alt="Hills"),))
    road.act(publishing.schedule, key, clock.now() + DAY, actor=SYSTEM)
    with db.reading() as session:
        from feedsvc.models import Item

        seeded = session.query(Item.key).order_by(Item.id).first()[0]
    translated(seeded, "az", "Tərcümə", "tercume")
    road.act(publishing.schedule, seeded, clock.now() + DAY, language="az", actor=SYSTEM)
    assert seen() == before
