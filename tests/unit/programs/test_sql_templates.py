"""Templates of SQL shapes: exactly what the full parse says, for every literal, or no template."""

# ruff: noqa: S608 - the statements are only parsed

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.programs.model import CommandEffect, Program, SqlEffect
from pdp.programs.sql import parse_in_full, parse_sql
from pdp.programs.sql_lexical import STATEMENTS
from pdp.programs.sql_shapes import cut, free_places, kind_of
from pdp.programs.sql_templates import Templates
from tests.integration.differential.mutations import mutations
from writ.action import Verb

DIALECTS = ("sqlite", "postgres", "mysql", "tsql")
CORPUS = Path(__file__).parents[2] / "vectors" / "sql"

USUAL = (
    "SELECT * FROM invoices WHERE id IN (1, 2, 3) AND status = 'open' ORDER BY id LIMIT 5 OFFSET 6",
    "SELECT * FROM invoices WHERE amount BETWEEN 3 AND 5.5 AND id = 3 AND customer_id >= 4",
    "SELECT * FROM invoices WHERE (customer_id = 7) AND name LIKE 'a%' AND note = 'x' AND id = 8",
    "INSERT INTO invoices (id, status, amount) VALUES (3, 'x', 1.5)",
    "INSERT INTO invoices (id, status) VALUES (3, 'x'), (4, 'y')",
    "UPDATE invoices SET status = 'x', amount = 5 WHERE id = 7 AND customer_id IN ('a', 'b')",
    "DELETE FROM invoices WHERE id = 1 AND id = 2 AND i.id = 3",
    "SELECT * FROM a WHERE x = 1 UNION SELECT * FROM a WHERE x = 2",
    "WITH t AS (SELECT * FROM a WHERE x = 1) SELECT * FROM t JOIN b ON b.id = 5 WHERE b.x = 3",
    "SELECT TOP 5 * FROM invoices WHERE id = 3",
    "SELECT sum(amount) FROM invoices WHERE customer_id = 7 GROUP BY status HAVING count(*) > 3",
    "SELECT * FROM x WHERE date < 5 AND time(3) = 4 AND data ->> 'k' = 'v' AND interval = 6 AND map < 7",
)

HOSTILE = (
    *("0", "7", "07", "00", "999999999999999", "1000000000000000", "123456789012345678901", "1.5", "0.5", "1.50", "00.5"),
    *("1e5", "0x1F", "1_000", "-5", "- 5", "+5", "1.", ".5", "NULL", "true", "id", "(SELECT 1)", "7 7", "7 OR 1=1"),
    *("'7'", "'07'", "' 7'", "'7 '", "'0'", "'1e3'", "'0x10'", "'1_0'", "'-7'", "'+7'", "'_5'", "'1.0'", "'.5'", "''"),
    *("'''", "''''", "'O''Brien'", "'''x'", "'x'''", "'a'' OR 1=1'", "'a--b'", "'-- x'", "'a-'", "'/* x */'", "'a/'"),
    *("'/*! x */'", "'/*+ x */'", "'*/'", "'# x'", "'$a$'", "'\\'", "'\\''", "'a\\nb'", "'a\nb'", "'a\tb'", "'a\x00b'"),
    *("'ü'", "'ﬀ'", "'\u00a07'", "'\u202ea'", "'a;b'", "'; DROP TABLE x; --'", "'%'", "'a_b%'", "'(1)'", "'a=b'"),
    *("'2026-01-01'", "'550e8400-e29b-41d4-a716-446655440000'", "'a@b.example'", "'U&'", "'u&''x'", "\"a\"", "`a`"),
    *("E'a'", "N'a'", "X'41'", "b'1'", "U&'a'", "'7'::int", "7::text", "'a' 'b'", "'a'\n'b'", "DATE '2026-01-01'"),
    *("'1 day'", "INTERVAL '1 day'", "/*x*/7", "/*!7*/", "7--\n", "7 -- x\n", "'", "@a", "$1", "?", ":a", "$$a$$"),
    # What the templates themselves are made with.
    *("'value 001 of these'", "700000000000000", "700000000007919", "'900-x'", "9000000", "1.2575", "5", "'5'"),
    *(f"'{word}'" for word in sorted(STATEMENTS)),
    *("'percent'", "'ROWS'", "'interval'", "'case'", "'any'", "'fn'", "'day'", "'json'", "'Next'", "'default'"),
)  # fmt: skip

