"""Parses SQL in a named dialect into effects on tables. Never raises for odd text and never guesses.

1. Size, then text that servers cut apart differently (`sql_lexical.check_text`).
2. Tokens: nesting (`check_work`), statements cut at semicolons, blanks and names (`check_spelling`).
3. Transaction control, EXPLAIN, VACUUM and SHOW are told by their words: sqlglot has no tree for them.
4. Each call by name against the dialect's list (`check_calls`), then sqlglot, then keywords taken for aliases.
5. The walker (`sql_statements`, `sql_query`) names every node; a statement that only reads holds no writing word.
6. PostgreSQL: what stands behind an alias is a column of what FROM holds (`sql_columns`), not a function in disguise.

A text that differs from a known one only in literals that cannot steer these steps is told by `sql_templates`.

EXPLAIN counts as the statement that it explains, with ANALYZE or without. A view, a trigger, a rule or a cascade of the
database, and settings that an earlier statement of the same connection made, cannot be seen here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from pdp.programs.model import MAX_PROGRAM_BYTES, CommandEffect, FileEffect, Program, SqlEffect
from pdp.programs.sql_columns import column_uses
from pdp.programs.sql_functions import FUNCTIONS, word_set
from pdp.programs.sql_lexical import (
    NotUnderstood,
    check_aliases,
    check_blank,
    check_calls,
    check_reading,
    check_spelling,
    check_text,
    check_work,
    statements,
    word,
)
from pdp.programs.sql_nodes import not_named
from pdp.programs.sql_statements import StatementWalker
from pdp.programs.sql_templates import Templates
from writ.action import Finding, Verb

MAX_CACHED = 512
"""Programs kept: agents repeat few statements. With their effects and columns at most some 22 MiB."""

MAX_CACHED_BYTES = 2048
"""Longest program that is kept, so that nobody fills memory with long ones."""

# sqlglot writes the text of every statement that it has no tree for into its log; arguments belong in no log.
logging.getLogger("sqlglot").disabled = True

_MODES = word_set(
    """deferred immediate exclusive concurrent work transaction tran and no chain isolation level read write only
    committed uncommitted repeatable serializable"""
)
_TRANSACTION = word_set("begin start commit end rollback abort")

# sqlglot's tokenizer swallows the rest of such a statement as one string, so they are told from the text itself.
_EXPLAIN = re.compile(
    r"\s*explain\s+(?:query\s+plan\s+)?(?:(?:analy[sz]e|verbose)\s+){0,2}"
    r"(?:\(\s*(?:analy[sz]e|verbose|costs|buffers|wal|timing|summary|settings|format)\b[\w\s,]{0,200}\)\s*)?",
    re.IGNORECASE | re.ASCII,
)
_REPLACE = re.compile(r"\s*replace\s+into\b", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(
    r"\s*(?:(vacuum|analyze|reindex|checkpoint)|(show)|(desc|describe|explain)(?=\s+[\w.`]+\s*;?\s*$))"
    r"((?:\s+(?!into\b)(?:[a-z_][\w.]*|`\w+`)){0,4})(?(2)(?:\s+like\s+'[\w%. -]*')?|)\s*;?\s*",
    re.IGNORECASE | re.ASCII,
)
# A comment before the first word; PostgreSQL nests those with stars, and then nothing is skipped.
_COMMENTS = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*(?:(?!/\*|\*/).)*\*/\s*)+", re.ASCII | re.DOTALL)


def parse_sql(text: str, dialect: str) -> Program:
    """Returns what every statement of `text` does. `dialect` is sqlglot's name: sqlite, postgres, mysql or tsql."""
    if len(text) <= MAX_CACHED_BYTES:
        return _parse_cached(text, dialect)
    return parse_in_full(text, dialect)


@lru_cache(maxsize=MAX_CACHED)
def _parse_cached(text: str, dialect: str) -> Program:
    return _TEMPLATES.program(text, dialect)


def unknown(code: str, message: str, program: str = "") -> Program:
    """Returns the program that cannot be told."""
    return Program(
        effects=(CommandEffect(verb=Verb.UNKNOWN, program=program),),
        findings=(Finding(code=code, pointer="", message=message),),
    )


