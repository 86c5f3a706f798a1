"""Mails to the newsroom's people: each one sent, and sent once, however many tickers there are."""

import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from feedsvc import clock, db, egress, jobs, settings
from feedsvc.models.record import Notice
from feedsvc.newsroom import accounts, notices
from feedsvc.newsroom.record import notice
from feedsvc.newsroom.workflow import SYSTEM


@pytest.fixture
def eight(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight mails that wait, and somebody to read them."""
    monkeypatch.setenv("FEEDSVC_SMTP_URL", "smtp://localhost:2525")
    settings.current.cache_clear()
    with db.transaction() as session:
        accounts.add_user(session, "p@example.org", "P", "publisher", actor=SYSTEM, now=clock.now())
        for number in range(8):
            notice(session, "missed", f"mail {number}", "…", clock.now())


def test_tickers_that_meet_send_each_mail_once(eight: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: Counter[str] = Counter()

    def send(_settings: object, _to: list[str], subject: str, _body: str) -> None:
        time.sleep(0.02)
        sent[subject] += 1

    monkeypatch.setattr(egress, "send_mail", send)
    tickers = [threading.Thread(target=jobs.run, args=("mail",)) for _ in range(4)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join()
    assert sent == Counter({f"mail {number}": 1 for number in range(8)})


def test_a_ticker_that_ends_before_its_mail_is_sent_loses_none(eight: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(egress, "send_mail", die)
    with pytest.raises(Killed):
        jobs.run("mail")
    with db.transaction() as session:
        first = session.scalars(select(Notice).order_by(Notice.id)).first()
        assert first
        assert first.sent_at is None
        later = clock.now() + notices.CLAIMED
        assert notices.claim(session, now=later - timedelta(seconds=2)) is not first
        again = notices.claim(session, now=later + timedelta(seconds=1))
        assert again is first
