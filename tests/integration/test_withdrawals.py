"""What was taken back, as every format says it: that it was, since when, and never a word of it."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

import feedparser
import pytest
from agency_faults import faults
from apps import application
from lxml import etree
from test_scopes import Clock, feed_of, one_step, past, saved, time, written
from werkzeug.test import Client

from feedsvc import settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build, bulk, contents, verify
from feedsvc.formats.registry import AGENCY, FEEDS
from feedsvc.newsroom import listing, publishing, withdrawals
from feedsvc.newsroom.drafts import TagName
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key
from feedsvc.web.front import front

__all__ = ["time"]
AT = "{http://purl.org/atompub/tombstones/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
SECRET = "zqzwords"


@pytest.fixture
def client(time: Clock) -> Client:
    app: Any = application()
    return Client(front(app.wsgi_app))


def published(headline: str = f"Head {SECRET}", **fields: Any) -> str:
    said = {"slug": f"slug-{SECRET}", "summary": f"Sum {SECRET}", "body_html": f"<p>{SECRET}</p>"} | fields
    key = written(headline, **said)
    act(publishing.publish, key, actor=SYSTEM)
    return key


def taken_back(time: Clock, scope: str = "news") -> dict[str, datetime]:
    """What the feed tells of: id → when."""
    with reading() as session:
        doc = contents.at(session, feed_of(scope), now=time.now).doc
    return {one.id: one.at for one in doc.withdrawn}


def withdrawn(client: Client, time: Clock, **fields: Any) -> tuple[str, datetime]:
    key = published(**fields)
    opened = time.now
    time.go(hours=2)
    before = {suffix: client.get(f"/feeds/news.{suffix}") for suffix in FEEDS}
    assert all(SECRET.encode() in one.data for one in before.values())
    act(publishing.withdraw, key, "A supplier gave a wrong figure.", actor=SYSTEM)
    after = {suffix: client.get(f"/feeds/news.{suffix}") for suffix in FEEDS}
    for suffix in FEEDS:
        assert after[suffix].headers["ETag"] != before[suffix].headers["ETag"]
        assert SECRET.encode() not in after[suffix].data
        assert "A supplier gave a wrong figure." in after[suffix].get_data(as_text=True)
    return f"urn:uuid:{key}", opened


def test_every_format_of_a_feed_says_it_in_its_own_word_and_nothing_of_the_item(client: Client, time: Clock) -> None:
    guid, opened = withdrawn(client, time)
    atom = etree.fromstring(client.get("/feeds/news.atom").data)
    [tomb] = atom.findall(f"{AT}deleted-entry")
    assert (tomb.get("ref"), tomb.get("when")) == (guid, time.now.isoformat())
    assert "wrong figure" in (tomb.findtext(f"{AT}comment") or "")
    assert guid not in [one.text for one in atom.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert atom.findtext(f"{ATOM}updated") == time.now.isoformat()
    parsed = feedparser.parse(client.get("/feeds/news.rss").data)
    [stub] = [one for one in parsed.entries if one.id == guid]
    assert stub.title == "This item was taken back"
    assert stub.published_parsed[:6] == opened.timetuple()[:6]
    assert "withdrawn by the newsroom" in stub.content[0].value
    assert "link" not in stub
    [item] = [one for one in json.loads(client.get("/feeds/news.json").data)["items"] if one["id"] == guid]
    assert item["_withdrawn"]["at"] == item["date_modified"] == time.now.isoformat()
    assert "url" not in item
    [one] = [n for n in json.loads(client.get("/feeds/news.ninjs.json").data)["associations"] if n["uri"] == guid]
    assert (one["pubStatus"], one["version"]) == ("canceled", "2")
    message = client.get("/feeds/news.newsml.xml").data
    assert faults("newsml.xml", message) == []
    status = etree.fromstring(message).xpath(
        "//*[local-name()='newsItem'][@guid=$guid]//*[local-name()='pubStatus']/@qcode", guid=guid
    )
    assert status == ["stat:canceled"]


@pytest.mark.parametrize("suffix", AGENCY)
def test_an_items_form_is_410_with_the_formats_own_word(client: Client, time: Clock, suffix: str) -> None:
    withdrawn(client, time)
    answer = client.get(f"/news/slug-{SECRET}.{suffix}")
    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == AGENCY[suffix].item[0]
    assert faults(suffix, answer.data) == []
    assert SECRET not in answer.get_data(as_text=True) + str(answer.headers)
    assert b"cancel" in answer.data
    assert client.get(f"/news/slug-{SECRET}").status_code == 410


def test_it_is_said_in_the_language_of_the_feed(client: Client, time: Clock) -> None:
    gone = withdrawals.Withdrawn("urn:x", "az", time.now, time.now, "Səhv.", 2, (time.now, 1))
    from feedsvc.feeds import assemble

    assert assemble.withdrawal(gone).title != "This item was taken back"
    assert "Səhv." in assemble.withdrawal(gone).notice


def test_what_was_never_public_leaves_no_trace(client: Client, time: Clock) -> None:
    planned = written(f"Plan {SECRET}")
    act(publishing.schedule, planned, time.now + timedelta(hours=1), actor=SYSTEM)
    with pytest.raises(FeedsvcError):
        act(publishing.withdraw, planned, "Never.", actor=SYSTEM)
    act(publishing.unschedule, planned, actor=SYSTEM)
    held = written(f"Held {SECRET}")
    act(publishing.hold, actor=SYSTEM)
    act(publishing.schedule, held, time.now + timedelta(minutes=1), actor=SYSTEM)
    time.go(hours=2)
    with pytest.raises(FeedsvcError):
        act(publishing.withdraw, held, "Never.", actor=SYSTEM)
    assert taken_back(time) == {}
    assert all(SECRET.encode() not in client.get(f"/feeds/news.{suffix}").data for suffix in FEEDS)


def test_a_subjects_feed_tells_of_what_stood_in_it(client: Client, time: Clock) -> None:
    stayed, left = published(slug="stayed", tags=(TagName("T"),)), published(slug="left", tags=(TagName("T"),))
    time.go(minutes=1)
    saved(left, "Left", slug="left")
    act(publishing.update, left, actor=SYSTEM)
    time.go(minutes=1)
    for key in (stayed, left):
        act(publishing.withdraw, key, "Why.", actor=SYSTEM)
    assert set(taken_back(time, "tag/t")) == {f"urn:uuid:{stayed}"}
    assert set(taken_back(time)) == {f"urn:uuid:{stayed}", f"urn:uuid:{left}"}
    assert client.get("/feeds/tag/t.atom").data.count(b"<at:deleted-entry") == 1


def test_what_comes_out_again_is_an_entry_that_is_newer_than_its_tombstone(client: Client, time: Clock) -> None:
    guid, opened = withdrawn(client, time)
    when = taken_back(time)[guid]
    time.go(minutes=5)
    saved(guid.removeprefix("urn:uuid:"), "Back again", slug="back-again")
    act(publishing.publish, guid.removeprefix("urn:uuid:"), actor=SYSTEM)
    assert taken_back(time) == {}
    entry = etree.fromstring(client.get("/feeds/news.atom").data).xpath(
        "//*[local-name()='entry'][*[local-name()='id']=$guid]", guid=guid
    )[0]
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) > when
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}published")) == opened


def test_it_is_told_for_the_set_days_and_no_feed_changes_by_itself(client: Client, time: Clock) -> None:
    guid, _ = withdrawn(client, time)
    etag = client.get("/feeds/news.atom").headers["ETag"]
    days = settings.current().withdrawn_days
    time.go(days=days + 5)
    assert set(taken_back(time)) == {guid}  # Nothing has changed, so neither have the bytes: on no node.
    assert client.get("/feeds/news.atom").headers["ETag"] == etag
    published("Newer", slug="newer")
    assert taken_back(time) == {}
    assert guid.encode() not in client.get("/feeds/news.atom").data


def test_it_stands_where_the_item_stood_and_archives_have_none(client: Client, time: Clock) -> None:
    act(bulk.bring_in, [past(n, time.now - timedelta(hours=n + 1)) for n in range(70)], actor=SYSTEM)
    with reading() as session:
        rows = listing.newest(session, "en", now=time.now, limit=70)
    for one in (rows[5], rows[60]):
        act(publishing.withdraw, one.item_key, "Why.", actor=SYSTEM)
    items = json.loads(client.get("/feeds/news.json").data)["items"]
    places = {item["id"]: place for place, item in enumerate(items)}
    assert (places[rows[5].guid], places[rows[60].guid], len(items)) == (5, 51, 52)
    assert [one["date_published"] for one in items] == sorted((one["date_published"] for one in items), reverse=True)
    archive = json.loads(client.get(json.loads(client.get("/feeds/news.json").data)["next_url"]).data)
    assert not any("_withdrawn" in one for one in archive["items"])
    assert verify.differences() == []


def test_no_feed_tells_of_more_than_a_hundred(client: Client, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawals, "MOST", 3)
    withdrawals._of_language.cache_clear()
    try:
        keys = [published(slug=f"n-{n}") for n in range(5)]
        for key in keys:
            time.go(seconds=5)
            act(publishing.withdraw, key, "Why.", actor=SYSTEM)
        assert set(taken_back(time)) == {f"urn:uuid:{key}" for key in keys[2:]}
    finally:
        withdrawals._of_language.cache_clear()


@pytest.mark.parametrize("seed", range(2))
def test_at_every_moment_exactly_that_is_told_which_readers_have_seen(time: Clock, seed: int) -> None:
    """Newsrooms at random: a tombstone stands exactly for what was seen in public and is no longer."""
    chance, keys, seen = random.Random(seed), [], set()
    for number in range(40):
        one_step(keys, chance, time, number)
        for _ in range(chance.randrange(3)):
            time.go(seconds=chance.choice((1, 2, 30)))
        with reading() as session:
            shown = {one.guid for one in listing.newest(session, "en", now=time.now, limit=500)}
            doc = contents.at(session, feed_of("news"), now=time.now).doc
        seen |= shown
        told = {one.id for one in doc.withdrawn}
        assert told <= seen - shown
        assert seen - shown <= told
    build.build(Key("en", "news"))
    assert verify.differences() == []
