"""What the parser claims of a WHERE holds in a real SQLite: no row outside the claimed equalities is deleted or read.

Conditions are drawn from a grammar that is rich in what engines and parsers order differently: precedence of NOT, IS, IN,
BETWEEN, comparisons in a row, parentheses, comments and signs.
"""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.programs.model import SqlEffect
from pdp.programs.sql import parse_sql
from writ.action import Verb

_COLUMNS = ("id", "customer_id", "status")
_ROWS = [(number, number % 3, ("open", "paid", "7", "")[number % 4]) for number in range(-2, 12)]

_ATOMS = st.sampled_from(
    ["id", "customer_id", "status", "i.id", "7", "0", "1", "-1", "'7'", "'open'", "''", "NULL", "TRUE", "(id)", "((7))"]
)
_OPERATORS = st.sampled_from(["=", "==", "<>", "<", ">=", "IS", "IS NOT", "+", "-", "||", "|", "LIKE"])
_GLUE = st.sampled_from([" AND ", " OR ", " and ", "\nAND\t", " AND/* x */", " -- x\nOR ", " = ", " IS "])


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _OPERATORS, inner).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}"),
        st.tuples(inner, _GLUE, inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"NOT {text}"),
        inner.map(lambda text: f"{text} ISNULL"),
        inner.map(lambda text: f"{text} NOTNULL"),
        inner.map(lambda text: f"{text} COLLATE NOCASE"),
        st.tuples(inner, st.lists(_ATOMS, min_size=1, max_size=3)).map(
            lambda parts: f"{parts[0]} IN ({', '.join(parts[1])})"
        ),
        st.tuples(inner, _ATOMS, _ATOMS).map(lambda parts: f"{parts[0]} BETWEEN {parts[1]} AND {parts[2]}"),
    )


_EQUAL = st.tuples(st.sampled_from(_COLUMNS), st.sampled_from(["7", "1", "'7'", "'open'", "0"])).map(" = ".join)
_CONDITIONS = st.recursive(st.one_of(_ATOMS, _EQUAL, _EQUAL), _grow, max_leaves=6)


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT)")
    connection.executemany("INSERT INTO invoices VALUES (?, ?, ?)", _ROWS)
    return connection


def _is_claimed(row: tuple[object, ...], effect: SqlEffect) -> bool:
    return all(
        column in _COLUMNS and str(row[_COLUMNS.index(column)]) in values
        for column, values in effect.equalities.items()
    )


def _run(database: sqlite3.Connection, statement: str) -> list[tuple[object, ...]] | None:
    """Returns the rows of a statement, which is taken back; None when SQLite refuses it."""
    database.execute("BEGIN")
    try:
        return database.execute(statement).fetchall()
    except sqlite3.Error:
        return None
    finally:
        database.execute("ROLLBACK")


@settings(max_examples=1500, deadline=None)
@given(condition=_CONDITIONS, verb=st.sampled_from(["DELETE", "SELECT *"]))
def test_no_row_outside_the_claimed_equalities_is_touched(
    database: sqlite3.Connection, condition: str, verb: str
) -> None:
    statement = f"{verb} FROM invoices AS i WHERE {condition}"
    rows = _run(database, statement if verb == "SELECT *" else f"{statement} RETURNING *")
    if rows is None:
        return
    effects = parse_sql(statement, "sqlite").effects
    for effect in effects:
        if isinstance(effect, SqlEffect) and effect.verb in (Verb.DELETE, Verb.READ):
            assert [row for row in rows if not _is_claimed(row, effect)] == [], statement


@settings(max_examples=300, deadline=None)
@given(condition=_CONDITIONS)
def test_another_condition_beside_it_is_no_narrower(condition: str) -> None:
    plain = parse_sql("DELETE FROM invoices WHERE customer_id = 7", "sqlite").effects
    statement = f"DELETE FROM invoices WHERE customer_id = 7 AND ({condition} OR id > 0)"  # noqa: S608
    assert parse_sql(statement, "sqlite").effects in (
        plain,
        parse_sql("nothing that is sql", "sqlite").effects,
    )
