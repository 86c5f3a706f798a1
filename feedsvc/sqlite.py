"""SQLite: how its file is opened, how transactions begin, what its complaints mean."""

import sqlite3
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from feedsvc import errors


def made(url: URL, *, busy_ms: int, create: bool) -> Engine:
    """The engine for a file. A missing file is an error unless `create`: never an empty newsroom."""
    mode = "rwc" if create else "rw"
    # SQLite reads `?`, `#` and `%` in the path of a URI: https://www.sqlite.org/uri.html
    url = url.set(database=f"file:{quote(url.database or '')}", query={"uri": "true", "mode": mode})
    engine = create_engine(url, pool_size=16, max_overflow=64, connect_args={"timeout": busy_ms / 1000})

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        """FULL: an acknowledged row survives a power cut (NORMAL lost 40 of 40). We emit BEGIN ourselves."""
        connection.isolation_level = None
        # A row that was poisoned by hand may cost a character, never the whole answer.
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={busy_ms}"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Any) -> None:
    """Writers begin IMMEDIATE: a transaction that reads and then writes can fail for good when DEFERRED."""
    immediate = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN DEFERRED")


def told(error: Exception) -> errors.FeedsvcError | None:
    """The error in our words: busy or unavailable. None for a defect of the program."""
    if isinstance(error, IntegrityError | ProgrammingError | DataError):
        return None
    if not isinstance(error, DatabaseError | sqlite3.DatabaseError):
        return None
    text = str(getattr(error, "orig", error))
    return errors.Busy(text) if "locked" in text or "busy" in text else errors.Unavailable(text)
