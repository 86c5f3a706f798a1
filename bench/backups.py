"""Backup and restore of a large newsroom (S23): seconds, and every row of every table held against the original's.

    python bench/backups.py --cache .bench                                100,000 items on SQLite
    python bench/backups.py --cache .bench --postgresql postgresql://…    the same rows on a PostgreSQL database made for this

Nothing is written into the cached newsroom: it is read once, and copied.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from newsrooms import prepared
from ours import ROOT
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.engine import Connection, Engine

BATCH = 2_000
LEFT_OUT = {"notice", "audit"}
"""A restore is written down, and what waited to be mailed is taken off."""


def main() -> None:
    """Measures, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(".bench"))
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--languages", default="en,az,ru")
    parser.add_argument("--postgresql", default="", help="address of a database that may be emptied")
    asked = parser.parse_args()
    folder = prepared(asked.cache, asked.items, asked.languages)
    scratch = Path(tempfile.mkdtemp(prefix="backups-", dir=asked.cache)).resolve()
    try:
        print(json.dumps(measured(folder, scratch, asked), indent=1))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def measured(folder: Path, scratch: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Copies, migrates, backs up, restores elsewhere, compares."""
    first, second = scratch / "first", scratch / "second"
    first.mkdir()
    for name in ("newsroom.sqlite", "newsroom.sqlite-wal", "secret-key"):
        if (folder / "instance" / name).exists():
            shutil.copy2(folder / "instance" / name, first / name)
    settings = {"FEEDSVC_LANGUAGES": asked.languages, "FEEDSVC_BASE_URL": "http://localhost:8000"}
    run({**settings, "FEEDSVC_INSTANCE": str(first)}, "init")
    origin = f"sqlite:///{first / 'newsroom.sqlite'}"
    if asked.postgresql:
        settings["FEEDSVC_DATABASE_URL"] = asked.postgresql
        run({**settings, "FEEDSVC_INSTANCE": str(first)}, "init")
        carried(create_engine(origin), create_engine(asked.postgresql.replace("://", "+psycopg://", 1)))
        origin = asked.postgresql.replace("://", "+psycopg://", 1)
    before = digests(origin)
    file = scratch / "newsroom.tar.zst"
    found = {"backup_s": run({**settings, "FEEDSVC_INSTANCE": str(first)}, "backup", str(file))}
    found["restore_s"] = run(
        {**settings, "FEEDSVC_INSTANCE": str(second)}, "restore", "--replace", "--go-on", str(file)
    )
    after = digests(origin if asked.postgresql else f"sqlite:///{second / 'newsroom.sqlite'}")
    same = {name: rows for name, rows in before.items() if name not in LEFT_OUT}
    differing = [name for name, rows in same.items() if after.get(name) != rows]
    megabytes = round(file.stat().st_size / 1e6, 1)
    rows = sum(count for count, _ in same.values())
    return {**found, "file_mb": megabytes, "tables": len(same), "rows": rows, "tables_that_differ": differing}


def run(settings: dict[str, str], *words: str) -> float:
    """A command's seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "feedsvc", *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=False, timeout=1800)
    if done.returncode:
        sys.exit(f"`feedsvc {' '.join(words)}` failed; see above")
    return round(time.monotonic() - began, 1)


def carried(source: Engine, target: Engine) -> None:
    """The same rows on the other database, whose tables are there and empty of anything that counts."""
    known = MetaData()
    known.reflect(target)
    with source.connect() as reading, target.begin() as writing:
        writing.exec_driver_sql("SET session_replication_role = replica")
        for table in known.sorted_tables:
            if table.name == "alembic_version":
                continue
            writing.exec_driver_sql(f'DELETE FROM "{table.name}"')
            _carry(reading, writing, table)
            if "id" in table.columns and table.columns["id"].server_default is not None:
                highest = f'(SELECT coalesce(max(id), 1) FROM "{table.name}")'
                writing.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), {highest})")


def _carry(reading: Connection, writing: Connection, table: Table) -> None:
    theirs = MetaData()
    other = Table(table.name, theirs, autoload_with=reading)
    stored = [column for column in table.columns if column.computed is None]
    rows = reading.execution_options(stream_results=True).execute(select(*(other.c[c.name] for c in stored)))
    raw = writing.connection.cursor()
    names = ", ".join(f'"{column.name}"' for column in stored)
    with raw.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(
                [
                    json.dumps(value)
                    if str(column.type) == "JSON" and value is not None
                    else bool(value)
                    if str(column.type) == "BOOLEAN" and value is not None
                    else value
                    for value, column in zip(row, stored, strict=True)
                ]
            )


def digests(url: str) -> dict[str, tuple[int, str]]:
    """Rows and a digest of each table, read by another road than that of the backup."""
    engine, known, found = create_engine(url), MetaData(), {}
    known.reflect(engine)
    with engine.connect() as connection:
        for table in known.sorted_tables:
            if not table.primary_key.columns:
                continue
            digest, count = hashlib.sha256(), 0
            asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
            for row in connection.execute(asked):
                digest.update(repr(tuple(row)).encode())
                count += 1
            found[table.name] = (count, digest.hexdigest())
    return found


if __name__ == "__main__":
    main()
