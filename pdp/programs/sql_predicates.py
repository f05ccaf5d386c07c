"""What a WHERE proves, and which values are literal: everything here errs towards more rows.

Only a top-level AND of `column = literal`, `literal = column` and `column IN (literals)` narrows. OR, casts, functions,
other operators and comparisons of two columns narrow nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

_INTEGER = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[0-9]{1,64}(?:\.[0-9]{1,64})?")
_CANONICAL = re.compile(r"-?[1-9][0-9]*|0")
_NUMBER_LIKE = re.compile(r"[+-]?(?:0[xXoObB][0-9a-fA-F_]+|(?=[._]*[0-9])[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]+)?)")
_NUMBER_FIRST = re.compile(r"[+-]?\.?[0-9]")
_CALLS_NOTHING = (exp.Column, exp.Star, exp.Alias, exp.Literal, exp.Identifier)
MAX_LIMIT_DIGITS = 15
"""Longest literal LIMIT that is a bound: past it a number is no bound that anyone means."""

Equalities = dict[str, dict[str, tuple[str, ...]]]
"""Table qualifier, "" for none, to column to the values that it may have."""


def literal(node: object, *, exact: bool = True) -> str | None:
    """Returns a literal's canonical text, None for anything else. `exact`: integers and strings only, since `1.0`,
    `1e0` and `true` equal more than their own spelling."""
    sign = ""
    node = _bare(node)
    if isinstance(node, exp.Neg):
        sign, node = "-", node.this
    if isinstance(node, exp.Literal):
        text = str(node.this)
        if node.args.get("is_string"):
            return None if sign else text
        if _INTEGER.fullmatch(text):
            number = str(int(text))
            return number if number == "0" else sign + number
        if not exact and _NUMBER.fullmatch(text):
            return sign + text
    elif not exact and not sign:
        if isinstance(node, exp.Boolean):
            return "true" if node.this else "false"
        if isinstance(node, exp.Null):
            return "NULL"
    return None


def equalities(where: object, dialect: str) -> Equalities:
    """Returns what a WHERE clause (None for none) proves. Two values for one column count as either."""
    proven: Equalities = {}
    if not isinstance(where, exp.Where):
        return proven
    for condition in _conjuncts(where.this):
        column, values = _equality(condition, dialect)
        if column is None:
            continue
        columns = proven.setdefault(column.table.lower(), {})
        name = column.name.lower()
        columns[name] = tuple(sorted({*columns.get(name, ()), *values}))
    return proven


def _conjuncts(root: exp.Expr) -> Iterator[exp.Expr]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Paren):
            stack.append(node.this)
        elif isinstance(node, exp.And):
            stack += (node.expression, node.this)
        else:
            yield node


def _equality(node: exp.Expr, dialect: str) -> tuple[exp.Column | None, tuple[str, ...]]:
    if isinstance(node, exp.EQ):
        left, right = _bare(node.this), _bare(node.expression)
        if isinstance(right, exp.Column):
            left, right = right, left
        items = [right]
    elif isinstance(node, exp.In) and not (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
        left, items = _bare(node.this), node.expressions
    else:
        return None, ()
    if not isinstance(left, exp.Column) or not items or not _is_plain(left, dialect):
        return None, ()
    values: list[str] = []
    for item in items:
        value = literal(item)
        # A column of numbers takes '03' and ' 3 ' for 3.
        if value is not None and (value != value.strip() or is_odd_number(value)):
            return None, ()
        # MySQL compares a text column with a number as numbers: `name = 0` is true for every name without digits.
        if value is None or (dialect == "mysql" and value == "0" and not _is_text(item)):
            return None, ()
        # There `'7abc'` equals the number 7.
        if dialect == "mysql" and is_number_and_more(value):
            return None, ()
        values.append(value)
    return left, tuple(values)


def is_odd_number(text: str) -> bool:
    """True for a spelling that a column of numbers takes for a number, and that is not the canonical one: `'03'`."""
    return _NUMBER_LIKE.fullmatch(text) is not None and _CANONICAL.fullmatch(text) is None


def is_number_and_more(text: str) -> bool:
    """True for a text that begins like a number and is none: `'7abc'`, which MySQL takes for 7 in a column of numbers."""
    return _NUMBER_FIRST.match(text) is not None and _CANONICAL.fullmatch(text) is None


def _bare(node: Any) -> Any:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _is_text(node: object) -> bool:
    return isinstance(node, exp.Literal) and bool(node.args.get("is_string"))


def _is_plain(column: exp.Column, dialect: str) -> bool:
    """True for `name` and `alias.name`; PostgreSQL tells `"ID"` from `id`, so only lower case counts in quotes."""
    name = column.this
    if not isinstance(name, exp.Identifier) or column.args.get("db"):
        return False
    return dialect != "postgres" or not name.args.get("quoted") or name.name == name.name.lower()


def limit_of(args: Mapping[str, object]) -> int | None:
    """Returns a literal LIMIT, TOP or FETCH FIRST in rows, None when there is none that bounds."""
    node = args.get("limit")
    if isinstance(node, exp.Limit):
        count = node.expression
    elif isinstance(node, exp.Fetch):
        count = node.args.get("count")
    else:
        return None
    options = node.args.get("limit_options")
    if node.args.get("percent") or (options and (options.args.get("percent") or options.args.get("with_ties"))):
        return None
    text = literal(count)
    if text is None or not text.isdigit() or len(text) > MAX_LIMIT_DIGITS or _is_text(count):
        return None
    return int(text)


def yields_rows(node: exp.Select) -> bool:
    """True when each result row shows one row of the table: `sum(x) … LIMIT 1` reads them all."""
    if any(node.args.get(key) for key in ("group", "having", "distinct", "windows")):
        return False
    return all(isinstance(part, _CALLS_NOTHING) for item in node.expressions for part in item.walk())
