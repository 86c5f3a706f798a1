"""Programs that page while others work, and programs that follow what changes."""

import base64
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from api_client import ITEMS, Api, newsroom

from feedsvc import clock, jobs

CHANGES = "/api/v1/changes"


@pytest.fixture
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"):
        yield Api()


def page(api: Api, path: str, cursor: str | None, limit: int = 2) -> dict[str, Any]:
    answer = api("GET", f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_who_pages_while_items_change_meets_every_one(api: Api) -> None:
    made = [api.create(headline=f"Item {number}") for number in range(5)]
    there = {row["id"] for row in page(api, ITEMS, None, 100)["items"]}
    assert {one["id"] for one in made} <= there
    met: dict[str, str] = {}
    cursor, turn = None, 0
    while turn == 0 or cursor:
        found = page(api, ITEMS, cursor)
        met |= {row["id"]: row["headline"] for row in found["items"]}
        for number in range(2 * turn, min(2 * turn + 2, 5)):  # the oldest, not met so far, move to the front
            path = f"{ITEMS}/{made[number]['id']}"
            assert api("PATCH", path, {"headline": f"Changed {number}"}, If_Match="*").status_code == 200
        cursor, turn = found["next"], turn + 1
    assert set(met) == there
    assert {met[one["id"]] for one in made} == {f"Changed {number}" for number in range(5)}


def test_who_follows_the_changes_is_given_each_item_that_stands_elsewhere(api: Api) -> None:
    """Also one whose moment came, one that a renamed subject touched, and what a lifted hold let go."""
    planned, tagged = api.create(headline="Planned"), api.create(headline="Tagged", categories=["Network"])
    held = api.create(headline="Held")
    cursor, seen = None, 0
    while True:
        found = page(api, CHANGES, cursor)
        cursor, seen = found["next"], seen + len(found["items"])
        if not found["more"]:
            break
    assert seen == len(page(api, ITEMS, None, 100)["items"])

    def news() -> list[tuple[str, str]]:
        nonlocal cursor
        found = page(api, CHANGES, cursor, 100)
        assert found["more"] is False
        cursor = found["next"]
        return [(row["headline"], row["state"]) for row in found["items"]]

    assert news() == news() == []
    at = clock.now() + timedelta(seconds=3)
    assert api.act(planned, "schedule", {"publish_at": at.isoformat()}).status_code == 200
    assert [headline for headline, _ in news()] == ["Planned"]
    assert news() == []
    time.sleep(max((at - clock.now()).total_seconds(), 0))
    assert jobs.live() == 1
    assert news() == [("Planned", "published")]
    assert api("PATCH", "/api/v1/subjects/category/network", {"name": "Our network"}).status_code == 200
    assert [headline for headline, _ in news()] == ["Tagged"]
    assert api.act(tagged, "withdraw", {"reason": "Nothing."}).status_code == 409
    assert news() == []
    assert api("POST", "/api/v1/hold", {}).status_code == 200
    assert api.act(held, "publish").status_code == 200
    assert news() == [("Held", "scheduled")]
    assert api("DELETE", "/api/v1/hold").status_code == 200
    assert news() == [("Held", "published")]


def test_a_cursor_of_another_history_is_refused(api: Api) -> None:
    """A backup was put back: whoever is further than the rows would wait in silence for what comes."""
    for place, path in (("c99999.1", "/changes"), ("99999.1", "/items")):
        cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
        answer = api("GET", f"/api/v1{path}?cursor={cursor}")
        assert (answer.status_code, set(answer.get_json()["problems"])) == (422, {"cursor"})
