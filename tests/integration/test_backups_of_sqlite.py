"""Backups of a file: what only SQLite can do to them."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from databases import Database, let_go
from sqlalchemy import select
from test_backups import died, rows, run, wrote

from feedsvc import db, errors
from feedsvc.backups import of_sqlite
from feedsvc.models import Revision


def test_who_dies_at_the_switch_leaves_the_old_key(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    (instance / "secret-key").write_text("another one")
    monkeypatch.setattr(of_sqlite, "_switch", lambda *_: died())
    assert "died" in str(run("restore", "--replace", str(file)).exception)
    assert (instance / "secret-key").read_text() == "another one"
    assert not [path for path in instance.iterdir() if "restor" in path.name]


def test_a_restore_waits_for_nobody_who_has_the_old_file_open(instance: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    with contextlib.closing(sqlite3.connect(instance / "newsroom.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        wrote("Acknowledged")
        done = run("restore", "--replace", str(file))
        assert isinstance(done.exception, errors.Refused), done
        assert "Another process" in str(done.exception)
    with db.reading() as session:
        assert "Acknowledged" in session.scalars(select(Revision.headline)).all()
    assert not list(instance.glob("*before-restore*"))
    assert run("restore", "--replace", str(file)).exit_code == 0


def test_a_file_that_is_no_database_is_put_aside_as_it_is(instance: Path, tmp_path: Path, database: Database) -> None:
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    before = rows()["item"]
    let_go()
    database.damage()
    (instance / ".newsroom.sqlite.restoring-wal").write_bytes(b"left by a power cut")
    assert run("restore", "--replace", str(file)).exit_code == 0
    assert rows()["item"] == before
    assert next(instance.glob("*before-restore*")).read_bytes().startswith(b"This is no database")
