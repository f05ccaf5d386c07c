"""What stands behind an alias in PostgreSQL is a column of what FROM holds, or the statement is not understood."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from pdp.programs.model import ColumnUse, CommandEffect
from pdp.programs.shell import parse_shell
from pdp.programs.sql import parse_in_full, parse_sql
from pdp.programs.sql_templates import Templates
from writ.action import Verb

UNKNOWN = CommandEffect(verb=Verb.UNKNOWN, program="")


def uses(text: str) -> set[tuple[str, str]]:
    """Returns the names that have to be columns, each with the tables that may have it, one space between these."""
    program = parse_sql(text, "postgres")
    assert UNKNOWN not in program.effects, program.findings
    return {(use.name, " ".join(sorted(use.tables))) for use in program.columns}


def codes(text: str, dialect: str = "postgres") -> list[str]:
    return [finding.code for finding in parse_sql(text, dialect).findings]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("SELECT i.purge FROM invoices i", {("purge", "invoices")}),
        ('SELECT i."Purge" FROM invoices i', {("purge", "invoices")}),
        ("SELECT billing.invoices.purge FROM billing.invoices", {("purge", "billing.invoices")}),
        ("SELECT id FROM invoices WHERE id = 1 AND invoices.purge IS NOT NULL", {("purge", "invoices")}),
        ("SELECT 1 FROM invoices i GROUP BY i.a HAVING i.b > 1 ORDER BY i.c", {(name, "invoices") for name in "abc"}),
        ("SELECT 1 FROM lines l JOIN invoices i ON i.purge = 1", {("purge", "invoices")}),
        ("SELECT s.purge FROM (SELECT * FROM invoices) s", {("purge", "invoices")}),
        ("SELECT s.purge FROM (SELECT i.*, 1 AS x FROM invoices i, lines) s", {("purge", "invoices")}),
        ("SELECT s.purge FROM (SELECT * FROM invoices, lines) s", {("purge", "invoices lines")}),
        ("WITH s AS (SELECT * FROM invoices) SELECT s.purge FROM s", {("purge", "invoices")}),
        ("WITH invoices AS (SELECT invoices.a FROM invoices) SELECT invoices.a FROM invoices", {("a", "invoices")}),
        ("WITH s AS (DELETE FROM lines RETURNING *) SELECT s.purge FROM s", {("purge", "lines")}),
        ("SELECT j.purge FROM (invoices i JOIN lines l ON i.id = l.id) AS j", {
            ("id", "invoices"), ("id", "lines"), ("purge", "invoices lines")
        }),
        ("DELETE FROM lines l USING invoices i WHERE i.purge = 4", {("purge", "invoices")}),
        ("UPDATE invoices SET x = invoices.purge WHERE id = 1", {("purge", "invoices")}),
        ("UPDATE invoices SET x = 1 RETURNING invoices.purge", {("purge", "invoices")}),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.purge", {("purge", "t")}),
        ("MERGE INTO lines l USING invoices i ON l.id = i.purge WHEN MATCHED THEN DELETE", {
            ("id", "lines"), ("purge", "invoices")
        }),
        ("COPY (SELECT i.purge FROM invoices i) TO STDOUT", {("purge", "invoices")}),
        ("CREATE TABLE t AS SELECT i.purge FROM invoices i", {("purge", "invoices")}),
        ("EXPLAIN SELECT i.purge FROM invoices i", {("purge", "invoices")}),
    ],
)  # fmt: skip  # the wanted sets read better on the lines of their statements
def test_a_name_behind_the_alias_of_a_table_is_for_the_catalog_to_know(text: str, want: set[tuple[str, str]]) -> None:
    assert uses(text) == want


@pytest.mark.parametrize(
    "text",
    [
        "SELECT purge FROM invoices ORDER BY purge",
        "SELECT i.*, i.ctid, i.xmin FROM invoices i",
        "SELECT s.a, s.b, s.count FROM (SELECT x AS a, b, count(*) FROM invoices GROUP BY 1, 2) s",
        "SELECT s.x FROM (SELECT 1 UNION SELECT 2) AS s(x)",
        "SELECT s.b FROM (SELECT b::text FROM invoices UNION SELECT c FROM lines) s",
        "SELECT s.column2 FROM (VALUES (1, 2)) s",
        "WITH s(x) AS (SELECT 1) SELECT s.x FROM s",
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT s.n + 1 FROM s) SELECT s.n FROM s",
        "SELECT i.x FROM invoices AS i(x)",
        "SELECT g.g, h.x FROM generate_series(1, 2) AS g, generate_series(1, 2) AS h(x)",
        "SELECT e.key, e.value, a.value FROM json_each('{}') e, jsonb_array_elements('[]') AS a",
        "SELECT u.x, u.n FROM unnest(ARRAY[1]) WITH ORDINALITY AS u(x, n)",
        "COMMENT ON COLUMN invoices.purge IS 'x'",
    ],
)
def test_what_the_statement_itself_makes_a_column_needs_no_catalog(text: str) -> None:
    assert uses(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT s.purge FROM (SELECT id FROM invoices) s",
        "SELECT s.purge FROM (VALUES (1)) s",
        "SELECT s.a FROM (SELECT 1 AS a) AS s(x)",
        "SELECT i.id FROM invoices AS i(x)",
        "SELECT j.purge FROM ((SELECT 1 AS a) a JOIN (SELECT 2 AS b) b ON true) AS j",
        "WITH s AS (SELECT id FROM invoices) SELECT s.purge FROM s",
        "WITH RECURSIVE a AS (SELECT b.x FROM b), b AS (SELECT 1 AS x) SELECT 1 FROM a",
        "SELECT n.lo_unlink FROM generate_series(4711, 4711) AS n",
        "SELECT purge.purge FROM json_each('{}') AS purge",
        "SELECT purge.purge FROM unnest(ARRAY(SELECT i FROM invoices i)) AS purge",
        "SELECT nowhere.purge FROM invoices",
        "SELECT invoices.purge FROM invoices i",
        "INSERT INTO invoices SELECT invoices.purge FROM lines",
        "SELECT (i).purge FROM invoices i",
        "SELECT (i.*).purge FROM invoices i",
        "SELECT (s.i).purge FROM (SELECT i FROM invoices i) s",
        "SELECT (array_agg(i))[1].purge FROM invoices i",
    ],
)
def test_a_name_that_nothing_in_from_has_is_unknown(text: str) -> None:
    assert UNKNOWN in parse_sql(text, "postgres").effects
    assert codes(text) in (["SQL_FUNCTION"], ["SQL_NOT_NAMED"])


@pytest.mark.parametrize(
    "text",
    [
        # Items of FROM see each other only with LATERAL: without it, `i` is the alias of the outer query.
        "SELECT (SELECT 1 FROM (SELECT 1 AS purge) i, (SELECT i.purge) s) FROM invoices i",
        "SELECT (SELECT 1 FROM lines l JOIN audit a ON i.purge = 1 JOIN (SELECT 1 AS purge) i ON true) FROM invoices i",
        "SELECT (SELECT i.purge FROM ((SELECT 1 AS purge) i JOIN lines l ON true) AS j) FROM invoices i",
        "SELECT (WITH s AS (SELECT i.purge) SELECT 1 FROM s, (SELECT 1 AS purge) i) FROM invoices i",
    ],
)
def test_an_alias_may_be_that_of_a_query_around(text: str) -> None:
    assert ("purge", "invoices") in uses(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT s.purge FROM (SELECT 1 AS "Purge") s',
        'SELECT s.purge FROM (SELECT id AS purge, count(*) AS "PURGE" FROM invoices) AS s(id, "Purge")',
        'SELECT s.purge FROM (SELECT "Purge" FROM invoices) s',
        'SELECT s."Purge" FROM (SELECT 1 AS purge) s',
        'WITH s("Purge") AS (SELECT 1) SELECT s.purge FROM s',
        'SELECT u.purge FROM unnest(ARRAY[1]) WITH ORDINALITY AS u("Purge", n)',
        'SELECT u.purge FROM unnest(ARRAY[1]) WITH ORDINALITY AS u(x, "Purge")',
        'SELECT g.g FROM generate_series(1, 2) AS "G"',
        'SELECT s.purge FROM (SELECT 1 AS purge) "S"',
        'SELECT i."Ctid" FROM (SELECT i.ctid FROM invoices i) i',
    ],
)
def test_a_quoted_name_is_another_one_than_in_lower_case(text: str) -> None:
    assert codes(text) == ["SQL_FUNCTION"]


def test_a_quoted_alias_hides_no_other_one() -> None:
    assert ("purge", "invoices") in uses('SELECT (SELECT i.purge FROM (SELECT 1 AS purge) "I") FROM invoices i')


@pytest.mark.parametrize(
    "text",
    [
        'SELECT s."Purge" FROM (SELECT 1 AS "Purge") "S", (SELECT 2 AS "Purge") s WHERE "S"."Purge" = 1',
        'SELECT S.PURGE FROM (SELECT 1 AS "purge") s',
    ],
)
def test_a_quoted_name_is_a_column_where_it_stands_as_it_is(text: str) -> None:
    assert uses(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (SELECT LONGy.purge FROM (SELECT 1) LONGx) FROM (SELECT 1 AS purge) LONGy",
        "WITH LONGx AS (SELECT 1 AS id) SELECT LONGx.id FROM LONGx",
        "SELECT s.LONGx FROM (SELECT 1 AS LONGx) s",
        'SELECT s."éé" FROM (SELECT 1 AS "éé") s',
    ],
)
def test_a_name_that_postgresql_cuts_off_tells_nothing(text: str) -> None:
    assert codes(text.replace("LONG", "a" * 63).replace("éé", "é" * 32)) == ["SQL_NAME"]


def test_a_name_as_long_as_may_be_is_a_column() -> None:
    assert uses("SELECT x_.x_ FROM (SELECT 1 AS x_) x_".replace("x_", "a" * 63)) == set()


def test_an_alias_inside_hides_one_outside_where_all_of_from_is_seen() -> None:
    text = "SELECT 1 FROM invoices i WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS purge) i WHERE i.purge = 1)"
    assert uses(text) == set()


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "tsql"])
def test_other_databases_run_nothing_behind_an_alias(dialect: str) -> None:
    program = parse_sql("SELECT s.purge, i.purge FROM invoices i, (SELECT id FROM lines) s", dialect)
    assert program.columns == ()
    assert UNKNOWN not in program.effects


def test_a_template_keeps_the_columns() -> None:
    templates = Templates(parse_in_full)
    for number in range(11, 16):
        text = f"SELECT i.purge FROM invoices i WHERE i.id = {number}"  # noqa: S608 - only parsed
        program = templates.program(text, "postgres")
        assert program == parse_in_full(text, "postgres")
        assert ColumnUse(name="purge", tables=frozenset({"invoices"})) in program.columns


def test_a_statement_in_a_shell_keeps_its_columns_and_its_client() -> None:
    program = parse_shell("psql -h db billing -c 'SELECT i.purge FROM invoices i'", {"psql": "billing-db"})
    assert program.columns == (
        ColumnUse(name="purge", tables=frozenset({"invoices"}), client="psql", target="db/billing"),
    )


def effort(text: str) -> int:
    """Returns how many calls the reading of columns takes: the same on every machine, as a time is not."""
    count = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.endswith("sql_columns.py")

    sys.setprofile(note)
    try:
        program = parse_in_full(text, "postgres")
    finally:
        sys.setprofile(None)
    assert UNKNOWN not in program.effects, program.findings
    return count


def below(inner: str, brackets: int) -> str:
    for _ in range(brackets):
        inner = f"SELECT 1 FROM ({inner}) s"  # noqa: S608 - only parsed
    return f"SELECT s.x FROM (SELECT 1 AS x) s WHERE EXISTS ({inner})"  # noqa: S608 - only parsed


def named_below(brackets: int) -> str:
    inner = "SELECT * FROM invoices i"
    for depth in range(brackets):
        inner = f"SELECT s{depth}.* FROM ({inner}) s{depth}"  # noqa: S608 - only parsed
    return f"{inner} WHERE {' OR '.join(f's{brackets - 1}.c{number} = 1' for number in range(800))}"


def test_many_names_in_many_queries_are_each_looked_up_once() -> None:
    assert len(parse_in_full(named_below(20), "postgres").columns) == 800
    assert effort(named_below(40)) < 1.5 * effort(named_below(10))


@pytest.mark.parametrize("many", [",".join("*" * 1500), ", ".join(["t.*"] * 400)])
def test_many_stars_below_many_brackets_are_each_looked_up_once(many: str) -> None:
    inner = f"SELECT {many} FROM (SELECT {', '.join(f'1 AS c{number}' for number in range(700))}) t"  # noqa: S608 - only parsed
    assert effort(below(inner, 40)) < 1.5 * effort(below(inner, 10))


def test_many_ctes_below_many_brackets_are_each_looked_up_once() -> None:
    ctes = ", ".join(f"c{number} AS (SELECT 1)" for number in range(600))
    inner = f"WITH RECURSIVE {ctes} SELECT 1 FROM c1"  # noqa: S608 - only parsed
    assert effort(below(inner, 40)) < 1.5 * effort(below(inner, 10))
