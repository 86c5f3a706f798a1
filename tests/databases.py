"""The database that a test's newsroom stands on: SQLite, or a PostgreSQL of the tests' own (FEEDSVC_TEST_DATABASE)."""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from feedsvc import db, settings
from feedsvc.feeds import afterwards
from feedsvc.postgresql import WRITERS

KIND = os.environ.get("FEEDSVC_TEST_DATABASE", "sqlite")
"""`sqlite` or `postgresql`: what newsrooms under test stand on where a test does not say; `either`: every test says."""
_NUMBERS = count(1)


def programs() -> Path | None:
    """Where PostgreSQL's server programs are; the newest version where there are several."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return debian[-1].parent if debian else None


def is_there() -> bool:
    return programs() is not None


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: somebody else, then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("no unprivileged account to run PostgreSQL as")


class Cluster:
    """One PostgreSQL server on loopback, in a folder that is gone at the end. `safe`: as in production, with fsync."""

    def __init__(self, *, safe: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="feedsvc-pg-"))
        self.data = self.folder / "data"
        self.bin = programs()
        assert self.bin is not None, "no PostgreSQL server here"
        self.somebody = _unprivileged()
        if self.somebody:
            os.chown(self.folder, self.somebody["user"], self.somebody["group"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.safe = safe
        self.process: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "-D", str(self.data), "-U", "feedsvc", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        self.start()

    @staticmethod
    def _with_us() -> None:
        """Whatever becomes of the tests, their server ends: at once, on SIGQUIT from the kernel (prctl(2))."""
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGQUIT, 0, 0, 0)

    def _run(self, program: str, *words: str) -> None:
        assert self.bin is not None
        subprocess.run(
            [self.bin / program, *words], check=True, capture_output=True, cwd="/", timeout=60, **self.somebody
        )

    def start(self) -> None:
        """Serves, and waits until it takes connections."""
        assert self.bin is not None
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "shared_buffers": "32MB",
            "max_connections": 300, "fsync": "on" if self.safe else "off", "full_page_writes": "on" if self.safe else "off",
            "autovacuum": "off", "log_min_messages": "fatal",
        }  # fmt: skip
        words = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", str(self.data), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                preexec_fn=self._with_us,  # noqa: PLW1509  # it only calls prctl
                **self.somebody,
            )  # fmt: skip
        end = time.monotonic() + 30
        while True:
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < end, "PostgreSQL does not answer"
                time.sleep(0.05)
            else:
                return

    def pause(self) -> None:
        """SIGSTOP to the server and all that it started: connections are taken, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        for pid in (self.process.pid, *self._children()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """SIGKILL to the server and all that it started, as when the power goes."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        self.process.wait(10)
        end = time.monotonic() + 10
        while self._left() and time.monotonic() < end:
            time.sleep(0.01)
        # What it would have removed itself; a living process of that number would be somebody else by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _children(self) -> list[int]:
        assert self.process is not None
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                with contextlib.suppress(OSError, ValueError):
                    if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                        found.append(int(folder.name))
        return found

    def _left(self) -> bool:
        """Whether somebody is still attached to its shared memory: a new server would refuse to start beside them."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Ends it at once and removes its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # immediate
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://feedsvc@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="feedsvc", dbname=database, autocommit=True, connect_timeout=5
        )

    def ask(self, statement: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            connection.execute(statement)


@lru_cache(maxsize=1)
def cluster() -> Cluster:
    """The server of this run of the tests."""
    made = Cluster()
    atexit.register(made.stop)
    return made


@dataclass
class Database:
    """What one newsroom of a test stands on. `folder`: its instance, or the folder that holds it."""

    folder: Path
    server: Cluster | None = None
    name: str = ""
    there: bool = False

    @property
    def url(self) -> str:
        """For FEEDSVC_DATABASE_URL; empty for SQLite in the instance."""
        return self.server.url(self.name) if self.server else ""

    @property
    def files(self) -> list[Path]:
        """SQLite's files, wherever they are just now."""
        return sorted(self.folder.glob("**/newsroom.sqlite*"))

    def away(self) -> None:
        """From now on nobody reaches it: the file is moved, or every connection ended and new ones refused."""
        if self.server:
            self.server.ask(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
            self._end_connections()
        else:
            for file in self.files:
                file.rename(file.with_name(f"away-{file.name}"))
            assert not self.files

    def back(self) -> None:
        """It is there again, as it was."""
        if self.server:
            self.server.ask(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")
        else:
            for file in sorted(self.folder.glob("**/away-newsroom.sqlite*")):
                file.rename(file.with_name(file.name.removeprefix("away-")))

    def _end_connections(self) -> None:
        assert self.server
        theirs = f"FROM pg_stat_activity WHERE datname = '{self.name}' AND pid <> pg_backend_pid()"
        with self.server.connect() as connection:
            for _ in range(200):
                connection.execute(f"SELECT pg_terminate_backend(pid) {theirs}")
                if not connection.execute(f"SELECT 1 {theirs}").fetchall():
                    return
                time.sleep(0.01)
        raise AssertionError("connections that do not end")

    def damage(self) -> None:
        """What is there now is no newsroom: a file that is no database, or one whose tables are gone."""
        if self.server:
            for tries_left in reversed(range(20)):
                try:  # whoever reads just now may hold what this needs, and wait for what this holds
                    self.server.ask("DROP SCHEMA public CASCADE", self.name)
                    break
                except psycopg.errors.DeadlockDetected:
                    if not tries_left:
                        raise
        else:
            for file in self.files:
                file.write_bytes(b"This is no database. " * 1000) if file.suffix == ".sqlite" else file.unlink()

    @contextlib.contextmanager
    def held(self, *, patience: float = 10) -> Iterator[None]:
        """Somebody else writes, and does not come to an end. Raises TimeoutError where yet another one does."""
        if self.server:
            with self.server.connect(self.name) as writer:
                writer.execute(f"SET lock_timeout = {max(1, int(patience * 1000))}")
                writer.execute("BEGIN")
                try:
                    writer.execute(f"SELECT pg_advisory_xact_lock({WRITERS})")
                except psycopg.errors.LockNotAvailable:
                    raise TimeoutError from None
                yield
        else:
            with contextlib.closing(sqlite3.connect(self.files[0], timeout=patience, isolation_level=None)) as writer:
                try:
                    writer.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    raise TimeoutError from None
                yield

    def could_write(self) -> bool:
        """Whether another writer could begin at once."""
        try:
            with self.held(patience=0):
                return True
        except TimeoutError:
            return False

    def create(self) -> None:
        assert self.server or KIND != "either", "a test that takes the run's database is none that on_both.py runs once"
        if self.server and not self.there:
            self.server.ask(f"CREATE DATABASE {self.name}")
        self.there = True

    def copy(self, other: "Database") -> None:
        """Becomes what another one is, to which nobody is connected."""
        if self.server:
            if self.there:
                self.drop()
            self.there = True
            # Half the time of the other strategy, where nothing waits for the disk.
            self.server.ask(f"CREATE DATABASE {self.name} TEMPLATE {other.name} STRATEGY FILE_COPY")
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            for file in other.files:
                shutil.copy2(file, self.folder / file.name)

    def drop(self) -> None:
        if self.server:
            self.server.ask(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def database(folder: Path) -> Database:
    """A database of the kind that this run is about, not made yet."""
    return Database(folder, cluster(), f"newsroom_{next(_NUMBERS)}") if KIND == "postgresql" else Database(folder)


@contextlib.contextmanager
def made(folder: Path, *, empty: bool = True) -> Iterator[Database]:
    """A database for as long as a test needs it. Not `empty`: none is there until it becomes what another one is."""
    one = database(folder)
    if empty:
        one.create()
    try:
        yield one
    finally:
        one.drop()


_FILLED: dict[str, Database] = {}


def filled(one: Database, what: str, fill: Callable[[], None]) -> None:
    """Brings a database that is empty or not made yet, to which this process's settings point, to where `fill` brings it: by itself the first
    time, by a copy of what came of that afterwards.
    """
    if what in _FILLED:
        one.copy(_FILLED[what])
        return
    one.create()
    fill()
    let_go()
    folder = Path(tempfile.mkdtemp(prefix="feedsvc-filled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = database(folder)
    kept.copy(one)
    _FILLED[what] = kept


def let_go() -> None:
    """Closes this process's connections to the database, when what uses them is done; the next one is made anew."""
    afterwards.wait()
    address = settings.current().database
    db.engine(address).dispose()
    db.engine(address, create=True).dispose()
    db.engine.cache_clear()
    db.outage.cache_clear()


_COMPILED: dict[str, Any] = {}
"""Dialect → the statements that an engine of this process has put into SQL. Each test has a database, and an engine, of its own."""
_make_engine = db.engine.__wrapped__


@cache
def _engine(url: str, *, create: bool = False) -> Engine:
    made = _make_engine(url, create=create)
    made._compiled_cache = _COMPILED.setdefault(made.dialect.name, made._compiled_cache)
    return made


db.engine = _engine
for _dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
    # The dialect is a part of the key there; of one kind, and of one server, all are alike.
    _dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign, misc]
    _dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
