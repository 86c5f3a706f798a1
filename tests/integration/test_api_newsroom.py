"""What the API does beside items' texts: their history, the newsroom's subjects, templates, people, tokens, log and settings."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from api_client import ITEMS, Api, newsroom, token_for
from picture_samples import picture

from feedsvc import clock, db, jobs, road, settings
from feedsvc.models import Answered
from feedsvc.newsroom import previews
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.api import limits
from feedsvc.web.api.operations import OPERATIONS

V1 = "/api/v1"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"):
        yield Api()


def got(api: Api, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> dict[str, Any]:
    answer = api(method, f"{V1}{path}", body, **headers)
    assert answer.status_code == status, (path, answer.text)
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_items_history_is_told_compared_and_brought_back(api: Api) -> None:
    item = api.create(headline="One", body_html="<p>First words here.</p>", categories=["Network"], tags=["Şuşa"])
    path = f"/items/{item['id']}"
    for headline in ("Two", "Three"):
        got(api, "PATCH", path, {"headline": headline, "body_html": "<p>Other words here.</p>"}, If_Match="*")
    first = got(api, "GET", f"{path}/revisions?limit=2")
    assert [row["headline"] for row in first["revisions"]] == ["Three", "Two"]
    rest = got(api, "GET", f"{path}/revisions?limit=2&cursor={first['next']}")
    assert ([row["number"] for row in rest["revisions"]], rest["next"]) == ([1], None)
    old = got(api, "GET", f"{path}/revisions/1")
    assert (old["headline"], old["categories"], old["tags"][0]["slug"]) == ("One", ["network"], "susa")
    apart = got(api, "GET", f"{path}/revisions/3/diff?with=1")
    assert (apart["old"], apart["new"], list(apart["fields"])) == (1, 3, ["headline"])
    assert {part["text"].strip() for part in apart["body"][0]["parts"] if part["kind"] != "same"} == {"First", "Other"}
    assert got(api, "GET", f"{path}/revisions/3/diff")["old"] == 2
    got(api, "GET", f"{path}/revisions/77", status=404)
    got(api, "GET", f"{path}/revisions/3/diff?with=x", status=404)

    got(api, "POST", f"{path}/revisions/1/restore", status=412, If_Match='"v1"')
    again = got(api, "POST", f"{path}/revisions/1/restore", If_Match='"v3"')
    assert (again["headline"], again["revision"]) == ("One", 4)
    got(api, "POST", f"{path}/revisions/1/restore", status=409)
    checked = got(api, "GET", f"{path}/checklist")
    assert "no_summary" in {row["code"] for row in checked["findings"]}
    assert {"news", "category/network"} <= {row["scope"] for row in checked["feeds"]}
    got(api, "POST", f"{path}/publish")
    got(api, "POST", f"{path}/withdraw", {"reason": "Wrong."})
    found = got(api, "GET", f"{path}/publications")["publications"]
    assert [(row["kind"], row["note"], row["revision"]) for row in found] == [
        ("withdraw", "Wrong.", 4),
        ("publish", "", 4),
    ]
    copied = got(api, "POST", f"{path}/copy", status=201)
    assert (copied["headline"], copied["state"], copied["slug"]) == ("One", "draft", "one-2")
    assert copied["id"] != item["id"]


def test_the_calendar_tells_what_goes_out_and_when(api: Api) -> None:
    items = [api.create(headline=f"Planned {number}") for number in range(3)]
    for number, item in enumerate(items):
        api.act(item, "schedule", {"publish_at": f"2031-05-01T09:0{number // 2}:00+04:00"})
    path = "/calendar?since=2031-05-01T00:00:00Z&until=2031-05-02T00:00:00Z&limit=2"
    first = got(api, "GET", path)
    rest = got(api, "GET", f"{path}&cursor={first['next']}")
    assert [row["item"] for row in first["events"] + rest["events"]] == [item["id"] for item in items]
    assert [row["meets"] for row in first["events"] + rest["events"]] == [True, True, False]
    assert (first["events"][0]["at"], first["events"][0]["live"], rest["next"]) == ("2031-05-01T05:00:00Z", False, None)
    assert got(api, "GET", "/calendar")["events"] == []
    got(api, "GET", "/calendar?since=9999-12-31T23:59:59Z")
    got(api, "GET", "/calendar?until=soon", status=422)


def test_a_journalists_link_is_told_once_and_called_back(api: Api) -> None:
    item = api.create(headline="For one pair of eyes")
    path = f"/items/{item['id']}/preview-links"
    made = got(api, "POST", path, {"name": "Jane", "hours": 4}, status=201)
    secret = made["url"].rsplit("/", 1)[1]
    with db.reading() as session:
        assert isinstance(previews.opened(session, secret, now=clock.now()), previews.Opened)
    listed = got(api, "GET", path)
    assert [(row["name"], "url" in row) for row in listed["links"]] == [("Jane", False)]
    assert secret not in str(listed)
    assert got(api, "DELETE", f"{path}/{made['number']}")["revoked_at"]
    with db.reading() as session:
        assert previews.opened(session, secret, now=clock.now()) is None
    got(api, "DELETE", f"{path}/{made['number'] + 1}", status=404)


def test_what_is_asked_under_a_key_is_done_once(api: Api) -> None:
    """Also when many ask at once, after the item has moved on, and not by another token's key."""
    body = {"headline": "Once and no more"}

    def ask(_turn: int) -> tuple[int, str, str | None]:
        answer = api("POST", ITEMS, body, Idempotency_Key="first")
        return answer.status_code, answer.get_json()["id"], answer.headers.get("Location")

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(ask, range(4)))
    ((status, key, location),) = told
    assert (status, location) == (201, f"{ITEMS}/{key}")
    got(api, "POST", f"/items/{key}/publish", Idempotency_Key='"second"')
    got(api, "POST", f"/items/{key}/publish", status=409)
    again = api("POST", f"{ITEMS}/{key}/publish", Idempotency_Key="second")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.headers["ETag"] == f'"v{got(api, "GET", f"/items/{key}") and 2}"'
    patched = {"If_Match": '"v2"', "Idempotency_Key": "third"}
    assert got(api, "PATCH", f"/items/{key}", {"summary": "More."}, **patched) == got(
        api, "PATCH", f"/items/{key}", {"summary": "More."}, **patched
    )

    refused = got(api, "POST", "/items", {"headline": "Something else"}, status=422, Idempotency_Key="first")
    assert "Idempotency-Key" in refused["problems"]
    got(api, "POST", "/items/" + key + "/withdraw", {"reason": " "}, status=422, Idempotency_Key="fourth")
    got(api, "POST", "/items/" + key + "/withdraw", {"reason": "Now."}, Idempotency_Key="fourth")
    other = api("POST", ITEMS, body, token=token_for("writer"), Idempotency_Key="first")
    assert (other.status_code, other.get_json()["id"] == key) == (201, False)
    got(api, "POST", "/items", body, status=400, Idempotency_Key="ö" * 3)
    got(api, "POST", "/items", body, status=400, Idempotency_Key="x" * 201)
    got(api, "POST", "/items", body, status=400, Idempotency_Key="")

    # A secret is kept nowhere, so that nothing that hands one out may be asked again.
    got(api, "POST", "/tokens", {"scopes": ["items:read"]}, status=400, Idempotency_Key="fifth")
    with db.reading() as session:
        kept = "".join(row.body for row in session.query(Answered))
    assert key in kept
    assert not [name for name, row in OPERATIONS.items() if row.keyed and row.answers.__name__.endswith("Made")]
    jobs.sweep()
    assert api("POST", ITEMS, body, Idempotency_Key="first").get_json()["id"] == key, "still kept"


