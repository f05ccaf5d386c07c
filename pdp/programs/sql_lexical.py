"""What is checked in SQL text and its tokens before and beside the parse, because a parse tree no longer shows it.

sqlglot reads more than any one database does: what one server runs, it may take for a comment, an alias or a blank. Each
check here refuses a spelling that a server could read in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlglot import exp
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from pdp.programs.sql_functions import AFTER, FUNCTIONS, TYPES, WORDS, word_set

MAX_DEPTH = 48
"""Deepest nesting of brackets and CASE: past it a recursive parser runs out of stack."""

MAX_EXTRA_WORK = 1_500
MAX_WORK_PER_TOKEN = 3
"""Bounds of a parse: each token counts 2 ** (open type-like brackets around it), since sqlglot tries such a bracket as a
type and again as a call (`date(date(…` of 24 levels takes minutes). Plain SQL counts one a token, some 4 µs."""


MAX_TOKENS = 10_000
"""Most tokens of a program: 16 KiB of plain SQL hold some 4,000, and each costs a parser 4 µs."""


class NotUnderstood(Exception):
    """A program, or a part of it, that has no certain reading. `code` is that of the finding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


MAX_QUOTED = 64
"""Longest name of a statement that a message repeats: most databases take no longer ones."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_ODD = re.compile(r"[^\w$. ]")
_EXECUTABLE = re.compile(r"/\*\s*(?:!|\+|[Mm]!)|--\+")
_ESCAPES = re.compile(r"\\['\"`\\]|\b[uU]&[\"']|\$[A-Za-z_\x80-\uffff]*\$")
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*|#[^\n]*", re.DOTALL)
_MYSQL_DASHES = re.compile(r"--(?![\s]|$)")

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_QUOTED = frozenset({TokenType.STRING, TokenType.IDENTIFIER, TokenType.BYTE_STRING, TokenType.NATIONAL_STRING})
_SLOW = frozenset(Parser.TYPE_TOKENS) | {TokenType.ARRAY, TokenType.STRUCT, TokenType.MAP}
_SWALLOWING = frozenset({TokenType.COMMAND, TokenType.EXECUTE, TokenType.LOCK})
_OPERATOR = frozenset("+-*/<>=~!@#%^&|`?")
_NEGATED = frozenset({"!~", "!~*", "!~~", "!~~*"})
_JOINING = frozenset("~!@#%^&|`?")
_NAMES = frozenset({TokenType.IDENTIFIER, TokenType.VAR})
_DECLARING = frozenset({"as", "into", "copy"})
_DEFINING = frozenset({"table", "exists", "on", "references", "view"})

STATEMENTS = word_set(
    """abort add alter analyze attach backup begin break bulk call cascade checkpoint close cluster comment commit
    copy create cursor dbcc deallocate declare delete deny detach disable discard do drop dump else enable end exec execute
    explain fetch flush from go goto grant handler if import insert into kill listen load lock merge move notify open
    optimize order pragma prepare print purge raiserror readtext reconfigure refresh reindex release rename replace
    reset restore return returning revert revoke rollback save savepoint select set shutdown signal source start system
    table throw truncate union unload unlock unlisten update use using vacuum values waitfor where while with
    writetext"""
)
"""Words that begin a statement or clause in some dialect: as a bare alias they are more likely that statement."""

_WRITING = word_set(
    """alter attach call copy create delete deny detach drop exec execute grant insert into lock merge outfile
    pragma rename revoke set truncate update vacuum"""
)


def quote(name: str) -> str:
    """Returns a name of a statement for a message: in backticks, without odd characters, cut off. Never for a literal."""
    shown = _ODD.sub("?", name[:MAX_QUOTED])
    return f"`{shown}…`" if len(name) > MAX_QUOTED else f"`{shown}`"


def check_text(text: str, dialect: str) -> None:
    """Refuses text that servers cut apart in different ways. Raises NotUnderstood."""
    if _CONTROL.search(text):
        raise NotUnderstood("SQL_CONTROL_CHARACTER", "expected text without control characters")
    if _EXECUTABLE.search(text):
        raise NotUnderstood("SQL_EXECUTABLE_COMMENT", "expected comments that no server runs")
    if _ESCAPES.search(text):
        raise NotUnderstood("SQL_ESCAPE", "expected strings without escapes that depend on settings")
    if (dialect == "mysql" and "\\" in text) or (dialect == "tsql" and "\\\n" in text):
        raise NotUnderstood("SQL_ESCAPE", "expected strings without escapes")
    if dialect == "mysql" and _MYSQL_DASHES.search(text):
        raise NotUnderstood("SQL_COMMENT", "expected a blank after two dashes")


def check_work(tokens: Sequence[Token]) -> None:
    """Refuses a program that a parser would work on without bound."""
    if len(tokens) > MAX_TOKENS:
        raise NotUnderstood("SQL_TOO_MUCH", f"expected at most {MAX_TOKENS} tokens")
    most = MAX_EXTRA_WORK + MAX_WORK_PER_TOKEN * len(tokens)
    depth = slow = work = 0
    opened: list[bool] = []
    previous: TokenType | None = None
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            heavy = kind is TokenType.L_BRACKET or previous in _SLOW
            opened.append(heavy)
            depth += 1
            slow += heavy
        elif kind in _CLOSING and opened:
            slow -= opened.pop()
            depth -= 1
        work += 1 << slow
        if depth > MAX_DEPTH or work > most:
            raise NotUnderstood("SQL_TOO_NESTED", "expected fewer levels of brackets")
        previous = kind


def check_spelling(text: str, start: int, tokens: Sequence[Token], dialect: str) -> int:
    """Refuses blanks, names and neighbours that servers read differently, in the tokens of one statement.

    `start` is the offset behind the statement before; returns the offset behind this one.
    """
    if dialect == "postgres":
        _check_operators(tokens)
    previous: Token | None = None
    for token in tokens:
        _check_known(token, previous)
        _check_gap(text, start, token, previous)
        start = token.end + 1
        previous = token
    return start


def _check_known(token: Token, previous: Token | None) -> None:
    """Refuses a statement whose rest sqlglot swallows as one string."""
    if previous is not None and token.token_type is TokenType.STRING and previous.token_type in _SWALLOWING:
        raise NotUnderstood("SQL_NOT_NAMED", f"expected only known statements, got {quote(previous.text.lower())}")


def _check_gap(text: str, end: int, token: Token, previous: Token | None) -> None:
    kind = token.token_type
    if token.start > end:
        if token.start > end + 1 or text[end] not in " \n\t":
            check_blank(text[end : token.start])
    elif previous is not None and previous.token_type is TokenType.NUMBER and token.text[:1].isidentifier():
        raise NotUnderstood("SQL_NUMBER", "expected a blank after a number")
    if kind not in _QUOTED and not token.text.isascii():
        raise NotUnderstood("SQL_NAME", "expected names outside quotes to be ascii")
    if kind is TokenType.STRING and previous is not None and previous.token_type is TokenType.STRING:
        raise NotUnderstood("SQL_STRINGS", "expected no two strings side by side")


def _check_operators(tokens: Sequence[Token]) -> None:
    """Refuses what PostgreSQL reads as one operator and sqlglot as two: it may be anyone's, and run anything."""
    for before, token in pairwise(tokens):
        if token.text[0:1] not in _OPERATOR or token.start != before.end + 1 or before.text[-1:] not in _OPERATOR:
            continue
        if before.token_type in _QUOTED or token.token_type in _QUOTED or before.text + token.text in _NEGATED:
            continue
        # A sign ends an operator unless that holds one of the joining characters.
        if token.text not in ("-", "+") or not _JOINING.isdisjoint(before.text):
            raise NotUnderstood("SQL_OPERATOR", "expected operators that the database comes with")


