"""Feeds that carry a part of the news, held against the news themselves: at every moment, whatever was done before."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from feedsvc import clock
from feedsvc.db import reading, transaction
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import afterwards, archives, build, bulk, contents, numbers, scopes, verify, which
from feedsvc.models import Archive, Feed, Placement, Publication
from feedsvc.newsroom import items, listing, publishing, standing
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.drafts import Checked, ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TAGS = ("Shusha", "Robots", "Schools")
CATEGORIES = ("Innovation", "Network")
AUTHORS = ("Aysel Məmmədova", "Rauf Əliyev")


class Clock:
    """The time, as the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: datetime = START) -> None:
        self.now = start
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def go(self, **step: float) -> None:
        self.now += timedelta(**step)


@pytest.fixture
def time(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert instance.exists()
    return Clock(monkeypatch)


def subjects(chance: random.Random) -> dict[str, Any]:
    return {
        "tags": tuple(TagName(name) for name in TAGS if chance.random() < 0.4),
        "categories": tuple(name for name in CATEGORIES if chance.random() < 0.4),
        "authors": tuple(name for name in AUTHORS if chance.random() < 0.4),
    }


def written(headline: str, **fields: Any) -> str:
    return str(act(items.create, checked(ItemDraft(headline=headline, **fields), ("en",)), actor=SYSTEM).item.key)


def saved(key: str, headline: str, **fields: Any) -> None:
    with reading() as session:
        base = standing.find(session, key).head.number
    act(items.save, key, checked(ItemDraft(headline=headline, **fields), ("en",)), base=base, actor=SYSTEM)


def one_step(keys: list[str], chance: random.Random, time: Clock, number: int) -> None:
    """Does one random thing to the newsroom, if it is allowed."""
    if not keys or chance.random() < 0.2:
        keys.append(written(f"Text {number}", **subjects(chance)))
        return
    key, later = chance.choice(keys), time.now + timedelta(seconds=chance.choice((2, 3, 60)))
    verbs: list[tuple[Any, ...]] = [
        (publishing.publish, key),
        (publishing.publish, key),
        (publishing.schedule, key, later),
        (publishing.unschedule, key),
        (publishing.correct, key, "A note."),
        (publishing.update, key),
        (publishing.withdraw, key, "A reason."),
        (publishing.hold,),
        (publishing.unhold,),
        (publishing.unhold,),
    ]
    try:
        if chance.random() < 0.35:
            saved(key, f"Text {number}", **subjects(chance))
        elif chance.random() < 0.2:
            act(publishing.correct, key, "A note.", publish_at=later, actor=SYSTEM)
        else:
            verb, *args = chance.choice(verbs)
            act(verb, *args, actor=SYSTEM)
    except FeedsvcError:
        return


def expected(session: Any, language: str, now: datetime) -> dict[str, list[int]]:
    """Scope → publications, newest first, as the list of all news has them."""
    found: dict[str, list[int]] = {}
    for one in listing.newest(session, language, now=now, limit=1000):
        for scope in scopes.of(one.revision):
            found.setdefault(scope, []).append(one.publication_id)
    return found


def carried(session: Any, feed: Feed, now: datetime) -> list[int]:
    return [one.publication_id for one in listing.outlines(session, feed.language, feed.scope, now=now)]


@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "2"))))
def test_every_feed_carries_its_part_of_the_news_at_every_moment(time: Clock, seed: int) -> None:
    chance, keys = random.Random(seed), list[str]()
    for number in range(40):
        time.go(microseconds=chance.choice((1, 10**6, 5 * 10**6, 31 * 10**6)))
        one_step(keys, chance, time, number)
        with reading() as session:
            for asked in (time.now, time.now + timedelta(seconds=chance.choice((1, 3, 70)))):
                news = expected(session, "en", asked)
                for feed in which.every(session):
                    if feed.scope == listing.NEWS:
                        continue
                    assert carried(session, feed, asked) == news.get(feed.scope, []), (seed, number, feed.scope)
                    until = which.moments(session, feed, now=asked)[1]
                    eve = min(until, asked + timedelta(days=9)) - timedelta(microseconds=1)
                    assert carried(session, feed, eve) == carried(session, feed, asked), (seed, number, feed.scope)
                assert {feed.scope for feed in which.every(session)} >= set(news)


def test_feeds_on_the_shelf_say_what_their_rows_say(time: Clock) -> None:
    chance, keys = random.Random(5), list[str]()
    for number in range(30):
        time.go(seconds=7)
        one_step(keys, chance, time, number)
        with reading() as session:
            known = [Key(feed.language, feed.scope) for feed in which.every(session)]
        for key in known:
            try:
                build.build(key)
            except NotFound:
                with reading() as session:
                    feed = which.find(session, key)
                    assert feed is not None
                    assert carried(session, feed, time.now) == []
        assert verify.differences() == []


def past(number: int, at: datetime, **fields: Any) -> Past:
    return Past(at, (Checked(headline=f"Release {number}", body_html="<p>Text</p>", language="en", **fields),))


