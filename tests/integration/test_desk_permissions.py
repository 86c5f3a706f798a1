"""Who may do what at the desk: every route, every role, every forged request."""

import re
import uuid
from collections.abc import Iterator

import pytest
from desk_newsroom import Browser, Desk
from picture_samples import picture
from werkzeug.routing import Rule

from feedsvc import road
from feedsvc.newsroom import accounts, contacts, filters, partners, pictures, previews, subjects, templates
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.partners import Asked
from feedsvc.newsroom.workflow import ROLES, RULES, SYSTEM
from feedsvc.push import partners as webhooks
from feedsvc.web.permission import PUBLIC, permission_of

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FIELDS = {"headline": "Forged", "reason": "Forged", "note": "Forged", "base": "1"}

EXPECTED = {
    "desk.login": PUBLIC, "desk.login_sent": PUBLIC, "desk.link": PUBLIC, "desk.link_sent": PUBLIC, "desk.logout": "read",
    "desk.start": "read", "desk.items": "read", "desk.item": "read", "desk.preview": "read",
    "desk.new": "write", "desk.create": "write", "desk.save": "write",
    "desk.audience": "approve",
    "desk.unsaved_ready": "write", "desk.unsaved_sent": "write", "desk.unsaved_dropped": "write", "desk.aside": "write",
    "desk.word_file": "write", "desk.word_file_sent": "write", "desk.item_word_file": "write", "desk.item_word_file_sent": "write",
    "desk.picture": "read", "desk.picture_sent": "media", "desk.item_pictures": "media", "desk.new_item_pictures": "media",
    "desk.contacts": "taxonomy", "desk.contact_new": "taxonomy", "desk.contact_added": "taxonomy", "desk.contact": "taxonomy", "desk.contact_changed": "taxonomy",
    "desk.filters": "taxonomy", "desk.filter_new": "taxonomy", "desk.filter_added": "taxonomy", "desk.filter_": "taxonomy", "desk.filter_changed": "taxonomy",
    "desk.private_feeds": "publish", "desk.private_feed_made": "publish", "desk.private_feed": "publish", "desk.private_feed_revoked": "publish", "desk.embargo_terms": "publish",
    **dict.fromkeys(
        ("desk.push", "desk.push_paused", "desk.push_resumed", "desk.webhook_made", "desk.webhook_removed", "desk.webhook_rotated", "desk.webhook_tried"), "admin"),
    "desk.item_sent": "read",
    "desk.boilerplates": "taxonomy", "desk.boilerplate_new": "taxonomy", "desk.boilerplate_added": "taxonomy", "desk.boilerplate": "taxonomy", "desk.boilerplate_changed": "taxonomy",
    "desk.boilerplate_renew": "publish", "desk.boilerplate_renewed": "publish",
    "desk.preview_links": "approve", "desk.preview_link_made": "approve", "desk.preview_link_revoked": "approve",
    "desk.code": PUBLIC, "desk.code_sent": PUBLIC, "desk.passkey_question": PUBLIC, "desk.passkey_sent": PUBLIC,
    "desk.forgotten": PUBLIC, "desk.forgotten_sent": PUBLIC,
    **dict.fromkeys(
        ("desk.me", "desk.me_sent", "desk.mails_sent", "desk.password", "desk.password_sent", "desk.email", "desk.email_sent",
         "desk.session_ended", "desk.everywhere_ended", "desk.proof", "desk.proof_sent", "desk.proof_question", "desk.proof_passkey",
         "desk.passkey_new", "desk.passkey_options", "desk.passkey_added", "desk.passkey_remove", "desk.passkey_removed",
         "desk.codes", "desk.codes_sent", "desk.codes_off", "desk.codes_off_sent", "desk.recovery_codes", "desk.recovery_codes_sent",
         "desk.notices", "desk.notices_read", "desk.notice_read", "desk.tokens", "desk.token_made", "desk.token_revoked"), "read"),
    **dict.fromkeys(
        ("desk.people", "desk.invite", "desk.invited", "desk.person", "desk.role_set", "desk.person_link", "desk.person_closed",
         "desk.person_opened", "desk.person_reset"), "admin"),
    "desk.hold": "hold", "desk.hold_sent": "hold", "desk.unhold": "publish", "desk.unhold_sent": "publish",
    "desk.subjects": "taxonomy", "desk.subject_added": "taxonomy", "desk.subject": "taxonomy", "desk.subject_renamed": "taxonomy",
    "desk.subject_merge": "taxonomy", "desk.subject_merged": "taxonomy", "desk.subject_delete": "taxonomy", "desk.subject_deleted": "taxonomy",
    **{f"desk.{verb}{sent}": RULES[verb].permission for verb in RULES if verb not in ("read", "save", "publish", "schedule") for sent in ("", "_sent")},
    "desk.publish": "publish", "desk.schedule": "publish", "desk.release": "publish", "desk.release_sent": "publish",
    "desk.around": "read", "desk.undo": "publish", "desk.calendar": "read", "desk.search": "read", "desk.keys": "read", "desk.keys_sent": "read",
    "desk.copy": "write", "desk.copy_sent": "write", "desk.sign_of_life": "write",
    "desk.revisions": "read", "desk.restore": "write", "desk.restore_sent": "write",
    "desk.templates": "write", "desk.template_new": "approve", "desk.template_added": "approve", "desk.template": "approve",
    "desk.template_changed": "approve", "desk.template_delete": "approve", "desk.template_deleted": "approve",
    "desk.template_keep": "approve", "desk.template_kept": "approve",
    "desk.look": "admin", "desk.look_sent": "admin", "desk.look_sheet": "admin", "desk.logo_sent": "admin",
    "desk.settings": "admin", "desk.settings_sent": "admin",
    "desk.audit": "admin", "desk.audit_checked": "admin", "desk.audit_file": "admin", "desk.item_audit": "approve",
}  # fmt: skip
"""What each route must ask for, written down a second time: an unlisted route fails."""


