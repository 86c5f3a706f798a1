"""The API's list of what items are about."""

from collections.abc import Iterator
from typing import Any

import pytest
from api_client import ITEMS, Api, newsroom

from feedsvc import road, settings
from feedsvc.newsroom import subjects
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare

SUBJECTS = "/api/v1/subjects"


@pytest.fixture
def api(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"):
        monkeypatch.setenv("FEEDSVC_LANGUAGES", "en,az")
        settings.current.cache_clear()
        prepare()
        yield Api()


def everything(api: Api, limit: int = 100) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api("GET", f"{SUBJECTS}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200, answer.text
        page = answer.get_json()
        assert len(page["subjects"]) == limit or page["next"] is None
        found += page["subjects"]
        cursor = page["next"]
    return found


def named(api: Api, name: str) -> dict[str, Any]:
    (found,) = (row for row in everything(api) if row["name"] == name)
    return found


def published(api: Api, **fields: Any) -> dict[str, Any]:
    item = api.create(**fields)
    assert api.act(item, "publish").status_code == 200
    return item


def test_a_subject_is_told_with_its_feeds_and_how_much_they_carry(api: Api) -> None:
    tags = [{"name": "Şuşa", "kind": "place"}]
    first = published(api, tags=tags, categories=["Network"])
    published(api, tags=tags)
    published(api, tags=tags, language="az")
    row = named(api, "Şuşa")
    assert (row["kind"], row["slug"]) == ("place", "susa")
    base = "http://newsroom.test"
    assert row["editions"] == [
        {
            "language": code,
            "url": f"{base}{prefix}/tag/susa",
            "feeds": {suffix: f"{base}{prefix}/feeds/tag/susa.{suffix}" for suffix in ("atom", "rss", "json")},
            "items": items,
        }
        for code, prefix, items in (("en", "", 2), ("az", "/az", 1))
    ]
    assert [(e["language"], e["items"]) for e in named(api, "Network")["editions"]] == [("en", 1), ("az", 0)]
    assert named(api, "Network")["kind"] == "category"
    api.act(first, "withdraw", {"reason": "Wrong."})
    assert [e["items"] for e in named(api, "Şuşa")["editions"]] == [1, 1]
    assert [e["items"] for e in named(api, "Network")["editions"]] == [0, 0]


def test_what_readers_do_not_know_has_no_editions(api: Api) -> None:
    api.create(tags=["Idea"])
    plan = api.create(tags=["Merger"])
    api.act(plan, "schedule", {"publish_at": "2035-01-01T00:00:00Z"})
    road.act(subjects.add, "category", "Culture", actor=SYSTEM)
    for name in ("Idea", "Merger"):
        assert named(api, name)["editions"] == []
    assert [e["items"] for e in named(api, "Culture")["editions"]] == [0, 0]
    api.act(plan, "unschedule")
    api.act(plan, "publish")
    assert [e["items"] for e in named(api, "Merger")["editions"]] == [1, 0]


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_every_subject_comes_once_although_others_rename(api: Api, limit: int) -> None:
    published(api, categories=["Network", "Roaming", "Devices"], tags=[f"Theme {n}" for n in range(5)])
    whole = everything(api)
    assert len(whole) > 12
    assert [row["kind"] == "category" for row in whole] == sorted(row["kind"] == "category" for row in whole)[::-1]
    met, cursor = list[tuple[bool, int]](), ""
    for number in range(100):
        page = api("GET", f"{SUBJECTS}?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).get_json()
        met += [(row["kind"] == "category", row["id"]) for row in page["subjects"]]
        slug = next(row["slug"] for row in everything(api) if row["kind"] != "category")
        road.act(subjects.rename, "tag", slug, name=f"Renamed {number}", new_slug=f"renamed-{number}", actor=SYSTEM)
        cursor = page["next"]
        if cursor is None:
            break
    assert met == [(row["kind"] == "category", row["id"]) for row in whole]


def test_another_lists_cursor_and_bad_paging_are_refused(api: Api) -> None:
    api.create(), api.create()
    of_items = api("GET", f"{ITEMS}?limit=1").get_json()["next"]
    of_subjects = api("GET", f"{SUBJECTS}?limit=1").get_json()["next"]
    assert api("GET", f"{SUBJECTS}?cursor={of_items}").status_code == 422
    assert api("GET", f"{ITEMS}?cursor={of_subjects}").status_code == 422
    for query in ("limit=0", "limit=101", "limit=", "cursor=", "cursor=x", "cursor=%F0%9F%98%80", "cursor=dGFnLng"):
        assert api("GET", f"{SUBJECTS}?{query}").status_code == 422, query
    assert api("GET", f"{SUBJECTS}?cursor=dGFnLjk5OTk5OTk5OQ").get_json() == {"subjects": [], "next": None}
