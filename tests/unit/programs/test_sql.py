"""The SQL parser: what it proves, what it refuses, and that neither depends on how a statement is spelled."""

# ruff: noqa: S608 - the statements are only parsed

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.programs.model import MAX_PROGRAM_BYTES, CommandEffect, Effect, FileEffect, SqlEffect
from pdp.programs.sql import parse_sql
from writ.action import Verb

DIALECTS = ("sqlite", "postgres", "mysql", "tsql")


def sql(verb: Verb, table: str, **columns: str | tuple[str, ...]) -> SqlEffect:
    """Returns an effect with these equalities."""
    equal = {name: (value,) if isinstance(value, str) else value for name, value in columns.items()}
    return SqlEffect(verb=verb, table=table, equalities=equal)


def effects(text: str, dialect: str = "postgres") -> tuple[Effect, ...]:
    return parse_sql(text, dialect).effects


def is_unknown(text: str, dialect: str = "postgres") -> bool:
    """True when the parser says so, and says why."""
    program = parse_sql(text, dialect)
    unknown = CommandEffect(verb=Verb.UNKNOWN, program="") in program.effects
    assert bool(program.findings) or not unknown
    return unknown


def proven(text: str, dialect: str = "postgres") -> dict[str, tuple[str, ...]]:
    """Returns the equalities of the only effect."""
    (effect,) = effects(text, dialect)
    assert isinstance(effect, SqlEffect)
    return dict(effect.equalities)


def limit(text: str, dialect: str = "postgres") -> int | None:
    """Returns the limit of the only effect."""
    (effect,) = effects(text, dialect)
    assert isinstance(effect, SqlEffect)
    return effect.limit


# Spelling

SPELLED = (
    "DELETE FROM invoices WHERE customer_id = 7",
    "DELETE FROM invoices WHERE customer_id = 7 AND id > 0",
    "SELECT id, status FROM invoices WHERE customer_id IN ( 7 , 8 ) AND status = 'open'",
    "UPDATE invoices SET status = 'paid' WHERE id = 3",
    "INSERT INTO customers ( id , name ) VALUES ( 10 , 'Zoe' )",
    "SELECT count ( i . id ) FROM invoices AS i JOIN customers AS c ON c . id = i . customer_id WHERE c . id = 7",
    "WITH old AS ( SELECT id FROM invoices ) DELETE FROM lines WHERE invoice_id IN ( SELECT id FROM old )",
)
BLANKS = (" ", "  ", "\n", "\t", "\r\n", " /* x */ ", " -- x\n", "/**/", " /* DELETE */ ", "\n-- ; DROP TABLE x\n")


def respelled(text: str, seed: int) -> str:
    """Returns the same statement with another case of its words, other blanks and comments."""
    draw = random.Random(seed)
    words = re.findall(r"'[^']*'|\S+", text)
    cased = [word if word[0] == "'" else "".join(draw.choice((c.lower(), c.upper())) for c in word) for word in words]
    return "".join(part for word in cased for part in (word, draw.choice(BLANKS))) + draw.choice(("", ";", " ; "))


@settings(max_examples=150, deadline=None)
@given(text=st.sampled_from(SPELLED), dialect=st.sampled_from(("sqlite", "postgres")), seed=st.integers(0, 2**32))
def test_case_blanks_and_comments_change_no_effect(text: str, dialect: str, seed: int) -> None:
    want = effects(text, dialect)
    assert not any(isinstance(effect, CommandEffect) for effect in want)
    assert effects(respelled(text, seed), dialect) == want


CONDITIONS = ("customer_id = 7", "7 = customer_id", "customer_id IN (7)", "status = 'open'", "id IN (1, 2)", "id = -1")


@settings(max_examples=100, deadline=None)
@given(
    conditions=st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=4, unique=True),
    depth=st.integers(1, 6),
    order=st.randoms(use_true_random=False),
)
def test_brackets_and_order_change_nothing_that_is_proven(
    conditions: list[str], depth: int, order: random.Random
) -> None:
    want = proven("DELETE FROM invoices WHERE " + " AND ".join(conditions))
    order.shuffle(conditions)
    bracketed = " AND ".join("(" * depth + item + ")" * depth for item in conditions)
    assert proven(f"DELETE FROM invoices WHERE ({bracketed})") == want


