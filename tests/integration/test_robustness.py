"""What is odd, hostile or broken costs only itself: formatting, passwords, the environment, mail, moments."""

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import nh3
import pytest
from api_client import ITEMS, Api
from databases import Database, let_go
from desk_newsroom import Desk, fields
from patience import PATIENCE
from sqlalchemy import func, select

from feedsvc import cli, clock, db, egress, jobs, road, settings
from feedsvc.errors import Invalid
from feedsvc.models import Change, Publication, Translation
from feedsvc.models.record import Notice
from feedsvc.newsroom import accounts, html, items, passwords, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.record import notice
from feedsvc.newsroom.workflow import SYSTEM


def bold(many: int) -> str:
    return "".join(f"<b lang=x{number}>" for number in range(many))


HOSTILE = {
    "never closed": bold(30_000),
    "again in each paragraph": bold(100) + "<p>x" * 15_000,
    "closed in attributes alone": bold(9_000).replace(">", " title='</b>'>"),
    "closed in comments alone": bold(6_000).replace(">", "><!-- </b> -->"),
    "closed in a foreign style": "<svg><style>" + bold(9_000).replace("<", "</b><").replace("style", "x"),
    "out of reach of its end": "".join(f"<b lang=x{n}>{'<div>' * 9}</b>{'</div>' * 9}" for n in range(900)),
    "cells without a table": "".join(f"<td><b lang=x{n}>x</td>" for n in range(5_000)),
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">x</p>",
    "no-break spaces": "\xa0" * 500_000,
    "never finished": "<a " * 160_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long_to_read(name: str) -> None:
    began = time.process_time()
    once = html.sanitise(HOSTILE[name])
    assert time.process_time() - began < 2 * PATIENCE
    assert html.sanitise(once) == once


def test_formatting_beyond_measure_is_refused_and_its_words_are_shown() -> None:
    markup = bold(300) + "a &amp; “ə” &lt;b&gt;\xa0<script>no()</script>"
    assert html.sanitise(markup) == "<p>a &amp; “ə” &lt;b&gt;</p>"
    with pytest.raises(Invalid) as caught:
        checked(ItemDraft(headline="x", body_html=markup), ("en",))
    assert caught.value.problems == {"body_html": ("too_formatted", {})}


@pytest.mark.parametrize(
    "markup",
    [
        "<p>word" * 5_000,
        "<ul>" + "<li>word <b>bold</b>" * 3_000,
        "<dl>" + "<dt>a<dd>b" * 2_000,
        "<table>" + "<tr><td>1<td><p>2<p>3" * 2_000,
        "<p><b>never closed</p>" * 500,
        "<p><a name=x>old</p>" * 500,
        "<div><span>x</span><p>y<div>z</div></div>" * 1_000,
        "<p><b><p>wrongly</b> nested" * 500,
        "<!--[if gte mso 9]>" + "<w:x/>" * 400 + "<![endif]--><svg>" + "<path/>" * 400 + "</svg><p>x</p>",
    ],
)
def test_an_article_that_was_pasted_carelessly_is_taken(markup: str) -> None:
    assert checked(ItemDraft(headline="x", body_html=markup), ("en",)).body_html == nh3.clean(
        markup, tags=html.TAGS, attributes=html.ATTRIBUTES, link_rel=None
    )


@pytest.fixture
def nobody_writes(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether another writer could have begun at once, for each time that HTML was sanitised."""
    could: list[bool] = []
    clean = nh3.clean

    def watched(*args: Any, **kwargs: Any) -> str:
        could.append(database.could_write())
        return clean(*args, **kwargs)

    monkeypatch.setattr(nh3, "clean", watched)
    return could


def test_nothing_is_sanitised_while_others_wait_to_write(desk: Desk, nobody_writes: list[bool]) -> None:
    api = Api(app=desk.app)
    made = api.create(body_html="<p>One</p>")
    changed = api("PATCH", f"{ITEMS}/{made['id']}", {"body_html": "<p>Two</p>"}, If_Match="*")
    assert (changed.status_code, changed.get_json()["body_html"]) == (200, "<p>Two</p>")
    browser = desk.person("writer")
    typed = fields(browser.get("/desk/items/new")) | {"headline": "Typed", "body": "Words"}
    assert browser.client.post("/desk/items/new", data=typed).status_code == 303
    typed = fields(browser.get(f"/desk/items/{made['id']}")) | {"body": "Three"}
    assert browser.client.post(f"/desk/items/{made['id']}", data=typed).status_code == 303
    assert desk.stands(made["id"]).head.body_html == "<p>Three</p>"
    assert len(nobody_writes) >= 4
    assert all(nobody_writes)


def test_two_passwords_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, guard = [0], [0], threading.Lock()

    class Slow:
        def hash(self, _password: bytes) -> str:
            return self.verify("", b"") or "hash"

        def verify(self, _hash: str, _password: bytes) -> None:
            with guard:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with guard:
                now[0] -= 1

    monkeypatch.setattr(passwords, "_hasher", Slow())
    tried = accounts.Attempt("a@b.c", 1, "hash")
    threads = [threading.Thread(target=accounts.matches, args=(tried, "x")) for _ in range(6)]
    threads += [threading.Thread(target=accounts.hash_password, args=("x" * 12,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2


@pytest.mark.parametrize(
    ("command", "variables", "named"),
    [
        ("serve", {"PORT": "abc", "FEEDSVC_WORKERS": "abc"}, ["PORT", "FEEDSVC_WORKERS"]),
        ("serve", {"FEEDSVC_INSTANCE": "FILE"}, ["FEEDSVC_INSTANCE"]),
        ("init", {"FEEDSVC_INSTANCE": "/proc/none"}, ["FEEDSVC_INSTANCE"]),
        ("init", {"FEEDSVC_DATABASE_URL": "nonsense"}, ["FEEDSVC_DATABASE_URL"]),
        ("init", {"FEEDSVC_DATABASE_URL": "sqlite:x"}, ["FEEDSVC_DATABASE_URL"]),
        (
            "init",
            {"FEEDSVC_ADMIN_EMAIL": "me", "FEEDSVC_ADMIN_PASSWORD": "short", "FEEDSVC_SMTP_URL": "smtp://h:99999"},
            ["FEEDSVC_ADMIN_EMAIL", "FEEDSVC_ADMIN_PASSWORD", "FEEDSVC_SMTP_URL"],
        ),
        ("init", {"FEEDSVC_ADMIN_EMAIL": "me@here"}, ["FEEDSVC_ADMIN_PASSWORD"]),
        ("init", {"FEEDSVC_BASE_URL": "http://[x", "FEEDSVC_SECRET_KEY_FILE": "/"}, ["FEEDSVC_SECRET", "FEEDSVC_BASE"]),
        ("job beat", {"FEEDSVC_INSTANCE": "/proc/none"}, ["/proc/none"]),
    ],
)
def test_an_odd_environment_is_told_in_a_line_for_each_variable(
    tmp_path: Path, command: str, variables: dict[str, str], named: list[str]
) -> None:
    (tmp_path / "file").touch()
    told = {"FEEDSVC_INSTANCE": str(tmp_path / "instance")} | variables
    told = {name: str(tmp_path / "file") if value == "FILE" else value for name, value in told.items()}
    program = [sys.executable, "-m", "feedsvc", *command.split()]
    done = subprocess.run(program, env=told, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == len(named), done.stderr
    assert all(name in line for name, line in zip(named, lines, strict=True)), done.stderr


def test_a_database_that_is_away_just_when_the_server_is_ready_does_not_end_it(
    instance: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    let_go()
    database.away()
    cli._welcome()
    told = capsys.readouterr().out
    assert "is ready" in told
    assert "The database does not answer" in told


@pytest.mark.parametrize("name", ["a#b", "a?b", "a%23b", "a b", "ə"])
def test_database_is_where_the_instance_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    made = db.engine(settings.Settings(instance=folder).database, create=True)
    made.connect().close()
    made.dispose()
    assert (folder / "newsroom.sqlite").exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("error", [ValueError("odd"), UnicodeEncodeError("ascii", "ə", 0, 1, "odd"), OSError("away")])
def test_a_mail_that_cannot_be_sent_holds_up_no_other(
    instance: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    sent = []

    def send(_settings: object, _to: list[str], subject: str, _body: str) -> None:
        if subject == "odd":
            raise error
        sent.append(subject)

    monkeypatch.setenv("FEEDSVC_SMTP_URL", "smtp://localhost:2525")
    settings.current.cache_clear()
    monkeypatch.setattr(egress, "send_mail", send)
    with db.transaction() as session:
        accounts.add_user(session, "p@example.org", "P", "publisher", actor=SYSTEM, now=clock.now())
        for subject in ("odd", "good"):
            notice(session, "missed", subject, "…", clock.now())
    assert jobs.run("mail") == 1
    assert sent == ["good"]
    with db.reading() as session:
        assert [row.tries for row in session.scalars(select(Notice).order_by(Notice.id))] == [1, 0]


def test_all_that_is_due_is_told_in_one_go_and_a_half_told_row_is_healed(instance: Path) -> None:
    made = road.act(items.create, checked(ItemDraft(headline="Many"), ("en",)), actor=SYSTEM)
    road.act(publishing.publish, made.item.key, actor=SYSTEM)
    with db.transaction() as session:
        translation = session.get_one(Translation, made.id)
        many = [
            Publication(
                translation_id=made.id, revision_id=translation.head_id, language="en", kind="update", opening=False,
                at=clock.now() - timedelta(seconds=1), created_at=clock.now(), note="",
            )
            for _ in range(401)
        ]  # fmt: skip
        session.add_all(many)
        session.flush()
        session.add(Change(kind="live", at=clock.now(), publication_id=many[0].id))
    assert jobs.run("live") == 401
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(Publication.live_at.is_(None))) == 0
        live = select(func.count()).where(Change.kind == "live", Change.publication_id >= many[0].id)
        assert session.scalar(live) == 401
    assert jobs.run("live") == 0
