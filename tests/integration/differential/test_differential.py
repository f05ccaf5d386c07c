"""Whatever changes a row or the schema of a real database is never parsed as a read.

Beyond that: a row that vanished or changed stood within what the parser proved, so that no scope is told too narrow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
import yaml

from pdp.programs.model import CommandEffect, Effect, FileEffect, Program, SqlEffect
from pdp.programs.sql import parse_sql
from tests.integration.differential.databases import VECTORS, Database, PostgresDatabase, Row, Snapshot, SqliteDatabase
from tests.integration.differential.mutations import mutations
from tests.postgres_server import PostgresServer
from writ.action import Verb

MIN_STATEMENTS = 300
MIN_UNDERSTOOD_PERCENT = 90
READING = frozenset({Verb.READ, Verb.LIST})
CAUSED = {
    "customers": {"invoices", "lines", "audit"},
    "invoices": {"lines", "audit"},
    "open_invoices": {"invoices", "lines", "audit"},
    "events": {"events_2026"},
    "numbered": {"sqlite_sequence"},
}
"""What the schemas' triggers, cascades, views and partitions change beside the table that a statement names."""


def statements(dialect: str) -> list[dict[str, Any]]:
    """Returns the corpus of a dialect."""
    corpus: list[dict[str, Any]] = yaml.safe_load((VECTORS / f"{dialect}.yaml").read_text(encoding="utf-8"))
    return corpus


