"""Personal links for journalists: what they show, to whom, until when, and what they never give away."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from desk_newsroom import Desk, words
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, NotAllowed, NotNow
from feedsvc.models import Audit, PreviewLink
from feedsvc.newsroom import contacts, items, previews, publishing
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.record import broken_seal
from feedsvc.newsroom.workflow import ROLES, SYSTEM, Actor
from feedsvc.web.site import previews as pages

NEVER = "/preview/" + "x" * 43


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """The clock, to be put forward."""
    state = {"now": clock.now()}
    monkeypatch.setattr(clock, "now", lambda: state["now"])
    return state


def act(verb: Any, *args: Any, **kwargs: Any) -> Any:
    return road.act(verb, *args, actor=SYSTEM, **kwargs)


def link(key: str, **asked: Any) -> tuple[int, str]:
    """Its number, and its path."""
    row, secret = act(previews.make, key, **({"name": "Leyla <Ah>"} | asked))
    return row.id, f"/preview/{secret}"


def change(key: str, number: int, **given: Any) -> None:
    text = checked(ItemDraft(**({"headline": "A draft of ours", "body_html": "<p>Later words.</p>"} | given)), ("en",))
    act(items.save, key, text, base=number)


def audited(action: str) -> list[Audit]:
    with db.reading() as session:
        return list(session.scalars(select(Audit).where(Audit.action == action)))


def alike(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    return (
        answer.status_code,
        answer.data,
        sorted((n, v) for n, v in answer.headers if n not in ("Date", "X-Request-Id")),
    )


def test_a_link_is_made_once_read_with_a_button_and_called_back(desk: Desk) -> None:
    key = desk.item(headline="Merger of the year", subhead="Second line", dateline="BAKU")
    browser, journalist = desk.person("editor"), desk.stranger()
    made = browser.post(f"/desk/items/{key}/previews", {"name": "Leyla", "email": "leyla@paper.example", "hours": "24"})
    found = re.search(r'value="[^"]+(/preview/[\w-]{43})"', made.text)
    assert (made.status_code, bool(found)) == (200, True)
    path = found[1] if found else ""
    assert path not in browser.get(f"/desk/items/{key}/previews").text
    door = journalist.get(path)
    assert door.status_code == 200
    assert "Leyla" in door.text
    assert "Merger" not in door.text  # whoever looks at links for people learns nothing
    assert "not yet" in words(browser.get(f"/desk/items/{key}/previews"))
    assert not audited("preview-read")
    read = journalist.client.post(path)
    assert read.status_code == 200
    for word in ("Merger of the year", "Second line", "BAKU", "Confidential, for Leyla.", "Not public before"):
        assert word in words(read), word
    for answer in (door, read):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers
        assert 'rel="canonical"' not in answer.text
    (row,) = audited("preview-read")
    assert (row.actor, row.subject) == ("Leyla <leyla@paper.example>", key)
    assert "not yet" not in words(browser.get(f"/desk/items/{key}/previews"))
    with db.reading() as session:
        number = session.scalars(select(PreviewLink.id)).one()
        assert broken_seal(session) is None
    answer = browser.post(f"/desk/items/{key}/previews/{number}/revoke", follow_redirects=True)
    assert "Called back" in answer.text
    assert alike(journalist.client.post(path)) == alike(journalist.client.post(NEVER))


def test_expired_called_back_withdrawn_and_never_existing_are_equal_to_the_byte(
    desk: Desk, time: dict[str, datetime]
) -> None:
    key = desk.item()
    _, expired = link(key, hours=1)
    number, revoked = link(key, hours=48)
    withdrawn_key = desk.item(headline="Taken back")
    _, withdrawn = link(withdrawn_key, hours=48)
    act(previews.revoke, key, number)
    time["now"] += timedelta(hours=1)
    act(publishing.publish, withdrawn_key)
    time["now"] += timedelta(hours=1)
    act(publishing.withdraw, withdrawn_key, "Wrong.")
    browser = desk.stranger()
    for method in ("GET", "HEAD", "POST"):
        never = alike(browser.client.open(NEVER, method=method))
        assert never[0] == 404
        for path in (expired, revoked, withdrawn):
            assert alike(browser.client.open(path, method=method)) == never
    assert not audited("preview-read")


def test_a_link_stands_to_the_newest_text_or_to_one_revision(desk: Desk) -> None:
    key = desk.item(body_html="<p>First words.</p>")
    _, newest = link(key)
    _, this = link(key, only_this=True)
    change(key, 1)
    browser = desk.stranger()
    assert "Later words." in browser.client.post(newest).text
    assert "First words." in browser.client.post(this).text


def test_once_published_it_leads_to_the_page_and_never_shows_a_later_draft(
    desk: Desk, time: dict[str, datetime]
) -> None:
    key = desk.item()
    act(publishing.schedule, key, time["now"] + timedelta(hours=2))
    _, path = link(key)
    browser = desk.stranger()
    assert "Not public before" in words(browser.get(path))
    time["now"] += timedelta(hours=3)
    change(key, 1, body_html="<p>Secret correction.</p>")
    for method in ("GET", "POST"):
        answer = browser.client.open(path, method=method)
        assert (answer.status_code, answer.headers["Location"].rsplit("/", 1)[1]) == (303, "a-draft-of-ours")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Secret" not in answer.text
    # A link that is made now is for the correction, until that is public as well.
    _, later = link(key)
    assert "Secret correction." in browser.client.post(later).text
    time["now"] += timedelta(minutes=1)
    act(publishing.correct, key, "Figures.")
    assert browser.client.post(later).status_code == 303


def test_under_a_hold_what_is_late_stays_confidential(desk: Desk, time: dict[str, datetime]) -> None:
    key = desk.item()
    act(publishing.schedule, key, time["now"] + timedelta(hours=1))
    act(publishing.hold)
    _, path = link(key)
    time["now"] += timedelta(hours=2)
    assert desk.stranger().client.post(path).status_code == 200


def test_a_flood_of_readings_fills_no_log(desk: Desk, time: dict[str, datetime]) -> None:
    _, path = link(desk.item())
    browser = desk.stranger()
    for _ in range(30):
        assert browser.client.post(path).status_code == 200
        assert browser.get(path).status_code == 200
    assert len(audited("preview-read")) == 1
    time["now"] += previews.AGAIN_AFTER
    browser.client.post(path)
    assert len(audited("preview-read")) == 2
    with db.reading() as session:
        row = session.scalars(select(PreviewLink)).one()
        assert (row.readings, row.read_at) == (2, time["now"])


def test_head_and_programs_that_look_at_links_are_no_readers(desk: Desk) -> None:
    _, path = link(desk.item())
    browser = desk.stranger()
    browser.client.head(path)
    for agent in ("Slackbot-LinkExpanding 1.0", "Mozilla/5.0 SkypeUriPreview", "TelegramBot"):
        assert "A draft of ours" not in browser.get(path, headers={"User-Agent": agent}).text
    assert not audited("preview-read")


def test_the_secret_is_kept_nowhere_and_stands_in_no_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = link(desk.item())
    secret = path.rsplit("/", 1)[1]
    with db.reading() as session:
        row = session.scalars(select(PreviewLink)).one()
        assert secret not in repr([getattr(row, c.key) for c in PreviewLink.__table__.columns])
        assert secret not in repr([a.detail for a in session.scalars(select(Audit))])

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(pages, "_open", broken)
    with structlog.testing.capture_logs() as logged:
        assert desk.stranger().get(path).status_code == 500
    assert logged[0]["event"] == "defect"
    assert secret not in repr([{k: v for k, v in line.items() if k != "exc_info"} for line in logged])


def test_contacts_that_are_not_for_readers_are_not_for_journalists_either(desk: Desk) -> None:
    seen = act(contacts.add, Card(name="Open Orxan", email="o@example.org")).id
    hidden = act(contacts.add, Card(name="Hidden Hikmet", email="h@example.org", public=False)).id
    _, path = link(desk.item(contacts=(seen, hidden)))
    said = words(desk.stranger().client.post(path))
    assert "Open Orxan" in said
    assert "Hikmet" not in said


def test_what_cannot_be_given_is_refused(desk: Desk) -> None:
    key = desk.item()
    for asked, field in (
        ({"name": " "}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"email": "nonsense"}, "email"),
        ({"hours": 0}, "hours"),
        ({"hours": 14 * 24 + 1}, "hours"),
    ):
        with pytest.raises(Invalid) as caught:
            link(key, **asked)
        assert set(caught.value.problems) == {field}
    with pytest.raises(NotNow):
        link(desk.seeded())
    writer = Actor(None, "w@example.org", "W", frozenset(ROLES["writer"]))
    with pytest.raises(NotAllowed):
        road.act(previews.make, key, name="A", actor=writer)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(PreviewLink)) == 0
    answer = desk.person("editor").post(f"/desk/items/{key}/previews", {"name": "", "hours": "9999999999"})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'id="hours-error"' in answer.text


def test_a_link_belongs_to_its_item(desk: Desk) -> None:
    number, path = link(desk.item())
    other = desk.item(headline="Another")
    assert desk.person("editor").post(f"/desk/items/{other}/previews/{number}/revoke").status_code == 404
    assert desk.stranger().get(path).status_code == 200


@pytest.mark.parametrize(("email", "told"), [("", "preview link"), ("leyla@paper.example", "leyla@paper.example")])
def test_reader_cannot_pose_as_somebody_in_the_log(desk: Desk, email: str, told: str) -> None:
    for name in ("admin@example.org", "system"):
        _, path = link(desk.item(), name=name, email=email)
        desk.stranger().client.post(path)
        assert audited("preview-read")[-1].actor == f"{name} <{told}>"


def test_newer_text_read_soon_after_is_written_down_too(desk: Desk, time: dict[str, datetime]) -> None:
    key = desk.item()
    _, path = link(key)
    browser = desk.stranger()
    browser.client.post(path)
    time["now"] += timedelta(minutes=1)
    change(key, 1)
    time["now"] += timedelta(minutes=1)
    for _ in range(3):
        browser.client.post(path)
    assert [row.detail["revision"] for row in audited("preview-read")] == [1, 2]
