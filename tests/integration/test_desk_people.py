"""People of the newsroom: invitations, second proofs, sessions; each defence shown from the outside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from argon2 import extract_parameters
from desk_newsroom import PASSWORD, Browser, Desk, token, words
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from feedsvc import clock, db, egress, jobs, road, settings
from feedsvc.models import ApiToken, Audit, Notice, RecoveryCode, Session, User
from feedsvc.newsroom import accounts, factors, links, passkeys, passwords, people, tokens
from feedsvc.newsroom.workflow import SYSTEM


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], str, str]]:
    """A newsroom with a mail server: what it took."""
    letters: list[tuple[list[str], str, str]] = []
    monkeypatch.setenv("FEEDSVC_SMTP_URL", "smtp://localhost:2525")
    monkeypatch.setattr(egress, "send_mail", lambda _s, to, subject, body: letters.append((to, subject, body)))
    settings.current.cache_clear()
    return letters


def user(email: str = "writer@example.org") -> User:
    with db.reading() as session:
        return accounts.find_user(session, email)


def deeds(action: str) -> list[Audit]:
    with db.reading() as session:
        return list(session.scalars(select(Audit).where(Audit.action == action)))


class Clock:
    """The newsroom's clock, to be put forward by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_by(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def code(email: str, now: datetime) -> str:
    seed = user(email).totp_seed
    assert seed
    return pyotp.TOTP(factors.secret_of(seed)).at(int(now.timestamp()))


def with_codes(email: str, now: datetime) -> list[str]:
    """Turns codes on for somebody; gives the recovery codes. The next half minute's code is the first to be taken."""
    seed = factors.make_seed()
    with db.reading() as session:
        actor = accounts.actor_of(accounts.find_user(session, email))
    shown = pyotp.TOTP(factors.secret_of(seed)).at(int(now.timestamp()) - factors.STEP)
    return road.act(factors.turn_on, seed, shown, actor=actor)


def to_code(desk: Desk, email: str = "writer@example.org") -> Browser:
    """A browser whose person gave the right password."""
    browser, answer = desk.sign_in(email)
    assert answer.status_code == 200
    assert "One step more" in answer.text
    assert browser.get("/desk/items").status_code == 303, "the password alone is not enough"
    return browser


def send_code(browser: Browser, typed: str) -> TestResponse:
    sent = {"csrf_token": token(browser.get("/desk/login/code", follow_redirects=True)), "code": typed}
    return browser.client.post("/desk/login/code", data=sent)