def walk(feed: Feed, now: datetime) -> Iterator[list[int]]:
    """What each document holds, from the feed back to its oldest archive."""
    with reading() as session:
        there = contents.at(session, feed, now=now)
        yield carried(session, feed, now)[: there.count]
        number = there.doc.prev_archive
        while number:
            found = archives.find(session, feed, number, now=now)
            assert found is not None
            assert found.older is None or found.older < number
            yield [one.publication_id for one in found.entries]
            number = found.older


def feed_of(scope: str) -> Feed:
    with reading() as session:
        feed = which.find(session, Key("en", scope))
    assert feed is not None
    return feed


def everything(scope: str, now: datetime) -> list[int]:
    with reading() as session:
        return carried(session, feed_of(scope), now)


def test_walking_back_meets_every_item_once_however_it_grew(time: Clock) -> None:
    count = 0
    for size in (3, 48, 60, 1, 1, 140, 99, 1, 30):
        batch = [past(count + n, START + timedelta(minutes=count + n), categories=("Innovation",)) for n in range(size)]
        count += size
        time.now = START + timedelta(minutes=count)
        act(bulk.bring_in, batch, actor=SYSTEM)
        for scope in ("news", "category/innovation"):
            build.build(Key("en", scope))
            afterwards.wait()
            pages = list(walk(feed_of(scope), time.now))
            met = [number for page in pages for number in page]
            assert met == everything(scope, time.now), scope
            assert len(met) == len(set(met)) == count + 1
            assert all(len(page) <= 2 * archives.SIZE for page in pages)


def full(scope: str, now: datetime) -> dict[int, list[int]]:
    """What each full archive of a feed holds, by its number, the oldest first."""
    with reading() as session:
        feed = feed_of(scope)
        places = session.execute(select(Archive.at, Archive.opening_id).where(Archive.feed_id == feed.id))
        stored = [numbers.of(session, feed.language, (at, opening_id)) for at, opening_id in places]
        found = [archives.find(session, feed, number, now=now) for number in sorted(stored)]
    return {one.number: [o.publication_id for o in one.entries] for one in found if one}


def test_a_full_archive_never_changes_and_an_old_date_lands_in_its_own(time: Clock) -> None:
    time.now = START + timedelta(days=1)
    act(bulk.bring_in, [past(n, START + timedelta(minutes=n)) for n in range(300)], actor=SYSTEM)
    build.build(Key("en", "news"))
    afterwards.wait()
    news = feed_of("news")
    before = full("news", time.now)
    assert [len(entries) for entries in before.values()][1:] == [50, 50, 50]
    act(bulk.bring_in, [past(n, time.now + timedelta(minutes=n - 430)) for n in range(300, 420)], actor=SYSTEM)
    time.go(days=1)
    build.build(Key("en", "news"))
    afterwards.wait()
    after = full("news", time.now)
    assert len(after) > len(before)
    assert {number: after[number] for number in before} == before
    act(bulk.bring_in, [past(999, START + timedelta(minutes=60, seconds=30))], actor=SYSTEM)
    time.go(seconds=1)
    build.build(Key("en", "news"))
    afterwards.wait()
    late = full("news", time.now)
    with reading() as session:
        newest = session.query(Publication).order_by(Publication.id.desc()).first()
        assert newest is not None
        key = newest.translation.item.key
    (mine,) = [number for number, entries in late.items() if newest.id in entries]
    assert late == after | {mine: late[mine]}
    assert sorted({*after[mine], newest.id}) == sorted(late[mine])
    met = [number for page in walk(news, time.now) for number in page]
    assert met == everything("news", time.now)
    act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    assert full("news", time.now) == after


def test_a_subject_of_a_planned_item_is_not_there_before_its_moment(time: Clock) -> None:
    key = written("Secret", tags=(TagName("Merger"),), categories=("Deals",), authors=("A. Secret",))
    act(publishing.schedule, key, START + timedelta(minutes=5), actor=SYSTEM)
    for scope in ("tag/merger", "category/deals", "author/a-secret"):
        assert feed_of(scope).scope == scope
        with pytest.raises(NotFound):
            build.build(Key("en", scope))
    time.go(minutes=5)
    for scope in ("tag/merger", "category/deals", "author/a-secret"):
        build.build(Key("en", scope))
    with reading() as session:
        doc = contents.at(session, feed_of("author/a-secret"), now=time.now).doc
    assert doc.title.endswith(": A. Secret")
    assert doc.updated == START + timedelta(minutes=5)


def test_rows_of_places_come_back_as_they_were(time: Clock) -> None:
    from sqlalchemy import delete

    from feedsvc.feeds import places

    chance, keys = random.Random(3), list[str]()
    for number in range(80):
        time.go(seconds=20)
        one_step(keys, chance, time, number)
    columns = (Placement.publication_id, Placement.feed_id, Placement.at, Placement.opening_id, Placement.moment)

    def rows() -> set[Any]:
        with reading() as session:
            return set(session.execute(select(*columns, Placement.stands)).all())

    before = rows()
    assert len(before) > 30
    with transaction() as session:
        session.execute(delete(Placement))
    done = 0
    while done := act(places.place_anew, done):
        pass
    assert rows() == before
