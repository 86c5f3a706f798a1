"""Making a backup, looking whether one is whole, and putting one back."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, update
from sqlalchemy.orm import Session

from feedsvc import __version__, clock, db, migrate, settings, shelf
from feedsvc.backups import of_sqlite, package
from feedsvc.backups.package import KEY, Finish, Manifest, Tell
from feedsvc.errors import Refused, Unavailable
from feedsvc.models import Notice
from feedsvc.newsroom import indexing, publishing
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.push import queue


def last_file(instance: Path) -> Path:
    """Touched when a backup was made and read back: so that its age can be told."""
    return instance / "run" / "backup"


def _on_sqlite() -> bool:
    return settings.current().database.startswith("sqlite")


def size() -> int:
    """About how many bytes there are to copy. Raises Unavailable where there is no newsroom."""
    if _on_sqlite():
        if not of_sqlite.path().exists():
            raise Unavailable(f"there is no database {of_sqlite.path()}")
        return of_sqlite.size()
    from feedsvc.backups import of_postgresql

    return of_postgresql.size()


def make(path: Path, tell: Tell) -> Manifest:
    """Writes the newsroom as it is at this moment into a new file, while it runs, and reads the file back.

    Raises Refused where something lies there, Unavailable where the database cannot be read.
    """
    current = settings.current()
    with db.reading() as session:
        migration = migrate.at(session) or ""
    kind = "sqlite" if _on_sqlite() else "postgresql"
    moment = clock.now().isoformat()
    manifest = Manifest(moment, __version__, kind, migration, current.public_url, size())
    with package.written(path, manifest) as writer:
        key = current.instance / KEY
        if key.exists():
            writer.add_bytes(KEY, key.read_bytes())
        if kind == "sqlite":
            of_sqlite.pack(writer, path.parent, tell)
        else:
            from feedsvc.backups import of_postgresql

            of_postgresql.pack(writer, path.parent, tell)
    look(path, tell)
    last = last_file(current.instance)
    last.parent.mkdir(parents=True, exist_ok=True)
    last.touch()
    return manifest


def look(path: Path, tell: Tell) -> Manifest:
    """Reads a backup to its end. Raises Refused where it is not what was written."""
    with package.opened(path) as reader:
        for _ in reader.members(tell):
            pass
        reader.need_whole()
        return reader.manifest


def put_back(path: Path, tell: Tell, *, replace: bool, mail: bool, go_on: bool) -> Manifest:
    """Puts a backup in the place of the newsroom's rows. No process of it may run: the caller holds the instance.

    What waited for the mail server or for subscribers when the backup was made was most likely sent since: it is not sent
    again, unless `mail`. What was planned then may have been called off since, or withdrawn: everything is held as it was then, unless
    `go_on`. Raises Refused where there is a newsroom and not `replace`, or the backup is of another kind; then, and where
    anything fails, nothing was changed.
    """
    with contextlib.ExitStack() as undone, package.opened(path) as reader:
        made_at = _need_ours(reader.manifest)

        def finish(connection: Connection, key: bytes) -> None:
            now = clock.now()
            with Session(connection, expire_on_commit=False) as session:
                _write_down(session, path, reader.manifest, mail=mail, now=now)
                if not mail:
                    queue.drop(session, now=now)
                if not go_on:
                    reason = f"Restored from the backup of {reader.manifest.made_at}"
                    publishing.hold(session, reason, actor=SYSTEM, now=now, since=min(made_at, now))
                if indexing.is_torn(session):
                    indexing.begin_anew(session, now=now)
                session.flush()
            undone.enter_context(_key_put(key))

        _put(reader, tell, finish, replace=replace)
    shelf.clear(settings.current().instance)
    return reader.manifest


def _need_ours(manifest: Manifest) -> datetime:
    """When a backup was made. Raises Refused where it cannot be put back here."""
    kind = "sqlite" if _on_sqlite() else "postgresql"
    if manifest.database != kind:
        raise Refused(f"The backup is of {manifest.database}, this newsroom stands on {kind}.")
    if manifest.migration not in migrate.known():
        raise Refused(f"The backup is at {manifest.migration}: it belongs to a newer version of the program.")
    try:
        return datetime.fromisoformat(manifest.made_at).astimezone(UTC)
    except ValueError as error:
        raise Refused(f"The backup does not say when it was made, but {manifest.made_at!r}.") from error


def _put(reader: package.Reader, tell: Tell, finish: Finish, *, replace: bool) -> None:
    """Puts the rows back."""
    there = "There is a newsroom here already. With --replace it is put aside for the backup."
    if _on_sqlite():
        if not (replace or of_sqlite.is_empty()):
            raise Refused(there)
        target = of_sqlite.path()
        kept = target.with_name(f"{target.stem}-before-restore-{_moment()}.sqlite")
        of_sqlite.put(reader, tell, kept, finish)
        return
    from feedsvc.backups import of_postgresql

    of_postgresql.need_alone()
    if not (replace or of_postgresql.is_empty()):
        raise Refused(f"{there} On PostgreSQL nothing is kept of it: make a backup first.")
    of_postgresql.put(reader, tell, finish)


def _moment() -> str:
    return f"{clock.now():%Y%m%dT%H%M%S%fZ}"


@contextlib.contextmanager
def _key_put(key: bytes) -> Iterator[None]:
    """The backup's signing key, with which its second factors were made, on disk before the rows are.

    Another one is kept beside it, and takes its place again where the rows do not come after all. After a power cut
    between the two the same restore finishes it.
    """
    path = settings.current().instance / KEY
    before = path.read_bytes() if path.exists() else b""
    if not key or before == key:
        yield
        return
    kept = path.with_name(f"{KEY}-before-restore-{_moment()}")
    if before:
        os.link(path, kept)
    making = path.with_name(f".{KEY}.restoring")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)
    package.settle(path.parent)
    try:
        yield
    except BaseException:
        if before:
            kept.replace(path)
        else:
            path.unlink()
        raise


def _write_down(session: Session, path: Path, manifest: Manifest, *, mail: bool, now: datetime) -> None:
    """Notes the deed in the log, and takes off the queue what was to be mailed then."""
    if not mail:
        session.execute(update(Notice).where(Notice.sent_at.is_(None)).values(sent_at=now))
    audit(session, SYSTEM, "restore", "newsroom", now, backup=path.name, made_at=manifest.made_at)
