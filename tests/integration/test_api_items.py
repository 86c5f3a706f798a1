import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from api_client import ITEMS, Api, account, newsroom, token_for
from databases import Database, let_go
from picture_samples import picture

from feedsvc import clock, db, road, settings
from feedsvc.newsroom import accounts, publishing, tokens
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.api.operations import OPERATIONS
from feedsvc.web.i18n import iso

FUTURE = "2030-01-01T12:00:00+04:00"
CANARY = "zqxcanary"
UNKNOWN = "00000000-0000-4000-8000-000000000000"

READS = {
    *(
        "listItems",
        "listChanges",
        "listSubjects",
        "readItem",
        "readHold",
        "listRevisions",
        "readRevision",
        "compareRevisions",
    ),
    *(
        "listPublications",
        "checkItem",
        "listOrganisations",
        "readSubject",
        "listMedia",
        "readMedia",
        "readMe",
        "listNotices",
    ),
    *("readNotices", "readSent"),
    "searchItems",
    *("listContacts", "readContact", "listBoilerplates", "readBoilerplate", "listComments"),
    *("listFilters", "readFilter"),
    "readCalendar",
}
WRITES = {
    *(
        "createItem",
        "editItem",
        "submitItem",
        "assignItem",
        "copyItem",
        "restoreRevision",
        "listTemplates",
        "readTemplate",
    ),
    "commentItem",
}
TAXONOMY = {
    *("createSubject", "editSubject", "mergeSubject", "deleteSubject"),
    *("createContact", "editContact", "createBoilerplate", "editBoilerplate"),
    *("createFilter", "previewFilter", "editFilter"),
}
APPROVES = {
    *("approveItem", "requestChanges", "listPreviewLinks", "createPreviewLink", "revokePreviewLink"),
    *("createTemplate", "replaceTemplate", "deleteTemplate", "readAudience"),
}
PUBLISHES = {
    *("publishItem", "scheduleItem", "unscheduleItem", "correctItem", "updateItem", "withdrawItem", "liftHold"),
    "renewBoilerplate",
    *("listPrivateFeeds", "createPrivateFeed", "readPrivateFeed", "revokePrivateFeed"),
}
ADMIN = {
    *(
        "listPeople",
        "createPerson",
        "readPerson",
        "editPerson",
        "linkPerson",
        "closePerson",
        "openPerson",
        "resetPerson",
    ),
    *("listRoles", "listTokens", "createToken", "revokeToken", "listLog", "readSettings", "editSettings"),
    *("listWebhooks", "createWebhook", "rotateWebhook", "testWebhook", "removeWebhook", "readPush"),
}
MEDIA, HOLDS = {"uploadMedia"}, {"startHold"}
WRITER = READS | WRITES | MEDIA
EDITOR = WRITER | APPROVES | HOLDS | TAXONOMY
PUBLISHER = EDITOR | PUBLISHES
ROLES = {"writer": WRITER, "editor": EDITOR, "publisher": PUBLISHER, "admin": PUBLISHER | ADMIN}
SCOPES = {
    "items:read": READS,
    "items:write": READS | WRITES,
    "items:publish": READS | APPROVES | PUBLISHES | HOLDS | TAXONOMY,
    "media:write": MEDIA,
    "admin": PUBLISHER | ADMIN,
}
"""Who may do what, written down a second time: an operation that is missing here fails."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDSVC_API_RATE", "1000000")
        settings.current.cache_clear()
        yield Api()


@pytest.fixture
def api(shared: Api) -> Iterator[Api]:
    yield shared
    road.act(publishing.unhold, actor=SYSTEM)


def published(api: Api, **fields: Any) -> dict[str, Any]:
    item = api.create(**fields)
    answer = api.act(item, "publish")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def edited(api: Api, item: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = api("PATCH", f"{ITEMS}/{item['id']}", fields, If_Match="*")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


# What comes in and what goes out


def test_created_item_is_a_draft_that_says_what_was_sent(api: Api) -> None:
    answer = api(
        "POST",
        ITEMS,
        {
            "headline": "Şuşa: a “new” office",
            "summary": "It opens.",
            "body_html": "<p>On Monday.</p><script>alert(1)</script>",
            "categories": ["Innovation", "Ağdam"],
            "tags": ["Şuşa", {"name": "Leyla Əliyeva", "kind": "person"}],
            "authors": ["B", "A"],
            "organisation": "NEQSOL Holding",
        },
    )
    item = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ITEMS}/{item['id']}"
    assert answer.headers["ETag"] == '"v1"'
    assert item["guid"] == f"urn:uuid:{item['id']}"
    assert item["body_html"] == "<p>On Monday.</p>"
    assert item["slug"] == "susa-a-new-office"
    assert item["categories"] == ["agdam", "innovation"]
    assert item["tags"] == [
        {"kind": "person", "name": "Leyla Əliyeva", "slug": "leyla-eliyeva"},
        {"kind": "theme", "name": "Şuşa", "slug": "susa"},
    ]
    assert item["authors"] == ["B", "A"]
    assert item["organisation"] == "neqsol-holding"
    assert (item["state"], item["revision"], item["url"], item["published_at"]) == ("draft", 1, None, None)
    assert api("GET", answer.headers["Location"]).get_json() == item


def test_names_beyond_ascii_find_what_is_there(api: Api) -> None:
    first = api.create(tags=["Şuşa"], categories=["Şəhər"])
    second = api.create(tags=["Şuşa"], categories=["Şəhər"])
    assert (first["tags"], first["categories"]) == (second["tags"], second["categories"])


def test_item_read_can_be_handed_back(api: Api) -> None:
    item = api.create(tags=["One", {"name": "Two", "kind": "place"}], categories=["Innovation"], authors=["A"])
    same = edited(api, item, **{name: item[name] for name in ("headline", "tags", "categories", "authors", "slug")})
    assert same == item


def test_item_is_found_by_its_urn_as_well(api: Api) -> None:
    item = api.create()
    assert api("GET", f"{ITEMS}/urn:uuid:{item['id'].upper()}").get_json() == item


def test_patch_changes_only_what_is_given(api: Api) -> None:
    item = api.create(summary="S", body_html="<p>b</p>", tags=["T"], categories=["Innovation"], authors=["A"])
    after = edited(api, item, headline="Another")
    assert (after["headline"], after["revision"]) == ("Another", 2)
    unchanged = ("summary", "body_html", "tags", "categories", "authors", "slug", "organisation", "id", "guid")
    assert {name: after[name] for name in unchanged} == {name: item[name] for name in unchanged}
    assert edited(api, item, tags=[], summary="")["tags"] == []


def test_patch_that_changes_nothing_makes_no_revision(api: Api) -> None:
    item = api.create(body_html="<p>b</p>")
    answer = api("PATCH", f"{ITEMS}/{item['id']}", {}, If_Match='"v1"')
    assert (answer.status_code, answer.headers["ETag"], answer.get_json()) == (200, '"v1"', item)


def test_control_characters_and_lone_surrogates_are_removed(api: Api) -> None:
    answer = api(
        "POST", ITEMS, b'{"headline": "A\\ud800B\\u0000C", "tags": ["x\\u0007y"]}', Content_Type="application/json"
    )
    assert answer.status_code == 201
    assert answer.get_json()["headline"] == "ABC"
    assert answer.get_json()["tags"][0]["name"] == "xy"


# The way to the public


def test_item_goes_all_the_way(api: Api) -> None:
    item = api.create(headline="All the way", body_html="<p>one</p>")
    assert api.act(item, "submit").get_json()["state"] == "in_review"
    assert api.act(item, "approve").get_json()["state"] == "approved"
    planned = api.act(item, "schedule", {"publish_at": FUTURE}).get_json()
    assert (planned["state"], planned["publish_at"], planned["url"]) == ("scheduled", "2030-01-01T08:00:00Z", None)
    assert api.act(item, "unschedule").get_json()["state"] == "approved"
    live = api.act(item, "publish").get_json()
    assert (live["state"], live["url"]) == ("published", "http://newsroom.test/news/all-the-way")
    assert live["published_at"] == live["updated_at"]
    changed = edited(api, item, body_html="<p>two</p>", slug="elsewhere")
    assert (changed["state"], changed["changed"], changed["url"]) == ("published", True, live["url"])
    corrected = api.act(item, "correct", {"note": "Two, not one."}).get_json()
    assert (corrected["changed"], corrected["url"]) == (False, "http://newsroom.test/news/elsewhere")
    edited(api, item, body_html="<p>three</p>")
    later = api.act(item, "update", {"publish_at": FUTURE}).get_json()
    assert (later["publish_at"], later["changed"]) == ("2030-01-01T08:00:00Z", True)
    gone = api.act(item, "withdraw", {"reason": "A mistake."}).get_json()
    assert (gone["state"], gone["url"], gone["publish_at"]) == ("withdrawn", None, None)


def test_hold_keeps_everything_back_until_it_is_lifted(api: Api) -> None:
    assert api("GET", "/api/v1/hold").get_json() == {"held": False, "since": None, "reason": "", "by": ""}
    held = api("POST", "/api/v1/hold", {"reason": "Wait."}).get_json()
    assert (held["held"], held["reason"], held["by"]) == (True, "Wait.", "Some admin")
    item = api.create()
    assert item["held"] is False
    kept = api.act(item, "publish").get_json()
    assert (kept["url"], kept["held"]) == (None, True)
    assert api("DELETE", "/api/v1/hold").get_json()["held"] is False
    out = api("GET", f"{ITEMS}/{item['id']}").get_json()
    assert (out["state"], out["held"]) == ("published", False)
    assert api("POST", "/api/v1/hold").status_code == 200
    assert api("DELETE", "/api/v1/hold").status_code == 200
    assert api("DELETE", "/api/v1/hold").status_code == 200


# Who may do what


NOWHERE = {"number": "987654", "media": "0" * 32, "kind": "category", "slug": "nowhere"}


def ask(api: Api, name: str, item_id: str, token: str | None) -> int:
    """Asks for an operation in a way that is right but for the item's state."""
    row = OPERATIONS[name]
    bodies = {
        "createItem": {"headline": "x"},
        "scheduleItem": {"publish_at": FUTURE},
        "correctItem": {"note": "n"},
        "withdrawItem": {"reason": "r"},
        "requestChanges": {"note": "n"},
        "assignItem": {"to": ""},
        "createContact": {"name": "A", "phone": "+994 12 498 11 11"},
        "createBoilerplate": {"heading": "About", "html": "<p>Us.</p>"},
        "commentItem": {"note": "n"},
        "createFilter": {"name": f"A feed {uuid4()}"},
        "previewFilter": {"name": "A feed"},
        "createPrivateFeed": {"kind": "partner", "name": "A partner"},
        "createPreviewLink": {"name": "A journalist"},
        "createSubject": {"kind": "theme", "name": f"A theme {uuid4()}"},
        "mergeSubject": {"into": "Innovation"},
        "createTemplate": {"name": f"A template {uuid4()}"},
        "replaceTemplate": {"name": f"A template {uuid4()}"},
        "readNotices": {"up_to": 1},
        "createPerson": {"email": f"{uuid4()}@example.org", "name": "Somebody", "role": "writer"},
        "editPerson": {"role": "writer"},
        "createWebhook": {"name": f"A partner {uuid4()}", "url": f"https://partner.example/{uuid4()}"},
        "createToken": {"scopes": ["items:read"]},
    }
    answer = api(
        row.method,
        f"/api/v1{row.path.format(**NOWHERE | {'id': item_id})}{'?q=words' if 'q' in row.asks else ''}",
        bodies.get(name, {}) if row.takes else picture(64, 48) if row.takes_file else None,
        token=token,
        If_Match="*",
    )
    assert CANARY not in answer.text or answer.status_code < 300
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_role_opens_its_endpoints_and_no_other(api: Api, role: str) -> None:
    token = token_for(role)
    for name, row in OPERATIONS.items():
        # A verb needs an item of its own, whatever else is asked for needs none.
        item = (
            api.create(headline=f"Draft {CANARY}", body_html=f"<p>{CANARY}</p>") if row.about_item else {"id": UNKNOWN}
        )
        status = ask(api, name, item["id"], token)
        assert (status != 403) == (name in ROLES[role]), (role, name, status)
        assert status in (200, 201, 403, 404, 409), (role, name, status)
        assert status != 404 or set(row.places) - {"id"}, (role, name)


