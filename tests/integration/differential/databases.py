"""Real databases that run one statement in a fresh copy and tell what it changed.

A snapshot holds every row of every table and all else that a statement may leave behind: the schema, rights, sequences,
large objects, settings, files beside a SQLite database.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import psycopg
from psycopg import pq, sql

MAX_STEPS = 1_000_000
"""Most instructions of SQLite's machine before a statement is interrupted: a mutated one may have no end."""

MAX_MS = 2_000
"""Longest statement of PostgreSQL, for the same reason."""

VECTORS = Path(__file__).parents[2] / "vectors" / "sql"

Row = tuple[tuple[str, str], ...]
"""Column names and their values as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that a database holds. `rows` by table name, lower case, unqualified; a row may stand there repeatedly."""

    rows: Mapping[str, Counter[Row]]
    rest: frozenset[str]


class Database(Protocol):
    """Runs statements. Each `run` starts from the same state. `columns` are those of each table and view at the start, by
    its name with its schema, without that when it may be left out."""

    columns: Mapping[str, frozenset[str]]

    def run(self, text: str) -> tuple[Snapshot, Snapshot]:
        """Returns what there was before and after. Raises the driver's error when a statement fails."""


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=repr)


def _row(columns: Mapping[str, object]) -> Row:
    return tuple(sorted((name.lower(), _text(value)) for name, value in columns.items()))


_PRAGMAS = (
    "application_id",
    "auto_vacuum",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "case_sensitive_like",
    "defer_foreign_keys",
    "encoding",
    "foreign_keys",
    "ignore_check_constraints",
    "journal_mode",
    "locking_mode",
    "max_page_count",
    "page_size",
    "query_only",
    "recursive_triggers",
    "reverse_unordered_selects",
    "schema_version",
    "secure_delete",
    "synchronous",
    "temp_store",
    "user_version",
    "writable_schema",
)


class SqliteDatabase:
    """SQLite of the standard library, on a file in `folder`."""

    columns: Mapping[str, frozenset[str]] = MappingProxyType({})
    """None: nothing behind a dot runs in SQLite."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first = folder / "first.db"
        with contextlib.closing(sqlite3.connect(self._first)) as connection:
            connection.executescript((VECTORS / "sqlite_schema.sql").read_text(encoding="utf-8"))

    def run(self, text: str) -> tuple[Snapshot, Snapshot]:
        work = self._folder / "work"
        work.mkdir()
        try:
            shutil.copy(self._first, work / "main.db")
            with contextlib.chdir(work), contextlib.closing(sqlite3.connect("main.db")) as connection:
                connection.execute("PRAGMA synchronous = off")
                connection.set_progress_handler(lambda: 1, MAX_STEPS)
                connection.create_function("delete_all_invoices", 0, lambda: _delete_all_invoices(connection))
                before = self._snapshot(connection, work)
                connection.executescript(text)
                connection.set_progress_handler(None, 0)
                return before, self._snapshot(connection, work)
        finally:
            shutil.rmtree(work)

    def _snapshot(self, connection: sqlite3.Connection, work: Path) -> Snapshot:
        rows: dict[str, Counter[Row]] = {}
        rest = {f"{path.name} {_digest(path)}" for path in work.iterdir() if not path.name.startswith("main.db")}
        for _, schema, _ in connection.execute("PRAGMA database_list").fetchall():
            found = connection.execute(f'SELECT type, name, sql FROM "{schema}".sqlite_master').fetchall()  # noqa: S608
            if schema != "temp" or found:  # reading opens the temporary database, and leaves it empty
                rest.add(f"database {schema}")
            rest.update(f"{schema} {line}" for line in found)
            for kind, name, _ in found:
                if kind == "table":
                    quoted = name.replace('"', '""')
                    cursor = connection.execute(f'SELECT * FROM "{schema}"."{quoted}"')  # noqa: S608
                    names = [column[0] for column in cursor.description]
                    key = name.lower() if schema == "main" else f"{schema}.{name.lower()}"
                    rows[key] = Counter(_row(dict(zip(names, row, strict=True))) for row in cursor)
        for pragma in _PRAGMAS:
            rest.add(f"{pragma} {connection.execute(f'PRAGMA {pragma}').fetchall()}")
        return Snapshot(rows=rows, rest=frozenset(rest))


def _delete_all_invoices(connection: sqlite3.Connection) -> int:
    return connection.execute("DELETE FROM invoices").rowcount


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_RELATIONS = """
SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'S') AND n.nspname NOT IN ('information_schema', 'pg_toast') ORDER BY 1, 2
"""
_COLUMNS = """
SELECT CASE WHEN n.nspname = 'public' THEN lower(c.relname) ELSE lower(n.nspname || '.' || c.relname) END,
  array_agg(lower(a.attname))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum > 0 AND c.relkind IN ('r', 'm', 'v', 'p') GROUP BY 1
