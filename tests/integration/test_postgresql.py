"""PostgreSQL itself: what its troubles are called, and what comes of addresses that cannot be used."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from databases import Database, cluster, let_go
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from feedsvc import clock, db, errors, migrate, postgresql, settings, setup
from feedsvc.models import Audit, Category, Item, Organisation, User
from feedsvc.newsroom import record
from feedsvc.newsroom.workflow import SYSTEM

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty PostgreSQL database, whatever the other tests stand on; this process's settings point at it."""
    for name in [n for n in os.environ if n.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    one = Database(tmp_path, cluster(), f"own_{os.getpid()}_{time.monotonic_ns()}")
    one.create()
    monkeypatch.setenv("FEEDSVC_DATABASE_URL", one.url)
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path / "instance"))
    settings.current.cache_clear()
    clock.forget()
    yield one
    let_go()
    one.drop()
    settings.current.cache_clear()
    clock.forget()


def test_a_connection_that_died_is_replaced_and_nobody_notices(server: Database) -> None:
    setup.prepare()
    for _ in range(3):
        with db.reading() as first, db.reading() as second:
            assert (
                first.scalar(select(func.count()).select_from(Item)) == second.scalar(select(func.count(Item.id))) == 1
            )
        server._end_connections()
        with db.reading() as session:
            assert session.scalar(select(func.count()).select_from(Item)) == 1
        server._end_connections()
        with db.transaction() as session:
            session.add(Category(slug=f"c{time.monotonic_ns()}", name="One more", created_at=clock.now()))


def test_a_connection_that_dies_under_way_is_unavailable_and_nothing_is_kept(server: Database) -> None:
    setup.prepare()
    with pytest.raises(errors.Unavailable), db.transaction() as session:  # noqa: PT012  # it ends in an error
        session.add(Category(slug="lost", name="Lost", created_at=clock.now()))
        session.flush()
        server._end_connections()
        session.scalar(select(1))
    with pytest.raises(errors.Unavailable), db.transaction() as session:  # noqa: PT012  # it ends in an error
        session.add(Category(slug="lost", name="Lost", created_at=clock.now()))
        session.flush()
        server._end_connections()
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(Category.slug == "lost")) == 0


