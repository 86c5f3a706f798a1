"""Feeds for a part of the news, archives, and what happens to many feeds at once: real processes over HTTP."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from served import FORMATS, ROOT, Answer, Served, newsroom, path_of, wait_for

ITEMS = 430
LANGUAGES = ("en", "az")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A newsroom of ten invented years in two languages, whose builds can be read from its log."""
    folder = tmp_path_factory.mktemp("large")
    extra = {"FEEDSVC_LANGUAGES": ",".join(LANGUAGES), "PYTHONPATH": str(ROOT / "bench" / "loud")}
    with newsroom(folder, **extra) as served:
        served.run("demo", "--items", str(ITEMS))
        yield served


def prefix(language: str) -> str:
    return "" if language == "en" else f"/{language}"


def ids_of(answer: Answer, suffix: str) -> tuple[list[str], str | None]:
    """The items of a document, and the address of the one before it."""
    if suffix == "json":
        page = answer.json()
        return [item["id"] for item in page["items"]], page.get("next_url")
    parsed: Any = feedparser.parse(answer.body)
    assert not parsed.bozo, parsed.bozo_exception
    older = [link.href for link in parsed.feed.links if link.rel == "prev-archive"]
    assert len(older) <= 1
    return [entry.id for entry in parsed.entries], older[0] if older else None


def walk(served: Served, path: str) -> list[str]:
    """Every id that a subscriber meets who goes back from a feed to its oldest archive."""
    suffix, met = path.rpartition(".")[2], list[str]()
    address: str | None = path
    for _ in range(100):
        answer = served.get(urlsplit(address or "").path)
        assert answer.status == 200, address
        found, address = ids_of(answer, suffix)
        assert found
        met += found
        if address is None:
            return met
    raise AssertionError("the walk has no end")