NARROWS_NOTHING = (
    "id > 0", "id >= 1", "id <> 4", "id IS NOT NULL", "id BETWEEN 1 AND 9", "status LIKE 'o%'", "1 = 1", "TRUE",
    "id = id", "id = customer_id", "id = 1 + 1", "lower(status) = 'open'", "NOT status = 'paid'",
    "(status = 'a' OR status = 'b')", "id NOT IN (5)", "id IN (SELECT 1)", "id = (SELECT 1)",
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(extra=st.lists(st.sampled_from(NARROWS_NOTHING), min_size=1, max_size=4), before=st.booleans())
def test_a_condition_that_is_no_equality_narrows_nothing(extra: list[str], before: bool) -> None:
    more = " AND ".join(extra)
    where = f"{more} AND customer_id = 7" if before else f"customer_id = 7 AND {more}"
    written = [effect for effect in effects(f"DELETE FROM invoices WHERE {where}") if isinstance(effect, SqlEffect)]
    assert sql(Verb.DELETE, "invoices", customer_id="7") in written


# What is proven


@pytest.mark.parametrize(
    ("where", "want"),
    [
        ("customer_id = 7", {"customer_id": ("7",)}),
        ("invoices.customer_id = 7", {"customer_id": ("7",)}),
        ("CUSTOMER_ID = '7'", {"customer_id": ("7",)}),
        ("customer_id = 007", {"customer_id": ("7",)}),
        ("customer_id IN (8, 7, 7)", {"customer_id": ("7", "8")}),
        ("customer_id = 7 AND id = 3", {"customer_id": ("7",), "id": ("3",)}),
        ("customer_id = 7 AND customer_id = 8", {"customer_id": ("7", "8")}),
        ("customer_id = 7 OR id = 3", {}),
        ("NOT customer_id = 7", {}),
        ("customer_id = 7 = true", {}),
        ("(customer_id = 7) = false", {}),
        ("(customer_id = 7) IS FALSE", {}),
        ("customer_id = 7.0", {}),
        ("customer_id = 7::integer", {}),
        ("customer_id::text = '7'", {}),
        ("lower(status) = 'open'", {}),
        ("other.customer_id = 7", {}),
        ("customer_id = NULL", {}),
        ("customer_id IN (7, NULL)", {}),
        ("(customer_id, id) = (7, 3)", {}),
        ("customer_id = ANY(ARRAY[7])", {}),
        ("CASE WHEN customer_id = 7 THEN false ELSE true END", {}),
    ],
)
def test_only_a_top_level_equality_with_literals_is_proven(where: str, want: dict[str, tuple[str, ...]]) -> None:
    program = parse_sql(f"DELETE FROM invoices WHERE {where}", "postgres")
    written = [effect for effect in program.effects if isinstance(effect, SqlEffect)]
    assert [dict(effect.equalities) for effect in written] in ([want], [])
    assert written or is_unknown(f"DELETE FROM invoices WHERE {where}")


@pytest.mark.parametrize("value", ["03", " 3", "3 ", "+3", "0x3", "3e0", "3.0"])
def test_text_that_a_column_of_numbers_reads_in_another_way_proves_nothing(value: str) -> None:
    assert proven(f"DELETE FROM invoices WHERE id = '{value}'", "sqlite") == {}


@pytest.mark.parametrize(
    "value", ["7abc", "3x", "3 x", "-3x", ".5x", "-.5", "1e3x", "1e", "7-2026", "2026-01-31", "3f2b9c1e", "0x3z", "00"]
)
def test_text_that_begins_like_a_number_proves_nothing_in_mysql(value: str) -> None:
    for where in (f"id = '{value}'", f"'{value}' = id", f"id IN ('{value}')", f"id IN (3, '{value}')"):
        assert proven(f"DELETE FROM invoices WHERE {where}", "mysql") == {}


@pytest.mark.parametrize("value", ["7", "-7", "0", "open", "c7", "x-7"])
def test_other_texts_prove_an_equality_in_mysql(value: str) -> None:
    assert proven(f"DELETE FROM invoices WHERE id = '{value}'", "mysql") == {"id": (value,)}


@pytest.mark.parametrize("value", ["0", "TRUE", "FALSE", "0x3", "x'33'", "7.0", "7e0", "b'11'", "N'7'"])
def test_values_that_mysql_compares_as_other_ones_prove_nothing(value: str) -> None:
    assert proven(f"DELETE FROM invoices WHERE id = {value}", "mysql") == {}


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "tsql"])
def test_text_that_begins_like_a_number_is_itself_elsewhere(dialect: str) -> None:
    assert proven("DELETE FROM invoices WHERE id = '3f2b9c1e'", dialect) == {"id": ("3f2b9c1e",)}


def test_an_equality_of_another_table_narrows_only_that_table() -> None:
    found = effects("DELETE FROM invoices USING customers c WHERE c.id = invoices.customer_id AND c.id = 7")
    assert found == (sql(Verb.DELETE, "invoices"), sql(Verb.READ, "customers", id="7"))