@pytest.mark.parametrize("scope", SCOPES)
def test_scope_opens_its_endpoints_and_no_other(api: Api, scope: str) -> None:
    token = token_for("admin", scope)
    (item,) = api("GET", f"{ITEMS}?limit=1").get_json()["items"]
    for name in OPERATIONS:
        status = ask(api, name, item["id"], token)
        assert (status != 403) == (name in SCOPES[scope]), (scope, name, status)


def test_scope_gives_no_more_than_the_role(api: Api) -> None:
    assert ask(api, "publishItem", api.create()["id"], token_for("writer", "admin", "items:publish")) == 403


@pytest.mark.parametrize(
    ("role", "scopes", "asked", "needed", "words"),
    [
        ("admin", ["items:read", "media:write"], ("POST", ITEMS, {}), "items:write", "this token has items:read, media:write"),
        ("admin", ["items:write"], ("POST", "/api/v1/items/{id}/publish", {}), "items:publish", "needs the scope items:publish"),
        ("admin", ["items:write"], ("POST", "/api/v1/contacts", {"name": "A"}), "items:publish", "this token has items:write"),
        ("admin", ["items:publish"], ("GET", "/api/v1/users", None), "admin", "needs the scope admin"),
        ("writer", ["items:publish"], ("POST", "/api/v1/items/{id}/publish", {}), "items:publish", "its owner's role does not"),
        ("writer", ["admin"], ("POST", "/api/v1/hold", {}), "items:publish", "its owner's role does not"),
    ],
)  # fmt: skip
def test_a_403_says_which_scope_it_needs_and_which_the_token_has(  # columns of the table
    api: Api, role: str, scopes: list[str], asked: tuple[str, str, Any], needed: str, words: str
) -> None:
    method, path, body = asked
    answer = api(method, path.replace("{id}", api.create()["id"]), body, token=token_for(role, *scopes))
    told = answer.get_json()
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert (told["scope_needed"], told["scopes"]) == (needed, scopes)
    assert words in told["detail"]
    challenge = answer.headers.get("WWW-Authenticate", "")
    lacks = words != "its owner's role does not"
    assert challenge == (f'Bearer error="insufficient_scope", scope="{needed}"' if lacks else "")


