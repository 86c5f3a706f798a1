"""Pictures in the three feeds, read back by a parser that we did not write."""

import json
from pathlib import Path
from typing import Any

import feedparser
import pytest
from apps import application
from picture_samples import picture

from feedsvc import clock, db, settings
from feedsvc.feeds import reader
from feedsvc.models import Picture
from feedsvc.newsroom import items, pictures, public, publishing, standing
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.web.front import front


@pytest.fixture(autouse=True)
def newsroom(instance: Path) -> Path:
    return instance


def kept(data: bytes = b"") -> Picture:
    """A picture in the newsroom."""
    return act(pictures.add, pictures.prepared(data or picture(), "a.jpg"), actor=SYSTEM)


def written(*given: Caption, headline: str = "A draft of ours") -> str:
    """An item with these pictures."""
    text = checked(ItemDraft(headline=headline, body_html="<p>Words.</p>", pictures=given), ("en",))
    return str(act(items.create, text, actor=SYSTEM).item.key)


def feed(suffix: str) -> bytes:
    """The feed of everything, as the public gets it."""
    found: list[str] = []
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/feeds/news.{suffix}", "QUERY_STRING": ""}
    body = b"".join(front(application())(environ, lambda status, _headers: found.append(status)))
    assert found == ["200 OK"], body
    return body


def test_all_three_feeds_carry_the_picture_and_a_foreign_parser_reads_it() -> None:
    one, two = kept(picture(1500, 1000)), kept(picture(seed=9))
    said = Caption(one.key, "A tower & more", caption="Baku", credit="L. C.", rights="© Us")
    key = written(said, Caption(two.key, decorative=True), headline="Pictured")
    act(publishing.publish, key, actor=SYSTEM)
    base = settings.current().public_url
    large = f"{base}/media/{one.key}/1920.jpg"
    length = len(application().test_client().get(f"/media/{one.key}/1920.jpg").data)
    for suffix in ("rss", "atom"):
        entry = next(e for e in feedparser.parse(feed(suffix)).entries if e.title == "Pictured")
        first = entry.enclosures[0]
        assert (first.href, first.type, int(first.length)) == (large, "image/jpeg", length)
        assert len(entry.enclosures) == (1 if suffix == "rss" else 2)
        files = [one for one in entry.media_content if one["type"] == "image/jpeg"]
        assert (large, "1500", "1000", str(length)) in {
            (f["url"], f["width"], f["height"], f["filesize"]) for f in files
        }
        assert len(entry.media_content) == 8 + 4
        assert f'src="{base}/media/{one.key}/1280.jpg"' in entry.content[0].value
        assert 'alt="A tower &amp; more"' in entry.content[0].value
        assert entry.media_thumbnail[0]["url"] == f"{base}/media/{one.key}/320.jpg"
    told = next(i for i in json.loads(feed("json"))["items"] if i["title"] == "Pictured")
    assert told["image"] == large
    file = {"url": large, "mime_type": "image/jpeg", "title": "Baku", "size_in_bytes": length}
    words = {"alt": "A tower & more", "caption": "Baku", "credit": "L. C.", "rights": "© Us"}
    assert told["attachments"][0] == {**file, "_picture": words}
    assert len(told["attachments"]) == 2
    act(publishing.withdraw, key, "A mistake", actor=SYSTEM)
    for suffix in ("rss", "atom", "json"):
        assert one.key.encode() not in feed(suffix)


def test_a_reader_without_a_summary_shows_the_first_words_of_the_text() -> None:
    key = written(Caption(kept().key, "A tower", caption="Baku by night"))
    act(publishing.publish, key, actor=SYSTEM)
    with db.reading() as session:
        shown = public.of_translation(session, standing.find(session, key).id, now=clock.now())
        assert shown
        assert reader.read(shown).excerpt.startswith("Words.")


def test_other_words_to_a_picture_reach_the_feeds() -> None:
    row = kept()
    key = written(Caption(row.key, "A tower"))
    act(publishing.publish, key, actor=SYSTEM)
    assert b"A tower" in feed("rss")
    text = checked(ItemDraft(headline="A draft of ours", pictures=(Caption(row.key, "A bridge"),)), ("en",))
    act(items.save, key, text, base=1, actor=SYSTEM)
    act(publishing.update, key, actor=SYSTEM)
    assert b"A bridge" in feed("rss")
    assert b"A tower" not in feed("rss")
