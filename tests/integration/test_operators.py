"""What operators see: names of requests, lines of the log, figures; and what is forgotten when its time is over."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from apps import application
from sqlalchemy import func, insert, select

from feedsvc import clock, db, jobs, logs, settings
from feedsvc.backups import keeping
from feedsvc.models import Item, Notice, Poll, PreviewLink, Translation
from feedsvc.newsroom.retention import PREVIEWS
from feedsvc.newsroom.tidying import MAIL_KEPT as MAILS
from feedsvc.web import app as web
from feedsvc.web import traces

FIGURE = re.compile(r"`(feedsvc_\w+)(\{[\w,]+\})?`")


def test_a_request_has_one_name_in_its_answer_and_in_every_line_of_the_log(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEEDSVC_LOG_REQUESTS", "true")
    settings.current.cache_clear()
    structlog.reset_defaults()
    for module in (traces, web):  # A logger is made once, at its first line: another test may have had that.
        monkeypatch.setattr(module, "log", structlog.get_logger())
    app = application()
    monkeypatch.setitem(app.view_functions, "site.about", lambda **_: 1 / 0)
    client = app.test_client()
    capsys.readouterr()
    logs.configure()
    try:
        given = client.get("/", headers={"X-Request-Id": "proxy-0123.abc"})
        made = [
            client.get(path)
            for path in ("/news/never-was?email=a@example.org", "/preview/secret-word", "/api/v1/items")
        ]
        forged = client.get("/", headers={"X-Request-Id": "</script> or worse"})
        broken = client.get("/about", headers={"X-Request-Id": "broken-request"})
    finally:
        structlog.reset_defaults()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert (given.status_code, given.headers["X-Request-Id"]) == (200, "proxy-0123.abc")
    names = [answer.headers["X-Request-Id"] for answer in (*made, forged)]
    assert len(set(names)) == 4
    assert all(len(name) == 16 for name in names)
    told = [line for line in lines if line["event"] == "request"]
    assert [line["request"] for line in told] == ["proxy-0123.abc", *names, "broken-request"]
    assert [line["status"] for line in told] == [200, 404, 404, 401, 200, 500]
    assert {line["path"] for line in told} == {"/", "/news/never-was", "/preview/…", "/api/v1/items", "/about"}
    assert broken.status_code == 500
    assert [line["request"] for line in lines if line["event"] == "defect"] == ["broken-request"]
    assert "example.org" not in json.dumps(lines)
    assert "secret-word" not in json.dumps(lines)


def test_figures_for_all_and_more_for_those_who_have_the_token(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = application().test_client().get("/metrics")
    assert open_to_all.status_code == 200
    assert 'feedsvc_items_public{language="en"} 1' in open_to_all.text
    for word in ("mails", "late", "requests", "disk", "backup", "signed_in"):
        assert word not in open_to_all.text
    token = "a-token-of-the-operators"
    monkeypatch.setenv("FEEDSVC_METRICS_TOKEN", token)
    settings.current.cache_clear()
    keeping.last_file(instance).touch()
    client = application().test_client()
    for sent in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer ü"}):
        refused = client.get("/metrics", headers=sent)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "feedsvc_" not in refused.text
    told = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert told.headers["Cache-Control"] == "no-store"
    for line in ("feedsvc_late 0", "feedsvc_mails_waiting 0", "feedsvc_signed_in 0", "feedsvc_database_up 1"):
        assert f"\n{line}\n" in told.text, told.text
    assert "feedsvc_backup_age_seconds" in told.text
    for line in told.text.splitlines():
        name, _, value = line.rpartition(" ")
        assert line.startswith("# ") or (name and float(value) >= 0), line


def test_every_figure_of_the_operators_page_is_told_and_no_other(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    table = page[page.index("| figure | wake somebody when |") :].partition("\n\n")[0]
    documented = {name: set(filter(None, labels.strip("{}").split(","))) for name, labels in FIGURE.findall(table)}
    monkeypatch.setenv("FEEDSVC_METRICS_TOKEN", "t" * 20)
    settings.current.cache_clear()
    with db.transaction() as session:
        polled = {"scope": "news", "language": "en", "format": "atom", "status": 200, "family": "curl"}
        session.execute(insert(Poll).values(day=clock.now().date(), count=1, subscribers=0, **polled))
    client, token = application().test_client(), {"Authorization": f"Bearer {'t' * 20}"}
    told = client.get("/metrics", headers=token).text
    lines = [line for line in told.splitlines() if not line.startswith("#")]
    found = {line.split("{")[0].split(" ")[0]: set(re.findall(r'(\w+)="', line)) for line in lines}
    assert found == documented
    # What never was is older than any bound: nothing that is left out wakes somebody.
    assert {"feedsvc_ticker_age_seconds +Inf", "feedsvc_backup_age_seconds +Inf"} <= set(lines)
    (instance / "run" / "no-scheduler").touch()
    assert "ticker_age" not in client.get("/metrics", headers=token).text


def test_what_is_personal_goes_when_its_time_is_over_and_not_before(instance: Path) -> None:
    now, day = clock.now(), timedelta(days=1)
    with db.transaction() as session:
        translation = session.scalars(select(Translation.id)).first()
        for number, sent in enumerate((now - MAILS - day, now - MAILS + day, None)):
            row = {
                "tries": 0,
                "created_at": now - MAILS * 2,
                "due_at": now,
                "sent_at": sent,
                "recipient": "a@example.org",
            }
            session.execute(insert(Notice).values(kind="late", subject=str(number), body="…", **row))
        links = [
            (now - PREVIEWS - day, None), (now - PREVIEWS + day, None), (now + day, now - PREVIEWS - day), (now + day, None),
        ]  # fmt: skip
        for number, (ends, revoked) in enumerate(links):
            row = {
                "translation_id": translation,
                "name": "Leyla",
                "email": "l@paper.example",
                "created_at": now - PREVIEWS * 2,
            }
            session.execute(
                insert(PreviewLink).values(digest=str(number), expires_at=ends, revoked_at=revoked, readings=0, **row)
            )
    assert jobs.run("tidy") == 3
    assert jobs.run("tidy") == 0
    with db.reading() as session:
        assert sorted(session.scalars(select(Notice.subject))) == ["1", "2"]
        assert sorted(session.scalars(select(PreviewLink.digest))) == ["1", "3"]
        assert session.scalar(select(func.count()).select_from(Item)) == 1
