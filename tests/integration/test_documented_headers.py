"""What docs/operating.md and docs/feeds.md say of caching is what the newsroom answers, address by address."""

import re
from pathlib import Path
from typing import Any

import pytest
from apps import application
from databases import Database, let_go
from picture_samples import picture
from werkzeug.test import Client, TestResponse

from feedsvc import road
from feedsvc.newsroom import items, pictures, publishing, subjects
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.front import front

ROOT = Path(__file__).parents[2]
_BROWSER = {"Sec-Fetch-Dest": "document"}


def documented() -> dict[str, tuple[str, set[str]]]:
    """Row of the table → what `Cache-Control` is said to be, and which validators."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = page[page.index("| answer | `Cache-Control` | validators |") :].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {name: (re.findall("`([^`]+)`", said)[0], set(re.findall("`([^`]+)`", has))) for name, said, has in rows}


class Whole(TestResponse):
    """An answer that was read to its end, so that its file is closed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.get_data()
        self.close()


@pytest.fixture
def client(instance: Path) -> Client:
    app: Any = application()
    return Client(front(app.wsgi_app), Whole)


def published(slug: str, **fields: Any) -> str:
    draft = checked(ItemDraft(headline=slug, slug=slug, **fields), ("en",))
    key: str = road.act(items.create, draft, actor=SYSTEM).item.key
    road.act(publishing.publish, key, actor=SYSTEM)
    return key


def test_every_answer_says_to_caches_what_the_operators_page_says(client: Client) -> None:
    row = road.act(pictures.add, pictures.prepared(picture(400, 300), "a.jpg"), actor=SYSTEM)
    published("with-picture", pictures=(Caption(row.key, alt="A"),), tags=(TagName("Old", "theme"),))
    road.act(publishing.withdraw, published("gone"), "It was wrong.", actor=SYSTEM)
    road.act(subjects.rename, "tag", "old", name="New", new_slug="new", actor=SYSTEM)
    home = client.get("/").text
    sheet = re.search(r'href="(/static/[^"]+\.css[^"]*)"', home)
    media = re.search(r'(/media/[^" ]+\.jpg)', client.get("/news/with-picture").text)
    assert sheet
    assert media
    asked: dict[str, list[tuple[str, int, dict[str, str]]]] = {
        "a feed and its archives: 200, 304": [(f"/feeds/news.{suffix}", 200, {}) for suffix in ("atom", "rss", "json")],
        "the feed of a search": [("/search.atom?q=picture", 200, {})],
        "a browser that follows a link to a feed: 303 to the page about it": [("/feeds/news.atom", 303, _BROWSER)],
        "pages, `.txt`, `.md`, lists for machines": [
            (path, 200, {})
            for path in (
                *("/", "/news/with-picture", "/news/with-picture.txt", "/news/with-picture.md", "/archive", "/contacts", "/about"),
                *("/search?q=picture", "/tag/new", "/feeds", "/feeds/news", "/feeds.opml", "/sitemap.xml", "/news-sitemap.xml"),
                *("/robots.txt", "/llms.txt", "/opensearch.xml"),
            )
        ],
        "an old address: 301; what was taken back: 410; nothing: 404": [
            ("/tag/old", 301, {}), ("/feeds/tag/old.atom", 301, {}), ("/news/gone", 410, {}), ("/news/never", 404, {}),
        ],
        "a public picture": [(media[1], 200, {})],
        "`/static/…`": [(sheet[1], 200, {})],
        "desk, API": [("/desk/login", 200, {}), ("/desk/", 303, {}), ("/api/v1/items", 401, {})],
        "`/api/openapi.json`": [("/api/openapi.json", 200, {})],
        "`/healthz`, `/readyz`, `/metrics`; any 503, which has `Retry-After` too": [("/healthz", 200, {}), ("/metrics", 200, {})],
    }  # fmt: skip
    table = documented()
    assert set(table) - set(asked) == {"the style sheet of the newsroom's look, and its logo"}  # test_look.py
    for name, addresses in asked.items():
        said, validators = table[name]
        for path, status, headers in addresses:
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.headers.get("Cache-Control")) == (status, said), path
            assert {one for one in ("ETag", "Last-Modified") if one in answer.headers} == validators, path
            if validators:
                again = client.get(path, headers={**headers, "If-None-Match": answer.headers["ETag"]})
                assert (again.status_code, again.headers["Cache-Control"], again.data) == (304, said, b""), path
            if name != "desk, API":
                assert "Set-Cookie" not in answer.headers, path


def test_what_may_not_be_kept_is_said_with_every_503_too(client: Client, database: Database) -> None:
    assert client.get("/feeds/news.atom").status_code == 200
    let_go()
    database.away()
    said, _ = documented()["`/healthz`, `/readyz`, `/metrics`; any 503, which has `Retry-After` too"]
    for path in ("/", "/news/bakcell-media-trip-karabakh", "/readyz", "/search?q=a", "/sitemap.xml"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (503, said), path
        assert answer.headers["Retry-After"].isdecimal(), path
    assert client.get("/feeds/news.atom").status_code == 200  # they lie on the shelf


def test_a_style_sheet_is_no_feed(client: Client) -> None:
    """Its name begins like their addresses do."""
    assert "Access-Control-Allow-Origin" not in client.get("/static/feedsvc.css").headers
    for path in ("/feeds", "/feeds/news", "/feeds.opml", "/search.atom?q=a", "/feeds/nothing.atom"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*", path


def test_the_samples_and_the_contract_name_the_same_header() -> None:
    said, _ = documented()["a feed and its archives: 200, 304"]
    for name in ("nginx.conf", "varnish.vcl", "Caddyfile"):
        sample = " ".join(
            line.strip("# ") for line in (ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines()
        )
        assert said.removeprefix("public, ") in sample, name