def routes(desk: Desk) -> Iterator[Rule]:
    """The desk's rules."""
    return (rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/desk"))


def path(rule: Rule, key: str) -> str:
    known = rule.rule.replace("<key>", key).replace("<secret>", "nonsense")
    known = known.replace("<handle>", "nonsense")
    if "<picture>" in known:
        row = road.act(pictures.add, pictures.prepared(picture(), "a.jpg"), actor=SYSTEM)
        known = known.replace("<picture>", row.key).replace("<name>", "320.webp")
    if "<int" in known:
        known = re.sub("<int[^>]*>", str(numbered(known, key)), known)
    if "<slug>" in known:  # One of its own: the last request may have deleted it.
        made = road.act(subjects.add, "category", f"Category {uuid.uuid4()}", actor=SYSTEM)
        known = known.replace("<kind>", "category").replace("<slug>", made.slug)
    return known


def numbered(rule: str, key: str) -> int:  # noqa: PLR0911  # one for each kind
    """Something of the kind that a rule names by a number."""
    if "/previews/" in rule:
        return int(road.act(previews.make, key, name="A journalist", actor=SYSTEM)[0].id)
    if "/contacts/" in rule:
        card = Card(name="Somebody", email="somebody@example.org")
        return int(road.act(contacts.add, card, actor=SYSTEM).id)
    if rule.startswith("/desk/templates"):
        return int(road.act(templates.add, f"Template {uuid.uuid4()}", {}, actor=SYSTEM).id)
    if rule.startswith("/desk/people"):
        return int(road.act(accounts.add_user, f"{uuid.uuid4()}@example.org", "Somebody", "writer", actor=SYSTEM).id)
    if rule.startswith("/desk/push/webhooks"):
        name = f"Agency {uuid.uuid4()}"
        return int(road.act(webhooks.add, name, f"https://agency.example/{uuid.uuid4()}", actor=SYSTEM).id)
    if rule.startswith("/desk/feeds/private"):
        return int(road.act(partners.make, Asked("partner", "A partner"), ("en",), actor=SYSTEM)[0].id)
    if rule.startswith("/desk/feeds"):
        return int(road.act(filters.add, Choice(name=f"Feed {uuid.uuid4()}"), ("en",), actor=SYSTEM).id)
    return 1  # the seed's boilerplate, the item's first text


def test_every_route_names_the_permission_that_it_should(desk: Desk) -> None:
    assert {rule.endpoint: permission_of(desk.app.view_functions[rule.endpoint]) for rule in routes(desk)} == EXPECTED


def test_numbers_that_no_row_can_have_are_no_addresses(desk: Desk) -> None:
    key, browser = desk.item(), desk.person("admin")
    sent = browser.token()
    numbered = [rule for rule in routes(desk) if "<int" in rule.rule]
    assert len(numbered) >= 15
    for rule in numbered:
        for number in (2**31, 10**18, 10**30):
            asked = re.sub("<int[^>]*>", str(number), rule.rule).replace("<key>", key)
            method = "GET" if "GET" in (rule.methods or set()) else "POST"
            assert browser.client.open(asked, method=method, data={"csrf_token": sent}).status_code in (404, 405), asked


@pytest.mark.parametrize("role", ROLES)
def test_role_matrix(desk: Desk, role: str) -> None:
    key, browser = desk.item(), desk.person(role)
    sent = browser.token()
    for rule in routes(desk):
        needed = EXPECTED[rule.endpoint]
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint in ("desk.logout", "desk.everywhere_ended"):
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


def test_a_wrong_token_shows_nobody_what_they_may_not_see(desk: Desk) -> None:
    key, browser, asked = desk.item(headline="Secret merger"), desk.person("writer"), 0
    road.act(previews.make, key, name="A journalist", email="leyla@paper.example", actor=SYSTEM)
    for rule in routes(desk):
        needed = EXPECTED[rule.endpoint]
        if "POST" in (rule.methods or set()) and needed != PUBLIC and needed not in ROLES["writer"]:
            answer = browser.client.post(path(rule, key), data={**FIELDS, "csrf_token": "wrong"})
            asked += 1
            assert answer.status_code == 400, rule.rule
            known = ("leyla@paper", "somebody@example.org", "Secret merger")
            assert not [one for one in known if one in answer.text], rule.rule
    assert asked >= 20


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
        offered[role] = {verb for verb in (*RULES, "release") if f'value="{verb}"' in page or f"/{key}/{verb}" in page}
    assert offered == {
        "writer": {"submit", "assign", "comment"},
        "editor": {"submit", "approve", "assign", "comment"},
        "publisher": {"submit", "approve", "release", "assign", "comment"},
        "admin": {"submit", "approve", "release", "assign", "comment"},
    }
    page = desk.person("admin").get(f"/desk/items/{desk.seeded()}").text
    assert f"/{desk.seeded()}/withdraw" in page
    for verb in ("correct", "update"):  # nothing is changed yet, but whoever comes to put a figure right sees how
        assert f'value="{verb}"' in page
    for verb in ("submit", "release"):
        assert f'value="{verb}"' not in page
