"""A seeded newsroom with people in it, and browsers to sit down at its desk with."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import databases
import pytest
from databases import Database
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from feedsvc import clock, db, road, settings
from feedsvc.models import Item, Revision, Session
from feedsvc.newsroom import accounts, items, links, publishing, seed, standing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import ROLES, SYSTEM
from feedsvc.web import desk_session

PASSWORD = "correct horse battery staple"
HASH = accounts.hash_password(PASSWORD)


def token(answer: TestResponse) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, answer.text[:2000]
    return found[1]


class Browser:
    """A browser at the desk; `post` sends the token of this session along, as the forms do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def token(self) -> str:
        return token(self.get("/desk/items", follow_redirects=True))

    def post(self, path: str, fields: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(fields or {})}, **kwargs)

    def cookie(self) -> str:
        found = self.client.get_cookie(desk_session.cookie_name())
        return found.value if found else ""


class Desk:
    """The newsroom under test."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def stranger(self) -> Browser:
        return Browser(self.app.test_client())

    def person(self, role: str) -> Browser:
        """Somebody of that role, signed in (without the slow look at a password)."""
        with db.transaction() as session:
            user = accounts.find_user(session, f"{role}@example.org")
            secret = accounts.open_session(session, user, now=clock.now(), life=desk_session.life())
        browser = self.stranger()
        browser.client.set_cookie(desk_session.cookie_name(), secret)
        return browser

    def sign_in(
        self, email: str, password: str = PASSWORD, browser: Browser | None = None
    ) -> tuple[Browser, TestResponse]:
        browser = browser or self.stranger()
        return browser, browser.client.post(
            "/desk/login", data={"csrf_token": token(browser.get("/desk/login")), "email": email, "password": password}
        )

    def link(self, email: str) -> str:
        return road.act(links.make_link, email, actor=SYSTEM)

    def item(self, **fields: Any) -> str:
        """A draft's key."""
        made = road.act(
            items.create,
            checked(ItemDraft(**({"headline": "A draft of ours", "body_html": "<p>Words.</p>"} | fields)), ("en",)),
            actor=SYSTEM,
        )
        return made.item.key

    def stands(self, key: str) -> Standing:
        with db.reading() as session:
            return standing.standing(session, standing.find(session, key), now=clock.now())

    def seeded(self) -> str:
        with db.reading() as session:
            return session.scalars(select(Item.key).order_by(Item.id)).first() or ""

    def rows(self) -> tuple[int, ...]:
        """How many items, revisions and sessions there are."""
        with db.reading() as session:
            return tuple(
                session.scalar(select(func.count()).select_from(table)) or 0 for table in (Item, Revision, Session)
            )

    def act(self, verb: str, key: str, *args: Any, **kwargs: Any) -> Any:
        return road.act(getattr(publishing, verb), key, *args, actor=SYSTEM, **kwargs)


def _seeded_with_people() -> None:
    with db.migrating() as connection:
        db.Base.metadata.create_all(connection)
    with db.transaction() as session:
        now = clock.now()
        seed.seed(session, now=now)
        for role in ROLES:
            accounts.add_user(
                session, f"{role}@example.org", role.title(), role, actor=SYSTEM, now=now, password_hash=HASH
            )


@pytest.fixture
def desk(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A newsroom of its own with one person of each role: writer@example.org and so on."""
    from apps import application

    monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path))
    settings.current.cache_clear()
    current = settings.current()
    settings.make_secret_key(current)
    databases.filled(database, "desk", _seeded_with_people)
    return Desk(application())


def fields(page: TestResponse) -> dict[str, Any]:
    """The item form of a page, as a browser would send it back untouched."""
    import lxml.html

    form = lxml.html.document_fromstring(page.text).xpath("//form[@id='item']")[0]
    found: dict[str, Any] = {}
    for element in form.xpath(".//input|.//textarea|.//select"):
        kind, name = element.get("type", ""), element.get("name")
        if not name or (kind == "checkbox" and element.get("checked") is None):
            continue
        if element.tag == "textarea":
            # lxml keeps the newline behind <textarea> that browsers drop; they send line ends as CRLF.
            value = (element.text or "").removeprefix("\n").replace("\n", "\r\n")
        elif element.tag == "select":
            value = (element.xpath("./option[@selected]/@value") or element.xpath("./option/@value"))[0]
        else:
            value = element.get("value", "")
        found.setdefault(name, []).append(value)
    return found


def words(page: TestResponse) -> str:
    """The text of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))