def test_a_bare_column_of_a_join_narrows_neither_table() -> None:
    found = effects("SELECT * FROM invoices, customers WHERE customer_id = 7")
    assert found == (sql(Verb.READ, "invoices"), sql(Verb.READ, "customers"))


def test_an_alias_that_is_another_tables_name_is_not_taken_for_it() -> None:
    assert effects("DELETE FROM invoices AS lines WHERE lines.id = 2") == (sql(Verb.DELETE, "invoices", id="2"),)


def test_renamed_columns_prove_nothing() -> None:
    assert effects("SELECT * FROM invoices AS t (customer_id, id) WHERE customer_id = 1") == (
        sql(Verb.READ, "invoices"),
    )


def test_a_condition_of_a_subquery_narrows_only_the_subquery() -> None:
    found = effects("DELETE FROM invoices WHERE EXISTS (SELECT 1 FROM customers WHERE customers.id = 7)")
    assert found == (sql(Verb.DELETE, "invoices"), sql(Verb.READ, "customers", id="7"))


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        (
            'SELECT (SELECT max("C".email) FROM customers "C" WHERE c.id = 7) FROM customers c WHERE c.id = 7',
            "postgres",
        ),
        ('SELECT (SELECT max(c.email) FROM customers c WHERE "C".id = 7) FROM customers "C" WHERE id = 7', "postgres"),
        ('SELECT x.* FROM (SELECT 7 AS id) c, LATERAL (SELECT * FROM customers "C" WHERE c.id = 7) x', "postgres"),
        (
            'SELECT (SELECT max("C".email) FROM customers AS "C" WHERE c.id = 7) FROM unnest(ARRAY[7]) AS c(id)',
            "postgres",
        ),
        ("SELECT (SELECT max(C.email) FROM customers C WHERE c.id = 7) FROM customers c WHERE c.id = 7", "mysql"),
        ("SELECT (SELECT max(C.email) FROM customers C WHERE c.id = 7) FROM customers c WHERE c.id = 7", "tsql"),
    ],
)
def test_a_condition_on_an_alias_in_another_case_narrows_nothing(text: str, dialect: str) -> None:
    found = [effect for effect in effects(text, dialect) if isinstance(effect, SqlEffect)]
    assert found[-1] == sql(Verb.READ, "customers")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_alias_may_be_spelled_in_another_case(dialect: str) -> None:
    assert effects("SELECT * FROM customers C WHERE c.id = 7", dialect) == (sql(Verb.READ, "customers", id="7"),)


def test_sqlite_takes_aliases_in_any_case_for_one() -> None:
    text = "SELECT (SELECT max(C.email) FROM customers C WHERE c.id = 7) FROM customers c WHERE c.id = 7"
    assert effects(text, "sqlite") == (sql(Verb.READ, "customers", id="7"),)


# Messages


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("CALL purge('secret')", "SQL_NOT_NAMED", "expected only known statements, got `call`"),
        ("SELECT 1; CALL purge()", "SQL_NOT_NAMED", "expected only known statements, got `call`"),
        ("LOCK TABLE invoices", "SQL_NOT_NAMED", "expected only known statements, got `lock`"),
        ("PREPARE p AS DELETE FROM t", "SQL_NOT_NAMED", "expected only known statements, got `prepare`"),
        ("DECLARE c CURSOR FOR SELECT 1", "SQL_NOT_NAMED", "expected only known statements, got `declare`"),
        ("REFRESH MATERIALIZED VIEW totals", "SQL_NOT_NAMED", "expected only known statements, got `refresh`"),
        ("EXECUTE p", "SQL_NOT_NAMED", "expected only known statements, got `execute`"),
        (
            "SELECT billing.purge('secret')",
            "SQL_FUNCTION",
            "expected functions on the list of those without side effects, got `billing.purge`",
        ),
        ("COPY t FROM PROGRAM 'secret'", "SQL_COPY", "expected a literal file or stdin, got `program`"),
        ("COPY t TO 'secret', 'b'", "SQL_COPY", "expected one file, stdin or stdout, got 2"),
        (
            "SELECT s.purge FROM (SELECT 1 AS a) s",
            "SQL_FUNCTION",
            "expected columns that FROM is known to have, since PostgreSQL runs any other name, got `purge` of `s`",
        ),
    ],
)
def test_a_message_says_what_came(text: str, code: str, message: str) -> None:
    assert [(finding.code, finding.message) for finding in parse_sql(text, "postgres").findings] == [(code, message)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT f('secret')",
        "CALL f('secret')",
        "SELECT 'secret'(1)",
        "COPY t TO 'secret' 'x'",
        "SELECT 'secret' 'x'",
        "EXECUTE f 'secret'",
        "PREPARE p AS SELECT 'secret'",
        "SET password = 'secret'",
        "SELECT * FROM 'secret'",
        "COPY t FROM PROGRAM 'secret'",
        "SELECT s.x FROM (SELECT 'secret') s",
    ],
)
def test_no_message_repeats_a_literal(text: str, dialect: str) -> None:
    assert not any("secret" in finding.message for finding in parse_sql(text, dialect).findings)


