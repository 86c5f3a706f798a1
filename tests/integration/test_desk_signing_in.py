"""The desk's door: links, sign-in and its wait, sessions, ways back after it."""

import re
from datetime import timedelta

import pytest
from desk_newsroom import PASSWORD, Browser, Desk, token, words
from sqlalchemy import select, update

from feedsvc import clock, db, road, settings
from feedsvc.models import Audit, Session, User
from feedsvc.newsroom import accounts, links
from feedsvc.web import auth, desk_session
from feedsvc.web.desk import frame


def test_right_password_signs_in_with_a_new_secret(desk: Desk) -> None:
    browser = desk.stranger()
    before = browser.get("/desk/login") and browser.cookie()
    _, answer = desk.sign_in("writer@example.org", browser=browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert before not in cookie
    with db.reading() as session:
        assert session.get(Session, accounts.digest(browser.cookie()))
        assert not session.get(Session, browser.cookie())


def test_wrong_password_unknown_account_and_closed_account_are_told_alike(desk: Desk) -> None:
    from feedsvc.newsroom.workflow import SYSTEM

    road.act(accounts.disable, "editor@example.org", actor=SYSTEM)
    told = set()
    for email, password in (
        ("writer@example.org", "wrong"),
        ("nobody@example.org", "wrong"),
        ("editor@example.org", PASSWORD),
        ("", ""),
    ):
        browser, answer = desk.sign_in(email, password)
        assert answer.status_code == 422
        assert f'value="{email}"' in answer.text
        assert "correct horse" not in answer.text
        told.add(words(answer))
        assert browser.get("/desk/items").status_code == 303
    assert len(told) == 1


def test_failures_make_the_address_wait(desk: Desk) -> None:
    for _ in range(accounts.FREE_TRIES):
        assert desk.sign_in("writer@example.org", "wrong")[1].status_code == 422
    _, answer = desk.sign_in("writer@example.org")
    assert answer.status_code == 429
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    assert re.search(r"Wait \d+ seconds", words(answer))
    assert desk.sign_in("publisher@example.org")[1].status_code == 303


def test_no_rows_are_written_for_visitors(desk: Desk) -> None:
    before = desk.rows()
    browser = desk.stranger()
    for path in ("/desk/login", "/desk/items", "/desk/link/nonsense", "/desk/none"):
        browser.get(path)
    assert desk.rows() == before


def test_a_planted_cookie_is_worth_nothing_after_sign_in(desk: Desk) -> None:
    attacker = desk.stranger()
    attacker.get("/desk/login")
    planted = attacker.cookie()
    victim = desk.stranger()
    victim.client.set_cookie("feedsvc", planted)
    desk.sign_in("admin@example.org", browser=victim)
    assert victim.cookie() != planted
    assert attacker.get("/desk/items").status_code == 303
    chosen = desk.stranger()
    chosen.client.set_cookie("feedsvc", "a-secret-that-the-attacker-chose")
    desk.sign_in("admin@example.org", browser=chosen)
    assert chosen.cookie() != "a-secret-that-the-attacker-chose"


def test_signing_out_kills_the_copied_cookie(desk: Desk) -> None:
    browser = desk.person("writer")
    thief = desk.stranger()
    thief.client.set_cookie("feedsvc", browser.cookie())
    assert thief.get("/desk/items").status_code == 200
    assert browser.post("/desk/logout").status_code == 303
    assert "signed out" in words(browser.get("/desk/login"))
    assert thief.get("/desk/items").status_code == 303


def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    browser = desk.person("writer")
    old = browser.cookie()
    page = browser.get("/desk/items")
    browser.client.post(
        "/desk/login", data={"csrf_token": token(page), "email": "admin@example.org", "password": PASSWORD}
    )
    assert browser.cookie() != old
    thief = desk.stranger()
    thief.client.set_cookie("feedsvc", old)
    assert thief.get("/desk/items").status_code == 303


@pytest.mark.parametrize("cookie", ["x", "x.y.z", "....", "é", "a" * 5000, "'; --"])
def test_a_broken_cookie_is_nobody(desk: Desk, cookie: str) -> None:
    answer = desk.stranger().get("/desk/items", headers={"Cookie": f"feedsvc={cookie}"})
    assert answer.status_code == 303


def test_a_session_ends_without_use_and_lives_on_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.person("writer")
    start = clock.now()
    for hours in (11, 22, 33):
        monkeypatch.setattr(clock, "now", lambda hours=hours: start + timedelta(hours=hours))
        assert browser.get("/desk/items").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=46))
    assert browser.get("/desk/items").status_code == 303


