"""Notices and the desk's first page: who is told what, once; and what a mail never says."""

from datetime import timedelta
from typing import Any

import pytest
from desk_newsroom import Desk, words
from sqlalchemy import select
from test_desk_people import Clock, hands, mailed

from feedsvc import clock, db, jobs, road
from feedsvc.feeds import watch, which
from feedsvc.models import Message, Notice
from feedsvc.newsroom import accounts, audience, items, messages, overview, publishing, reviewing, standing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.tallies import Polls
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.desk.dashboard import countdown

__all__ = ["hands", "mailed"]


@pytest.fixture(autouse=True)
def _new_watch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ticker that has seen no newsroom yet, and the feed of everything."""
    monkeypatch.setattr(jobs, "_WATCH", watch.Watch())
    road.act(which.ensure, ("en",))


def actor(role: str) -> Actor:
    with db.reading() as session:
        return accounts.actor_of(accounts.find_user(session, f"{role}@example.org"))


def written(by: str = "writer", headline: str = "A secret merger") -> str:
    text = checked(ItemDraft(headline=headline, body_html="<p>Words.</p>"), ("en",))
    return road.act(items.create, text, actor=actor(by)).item.key


def told(role: str) -> list[str]:
    """Kinds of a person's messages, the oldest first."""
    with db.reading() as session:
        return [row.kind for row, _key, _headline in messages.of(session, actor(role).user_id or 0, limit=50)][::-1]


def letters() -> list[Notice]:
    with db.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def test_review_is_told_to_whom_it_concerns_and_to_nobody_else(desk: Desk) -> None:
    key = written()
    road.act(items.submit, key, actor=actor("writer"), to="editor@example.org", note="Please look.")
    road.act(reviewing.comment, key, "Nearly.", actor=actor("publisher"))
    road.act(reviewing.request_changes, key, "The figure is wrong.", actor=actor("editor"))
    road.act(items.submit, key, actor=actor("writer"))
    road.act(items.approve, key, actor=actor("editor"))
    assert told("writer") == ["comment", "changes", "approved"]
    assert told("editor") == ["assigned", "comment"]
    assert told("admin") == []
    page = words(desk.person("writer").get("/desk/notices"))
    assert "The figure is wrong." in page
    assert "A secret merger" in page
    assert "Notices 3 unread" in page


def test_no_mail_says_what_an_item_is_about_before_it_is_public(desk: Desk, mailed: list[Any]) -> None:
    key = written()
    road.act(reviewing.assign, key, "editor@example.org", actor=actor("admin"))
    road.act(items.submit, key, actor=actor("writer"))
    road.act(reviewing.request_changes, key, "The merger with Azercosmos.", actor=actor("editor"))
    road.act(items.submit, key, actor=actor("writer"))
    road.act(items.approve, key, actor=actor("editor"))
    jobs.run("mail")
    assert len(mailed) >= 3
    assert not [letter for letter in mailed if "merger" in str(letter)]
    assert all(key in body for _to, _subject, body in mailed)
    road.act(publishing.publish, key, actor=actor("publisher"))
    jobs.run("mail")
    assert "Live: A secret merger" in [subject for _to, subject, _body in mailed]


def test_plan_is_told_an_hour_ahead_then_live_and_each_once(desk: Desk, hands: Clock) -> None:
    key = written()
    road.act(publishing.schedule, key, hands.now + timedelta(hours=3), actor=actor("publisher"))
    assert jobs.run("remind") == 0
    hands.pass_by(hours=2, minutes=1)
    assert [jobs.run("remind"), jobs.run("remind")] == [2, 0]
    hands.pass_by(minutes=59)
    assert jobs.run("live") == 1
    assert jobs.run("live") == 0
    assert told("writer") == told("publisher") == ["soon", "live"]
    assert told("admin") == []