def test_a_name_in_a_message_is_cut_off_and_holds_no_odd_characters() -> None:
    (found,) = parse_sql(f'SELECT "{"f" * 80}"(1)', "postgres").findings
    assert found.message.endswith(f"got `{'f' * 64}…`")
    (found,) = parse_sql('SELECT "a`<>"(1)', "postgres").findings
    assert found.message.endswith("got `a???`")


# Limits


def test_a_literal_limit_bounds_the_rows() -> None:
    assert limit("SELECT id FROM invoices LIMIT 5") == 5
    assert limit("SELECT id FROM invoices ORDER BY id FETCH FIRST 3 ROWS ONLY") == 3
    assert limit("SELECT TOP 4 id FROM invoices", "tsql") == 4


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM invoices",
        "SELECT id FROM invoices LIMIT ALL",
        "SELECT id FROM invoices LIMIT 1 + 1",
        "SELECT id FROM invoices LIMIT (SELECT 1)",
        "SELECT count(*) FROM invoices LIMIT 1",
        "SELECT status FROM invoices GROUP BY status LIMIT 1",
        "SELECT DISTINCT status FROM invoices LIMIT 1",
        "SELECT sum(id) OVER () FROM invoices LIMIT 1",
        "SELECT id FROM invoices FETCH FIRST 1 ROW WITH TIES",
        "SELECT id FROM invoices UNION ALL SELECT id FROM archive LIMIT 1",
        "SELECT 1 FROM invoices, customers LIMIT 1",
        "SELECT (SELECT id FROM invoices LIMIT 1) FROM customers",
        f"SELECT id FROM invoices LIMIT {'9' * 30}",
    ],
)
def test_a_limit_that_is_no_bound_of_the_rows_read_is_none(text: str) -> None:
    assert all(effect.limit is None for effect in effects(text) if isinstance(effect, SqlEffect))


# Statements


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("SELECT * FROM t", {Verb.READ}),
        ("INSERT INTO t SELECT * FROM s", {Verb.CREATE, Verb.READ}),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 2", {Verb.CREATE, Verb.UPDATE}),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", {Verb.CREATE}),
        ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", {Verb.DELETE}),
        ("SELECT a INTO t FROM s", {Verb.ADMIN, Verb.READ}),
        ("CREATE TABLE t AS SELECT * FROM s", {Verb.ADMIN, Verb.READ}),
        ("DROP TABLE t", {Verb.ADMIN, Verb.DELETE}),
        ("DROP MATERIALIZED VIEW t", {Verb.ADMIN, Verb.DELETE}),
        ("DROP VIEW t", {Verb.ADMIN}),
        ("ALTER TABLE t DROP a", {Verb.ADMIN, Verb.DELETE}),
        ("ALTER TABLE t ADD COLUMN b int, DROP COLUMN a", {Verb.ADMIN, Verb.DELETE}),
        ("ALTER TABLE t DROP CONSTRAINT a", {Verb.ADMIN}),
        ("TRUNCATE t", {Verb.DELETE}),
        ("GRANT SELECT ON t TO r", {Verb.ADMIN}),
        ("COMMENT ON TABLE t IS 'x'", {Verb.ADMIN}),
        ("EXPLAIN ANALYZE DELETE FROM t", {Verb.DELETE}),
        ("EXPLAIN SELECT * FROM t", {Verb.READ}),
        ("COPY t FROM STDIN", {Verb.CREATE}),
        ("BEGIN; DELETE FROM t; COMMIT", {Verb.DELETE}),
        ("SELECT 1; DELETE FROM t; SELECT 2", {Verb.DELETE}),
    ],
)
def test_each_statement_has_its_verbs(text: str, verbs: set[Verb]) -> None:
    found = {effect.verb for effect in effects(text) if isinstance(effect, SqlEffect | FileEffect)}
    assert not is_unknown(text)
    assert verbs <= found <= verbs | {Verb.READ}


def test_a_column_is_dropped_also_without_the_word_in_sqlite() -> None:
    assert effects("ALTER TABLE t DROP a", "sqlite") == (sql(Verb.ADMIN, "t"), sql(Verb.DELETE, "t"))


def test_copying_to_a_file_writes_the_file() -> None:
    assert FileEffect(verb=Verb.UPDATE, paths=("/data/x.csv",)) in effects("COPY t TO '/data/x.csv'")
    assert FileEffect(verb=Verb.READ, paths=("/data/x.csv",)) in effects("COPY t FROM '/data/x.csv'")


