"""What feeds are called, and which of them a subject's new name moves: no more than those that say it."""

import os
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_scopes import Clock

from feedsvc import clock, road, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError, NotFound
from feedsvc.feeds import build, catalogue, contents, verify, which
from feedsvc.newsroom import items, publishing, standing, subjects
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare
from feedsvc.shelf import Key

LANGUAGES = ("en", "ru")


@pytest.fixture
def time(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert instance.exists()
    time = Clock(monkeypatch, clock.now().replace(microsecond=0) + timedelta(days=1))
    monkeypatch.setenv("FEEDSVC_LANGUAGES", ",".join(LANGUAGES))
    settings.current.cache_clear()
    prepare()
    return time


def act(verb: Any, *args: Any, **kwargs: Any) -> Any:
    return road.act(verb, *args, actor=SYSTEM, **kwargs)


def written(headline: str, language: str = "en", **fields: Any) -> str:
    fields["tags"] = tuple(map(TagName, fields.get("tags", ())))
    return str(
        act(items.create, checked(ItemDraft(headline=headline, language=language, **fields), LANGUAGES)).item.key
    )


def published(headline: str, language: str = "en", **fields: Any) -> str:
    key = written(headline, language, **fields)
    act(publishing.publish, key)
    return key


def planned(headline: str, at: datetime, language: str = "en", **fields: Any) -> str:
    key = written(headline, language, **fields)
    act(publishing.schedule, key, at)
    return key


def saved(key: str, headline: str, **fields: Any) -> None:
    with reading() as session:
        base = standing.find(session, key).head.number
    act(items.save, key, checked(ItemDraft(headline=headline, **fields), LANGUAGES), base=base)


def title(scope: str, language: str = "en") -> str:
    """What a feed is called in its document, after the newsroom's name."""
    with reading() as session:
        feed = which.find(session, Key(language, scope))
        assert feed is not None
        return contents.at(session, feed, now=clock.now()).doc.title.partition(": ")[2]


def heading(scope: str, language: str = "en") -> str:
    """What a subject's page is called."""
    with reading() as session:
        page = catalogue.subject(session, scope, language, now=clock.now())
    assert page is not None
    return page.name


class There(NamedTuple):
    """What readers are told of a feed."""

    last_modified: int
    etags: dict[str, str]


def shelved(key: Key) -> There:
    """A feed as it lies on the shelf, built first where its row is newer."""
    build.build(key)
    instance = settings.current().instance
    mark = shelf.mark(instance, key)
    assert mark
    there = shelf.look(instance, key, mark)
    assert there
    return There(there.last_modified, there.etags)


def known() -> dict[Key, There]:
    """Every feed that readers may see, built."""
    with reading() as session:
        keys = [Key(feed.language, feed.scope) for feed in which.every(session)]
    found = {}
    for key in keys:
        try:
            found[key] = shelved(key)
        except NotFound:
            continue
    return found


# By-lines


def test_an_author_is_called_as_the_feeds_own_language_wrote_it(time: Clock) -> None:
    published("Odin", "ru", authors=("Leyla Aliyeva",))
    key = Key("ru", "author/leyla-aliyeva")
    before = shelved(key)
    planned("One", time.now + timedelta(minutes=1), authors=("Leylä Áliyeva",))
    time.go(minutes=2)
    shelved(Key("en", "news"))
    assert title(key.scope, "ru") == "Leyla Aliyeva"
    assert title(key.scope, "en") == "Leylä Áliyeva"
    assert [heading(key.scope, language) for language in LANGUAGES] == ["Leylä Áliyeva", "Leyla Aliyeva"]
    assert shelved(key) == before
    assert verify.differences() == []


def test_a_by_line_put_right_names_the_feed_from_its_moment_on(time: Clock) -> None:
    key = published("One", authors=("Leyla Aliyeva",))
    time.go(minutes=1)
    for spelling in ("Leylä Aliyeva", "Leylâ Aliyeva", "Leyla Âliyeva"):
        saved(key, "One", authors=(spelling,))
        before = title("author/leyla-aliyeva")
        act(publishing.update, key, publish_at=time.now + timedelta(minutes=1))
        assert title("author/leyla-aliyeva") == before
        time.go(minutes=1)
        assert title("author/leyla-aliyeva") == spelling


def test_a_by_line_that_was_taken_back_names_nothing(time: Clock) -> None:
    published("Old", authors=("Leyla Aliyeva",))
    time.go(minutes=1)
    leak = published("Leak", authors=("Leyla ALIYEVA",))
    alone = published("Alone", authors=("Ənvər Source-Jones",))
    assert title("author/leyla-aliyeva") == "Leyla ALIYEVA"
    assert title("author/enver-source-jones") == "Ənvər Source-Jones"
    time.go(minutes=1)
    planned("Next", time.now + timedelta(days=1), authors=("Ənver Source Jones",))
    for key in (leak, alone):
        act(publishing.withdraw, key, "Named by mistake.")
    assert title("author/leyla-aliyeva") == "Leyla Aliyeva"
    for language in LANGUAGES:
        assert title("author/enver-source-jones", language) == "Enver Source Jones"
        assert heading("author/enver-source-jones", language) == "Enver Source Jones"
    shelved(Key("en", "author/enver-source-jones"))
    assert verify.differences() == []


def test_an_author_feed_without_a_by_line_of_its_language_reads_like_its_address(time: Clock) -> None:
    published("One", authors=("Rəşad Həsənov",))
    key = Key("ru", "author/resad-hesenov")
    before = shelved(key)
    assert title(key.scope, "ru") == "Resad Hesenov"
    assert heading(key.scope, "ru") == "Rəşad Həsənov"
    time.go(minutes=1)
    published("Two", authors=("Reşad Hesenov",))
    assert title(key.scope, "ru") == "Resad Hesenov"
    assert shelved(key) == before
    assert verify.differences() == []


def test_of_two_by_lines_at_one_address_the_first_names_the_feed(time: Clock) -> None:
    published("One", authors=("Zəhra", "Zehra"))
    published("Two", authors=("Aygün", "Aygun"))
    assert (title("author/zehra"), title("author/aygun")) == ("Zəhra", "Aygün")
    assert time.now == clock.now()


# Which feeds a subject's new name moves


def dates() -> dict[str, int]:
    return {f"{key.language}/{key.scope}": there.last_modified for key, there in known().items()}


@pytest.mark.parametrize("held", [False, True])
def test_what_becomes_of_a_subject_that_nobody_could_see_moves_no_date(time: Clock, held: bool) -> None:
    published("Open", tags=("Robots",), categories=("Innovation",))
    planned("Secret", time.now + timedelta(days=5), tags=("Merger", "Takeover", "Sale"), categories=("Deals",))
    written("Draft", tags=("Idea",))
    if held:
        act(publishing.hold)
        time.go(seconds=1)
        published("Waits", tags=("Sale",))
    time.go(minutes=5)
    before = known()
    act(subjects.rename, "tag", "merger", name="Merger of two")
    act(subjects.rename, "tag", "idea", name="Ideas", new_slug="ideas")
    act(subjects.rename, "category", "deals", name="Deals", new_slug="big-deals")
    act(subjects.rename, "tag", "merger", name="Merger of three", new_slug="merger-of-three")
    act(subjects.merge, "tag", "merger-of-three", "takeover")
    act(subjects.remove, "tag", "sale")
    assert known() == before
    act(subjects.merge, "tag", "takeover", "robots")
    assert known() == before
    assert verify.differences() == []
    if not held:
        time.go(days=5)
        assert known()[Key("en", "tag/robots")].etags != before[Key("en", "tag/robots")].etags
        assert verify.differences() == []


def test_a_new_name_moves_the_feeds_that_say_it_and_no_other(time: Clock) -> None:
    published("One", tags=("Robots",), categories=("Innovation",), authors=("A. Writer",))
    published("Two", tags=("Schools",), categories=("Network",))
    published("Odin", "ru", categories=("Network",))
    time.go(minutes=5)
    before = dates()
    act(subjects.rename, "tag", "robots", name="Machines")
    after = dates()
    assert {name for name, date in after.items() if date > before[name]} == {
        *("en/news", "en/tag/robots", "ru/tag/robots", "en/category/innovation", "en/author/a-writer"),
        "en/organisation/bakcell",
    }
    time.go(minutes=5)
    act(subjects.rename, "organisation", "bakcell", name="Bakcell MMC")
    assert {name for name, date in dates().items() if date > after[name]} == {
        *("en/organisation/bakcell", "ru/organisation/bakcell"),
    }


def test_an_empty_feed_of_another_language_is_newer_by_its_new_name(time: Clock) -> None:
    published("One", categories=("Tech",))
    key = Key("ru", "category/tech")
    before = shelved(key)
    time.go(minutes=1)
    act(subjects.rename, "category", "tech", name="Technology")
    after = shelved(key)
    assert after.etags != before.etags
    assert after.last_modified > before.last_modified


def test_an_empty_feed_of_another_language_is_newer_by_the_newsrooms_new_name(
    time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned("One", time.now + timedelta(minutes=1), categories=("Tech",))
    planned("Secret", time.now + timedelta(days=1), categories=("Deals",))
    time.go(minutes=2)
    key = Key("ru", "category/tech")
    before = shelved(key)
    time.go(minutes=1)
    monkeypatch.setenv("FEEDSVC_NEWSROOM_NAME", "Another newsroom")
    settings.current.cache_clear()
    prepare()
    after = shelved(key)
    assert after.etags != before.etags
    assert after.last_modified > before.last_modified
    with pytest.raises(NotFound):
        build.build(Key("ru", "category/deals"))


NAMES = {"tag": ("Shusha", "Robots", "Schools"), "category": ("Innovation", "Network")}


def _text(chance: random.Random) -> dict[str, Any]:
    return {
        "tags": tuple(name for name in NAMES["tag"] if chance.random() < 0.4),
        "categories": tuple(name for name in NAMES["category"] if chance.random() < 0.4),
        "authors": tuple(name for name in ("Aysel Məmmədova", "Aysel Memmedova") if chance.random() < 0.3),
    }


def _one_step(chance: random.Random, time: Clock, number: int, keys: list[str]) -> None:
    kind = chance.choice(tuple(NAMES))
    one, other = (name.lower() for name in chance.sample(NAMES[kind], 2))
    deed = chance.choice(("publish", "plan", "save", "withdraw", "rename", "move", "back", "merge", "remove", "sort"))
    key = chance.choice(keys) if keys else ""
    try:
        if deed == "publish" or not key:
            keys.append(published(f"Text {number}", chance.choice(LANGUAGES), **_text(chance)))
        elif deed == "plan":
            keys.append(planned(f"Text {number}", time.now + timedelta(seconds=90), **_text(chance)))
        elif deed == "save":
            words = _text(chance)
            saved(key, f"Text {number}", **{**words, "tags": tuple(map(TagName, words["tags"]))})
            act(publishing.correct, key, "A note.")
        elif deed == "withdraw":
            act(publishing.withdraw, key, "A reason.")
        elif deed == "rename":
            act(subjects.rename, kind, one, name=f"{one} {number}")
        elif deed == "move":
            act(subjects.rename, kind, one, name=one.title(), new_slug=f"{one}-then")
        elif deed == "back":
            act(subjects.rename, kind, f"{one}-then", name=one.title(), new_slug=one)
        elif deed == "merge":
            act(subjects.merge, kind, one, other)
        elif deed == "remove":
            act(subjects.remove, kind, one)
        else:
            act(subjects.rename, "tag", one, name=one.title(), tag_kind=chance.choice(("theme", "place", "person")))
    except FeedsvcError:
        return


@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "1"))))
def test_feeds_whose_bytes_change_are_built_anew_and_newer_and_no_other_is(time: Clock, seed: int) -> None:
    chance, keys = random.Random(seed), list[str]()
    before = known()
    for number in range(20):
        time.go(seconds=chance.choice((7, 40)))
        _one_step(chance, time, number, keys)
        after = known()
        assert verify.differences() == [], (seed, number)
        for key, there in after.items():
            if key in before and there.etags != before[key].etags:
                assert there.last_modified > before[key].last_modified, (seed, number, key)
        before = after
