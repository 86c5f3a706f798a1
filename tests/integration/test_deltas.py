"""226: a reader that has an earlier version is sent what is new alone, as RFC 3229 has it and as feed readers ask for it."""

import gzip
import json
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from apps import application
from lxml import etree
from test_scopes import Clock, past, saved, time, written
from werkzeug.test import Client

from feedsvc import settings, shelf
from feedsvc.feeds import build, bulk, contents
from feedsvc.feeds import past as remembered
from feedsvc.formats.registry import AGENCY, FORMATS
from feedsvc.newsroom import publishing
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key
from feedsvc.web.front import front

__all__ = ["time"]
ASKS = {"A-IM": "feed"}


@pytest.fixture
def client(time: Clock) -> Client:
    act(bulk.bring_in, [past(n, time.now - timedelta(hours=n + 1)) for n in range(12)], actor=SYSTEM)
    app: Any = application()
    return Client(front(app.wsgi_app))


def published(headline: str, slug: str, time: Clock) -> str:
    time.go(minutes=1)
    key = written(headline, slug=slug, body_html=f"<p>{headline}, ]]> &amp; more</p>")
    act(publishing.publish, key, actor=SYSTEM)
    return key


def ids(suffix: str, document: bytes) -> list[str]:
    if suffix == "json":
        return [one["id"] for one in json.loads(document)["items"]]
    tree = etree.fromstring(document)
    return [
        str(one) for one in tree.xpath("//*[local-name()='entry']/*[local-name()='id']/text() | //item/guid/text()")
    ]


def asked(client: Client, suffix: str, etag: str, **headers: str) -> Any:
    return client.get(f"/feeds/news.{suffix}", headers={**ASKS, "If-None-Match": etag, **headers})


@pytest.mark.parametrize("suffix", FORMATS)
def test_only_what_is_new_changed_or_taken_back_is_sent(client: Client, time: Clock, suffix: str) -> None:
    stays, goes = published("Stays", "stays", time), published("Goes", "goes", time)
    old = client.get(f"/feeds/news.{suffix}")
    new = published("New", "new", time)
    time.go(minutes=1)
    saved(stays, "Stays, corrected", slug="stays")
    act(publishing.correct, stays, "A figure.", actor=SYSTEM)
    act(publishing.withdraw, goes, "Wrong.", actor=SYSTEM)
    whole, part = client.get(f"/feeds/news.{suffix}"), asked(client, suffix, old.headers["ETag"])
    assert part.status == "226 IM Used"
    assert part.headers["IM"] == "feed"
    assert part.headers["Cache-Control"] == "no-store, im"
    for name in ("ETag", "Vary", "Content-Type", "Link", "Last-Modified", "Access-Control-Allow-Origin"):
        assert part.headers[name] == whole.headers[name]
    assert part.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    wanted = {f"urn:uuid:{new}", f"urn:uuid:{stays}"} | ({f"urn:uuid:{goes}"} if suffix != "atom" else set())
    assert set(ids(suffix, part.data)) == wanted
    assert (f'ref="urn:uuid:{goes}"'.encode() in part.data) == (suffix == "atom")
    assert len(part.data) < len(whole.data) / 2
    assert asked(client, suffix, part.headers["ETag"]).status_code == 304
    if suffix != "json":
        parsed = feedparser.parse(part.data)
        assert not parsed.bozo
        assert len(parsed.entries) == len(wanted)
        assert parsed.feed.title == feedparser.parse(whole.data).feed.title


@pytest.mark.parametrize("suffix", FORMATS)
def test_old_and_new_together_are_the_whole(client: Client, time: Clock, suffix: str) -> None:
    """A client that keeps what it was sent has, after any number of deltas, every entry of the whole as it is now."""
    etag, kept = "", {}
    for number in range(6):
        answer = asked(client, suffix, etag) if etag else client.get(f"/feeds/news.{suffix}")
        assert answer.status_code == (226 if etag else 200)
        kept |= contents_of(suffix, answer.data)
        etag = answer.headers["ETag"]
        for one in range(number % 3 + 1):
            published(f"Number {number} {one}", f"n-{number}-{one}", time)
    kept |= contents_of(suffix, asked(client, suffix, etag).data)
    assert kept == contents_of(suffix, client.get(f"/feeds/news.{suffix}").data)


def contents_of(suffix: str, document: bytes) -> dict[str, str]:
    if suffix == "json":
        return {one["id"]: json.dumps(one) for one in json.loads(document)["items"]}
    return {one.id: one.content[0].value for one in feedparser.parse(document).entries}