def test_replacing_a_row_deletes_the_one_before() -> None:
    verbs = [effect.verb for effect in effects("REPLACE INTO t VALUES (1)", "sqlite") if isinstance(effect, SqlEffect)]
    assert Verb.DELETE in verbs or is_unknown("REPLACE INTO t VALUES (1)", "sqlite")


def test_every_statement_of_a_script_counts() -> None:
    found = effects("SELECT id FROM a; UPDATE b SET x = 1 WHERE id = 2;; DELETE FROM c", "sqlite")
    assert found == (
        sql(Verb.READ, "a"),
        SqlEffect(verb=Verb.UPDATE, table="b", equalities={"id": ("2",)}, assignments={"x": "1"}),
        sql(Verb.DELETE, "c"),
    )


def test_what_was_told_before_a_doubt_stays() -> None:
    found = effects("DELETE FROM invoices WHERE id = 3; SELECT anything()")
    assert sql(Verb.DELETE, "invoices", id="3") in found
    assert CommandEffect(verb=Verb.UNKNOWN, program="") in found


def test_a_cte_is_no_table_and_hides_none_that_is_written() -> None:
    assert effects("WITH invoices AS (SELECT 1 AS id) SELECT * FROM invoices") == ()
    assert is_unknown("WITH invoices AS (SELECT 1 AS id) DELETE FROM invoices", "tsql")


def test_tables_are_named_with_their_schema() -> None:
    assert effects("DELETE FROM Billing.Payments") == (sql(Verb.DELETE, "billing.payments"),)


# Refusals


@pytest.mark.parametrize(
    "call",
    [
        "delete_all_invoices()", "DELETE_ALL_INVOICES ( )", 'public."delete_all"()', '"lower"(1)', "billing.lower('x')",
        "nextval('s')", "setval('s', 1)", "set_config('role', 'x', false)", "pg_sleep(9)", "pg_read_file('x')",
        "lo_import('x')", "dblink_exec('x', 'y')", "query_to_xml('x', true, false, '')", "pg_terminate_backend(1)",
        "load_extension('x')", "fts3_tokenizer('x')", "writefile('a', 'b')", "sleep(9)", "load_file('x')",
        "xp_cmdshell('x')", "openrowset('x')", "get_lock('x', 1)", "délete()", "$f()",
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_function_outside_the_list_is_unknown_wherever_it_stands(call: str, dialect: str) -> None:
    for text in (
        f"SELECT {call}",
        f"SELECT 1 FROM t WHERE {call} = 1",
        f"SELECT 1 FROM t JOIN s ON {call} = 1",
        f"SELECT 1 FROM t ORDER BY {call}",
        f"SELECT abs({call})",
        f"SELECT * FROM {call}",
        f"SELECT 1 FROM t WHERE a IN ({call})",
        f"SELECT CASE WHEN {call} = 1 THEN {call} END",
        f"SELECT 1 UNION SELECT {call}",
        f"INSERT INTO t VALUES ({call})",
        f"UPDATE t SET a = {call}",
        f"DELETE FROM t WHERE a = {call}",
    ):
        assert is_unknown(text, dialect), text


@pytest.mark.parametrize("operator", ["~~~~", "===", "=~=", "<->>", "@@@@", "OPERATOR(public.+)", "|&|", "+*", "<=>="])
def test_an_operator_that_the_database_does_not_come_with_is_unknown(operator: str) -> None:
    assert is_unknown(f"SELECT 'a' {operator} 'b'")
    assert is_unknown(f"SELECT a{operator}b FROM t")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 /*! ; DELETE FROM t */", "SELECT 1 /*!50000 , sleep(9) */", "SELECT /*+ SET_VAR(x=1) */ 1 FROM t",
        "SELECT 1 /*M! x */", "/*!DELETE FROM t*/", "SELECT 1 /* ! */ /*! */",
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_comment_that_some_server_runs_is_unknown(text: str, dialect: str) -> None:
    assert is_unknown(text, dialect)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1\nDELETE FROM t", "SELECT a FROM t\nDELETE", "SELECT 1 DELETE", "SELECT a FROM t UPDATE",
        "SELECT 1\nDROP TABLE t", "SELECT a FROM t\nTRUNCATE TABLE s", "SELECT 1 exec", "SELECT a drop FROM t",
        "SELECT 1\nEXEC sp_who", "SELECT a FROM t x\nINSERT INTO s VALUES (1)",
    ],
)  # fmt: skip
def test_a_keyword_in_place_of_an_alias_may_be_a_statement_of_its_own(text: str) -> None:
    assert is_unknown(text, "tsql")