def test_crash_between_two_ticks_tells_nobody_twice(desk: Desk, hands: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    key = written()
    road.act(publishing.schedule, key, hands.now + timedelta(hours=3), actor=actor("publisher"))
    hands.pass_by(hours=3, seconds=1)

    class Killed(BaseException):
        pass

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    whole = messages.out
    monkeypatch.setattr(messages, "out", die)
    with pytest.raises(Killed):
        jobs.run("live")
    assert told("writer") == []
    monkeypatch.setattr(messages, "out", whole)
    jobs.run("live")
    jobs.run("live")
    assert told("writer") == ["live"]


def test_the_same_thing_is_told_once(desk: Desk) -> None:
    key = written()
    with db.transaction() as session:
        translation, people = standing.find(session, key), [actor("writer").user_id]
        told_now = [
            messages.tell(session, "changes", translation, people, actor=actor("editor"), now=clock.now())
            for _ in range(2)
        ]
    assert told_now == [1, 0]


def test_mail_of_what_went_live_names_what_readers_see(desk: Desk, mailed: list[Any], hands: Clock) -> None:
    key = written(headline="What readers see")
    road.act(publishing.schedule, key, hands.now + timedelta(hours=1), actor=actor("publisher"))
    secret = checked(ItemDraft(headline="A secret merger", body_html="<p>Words.</p>"), ("en",))
    road.act(items.save, key, secret, base=1, actor=actor("writer"))
    hands.pass_by(hours=1, seconds=1)
    jobs.run("live")
    jobs.run("mail")
    assert {subject for _to, subject, _body in mailed} == {"Live: What readers see"}
    assert "merger" not in str(mailed)


def test_late_moment_is_told_as_late_to_all_who_may_publish(desk: Desk, hands: Clock) -> None:
    key = written()
    road.act(publishing.schedule, key, hands.now + timedelta(minutes=5), actor=actor("publisher"))
    hands.pass_by(minutes=9)
    jobs.run("live")
    assert [told(role) for role in ("writer", "publisher", "admin", "editor")] == [["late"], ["late"], ["late"], []]
    assert [row.kind for row in letters()] == ["missed"]
    assert "went live later than planned" in words(desk.person("admin").get("/desk/"))


def test_plan_made_within_the_hour_or_called_off_needs_no_word(desk: Desk, hands: Clock) -> None:
    near, off = written(), written()
    road.act(publishing.schedule, near, hands.now + timedelta(minutes=30), actor=actor("publisher"))
    road.act(publishing.schedule, off, hands.now + timedelta(hours=2), actor=actor("publisher"))
    road.act(publishing.unschedule, off, actor=actor("publisher"))
    hands.pass_by(minutes=20)
    assert jobs.run("remind") == 0
    hands.pass_by(minutes=60)
    assert jobs.run("remind") == 0


def test_people_choose_what_is_mailed(desk: Desk, mailed: list[Any]) -> None:
    browser = desk.person("writer")
    browser.post("/desk/me/mails", {"mails": ["changes", "nonsense"]})
    key = written()
    road.act(reviewing.assign, key, "writer@example.org", actor=actor("admin"))
    assert told("writer") == ["assigned"]
    assert letters() == []
    admin = desk.person("admin")
    admin.post("/desk/me/mails", {"mails": []})
    with db.transaction() as session:
        messages.letter(session, "message-x", "", "To all who may publish", "…", clock.now())
    jobs.run("mail")
    assert [to for to, _subject, _body in mailed] == [["publisher@example.org"]]


def test_marking_as_read_is_for_the_own_ones_up_to_what_was_seen(desk: Desk) -> None:
    first, second = written(), written()
    for key in (first, second):
        road.act(reviewing.assign, key, "writer@example.org", actor=actor("admin"))
    with db.reading() as session:
        ids = sorted(session.scalars(select(Message.id)))
    writer, editor = desk.person("writer"), desk.person("editor")
    editor.post("/desk/notices", {"up_to": str(ids[-1])})
    editor.post(f"/desk/notices/{ids[0]}")
    assert "Notices 2 unread" in words(writer.get("/desk/notices"))
    writer.post("/desk/notices", {"up_to": str(ids[0])})
    assert "Notices 1 unread" in words(writer.get("/desk/notices"))
    writer.post(f"/desk/notices/{ids[1]}")
    assert "unread" not in words(writer.get("/desk/notices"))
    assert writer.post("/desk/notices", {"up_to": "x" * 50}).status_code == 303


def test_notices_go_on_by_pages(desk: Desk) -> None:
    key = written()
    for number in range(35):
        road.act(reviewing.comment, key, f"note {number}", actor=actor("admin"))
    browser = desk.person("writer")
    first = browser.get("/desk/notices").text
    assert "note 34" in first
    assert "note 4<" not in first
    older = first.partition("?before=")[2].partition('"')[0]
    assert "note 4<" in browser.get(f"/desk/notices?before={older}").text


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=-5), "in 0 seconds"),
        (timedelta(seconds=1), "in 1 second"),
        (timedelta(seconds=59, microseconds=9), "in 59 seconds"),
        (timedelta(minutes=1), "in 1 min"),
        (timedelta(hours=3, minutes=20, seconds=59), "in 3 h 20 min"),
        (timedelta(hours=47, minutes=59), "in 47 h 59 min"),
        (timedelta(days=2), "in 2 days"),
    ],
)
def test_countdown_is_in_words(desk: Desk, left: timedelta, said: str) -> None:
    with desk.app.test_request_context("/desk/"):
        from flask import g

        g.language = "en"
        assert countdown(left) == said