def test_codings_and_lists_of_tags(client: Client, time: Clock) -> None:
    published("First", "first", time)
    old = client.get("/feeds/news.atom", headers={"Accept-Encoding": "gzip"})
    assert len(ids("atom", gzip.decompress(old.data))) > 12
    middle = client.get("/feeds/news.atom")
    published("A longer headline " * 14, "new", time)
    published("Newest", "newest", time)
    part = asked(client, "atom", f'"x", W/{old.headers["ETag"]}', **{"Accept-Encoding": "gzip"})
    assert part.status_code == 226
    assert part.headers["Content-Encoding"] == "gzip"
    assert part.headers["ETag"].endswith('-gz"')
    assert len(ids("atom", gzip.decompress(part.data))) == 2
    assert asked(client, "atom", middle.headers["ETag"]).status_code == 226
    head = client.head("/feeds/news.atom", headers={**ASKS, "If-None-Match": middle.headers["ETag"]})
    assert (head.status_code, head.data) == (226, b"")


@pytest.mark.parametrize(
    "headers",
    [{}, {"A-IM": "gzip"}, {"A-IM": "feed;q=0"}, {"A-IM": "feeds, vcdiff"}, {"A-IM": "x" * 5_000}],
    ids=["none", "other", "refused", "like it", "long"],
)
def test_who_does_not_ask_gets_the_whole(client: Client, time: Clock, headers: dict[str, str]) -> None:
    old = client.get("/feeds/news.atom").headers["ETag"]
    published("New", "new", time)
    answer = client.get("/feeds/news.atom", headers={"If-None-Match": old, **headers})
    assert (answer.status_code, "IM" in answer.headers) == (200, False)
    assert "s-maxage" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("tag", ['"unknown"', '"', "", "W/", '"' + "a" * 5_000 + '"', "\xe4", ","])
def test_a_version_that_is_not_known_gets_the_whole(client: Client, time: Clock, tag: str) -> None:
    published("New", "new", time)
    assert asked(client, "atom", tag).status_code == 200


def test_without_anything_left_of_it_the_whole_is_the_answer(client: Client, time: Clock) -> None:
    old = client.get("/feeds/news.atom").headers["ETag"]
    for number in range(settings.current().feed_items):
        published(f"New {number}", f"new-{number}", time)
    assert asked(client, "atom", old).status_code == 200


def test_a_lost_or_broken_memory_costs_nothing_but_the_delta(client: Client, time: Clock) -> None:
    old = client.get("/feeds/news.atom").headers["ETag"]
    instance, key = settings.current().instance, Key("en", "news")
    mark = shelf.mark(instance, key)
    (shelf.folder(instance, key) / str(mark) / remembered.FILE).write_bytes(b"{")
    published("New", "new", time)
    assert asked(client, "atom", old).status_code == 200
    build.rebuild(key)
    assert client.get("/feeds/news.atom").status_code == 200


def test_archives_and_formats_of_agencies_have_no_deltas(client: Client, time: Clock) -> None:
    for suffix in (suffix for suffix, fmt in AGENCY.items() if fmt.feed):
        old = client.get(f"/feeds/news.{suffix}").headers["ETag"]
        published("New", f"new-{suffix.partition('.')[0]}", time)
        assert asked(client, suffix, old).status_code == 200


def made(tag: str, *order: str) -> dict[str, contents.Written]:
    return {"atom": contents.Written(b"", tag, [1] * (len(order) + 1), list(order))}


def test_only_the_last_versions_are_remembered() -> None:
    one = None
    for number in range(remembered.MOST + 50):
        one = remembered.next_after(one, made(f"{number:032d}"[::-1], f"{number}", "always"))
    assert one is not None
    assert len(one.tags["atom"]) == remembered.MOST
    assert one.version("atom", f"{0:032d}") is None
    newest = remembered.MOST + 49
    base = one.version("atom", f"{newest - 1:032d}"[::-1])
    assert base is not None
    assert one.new_since("atom", base) == [0]
    assert remembered.parsed(remembered.written(one)) == one


def test_what_left_and_came_back_is_new_again() -> None:
    one = remembered.next_after(None, made("a", "x"))
    two = remembered.next_after(one, made("b", "y"))
    three = remembered.next_after(two, made("c", "x"))
    assert three.new_since("atom", three.version("atom", "b") or 0) == [0]