def test_a_keyword_in_quotes_or_behind_as_is_an_alias() -> None:
    assert not is_unknown('SELECT a AS "delete" FROM t')
    assert not is_unknown('SELECT "delete" FROM t AS "update"')
    assert not is_unknown("SELECT 'DELETE FROM t' AS text")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ";", "-- x", "/* x", "SELECT 1 /* x", "SELECT '", 'SELECT "', "SELECT (", "SELECT )", "nothing here",
        "SELECT 1\x00; DELETE FROM t", "SELECT\x0b1", "SELECT 1 \u00a0FROM t", "SELECT 1\rDELETE FROM t", "\ufeffSELECT 1",
        "DO $$ BEGIN DELETE FROM t; END $$", "CALL p()", "EXECUTE p", "PREPARE p AS DELETE FROM t", "LOCK TABLE t",
        "COPY t FROM PROGRAM 'x'", "COPY t TO PROGRAM 'x'", "TRUNCATE t CASCADE", "DROP TABLE t CASCADE",
        "SELECT U&'x'", "SELECT E'\\''", "SELECT $$ $$", "SET search_path TO x", "SET ROLE x", "RESET ALL",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE RULE r AS ON INSERT TO t DO DELETE FROM s",
        "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()", "LISTEN x", "NOTIFY x", "DISCARD ALL",
        "SELECT 'x'::my_type", "WITH x AS (CALL p()) SELECT 1", "SELECT 'a' 'b'", "SELECT 1a", "IMPORT FOREIGN SCHEMA x",
    ],
)  # fmt: skip
def test_what_has_no_certain_reading_is_unknown(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT 'a\\'; DELETE FROM t; -- '", "mysql"),
        ("SELECT 1 --1", "mysql"),
        ("UPDATE LOW_PRIORITY t SET a = 1", "mysql"),
        ("UPDATE low_priority t, u SET t.a = 1", "mysql"),
        ("REPLACE INTO delayed VALUES (1)", "mysql"),
        ("SELECT 1 INTO OUTFILE 'x'", "mysql"),
        ("SELECT * FROM t PROCEDURE ANALYSE()", "mysql"),
        ("EXEC sp_executesql N'DELETE FROM t'", "tsql"),
        ("SELECT 1 GO", "tsql"),
        ("IF 1 = 1 DELETE FROM t", "tsql"),
        ("WAITFOR DELAY '0:0:9'", "tsql"),
        ("SELECT * FROM OPENQUERY(s, 'DELETE FROM t')", "tsql"),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END", "sqlite"),
        ("SELECT load_extension('x')", "sqlite"),
        (".shell rm -rf x", "sqlite"),
    ],
)
def test_what_a_dialect_reads_in_its_own_way_is_unknown(text: str, dialect: str) -> None:
    assert is_unknown(text, dialect)


def test_a_pragma_that_sets_is_no_read() -> None:
    for text in ("PRAGMA user_version = 7", "PRAGMA writable_schema(1)", "PRAGMA main.journal_mode = OFF", "PRAGMA x"):
        assert effects(text, "sqlite") == (sql(Verb.ADMIN, ""),)
    assert effects("PRAGMA table_info(t)", "sqlite") == (sql(Verb.READ, ""),)


@pytest.mark.parametrize("dialect", ["", "oracle", "POSTGRES", "nothing", "snowflake"])
def test_a_dialect_without_a_list_is_unknown(dialect: str) -> None:
    assert is_unknown("SELECT 1", dialect)


# Bounds