def test_a_page_that_changes_nothing_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.person("writer")
    written = []
    monkeypatch.setattr(road, "act", lambda *args, **_: written.append(args))
    answer = browser.get("/desk/items")
    assert answer.status_code == 200
    assert not written
    assert "Set-Cookie" not in answer.headers


def test_a_one_time_link_works_once_and_looking_at_it_does_not_use_it_up(desk: Desk) -> None:
    secret = desk.link("writer@example.org")
    scanner, browser = desk.stranger(), desk.stranger()
    for _ in range(3):
        assert scanner.get(f"/desk/link/{secret}").status_code == 200
    page = browser.get(f"/desk/link/{secret}")
    sent = {"csrf_token": token(page), "password": "a brand new password", "again": "a brand new password"}
    assert browser.client.post(f"/desk/link/{secret}", data=sent).status_code == 303
    assert browser.get("/desk/items").status_code == 200
    again = desk.stranger()
    assert again.get(f"/desk/link/{secret}").status_code == 410
    assert desk.sign_in("writer@example.org", "a brand new password")[1].status_code == 303


def test_setup_takes_name_and_address_and_keeps_them_when_the_password_is_bad(desk: Desk) -> None:
    with db.transaction() as session:
        session.execute(update(User).values(password_hash=None))
    secret = desk.link("admin@example.org")
    browser = desk.stranger()
    address = f"/desk/setup/{secret}"
    sent = {
        "csrf_token": token(browser.get(address)),
        "name": "Aysel",
        "email": "aysel@example.org",
        "password": "short",
        "again": "short",
    }
    bad = browser.client.post(address, data=sent)
    assert bad.status_code == 422
    assert "at least 12" in words(bad)
    for value in ('value="Aysel"', 'value="aysel@example.org"'):
        assert value in bad.text
    differ = browser.client.post(address, data=sent | {"password": "long enough, this", "again": "something else too"})
    assert "differ" in words(differ)
    taken = browser.client.post(
        address,
        data=sent | {"email": "writer@example.org", "password": "long enough, this", "again": "long enough, this"},
    )
    assert taken.status_code == 422
    good = browser.client.post(address, data=sent | {"password": "long enough, this", "again": "long enough, this"})
    assert good.status_code == 303
    with db.reading() as session:
        user = accounts.find_user(session, "aysel@example.org")
        assert (user.name, user.role.name) == ("Aysel", "admin")
        told = session.scalars(select(Audit).where(Audit.action == "move-user")).one()
        assert (told.subject, told.detail["email"]) == ("admin@example.org", "aysel@example.org")