def addresses(served: Served) -> list[str]:
    """The path of every feed, without a suffix."""
    return [path_of(row["address"]) for row in json.loads(served.run("feeds", "list", "--json").stdout)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_walking_back_over_http_meets_every_item_once(large: Served, suffix: str) -> None:
    counts = {}
    for language in LANGUAGES:
        met = walk(large, f"{prefix(language)}/feeds/news.{suffix}")
        assert len(met) == len(set(met))
        counts[language] = len(met)
        part = walk(large, f"{prefix(language)}/feeds/organisation/bakcell.{suffix}")
        assert len(part) == len(set(part)) > 50
        assert set(part) < set(met)
    said = large.get("/metrics").text
    assert {code: f'feedsvc_items_public{{language="{code}"}} {counts[code]}' in said for code in LANGUAGES} == {
        "en": True,
        "az": True,
    }
    assert ITEMS * 0.85 < counts["en"] <= ITEMS + 1


def test_an_archive_answers_as_a_feed_does(large: Served) -> None:
    _, older = ids_of(large.get("/feeds/news.atom"), "atom")
    assert older
    path = path_of(older)
    first, again = (large.get(path, Accept_Encoding="gzip") for _ in range(2))
    assert first.status == 200
    assert first.body == again.body
    assert first.headers["ETag"].endswith('-gz"')
    for name in ("Cache-Control", "Vary", "Access-Control-Allow-Origin", "Last-Modified", "Content-Type"):
        assert first.headers[name] == large.get("/feeds/news.atom", Accept_Encoding="gzip").headers[name], name
    assert f'<{large.base}{path}>; rel="self"' in first.headers["Link"]
    assert large.get(path, If_None_Match=f"W/{first.headers['ETag']}", Accept_Encoding="gzip").status == 304
    assert large.get(path, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert large.ask("HEAD", path).body == b""
    assert large.get(path, Sec_Fetch_Dest="document").status == 303
    assert large.ask("POST", path).status == 405
    for missing in ("0", "7777777", "x", "-1", "99999999999"):
        assert large.get(f"/feeds/news/archive/{missing}.atom").status == 404, missing
    assert large.get("/feeds/tag/no-such-tag/archive/50.atom").status == 404


def test_languages_never_mix(large: Served) -> None:
    for path in addresses(large)[:60]:
        answer = large.get(f"{path}.json")
        assert answer.status == 200, path
        wanted = "az" if path.startswith("/az/") else "en"
        assert {item["language"] for item in answer.json()["items"]} <= {wanted}, path


def test_no_reader_gets_old_bytes_of_any_feed_that_an_item_touches(large: Served) -> None:
    tags = [{"name": f"Subject {n}", "kind": "theme"} for n in range(50)]
    fields = {"categories": [f"Section {n}" for n in range(20)], "tags": tags, "authors": ["Somebody", "Another"]}
    large.act(large.draft("The first of many feeds", **fields), "publish")
    paths = [
        p for p in addresses(large) if "/subject-" in p or "/section-" in p or p.endswith(("/somebody", "/another"))
    ]
    paths += ["/feeds/news", "/feeds/organisation/bakcell"]
    mine = [p for p in paths if not p.startswith("/az/")]
    assert len(mine) == 74
    for path in mine:
        for suffix in FORMATS:
            assert "The first of many" in large.get(f"{path}.{suffix}").text, path
    large.act(large.draft("The second of many feeds", **fields), "publish")
    began = time.monotonic()
    for path in mine:
        for suffix in FORMATS:
            assert "The second of many" in large.get(f"{path}.{suffix}").text, path
    print(f"{len(mine) * 3} documents read in {time.monotonic() - began:.2f} s after the call, all of them new")


def test_a_herd_at_the_moment_finds_one_build_and_no_failure(large: Served) -> None:
    key = large.draft("News of the hour", categories=["Innovation"], tags=[{"name": "5G", "kind": "theme"}])
    paths = [f"/feeds/{scope}.{suffix}" for scope in ("news", "category/innovation", "tag/5g") for suffix in FORMATS]
    tags = {path: large.get(path, Accept_Encoding="gzip").headers["ETag"] for path in paths}
    moment = (datetime.now(UTC) + timedelta(seconds=5)).replace(microsecond=0)
    large.act(key, "schedule", publish_at=moment.isoformat())
    tags = {path: large.get(path, Accept_Encoding="gzip").headers["ETag"] for path in paths}
    wait_for(lambda: time.time() > moment.timestamp() - 1, 10)
    log_at = len(large.log())
    statuses: Counter[int] = Counter()
    early, late = [], []

    def reader(number: int) -> None:
        while time.time() < moment.timestamp() + 2.5:
            path = paths[number % len(paths)]
            conditional = {"If_None_Match": tags[path]} if number % 20 else {}
            answer = large.get(path, Accept_Encoding="gzip", **conditional)
            statuses[answer.status] += 1
            if answer.status == 200 and answer.headers["ETag"] != tags[path] and answer.ended < moment.timestamp():
                early.append(answer.ended)
            if answer.headers["ETag"] == tags[path] and answer.began > moment.timestamp() + 1:
                late.append(answer.began)
            number += 7

    readers = [threading.Thread(target=reader, args=(n,)) for n in range(24)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert set(statuses) <= {200, 304}, statuses
    assert not early
    assert not late
    built = Counter(
        line["scope"] for line in log_lines(large, log_at) if line.get("event") == "built" and line["language"] == "en"
    )
    assert {scope: built[scope] for scope in ("news", "category/innovation", "tag/5g")} == {
        "news": 1,
        "category/innovation": 1,
        "tag/5g": 1,
    }
    print(f"{sum(statuses.values())} requests, {dict(statuses)}")


def log_lines(served: Served, begin: int) -> Iterator[dict[str, Any]]:
    """What the newsroom logged since."""
    for line in served.log()[begin:].splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def test_what_nobody_reads_is_not_built_and_comes_when_asked_for(tmp_path: Path) -> None:
    with newsroom(tmp_path / "cold", FEEDSVC_LANGUAGES="en") as served:
        served.act(served.draft("Cold", tags=[{"name": "Unread", "kind": "theme"}]), "publish")
        time.sleep(1.5)
        assert not (served.instance / "shelf" / "en" / "tag" / "unread").exists()
        assert "Cold" in served.get("/feeds/tag/unread.rss").text
        assert (served.instance / "shelf" / "en" / "tag" / "unread" / "current").exists()