def test_a_program_of_the_largest_size_is_parsed_and_one_byte_more_is_not() -> None:
    text = "SELECT id FROM invoices -- "
    assert effects(text + "x" * (MAX_PROGRAM_BYTES - len(text))) == (sql(Verb.READ, "invoices"),)
    assert is_unknown(text + "x" * (MAX_PROGRAM_BYTES - len(text) + 1))
    assert is_unknown(text + "é" * (MAX_PROGRAM_BYTES // 2))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("(SELECT ", ")"), ("CASE WHEN ", " THEN 1 END"), ("ARRAY[", "]"), ("abs(", ")"), ("date(", ")")],
)
@pytest.mark.parametrize("depth", [60, 500, 2000])
def test_deep_nesting_is_unknown(opening: str, closing: str, depth: int) -> None:
    assert is_unknown("SELECT " + opening * depth + "1" + closing * depth)


@pytest.mark.parametrize("chain", ["NOT ", "- ", "+ ", "~ "])
def test_a_long_chain_of_prefixes_is_bounded(chain: str) -> None:
    parse_sql("SELECT " + chain * 4000 + "1", "postgres")


@pytest.mark.parametrize("joiner", [" AND ", " OR ", " + ", ", ", " UNION SELECT "])
def test_a_long_flat_statement_is_parsed_or_unknown(joiner: str) -> None:
    program = parse_sql("SELECT " + joiner.join(["1"] * 1000), "postgres")
    assert all(isinstance(effect, CommandEffect | SqlEffect) for effect in program.effects)


def test_a_script_of_more_effects_than_a_person_can_judge_is_unknown() -> None:
    assert is_unknown("".join(f"DELETE FROM t{number};" for number in range(300)))


PIECES = st.sampled_from(
    re.split(
        r"\s+",
        """SELECT FROM WHERE DELETE UPDATE SET INSERT INTO VALUES WITH AS ( ) [ ] { } , ; . * = < > ~ ! @ # % ^ & | + - /
        ' " ` $ $$ /* */ -- /*! : :: ? \\ NULL t a 1 1e 0x 'x' "y" JOIN ON USING UNION CASE WHEN END LIMIT MERGE COPY
        CREATE TABLE DROP ALTER GRANT EXPLAIN ANALYZE PRAGMA ATTACH CAST INTERVAL LATERAL OVER FILTER FOR IN LIKE NOT""",
    )
)


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, max_size=25), dialect=st.sampled_from(DIALECTS))
def test_no_row_of_words_raises(pieces: list[str], dialect: str) -> None:
    assert all(isinstance(effect, Effect) for effect in parse_sql(" ".join(pieces), dialect).effects)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=200), dialect=st.sampled_from((*DIALECTS, "other")))
def test_no_text_raises(text: str, dialect: str) -> None:
    assert all(isinstance(effect, Effect) for effect in parse_sql(text, dialect).effects)


@settings(max_examples=200, deadline=None)
@given(
    text=st.sampled_from(SPELLED), at=st.integers(0, 100), put=st.text(max_size=3), dialect=st.sampled_from(DIALECTS)
)
def test_no_damaged_statement_raises_nor_turns_a_write_into_a_read_silently(
    text: str, at: int, put: str, dialect: str
) -> None:
    program = parse_sql(text[:at] + put + text[at:], dialect)
    assert all(isinstance(effect, Effect) for effect in program.effects)


def test_the_same_text_in_another_dialect_is_parsed_anew() -> None:
    assert effects("SELECT `a` FROM t", "sqlite") == (sql(Verb.READ, "t"),)
    assert is_unknown("SELECT `a` FROM t", "postgres")


# Writes over several tables


@pytest.mark.parametrize(
    ("text", "dialect", "want"),
    [
        (
            "UPDATE lines SET status = 'x' FROM invoices AS lines WHERE lines.id = 3",
            "tsql",
            [(Verb.UPDATE, "invoices", {"id": ("3",)})],
        ),
        (
            "UPDATE lines SET status = 'x' FROM invoices AS other WHERE lines.id = 3",
            "tsql",
            [(Verb.UPDATE, "lines", {"id": ("3",)}), (Verb.READ, "invoices", {})],
        ),
        (
            "UPDATE lines SET status = 'x' FROM invoices AS i WHERE lines.id = 3",
            "postgres",
            [(Verb.UPDATE, "lines", {"id": ("3",)}), (Verb.READ, "invoices", {})],
        ),
        ("DELETE lines FROM invoices AS lines", "tsql", [(Verb.DELETE, "invoices", {})]),
        ("DELETE invoices WHERE id = 3", "tsql", [(Verb.DELETE, "invoices", {"id": ("3",)})]),
        (
            "DELETE FROM lines USING invoices AS lines WHERE lines.id = 3",
            "mysql",
            [(Verb.DELETE, "invoices", {"id": ("3",)})],
        ),
        (
            "DELETE i FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.id = 3",
            "mysql",
            [(Verb.DELETE, "invoices", {"id": ("3",)}), (Verb.READ, "customers", {})],
        ),
        (
            "DELETE i, l FROM invoices i, lines l WHERE l.invoice_id = i.id AND i.id = 3",
            "mysql",
            [(Verb.DELETE, "invoices", {"id": ("3",)}), (Verb.DELETE, "lines", {})],
        ),
        (
            "UPDATE invoices i JOIN customers c ON c.id = i.customer_id SET i.status = 'x' WHERE i.id = 3",
            "mysql",
            [(Verb.UPDATE, "invoices", {"id": ("3",)}), (Verb.READ, "customers", {})],
        ),
        (
            "UPDATE invoices i JOIN customers c ON c.id = i.customer_id SET i.status = 'x', name = 'y'",
            "mysql",
            [(Verb.UPDATE, "invoices", {}), (Verb.UPDATE, "customers", {})],
        ),
    ],
)
def test_a_joined_write_changes_the_tables_that_its_names_mean(
    text: str, dialect: str, want: list[tuple[Verb, str, dict[str, tuple[str, ...]]]]
) -> None:
    told = [item for item in effects(text, dialect) if isinstance(item, SqlEffect)]
    assert [(item.verb, item.table, dict(item.equalities)) for item in told] == want
    assert not is_unknown(text, dialect)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("UPDATE i SET x = 1 FROM c JOIN (invoices i JOIN lines ON 1 = 1) ON 1 = 1", "tsql"),
        ("UPDATE i SET x = 1 FROM (SELECT * FROM invoices) i", "tsql"),
        ("DELETE dbo.lines FROM dbo.invoices AS lines", "tsql"),
        ("DELETE x FROM invoices i", "mysql"),
        ("DELETE FROM x USING invoices i", "mysql"),
        ("UPDATE invoices i, lines l SET x.status = 'y'", "mysql"),
        ("WITH c AS (SELECT 1 AS id) UPDATE lines JOIN c ON lines.id = c.id SET c.id = 2", "mysql"),
        ("UPDATE invoices a, invoices a SET a.status = 'y'", "mysql"),
        ("UPDATE invoices, lines SET status = 'y'", "postgres"),
    ],
)
def test_a_joined_write_whose_target_is_not_certain_is_unknown(text: str, dialect: str) -> None:
    assert is_unknown(text, dialect)


