"""What a subject is in IPTC's Media Topics, and where a place lies, as every format says it."""

import json
from typing import Any

import feedparser
import pytest
from agency_faults import faults
from apps import application
from click.testing import CliRunner
from lxml import etree
from test_scopes import Clock, time, written
from werkzeug.test import Client

from feedsvc import db, settings
from feedsvc.cli import cli
from feedsvc.errors import Invalid, NotAllowed, NotFound
from feedsvc.formats.registry import AGENCY, FEEDS
from feedsvc.models import Tag
from feedsvc.newsroom import publishing, subjects, vocabulary
from feedsvc.newsroom.drafts import TagName
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.road import act
from feedsvc.web.front import front

__all__ = ["time"]
BAKU = "40.4093, 49.8671"


@pytest.fixture
def client(time: Clock) -> Client:
    key = written("In Baku", slug="in-baku", categories=("Network",), tags=(TagName("Baku", "place"), TagName("Fibre")))
    act(publishing.publish, key, actor=SYSTEM)
    app: Any = application()
    return Client(front(app.wsgi_app))


def describe(kind: str, slug: str, **fields: Any) -> Any:
    return act(vocabulary.describe, kind, slug, actor=SYSTEM, **fields)


def test_every_format_says_both_at_once(client: Client, time: Clock) -> None:
    before = {suffix: client.get(f"/feeds/news.{suffix}").headers["ETag"] for suffix in FEEDS}
    time.go(minutes=1)
    describe("category", "network", topic="medtop:20000209")
    describe("tag", "baku", point=BAKU)
    found = {suffix: client.get(f"/feeds/news.{suffix}") for suffix in FEEDS}
    assert all(one.headers["ETag"] != before[suffix] for suffix, one in found.items())
    for suffix in ("atom", "rss"):
        entry = next(one for one in feedparser.parse(found[suffix].data).entries if one.title == "In Baku")
        assert (entry.where.type, entry.where.coordinates) == ("Point", (49.8671, 40.4093))
        assert "http://cv.iptc.org/newscodes/mediatopic/" in [tag.scheme for tag in entry.tags]
    item = next(one for one in json.loads(found["json"].data)["items"] if one["title"] == "In Baku")
    assert item["_geo"]["places"][0]["geometry"] == {"type": "Point", "coordinates": [49.8671, 40.4093]}
    assert item["_topics"] == {"codes": ["medtop:20000209"]}
    for suffix in AGENCY:
        document = client.get(f"/news/in-baku.{suffix}").data
        assert faults(suffix, document) == []
        assert b"20000209" in document
    ninjs = json.loads(client.get("/news/in-baku.ninjs.json").data)
    assert ninjs["places"][0]["geoJSON"]["coordinates"] == [49.8671, 40.4093]
    position = etree.fromstring(client.get("/news/in-baku.newsml.xml").data).find(".//{*}geoAreaDetails/{*}position")
    assert position is not None
    assert (position.get("latitude"), position.get("longitude")) == ("40.4093", "49.8671")


def test_what_is_no_place_any_more_lies_nowhere(client: Client, time: Clock) -> None:
    describe("tag", "baku", point=BAKU, topic="20000587")
    act(subjects.rename, "tag", "baku", name="Baku", tag_kind="theme", actor=SYSTEM)
    assert b"georss:point" not in client.get("/feeds/news.atom").data
    act(subjects.rename, "tag", "baku", name="Baku", tag_kind="place", actor=SYSTEM)
    describe("tag", "baku", point="", topic="")
    assert b"georss:point" not in client.get("/feeds/news.atom").data
    with db.reading() as session:
        row = subjects.find(session, "tag", "baku")
        assert isinstance(row, Tag)
        assert (row.topic, row.latitude, row.longitude) == ("", None, None)


@pytest.mark.parametrize("topic", ["2000020", "medtop:x", "200002099", "medtop:20000209x", "٢٠٠٠٠٢٠٩"])
def test_what_is_no_topic_is_refused(client: Client, topic: str) -> None:
    with pytest.raises(Invalid) as refused:
        describe("category", "network", topic=topic)
    assert set(refused.value.problems) == {"topic"}


@pytest.mark.parametrize("point", ["91, 0", "0, 181", "0", "a, b", "nan, nan", "1e1, 0", "0, 0, 0", "40.4;49.8"])
def test_what_is_no_point_is_refused(client: Client, point: str) -> None:
    with pytest.raises(Invalid) as refused:
        describe("tag", "baku", point=point)
    assert set(refused.value.problems) == {"point"}


def test_who_may_not_and_what_is_not_there(client: Client) -> None:
    with pytest.raises(Invalid):
        describe("tag", "fibre", point=BAKU)
    with pytest.raises(NotFound):
        describe("tag", "never", topic="")
    with pytest.raises(NotAllowed):
        act(vocabulary.describe, "tag", "baku", topic="", actor=Actor(None, "x", "x", frozenset()))


def test_the_command_says_what_it_did(client: Client) -> None:
    done = CliRunner().invoke(cli, ["subjects", "describe", "tag", "baku", "--at", BAKU, "--topic", "medtop:20000587"])
    assert (done.exit_code, "Baku" in done.output) == (0, True)
    wrong = CliRunner().invoke(cli, ["subjects", "describe", "tag", "baku", "--at", "here"])
    assert wrong.exit_code != 0
    assert isinstance(wrong.exception, Invalid)  # said in a line by `main`, as every refusal is
    assert settings.current().main_language == "en"