def check_blank(gap: str) -> None:
    """Refuses anything but blanks and closed comments."""
    if _COMMENT.sub("", gap).strip(" \t\r\n"):
        raise NotUnderstood("SQL_BLANK", "expected plain blanks between words")


def statements(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yields the tokens of each statement up to and with its semicolon."""
    chunk: list[Token] = []
    for token in tokens:
        chunk.append(token)
        if token.token_type is TokenType.SEMICOLON:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def word(token: Token) -> str:
    """Returns the token as a lower-case word, "" for quoted names and strings."""
    return "" if token.token_type in _QUOTED else token.text.lower()


def check_calls(tokens: Sequence[Token], dialect: str) -> None:
    """Refuses a call of anything that the dialect's list does not hold. Raises NotUnderstood."""
    allowed = FUNCTIONS[dialect]
    for index in range(1, len(tokens)):
        if tokens[index].token_type is not TokenType.L_PAREN or (index == 1 and word(tokens[0]) == "copy"):
            continue
        token = tokens[index - 1]
        name = word(token)
        before = tokens[index - 2] if index >= 2 else None
        if " " in name:  # `ORDER BY` is one token
            name = name.split()[-1]
        elif name in AFTER and (before is None or word(before) not in AFTER[name]):
            name = "?"
        qualified = before is not None and before.token_type is TokenType.DOT
        known = name in allowed or name in WORDS or name in TYPES
        if known and (not qualified or (index >= 3 and word(tokens[index - 3]) == "pg_catalog")):
            continue
        if not qualified and token.token_type not in _NAMES and name != "?" and not name[:1].isidentifier():
            if token.token_type is TokenType.STRING:
                raise NotUnderstood("SQL_FUNCTION", "expected no call of a quoted name, got a text before a bracket")
            continue  # an operator, a bracket or a comma: nothing is called
        if not _declares(tokens, index):
            raise NotUnderstood(
                "SQL_FUNCTION",
                f"expected functions on the list of those without side effects, got {quote(_called(tokens, index))}",
            )


def _called(tokens: Sequence[Token], index: int) -> str:
    """Returns the name before the bracket at `index`, with its schema."""
    start = index - 1
    while start >= 2 and tokens[start - 1].token_type is TokenType.DOT:
        start -= 2
    return "".join(token.text for token in tokens[start:index] if token.token_type is not TokenType.STRING)


def _declares(tokens: Sequence[Token], index: int) -> bool:
    """True when the bracket at `index` follows a table, alias or CTE that is being named, so that nothing is called."""
    start = index - 1
    while start >= 2 and tokens[start - 1].token_type is TokenType.DOT:
        start -= 2
    if start == 0:
        return False
    before = word(tokens[start - 1])
    first = word(tokens[0])
    if first == "drop" or before in _DECLARING or (before in _DEFINING and first == "create"):
        return True
    return before in ("with", "recursive", ",") and _is_cte(tokens, index)


def _is_cte(tokens: Sequence[Token], index: int) -> bool:
    """True when the bracket is a column list followed by AS and a bracketed query."""
    while index < len(tokens) and tokens[index].token_type is not TokenType.R_PAREN:
        index += 1
    rest = [word(token) for token in tokens[index + 1 : index + 5]]
    return (
        rest[:2] == ["as", "("] or rest[:3] == ["as", "materialized", "("] or rest == ["as", "not", "materialized", "("]
    )


def check_aliases(root: exp.Expr, tokens: Sequence[Token]) -> None:
    """Refuses a statement's keyword that sqlglot took for an alias although no AS stands before it."""
    after_as: set[int] | None = None
    for node in root.find_all(exp.Alias, exp.TableAlias):
        name = node.this if isinstance(node, exp.TableAlias) else node.args.get("alias")
        if isinstance(node.parent, exp.CTE):
            continue  # `WITH name AS (…)`: the name stands before its AS
        if not isinstance(name, exp.Identifier) or name.args.get("quoted") or name.name.lower() not in STATEMENTS:
            continue
        if after_as is None:
            after_as = {token.start for before, token in pairwise(tokens) if before.token_type is TokenType.ALIAS}
        if name.meta.get("start") not in after_as:
            raise NotUnderstood("SQL_KEYWORD_ALIAS", "expected AS before an alias that is a keyword")


def check_reading(tokens: Sequence[Token]) -> None:
    """Refuses a writing word in a statement that the walker found to read only: one of the two is wrong."""
    for index, token in enumerate(tokens):
        name = word(token)
        if name not in _WRITING and (" " not in name or _WRITING.isdisjoint(name.split())):
            continue
        before = word(tokens[index - 1]) if index else ""
        if before in ("as", ".") or (name == "copy" and index == 0):
            continue
        if name == "update" and before in ("for", "key"):
            continue
        raise NotUnderstood("SQL_KEYWORD", "expected no writing keyword in a statement that reads")