def test_kept_answers_end_after_a_day(api: Api) -> None:
    from feedsvc.newsroom import repeats

    made = got(api, "POST", "/items", {"headline": "Yesterday's"}, status=201, Idempotency_Key="old")
    with db.transaction() as session:
        for row in session.query(Answered):
            row.at -= repeats.KEPT + timedelta(seconds=1)
    assert got(api, "POST", "/items", {"headline": "Another"}, status=201, Idempotency_Key="old")["id"] != made["id"]
    road.act(repeats.sweep)
    with db.reading() as session:
        assert len(session.query(Answered).all()) == 1


def test_subjects_are_made_renamed_merged_and_deleted(api: Api) -> None:
    made = got(api, "POST", "/subjects", {"kind": "place", "name": "Gəncə"}, status=201)
    assert (made["kind"], made["slug"], made["name"]) == ("place", "gence", "Gəncə")
    assert got(api, "GET", "/subjects/place/gence")["editions"][0]["items"] == 0
    got(api, "POST", "/subjects", {"kind": "place", "name": "gəncə"}, status=422)
    renamed = got(api, "PATCH", "/subjects/place/gence", {"slug": "ganja"})
    assert (renamed["id"], renamed["slug"], renamed["name"]) == (made["id"], "ganja", "Gəncə")
    assert got(api, "PATCH", "/subjects/tag/ganja", {"kind": "theme"})["kind"] == "theme"
    assert got(api, "GET", "/subjects/theme/ganja")["id"] == made["id"]
    got(api, "POST", "/subjects", {"kind": "theme", "name": "Ganja city"}, status=201)
    assert got(api, "POST", "/subjects/theme/ganja-city/merge", {"into": "ganja"})["id"] == made["id"]
    got(api, "GET", "/subjects/tag/ganja-city", status=404)
    item = api.create(tags=["Gəncə"])
    assert got(api, "DELETE", "/subjects/tag/ganja") == {"texts": 1}
    assert got(api, "GET", f"/items/{item['id']}")["tags"] == []
    got(api, "DELETE", "/subjects/organisation/bakcell", status=404)
    got(api, "POST", "/subjects", {"kind": "organisation", "name": "A foundation"}, status=201)
    assert got(api, "GET", "/organisations")["subjects"][-1]["slug"] == "a-foundation"


