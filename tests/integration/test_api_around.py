"""Contacts, “about” texts and comments through the API; and parameters that no operation has."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from api_client import ITEMS, Api, newsroom, token_for
from click.testing import CliRunner

from feedsvc.cli import cli
from feedsvc.web.api import parameters
from feedsvc.web.api.operations import OPERATIONS

CONTACTS, ABOUT = "/api/v1/contacts", "/api/v1/boilerplates"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"):
        yield Api()


def made(api: Api, where: str, **fields: Any) -> dict[str, Any]:
    answer = api("POST", where, fields)
    assert answer.status_code == 201, answer.text
    read = api("GET", answer.headers["Location"])
    assert (read.get_json(), read.headers["ETag"]) == (answer.get_json(), answer.headers["ETag"])
    found: dict[str, Any] = answer.get_json()
    return found


def page_of(api: Api, item: dict[str, Any]) -> str:
    return api.app.test_client().get(item["url"].removeprefix("http://newsroom.test")).text


def test_a_contact_is_added_named_by_an_item_changed_and_retired(api: Api) -> None:
    leyla = made(api, CONTACTS, name="Leyla Əliyeva", role="Spokesperson", phone="+994 12 498 11 11", languages=["AZ"])
    anar = made(api, CONTACTS, name="Anar", email="Anar@Example.org", public=False)
    assert (leyla["languages"], leyla["public"], leyla["active"]) == (["az"], True, True)
    reader = token_for("writer", "items:read")
    cards = api("GET", CONTACTS, token=reader).get_json()["contacts"]
    told = {card["name"]: (card["email"], card["phone"]) for card in cards}
    assert told["Leyla Əliyeva"] == ("", "+994 12 498 11 11")
    assert told["Anar"] == ("", "")  # for the newsroom only
    item = api.create(contacts=[anar["id"], leyla["id"]])
    assert item["contacts"] == [anar["id"], leyla["id"]]
    item = api("PATCH", f"{ITEMS}/{item['id']}", {"contacts": item["contacts"][::-1]}, If_Match="*").get_json()
    assert item["contacts"] == [leyla["id"], anar["id"]]
    same = api("PATCH", f"{ITEMS}/{item['id']}", {"summary": "Said."}, If_Match="*").get_json()
    assert same["contacts"] == item["contacts"]
    item = api.act(item, "publish").get_json()
    assert "Leyla Əliyeva" in page_of(api, item)
    assert "Anar" not in page_of(api, item)

    where = f"{CONTACTS}/{leyla['id']}"
    etag = api("GET", where).headers["ETag"]
    assert api("PATCH", where, {"role": "Head"}).status_code == 428
    changed = api("PATCH", where, {"role": "Head of Media"}, If_Match=etag)
    assert (changed.status_code, changed.get_json()["phone"]) == (200, leyla["phone"])
    assert api("PATCH", where, {"role": "Lost"}, If_Match=etag).status_code == 412
    assert "Head of Media" in page_of(api, item)
    assert api("PATCH", where, {"active": False}, If_Match="*").get_json()["active"] is False
    assert "Leyla" not in page_of(api, item)


def test_contacts_come_in_pages_and_bad_ones_are_refused_in_words(api: Api) -> None:
    known = [made(api, CONTACTS, name=f"Person {n}", phone="+994 12 498 11 1" + str(n))["id"] for n in range(3)]
    met, cursor = [], ""
    while cursor is not None:
        answer = api("GET", f"{CONTACTS}?limit=2" + (f"&cursor={cursor}" if cursor else "")).get_json()
        met += [row["id"] for row in answer["contacts"]]
        cursor = answer["next"]
    assert met == sorted(set(met))
    assert set(known) <= set(met)
    assert api("GET", f"{CONTACTS}?cursor=MC4x").status_code == 422
    assert set(api("POST", CONTACTS, {"name": "A"}).get_json()["problems"]) == {"phone"}
    assert set(api("POST", CONTACTS, {"name": "", "salary": 1}).get_json()["problems"]) == {"name", "salary"}
    for number in ("0", "x", "999999999", "9" * 20, "-1"):
        assert api("GET", f"{CONTACTS}/{number}").status_code == 404
    for wrong in ([999_999_999], ["1"], [True], [2**40], list(range(1, 12))):
        assert "contacts" in "".join(api("POST", ITEMS, {"headline": "x", "contacts": wrong}).get_json()["problems"])


def test_an_about_text_is_written_once_and_renewed_in_live_items(api: Api) -> None:
    about = made(api, ABOUT, heading="About us", html="<p>We are <script>x</script>small.</p>", language="en")
    assert (about["html"], about["name"], about["version"], about["behind"]) == (
        "<p>We are small.</p>",
        "About us",
        1,
        0,
    )
    item = api.act(api.create(boilerplates=[about["id"]]), "publish").get_json()
    assert item["boilerplates"] == [about["id"]]
    where = f"{ABOUT}/{about['id']}"
    answer = api("PATCH", where, {"html": "<p>We are large.</p>"}, If_Match=api("GET", where).headers["ETag"])
    told = answer.get_json()
    assert (told["version"], told["behind"], told["heading"]) == (2, 1, "About us")
    assert "We are small." in page_of(api, item)
    assert api("POST", f"{where}/renew", token=token_for("editor")).status_code == 403
    assert api("POST", f"{where}/renew").get_json() == {"renewed": 1, "behind": 0}
    assert "We are large." in page_of(api, item)
    assert api("POST", f"{where}/renew", {}).get_json() == {"renewed": 0, "behind": 0}
    assert [row["id"] for row in api("GET", ABOUT).get_json()["boilerplates"]][-1] == about["id"]
    wrong = {"heading": "x", "html": "<script>1</script>", "language": "tlh", "organisation": "nobody"}
    assert set(api("POST", ABOUT, wrong).get_json()["problems"]) == {"html", "language", "organisation"}
    assert api("POST", "/api/v1/hold").status_code == 200
    assert api("POST", f"{where}/renew").status_code == 409
    assert api("DELETE", "/api/v1/hold").status_code == 200


def test_the_conversation_is_read_and_added_to(api: Api) -> None:
    item = api.create()
    where = f"{ITEMS}/{item['id']}/comments"
    assert api("GET", where).get_json() == {"comments": [], "next": None}
    answer = api("POST", where, {"note": " Is the figure right?\nI doubt it. "})
    assert answer.status_code == 201
    api.act(item, "submit", {"note": "It is."})
    first, cursor = (api("GET", f"{where}?limit=1").get_json()[name] for name in ("comments", "next"))
    second = api("GET", f"{where}?limit=1&cursor={cursor}").get_json()["comments"]
    assert first == [answer.get_json()]
    said = [(row["kind"], row["note"], row["revision"]) for row in (*first, *second)]
    assert said == [("comment", "Is the figure right?\nI doubt it.", 1), ("submit", "It is.", 1)]
    assert api("POST", where, {"note": " "}).status_code == 422
    assert api("GET", f"{ITEMS}/00000000-0000-4000-8000-000000000000/comments").status_code == 404


def test_what_stands_around_items_is_made_once_under_a_key(api: Api) -> None:
    item = api.create()
    bodies = {
        CONTACTS: {"name": "Once", "email": "once@example.org"},
        ABOUT: {"heading": "Once", "html": "<p>Once.</p>"},
        f"{ITEMS}/{item['id']}/comments": {"note": "Once."},
    }
    for where, body in bodies.items():
        first, again = (api("POST", where, body, Idempotency_Key=f"once-{len(where)}") for _ in range(2))
        assert (first.status_code, again.status_code, first.get_data()) == (201, 201, again.get_data())
        assert again.headers["Idempotency-Replayed"] == "true"
        assert [again.headers.get(name) for name in ("ETag", "Location")] == [
            first.headers.get(name) for name in ("ETag", "Location")
        ]
        if "Location" in first.headers:
            assert api("GET", first.headers["Location"]).headers["ETag"] == first.headers["ETag"]
    about = f"{ABOUT}/{api('POST', ABOUT, bodies[ABOUT], Idempotency_Key=f'once-{len(ABOUT)}').get_json()['id']}"
    given = {"organisation": "bakcell", "html": "<p>Twice.</p>"}
    told = api("PATCH", about, given, If_Match="*", Idempotency_Key="of-an-organisation")
    assert told.get_json() == api("GET", about).get_json()
    assert (told.get_json()["organisation"], told.get_json()["version"]) == ("bakcell", 2)


def test_a_parameter_that_an_operation_does_not_have_is_refused(api: Api) -> None:
    item = api.create()
    for name, row in OPERATIONS.items():
        places = {"id": item["id"], "number": "1", "media": "0" * 32, "kind": "category", "slug": "innovation"}
        path = row.path.format(**places)
        answer = api(row.method, f"/api/v1{path}?limitt=1&x%00=2", token=api.token, If_Match="*")
        assert answer.status_code == 422, name
        assert "limitt" in answer.get_json()["problems"], name
    assert parameters.queried(OPERATIONS["listSubjects"]) == {"limit", "cursor"}
    assert parameters.queried(OPERATIONS["uploadMedia"]) == {"name"}
    assert api("GET", "/api/v1/subjects?limit=1").status_code == 200


def test_a_shell_is_shown_what_stands_around_an_item(api: Api) -> None:
    who, about = (
        made(api, CONTACTS, name="Günel", email="g@example.org"),
        made(api, ABOUT, heading="A", html="<p>a</p>"),
    )
    item = api.create(contacts=[who["id"]], boilerplates=[about["id"]])
    api("POST", f"{ITEMS}/{item['id']}/comments", {"note": "Look again."})
    told = json.loads(CliRunner().invoke(cli, ["items", "show", item["id"]]).output)
    assert told["contacts"] == [{"id": who["id"], "name": "Günel"}]
    assert told["boilerplates"] == [{"id": about["id"], "name": "A"}]
    assert [(row["kind"], row["note"]) for row in told["comments"]] == [("comment", "Look again.")]
