"""PostgreSQL: how it is connected to, how transactions begin, what its complaints mean, what its clock says."""

import math
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from feedsvc import clock, errors, settings

WRITERS = 0x66656564  # "feed"
"""The advisory lock that every writer of a newsroom holds until its commit."""
CONNECT_SECONDS = 3
"""How long a connection, the beginning of a transaction and a ROLLBACK may take."""
STATEMENT_MS = 30_000
IDLE_MS, IDLE_WRITER_MS = 120_000, 10_000
"""How long a reader, and a writer, may leave a transaction open without saying anything, in milliseconds."""
_ASKED = 3
"""How many times the clock is asked for one measurement."""
_BUSY = {"55P03", "57014", "40001", "40P01"}
"""lock not available, query cancelled (by its time-out), serialisation failure, deadlock."""
_NOT_A_NEWSROOM = {"42P01", "42501", "3F000"}
"""undefined table, insufficient privilege, invalid schema name."""
_DEFECTS = ("22", "23", "42", "0A", "25P02")
"""Classes of data, integrity and syntax errors, of what is not supported, and of going on after an error."""

# https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS: a server that vanishes is noticed in 20 s.
_CONNECT = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "client_encoding": "utf8",
    "application_name": "feedsvc",
    "autocommit": True,  # We emit BEGIN ourselves.
}


T = TypeVar("T")


class Silence(psycopg.OperationalError):
    """The server took what was said and did not answer: it is frozen, or its machine is gone."""

    is_silence = True


class Patient(psycopg.Connection[Any]):
    """A connection that does not wait for ever. A server that is frozen acknowledges every packet, so that no time-out of
    TCP comes, and its own time-outs are frozen with it.
    """

    patience: float = CONNECT_SECONDS
    """Seconds for one statement."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """What psycopg waits for, for so long at most. Raises Silence, and the connection is closed."""
        try:
            return super().wait(_bounded(gen, self.patience), *args, **kwargs)
        except Silence:
            self.close()
            raise


def _bounded(waiting: Generator[Any, Any, T], patience: float) -> Generator[Any, Any, T]:
    """The same steps; psycopg looks up ten times a second while nothing comes."""
    end = time.monotonic() + patience
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > end:
                raise Silence(f"the database did not answer within {patience:g} seconds")
            wanted = waiting.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


class Storable(StrDumperUnknown):
    """Text on its way to the database, which knows neither U+0000 nor halves of surrogate pairs.

    What is to be kept was cleaned long before; this is for what is only looked up, such as a slug in an address. Such a
    character becomes one that no kept name has, so that nothing is found.
    """

    def dump(self, obj: str) -> Any:
        """The text in UTF-8."""
        return obj.replace("\0", "\ufffd").encode("utf-8", "replace")


def made(url: URL, *, busy_ms: int) -> Engine:
    """The engine for a server's database."""
    threads = settings.current().blocking_threads
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=max(0, threads - 4),
        pool_timeout=busy_ms / 1000,
        pool_use_lifo=True,
        connect_args=_CONNECT,
    )

    def prepare(connection: "psycopg.Connection[Any]", _: object) -> None:
        """`synchronous_commit`: an acknowledged row survives a power cut, whatever the server's default is. `datestyle`: the driver reads no other."""
        connection.adapters.register_dumper(str, Storable)
        connection.execute(
            f"SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET lock_timeout = {busy_ms};"
            f"SET statement_timeout = {STATEMENT_MS}; SET idle_in_transaction_session_timeout = {IDLE_MS}".encode()
        )

    event.listen(engine, "do_connect", lambda _dialect, _record, args, words: Patient.connect(*args, **words))
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: _begin(connection, busy_ms))
    event.listen(engine, "rollback", lambda connection: _wait_at_most(connection, CONNECT_SECONDS))
    return engine


def _wait_at_most(connection: Connection, seconds: float) -> None:
    """Bounds what is waited for each answer from now on; a connection that has died gives none."""
    raw: Any = None if connection.invalidated else connection.connection.dbapi_connection
    if raw is not None:
        raw.patience = seconds


def _begin(connection: Connection, busy_ms: int) -> None:
    """Begins, which the server must do promptly; afterwards its own time-out for statements counts, while it works."""
    options = connection.get_execution_options()
    if options.get("migrating", False):
        _wait_at_most(connection, math.inf)
    else:
        _wait_at_most(connection, CONNECT_SECONDS + (busy_ms / 1000 if options.get("writing", False) else 0))
    _begun(connection)
    if not options.get("migrating", False):
        _wait_at_most(connection, CONNECT_SECONDS + STATEMENT_MS / 1000)


def _begun(connection: Connection) -> None:
    """One writer at a time, as with SQLite: ids are committed in their order, and what was looked up still holds.

    In READ COMMITTED each statement sees what was committed before it, so all that the writer before us did. A writer
    who falls silent loses the lock, and with it the transaction. Readers see one unchanging state.
    """
    options = connection.get_execution_options()
    if options.get("migrating", False):
        connection.exec_driver_sql(
            "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;"
            f"SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({WRITERS})"
        )
    elif options.get("writing", False):
        connection.exec_driver_sql(
            f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = {IDLE_WRITER_MS};"
            f"SELECT pg_advisory_xact_lock({WRITERS})"
        )
        # Under the lock: whoever writes after us hears a later time than any that we may use, on whatever machine.
        _hear(connection)
        return
    else:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if clock.is_stale():
        for _ in range(_ASKED):
            _hear(connection)


def _hear(connection: Connection) -> None:
    """Asks what time it is."""
    clock.hear(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())::float8").scalar_one())


def need_utf8(connection: Connection) -> None:
    """Raises WrongSettings where the database cannot hold every character."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise errors.WrongSettings(
            f"FEEDSVC_DATABASE_URL: the database's encoding is {encoding}; create it with ENCODING 'UTF8' TEMPLATE template0"
        )


def told(error: Exception) -> errors.FeedsvcError | None:
    """The error in our words: busy or unavailable. None for a defect of the program."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    state = cause.sqlstate or ""
    if state in _BUSY:
        return errors.Busy(str(cause))
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    is_ours = isinstance(cause, psycopg.ProgrammingError | psycopg.DataError | psycopg.IntegrityError)
    if state not in _NOT_A_NEWSROOM and not is_lost and (state.startswith(_DEFECTS) or (is_ours and not state)):
        return None
    return errors.Unavailable(str(cause))