@pytest.fixture(scope="module")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return SqliteDatabase(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    with PostgresServer() as server:
        database = PostgresDatabase(server.url)
        yield database
        database.close()


def changes(effects: tuple[Effect, ...]) -> list[Effect]:
    """Returns the effects that are no reads."""
    return [
        effect for effect in effects if not isinstance(effect, SqlEffect | FileEffect) or effect.verb not in READING
    ]


def is_unknown(effects: tuple[Effect, ...]) -> bool:
    """True when the parser says that it cannot tell."""
    return any(isinstance(effect, CommandEffect) and effect.verb is Verb.UNKNOWN for effect in effects)


def is_refused(program: Program, columns: Mapping[str, frozenset[str]]) -> bool:
    """True when a program is UNKNOWN, also only to a catalog that names all columns: what is no column may be a function."""
    return is_unknown(program.effects) or any(
        all(use.name not in columns.get(table, ()) for table in use.tables) for use in program.columns
    )


def within(row: Row, effect: SqlEffect) -> bool:
    """True when all that an effect claims to be proven holds for the row. A column that the row does not show (`rowid`,
    `ctid`, a quoted word that SQLite takes for a string) is no key that a catalog declares, and narrows nothing."""
    columns = dict(row)
    return all(columns[column] in values for column, values in effect.equalities.items() if column in columns)


def unforeseen(before: Snapshot, after: Snapshot, effects: tuple[Effect, ...]) -> set[str]:
    """Returns the tables whose rows changed, vanished or appeared although no effect covers that."""
    writes = [effect for effect in changes(effects) if isinstance(effect, SqlEffect)]
    # A DDL statement that names no table may have replaced any.
    if is_unknown(effects) or any(effect.verb is Verb.ADMIN and not effect.table for effect in writes):
        return set()
    found: set[str] = set()
    for table in before.rows.keys() & after.rows.keys():
        direct = [effect for effect in writes if bare(effect.table) == table]
        if before.rows[table] == after.rows[table] or any(table in CAUSED.get(bare(item.table), ()) for item in writes):
            continue
        vanished = before.rows[table] - after.rows[table]
        if not direct or not all(any(within(row, effect) for effect in direct) for row in vanished):
            found.add(table)
    return found


def destroyed(before: Snapshot, after: Snapshot) -> set[str]:
    """Returns the tables that are gone with their rows, or that have fewer columns than before; new names do not count."""
    renamed = [after.rows[table] for table in after.rows.keys() - before.rows.keys()]
    return {
        table
        for table, rows in before.rows.items()
        if rows and rows not in renamed and width(after, table) < width(before, table)
    }


def width(snapshot: Snapshot, table: str) -> int:
    """Returns how many columns the rows of a table have: many for a table that is empty, none for one that is gone."""
    rows = snapshot.rows.get(table)
    return 0 if rows is None else len(next(iter(rows), range(1000)))


def bare(table: str) -> str:
    """Returns a table's name without its schema."""
    return table.rpartition(".")[2]


def check_mutations(database: Database, dialect: str, count: int) -> None:
    """Runs statements made by chance; those that the database refuses show nothing. Enough have to run and change it."""
    changing = 0
    for text in mutations([item["sql"] for item in statements(dialect)], count, seed=count):
        try:
            before, after = database.run(text)
        except (sqlite3.Error, sqlite3.Warning, psycopg.Error):
            continue
        if before != after:
            changing += 1
            compare(database, dialect, text, before, after)
    assert changing * 50 > count


def compare(database: Database, dialect: str, text: str, before: Snapshot, after: Snapshot) -> None:
    """Compares what a statement changed with what the parser says."""
    program = parse_sql(text, dialect)
    if is_refused(program, database.columns):
        return
    effects = program.effects
    assert changes(effects), f"{text!r} is parsed as a read: {effects}"
    assert not unforeseen(before, after, effects), f"{text!r} is told too narrow: {effects}"
    if not is_unknown(effects):
        told = [effect for effect in effects if isinstance(effect, SqlEffect)]
        deleted = {bare(effect.table) for effect in told if effect.verb is Verb.DELETE}
        assert destroyed(before, after) <= deleted, f"{text!r} destroys what it is not told to delete: {effects}"


def check(database: Database, dialect: str, text: str) -> None:
    """Runs a statement and compares what it did with what the parser says."""
    before, after = database.run(text)
    if before != after:
        compare(database, dialect, text, before, after)


@pytest.mark.parametrize("text", [item["sql"] for item in statements("sqlite")])
def test_what_changes_sqlite_is_never_parsed_as_a_read(sqlite_database: Database, text: str) -> None:
    check(sqlite_database, "sqlite", text)


@pytest.mark.parametrize("text", [item["sql"] for item in statements("postgres")])
def test_what_changes_postgresql_is_never_parsed_as_a_read(postgres: Database, text: str) -> None:
    check(postgres, "postgres", text)


def test_no_change_by_chance_makes_a_write_to_sqlite_a_read(sqlite_database: Database) -> None:
    check_mutations(sqlite_database, "sqlite", 1500)


def test_no_change_by_chance_makes_a_write_to_postgresql_a_read(postgres: Database) -> None:
    check_mutations(postgres, "postgres", 500)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_plain_honest_statements_are_understood(dialect: str) -> None:
    honest = [item["sql"] for item in statements(dialect) if item.get("honest")]
    unclear = [text for text in honest if is_unknown(parse_sql(text, dialect).effects)]
    assert len(unclear) * 100 <= len(honest) * (100 - MIN_UNDERSTOOD_PERCENT), unclear


def test_honest_statements_name_only_columns_behind_an_alias(postgres: Database) -> None:
    honest = [item["sql"] for item in statements("postgres") if item.get("honest")]
    programs = {text: parse_sql(text, "postgres") for text in honest}
    assert sum(bool(program.columns) for program in programs.values()) > 20
    refused = [
        text
        for text, program in programs.items()
        if not is_unknown(program.effects) and is_refused(program, postgres.columns)
    ]
    assert not refused


def test_a_function_behind_an_alias_truly_runs(postgres: Database) -> None:
    for text in ("SELECT i.purge FROM invoices i", "SELECT s.purge_record FROM (SELECT id FROM invoices) AS s"):
        before, after = postgres.run(text)
        assert before.rows["archive"] != after.rows["archive"], text
        assert is_refused(parse_sql(text, "postgres"), postgres.columns)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_the_corpus_is_large_and_repeats_nothing(dialect: str) -> None:
    texts = [item["sql"] for item in statements(dialect)]
    assert len(texts) >= MIN_STATEMENTS
    assert len(set(texts)) == len(texts)


def test_the_comparison_sees_a_table_that_no_effect_names(sqlite_database: Database) -> None:
    before, after = sqlite_database.run("DELETE FROM invoices WHERE id = 3")
    assert unforeseen(before, after, (SqlEffect(verb=Verb.DELETE, table="lines"),)) == {"audit", "invoices"}


def test_the_comparison_sees_rows_outside_the_proven_scope(sqlite_database: Database) -> None:
    before, after = sqlite_database.run("DELETE FROM lines WHERE id = 3")
    for value, want in (("1", {"lines"}), ("3", set())):
        told = SqlEffect(verb=Verb.DELETE, table="lines", equalities={"id": (value,)})
        assert unforeseen(before, after, (told,)) == want


def test_the_snapshot_sees_sequences_rights_and_settings(postgres: Database) -> None:
    for text in (
        "SELECT nextval('invoice_numbers')",
        "GRANT SELECT ON invoices TO reader",
        "SET search_path TO billing",
    ):
        before, after = postgres.run(text)
        assert before != after, text