# What agents ask of a database beside its rows


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("-- how many are open?\nSELECT count(*) FROM invoices", "postgres"),
        ("/* agent */ EXPLAIN SELECT * FROM invoices", "postgres"),
        ("-- a\n/* b */\nSHOW search_path", "postgres"),
        ("SELECT 'invoices'::regclass::oid FROM invoices", "postgres"),
        ("SELECT pg_size_pretty(pg_total_relation_size('invoices')) FROM invoices", "postgres"),
        ("SELECT jsonb_array_elements(data -> 'items') FROM invoices", "postgres"),
        ("SELECT make_interval(days => 7), make_date(year := 2026, month := 1, day := 1) FROM invoices", "postgres"),
        ("SELECT * FROM invoices WHERE to_tsvector(status) @@ websearch_to_tsquery('open')", "postgres"),
        ("SHOW TABLES LIKE 'inv%'", "mysql"),
        ("SHOW FULL COLUMNS FROM `invoices`", "mysql"),
        ("DESCRIBE invoices", "mysql"),
        ("SELECT @@version, connection_id() FROM invoices", "mysql"),
        ("SELECT * FROM invoices WITH (NOLOCK) WHERE id = 3 FOR JSON PATH", "tsql"),
        ("SELECT * FROM notes WHERE notes MATCH 'late'", "sqlite"),
    ],
)
def test_questions_about_a_database_are_reads(text: str, dialect: str) -> None:
    assert {item.verb for item in effects(text, dialect) if isinstance(item, SqlEffect)} == {Verb.READ}
    assert not is_unknown(text, dialect)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("/* a */ EXPLAIN ANALYZE DELETE FROM invoices", "postgres"),
        ("-- a\nEXPLAIN (ANALYZE) UPDATE invoices SET status = 'x'", "postgres"),
        ("-- a\nVACUUM invoices", "postgres"),
        ("/* a */ REPLACE INTO invoices (id) VALUES (1)", "mysql"),
    ],
)
def test_a_comment_before_the_first_word_hides_no_change(text: str, dialect: str) -> None:
    told = {item.verb for item in effects(text, dialect) if isinstance(item, SqlEffect)}
    assert told - {Verb.READ}
    assert not is_unknown(text, dialect)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("/* /* */ EXPLAIN SELECT 1; DELETE FROM invoices */ SHOW x", "postgres"),
        ("SELECT @a := 1", "mysql"),
        ("SELECT f(a => 1)", "mysql"),
        ("SELECT * FROM invoices WITH (TABLOCKX)", "tsql"),
        ("DESCRIBE invoices", "postgres"),
        ("DESCRIBE invoices; DELETE FROM invoices x y", "mysql"),
        ("SHOW a LIKE 'x' INTO y", "mysql"),
    ],
)
def test_what_only_looks_like_a_question_is_unknown(text: str, dialect: str) -> None:
    assert is_unknown(text, dialect)


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE a" + "".join(f", b{index}" for index in range(200)) + " SET x = 1",
        "DELETE a FROM a" + "".join(f", b{index}" for index in range(200)),
        "SELECT " + "1+" * 6000 + "1",
    ],
)
def test_a_statement_over_more_tables_or_words_than_anyone_means_is_unknown(text: str) -> None:
    assert [finding.code for finding in parse_sql(text, "mysql").findings] == ["SQL_TOO_MUCH"]