def test_templates_pictures_and_notices(api: Api) -> None:
    text = {"name": "Results", "headline": "Results of …", "people": ["A, B", "C"], "categories": ["innovation"]}
    made = got(api, "POST", "/templates", text, status=201)
    assert {name: made[name] for name in text} == text
    got(api, "POST", "/templates", text, status=422)
    second = got(api, "POST", "/templates", {"name": "éÀ"}, status=201)
    got(api, "POST", "/templates", {"name": "éÀ"}, status=422)  # SQLite's lower() knows no À
    got(api, "PUT", f"/templates/{made['number']}", {"name": "ÉÀ"}, status=422)
    got(api, "PUT", f"/templates/{second['number']}", {"name": "ÉÀ"})
    got(api, "DELETE", f"/templates/{second['number']}")
    changed = got(api, "PUT", f"/templates/{made['number']}", {**text, "headline": "Figures of …"})
    assert (changed["headline"], changed["people"]) == ("Figures of …", ["A, B", "C"])
    assert [row["name"] for row in got(api, "GET", "/templates")["templates"]] == ["Results"]
    assert got(api, "DELETE", f"/templates/{made['number']}") == {"done": True}
    got(api, "GET", f"/templates/{made['number']}", status=404)

    uploaded = api("POST", f"{V1}/media", picture(64, 48)).get_json()
    assert got(api, "GET", f"/media/{uploaded['id']}") == uploaded
    assert got(api, "GET", "/media?limit=1")["media"] == [uploaded]

    writer = token_for("writer")
    email = api("GET", f"{V1}/me", token=writer).get_json()["email"]
    item = api.create(headline="For you")
    api.act(item, "assign", {"to": email})
    found = api("GET", f"{V1}/notices", token=writer).get_json()
    assert (found["unread"], found["notices"][0]["headline"], found["notices"][0]["kind"]) == (1, "For you", "assigned")
    read = {"up_to": found["notices"][0]["number"]}
    assert api("POST", f"{V1}/notices/read", read, token=writer).status_code == 200
    assert api("GET", f"{V1}/notices", token=writer).get_json()["unread"] == 0
    assert got(api, "GET", "/audience?days=7")["days"] == 7
    got(api, "GET", "/audience?days=0", status=422)