"""
_STATE = """
SELECT 'setting ' || name || ' ' || setting FROM pg_settings WHERE source IN ('session', 'client', 'database')
AND name NOT LIKE 'transaction%'
UNION ALL SELECT 'role ' || current_user || ' ' || session_user
UNION ALL SELECT 'lock ' || objid || ' ' || mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
UNION ALL SELECT 'listens ' || pg_listening_channels()
UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name FROM pg_cursors
"""


class PostgresDatabase:
    """PostgreSQL: a transaction that is rolled back for each statement, and a fresh copy of the database as soon as that
    did not bring everything back. `url` is that of a database of a superuser."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._admin = psycopg.connect(url, autocommit=True)
        self._admin.execute("CREATE ROLE reader")
        self._admin.execute("CREATE DATABASE first")
        with psycopg.connect(url, dbname="first") as connection:
            connection.execute((VECTORS / "postgres_schema.sql").read_bytes())
            self.columns: Mapping[str, frozenset[str]] = {
                name: frozenset(names) for name, names in connection.execute(_COLUMNS)
            }
        self._connection: psycopg.Connection[Any] | None = None
        self._before = Snapshot(rows={}, rest=frozenset())

    def close(self) -> None:
        self._drop()
        self._admin.close()

    def run(self, text: str) -> tuple[Snapshot, Snapshot]:
        connection = self._connection or self._copy()
        before = after = self._before
        try:
            try:
                _send(connection.pgconn, "BEGIN")
                _send(connection.pgconn, text)
            except psycopg.errors.ActiveSqlTransaction:
                _send(connection.pgconn, "ROLLBACK")
                _send(connection.pgconn, text)
            after = _postgres_snapshot(connection)
        except psycopg.Error:
            self._restore(connection)
            raise
        if after != before:
            self._restore(connection)
        else:
            _send(connection.pgconn, "ROLLBACK")
        return before, after

    def _restore(self, connection: psycopg.Connection[Any]) -> None:
        """Takes a statement back, and the whole database away when that is not enough."""
        try:
            _send(connection.pgconn, "ROLLBACK; RESET SESSION AUTHORIZATION; RESET ROLE")
            restored = _postgres_snapshot(connection) == self._before
        except psycopg.Error:
            restored = False
        if not restored:
            self._drop()

    def _copy(self) -> psycopg.Connection[Any]:
        self._admin.execute("CREATE DATABASE work TEMPLATE first STRATEGY FILE_COPY")
        self._connection = psycopg.connect(
            self._url, dbname="work", autocommit=True, prepare_threshold=None, options=f"-c statement_timeout={MAX_MS}"
        )
        self._before = _postgres_snapshot(self._connection)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._admin.execute("DROP DATABASE IF EXISTS work WITH (FORCE)")


def _send(connection: pq.abc.PGconn, text: str) -> None:
    """Sends a script as psql would, in one simple query; a COPY gets no rows, and its rows are thrown away."""
    error: psycopg.Error | None = None
    connection.send_query(text.encode())
    while (result := connection.get_result()) is not None:
        if result.status == pq.ExecStatus.COPY_OUT:
            while connection.get_copy_data(0)[0] > 0:
                pass
        elif result.status == pq.ExecStatus.COPY_IN:
            connection.put_copy_data(b"")
            connection.put_copy_end()
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            error = psycopg.errors.error_from_result(result)
    if error is not None:
        raise error


def _postgres_snapshot(connection: psycopg.Connection[Any]) -> Snapshot:
    """Takes rows as they are and of the system's catalogs, whose rows are thousands, how many and how new they are."""
    rest = {line for (line,) in connection.execute(_STATE)}
    connection.execute("RESET SESSION AUTHORIZATION; RESET ROLE")
    relations = connection.execute(_RELATIONS).fetchall()
    tables = [(schema, name) for schema, name, kind in relations if kind != "S" and schema != "pg_catalog"]
    rows: dict[str, Counter[Row]] = {name.lower(): Counter() for _, name in tables}
    for name, document in connection.execute(_union("SELECT {}, to_jsonb(t) FROM {} t", tables)):
        rows[name.lower()][_row(document)] += 1
    catalogs = [(schema, name) for schema, name, kind in relations if kind != "S" and schema == "pg_catalog"]
    newest = "SELECT {}, count(*), max(xmin::text::bigint) FROM {}"
    rest.update(str(line) for line in connection.execute(_union(newest, catalogs)))
    sequences = [(schema, name) for schema, name, kind in relations if kind == "S"]
    if sequences:
        rest.update(
            str(line) for line in connection.execute(_union("SELECT {}, last_value, is_called FROM {}", sequences))
        )
    rest.update(f"relation {line}" for line in relations)
    return Snapshot(rows=rows, rest=frozenset(rest))


def _union(each: str, relations: list[tuple[str, str]]) -> sql.Composed:
    selects = [sql.SQL(each).format(sql.Literal(name), sql.Identifier(schema, name)) for schema, name in relations]
    return sql.SQL(" UNION ALL ").join(selects)
