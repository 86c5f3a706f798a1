"""Passkeys over HTTP, with a device that does as it is told: what it may do, and what it may not."""

import json

import pytest
from desk_newsroom import Browser, Desk, token
from device import KEY, PRESENT, Device
from test_desk_people import Clock, deeds, hands, with_codes
from werkzeug.test import TestResponse

__all__ = ["hands"]


def added(desk: Desk, device: Device, role: str = "writer", flags: int | None = None) -> TestResponse:
    browser = desk.person(role)
    options = browser.get("/desk/me/passkeys/options").get_json()
    made = device.create(options) if flags is None else device.create(options, flags)
    return browser.post("/desk/me/passkeys/new", {"credential": made, "name": "Mine"})


def ask(browser: Browser) -> dict[str, str]:
    return dict(browser.get("/desk/login/passkey").get_json())


def send(browser: Browser, credential: str) -> int:
    sent = {"csrf_token": token(browser.get("/desk/login")), "credential": credential}
    return browser.client.post("/desk/login/passkey", data=sent).status_code


def test_passkey_signs_in_alone_also_where_codes_are_on(desk: Desk, hands: Clock) -> None:
    device, browser = Device(), desk.stranger()
    assert added(desk, device).status_code == 303
    with_codes("writer@example.org", hands.now)
    before = browser.get("/desk/login") and browser.cookie()
    assert send(browser, device.answer(ask(browser))) == 303
    assert browser.cookie() != before
    assert browser.get("/desk/items").status_code == 200
    assert deeds("sign-in")[-1].detail == {"by": "passkey"}


def test_answer_is_worth_nothing_a_second_time_even_with_the_old_cookie(desk: Desk) -> None:
    device, browser, thief = Device(counts=False), desk.stranger(), desk.stranger()
    added(desk, device)
    browser.get("/desk/login")
    answer = device.answer(ask(browser))
    thief.client.set_cookie("feedsvc", browser.cookie())
    sent = {"csrf_token": token(thief.get("/desk/login")), "credential": answer}
    assert send(browser, answer) == 303
    assert thief.client.post("/desk/login/passkey", data=sent).status_code == 422
    assert thief.get("/desk/items").status_code == 303


def test_answer_to_another_browsers_challenge_is_refused(desk: Desk) -> None:
    device, browser, thief = Device(), desk.stranger(), desk.stranger()
    added(desk, device)
    answer = device.answer(ask(browser))
    ask(thief)
    assert send(thief, answer) == 422


def test_challenge_ends_after_five_minutes(desk: Desk, hands: Clock) -> None:
    device, browser = Device(), desk.stranger()
    added(desk, device)
    answer = device.answer(ask(browser))
    hands.pass_by(minutes=5, seconds=1)
    assert send(browser, answer) == 422


def test_challenge_for_one_purpose_is_none_for_another(desk: Desk) -> None:
    device, browser = Device(), desk.person("writer")
    added(desk, device)
    answer = device.answer(browser.get("/desk/login/passkey").get_json())
    assert browser.post("/desk/me/proof/passkey", {"credential": answer}).status_code == 422
    right = device.answer(browser.get("/desk/me/proof/passkey").get_json())
    assert browser.post("/desk/me/proof/passkey", {"credential": right}).status_code == 303


@pytest.mark.parametrize("what", ["origin", "domain", "unverified", "key", "counter"])
def test_dishonest_device_stays_out(desk: Desk, what: str) -> None:
    device, browser = Device(), desk.stranger()
    added(desk, device)
    flags = PRESENT if what == "unverified" else 0x05
    if what == "origin":
        device.origin = "https://evil.example"
    elif what == "domain":
        device.domain = "evil.example"
    elif what == "key":
        device.key = Device().key
    elif what == "counter":  # A copy of the key that was made before it was last used.
        assert send(browser, device.answer(ask(browser))) == 303
        device.uses, browser = 0, desk.stranger()
    assert send(browser, device.answer(ask(browser), flags)) == 422
    assert browser.get("/desk/items").status_code == 303


def test_somebody_elses_passkey_is_no_proof(desk: Desk, hands: Clock) -> None:
    device, browser = Device(), desk.person("writer")
    added(desk, device, "admin")
    hands.pass_by(minutes=11)
    answer = device.answer(browser.get("/desk/me/proof/passkey").get_json())
    assert browser.post("/desk/me/proof/passkey", {"credential": answer}).status_code == 422
    assert browser.get("/desk/me/codes").status_code == 303


def test_passkey_is_added_once_and_only_by_a_verified_person(desk: Desk) -> None:
    assert added(desk, Device(), flags=PRESENT | KEY).status_code == 422
    device = Device()
    assert added(desk, device).status_code == 303
    assert added(desk, device, "admin").status_code == 422


def test_passkey_of_a_closed_account_opens_nothing(desk: Desk) -> None:
    from feedsvc import road
    from feedsvc.newsroom import accounts
    from feedsvc.newsroom.workflow import SYSTEM

    device, browser = Device(), desk.stranger()
    added(desk, device)
    road.act(accounts.disable, "writer@example.org", actor=SYSTEM)
    assert send(browser, device.answer(ask(browser))) == 422


@pytest.mark.parametrize("name", ["\ud800", "a b", "", "A" * 1401, "é", None, ["AA"]])
def test_name_that_no_passkey_can_have_is_not_known(desk: Desk, name: object) -> None:
    browser = desk.stranger()
    ask(browser)
    assert send(browser, json.dumps({"id": name})) == 422
