"""Archive documents as a web process answers them: a few made at a time, those of late remembered, none of them stale."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apps import application
from test_scopes import START, Clock, feed_of, past, saved, time
from werkzeug.test import Client

from feedsvc import road
from feedsvc.db import reading
from feedsvc.feeds import bulk, contents
from feedsvc.newsroom import listing, publishing, subjects
from feedsvc.newsroom.drafts import TagName
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.web import cold
from feedsvc.web.front import front

__all__ = ["time"]


class Made:
    """How often an archive document was made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self.real = 0, contents.archived
        self.go, self.waiting = threading.Event(), threading.Semaphore(0)
        self.go.set()
        monkeypatch.setattr(contents, "archived", self.count)

    def count(self, *args: Any, **kwargs: Any) -> Any:
        self.times += 1
        self.waiting.release()
        assert self.go.wait(20)
        return self.real(*args, **kwargs)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    return Made(monkeypatch)


@pytest.fixture
def client(time: Clock) -> Client:
    act(bulk.bring_in, [past(n, START - timedelta(minutes=n), tags=(TagName("T"),)) for n in range(80)], actor=SYSTEM)
    app: Any = application()
    return Client(front(app.wsgi_app))


def older(scope: str, now: Any) -> str:
    """The address behind a feed."""
    with reading() as session:
        number = contents.at(session, feed_of(scope), now=now).doc.prev_archive
    return f"/feeds/{scope}/archive/{number}.atom"


def key_of(headline: str, now: Any) -> str:
    with reading() as session:
        found = listing.newest(session, "en", now=now, limit=200)
    return next(one.item_key for one in found if one.revision.headline == headline)


@pytest.mark.parametrize("scope", ["news", "tag/t"])
def test_what_was_made_is_remembered_with_its_validators(client: Client, time: Clock, made: Made, scope: str) -> None:
    path = older(scope, time.now)
    first, again = (client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
    assert made.times == 1
    unchanged = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (unchanged.status_code, unchanged.headers["ETag"], made.times) == (304, first.headers["ETag"], 1)
    plain, json = client.get(path), client.get(path.replace("atom", "json"))
    assert made.times == 3  # another coding, another format
    assert plain.headers["ETag"] == first.headers["ETag"].replace("-gz", "")
    assert json.headers["Content-Type"].startswith("application/feed+json")


@pytest.mark.parametrize("scope", ["news", "tag/t"])
def test_what_is_withdrawn_anywhere_is_never_served_again(
    client: Client, time: Clock, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    path = older(scope, time.now)
    assert b"Release 70<" in client.get(path).data
    with monkeypatch.context() as patch:  # by another node: nothing happens in this process
        patch.setattr(road, "follow", lambda *_, **__: None)
        act(publishing.withdraw, key_of("Release 70", time.now), "Wrong.", actor=SYSTEM)
    there = client.get(path)
    assert there.status_code == 200
    assert b"Release 70<" not in there.data
    assert b"Release 71<" in there.data


@pytest.mark.parametrize("scope", ["news", "tag/t"])
def test_what_is_planned_shows_at_its_moment_and_not_before(client: Client, time: Clock, scope: str) -> None:
    path, key = older(scope, time.now), key_of("Release 70", time.now)
    saved(key, "Put right", tags=(TagName("T"),))
    act(publishing.correct, key, "A note.", publish_at=START + timedelta(minutes=5), actor=SYSTEM)
    time.go(minutes=4)
    assert b"Put right" not in client.get(path).data
    time.go(seconds=59)
    assert b"Put right" not in client.get(path).data
    time.go(seconds=1)
    assert b"Put right" in client.get(path).data  # no ticker runs here: no row says that the moment has come
    time.go(seconds=-1)
    assert b"Put right" not in client.get(path).data  # nor does a clock that was put right betray anything


def test_what_moved_or_was_renamed_is_not_remembered(client: Client, time: Clock) -> None:
    path = older("tag/t", time.now)
    assert client.get(path).status_code == 200
    act(subjects.rename, "tag", "t", name="Other", new_slug="other", actor=SYSTEM)
    assert client.get(path).status_code == 301
    assert b"Other" in client.get(path.replace("tag/t", "tag/other")).data


def test_only_a_few_are_made_at_once_and_feeds_go_on(client: Client, time: Clock, made: Made) -> None:
    path = older("news", time.now)
    assert client.get("/feeds/news.atom").status_code == 200
    most = 16 // cold.SHARE
    made.go.clear()
    answers: list[int] = []
    crawlers = [threading.Thread(target=lambda: answers.append(client.get(path).status_code)) for _ in range(most)]
    for one in crawlers:
        one.start()
    for _ in crawlers:
        assert made.waiting.acquire(timeout=10)
    refused = client.get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.headers["Cache-Control"] == "no-store"
    assert client.get("/feeds/news.atom").status_code == 200
    made.go.set()
    for one in crawlers:
        one.join(20)
    assert answers == [200] * most
    assert client.get(path).status_code == 200


def test_a_document_that_cannot_be_made_gives_its_place_back(
    client: Client, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older("news", time.now)
    for number in range(9):
        assert client.get(f"/feeds/news/archive/{number + 1}.atom").status_code == 404
    with monkeypatch.context() as patch:
        patch.setattr(contents, "written", lambda *_: 1 / 0)
        assert [client.get(path).status_code for _ in range(9)] == [503] * 9
    assert client.get(path).status_code == 200


def test_memory_is_bounded_and_keeps_what_was_asked_for_last(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "MEMORY", 100)
    kept, end = cold.begin(16), START + timedelta(days=1)

    def asked(number: int) -> cold.Asked:
        return (cold.Key("en", "news"), number, "atom", "")

    def put(number: int, size: int) -> None:
        document: Any = object()
        kept.put(asked(number), cold._Kept(7, START, end, document, size))

    for number in range(20):
        put(number, 20)
        assert kept.get(asked(0), 7, START) is not None  # asked for again and again
        assert kept.size == sum(one.size for one in kept.kept.values()) <= 100
    assert {number for _, number, _, _ in kept.kept} == {0, 16, 17, 18, 19}
    put(19, 25)
    assert kept.size == sum(one.size for one in kept.kept.values()) <= 100
    put(50, 26)
    assert kept.get(asked(50), 7, START) is None
    assert kept.get(asked(0), 8, START) is None
    assert kept.get(asked(0), 7, end) is None
