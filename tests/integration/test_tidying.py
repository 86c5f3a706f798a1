"""What is cleared away after its time, and what never is."""

from datetime import timedelta
from typing import Any

import pytest
from desk_newsroom import Desk
from picture_samples import picture
from sqlalchemy import func, select

from feedsvc import clock, db, jobs, road
from feedsvc.models import Audit, Message, Notice, Picture, Rendition, User
from feedsvc.newsroom import pictures, record, templates, tidying, unsaved
from feedsvc.newsroom.accounts import actor_of, find_user
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.unsaved import Mark
from feedsvc.newsroom.workflow import SYSTEM

DAY = timedelta(days=1)


def kept(seed: int) -> Picture:
    return road.act(pictures.add, pictures.prepared(picture(64, 48, seed=seed), f"{seed}.jpg"), actor=SYSTEM)


def count(table: Any) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def at(monkeypatch: pytest.MonkeyPatch, moment: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_pictures_that_nothing_carries_go_and_no_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lonely, carried, typed, template, again = (kept(n) for n in range(1, 6))
    desk.item(pictures=(Caption(carried.key, "A tower"),))
    desk.person("writer")
    with db.reading() as session:
        writer = actor_of(find_user(session, "writer@example.org"))
    begun, now = Mark("a" * 20, "b" * 20, 0), clock.now()
    road.act(templates.add, "Usual", {"picture": [template.key]}, actor=SYSTEM)
    assert jobs.run("tidy") == 0
    at(monkeypatch, now + tidying.PICTURE_KEPT - DAY)
    road.act(unsaved.keep, "", [("picture", typed.key)], begun, actor=writer)
    assert kept(5).id == again.id  # the same file once more
    assert jobs.run("tidy") == 0
    at(monkeypatch, now + tidying.PICTURE_KEPT + DAY)
    assert jobs.run("tidy") == 1
    with db.reading() as session:
        assert set(session.scalars(select(Picture.key))) == {carried.key, typed.key, template.key, again.key}
        assert lonely.id not in set(session.scalars(select(Rendition.picture_id)))
        told = session.scalars(select(Audit).where(Audit.action == "sweep-pictures")).one()
        assert told.detail == {"pictures": 1}
        assert record.broken_seal(session) is None


def test_pictures_of_templates_keep_no_others_from_going(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [kept(n) for n in range(1, 8)]
    monkeypatch.setattr(tidying, "MOST", 20)  # Two pictures at once.
    road.act(templates.add, "Usual", {"picture": [row.key for row in rows[:5]]}, actor=SYSTEM)
    at(monkeypatch, clock.now() + tidying.PICTURE_KEPT + DAY)
    assert jobs.run("tidy") == 2
    with db.reading() as session:
        assert set(session.scalars(select(Picture.id))) == {row.id for row in rows[:5]}


def test_messages_that_were_read_and_mails_that_were_sent_go(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.person("writer")
    now = clock.now()
    with db.transaction() as session:
        user = session.scalars(select(User)).first()
        assert user
        for number, read_at in enumerate((now, now + 60 * DAY, None)):
            row = Message(user_id=user.id, kind="live", key=f"k{number}", item_id=1, language="en", at=now)
            row.by, row.note, row.read_at, row.moment = "", "", read_at, None
            session.add(row)
        for sent_at in (now, None):
            record.notice(session, "missed", "S", "B", now)
            session.scalars(select(Notice).order_by(Notice.id.desc())).first().sent_at = sent_at  # type: ignore[union-attr]
    assert jobs.run("tidy") == 0
    at(monkeypatch, now + tidying.MAIL_KEPT + DAY)
    assert (jobs.run("tidy"), count(Notice)) == (1, 1)
    at(monkeypatch, now + tidying.READ_KEPT + DAY)
    assert (jobs.run("tidy"), count(Message)) == (1, 2)
    at(monkeypatch, now + tidying.UNREAD_KEPT + DAY)
    assert (jobs.run("tidy"), count(Message)) == (2, 0)
