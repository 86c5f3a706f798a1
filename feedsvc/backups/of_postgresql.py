"""A newsroom on PostgreSQL, copied table by table from one snapshot, and put back in one transaction.

By COPY over the driver's own connection, so that no client programs of the server's version are needed where the newsroom
runs (https://www.postgresql.org/docs/15/sql-copy.html).
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, make_url

from feedsvc import db, migrate, settings
from feedsvc.backups.package import CHUNK, Finish, Reader, Tell, Writer
from feedsvc.errors import Refused, Unavailable

SEQUENCES = "sequences.json"
SUFFIX = ".copy"
NAME = "feedsvc-backup"
_MINE = "n.nspname = current_schema()"
_APART = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')"
"""What belongs to no extension."""

_TABLES = f"""SELECT o.relname FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
    WHERE {_MINE} AND o.relkind = 'r' AND {_APART} ORDER BY 1"""  # noqa: S608  # constants
_COLUMNS = """SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()
    AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"""
_KEY = """SELECT a.attname, a.attcollation <> 0 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)"""
_OBJECTS = (
    ("TABLE", "pg_class", "relname", "relnamespace", "o.relkind = 'r'"),
    ("SEQUENCE", "pg_class", "relname", "relnamespace", "o.relkind = 'S'"),
    ("ROUTINE", "pg_proc", "oid::regprocedure::text", "pronamespace", "true"),
    ("TEXT SEARCH CONFIGURATION", "pg_ts_config", "cfgname", "cfgnamespace", "true"),
    ("TEXT SEARCH DICTIONARY", "pg_ts_dict", "dictname", "dictnamespace", "true"),
)
"""What a migration may have made: kind, catalogue, name, schema, which."""
_WRITTEN = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
"""How values are written, whatever a server, a database or a role would have: the same rows are the same bytes anywhere."""


def _connect() -> "psycopg.Connection[Any]":
    url = make_url(settings.current().database).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        made = psycopg.connect(url, autocommit=True, application_name=NAME, client_encoding="utf8", connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Unavailable(str(error)) from error
    made.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    _write_alike(made, local=False)
    return made


def _write_alike(connection: "psycopg.Connection[Any]", *, local: bool) -> None:
    """Sets what the bytes of a COPY hang on. `local`: for this transaction alone."""
    for name, value in _WRITTEN.items():
        connection.execute("SELECT set_config(%s, %s, %s)", [name, value, local])


def size() -> int:
    """About how many bytes its tables have."""
    with _connect() as connection:
        found = connection.execute(
            f"SELECT coalesce(sum(pg_table_size(o.oid)), 0)::bigint FROM pg_class o JOIN pg_namespace n "  # noqa: S608
            f"ON n.oid = o.relnamespace WHERE {_MINE} AND o.relkind = 'r'"
        ).fetchone()
    return int(found[0]) if found else 0


def pack(writer: Writer, beside: Path, tell: Tell) -> None:
    """Adds every table as it is at one moment, and where the numbers of new rows go on. Writers go on meanwhile."""
    with _connect() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in _tables(connection):
            with tempfile.TemporaryFile(prefix=".backup-", dir=beside) as file:
                for chunk in _rows(connection, table):
                    file.write(chunk)
                size = file.tell()
                file.seek(0)
                writer.add(f"{table}{SUFFIX}", file, size, tell)
        writer.add_bytes(SEQUENCES, json.dumps(_sequences(connection), indent=1).encode())
        connection.execute("ROLLBACK")


def _tables(connection: "psycopg.Connection[Any]") -> list[str]:
    return [name for (name,) in connection.execute(_TABLES).fetchall()]


def _columns(connection: "psycopg.Connection[Any]", table: str) -> sql.Composed:
    """Those that hold something of their own; what the database works out itself is worked out again."""
    found = connection.execute(_COLUMNS, [table]).fetchall()
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)


def _rows(connection: "psycopg.Connection[Any]", table: str) -> Iterator[bytes]:
    """A table in its order, as COPY writes it. Words are in the order of their bytes: each database has one of its own."""
    name = sql.Identifier(table)
    keys = [
        sql.SQL('{} COLLATE "C"' if is_word else "{}").format(sql.Identifier(key))
        for key, is_word in connection.execute(_KEY, [f'"{table}"']).fetchall()
    ]
    order = sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(keys)) if keys else sql.SQL("")
    asked = sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT").format(_columns(connection, table), name, order)
    with connection.cursor() as cursor, cursor.copy(asked) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _sequences(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """The last number of each that was ever given out: rows that were deleted do not give theirs back."""
    found = connection.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"
    )
    return {str(name): int(last) for name, last in found.fetchall()}


def is_empty() -> bool:
    """Whether there is no newsroom yet."""
    with _connect() as connection:
        return not _tables(connection)


def need_alone() -> None:
    """Raises Refused while a node of the newsroom is connected."""
    with _connect() as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'feedsvc'"
        ).fetchone()
    if found and found[0]:
        raise Refused("A node of this newsroom is connected to the database; stop every one of them first.")


def put(reader: Reader, tell: Tell, finish: Finish) -> None:
    """Puts a backup in the place of what is there: all of it, with what `finish` adds, or nothing is changed.

    The tables are made by the migrations of the backup's time; keys between them are put on once all rows are there. Each
    table is then read again, and must be what was written into the backup, to the byte.
    """
    with db.migrating() as connection:
        raw: Any = connection.connection.dbapi_connection
        _write_alike(raw, local=True)
        _clear(raw)
        migrate.to_head(connection, reader.manifest.migration)
        finish(connection, _filled(connection, raw, reader, tell))


def _filled(connection: Connection, raw: Any, reader: Reader, tell: Tell) -> bytes:
    """Puts the rows back, and gives the signing key."""
    keys, key = _without_keys(raw), b""
    tables = _tables(raw)
    raw.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    for name, content in reader.members(tell):
        if name.endswith(SUFFIX):
            table = name.removesuffix(SUFFIX)
            if table not in tables:
                raise Refused(
                    f"The backup has a table {table}, which its migration does not make. Nothing was changed."
                )
            asked = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns(raw, table))
            with raw.cursor() as cursor, cursor.copy(asked) as copy:
                while chunk := content.read(CHUNK):
                    copy.write(chunk)
        elif name == SEQUENCES:
            for sequence, last in json.loads(content.read()).items():
                raw.execute("SELECT setval(%s::regclass, %s)", [f'"{sequence}"', last])
        elif name == "secret-key":
            key = content.read()
    reader.need_whole()
    for statement in keys:
        raw.execute(statement)
    for table in tables:
        raw.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        _need_same(raw, table, reader)
    migrate.to_head(connection)
    return key


def _need_same(raw: Any, table: str, reader: Reader) -> None:
    """Raises Refused where a table is not what the backup has."""
    digest = hashlib.sha256()
    for chunk in _rows(raw, table):
        digest.update(chunk)
    if reader.expected.get(f"{table}{SUFFIX}") != digest.hexdigest():
        raise Refused(f"The table {table} did not come out as it was. Nothing was changed.")


def _clear(raw: Any) -> None:
    """Drops what a newsroom, of whatever version, has made in this schema."""
    for kind, catalogue, name, schema, which in _OBJECTS:
        quoted = f"o.{name}" if "::" in name else f"quote_ident(o.{name})"
        found = raw.execute(
            f"SELECT {quoted} FROM {catalogue} o JOIN pg_namespace n ON n.oid = o.{schema} "  # noqa: S608  # constants
            f"WHERE {_MINE} AND {which} AND {_APART}"
        ).fetchall()
        for (one,) in found:
            raw.execute(f"DROP {kind} IF EXISTS {one} CASCADE")


def _without_keys(raw: Any) -> list[str]:
    """Takes foreign keys off and silences triggers; gives the statements that put the keys on again."""
    found = raw.execute(
        "SELECT o.conrelid::regclass::text, quote_ident(o.conname), pg_get_constraintdef(o.oid) FROM pg_constraint o "  # noqa: S608
        f"JOIN pg_namespace n ON n.oid = o.connamespace WHERE o.contype = 'f' AND {_MINE}"
    ).fetchall()
    for table, name, _ in found:
        raw.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in _tables(raw):
        raw.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in found]