def test_code_is_asked_for_after_the_password_and_taken_once(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    now = code("writer@example.org", hands.now)
    browser = to_code(desk)
    assert send_code(browser, now).status_code == 303
    assert browser.get("/desk/items").status_code == 200
    assert send_code(to_code(desk), now).status_code == 422, "the same code a second time"
    later = code("writer@example.org", hands.pass_by(seconds=30))
    assert send_code(to_code(desk), later).status_code == 303
    hands.pass_by(seconds=30)
    assert send_code(to_code(desk), now).status_code == 422, "an older one within the window"


def test_codes_are_counted_whatever_browser_tries(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    for _ in range(accounts.FREE_TRIES):
        assert send_code(to_code(desk), "000000").status_code == 422
    right = code("writer@example.org", hands.now)
    answer = send_code(to_code(desk), right)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 31
    hands.pass_by(seconds=32)
    assert send_code(to_code(desk), code("writer@example.org", hands.now)).status_code == 303


def test_ticket_of_a_right_password_ends(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    old, changed, closed = to_code(desk), to_code(desk), to_code(desk)
    hands.pass_by(minutes=11)
    assert send_code(old, code("writer@example.org", hands.now)).status_code == 422
    fresh = to_code(desk)
    with db.transaction() as session:
        session.execute(update(User).values(password_hash=accounts.hash_password("quite another one")))
    for browser in (changed, closed, fresh):
        assert send_code(browser, code("writer@example.org", hands.now)).status_code == 422
        assert browser.get("/desk/items").status_code == 303


def test_recovery_code_opens_once(desk: Desk, hands: Clock) -> None:
    codes = with_codes("writer@example.org", hands.now)
    assert len(set(codes)) == factors.CODES
    with db.reading() as session:
        kept = " ".join(session.scalars(select(RecoveryCode.digest)))
    assert not any(one.replace("-", "") in kept for one in codes)
    assert send_code(to_code(desk), codes[0].lower().replace("-", " ")).status_code == 303
    assert send_code(to_code(desk), codes[0]).status_code == 422
    assert send_code(to_code(desk), codes[1]).status_code == 303
    assert len(deeds("use-recovery-code")) == 2


def test_link_sets_the_password_and_still_asks_for_the_code(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    browser, secret = desk.stranger(), desk.link("writer@example.org")
    sent = {"csrf_token": token(browser.get(f"/desk/link/{secret}")), "password": PASSWORD * 2, "again": PASSWORD * 2}
    assert "One step more" in browser.client.post(f"/desk/link/{secret}", data=sent).text
    assert browser.get("/desk/items").status_code == 303
    assert send_code(browser, code("writer@example.org", hands.now)).status_code == 303


def test_delicate_acts_ask_for_a_fresh_proof(desk: Desk, hands: Clock) -> None:
    browser = desk.person("admin")
    delicate = ("me/passkeys/new", "me/codes", "me/codes/off", "me/codes/recovery", "me/email", "people/new")
    for path in delicate:
        assert browser.get(f"/desk/{path}").status_code == 200, path
    hands.pass_by(minutes=11)
    for path in delicate:
        for answer in (browser.get(f"/desk/{path}"), browser.post(f"/desk/{path}", {"email": "thief@example.org"})):
            assert answer.headers["Location"] == f"/desk/me/proof?next=/desk/{path}".replace("=/", "=/"), path
    number = user("writer@example.org").id
    for deed in ("link", "reset"):
        answer = browser.post(f"/desk/people/{number}/{deed}")
        assert answer.headers["Location"] == f"/desk/me/proof?next=/desk/people/{number}"
    assert user("admin@example.org").email == "admin@example.org"
    wrong = browser.post("/desk/me/proof", {"password": "wrong", "next": "/desk/me/codes"})
    assert wrong.status_code == 422
    assert browser.get("/desk/me/codes").status_code == 303
    right = browser.post("/desk/me/proof", {"password": PASSWORD, "next": "/desk/me/codes"})
    assert right.headers["Location"] == "/desk/me/codes"
    assert browser.get("/desk/me/codes").status_code == 200


def test_proof_asks_for_the_code_too_and_is_counted(desk: Desk, hands: Clock) -> None:
    browser = desk.person("writer")
    with_codes("writer@example.org", hands.now)
    hands.pass_by(minutes=11)
    sent = {"password": PASSWORD, "next": "/desk/me/codes/off"}
    for typed in ("", "000000", "111111"):
        assert browser.post("/desk/me/proof", {**sent, "code": typed}).status_code == 422
    assert browser.post("/desk/me/proof", {**sent, "code": code("writer@example.org", hands.now)}).status_code == 429
    hands.pass_by(minutes=1)
    assert browser.post("/desk/me/proof", {**sent, "code": code("writer@example.org", hands.now)}).status_code == 303
    assert browser.post("/desk/me/codes/off").status_code == 303
    assert user().totp_seed is None


def test_codes_are_turned_on_by_a_right_code_alone(desk: Desk, hands: Clock) -> None:
    browser = desk.person("writer")
    page = browser.get("/desk/me/codes")
    assert 'src="data:image/svg+xml' in page.text
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret
    assert browser.post("/desk/me/codes", {"code": "000000"}).status_code == 422
    assert user().totp_seed is None
    right = pyotp.TOTP(secret[1].replace(" ", "")).at(int(hands.now.timestamp()))
    shown = browser.post("/desk/me/codes", {"code": right})
    assert len(re.findall(r"<li><code>[A-Z0-9]{5}-[A-Z0-9]{5}</code>", shown.text)) == factors.CODES
    assert send_code(to_code(desk), right).status_code == 422, "the code that turned codes on is used up"
    kept = user().totp_seed or ""
    assert kept not in secret[1]
    assert secret[1].replace(" ", "") not in kept


def test_password_change_asks_for_the_present_one_and_ends_the_other_sessions(desk: Desk) -> None:
    browser, other = desk.person("writer"), desk.person("writer")
    before = browser.cookie()
    new = {"password": "a brand new password", "again": "a brand new password"}
    assert browser.post("/desk/me/password", {**new, "present": "wrong"}).status_code == 422
    assert browser.post("/desk/me/password", {**new, "present": PASSWORD, "again": "x"}).status_code == 422
    assert browser.post("/desk/me/password", {**new, "present": PASSWORD}).status_code == 303
    assert browser.cookie() != before
    assert browser.get("/desk/items").status_code == 200
    assert other.get("/desk/items").status_code == 303
    assert desk.sign_in("writer@example.org", "a brand new password")[1].status_code == 303


def test_sessions_are_listed_in_words_and_ended(desk: Desk) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
    here, there = desk.stranger(), desk.stranger()
    for browser, how in ((here, agent), (there, agent.replace("Windows NT 10.0", "X11; Linux"))):
        browser.client.environ_base["HTTP_USER_AGENT"] = how
        desk.sign_in("writer@example.org", browser=browser)
    page = here.get("/desk/me")
    assert "Firefox on Windows" in words(page)
    assert "Firefox on Linux" in words(page)
    assert "Gecko" not in page.text
    handle = re.search(r"/desk/me/sessions/([0-9a-f]+)/end", page.text)
    assert handle
    stranger = desk.person("admin")
    stranger.post(f"/desk/me/sessions/{handle[1]}/end")
    assert there.get("/desk/items").status_code == 200, "another person's list is not mine to end"
    here.post(f"/desk/me/sessions/{handle[1]}/end")
    assert there.get("/desk/items").status_code == 303
    third = desk.person("writer")
    assert "signed out everywhere" in words(here.post("/desk/me/sessions/end", follow_redirects=True))
    assert [b.get("/desk/items").status_code for b in (here, third, stranger)] == [303, 303, 200]


def test_own_zone_is_that_of_every_time_at_the_desk_and_of_nothing_else(desk: Desk) -> None:
    key, browser = desk.seeded(), desk.person("admin")
    public = browser.get("/news/bakcell-media-trip-karabakh").data
    assert browser.post("/desk/me", {"name": "Admin", "zone": "Nowhere/City"}).status_code == 422
    assert browser.post("/desk/me", {"name": "Admin", "zone": "Asia/Tokyo"}).status_code == 303
    assert "Tokyo time" in words(browser.get(f"/desk/items/{key}"))
    assert "Tokyo time" not in words(desk.person("writer").get(f"/desk/items/{key}"))
    draft = desk.item()
    browser.post(f"/desk/items/{draft}/release", {"when": "at", "day": "2035-01-15", "hour": "09:00", "revision": "1"})
    pending = desk.stands(draft).pending
    assert pending
    assert pending.at.isoformat() == "2035-01-15T00:00:00+00:00"
    assert browser.get("/news/bakcell-media-trip-karabakh").data == public


def invite(browser: Browser, **fields: str) -> TestResponse:
    return browser.post("/desk/people/new", {"name": "Nigar", "email": "nigar@example.org", "role": "editor", **fields})


def test_invitation_by_a_link_that_is_shown_once(desk: Desk) -> None:
    admin = desk.person("admin")
    bad = invite(admin, email="writer@example.org", name="")
    assert bad.status_code == 422
    assert 'value="writer@example.org"' in bad.text
    shown = invite(admin)
    link = re.search(r"http://[^\"]+(/desk/link/[^\"]+)", shown.text)
    assert link
    assert link[1] not in admin.get("/desk/people").text
    assert "Invited" in words(admin.get("/desk/people"))
    guest = desk.stranger()
    sent = {"csrf_token": token(guest.get(link[1])), "password": PASSWORD, "again": PASSWORD}
    assert guest.client.post(link[1], data=sent).status_code == 303
    assert guest.get("/desk/subjects").status_code == 200
    assert guest.get("/desk/people").status_code == 403
    assert [deed.subject for deed in deeds("add-user")][-1] == "nigar@example.org"


def test_invitation_by_mail_holds_no_link_until_it_is_sent(desk: Desk, mailed: list[Any]) -> None:
    admin = desk.person("admin")
    assert invite(admin, by="mail").status_code == 303
    with db.reading() as session:
        (row,) = session.scalars(select(Notice))
    assert "/desk/link/" not in row.body
    assert jobs.run("mail") == 1
    ((to, _subject, body),) = mailed
    assert to == ["nigar@example.org"]
    link = re.search(r"/desk/link/\S+", body)
    assert link
    assert desk.stranger().get(link[0]).status_code == 200
    with db.reading() as session:
        assert all(link[0].rpartition("/")[2] not in body for body in session.scalars(select(Notice.body)))


def test_last_administrator_stays(desk: Desk) -> None:
    admin, number = desk.person("admin"), user("admin@example.org").id
    invite(admin, role="admin")  # never came in: counts for nothing
    for path, fields in ((f"/desk/people/{number}/role", {"role": "writer"}), (f"/desk/people/{number}/close", {})):
        answer = admin.post(path, fields)
        assert answer.status_code == 422
        assert "last administrator" in words(answer)
    assert user("admin@example.org").active


def test_closing_an_account_ends_sessions_and_keys_for_good(desk: Desk) -> None:
    admin, writer = desk.person("admin"), desk.person("writer")
    road.act(tokens.add, "writer@example.org", ("items:read",), actor=SYSTEM)
    number = user().id
    assert admin.post(f"/desk/people/{number}/close").status_code == 303
    assert writer.get("/desk/items").status_code == 303
    assert desk.sign_in("writer@example.org")[1].status_code == 422
    assert admin.post(f"/desk/people/{number}/link").status_code == 409
    admin.post(f"/desk/people/{number}/open")
    assert desk.sign_in("writer@example.org")[1].status_code == 303
    assert writer.get("/desk/items").status_code == 303
    with db.reading() as session:
        assert session.scalars(select(ApiToken)).one().revoked_at
    assert [d.action for d in deeds("disable-user") + deeds("enable-user")] == ["disable-user", "enable-user"]


def test_reset_lets_somebody_in_who_lost_everything(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    assert desk.person("admin").post(f"/desk/people/{user().id}/reset").status_code == 303
    assert desk.sign_in("writer@example.org")[1].status_code == 303
    (deed,) = deeds("reset-second-factor")
    assert (deed.actor, deed.subject) == ("admin@example.org", "writer@example.org")


def forgot(browser: Browser, email: str) -> TestResponse:
    return browser.client.post(
        "/desk/forgotten", data={"csrf_token": token(browser.get("/desk/forgotten")), "email": email}
    )


def test_forgotten_password_is_answered_alike_and_mailed_once(desk: Desk, mailed: list[Any], hands: Clock) -> None:
    road.act(accounts.disable, "editor@example.org", actor=SYSTEM)
    browser = desk.stranger()
    emails = ("writer@example.org", "nobody@example.org", "editor@example.org", "WRITER@example.org", "", "x" * 400)
    assert len({words(forgot(browser, email)) for email in emails}) == 1
    jobs.run("mail")
    ((to, _subject, body),) = mailed
    assert to == ["writer@example.org"]
    link = re.search(r"/desk/link/\S+", body)
    assert link
    assert browser.get(link[0]).status_code == 200
    hands.pass_by(minutes=6)
    forgot(browser, "writer@example.org")
    jobs.run("mail")
    assert len(mailed) == 2


def test_forgotten_password_without_mail_says_whom_to_ask(desk: Desk) -> None:
    page = desk.stranger().get("/desk/forgotten")
    assert "Ask an administrator" in words(page)
    assert "user link" in page.text


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    said: list[str] = []
    engine = db.engine(settings.current().database)

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def test_no_door_does_more_for_an_address_with_an_account_than_for_one_without(
    desk: Desk, mailed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda hashed, password: looked.append(hashed) or fits(hashed, password))
    asked, tried = {}, {}
    for email in ("nobody@example.org", "writer@example.org"):
        with statements() as asked[email]:
            road.act(links.ask, email)
        with statements() as tried[email]:
            attempt = road.act(accounts.attempt, email)
        assert not accounts.matches(attempt, "wrong")
    assert asked["nobody@example.org"] == asked["writer@example.org"]
    assert tried["nobody@example.org"] == tried["writer@example.org"]
    assert any("INSERT INTO notice" in one for one in asked["nobody@example.org"])
    assert len(looked) == 2
    assert extract_parameters(looked[0]) == extract_parameters(looked[1])
    with db.reading() as session:  # strangers cannot make the newsroom's own mails wait behind theirs
        waiting = session.scalars(select(Notice.recipient).where(Notice.sent_at.is_(None))).all()
    assert waiting == ["writer@example.org"]
    jobs.run("mail")
    assert [to for to, _subject, _body in mailed] == [["writer@example.org"]]


def test_challenge_is_good_for_one_answer_one_browser_one_purpose_and_five_minutes(desk: Desk, hands: Clock) -> None:
    browser = desk.stranger()
    first = browser.get("/desk/login/passkey").get_json()["challenge"]
    assert browser.get("/desk/login/passkey").get_json()["challenge"] != first
    assert browser.get("/desk/login/passkey").get_json()["userVerification"] == "required"
    made = passkeys.make_challenge()
    with db.transaction() as session:
        passkeys.spend(session, made, now=hands.now)
    with db.transaction() as session, pytest.raises(accounts.BadCredentials):
        passkeys.spend(session, made, now=hands.now)
    answer = browser.client.post(
        "/desk/login/passkey", data={"csrf_token": token(browser.get("/desk/login")), "credential": '{"id": "x"}'}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("sent", ["", "{", "[]", "null", '"x"', "[" * 50_000, '{"id": {"a": 1}}', "{}" * 60_000])
def test_nonsense_for_a_passkey_is_refused_in_words(desk: Desk, sent: str) -> None:
    browser = desk.person("writer")
    for path, status in (("/desk/login/passkey", 422), ("/desk/me/proof/passkey", 422), ("/desk/me/passkeys/new", 422)):
        browser.get("/desk/me/passkeys/options")
        assert browser.post(path, {"credential": sent, "name": "x"}).status_code == status


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://news.example.com", ""),
        ("http://localhost:8000", ""),
        ("http://news.localhost", ""),
        ("http://news.example.com", "open"),
        ("http://127.0.0.1:8000", "number"),
        ("https://10.0.0.7", "number"),
        ("https://[::1]", "number"),
    ],
)
def test_where_passkeys_cannot_be_the_page_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str, why: str
) -> None:
    assert passkeys.why_not(address) == why
    browser = desk.person("writer")
    monkeypatch.setenv("FEEDSVC_BASE_URL", address)
    settings.current.cache_clear()
    if address.startswith("https"):
        return
    page = words(browser.get("/desk/me"))
    assert ("Add a passkey" in page) == (why == "")
    assert ("need a domain name" in page) == (why == "number")
    assert ("begins with https" in page) == (why == "open")
    assert browser.get("/desk/login/passkey").status_code == (409 if why else 200)


def test_another_persons_passkey_is_not_mine_to_remove(desk: Desk) -> None:
    browser, admin = desk.person("writer"), desk.person("admin")
    with db.reading() as session:
        owner = accounts.actor_of(accounts.find_user(session, "admin@example.org"))
    row = road.act(passkeys.add, ("abc", b"key", 0), passkeys.make_challenge(), "Mine", actor=owner)
    browser.post(f"/desk/me/passkeys/{row.id}/remove")
    assert "Mine" in words(admin.get("/desk/me"))
    admin.post(f"/desk/me/passkeys/{row.id}/remove")
    assert "Mine" not in words(admin.get("/desk/me"))


def test_address_change_needs_a_proof_and_tells_the_old_one(desk: Desk, mailed: list[Any]) -> None:
    browser = desk.person("writer")
    assert browser.post("/desk/me/email", {"email": "admin@example.org"}).status_code == 422
    assert browser.post("/desk/me/email", {"email": "New@example.org"}).status_code == 303
    assert user("new@example.org").name == "Writer"
    jobs.run("mail")
    ((to, _subject, body),) = mailed
    assert to == ["writer@example.org"]
    assert "new@example.org" in body


def test_sweep_clears_old_challenges_and_sessions(desk: Desk, hands: Clock) -> None:
    with db.transaction() as session:
        passkeys.spend(session, "ab", now=hands.now)
        people.end_all(session, actor=SYSTEM, now=hands.now)
    desk.person("writer")
    hands.pass_by(days=31)
    road.act(accounts.sweep)
    with db.reading() as session:
        assert session.get(passkeys.Spent, accounts.digest("ab")) is None
        assert not session.scalars(select(Session)).all()


def test_new_password_is_no_second_proof(desk: Desk, hands: Clock) -> None:
    browser, other = desk.person("writer"), desk.person("editor")
    with_codes("writer@example.org", hands.now)
    hands.pass_by(minutes=11)
    new = {"present": PASSWORD, "password": PASSWORD * 2, "again": PASSWORD * 2}
    assert browser.post("/desk/me/password", new).headers["Location"] == "/desk/me"
    assert browser.post("/desk/me/codes/off").headers["Location"] == "/desk/me/proof?next=/desk/me/codes/off"
    assert user().totp_seed
    assert other.post("/desk/me/password", new).headers["Location"] == "/desk/me"
    assert other.get("/desk/me/codes").status_code == 200, "where there are no codes the password is the proof"


def test_tries_at_one_door_close_no_other(desk: Desk, hands: Clock) -> None:
    with_codes("writer@example.org", hands.now)
    for _ in range(accounts.FREE_TRIES):
        desk.sign_in(f"second:{user().id}", "wrong")
        desk.sign_in("link:writer@example.org", "wrong")
    assert send_code(to_code(desk), code("writer@example.org", hands.now)).status_code == 303
    road.act(links.ask, "writer@example.org")


@pytest.mark.parametrize("typed", ["١٢٣٤٥٦", "\N{FULLWIDTH DIGIT ONE}23456", "é", ""])
def test_codes_that_are_no_digits_are_wrong_and_no_defect(desk: Desk, typed: str) -> None:
    browser = desk.person("writer")
    browser.get("/desk/me/codes")
    assert browser.post("/desk/me/codes", {"code": typed}).status_code == 422
    assert user().totp_seed is None


def test_deeds_of_administrators_ask_for_a_fresh_proof(desk: Desk, hands: Clock) -> None:
    browser, number = desk.person("admin"), user().id
    hands.pass_by(minutes=11)
    for path, fields, back in (
        (f"people/{number}/role", {"role": "admin"}, f"people/{number}"),
        (f"people/{number}/close", {}, f"people/{number}"),
        (f"people/{number}/open", {}, f"people/{number}"),
        ("settings", {"two_person": "on"}, "settings"),
    ):
        answer = browser.post(f"/desk/{path}", fields)
        assert answer.headers.get("Location") == f"/desk/me/proof?next=/desk/{back}", path
    with db.reading() as session:
        writer = accounts.find_user(session, "writer@example.org")
        assert (writer.role.name, writer.active) == ("writer", True)
