"""An SQLite newsroom copied while it runs, and put back where none runs."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DatabaseError

from feedsvc import db, migrate, settings, sqlite
from feedsvc.backups.package import CHUNK, KEY, Finish, Reader, Tell, Writer, settle
from feedsvc.errors import Refused

MEMBER = "newsroom.sqlite"
_PAGES = 4_096
"""Copied in one step, between which the progress is told."""


def path() -> Path:
    """The file of the newsroom's database."""
    return Path(make_url(settings.current().database).database or "")


def size() -> int:
    """Its bytes, with what its log holds besides."""
    file = path()
    return sum(one.stat().st_size for one in (file, file.with_name(f"{file.name}-wal")) if one.exists())


def pack(writer: Writer, beside: Path, tell: Tell) -> None:
    """Adds the database as it is at one moment. Writers go on meanwhile.

    The copy reads inside one transaction: SQLite begins a copy anew when somebody else writes, but not where the copier
    holds a snapshot (https://www.sqlite.org/c3ref/backup_finish.html).
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        copied = Path(folder) / MEMBER
        source = f"file:{quote(str(path()))}?mode=rw"
        with (
            contextlib.closing(sqlite3.connect(source, uri=True, isolation_level=None)) as live,
            contextlib.closing(sqlite3.connect(copied, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous=OFF")  # A scratch copy: what is kept is synced as a whole.
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")
        with copied.open("rb") as file:
            writer.add(MEMBER, file, copied.stat().st_size, tell)


def is_empty() -> bool:
    """Whether there is no newsroom yet."""
    return not path().exists()


def put(reader: Reader, tell: Tell, kept: Path, finish: Finish) -> None:
    """Takes a backup's database for the newsroom's, in one step; what was there stays under the name `kept`.

    Before that step it is whole, checked, brought up to this program, and `finish` has added to it. Raises Refused; then
    nothing is left of it.
    """
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    restoring = target.with_name(f".{target.name}.restoring")
    _remove(restoring)  # A log that a power cut left would be read into the new file.
    try:
        key = _unpacked(reader, restoring, tell)
        with _changing(restoring) as connection:
            migrate.to_head(connection)
            finish(connection, key)
        _switch(restoring, target, kept)
    finally:
        _remove(restoring)


def _remove(file: Path) -> None:
    for tail in ("", "-wal", "-shm"):
        file.with_name(file.name + tail).unlink(missing_ok=True)


def _unpacked(reader: Reader, restoring: Path, tell: Tell) -> bytes:
    """Writes the database of a backup into a new file, and gives the signing key. Raises Refused where it is not whole."""
    key = b""
    for name, content in reader.members(tell):
        if name == MEMBER:
            with restoring.open("wb") as file:
                restoring.chmod(0o600)
                shutil.copyfileobj(content, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
        elif name == KEY:
            key = content.read()
    reader.need_whole()
    _need_sound(restoring)
    return key


def _need_sound(file: Path) -> None:
    """Raises Refused where SQLite finds fault with a file."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as copy:
        found = [row[0] for row in copy.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise Refused(f"The backup's database is damaged: {'; '.join(found)}. Nothing was changed.")


@contextlib.contextmanager
def _changing(file: Path) -> Iterator[Connection]:
    """A transaction in a file that is not the newsroom's yet. Its log is a part of the file, and on disk, afterwards."""
    made = sqlite.made(URL.create("sqlite", database=str(file)), busy_ms=db.BUSY_MS, create=False)
    try:
        with made.execution_options(writing=True).begin() as connection:
            yield connection
    except DatabaseError as error:
        raise sqlite.told(error) or error from error
    finally:
        made.dispose()


def _switch(restoring: Path, target: Path, kept: Path) -> None:
    """Takes a restored file for the newsroom's; what was there is kept. Raises Refused while somebody else has it open."""
    if target.exists():
        _empty_log(target)
        os.link(target, kept)
        for tail in ("-wal", "-shm"):
            left = target.with_name(target.name + tail)
            if left.exists():
                left.rename(kept.with_name(kept.name + tail))
    restoring.replace(target)
    settle(target.parent)


def _empty_log(file: Path) -> None:
    """Brings what was committed out of SQLite's log into a file: a log that goes by another name is read by nobody.

    A file that is no database is put aside as it is. Raises Refused where somebody else reads or writes.
    """
    busy = Refused("Another process has this newsroom's database open; stop it first. Nothing was changed.")
    try:
        with contextlib.closing(sqlite3.connect(file)) as old:
            found = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise busy from error
        return
    log = file.with_name(f"{file.name}-wal")
    if found[0] or (log.exists() and log.stat().st_size):
        raise busy