def test_where_somebody_has_a_password_a_link_is_no_setup(desk: Desk) -> None:
    secret = desk.link("writer@example.org")
    browser = desk.stranger()
    address = f"/desk/setup/{secret}"
    page = browser.get(address)
    assert 'name="email"' not in page.text
    sent = {
        "csrf_token": token(page),
        "name": "Somebody Else",
        "email": "boss@example.org",
        "password": "long enough, this",
        "again": "long enough, this",
    }
    short = browser.client.post(address, data=sent | {"password": "short"})
    assert (short.status_code, 'name="email"' in short.text, "boss@" in short.text) == (422, False, False)
    assert browser.client.post(address, data=sent).status_code == 303
    with db.reading() as session:
        user = accounts.find_user(session, "writer@example.org")
        assert user.name == "Writer"
    again = desk.link("writer@example.org")
    used = road.act(links.use_link, again, life=desk_session.life(), name="Else", email="boss@example.org")
    with db.reading() as session:
        assert accounts.find_session(session, used, now=clock.now())
        assert accounts.find_user(session, "writer@example.org").name == "Writer"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/desk\\..\\x", "/desk/..//evil.example", "javascript:alert(1)", "/news/x",
     "/desk//evil.example", "/deskevil", "/desk/items\r\nX: y", "/desk/@evil", "/desk/login", "", "/desk/" + "x" * 600, "http:desk", "/desk\t/x"],
)  # fmt: skip
def test_next_leads_nowhere_else(desk: Desk, wanted: str) -> None:
    assert auth.local_path(wanted) == "/desk/"
    browser = desk.stranger()
    page = browser.get("/desk/login", query_string={"next": wanted})
    sent = {"csrf_token": token(page), "email": "writer@example.org", "password": PASSWORD, "next": wanted}
    assert browser.client.post("/desk/login", data=sent).headers["Location"] == "/desk/"


def test_next_leads_back(desk: Desk) -> None:
    browser = desk.stranger()
    asked = browser.get("/desk/items?before=1-2")
    assert asked.status_code == 303
    page = browser.get(asked.headers["Location"])
    wanted = re.search(r'name="next" value="([^"]+)"', page.text)
    assert wanted
    assert wanted[1] == "/desk/items?before=1-2"
    sent = {"csrf_token": token(page), "email": "writer@example.org", "password": PASSWORD, "next": wanted[1]}
    assert browser.client.post("/desk/login", data=sent).headers["Location"] == "/desk/items?before=1-2"


def test_public_pages_neither_set_nor_read_a_cookie(desk: Desk) -> None:
    signed_in, stranger = desk.person("admin"), desk.stranger()
    for path in (
        "/",
        "/archive",
        "/feeds",
        "/news/bakcell-media-trip-karabakh",
        "/nowhere",
        "/static/feedsvc.css",
        "/healthz",
    ):
        with_cookie, without = signed_in.get(path), stranger.get(path)
        for answer in (with_cookie, without):
            assert "Set-Cookie" not in answer.headers
            assert "cookie" not in answer.headers.get("Vary", "").lower()
        assert with_cookie.data == without.data
        with_cookie.close()
        without.close()


def test_https_makes_the_cookie_secure_and_bound_to_the_host(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_BASE_URL", "https://news.example.com")
    settings.current.cache_clear()
    cookie = desk.stranger().get("/desk/login").headers["Set-Cookie"]
    assert cookie.startswith("__Host-feedsvc=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_plain_http_off_loopback_is_warned_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not protected" not in words(desk.stranger().get("/desk/login"))
    monkeypatch.setenv("FEEDSVC_BASE_URL", "http://newsroom.lan")
    settings.current.cache_clear()
    assert "not protected" in words(desk.stranger().get("/desk/login"))
    assert frame.is_open_line("http://10.0.0.7:8000")
    assert not frame.is_open_line("http://[::1]:8000")
    assert not frame.is_open_line("https://10.0.0.7")


def test_a_disabled_account_is_out_at_once(desk: Desk) -> None:
    browser = desk.person("writer")
    with db.transaction() as session:
        user: User = accounts.find_user(session, "writer@example.org")
        user.active = False
    assert browser.get("/desk/items").status_code == 303


def test_no_desk_page_is_kept_by_a_cache(desk: Desk) -> None:
    browser: Browser = desk.person("admin")
    key = desk.item()
    for path in ("/desk/items", "/desk/login", f"/desk/items/{key}", f"/desk/items/{key}/preview", "/desk/nothing"):
        answer = browser.get(path)
        assert "no-store" in answer.headers["Cache-Control"]
    assert browser.get(f"/desk/items/{key}/preview").headers["X-Robots-Tag"] == "noindex"
