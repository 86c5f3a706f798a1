"""Archives whose addresses are places: walked item by item whatever is imported, withdrawn, merged or cut off meanwhile."""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select
from test_scopes import START, Clock, everything, feed_of, past, saved, time, walk, written

from feedsvc import db, migrate, settings
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import afterwards, archives, build, bulk, contents, numbers
from feedsvc.models import Archive, Publication
from feedsvc.newsroom import listing, publishing, subjects
from feedsvc.newsroom.drafts import TagName
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key

__all__ = ["time"]
NEWS = Key("en", "news")


def brought_in(count: int, moment: Callable[[int], datetime], *, first: int = 0, **fields: Any) -> None:
    """So many items of the past, in batches as importers write them."""
    for begin in range(0, count, 250):
        batch = range(begin, min(count, begin + 250))
        act(bulk.bring_in, [past(first + n, moment(n), **fields) for n in batch], actor=SYSTEM)


def a_minute_each(since: datetime) -> Callable[[int], datetime]:
    return lambda n: since - timedelta(minutes=n)


def link(scope: str, now: datetime) -> int:
    """The number that a feed gives its readers."""
    with reading() as session:
        number = contents.at(session, feed_of(scope), now=now).doc.prev_archive
    assert number
    return number


def shown(scope: str, number: int, now: datetime) -> archives.Found:
    with reading() as session:
        found = archives.find(session, feed_of(scope), number, now=now)
    assert found is not None
    return found


def keys_of(publications: list[int], now: datetime) -> list[str]:
    with reading() as session:
        return [one.item_key for one in listing.of_publications(session, publications, now=now)]


def addresses(scope: str, now: datetime) -> dict[int, list[int]]:
    """Number → publications, of every archive document that a walk meets."""
    met, number = {}, link(scope, now)
    while number:
        found = shown(scope, number, now)
        met[number] = [one.publication_id for one in found.entries]
        number = found.older or 0
    return met


def boundaries(scope: str) -> int:
    with reading() as session:
        mine = select(func.count()).select_from(Archive).where(Archive.feed_id == feed_of(scope).id)
        return session.scalar(mine) or 0


def walked_once(scope: str, now: datetime) -> list[int]:
    """The sizes of a feed's archives, once it is certain that whoever walks them back meets every item once."""
    pages = list(walk(feed_of(scope), now))
    assert [number for page in pages for number in page] == everything(scope, now)
    assert all(pages)
    return [len(page) for page in pages[1:]]


@pytest.mark.parametrize("scope", ["news", "category/innovation"])
def test_no_document_grows_beyond_bounds_however_much_older_news_is_brought_in(time: Clock, scope: str) -> None:
    brought_in(300, a_minute_each(START), categories=("Innovation",))
    time.go(days=1)
    build.build(Key("en", scope))
    afterwards.wait()
    given = addresses(scope, time.now)
    between = START - timedelta(minutes=170, seconds=30)  # inside one of the documents that are full by now
    brought_in(600, lambda n: between - timedelta(milliseconds=n), first=1000, categories=("Innovation",))
    brought_in(1200, a_minute_each(START - timedelta(days=9)), first=2000, categories=("Innovation",))
    time.go(seconds=1)
    assert max(walked_once(scope, time.now)) <= archives.RIPE
    for number, before in given.items():  # what readers were given goes on naming the same place
        assert shown(scope, number, time.now).entries[0].publication_id == before[0]
    for number in list(addresses(scope, time.now)):  # who asks for a crowded one has it divided for good
        with reading() as session:
            assert contents.archived(session, feed_of(scope), number, now=time.now)
    afterwards.wait()
    sizes = walked_once(scope, time.now)
    assert max(sizes) <= archives.RIPE
    assert boundaries(scope) == len(sizes) - 1
    forward = [shown(scope, number, time.now) for number in addresses(scope, time.now)]
    assert [one.newer for one in forward[2:]] == [one.number for one in forward[1:-1]]
    assert forward[0].newer is None


def test_many_items_of_one_moment_are_divided_too(time: Clock) -> None:
    brought_in(430, lambda _: START - timedelta(days=300))
    time.go(days=1)
    assert max(walked_once("news", time.now)) <= archives.RIPE
    build.build(NEWS)
    afterwards.wait()
    sizes = walked_once("news", time.now)
    assert max(sizes) <= archives.RIPE
    assert boundaries("news") == len(sizes) - 1 > 5