def test_people_are_invited_given_roles_closed_and_opened(api: Api) -> None:
    made = got(api, "POST", "/users", {"email": "New@Example.org", "name": "New", "role": "writer"}, status=201)
    path = f"/users/{made['number']}"
    assert (made["email"], made["state"], made["role"]) == ("new@example.org", "invited", "writer")
    got(api, "POST", "/users", {"email": "new@example.org", "name": "New", "role": "writer"}, status=422)
    assert "/desk/link/" in got(api, "POST", f"{path}/link", status=201)["url"]
    assert got(api, "PATCH", path, {"role": "editor"})["role"] == "editor"
    got(api, "PATCH", path, {"role": "king"}, status=422)
    theirs = road.act(accounts_token, "new@example.org")
    assert api("GET", ITEMS, token=theirs).status_code == 200
    assert got(api, "POST", f"{path}/close")["state"] == "closed"
    assert api("GET", ITEMS, token=theirs).status_code == 401
    assert got(api, "POST", f"{path}/open")["state"] == "invited"
    assert got(api, "POST", f"{path}/reset")["codes"] is False
    got(api, "POST", "/users/999999/close", status=404)
    pages, cursor = [], ""
    while cursor is not None:
        page = got(api, "GET", "/users?limit=1" + (f"&cursor={cursor}" if cursor else ""))
        pages += [row["number"] for row in page["people"]]
        cursor = page["next"]
    assert pages == sorted(set(pages))
    assert made["number"] in pages
    assert "admin" in {row["name"] for row in got(api, "GET", "/roles")["roles"]}
    assert got(api, "GET", "/settings") == {"two_person": False}
    assert got(api, "PATCH", "/settings", {"two_person": True}) == {"two_person": True}
    assert got(api, "PATCH", "/settings", {"two_person": False}) == {"two_person": False}


def accounts_token(session: Any, email: str, *, now: Any) -> str:
    from feedsvc.newsroom import tokens

    return tokens.add(session, email, ("items:read",), actor=SYSTEM, now=now)


def test_tokens_end_are_seen_in_use_and_revoked(api: Api) -> None:
    ends = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    made = got(
        api, "POST", "/tokens", {"name": "Import", "scopes": ["items:read"], "expires_at": ends.isoformat()}, 201
    )
    listed = got(api, "GET", "/tokens?limit=1")["tokens"][0]
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert (listed["last_used_at"], listed["expires_at"]) == (None, ends.strftime("%Y-%m-%dT%H:%M:%SZ"))
    told = api("GET", f"{V1}/me", token=made["token"]).get_json()
    assert (told["permissions"], told["token"]["number"]) == (["read"], made["number"])
    assert api("POST", f"{V1}/tokens", {"scopes": ["admin"]}, token=made["token"]).status_code == 403
    assert got(api, "GET", f"/tokens?email={made['email']}")["tokens"][0]["last_used_at"]
    got(api, "POST", "/tokens", {"scopes": ["items:read"], "expires_at": "2020-01-01T00:00:00Z"}, status=422)
    got(api, "POST", "/tokens", {"scopes": ["everything"]}, status=422)
    got(api, "POST", "/tokens", {"scopes": ["admin"], "email": "nobody@example.org"}, status=422)
    assert got(api, "DELETE", f"/tokens/{made['number']}")["revoked_at"]
    short = token_for("admin", "admin", expires_at=ends)
    child = api("POST", f"{V1}/tokens", {"scopes": ["admin"]}, token=short)
    assert child.get_json()["expires_at"] == ends.strftime("%Y-%m-%dT%H:%M:%SZ")  # none outlives the one that made it
    assert api("GET", f"{V1}/me", token=made["token"]).status_code == 401
    got(api, "DELETE", f"/tokens/{made['number']}", status=404)


