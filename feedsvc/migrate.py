"""Bringing the database's tables up to this program, under a lock, with a copy kept first."""

import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedsvc import db, settings
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
    try:
        found = session.scalar(text("SELECT version_num FROM alembic_version"))
    except OperationalError:
        return None
    return str(found) if found is not None else None


def upgrade(now: datetime) -> str | None:
    """Migrates. Gives what the database was at before.

    Raises WrongSettings where the database belongs to a newer program: nothing is touched then.
    """
    current = settings.current()
    engine = db.engine(current.database, create=True)
    with Session(engine) as session:
        before = at(session)
    wanted, known = _known()
    if before == wanted:
        return before
    if before is not None and before not in known:
        raise WrongSettings(
            f"The database is at {before}, which this version does not know: it belongs to a newer one."
        )
    if before is not None and engine.url.database:
        _copy(Path(unquote(engine.url.database.removeprefix("file:"))), before, now)
    with engine.execution_options(immediate=True).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before


def _copy(database: Path, before: str, now: datetime) -> None:
    """Keeps the database as it was. The caller holds the instance's lock, so nobody writes."""
    shutil.copy2(database, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite"))
    wal = database.with_name(database.name + "-wal")
    if wal.exists():
        shutil.copy2(wal, database.with_name(f"{database.stem}-{before}-{now:%Y%m%dT%H%M%SZ}.sqlite-wal"))