def test_first_page_says_what_is_mine_what_waits_and_what_goes_out(desk: Desk) -> None:
    mine, planned, live = written(headline="Mine alone"), written(headline="Planned one"), written(headline="Just out")
    road.act(items.submit, mine, actor=actor("writer"))
    road.act(publishing.schedule, planned, clock.now() + timedelta(days=400), actor=actor("publisher"))
    road.act(publishing.publish, live, actor=actor("publisher"))
    writer, editor = words(desk.person("writer").get("/desk/")), words(desk.person("editor").get("/desk/"))
    assert "Mine alone" in writer.partition("Waiting for me")[0]
    assert "Mine alone" in editor.partition("Waiting for me")[2].partition("Going live")[0]
    for page in (writer, editor):
        assert "Planned one in 399 days" in page or "Planned one in 400 days" in page
        assert "Just out" in page.partition("Live now")[2]
        assert "nobody has fetched its feeds yet" in page
    assert "First steps" not in writer
    with db.transaction() as session:
        day = clock.now().date()
        audience.note(session, [Polls(day, "news", "en", "atom", 200, "Feedly", 7, 0)], now=clock.now())
        audience.note(session, [Polls(day, "news", "en", "atom", 304, "Feedly", 90, 0)], now=clock.now())
    assert "fetched 7 times" in words(desk.person("writer").get("/desk/"))


def test_problems_are_told_to_those_who_can_look_after_them(desk: Desk, mailed: list[Any], hands: Clock) -> None:
    road.act(reviewing.assign, written(), "editor@example.org", actor=actor("admin"))
    with db.transaction() as session:
        for row in session.scalars(select(Notice)):
            row.tries = 9
    for role, sees in (("writer", False), ("editor", False), ("publisher", True), ("admin", True)):
        assert ("cannot be sent" in words(desk.person(role).get("/desk/"))) == sees


def test_a_withdrawn_item_is_not_among_what_is_live(desk: Desk) -> None:
    key = written(headline="Taken back")
    road.act(publishing.publish, key, actor=actor("publisher"))
    road.act(publishing.withdraw, key, "A mistake.", actor=actor("publisher"))
    with db.reading() as session:
        keys = [one.key for one in overview.just_out(session, ("en",), now=clock.now())]
    assert key not in keys
