"""Who may do what at the desk: every route, every role, every forged request."""

from collections.abc import Iterator

import pytest
from desk_newsroom import Browser, Desk
from werkzeug.routing import Rule

from feedsvc.newsroom.workflow import ROLES, RULES
from feedsvc.web.permission import PUBLIC, permission_of

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FIELDS = {"headline": "Forged", "reason": "Forged", "note": "Forged", "base": "1"}

EXPECTED = {
    "desk.login": PUBLIC, "desk.login_sent": PUBLIC, "desk.link": PUBLIC, "desk.link_sent": PUBLIC, "desk.logout": "read",
    "desk.start": "read", "desk.items": "read", "desk.item": "read", "desk.preview": "read",
    "desk.new": "write", "desk.create": "write", "desk.save": "write",
    "desk.audience": "approve",
    "desk.hold": "hold", "desk.hold_sent": "hold", "desk.unhold": "publish", "desk.unhold_sent": "publish",
    **{f"desk.{verb}{sent}": RULES[verb].permission for verb in RULES if verb not in ("read", "save") for sent in ("", "_sent")},
}  # fmt: skip
"""What each route must ask for, written down a second time: an unlisted route fails."""


def routes(desk: Desk) -> Iterator[Rule]:
    """The desk's rules."""
    return (rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/desk"))


def path(rule: Rule, key: str) -> str:
    return rule.rule.replace("<key>", key).replace("<secret>", "nonsense")


def test_every_route_names_the_permission_that_it_should(desk: Desk) -> None:
    assert {rule.endpoint: permission_of(desk.app.view_functions[rule.endpoint]) for rule in routes(desk)} == EXPECTED


@pytest.mark.parametrize("role", ROLES)
def test_role_matrix(desk: Desk, role: str) -> None:
    key, browser = desk.item(), desk.person(role)
    sent = browser.token()
    for rule in routes(desk):
        needed = EXPECTED[rule.endpoint]
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint == "desk.logout":
                continue
            answer = browser.client.open(
                path(rule, key), method=method, data={"csrf_token": sent, **FIELDS} if method == "POST" else None
            )
            cell = f"{role} {method} {rule.rule}: {answer.status_code}"
            if needed != PUBLIC and needed not in ROLES[role]:
                assert answer.status_code == 403, cell
            else:
                assert answer.status_code in (200, 303, 409, 410, 422), cell


def test_strangers_are_led_to_the_sign_in_page(desk: Desk) -> None:
    key, before = desk.item(), desk.rows()
    browser = desk.stranger()
    for rule in routes(desk):
        if EXPECTED[rule.endpoint] == PUBLIC:
            continue
        if "GET" in (rule.methods or set()):
            answer = browser.get(path(rule, key))
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/desk/login"), rule.rule
        else:
            answer = browser.post(path(rule, key), FIELDS)
            assert answer.status_code == 401, rule.rule
            assert "A draft of ours" not in answer.text
    assert desk.rows() == before


def forged(desk: Desk, browser: Browser) -> Iterator[tuple[str, str, int]]:
    """Every unsafe route asked without a token, with a wrong one, with a stranger's, and from another site."""
    key = desk.item()
    other, own = desk.stranger().token(), browser.token()
    for rule in routes(desk):
        for method in sorted((rule.methods or set()) & set(UNSAFE)):
            for name, data, headers in (
                ("none", FIELDS, {}),
                ("wrong", {**FIELDS, "csrf_token": "wrong"}, {}),
                ("another's", {**FIELDS, "csrf_token": other}, {}),
                ("other site", {**FIELDS, "csrf_token": own}, {"Sec-Fetch-Site": "cross-site"}),
                ("neighbour", {**FIELDS, "csrf_token": own}, {"Sec-Fetch-Site": "same-site"}),
            ):
                answer = browser.client.open(path(rule, key), method=method, data=data, headers=headers)
                yield rule.rule, name, answer.status_code


def test_forged_requests_change_nothing(desk: Desk) -> None:
    browser = desk.person("admin")
    desk.item()
    seen = list(forged(desk, browser))
    assert len(seen) >= 60
    wrong = [case for case in seen if case[2] not in (400, 403)]
    assert not wrong
    assert browser.get("/desk/items").status_code == 200  # nobody was signed out either
    assert "Forged" not in browser.get("/desk/items").text
    assert desk.stands(desk.seeded()).live


def test_the_right_token_is_let_through(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("writer")
    sent = {"csrf_token": browser.token()}
    answer = browser.client.post(f"/desk/items/{key}/submit", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    assert desk.stands(key).state == "in_review"


def test_the_desk_offers_what_is_possible_and_nothing_else(desk: Desk) -> None:
    key = desk.item()
    offered = {}
    for role in ROLES:
        page = desk.person(role).get(f"/desk/items/{key}").text
        offered[role] = {verb for verb in RULES if f'value="{verb}"' in page or f"/{key}/{verb}" in page}
    assert offered == {
        "writer": {"submit"},
        "editor": {"submit", "approve"},
        "publisher": {"submit", "approve", "publish", "schedule"},
        "admin": {"submit", "approve", "publish", "schedule"},
    }
    page = desk.person("admin").get(f"/desk/items/{desk.seeded()}").text
    assert f"/{desk.seeded()}/withdraw" in page
    assert 'value="correct"' not in page  # nothing new to correct with
