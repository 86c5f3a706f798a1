"""Bringing the database's tables up to this program, under a lock, with a copy of an SQLite file kept first."""

import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from feedsvc import db
from feedsvc.errors import WrongSettings

SCRIPTS = Path(__file__).parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


@lru_cache(maxsize=1)
def _known() -> tuple[str, frozenset[str]]:
    """This program's newest migration, and all of them."""
    directory = ScriptDirectory.from_config(_config())
    head = directory.get_current_head()
    if head is None:
        raise WrongSettings("The migrations folder is missing beside the program.")
    return head, frozenset(script.revision for script in directory.walk_revisions())


def head() -> str:
    """The migration that this program needs."""
    return _known()[0]


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

    Raises WrongSettings where the database belongs to a newer program: nothing is touched then.
    """
    with db.migrating() as connection:
        before = _at(connection)
        wanted, known = _known()
        if before == wanted:
            return before
        if before is not None and before not in known:
            raise WrongSettings(
                f"The database is at {before}, which this version does not know: it belongs to a newer one."
            )
        url = connection.engine.url
        if before is not None and url.get_backend_name() == "sqlite" and url.database:
            _copy(Path(unquote(url.database.removeprefix("file:"))), before, now)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before


def _copy(database: Path, before: str, now: datetime) -> None:
    """Keeps the database as it was. The caller is its only writer."""
    shutil.copy2(database, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite"))
    wal = database.with_name(database.name + "-wal")
    if wal.exists():
        shutil.copy2(wal, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite-wal"))