def test_a_number_names_a_place_and_grows_with_it(time: Clock) -> None:
    brought_in(6, lambda n: START - timedelta(days=n // 3))
    brought_in(3, lambda _: datetime(871, 5, 9, tzinfo=START.tzinfo), first=10)
    key = written("Planned")
    act(publishing.schedule, key, START + timedelta(hours=1), actor=SYSTEM)
    with reading() as session:
        rows = session.execute(select(Publication.at, Publication.id).order_by(Publication.at, Publication.id))
        *places, planned = [(at, number) for at, number in rows]
        found = [numbers.of(session, "en", place) for place in places]
        assert found == sorted(set(found))
        assert all(number >= numbers.COUNTED and len(str(number)) <= numbers.DIGITS for number in found)
        assert [numbers.place(session, "en", number, now=time.now) for number in found] == places
        hidden = numbers.of(session, "en", planned)
        assert numbers.place(session, "en", hidden, now=planned[0]) == planned
        assert numbers.place(session, "en", hidden, now=time.now) is None
        assert archives.find(session, feed_of("news"), hidden, now=time.now) is None
        for nothing in (found[-1] + 1, found[-1] - 5, 10**26 + 7, 9 * 10**26, hidden + 1, 7_777_777, 1):
            assert archives.find(session, feed_of("news"), nothing, now=time.now) is None, nothing


def test_another_feeds_number_is_none_of_this_one(time: Clock) -> None:
    brought_in(3, a_minute_each(START), tags=(TagName("Robots"),))
    brought_in(70, a_minute_each(START - timedelta(days=1)), first=100)
    number = link("news", time.now)
    with reading() as session:
        assert archives.find(session, feed_of("tag/robots"), number, now=time.now) is None


def test_the_numbers_of_before_still_lead_to_their_documents(time: Clock) -> None:
    brought_in(300, a_minute_each(START))
    time.go(days=1)
    build.build(NEWS)
    afterwards.wait()
    count = boundaries("news")
    columns = "feed_id INTEGER NOT NULL REFERENCES feed (id), number INTEGER NOT NULL"
    moment = "TIMESTAMP WITH TIME ZONE" if settings.current().database.startswith("postgresql") else "DATETIME"
    with db.migrating() as connection:
        rows = connection.execute(sa.text("SELECT feed_id, at, opening_id FROM archive ORDER BY at")).all()
        connection.execute(sa.text("DROP TABLE archive"))
        connection.execute(
            sa.text(
                f"CREATE TABLE archive ({columns}, at {moment} NOT NULL, opening_id INTEGER NOT NULL, "
                "CONSTRAINT pk_archive PRIMARY KEY (feed_id, number))"
            )
        )
        connection.execute(
            sa.text("INSERT INTO archive VALUES (:feed_id, :number, :at, :opening_id)"),
            [{**dict(row._mapping), "number": 50 * n} for n, row in enumerate(rows, 1)],
        )
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0004'"))
        before = {50 * n: (row.at, row.opening_id) for n, row in enumerate(rows, 1)}
    with db.migrating() as connection:
        migrate.to_head(connection, "0005")
        kept = connection.execute(sa.text("SELECT number, at, opening_id FROM archive")).all()
    assert {row.number: (row.at, row.opening_id) for row in kept} == before
    assert len(before) == count > 3
    walked_once("news", time.now)
    by_place = {shown("news", number, time.now).number: number for number in before}
    assert len(by_place) == count
    assert set(by_place) < set(addresses("news", time.now))
    for number, counted in by_place.items():
        assert shown("news", counted, time.now) == shown("news", number, time.now)
    assert shown("news", 63, time.now) == shown("news", 100, time.now)  # an open one: all that it held is in there
    with reading() as session:
        assert archives.find(session, feed_of("news"), 50 * count + 1, now=time.now) is None


def test_an_emptied_document_answers_with_what_lies_behind_it(time: Clock) -> None:
    brought_in(260, a_minute_each(START))
    time.go(days=1)
    build.build(NEWS)
    afterwards.wait()
    first, emptied, next_one, *_ = addresses("news", time.now).items()
    for key in keys_of(emptied[1], time.now):
        act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    assert emptied[0] not in addresses("news", time.now)
    found = shown("news", emptied[0], time.now)
    assert [one.publication_id for one in found.entries] == next_one[1]
    assert shown("news", first[0], time.now).older == next_one[0]


def test_a_link_whose_items_are_all_withdrawn_ends_the_walk_and_is_no_404(time: Clock) -> None:
    brought_in(3, a_minute_each(START), tags=(TagName("Robots"),))
    with reading() as session:
        oldest = listing.outlines(session, "en", "tag/robots", now=time.now)[-1].place
        number = numbers.of(session, "en", oldest)
    for key in keys_of(everything("tag/robots", time.now), time.now):
        act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    found = shown("tag/robots", number, time.now)
    assert (found.entries, found.older) == ([], None)


def test_a_feed_that_withdrawals_pushed_into_its_archives_does_not_overlap_them(time: Clock) -> None:
    brought_in(300, a_minute_each(START))
    time.go(days=1)
    build.build(NEWS)
    afterwards.wait()
    for key in keys_of(everything("news", time.now)[5:65], time.now):
        act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    walked_once("news", time.now)


class Reader:
    """Somebody who walks back through a feed, one document at a time."""

    def __init__(self, scope: str, now: datetime) -> None:
        self.scope = scope
        with reading() as session:
            there = contents.at(session, feed_of(scope), now=now)
            rows = listing.outlines(session, "en", scope, now=now, limit=len(there.entries))
        self.met = {one.place for one in rows}
        self.next = there.doc.prev_archive

    def step(self, now: datetime) -> None:
        if self.next:
            found = shown(self.scope, self.next, now)
            assert found.older is None or found.older < found.number <= self.next
            self.met |= {one.place for one in found.entries}
            self.next = found.older


def one_change(chance: random.Random, time: Clock, scope: str, number: int) -> None:
    """Something that happens to a newsroom while somebody walks."""
    there = everything(scope, time.now)
    tag = (TagName("T"),)
    one = chance.choice(keys_of([chance.choice(there)], time.now) or [""])
    try:
        match chance.choice(("withdraw", "withdraw", "old", "between", "retag", "new", "cut", "pile")):
            case "withdraw":
                act(publishing.withdraw, one, "Wrong.", actor=SYSTEM)
            case "old":
                act(bulk.bring_in, [past(number, START - timedelta(days=30), tags=tag)], actor=SYSTEM)
            case "between":
                act(bulk.bring_in, [past(number, START - timedelta(minutes=number % 300), tags=tag)], actor=SYSTEM)
            case "pile":
                moment = START - timedelta(minutes=chance.randrange(300))
                brought_in(120, lambda _: moment, first=number, tags=tag)
            case "retag":
                saved(one, f"Retagged {number}", tags=chance.choice((tag, ())))
                act(publishing.update, one, actor=SYSTEM)
            case "new":
                for n in range(12):
                    key = written(f"New {number} {n}", tags=tag)
                    act(publishing.publish, key, actor=SYSTEM)
                    time.go(seconds=1)
            case "cut":
                build.build(Key("en", scope))
                afterwards.wait()
    except FeedsvcError:
        return


@pytest.mark.parametrize("scope", ["news", "tag/t"])
@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "1"))))
def test_whatever_happens_in_mid_walk_leaves_no_gap_and_no_dead_link(time: Clock, scope: str, seed: int) -> None:
    chance = random.Random(seed)
    brought_in(330, a_minute_each(START), tags=(TagName("T"),))
    time.go(hours=1)
    if seed % 2:
        build.build(Key("en", scope))
        afterwards.wait()
    for round_ in range(3):
        reader = Reader(scope, time.now)

        def places() -> set[Any]:
            with reading() as session:
                return {one.place for one in listing.outlines(session, "en", scope, now=time.now)}

        always, steps = places(), 0
        while reader.next:
            steps += 1
            one_change(chance, time, scope, 1000 * seed + 100 * round_ + steps)
            time.go(seconds=1)
            always &= places()
            reader.step(time.now)
            assert steps < 60
        assert always <= reader.met
        assert max(walked_once(scope, time.now), default=0) <= archives.RIPE


