"""Bringing the database's tables up to this program, under a lock, with a copy of an SQLite file kept first."""

import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from feedsvc import db
from feedsvc.errors import WrongSettings

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

log = structlog.get_logger()

SCRIPTS = Path(__file__).parent.parent / "migrations"


@lru_cache(maxsize=1)
def _known() -> tuple[str, frozenset[str]]:
    """This program's newest migration, and all of them: each file's name begins with its number.

    So alembic is loaded by who migrates, and not by every process that asks where the database stands (11 MB).
    """
    numbers = sorted(path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    if not numbers:
        raise WrongSettings("The migrations folder is missing beside the program.")
    return numbers[-1], frozenset(numbers)


def head() -> str:
    """The migration that this program needs."""
    return _known()[0]


def known() -> frozenset[str]:
    """Every migration of this program."""
    return _known()[1]


def fits(session: Session) -> bool:
    """Whether this program may work on the tables as they are: its own, or newer ones that an older program may use too."""
    return _fits(session.connection())


def _fits(connection: Connection) -> bool:
    there, (wanted, known_here) = _at(connection), _known()
    if there is None or there in known_here:
        return there == wanted
    if not inspect(connection).has_table("footing"):
        return False
    oldest = connection.scalar(text("SELECT oldest FROM footing"))
    return oldest is not None and str(oldest) <= wanted


def at(session: Session) -> str | None:
    """The migration that the database is at; None for an empty one."""
    return _at(session.connection())


def _at(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found is not None else None


def upgrade(now: datetime) -> str | None:
    """Migrates, and keeps a copy of an SQLite file first. Gives what the database was at before.

    A newer program's tables are left as they are, where that one said that this one may work on them.
    Raises WrongSettings where it did not: nothing is touched then.
    """
    with db.migrating() as connection:
        before = _at(connection)
        wanted, known_here = _known()
        if before == wanted:
            return before
        if before is not None and before not in known_here and _fits(connection):
            log.warning("newer_tables", at=before, wanted=wanted)
            return before
        if before is not None and before not in known_here:
            raise WrongSettings(
                f"The database is at {before}, which this version does not know: it belongs to a newer one, which is needed here."
            )
        url = connection.engine.url
        if before is not None and url.get_backend_name() == "sqlite" and url.database:
            _copy(Path(unquote(url.database.removeprefix("file:"))), before, now)
        to_head(connection)
    return before


def to_head(connection: Connection, head: str = "head") -> None:
    """Runs the migrations that are missing, up to `head`."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, head)
    if head == "head":
        _say_oldest(connection, ScriptDirectory.from_config(config))


def _say_oldest(connection: Connection, scripts: "ScriptDirectory") -> None:
    """Writes down for older programs which of them may work on these tables.

    A migration that only adds names in `oldest` the migration of the oldest program that it leaves at work; one that does
    not say so leaves none. Each program's own migrations are behind it, so the newest demand of all counts.
    """
    oldest = max(str(getattr(one.module, "oldest", one.revision)) for one in scripts.walk_revisions())
    connection.execute(text("DELETE FROM footing"))
    connection.execute(text("INSERT INTO footing (id, oldest) VALUES (1, :oldest)"), {"oldest": oldest})


def _copy(database: Path, before: str, now: datetime) -> None:
    """Keeps the database as it was. The caller is its only writer."""
    shutil.copy2(database, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite"))
    wal = database.with_name(database.name + "-wal")
    if wal.exists():
        shutil.copy2(wal, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite-wal"))
