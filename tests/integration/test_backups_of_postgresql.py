"""Backups of a server: what only PostgreSQL can do to them."""

from pathlib import Path

import pytest
from databases import Database, let_go
from databases import database as another
from picture_samples import picture
from sqlalchemy import func, insert, select, text
from test_backups import rows, run

from feedsvc import db, road, settings
from feedsvc.models import Change, Preference, Searchable
from feedsvc.newsroom import indexing, pictures
from feedsvc.newsroom.workflow import SYSTEM


def test_a_backup_goes_where_words_stand_in_another_order_and_values_are_written_otherwise(
    instance: Path, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.act(pictures.add, pictures.prepared(picture(), "a.jpg"), actor=SYSTEM)
    with db.transaction() as session:
        session.execute(insert(Preference), [{"name": name, "value": ""} for name in ("a", "B", "ç", "Z")])
    let_go()
    before, file = rows(), tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    other = another(tmp_path)
    assert other.server
    try:
        locale = "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0"
        other.server.ask(f"CREATE DATABASE {other.name} {locale}")
        for said in ("datestyle = 'SQL, DMY'", "bytea_output = 'escape'", "extra_float_digits = -3"):
            other.server.ask(f"ALTER DATABASE {other.name} SET {said}")
        monkeypatch.setenv("FEEDSVC_DATABASE_URL", other.url)
        settings.current.cache_clear()
        done = run("restore", "--go-on", str(file))
        assert done.exit_code == 0, repr(done.exception)
        after = rows()
        assert {name for name in before if before[name] != after[name]} <= {"notice", "audit"}
    finally:
        let_go()
        other.drop()


def test_an_index_that_is_emptied_while_it_is_copied(instance: Path, tmp_path: Path, database: Database) -> None:
    with db.transaction() as session:
        session.execute(text("INSERT INTO search_words VALUES (1, '')"))
    with db.reading() as session:
        there = session.scalar(select(func.count()).select_from(Searchable))
        road.act(indexing.begin_anew)
        assert session.scalar(text("SELECT count(*) FROM search_words")) == (there or 0) + 1

    with db.transaction() as session:
        session.execute(text("INSERT INTO search_words VALUES (1, '')"))
    let_go()
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    assert run("restore", "--replace", str(file)).exit_code == 0
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM search_words")) == 0
        assert session.scalar(select(Change.kind).order_by(Change.id.desc()).limit(1)) == "search"