def test_without_a_good_token_nothing_is_told(api: Api) -> None:
    """Every operation, and one of each kind in every way in which a token can be none."""
    item = api.create(headline=f"Draft {CANARY}")
    expired = token_for("admin")
    with db.transaction() as session:
        tokens.find(session, expired).expires_at = clock.now() - timedelta(seconds=1)
    said = ("", "Bearer", "Bearer ", "Basic YTpi", f"Token {api.token}", "Bearer \xff")
    odd = [*said, *(f"Bearer {token}" for token in ("x", f"{api.token}x", f"{api.token} x", expired))]
    headers: list[dict[str, str]] = [{}, *({"Authorization": one} for one in odd)]
    for name, row in OPERATIONS.items():
        thorough = name in ("readItem", "editItem", "deleteSubject")
        for header in headers if thorough else (headers[0], headers[-1]):
            told = set()
            for item_id in (item["id"], UNKNOWN, "nonsense") if thorough else (item["id"],):
                path = f"/api/v1{row.path.format(**NOWHERE | {'id': item_id})}"
                for body in (None, b"{", b"[" * 100_000) if thorough else (b"{",):
                    answer = api(row.method, path, body, token=None, **header)
                    assert answer.status_code == 401, (header, path)
                    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                    told.add(answer.get_data())
            assert len(told) == 1