def test_a_merge_in_mid_walk_leaves_no_gap_in_either_feed(time: Clock) -> None:
    brought_in(300, lambda n: START - timedelta(minutes=2 * n), tags=(TagName("Here"),))
    brought_in(500, lambda n: START - timedelta(minutes=2 * n, seconds=30), first=1000, tags=(TagName("There"),))
    for scope in ("tag/here", "tag/there"):
        build.build(Key("en", scope))
    afterwards.wait()
    walks = [Reader(scope, time.now) for scope in ("tag/here", "tag/there")]
    stood = [everything(one.scope, time.now) for one in walks]
    for one in walks:
        one.step(time.now)
    act(subjects.merge, "tag", "here", "there", actor=SYSTEM)
    for one in walks:
        one.scope = "tag/there"  # as its 301 says
        while one.next:
            one.step(time.now)
    with reading() as session:
        rows = {r.publication_id: r.place for r in listing.outlines(session, "en", "tag/there", now=time.now)}
    for one, before in zip(walks, stood, strict=True):
        assert {rows[number] for number in before} <= one.met
    assert max(walked_once("tag/there", time.now)) <= archives.RIPE


def test_cutting_off_twice_or_side_by_side_writes_no_boundary_twice(
    time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought_in(700, a_minute_each(START))
    feed = feed_of("news")
    with reading() as session:
        end = listing.outlines(session, "en", "news", now=time.now, limit=50)[-1].place
    monkeypatch.setattr(archives, "_AT_ONCE", 3)  # several transactions
    real, calls = archives.transaction, []

    def beaten() -> Any:
        calls.append(1)
        if len(calls) == 1:
            archives.cut_off(feed.id, end)
        return real()

    monkeypatch.setattr(archives, "transaction", beaten)
    assert archives.cut_off(feed.id, end) == 0
    assert archives.cut_off(feed.id, end) == 0
    sizes = walked_once("news", time.now)
    assert boundaries("news") == len(sizes) - 1
    assert min(sizes) >= archives.SIZE
