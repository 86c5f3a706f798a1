"""`feedsvc doctor`: every finding is provoked once, and has a cure; and programs beside tables that a newer one made."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from apps import application
from click.testing import CliRunner
from databases import KIND
from sqlalchemy import insert, select, text, update

from feedsvc import clock, db, egress, errors, jobs, migrate, road, settings
from feedsvc.backups import keeping
from feedsvc.cli import cli
from feedsvc.doctor import inside, outside
from feedsvc.doctor.finding import BAD, GOOD, WARNING, Finding
from feedsvc.feeds import build
from feedsvc.models import Audit, Passkey, Publication, User
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM


def found(*names: str) -> dict[str, list[Finding]]:
    by_name: dict[str, list[Finding]] = {}
    for one in inside.examine():
        assert one.state == GOOD or one.cure.endswith((".", "?", "d")) or one.cure.startswith("ch"), one
        by_name.setdefault(one.name, []).append(one)
    return {name: by_name[name] for name in names} if names else by_name


def states(*names: str) -> list[str]:
    return [max((one.state for one in found(name)[name]), key=(GOOD, WARNING, BAD).index) for name in names]


def changed(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()


def test_what_is_found_says_who_where_and_why(instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    road.act(publishing.hold, "Somebody is ill", actor=SYSTEM)
    keeping.last_file(instance).touch()
    [held], [people], [backup] = found("publishing", "people", "backup").values()
    assert held.said.endswith(" UTC: Somebody is ill")
    assert "`feedsvc unhold --dry-run`" in held.cure
    assert "`feedsvc user link admin@localhost`" in people.cure
    assert backup.said.endswith("within the last two hours")
    changed(monkeypatch, FEEDSVC_INSTANCE=str(tmp_path / "nowhere"))
    [folder] = [*inside._folder(settings.current())]
    assert (folder.state, folder.said) == (BAD, f"{tmp_path / 'nowhere'} is not there")
    assert "`feedsvc init`" in folder.cure


def test_a_newsroom_in_order_and_each_thing_that_may_be_wrong(
    instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = found()
    assert list(usual) == [
        "settings", "address", "folder", "disk", "backup", "database", "clock", "server", "publishing", "people", "mail",
    ]  # fmt: skip
    said = {name: max((one.state for one in lines), key=(GOOD, WARNING, BAD).index) for name, lines in usual.items()}
    own_key = WARNING if KIND == "postgresql" else GOOD
    assert {name: said[name] for name in ("settings", "address", "backup", "database", "publishing", "people")} == {
        "settings": GOOD, "address": BAD, "backup": WARNING, "database": own_key, "publishing": GOOD, "people": BAD,
    }  # fmt: skip

    changed(monkeypatch, FEEDSVC_BASE_URL="https://news.example.com", FEEDSVC_SECRET_KEY="x" * 40)
    jobs.beat()
    keeping.last_file(instance).touch()
    with db.transaction() as session:
        session.execute(update(User).values(password_hash="…"))
    assert states("address", "backup", "database", "server", "people") == [GOOD, GOOD, GOOD, GOOD, WARNING]
    with db.transaction() as session:
        user = session.scalars(select(User.id)).one()
        row = {"credential": "c", "public_key": b"k", "uses": 0, "name": "key", "created_at": clock.now()}
        session.execute(insert(Passkey).values(user_id=user, **row))
    assert states("people") == [GOOD]

    old = time.time() - 3 * 86_400
    os.utime(keeping.last_file(instance), (old, old))
    os.utime(jobs.beat_file(instance), (old, old))
    (instance / "secret-key").chmod(0o644)
    changed(
        monkeypatch,
        FEEDSVC_WORKRES="4",
        FEEDSVC_SMTP_URL="smtp://127.0.0.1:1",
        FEEDSVC_BASE_URL="http://localhost:8000",
    )
    assert states("settings", "address", "folder", "backup", "server", "mail") == [
        WARNING,
        WARNING,
        BAD,
        WARNING,
        BAD,
        BAD,
    ]
    assert "FEEDSVC_WORKRES" in found("settings")["settings"][0].said
    monkeypatch.setattr(inside, "FREE_BYTES", 10**18)
    jobs.beat()
    jobs.stuck_file(instance).write_text("build")
    assert states("disk", "server") == [BAD, BAD]
    jobs.stuck_file(instance).unlink()
    monkeypatch.setattr(build, "missing", lambda _: [("en", "news")])
    assert found("server")["server"][0].said == "not built: en/news"
    monkeypatch.setattr(inside, "_file_system", lambda _: "nfs")
    assert states("folder") == [BAD]

    road.act(publishing.hold, "Wait", actor=SYSTEM)
    assert states("publishing") == [WARNING]
    road.act(publishing.unhold, actor=SYSTEM)
    monkeypatch.setattr(inside, "LATE", timedelta(0))
    with db.transaction() as session:
        session.execute(update(Publication).values(live_at=None))
    assert states("publishing") == [BAD]


def test_what_takes_long_is_read_when_it_is_asked_for(instance: Path) -> None:
    assert [one.state for one in inside.examine_deeply()] == [GOOD, GOOD]
    with db.migrating() as connection:
        if KIND == "postgresql":
            connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.execute(update(Audit).values(action="forged"))
    assert [one.state for one in inside.examine_deeply()] == [BAD, GOOD]
    done = CliRunner().invoke(cli, ["doctor", "--deep"])
    assert done.exit_code == 1
    assert "wrong log: entry 1 " in done.output


@contextmanager
def site(body: bytes, status: int = 200, **headers: str) -> Iterator[str]:
    """Somebody else's server."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            blocked = "Feedly" in self.headers.get("User-Agent", "") and "X-Block" in headers
            self.send_response(403 if blocked else status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_a_proxy_in_front_may_do_wrong_is_named(instance: Path) -> None:
    feed = b"<feed>http://newsroom.test/</feed>"
    with site(feed, Content_Type="text/html", Set_Cookie="a=b", ETag='W/"x"', **{"X-Block": "1"}) as base:
        said = {one.name: one for one in outside.examine(base)}
    assert {name: one.state for name, one in said.items()} == {
        "public": WARNING, "public gzip": WARNING, "public cookie": BAD, "public type": BAD, "public cache": WARNING,
        "public feed": GOOD, "public ETag": WARNING, "public 304": BAD, "public readers": BAD,
    }  # fmt: skip
    assert all(one.cure for one in said.values() if one.state != GOOD)
    assert "Feedly (403)" in said["public readers"].said
    with site(b"", status=502) as base:
        assert [one.state for one in outside.examine(base)] == [WARNING, BAD]
    assert "does not answer" in [*outside.examine(base)][-1].said
    with pytest.raises(OSError, match="refused"):
        egress.look(base, {})


def newer(oldest: str) -> None:
    """What a program of the future leaves behind: tables with more in them, and who else may work on them."""
    with db.migrating() as connection:
        connection.exec_driver_sql("ALTER TABLE item ADD COLUMN mood VARCHAR(20) NOT NULL DEFAULT 'calm'")
        connection.exec_driver_sql("CREATE TABLE novelty (id INTEGER PRIMARY KEY)")
        connection.execute(text("UPDATE alembic_version SET version_num = '9000'"))
        connection.execute(text("UPDATE footing SET oldest = :oldest"), {"oldest": oldest})


def test_a_program_works_beside_newer_tables_that_allow_it_and_leaves_others_alone(instance: Path) -> None:
    with db.reading() as session:
        assert session.scalar(text("SELECT oldest FROM footing")) <= migrate.head()
    newer(oldest=migrate.head())
    assert migrate.upgrade(clock.now()) == "9000"
    client = application().test_client()
    draft = checked(ItemDraft(headline="Beside newer tables", body_html="<p>It works.</p>"), ("en",))
    made = road.act(items.create, draft, actor=SYSTEM)
    road.act(publishing.publish, made.item.key, actor=SYSTEM)
    assert "Beside newer tables" in client.get("/").text
    ready = client.get("/readyz").get_json()["checks"]["migrations"]
    assert ready == {"ok": True, "detail": f"at 9000, works beside {migrate.head()}"}
    assert found("database")["database"][0].state == WARNING
    with db.reading() as session:
        assert set(session.scalars(text("SELECT mood FROM item"))) == {"calm"}

    with db.transaction() as session:
        session.execute(text("UPDATE footing SET oldest = '9000'"))
    with pytest.raises(errors.WrongSettings, match="belongs to a newer one"):
        migrate.upgrade(clock.now())
    assert not client.get("/readyz").get_json()["checks"]["migrations"]["ok"]
    assert found("database")["database"][0].state == BAD