def test_refusal_for_lack_of_permission_does_not_tell_whether_the_item_exists(api: Api) -> None:
    token, item = token_for("writer"), api.create(headline=CANARY)
    there, not_there = (api("POST", f"{ITEMS}/{i}/publish", {}, token=token) for i in (item["id"], UNKNOWN))
    assert (
        (there.status_code, there.get_data())
        == (not_there.status_code, not_there.get_data())
        == (403, there.get_data())
    )


def test_revoked_token_and_closed_account_are_refused(api: Api) -> None:
    email = account("admin")
    token = road.act(tokens.add, email, ("admin",), actor=SYSTEM)
    assert api("GET", ITEMS, token=token).status_code == 200
    road.act(accounts.disable, email, actor=SYSTEM)
    assert api("GET", ITEMS, token=token).status_code == 401
    token = token_for("admin")
    road.act(tokens.revoke, token, actor=SYSTEM)
    assert api("GET", ITEMS, token=token).status_code == 401


def test_use_of_a_token_is_noted_at_most_once_a_minute(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = []
    touch = tokens.touch
    monkeypatch.setattr(tokens, "touch", lambda *args, **kwargs: (noted.append(1), touch(*args, **kwargs)))
    token = token_for("admin")
    for _ in range(3):
        assert api("GET", "/api/v1/hold", token=token).status_code == 200
    assert len(noted) == 1
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    api("GET", "/api/v1/hold", token=token)
    assert len(noted) == 2


# Refusals


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"headline": NaN}',
        b"\xff\xfe{}",
        b'{"headline": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5_000,
    ],
)
def test_broken_json_is_a_400(api: Api, body: bytes) -> None:
    assert api("POST", ITEMS, body, Content_Type="application/json").status_code == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data"]
)
def test_anything_but_json_is_a_415(api: Api, kind: str) -> None:
    assert api("POST", ITEMS, b'{"headline": "x"}', Content_Type=kind).status_code == 415