_LITERALS = re.compile(r"'(?:[^']|'')*'|(?<![\w.])[0-9]+(?:\.[0-9]+)?(?![\w.])")


class Parser:
    """The full parser, which counts; `steer` may change what it says."""

    def __init__(self, steer: Callable[[str, Program], Program] = lambda _, program: program) -> None:
        self.calls = 0
        self._steer = steer

    def __call__(self, text: str, dialect: str) -> Program:
        self.calls += 1
        return self._steer(text, parse_in_full(text, dialect))


def corpus() -> list[str]:
    texts = list(USUAL)
    for name in ("sqlite", "postgres"):
        items: list[dict[str, Any]] = yaml.safe_load((CORPUS / f"{name}.yaml").read_text(encoding="utf-8"))
        texts += [item["sql"] for item in items]
    return texts


def refilled(text: str, draw: random.Random, hostile: float) -> str:
    """Returns the text with other literals in the place of its own; some stay."""

    def other(found: re.Match[str]) -> str:
        if draw.random() < hostile:
            return draw.choice(HOSTILE)
        if draw.random() < 0.3:
            return found[0]
        return f"'v {draw.randrange(10**6)}'" if found[0][0] == "'" else str(draw.randrange(1, 10**6))

    return _LITERALS.sub(other, text)


def compared(texts: list[str], dialect: str, seed: int) -> int:
    """Compares the templates of each text with the full parse; returns how many answers came from a template."""
    draw = random.Random(seed)
    told = 0
    for text in texts:
        parser = Parser()
        templates = Templates(parser)
        for filling in (text, text, text, text):
            parser.calls = 0
            templates.program(filling, dialect)
        if parser.calls:
            continue  # no template
        for hostile in (0.0, 0.0, 0.2, 0.2, 0.5, 1.0):
            filling = refilled(text, draw, hostile)
            parser.calls = 0
            program = templates.program(filling, dialect)
            if not parser.calls:
                told += 1
                assert program == parse_in_full(filling, dialect), (dialect, filling)
    return told


@lru_cache
def warmed(shape: str, dialect: str) -> Templates:
    """Returns templates that know a shape with these places: `n` for a number, `t` for the inside of a text."""
    templates = Templates(parse_in_full)
    for known in range(3):
        templates.program(shape.format(n=known + 3, t=f"a {known}"), dialect)
    return templates


def fillings(shape: str) -> Iterator[str]:
    """Yields statements of one shape, no two alike."""
    for number in range(10, 99):
        yield shape.format(number=number, text=f"'a {number}'")


# The same as the full parse


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_corpus_with_any_literals_is_what_the_full_parse_says(dialect: str) -> None:
    assert compared(corpus(), dialect, seed=1) > 400


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_changed_by_chance_with_any_literals_are_what_the_full_parse_says(dialect: str) -> None:
    assert compared(list(mutations(corpus(), 500, seed=2)), dialect, seed=3) > 15


_INSIDE = st.text(st.sampled_from("abz019 _.,:;@/+()=!?%-'\"\\$#*&\n\tü{}[]<>|~^`"), max_size=12)


