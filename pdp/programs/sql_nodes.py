"""The node classes of sqlglot that the walkers know by name, and what they say to any other."""

from __future__ import annotations

from collections.abc import Set
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from pdp.programs.sql_functions import word_set
from pdp.programs.sql_lexical import NotUnderstood

MAX_EFFECTS = 128
"""Most effects of one program: a longer script is not one action that a person could judge."""

EXPRESSIONS = frozenset(
    getattr(exp, name)
    for name in word_set(
        """Add Alias Aliases All And Any Array AtTimeZone Between BitString BitwiseAnd BitwiseLeftShift BitwiseNot
    BitwiseOr BitwiseRightShift BitwiseXor Boolean Bracket ByteString Case Cast Collate Column Cube DPipe DataTypeParam
    Distinct Div EQ Escape Fetch Filter GT GTE Glob Group GroupingSets Having HexString Identifier If ILike In IntDiv
    Interval IntervalSpan Is JSONPath JSONPathKey JSONPathRoot JSONPathSubscript LT LTE Like Limit LimitOptions Literal
    Mod Mul NEQ National Neg Not Null NullSafeEQ NullSafeNEQ ObjectIdentifier Offset Or Order Ordered Parameter Paren
    Placeholder Rollup SessionParameter SimilarTo Slice Star Sub TableSample TryCast Tuple Var Where Window WindowSpec
    WithinGroup Xor"""
    )
)
"""What an expression is made of, functions apart."""

ONLY_IN = MappingProxyType(
    {
        # `f(a => 1)` and `f(a := 1)` name an argument; `@a := 1` of MySQL sets a variable.
        exp.Kwarg: frozenset({"postgres"}),
        exp.PropertyEQ: frozenset({"postgres"}),
        exp.Variadic: frozenset({"postgres"}),
        # sqlglot takes `f(a -> 'b')` for a function without a name; these databases read a JSON document.
        exp.Lambda: frozenset({"postgres", "mysql", "sqlite"}),
        exp.Match: frozenset({"sqlite"}),
    }
)
"""Nodes that are part of an expression in these dialects."""

LOCK_HINTS = word_set("nolock readcommitted readpast readuncommitted repeatableread snapshot")
"""Hints of T-SQL that lock nothing beyond the statement."""

_OUTPUT = (exp.ForClause, exp.QueryOption, exp.Var, exp.Literal)

SIDE_EFFECTS = (exp.NextValueFor, exp.ReadCSV, exp.ReadParquet, exp.ToFile)
"""Functions whose name sqlglot does not keep as a call, and which do more than compute."""


def check_args(node: Any, allowed: Set[str]) -> None:
    """Refuses a node with a part that the walker has no name for."""
    for key, value in node.args.items():
        if value and key not in allowed:
            raise NotUnderstood("SQL_NOT_NAMED", f"expected no {key.strip('_')} in {type(node).__name__.lower()}")


def not_named(node: object) -> NotUnderstood:
    """Returns the error for a node that is on no list."""
    return NotUnderstood("SQL_NOT_NAMED", f"expected only known constructs, got {type(node).__name__.lower()}")


def check_hints(hints: Any) -> None:
    """Refuses hints of a table that do more than read it in another way."""
    for hint in hints or ():
        if not isinstance(hint, exp.WithTableHint) or any(
            not isinstance(part, exp.Var) or part.name.lower() not in LOCK_HINTS for part in hint.expressions
        ):
            raise NotUnderstood("SQL_NOT_NAMED", "expected only hints that change nothing")


def check_output(node: Any) -> None:
    """Refuses a FOR clause of T-SQL that does more than shape the rows as JSON or XML."""
    if node and any(not isinstance(part, _OUTPUT) for part in node.walk()):
        raise not_named(node)


def check_type(node: exp.DataType) -> None:
    """Refuses a cast to a type that the database does not come with."""
    if node.this is exp.DType.USERDEFINED:
        raise NotUnderstood("SQL_TYPE", "expected types of the database, since others may run code")


def too_much() -> NotUnderstood:
    """Returns the error for a program that touches more than a person could judge, or a walker go through in time."""
    return NotUnderstood("SQL_TOO_MUCH", f"expected at most {MAX_EFFECTS} effects")