def test_too_large_body_is_a_413(api: Api) -> None:
    body = json.dumps({"headline": "x", "body_html": "x" * 5_000_000})
    assert api("POST", ITEMS, body, Content_Type="application/json").status_code == 413


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "headline"),
        ({"headline": ""}, "headline"),
        ({"headline": " \t"}, "headline"),
        ({"headline": 1}, "headline"),
        ({"headline": True}, "headline"),
        ({"headline": None}, "headline"),
        ({"headline": "x" * 501}, "headline"),
        ({"headline": "x", "nonsense": 1}, "nonsense"),
        ({"headline": "x", "state": "published"}, "state"),
        ({"headline": "x", "slug": "../etc"}, "slug"),
        ({"headline": "x", "language": "tlh"}, "language"),
        ({"headline": "x", "tags": "one"}, "tags"),
        ({"headline": "x", "tags": [{"name": "x", "kind": "thing"}]}, "tags.0.kind"),
        ({"headline": "x", "tags": ["x"] * 51}, "tags"),
        ({"headline": "x", "authors": [["x"]]}, "authors.0"),
        ({"headline": "x", "organisation": "nobody"}, "organisation"),
        ([], "body"),
        ("x", "body"),
        (None, "headline"),
    ],
)
def test_bad_field_is_named_in_a_422(api: Api, given: Any, field: str) -> None:
    body = b"" if given is None else json.dumps(given)
    answer = api("POST", ITEMS, body, Content_Type="application/json")
    assert answer.status_code == 422
    assert field in answer.get_json()["problems"]


