"""The database: one engine, two ways in. `transaction()` holds the only commit of the whole tree."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from feedsvc import errors, settings

BUSY_MS = 5_000
"""How long a writer waits for another, in milliseconds (measured enough for 8 writers)."""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, refused when naive; text without zone in SQLite, `timestamptz` elsewhere."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive datetime: it would silently mean another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"naive datetime {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Gives back aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every table. Constraints are named, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UTCDateTime}


@lru_cache(maxsize=4)
def engine(url: str, *, create: bool = False) -> Engine:
    """The engine for an address. A missing SQLite file is an error unless `create`: never an empty newsroom."""
    parsed = make_url(url)
    mode = "rwc" if create else "rw"
    # SQLite reads `?`, `#` and `%` in the path of a URI: https://www.sqlite.org/uri.html
    parsed = parsed.set(database=f"file:{quote(parsed.database or '')}", query={"uri": "true", "mode": mode})
    made = create_engine(parsed, pool_size=16, max_overflow=64, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """FULL: an acknowledged row survives a power cut (NORMAL lost 40 of 40). We emit BEGIN ourselves."""
    connection.isolation_level = None
    # A row that was poisoned by hand may cost a character, never the whole answer.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """Writers begin IMMEDIATE: a transaction that reads and then writes can fail for good when DEFERRED."""
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN DEFERRED")


@contextmanager
def _told() -> Iterator[None]:
    """Turns the database's complaints into ours; what is a defect of the program stays as it is."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except PoolTimeout as error:
        raise errors.Busy(str(error)) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        text = str(getattr(error, "orig", error))
        raise (errors.Busy if "locked" in text or "busy" in text else errors.Unavailable)(text) from error


@contextmanager
def transaction() -> Iterator[Session]:
    """A session in which a verb changes rows: all of them on disk at the end, or none.

    Raises Busy when another writer held on too long, Unavailable when the database is not there or not readable.
    """
    bound = engine(settings.current().database).execution_options(immediate=True)
    with _told(), Session(bound, expire_on_commit=False) as session:
        session.connection()
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one unchanging state of the database and never waits for writers.

    Raises Unavailable when the database is not there or not readable.
    """
    with _told(), Session(engine(settings.current().database), autoflush=False, expire_on_commit=False) as session:
        yield session
