"""What a parsed program does, before the catalog gives tables, routes and paths their resource types.

An effect that a parser cannot name with certainty is a `CommandEffect` with verb UNKNOWN and a finding; a parser never
guesses and never raises for odd text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from writ.action import Finding, Verb
from writ.frozen import frozen

MAX_PROGRAM_BYTES = 16 * 1024
"""Longest program that is parsed (design, section 2): beyond it parsers are slow enough to be a weapon."""

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NO_TEXT: Mapping[str, str] = MappingProxyType({})


@frozen
class SqlEffect:
    """One table touched by one statement.

    `table` is lower case, `schema.table` when qualified; `equalities` maps a column, lower case, to the literal values
    that a top-level AND proves it equal to (one value for `=`, several for IN), as canonical text; anything else in the
    WHERE narrows nothing. `assignments` are the literal values of SET or of a one-row INSERT. `limit` is a literal upper
    bound of rows, `client` the shell command that carried the statement ("" when it was the argument itself) and
    `target` the database host or name that the client was told, "" when it was told none.
    """

    verb: Verb
    table: str
    equalities: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    assignments: Mapping[str, str] = field(default_factory=lambda: _NO_TEXT)
    limit: int | None = None
    client: str = ""
    target: str = ""


@frozen
class ColumnUse:
    """A name that stands behind an alias in PostgreSQL, `alias.name`: a column of one of `tables`, or a function that runs.

    Lower case all of them; `client` and `target` are those of the effects of the same statement.
    """

    name: str
    tables: frozenset[str]
    client: str = ""
    target: str = ""


@frozen
class HttpEffect:
    """One HTTP request. `method` is the effective one (X-HTTP-Method-Override and `_method` applied), upper case.

    `host` is lower case with a port only when it is not the scheme's own; `path` is percent-decoded once per segment;
    `query` keeps order. `sends_body` tells whether a body goes out; `body` its bytes when they are literal.
    """

    method: str
    scheme: str
    host: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...] = ()
    sends_body: bool = False
    body: bytes | None = None
    url: str = ""


@frozen
class FileEffect:
    """Files that a command reads, writes or deletes. `recursive` or a glob means everything below; paths are literal."""

    verb: Verb
    paths: tuple[str, ...]
    everything: bool = False


@frozen
class CommandEffect:
    """A program that runs, or something that cannot be told (verb UNKNOWN). `program` is its base name or ""."""

    verb: Verb
    program: str


Effect = SqlEffect | HttpEffect | FileEffect | CommandEffect


@frozen
class Program:
    """All effects of a program, in order of appearance, and what was noticed. Findings carry an empty pointer.

    `columns` are names that only the catalog can tell from functions: the program is UNKNOWN when it knows no such column.
    """

    effects: tuple[Effect, ...]
    findings: tuple[Finding, ...] = ()
    columns: tuple[ColumnUse, ...] = ()