def test_the_log_is_read_page_by_page_and_filtered(api: Api) -> None:
    since = clock.now()
    item = api.create(headline="Logged")
    api.act(item, "publish")
    found = got(api, "GET", f"/audit?subject={item['id']}")["entries"]
    assert [row["action"] for row in found] == ["publish", "approve", "create"]
    first = got(api, "GET", f"/audit?subject={item['id']}&limit=2")
    assert got(api, "GET", f"/audit?subject={item['id']}&limit=2&cursor={first['next']}")["entries"] == found[2:]
    moment = since.isoformat().replace("+", "%2B")
    recent = got(api, "GET", f"/audit?since={moment}&action=create&person={found[0]['person']}")["entries"]
    assert [row["subject"] for row in recent] == [item["id"]]
    assert got(api, "GET", f"/audit?until={moment}&subject={item['id']}")["entries"] == []
    got(api, "GET", "/audit?since=yesterday", status=422)


def test_a_token_has_so_many_requests_a_minute_on_all_processes(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_API_RATE", "3")
    settings.current.cache_clear()
    secret = token_for("writer")
    number = api("GET", f"{V1}/me", token=secret).get_json()["token"]["number"]
    code = (
        "from pathlib import Path; from feedsvc.web.api import limits; "
        f"print(limits.take(Path({str(settings.current().instance)!r}), {number}, 3).remaining)"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    left = api("GET", ITEMS, token=secret)
    refused = api("GET", ITEMS, token=secret)
    # A share of the minute (20 s) comes back while a slow machine starts a process: at most one more is let through.
    assert int(there.stdout) in (1, 2)
    assert left.headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert left.headers["RateLimit"].startswith(('"token";r=0;', '"token";r=1;'))
    for _ in range(3):
        refused = api("GET", ITEMS, token=secret) if refused.status_code != 429 else refused
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.get_json()["title"] == "Too many requests"
    assert api("GET", ITEMS, token=token_for("writer")).status_code == 200
    monkeypatch.delenv("FEEDSVC_API_RATE")
    settings.current.cache_clear()


def test_how_a_limit_is_reckoned() -> None:
    now, kept, allowed = 1_000.0, 0.0, 0
    while True:
        kept, left = limits.reckoned(kept, now, 600)
        if left.wait:
            break
        allowed += 1
    assert (allowed, left.remaining, left.reset, left.wait) == (600, 0, 60, 1)
    kept, left = limits.reckoned(kept, now + 1.0, 600)
    assert (left.wait, left.remaining) == (0, 9), "a tenth of a second gives one back"
    assert limits.reckoned(10**9, now, 600)[1].remaining == 599, "a number from before the machine started"
    assert limits.reckoned(kept, now + 120, 600)[1].remaining == 599


def test_a_program_sets_webhooks_up_and_asks_what_became_of_an_item(api: Api) -> None:
    given = {"name": "Agency", "url": "https://agency.example/in", "events": ["withdrawn"]}
    made = got(api, "POST", "/webhooks", given, 201)
    assert made["secret"].startswith("whsec_")
    assert "url" in got(api, "POST", "/webhooks", given, 422)["problems"]
    assert "url" in got(api, "POST", "/webhooks", given | {"url": "http://127.0.0.1/"}, 422)["problems"]
    [listed] = got(api, "GET", "/webhooks")["webhooks"]
    assert (listed["name"], listed["events"], "secret" in listed) == ("Agency", ["withdrawn"], False)
    path = f"/webhooks/{made['number']}"
    assert got(api, "POST", f"{path}/rotate", {})["secret"] != made["secret"]
    assert got(api, "POST", f"{path}/test", {})["number"] == made["number"]
    assert got(api, "GET", "/push")["waiting"] == 1
    item = api.create(headline="Told to the agency")
    got(api, "POST", f"/items/{item['id']}/publish", {})
    assert got(api, "GET", f"/items/{item['id']}/sent")["sent"] == []
    got(api, "DELETE", path)
    got(api, "DELETE", path, status=404)
    assert (got(api, "GET", "/webhooks")["webhooks"], got(api, "GET", "/push")["waiting"]) == ([], 0)