@pytest.mark.parametrize(
    "moment",
    [
        *("2020-01-01T00:00:00Z", "2030-01-01T12:00:00", "2030-01-01", "tomorrow", "", "0001-01-01T00:00:00+14:00"),
        *("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "2030-02-30T00:00:00Z", "2030-01-01T25:00:00Z"),
        *(1893456000, True, None, "２０３０-01-01T00:00:00Z", "2030-01-01T00:00:00+99:99"),
    ],
)
def test_moment_that_cannot_be_is_a_422(api: Api, moment: object) -> None:
    answer = api.act(api.create(), "schedule", {"publish_at": moment})
    assert answer.status_code == 422
    assert "publish_at" in answer.get_json()["problems"]


def test_unknown_category_is_a_422_for_who_may_not_make_one(api: Api) -> None:
    answer = api("POST", ITEMS, {"headline": "x", "categories": ["New"]}, token=token_for("writer"))
    assert (answer.status_code, list(answer.get_json()["problems"])) == (422, ["categories"])


@pytest.mark.parametrize("name", [UNKNOWN, "999999999", "nonsense", "urn:uuid:x", "%00", "%ff", "a" * 2000])
def test_unknown_item_is_a_404(api: Api, name: str) -> None:
    assert api("GET", f"{ITEMS}/{name}").status_code == 404
    assert api("PATCH", f"{ITEMS}/{name}", {}, If_Match="*").status_code == 404
    assert api("POST", f"{ITEMS}/{name}/publish", {}).status_code == 404


def test_unknown_language_and_unknown_address_are_404s(api: Api) -> None:
    assert api("GET", f"{ITEMS}/{api.create()['id']}?language=tlh").status_code == 404
    assert api("GET", "/api/v1/nonsense").status_code == 404
    assert api("GET", "/api/v1/nonsense", token=None).status_code == 404


def test_wrong_method_is_a_405_that_says_which_are_right(api: Api) -> None:
    answer = api("PUT", ITEMS, {})
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_not_now_is_a_409(api: Api) -> None:
    draft, live = api.create(headline=CANARY), published(api, headline=CANARY)
    for item, verb, body in (
        (draft, "unschedule", None),
        (draft, "correct", {"note": "n"}),
        (draft, "update", None),
        (draft, "withdraw", {"reason": "r"}),
        (live, "publish", None),
        (live, "schedule", {"publish_at": FUTURE}),
        (live, "correct", {"note": "n"}),
    ):
        answer = api.act(item, verb, body)
        assert answer.status_code == 409, verb
        assert CANARY not in answer.text
        assert answer.get_json()["detail"]


def test_database_away_is_a_503_that_says_when_to_come_back(instance: Path, database: Database) -> None:
    api = Api()
    let_go()
    database.away()
    answer = api("GET", ITEMS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


# Versions


def test_edit_needs_if_match(api: Api) -> None:
    item = api.create(headline=CANARY)
    answer = api("PATCH", f"{ITEMS}/{item['id']}", {"headline": "x"})
    assert answer.status_code == 428
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "tag", ['"v2"', '"v0"', '"v1', "v1", 'W/"v1"', '"V1"', '""', '"x"', '"v99999999999999999999999"', "", "*,*"]
)
def test_edit_of_another_version_is_refused(api: Api, tag: str) -> None:
    item = api.create(headline=CANARY)
    answer = api("PATCH", f"{ITEMS}/{item['id']}", {"headline": "x"}, If_Match=tag)
    assert answer.status_code in (400, 412)
    assert CANARY not in answer.text
    assert api("GET", f"{ITEMS}/{item['id']}").get_json() == item


@pytest.mark.parametrize("tag", ['"v1"', "*", '"v7", "v1"', 'W/"v1","v1"'])
def test_edit_of_the_version_that_was_read_is_taken(api: Api, tag: str) -> None:
    item = api.create()
    answer = api("PATCH", f"{ITEMS}/{item['id']}", {"headline": "x"}, If_Match=tag)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v2"')


def test_stale_edit_is_a_412(api: Api) -> None:
    item = api.create()
    path = f"{ITEMS}/{item['id']}"
    assert api("PATCH", path, {"headline": "one"}, If_Match='"v1"').status_code == 200
    assert api("PATCH", path, {"headline": "two"}, If_Match='"v1"').status_code == 412
    assert api("GET", path).get_json()["headline"] == "one"


@pytest.mark.parametrize("verb", ["submit", "approve", "publish", "schedule", "unschedule", "withdraw"])
def test_verbs_honour_if_match(api: Api, verb: str) -> None:
    item = published(api) if verb == "withdraw" else api.create()
    body = {"schedule": {"publish_at": FUTURE}, "withdraw": {"reason": "r"}}.get(verb)
    if verb == "unschedule":
        api.act(item, "schedule", {"publish_at": FUTURE})
    etag = api("GET", f"{ITEMS}/{item['id']}").headers["ETag"]
    before = api("GET", f"{ITEMS}/{item['id']}").get_json()
    assert api.act(item, verb, body, If_Match='"v999"').status_code == 412
    assert api("GET", f"{ITEMS}/{item['id']}").get_json() == before
    assert api.act(item, verb, body, If_Match=etag).status_code == 200


def test_of_many_edits_at_once_one_wins(api: Api) -> None:
    item = api.create()
    statuses: list[int] = []
    start = threading.Barrier(6)

    def edit(number: int) -> None:
        start.wait()
        statuses.append(
            api("PATCH", f"{ITEMS}/{item['id']}", {"headline": f"by {number}"}, If_Match='"v1"').status_code
        )

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 5


# The list


@pytest.mark.usefixtures("instance")
def test_paging_meets_every_item_once_while_others_change() -> None:
    api = Api()
    seeded = [row["id"] for row in api("GET", ITEMS).get_json()["items"]]
    quiet = [api.create(headline=f"quiet {n}")["id"] for n in range(12)]
    busy = [api.create(headline=f"busy {n}") for n in range(6)]
    met: list[str] = []
    last: dict[str, str] = {}
    cursor = ""
    while cursor is not None:
        page = api("GET", f"{ITEMS}?limit=4" + (f"&cursor={cursor}" if cursor else "")).get_json()
        assert len(page["items"]) <= 4
        met += [row["id"] for row in page["items"]]
        last |= {row["id"]: row["summary"] for row in page["items"]}
        cursor = page["next"]
        if cursor:
            edited(api, busy[len(met) % 6], summary=f"after {len(met)}")
            api.act(busy[(len(met) + 1) % 6], "publish")
            api.create(headline="written meanwhile")
    assert [i for i in met if i in quiet] == quiet[::-1], "what nobody changed comes once"
    assert set(seeded) <= set(met)
    assert last == {row["id"]: row["summary"] for row in api("GET", f"{ITEMS}?limit=100").get_json()["items"]}


def test_list_is_last_changed_first(api: Api) -> None:
    first, second = api.create(), api.create()
    assert [row["id"] for row in api("GET", f"{ITEMS}?limit=2").get_json()["items"]] == [second["id"], first["id"]]
    edited(api, first, headline="again")
    page = api("GET", f"{ITEMS}?limit=1").get_json()
    assert page["items"][0]["id"] == first["id"]
    assert page["next"]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=x",
            "limit=",
            "limit=1&limit=2",
            "limit=1e1",
            "limit=%D9%A1",
            "limit=1.0",
        ),
        *(
            "cursor=",
            "cursor=x",
            "cursor=%00",
            "cursor=%F0%9F%98%80",
            "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OS4x",
            "cursor=MS4x&cursor=MS4x",
        ),
    ],
)
def test_bad_paging_is_a_422(api: Api, query: str) -> None:
    assert api("GET", f"{ITEMS}?{query}").status_code == 422