@settings(max_examples=500, deadline=None)
@given(
    number=st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,5})?([eE][0-9])?", fullmatch=True),
    text=st.one_of(_INSIDE, _INSIDE.map(lambda inside: inside.replace("'", "''"))),
    shape=st.sampled_from(
        (
            "SELECT * FROM invoices WHERE id = {n} AND status = '{t}' LIMIT {n}",
            "DELETE FROM invoices WHERE status IN ('{t}', 'open', '{t}') AND id IN ({n}, 3)",
            "UPDATE invoices SET note = '{t}', amount = {n} WHERE id = {n}",
            "INSERT INTO invoices (id, note) VALUES ({n}, '{t}')",
        )
    ),
    dialect=st.sampled_from(DIALECTS),
)
def test_any_number_and_any_text_in_a_known_shape_are_what_the_full_parse_says(
    number: str, text: str, shape: str, dialect: str
) -> None:
    filling = shape.format(n=number, t=text)
    assert warmed(shape, dialect).program(filling, dialect) == parse_in_full(filling, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_equal_literals_make_one_of_two_effects_and_sorted_values(dialect: str) -> None:
    parser = Parser()
    templates = Templates(parser)
    text = "SELECT id FROM a WHERE x IN ({}, {}, {}) UNION SELECT id FROM a WHERE x IN ({}, {}, {})"
    for row in ((1, 2, 3, 4, 5, 6), (7, 8, 9, 10, 11, 12), (20, 3, 100, 100, 20, 3), (5, 5, 5, 5, 5, 5)):
        filling = text.format(*row)
        assert templates.program(filling, dialect) == parse_in_full(filling, dialect)
    parser.calls = 0
    (effect,) = templates.program(text.format(20, 3, 100, 100, 20, 3), dialect).effects
    assert isinstance(effect, SqlEffect)
    assert effect.equalities == {"x": ("100", "20", "3")}
    assert parser.calls == 0


# When a template is made and used


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "shape",
    [
        "DELETE FROM invoices WHERE id = {number}",
        "SELECT id, amount FROM invoices WHERE customer_id = {number} AND name = {text} ORDER BY id LIMIT {number}",
        "SELECT i.id FROM invoices i JOIN lines l ON l.id = i.id WHERE i.id IN ({number}, 7, {number}) AND l.x > {number}.5",
        "UPDATE invoices SET status = {text} WHERE id = {number} AND created_at BETWEEN {text} AND {text}",
        "INSERT INTO invoices (id, status, amount) VALUES ({number}, {text}, {number}.25)",
        "SELECT * FROM invoices WHERE name LIKE 'a%' AND total = 0 AND id = {number}",
    ],
)
def test_a_known_shape_is_not_parsed_again(shape: str, dialect: str) -> None:
    parser = Parser()
    templates = Templates(parser)
    texts = list(fillings(shape))
    for text in texts[:3]:
        templates.program(text, dialect)
    parser.calls = 0
    programs = [templates.program(text, dialect) for text in texts[3:]]
    assert parser.calls == 0
    assert programs == [parse_in_full(text, dialect) for text in texts[3:]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_text_that_begins_like_a_number_has_a_template_of_its_own(dialect: str) -> None:
    parser = Parser()
    templates = Templates(parser)
    values = ["open", "7abc", "paid", "8abc", "2026-01-31", "done", "12"]
    texts = [f"DELETE FROM t WHERE id = '{value}'" for value in values]
    for text in (*texts, *texts):
        assert templates.program(text, dialect) == parse_in_full(text, dialect)
    parser.calls = 0
    templates.program("DELETE FROM t WHERE id = '9-of-these'", dialect)
    assert parser.calls == 0


def test_parse_sql_uses_templates() -> None:
    for number in range(40, 45):
        text = f"DELETE FROM templated WHERE id = {number}"
        assert parse_sql(text, "postgres") == parse_in_full(text, "postgres")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("SELECT * FROM t WHERE a = 1 AND 'b' = b AND c <> 'c' OR d >= 2", "1 c 2"),
        ("SELECT 1, a FROM t WHERE a = 1 + 2 AND b = 3 * 4", ""),
        ("SELECT * FROM t WHERE a LIKE 'x' AND b = -1 AND c IS 2 AND d = 3::int", ""),
        ("SELECT * FROM t WHERE a IN (1, 2) AND b IN (f(3), 4) AND c NOT IN ('d')", "1 2 d"),
        ("SELECT * FROM t WHERE a IN (SELECT 1, 2)", ""),
        ("SELECT * FROM t WHERE a BETWEEN 1 AND 2 AND b BETWEEN 3 AND c AND 4", "1 2 3"),
        ("SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM t", ""),
        ("SELECT * FROM t WHERE a = INTERVAL '1 day' AND b = DATE '2026-01-01'", ""),
        ("SELECT * FROM t LIMIT 1 OFFSET 2", "1 2"),
        ("SELECT * FROM t LIMIT 1, 2", ""),
        ("SELECT TOP 1 * FROM t", ""),
        ("SELECT * FROM t ORDER BY 1 LIMIT 2;", "2"),
        ("INSERT INTO t (a) VALUES (1, f(2), (3)), (4, 'e')", "1 4 e"),
        ("UPDATE t SET a = 1, b = 'b' || 'c' WHERE d = 2", "1 2"),
        ("SELECT f(1, 'a'), a[1] FROM t", ""),
        ("SELECT data -> 'a' ->> 'b' = 'c' FROM t", ""),
        ("SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END FROM t", "1"),
        ("SELECT a = 1 b FROM t", ""),
    ],
)
def test_only_whole_operands_and_items_are_free(text: str, places: str) -> None:
    pieces, literals = cut(text)
    free = [literal for literal, is_free in zip(literals, free_places(pieces), strict=True) if is_free]
    assert [item.strip("'") for item in free] == places.split()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM t WHERE a = 1 -- x",
        "SELECT * FROM t WHERE a = 1 --\n AND b = 2",
        "SELECT * FROM t /* x */ WHERE a = 1",
        "SELECT * FROM t WHERE a = 1 /*! OR 1=1 */",
        "SELECT /*+ hint */ * FROM t WHERE a = 1",
        "SELECT * FROM t WHERE a = 1 # x",
        "SELECT * FROM t WHERE a = E'x' AND b = 1",
        "SELECT * FROM t WHERE a = N'x' AND b = 1",
        "SELECT * FROM t WHERE a = U&'x' AND b = 1",
        "SELECT * FROM t WHERE a = X'41' AND b = 1",
        "SELECT * FROM t WHERE a = _utf8'x' AND b = 1",
        "SELECT * FROM t WHERE a = $$x$$ AND b = 1",
        "SELECT * FROM t WHERE a = $1 AND b = 1",
        "SELECT * FROM t WHERE a = @x AND b = 1",
        "SELECT * FROM t WHERE a = :x AND b = 1",
        "SELECT * FROM t WHERE a = ? AND b = 1",
        "SELECT * FROM t WHERE a = 'x\\' AND b = 1",
        "SELECT * FROM t WHERE a = 'x' 'y'",
        "SELECT * FROM t WHERE a = 1'x'",
        "SELECT * FROM t WHERE a = 'x'1",
        "SELECT * FROM t WHERE a = 'x'y AND b = 1",
        "SELECT * FROM t WHERE a = 1e5 AND b = 1",
        "SELECT * FROM t WHERE a = 0x1F AND b = 1",
        "SELECT * FROM t WHERE a = 1. AND b = 1",
        "SELECT * FROM t WHERE a = .5 AND b = 1",
        "SELECT * FROM t WHERE a =- 1 AND b = 1",
        "SELECT * FROM t WHERE a == 1",
        "SELECT * FROM t WHERE a @> 'x' AND b = 1",
        "SELECT * FROM t WHERE a = 'x AND b = 1",
        'SELECT * FROM t WHERE "a b" = 1',
        'SELECT * FROM t WHERE "a""b" = 1',
        "SELECT * FROM t WHERE ä = 1",
        "SELECT * FROM t WHERE a\u00a0= 1",
        "SELECT * FROM t WHERE a = 1\r\n AND b = 2",
        "SELECT * FROM t WHERE a = 1\x0b",
        "SELECT * FROM t WHERE a = 1; DELETE FROM t WHERE a = 2",
        "SELECT * FROM t WHERE a = 1;;",
        "EXPLAIN SELECT * FROM t WHERE a = 1",
        "EXPLAIN ANALYZE DELETE FROM t WHERE a = 1",
        "REPLACE INTO t (a) VALUES (1)",
        "MERGE INTO t USING u ON t.a = 1 WHEN MATCHED THEN DELETE",
        "SET lock_timeout = 1",
        "PRAGMA user_version = 1",
        "COPY t FROM 'x'",
        "CALL f(1)",
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_lexer_is_not_sure_of_is_always_parsed(text: str, dialect: str) -> None:
    parser = Parser()
    templates = Templates(parser)
    for number in range(11, 16):
        filling = re.sub(r"= ?1\b|\(1\)", lambda found, n=number: found[0].replace("1", str(n)), text)  # type: ignore[misc]  # a default binds n now
        parser.calls = 0
        templates.program(filling, dialect)
        assert parser.calls >= 1, filling