def test_a_writer_who_falls_silent_loses_the_lock(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    setup.prepare()
    monkeypatch.setattr(postgresql, "IDLE_WRITER_MS", 300)
    with pytest.raises(errors.Unavailable), db.transaction() as session:  # noqa: PT012  # it ends in an error
        session.add(Category(slug="silent", name="Silent", created_at=clock.now()))
        session.flush()
        time.sleep(0.8)
        assert server.could_write()


def test_time_outs_are_busy(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    setup.prepare()
    monkeypatch.setattr(db, "BUSY_MS", 200)
    monkeypatch.setattr(postgresql, "STATEMENT_MS", 300)
    let_go()
    db.engine.cache_clear()
    with server.held(), pytest.raises(errors.Busy, match="lock timeout"), db.transaction():
        pass
    with pytest.raises(errors.Busy, match="statement timeout"), db.reading() as session:
        session.execute(text("SELECT pg_sleep(2)"))


def test_defects_stay_what_they_are(server: Database) -> None:
    setup.prepare()
    with pytest.raises(IntegrityError), db.transaction() as session:  # noqa: PT012  # it ends in an error
        session.add_all(Category(slug="twice", name="Twice", created_at=clock.now()) for _ in range(2))
        session.flush()
    with pytest.raises(ProgrammingError), db.reading() as session:
        session.execute(text("SELECT nonsense"))
    with pytest.raises(errors.Unavailable, match="read-only"), db.reading() as session:  # as a standby says it too
        session.execute(text("DELETE FROM category"))


def test_a_database_without_tables_or_none_at_all_is_unavailable(server: Database) -> None:
    with pytest.raises(errors.Unavailable), db.reading() as session:
        session.scalar(select(Item.id))
    server.drop()
    let_go()
    with pytest.raises(errors.Unavailable, match="does not exist"), db.transaction():
        pass
    server.create()


def test_readers_see_one_state_and_wait_for_nobody(server: Database) -> None:
    setup.prepare()
    with db.reading() as session:
        before = session.scalar(select(func.count()).select_from(Category))
        with db.transaction() as other:
            other.add(Category(slug="meanwhile", name="Meanwhile", created_at=clock.now()))
        assert session.scalar(select(func.count()).select_from(Category)) == before
        with server.held():
            assert session.scalar(select(func.count()).select_from(Category)) == before


def test_what_is_only_looked_up_may_hold_any_character(server: Database) -> None:
    setup.prepare()
    with db.reading() as session:
        for odd in ("\0", "bakcell\0", "\ud800", "bakcell\udfff", "x" * 100_000):
            assert session.scalar(select(Organisation.id).where(Organisation.slug == odd)) is None
        assert session.scalar(select(Organisation.slug).where(Organisation.slug == "bakcell")) == "bakcell"


def test_writers_are_one_after_the_other_and_the_seals_hold(server: Database) -> None:
    setup.prepare()

    def write(number: int) -> None:
        for nth in range(10):
            with db.transaction() as session:
                record.audit(session, SYSTEM, "test", f"{number}-{nth}", clock.now())

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(Audit.action == "test")) == 60
        assert record.broken_seal(session) is None


def test_what_is_written_down_cannot_be_changed(server: Database) -> None:
    setup.prepare()
    for statement in (
        "UPDATE audit SET actor = 'x'", "DELETE FROM audit", "UPDATE revision SET slug = 'x'", "DELETE FROM revision",
        "DELETE FROM publication", "DELETE FROM change", "TRUNCATE audit",
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="append-only"), db.transaction() as session:
            session.execute(text(statement))


def test_nodes_that_prepare_at_once_seed_once(server: Database) -> None:
    """The lock in the instance folder is one node's own, so only the database's can keep them apart here."""
    current = settings.current()
    setup.make_folder(current.instance)

    def first_rows(_: int) -> None:
        migrate.upgrade(clock.now())
        setup.act(setup._first_rows, languages=("en",), fingerprint="x")
        setup._first_account(current)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(first_rows, range(6)))
    with db.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Item, Organisation, User)]
    assert counts == [1, 2, 1]


def test_a_database_that_cannot_hold_every_character_is_refused(server: Database) -> None:
    assert server.server
    server.drop()
    server.server.ask(
        f"CREATE DATABASE {server.name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(errors.WrongSettings, match="SQL_ASCII"):
        migrate.upgrade(clock.now())


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:hunter2@h/n", "postgresql://u:hunter2@h:5432/n", "postgresql+psycopg://u:hunter2@h/n?sslmode=require",
        "postgresql://u:hunter%40two@h/n",
    ],
)  # fmt: skip
def test_addresses_of_servers_are_taken(url: str) -> None:
    taken = settings.Settings(database_url=url)  # type: ignore[arg-type]
    assert taken.database.startswith("postgresql+psycopg://u:hunter")
    assert "hunter" not in repr(taken)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@h", "postgresql://u:hunter2@h/", "postgresql://u:hunter2@h:0/n", "postgresql://u:hunter2@h:x/n",
        "postgresql://u:hun/ter2@h/n", "postgresql+psycopg2://u:hunter2@h/n", "mysql://u:hunter2@h/n",
        "postgresql://u:hunter2@h/n?nonsense=1", "postgresql://[u:hunter2@h/n", "sqlite:x",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_without_showing_the_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_DATABASE_URL", url)
    settings.current.cache_clear()
    with pytest.raises(errors.WrongSettings) as caught:
        settings.current()
    assert "FEEDSVC_DATABASE_URL: must be empty or look like postgresql://" in str(caught.value)
    assert "hunter" not in str(caught.value)
    settings.current.cache_clear()


def test_the_servers_processes_end_with_the_tests() -> None:
    """Whatever becomes of the process that started it: here it is killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        from databases import Cluster

        one = Cluster()
        os.write(writer, f"{one.process.pid} {one.folder}".encode())  # type: ignore[union-attr]
        signal.pause()
    os.close(writer)
    number, folder = os.read(reader, 200).decode().split()
    pid = int(number)
    assert Path(f"/proc/{pid}").exists()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    shutil.rmtree(folder)
    assert not Path(f"/proc/{pid}").exists()
