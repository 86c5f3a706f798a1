"""The database: one engine, two ways in. `transaction()` holds the only commit of the whole tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any, ClassVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from feedsvc import errors, settings, sqlite
from feedsvc.outage import Outage

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


def _postgresql() -> ModuleType:
    """The other engine's module, loaded where it is used: its driver takes 10 MB of each process."""
    from feedsvc import postgresql

    return postgresql


@cache
def engine(url: str, *, create: bool = False) -> Engine:
    """The engine for an address. `create` makes a missing SQLite file; a server's database is made by its operator."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite.made(parsed, busy_ms=BUSY_MS, create=create)
    return engine(url) if create else _postgresql().made(parsed, busy_ms=BUSY_MS)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turns the database's complaints into ours; what is a defect of the program stays as it is."""
    try:
        yield
    except PoolTimeout as error:
        raise errors.Busy(str(error)) from error
    except errors.FeedsvcError:
        raise
    except Exception as error:
        ours = (sqlite if url.startswith("sqlite") else _postgresql()).told(error)
        if ours is None:
            raise
        raise ours from error


@cache
def outage(url: str) -> Outage:
    """What is known of the server at an address."""
    return Outage(url)


@contextmanager
def _session(*, writing: bool) -> Iterator[Session]:
    """A session that has begun. Where a server did not answer a moment ago, it is not waited for again.

    Only how it begins says that a server is away: what fails later may be one bad page, or a full disk. A file that is
    not there says so at once, and is always asked.
    """
    url = settings.current().database
    bound = engine(url).execution_options(writing=writing)
    known = Outage(url) if url.startswith("sqlite") else outage(url)
    known.ask_again(lambda: _greet(url))
    with _told(url), Session(bound, autoflush=writing, expire_on_commit=False) as session:
        known.begin(lambda: _begin(session, url))
        yield session


def _greet(url: str) -> None:
    """Begins as a reader does, who never waits for writers."""
    with Session(engine(url)) as session:
        _begin(session, url)


def _begin(session: Session, url: str) -> None:
    """Connects and begins.

    A connection may have died since it was last used. That shows at the beginning, before anything was said; every old
    connection is dropped then, and a new one is tried, once. Not where nothing was heard at all: that was wait enough.
    """
    with _told(url):
        try:
            session.connection()
        except DBAPIError as error:
            if not error.connection_invalidated or getattr(error.orig, "is_silence", False):
                raise
            session.rollback()
            session.connection()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session in which a verb changes rows: all of them on disk at the end, or none. One at a time, on any machine.

    Raises Busy when another writer held on too long, Unavailable when the database is not there or not readable.
    """
    with _session(writing=True) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one unchanging state of the database and never waits for writers.

    Raises Unavailable when the database is not there or not readable.
    """
    with _session(writing=False) as session:
        yield session


@contextmanager
def migrating() -> Iterator[Connection]:
    """A connection whose tables may be changed: all at the end, or nothing. Other writers and migrations wait.

    Raises Unavailable when the database is not there, WrongSettings where it cannot hold every text.
    """
    url = settings.current().database
    bound = engine(url, create=True).execution_options(writing=True, migrating=True)
    with _told(url), bound.begin() as connection:
        if connection.dialect.name == "postgresql":
            _postgresql().need_utf8(connection)
        yield connection