@pytest.mark.parametrize(
    "literal",
    [item for item in HOSTILE if _LITERALS.fullmatch(item) and re.search(r"[\\$#\n\t\x00*&\"]|--|/\*|[^ -~]", item)],
)
def test_a_text_that_could_begin_a_comment_or_an_escape_has_no_kind(literal: str) -> None:
    assert kind_of(literal) == ""


@pytest.mark.parametrize(
    "literal",
    ["0", "00", "07", "1000000000000000", "00.5", "''", "' 7'", "'7 '", "'07'", "'1.0'", "'1e3'", "'_5'", "'+7'"],
)
def test_a_value_with_several_spellings_has_no_kind(literal: str) -> None:
    assert kind_of(literal) == ""


# What has no template


@pytest.mark.parametrize(
    "shape",
    [
        "SELECT delete_all_invoices() FROM t WHERE id = {number}",
        "SELECT * FROM t WHERE id = {number} FOR UPDATE",
        "DELETE FROM t WHERE id = {number} AND",
        "SELECT * INTO OUTFILE 'x' FROM t WHERE id = {number}",
        "WITH x AS (DELETE FROM t WHERE id = {number} RETURNING *) SELECT nextval('s') FROM x",
        "SELECT * FROM t WHERE id = {number} delete FROM t",
    ],
)
def test_what_is_unknown_or_has_a_finding_is_parsed_every_time(shape: str) -> None:
    parser = Parser()
    templates = Templates(parser)
    for text in fillings(shape):
        parser.calls = 0
        program = templates.program(text, "mysql")
        assert parser.calls >= 1
        assert program.findings
        assert program == parse_in_full(text, "mysql")