def test_cursor_may_be_at_any_moment(api: Api) -> None:
    answer = api("GET", f"{ITEMS}?cursor=MS4xLjAuMQ&limit=1")  # 1970: behind the whole list, so what has changed since
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"items", "next"}


# What the document says


def test_document_is_whole(api: Api) -> None:
    document = api.document
    assert document["openapi"].startswith("3.1")
    operations = [row for methods in document["paths"].values() for row in methods.values()]
    assert {row["operationId"] for row in operations} == set(OPERATIONS)

    def follow(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                found = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for member in node.values():
                follow(member)
        elif isinstance(node, list):
            for member in node:
                follow(member)

    follow(document)


def test_document_and_its_page_are_open_to_all(api: Api) -> None:
    assert api("GET", "/api/openapi.json", token=None).status_code == 200
    page = api.app.test_client().get("/api/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    for name in (*OPERATIONS, "ItemNew", "Problem"):
        assert name in page.text
    assert "Set-Cookie" not in page.headers


def test_every_view_names_its_permission(api: Api) -> None:
    rules = [rule for rule in api.app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(rules) == len(OPERATIONS) + 2
    for rule in rules:
        permission = api.app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
        name = rule.endpoint.removeprefix("api.")
        assert permission == (OPERATIONS[name].permission if name in OPERATIONS else "public")


def test_answers_are_kept_by_nobody(api: Api) -> None:
    for answer in (api("GET", ITEMS), api("GET", ITEMS, token=None), api("GET", f"{ITEMS}/{UNKNOWN}")):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers


def test_moments_are_whole_seconds_in_utc(api: Api) -> None:
    item = published(api)
    for name in ("published_at", "updated_at", "created_at", "changed_at"):
        assert item[name][:16] <= iso(clock.now())[:16]
        assert len(item[name]) == len("2030-01-01T00:00:00Z")
