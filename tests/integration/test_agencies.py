"""Feeds and items in the formats of news agencies, as a stranger gets them: through the front, held against IPTC's schemas,
and read by the NewsML-G2 library of IPTC itself.
"""

import gzip
import json
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import NewsMLG2
import pytest
from agency_faults import faults
from apps import application
from lxml import etree
from test_scopes import START, Clock, past, saved, time, written
from werkzeug.test import Client

from feedsvc.feeds import bulk
from feedsvc.formats.registry import AGENCY
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.web.front import front

__all__ = ["time"]
FEEDS = [suffix for suffix, fmt in AGENCY.items() if fmt.feed]
BODY = "<h2>Heading</h2><p>Words &amp; <strong>more</strong> words.</p><ul><li>one</li></ul>"


@pytest.fixture
def client(time: Clock) -> Client:
    app: Any = application()
    return Client(front(app.wsgi_app))


def published(headline: str, **fields: Any) -> str:
    key = written(headline, body_html=BODY, **fields)
    act(publishing.publish, key, actor=SYSTEM)
    return key


def corrected(key: str, headline: str, time: Clock, **fields: Any) -> None:
    time.go(minutes=5)
    saved(key, headline, body_html=BODY, **fields)
    act(publishing.correct, key, "The figure was wrong.", actor=SYSTEM)


@pytest.mark.parametrize("suffix", AGENCY)
def test_an_item_is_valid_with_the_headers_of_a_feed(client: Client, time: Clock, suffix: str) -> None:
    more: dict[str, Any] = {"tags": (TagName("Shusha", "place"),), "authors": ("Aysel Məmmədova",), "dateline": "BAKU"}
    key = published("Fibre for all", slug="old", **more)
    corrected(key, "Fibre for many", time, slug="new", **more)
    moved = client.get(f"/news/old.{suffix}", headers={"Accept-Encoding": "gzip"})
    there = moved.headers["Location"]
    assert (moved.status_code, there) == (301, f"/news/new.{suffix}")
    answer = client.get(there, headers={"Accept-Encoding": "gzip"})
    plain = client.get(there)
    assert gzip.decompress(answer.data) == plain.data
    assert faults(suffix, plain.data) == []
    assert plain.headers["Content-Type"] == AGENCY[suffix].item[0]
    assert answer.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in plain.headers
    assert "s-maxage=5" in plain.headers["Cache-Control"]
    assert client.get(there, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert client.head(there).headers["ETag"] == plain.headers["ETag"]
    for words in ("Fibre for many", "Heading", "The figure was wrong.", "Aysel Məmmədova"):
        assert words in plain.get_data(as_text=True)


@pytest.mark.parametrize("suffix", FEEDS)
@pytest.mark.parametrize("scope", ["news", "tag/shusha"])
def test_a_feed_carries_what_the_others_carry_with_their_headers(
    client: Client, time: Clock, suffix: str, scope: str
) -> None:
    place = (TagName("Shusha", "place"),)
    act(bulk.bring_in, [past(n, START - timedelta(days=n + 1), tags=place) for n in range(70)], actor=SYSTEM)
    published("New", tags=place)
    answer, atom = client.get(f"/feeds/{scope}.{suffix}"), client.get(f"/feeds/{scope}.json")
    assert answer.status_code == 200
    assert faults(suffix, answer.data) == []
    same = ("Last-Modified", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "X-Content-Type-Options")
    assert [answer.headers[name] for name in same] == [atom.headers[name] for name in same]
    assert f'/feeds/{scope}.{suffix}>; rel="self"' in answer.headers["Link"]
    wanted = [one["id"] for one in json.loads(atom.data)["items"]]
    assert len(wanted) == 50
    assert ids(suffix, answer.data) == wanted
    path = f"/feeds/{scope}.{suffix}"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == answer.data
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    later = formatdate((START + timedelta(seconds=9)).timestamp(), usegmt=True)
    assert client.get(path, headers={"If-Modified-Since": later}).status_code == 304
    assert client.head(path).headers["ETag"] == answer.headers["ETag"]
    assert client.get(path, headers={"Sec-Fetch-Dest": "document"}).status_code == 303
    assert client.post(path).status_code == 405
    assert client.get(f"/feeds/{scope}/archive/50.{suffix}").status_code == 404


def ids(suffix: str, document: bytes) -> list[str]:
    if suffix == "ninjs.json":
        return [one["uri"] for one in json.loads(document)["associations"]]
    return [str(one.get("guid")) for one in etree.fromstring(document).iterfind(".//{*}itemSet/{*}newsItem")]


@pytest.mark.parametrize("suffix", AGENCY)
def test_what_is_not_public_is_in_no_format_and_no_version_counts_it(client: Client, time: Clock, suffix: str) -> None:
    key = published("Stands", slug="stands")
    before = client.get(f"/news/stands.{suffix}")
    saved(key, "Secret words", slug="stands", body_html=BODY)
    act(publishing.correct, key, "Secret note.", publish_at=time.now + timedelta(hours=1), actor=SYSTEM)
    planned = written("Secret plan", body_html=BODY)
    act(publishing.schedule, planned, time.now + timedelta(hours=1), actor=SYSTEM)
    time.go(minutes=59)
    after = client.get(f"/news/stands.{suffix}")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert client.get(f"/news/secret-plan.{suffix}").status_code == 404
    for feed in FEEDS:
        assert b"ecret" not in client.get(f"/feeds/news.{feed}").data
    time.go(minutes=1)
    assert client.get(f"/news/secret-plan.{suffix}").status_code == 200
    moved = client.get(f"/news/stands.{suffix}").get_data(as_text=True)
    assert "Secret note." in moved
    for feed in FEEDS:
        assert client.get(f"/feeds/news.{feed}").data.count(b"ecret") > 1


def test_the_library_of_iptc_reads_what_we_wrote(client: Client, time: Clock) -> None:
    key = published("Fibre for all", slug="fibre", summary="In short.", authors=("Aysel Məmmədova",))
    corrected(key, "Fibre for many", time, slug="fibre", summary="In brief.", authors=("Aysel Məmmədova",))
    item = NewsMLG2.NewsMLG2Document(client.get("/news/fibre.newsml.xml").data).get_item()
    assert (item.guid, item.version, item.xml_lang) == (f"urn:uuid:{key}", "2", "en")
    meta = item.itemmeta
    assert meta.pubstatus.qcode == "stat:usable"
    assert NewsMLG2.qcode_to_uri(meta.itemclass.qcode) == "http://cv.iptc.org/newscodes/ninature/text"
    assert str(meta.firstcreated) < str(meta.versioncreated)
    assert [str(one) for one in item.contentmeta.headline] == ["Fibre for many"]


def test_an_unknown_item_and_a_draft_are_answered_alike(client: Client, time: Clock) -> None:
    act(items.create, checked(ItemDraft(headline="Only a draft"), ("en",)), actor=SYSTEM)
    for suffix in AGENCY:
        draft, never = (client.get(f"/news/{slug}.{suffix}") for slug in ("only-a-draft", "never-was-here"))
        assert draft.status_code == never.status_code == 404
        assert draft.data == never.data