def _by_value(text: str, program: Program) -> Program:
    """A parser that an even id, or one over 500, tells something else."""
    found = re.search(r"id = ([0-9]+)", text)
    if found is None or (int(found[1]) % 2 and int(found[1]) < 500):
        return program
    return Program(effects=(SqlEffect(verb=Verb.DELETE, table="others"),))


def _by_equality(text: str, program: Program) -> Program:
    """A parser that two equal literals tell something else."""
    found = re.search(r"id = (\S+) AND customer_id = (\S+)", text)
    if found is None or found[1] != found[2]:
        return program
    return Program(effects=(CommandEffect(verb=Verb.UNKNOWN, program=""),))


def _by_order(text: str, program: Program) -> Program:
    """A parser that two literals in falling order tell something else."""
    found = re.search(r"id = (\S+) AND customer_id = (\S+)", text)
    if found is None or int(found[1]) < int(found[2]):
        return program
    return Program(effects=(SqlEffect(verb=Verb.DELETE, table="others"),))


@pytest.mark.parametrize("steer", [_by_value, _by_equality, _by_order])
def test_a_parser_that_a_value_steers_is_never_replaced_by_a_template(
    steer: Callable[[str, Program], Program],
) -> None:
    parser = Parser(steer)
    templates = Templates(parser)
    for number in (11, 13, 12, 999, 15, 14, 17):
        for other in (number, number + 2, number - 2):
            text = f"DELETE FROM invoices WHERE id = {number} AND customer_id = {other}"
            assert templates.program(text, "postgres") == steer(text, parse_in_full(text, "postgres"))


@pytest.mark.parametrize(
    "shape",
    ["UPDATE i SET a = {text} FROM invoices AS i WHERE id = {number}", "SELECT `id` FROM invoices WHERE id = {number}"],
)
def test_a_template_of_one_dialect_is_none_of_another(shape: str) -> None:
    templates = Templates(parse_in_full)
    for text in fillings(shape):
        for dialect in DIALECTS:
            program = templates.program(text, dialect)
            assert program == parse_in_full(text, dialect)


# Bounds


def test_shapes_and_templates_are_bounded_and_the_used_ones_stay() -> None:
    parser = Parser()
    templates = Templates(parser, max_shapes=8, max_templates=4)
    for number in range(3):
        templates.program(f"DELETE FROM kept WHERE id = {number + 1}", "postgres")
    for number in range(100):
        for value in (1, 2, 3):
            templates.program(f"DELETE FROM t{number} WHERE id = {value}", "postgres")
        parser.calls = 0
        templates.program(f"DELETE FROM kept WHERE id = {number + 10}", "postgres")
        assert parser.calls == 0
    assert len(templates) == 12


def test_literals_that_stay_make_a_template_only_when_they_come_again() -> None:
    parser = Parser()
    templates = Templates(parser)
    for number in range(1, 30):
        parser.calls = 0
        templates.program(f"SELECT * FROM t WHERE name LIKE 'a{number}%' AND id = {number}", "postgres")
        assert parser.calls == 1


@pytest.mark.parametrize(
    "text", [f"DELETE FROM t WHERE id IN ({', '.join(['7'] * 33)})", f"DELETE FROM t WHERE {'x' * 1001} = 7"]
)
def test_a_statement_that_is_long_or_has_many_literals_is_parsed_and_not_kept(text: str) -> None:
    templates = Templates(parse_in_full)
    assert templates.program(text, "postgres") == parse_in_full(text, "postgres")
    assert len(templates) == 0


@pytest.mark.parametrize("text", ["'" * 2001, "'" * 2000, "1 " * 1000, "''" * 500 + "x", "a.1" * 600, "'--" * 600])
def test_odd_quotes_and_digits_are_cut_and_put_together_again(text: str) -> None:
    pieces, literals = cut(text)
    assert "".join(piece + literal for piece, literal in zip(pieces, [*literals, ""], strict=True)) == text