def parse_in_full(text: str, dialect: str) -> Program:
    """Returns what `parse_sql` does, without having kept anything of earlier texts."""
    if dialect not in FUNCTIONS:
        return unknown("SQL_DIALECT", f"expected one of {', '.join(sorted(FUNCTIONS))}")
    if len(text) > MAX_PROGRAM_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_PROGRAM_BYTES:
        return unknown("PROGRAM_TOO_LONG", f"expected a program of at most {MAX_PROGRAM_BYTES} bytes")
    walker = StatementWalker(dialect)
    try:
        _walk(text, walker)
    except NotUnderstood as error:
        doubt = error
    except RecursionError:
        doubt = NotUnderstood("SQL_TOO_NESTED", "expected fewer levels of nesting")
    except (SqlglotError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        # sqlglot refused the text, stumbled over it, or made a tree of a shape that no walker expects.
        doubt = NotUnderstood("SQL_NOT_PARSED", f"expected a program that {dialect} parses")
    else:
        return Program(
            effects=tuple(walker.effects), findings=tuple(walker.findings.values()), columns=tuple(walker.columns)
        )
    # What was told before the doubt stays: it can only add to the gravity.
    told = unknown(doubt.code, doubt.message)
    return Program(effects=(*walker.effects, *told.effects), findings=(*walker.findings.values(), *told.findings))


def _walk(text: str, walker: StatementWalker) -> None:
    check_text(text, walker.dialect)
    comments = _COMMENTS.match(text)
    if comments is not None:
        text = text[comments.end() :]
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        if (plain[2] and walker.dialect not in ("postgres", "mysql")) or (plain[3] and walker.dialect != "mysql"):
            raise NotUnderstood("SQL_NOT_NAMED", "expected a statement of the dialect")
        walker.add(SqlEffect(verb=Verb.ADMIN if plain[1] else Verb.READ, table=""))
        return
    explained = _EXPLAIN.match(text)
    if explained is not None:
        text = text[explained.end() :]
    if walker.dialect in ("sqlite", "mysql"):
        text = _REPLACE.sub("INSERT OR REPLACE INTO", text, count=1) if _REPLACE.match(text) else text
    engine = Dialect.get_or_raise(walker.dialect)
    tokens = engine.tokenize(text)
    check_work(tokens)
    found = False
    end = 0
    for chunk in statements(tokens):
        end = check_spelling(text, end, chunk, walker.dialect)
        if chunk[-1].token_type is TokenType.SEMICOLON:
            chunk.pop()
        if chunk:
            found = True
            _statement(text, engine, chunk, walker)
    check_blank(text[end:])
    if not found:
        raise NotUnderstood("SQL_EMPTY", "expected a statement")


def _statement(text: str, engine: Dialect, tokens: list[Token], walker: StatementWalker) -> None:
    words = [word(token) for token in tokens[:6]]
    if words[0] == "pragma" and walker.dialect == "sqlite":
        walker.pragma(words)
        return
    if _is_transaction(words, len(tokens)):
        return
    check_calls(tokens, walker.dialect)
    trees = engine.parser().parse(tokens, text)
    root = trees[0] if len(trees) == 1 else None
    if root is None:
        raise not_named(root)
    check_aliases(root, tokens)
    start = len(walker.effects)
    walker.statement(root)
    if walker.dialect == "postgres" and any(token.token_type is TokenType.DOT for token in tokens):
        walker.columns.update(dict.fromkeys(column_uses(root)))
    if all(isinstance(item, SqlEffect | FileEffect) and item.verb is Verb.READ for item in walker.effects[start:]):
        check_reading(tokens)


def _is_transaction(words: Sequence[str], count: int) -> bool:
    first, rest = words[0].split(), words[1:]
    if count > len(words):
        return False
    if first[0] in _TRANSACTION:
        return _MODES.issuperset([*first[1:], *rest])
    if first[0] in ("savepoint", "release"):
        name = [item for item in rest if item != "savepoint"]
        return len(name) == 1 and name[0].isidentifier()
    return first[0] == "rollback" and words[1:2] == ["to"] and count <= 4


_TEMPLATES = Templates(parse_in_full)
