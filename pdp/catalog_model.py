"""What the tool catalog says, compiled: enrolled servers, their tools, tables and routes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from pdp.catalog_path import ArgumentPath, Coverage
from writ.action import Reversibility, Scope, Verb

USUAL_REVERSIBILITY: Mapping[Verb, Reversibility] = {
    Verb.READ: Reversibility.REVERSIBLE,
    Verb.LIST: Reversibility.REVERSIBLE,
    Verb.SEND: Reversibility.IRREVERSIBLE,
    Verb.PAY: Reversibility.IRREVERSIBLE,
    Verb.DELETE: Reversibility.IRREVERSIBLE,
}
"""What holds where an entry says nothing; every other verb is UNSPECIFIED, which rules treat as irreversible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountSpec:
    """Where money stands. `exponent`: decimal places of the value, 0 when it is in minor units already."""

    path: ArgumentPath
    exponent: int
    currency: str
    currency_path: ArgumentPath | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum of money of one call: the JSON pointer of its value, the value as the arguments have it, the decimal places that the
    catalog declares for it (0: it may be in minor units), its ISO 4217 code, and whether the arguments choose that."""

    pointer: str
    number: str
    exponent: int
    currency: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSpec:
    """Where something is sent. `inside`: exact values; for emails also `@domain`, for hosts and URLs also `.domain`."""

    kind: str
    path: ArgumentPath
    inside: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """Values of an argument with which an operation does not take place: `action: list` deletes nothing."""

    path: ArgumentPath
    values: frozenset[str]

    def excludes(self, document: Mapping[str, Any]) -> bool:
        """Tells whether the argument is exactly one of the values; what is absent or spelt otherwise excludes nothing."""
        try:
            value = self.path.find(document)
        except LookupError:
            return False
        return isinstance(value, str) and value in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """One thing that a tool or route does, but for what `unless` says. Without `scope` it follows from `ids`."""

    verb: Verb
    resource_type: str
    scope: Scope | None
    ids: ArgumentPath | None
    containers: tuple[tuple[str, ArgumentPath], ...]
    max_rows: ArgumentPath | None
    result_rows: int | None
    amount: AmountSpec | None
    destinations: tuple[DestinationSpec, ...]
    reversibility: Mapping[Verb, Reversibility]
    attributes: tuple[tuple[str, ArgumentPath], ...]
    unless: Unless | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlProgram:
    """An argument that is SQL; `database` is the server whose tables it means."""

    argument: ArgumentPath
    dialect: str
    database: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellProgram:
    """An argument that is a shell command; `sql_clients` maps a client program to the server that it talks to."""

    argument: ArgumentPath
    sql_clients: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProgram:
    """Arguments that make up an HTTP request. `base_url` stands before a URL that starts with a single `/`."""

    method: ArgumentPath | None
    default_method: str
    url: ArgumentPath
    headers: ArgumentPath | None
    body: ArgumentPath | None
    base_url: str


ProgramSpec = SqlProgram | ShellProgram | HttpProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """An argument whose origin matters: who chose this recipient, this account, this address. `kind`: SINK_KINDS."""

    kind: str
    path: ArgumentPath


class ContentTrust(StrEnum):
    """Who can choose what a result holds: only we, or outsiders too (mail, web pages, reviews, files, messages)."""

    TRUSTED = "TRUSTED"
    UNTRUSTED = "UNTRUSTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSpec:
    """What a tool returns; the defaults are the worst case.

    `content` is about all of it, `record_trust` about the structured fields at `records`. `classes` are the data
    classes that it may hold, None when nobody said, which counts as the highest sensitivity. The bounds are None when
    nobody said, which counts as no bound.
    """

    content: ContentTrust = ContentTrust.UNTRUSTED
    records: tuple[ArgumentPath, ...] = ()
    record_trust: ContentTrust = ContentTrust.UNTRUSTED
    classes: frozenset[str] | None = None
    max_rows: int | None = None
    max_bytes: int | None = None


WORST_RESULT = ResultSpec()
"""What holds where an entry says nothing of its result."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A tool or a route: what it does, which arguments that leaves unread, whose origin matters, what comes back.

    `definition` is the digest of the tool definition that a person reviewed, "" when nobody said.
    """

    operations: tuple[OperationSpec, ...]
    programs: tuple[ProgramSpec, ...]
    coverage: Coverage
    sinks: tuple[Sink, ...] = ()
    result: ResultSpec = WORST_RESULT
    definition: str = ""

    def chosen(self, document: Mapping[str, Any]) -> str:
        """Returns the value that chooses which operations take place, "" where none does that the entry names."""
        for operation in self.operations:
            if operation.unless is not None and operation.unless.excludes(document):
                return str(operation.unless.path.find(document))
        return ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A database table as a resource type. `key` gives the ids; `unique` are other columns that are unique alone."""

    resource_type: str
    key: str
    unique: tuple[str, ...]
    containers: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]
    irrelevant: frozenset[str]
    reversibility: Mapping[Verb, Reversibility]
    result_rows: int | None

    @property
    def columns(self) -> frozenset[str]:
        """Columns that the catalog maps or lists as irrelevant."""
        named = {column for _, column in (*self.containers, *self.attributes)}
        return self.irrelevant | named | {self.key, *self.unique}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """A method and path template; `parts` holds None for a parameter, whose name stands in `names`."""

    method: str
    parts: tuple[str | None, ...]
    names: tuple[str, ...]
    entry: Entry

    def match(self, path: tuple[str, ...]) -> dict[str, str] | None:
        """Returns the parameters, None when the path is another. The length must agree already."""
        values: list[str] = []
        for part, came in zip(self.parts, path, strict=True):
            if part is None:
                values.append(came)
            elif part != came:
                return None
        return dict(zip(self.names, values, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToolGlob:
    """A name with `*` (any text) or `?` (one character)."""

    glob: str
    entry: Entry
    pattern: re.Pattern[str]

    @property
    def weight(self) -> int:
        """Characters that are fixed: the more, the more specific."""
        return len(self.glob) - self.glob.count("*") - self.glob.count("?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Server:
    """An enrolled tool server. `globs` are ordered from the most specific on; `routes` by method and length of path."""

    identity: str
    environment: str
    audience: str
    exact: Mapping[str, Entry]
    globs: tuple[ToolGlob, ...]
    tables: Mapping[str, Table]
    schema: str
    databases: frozenset[str]
    routes: Mapping[tuple[str, int], tuple[Route, ...]]
    hosts: frozenset[str]
    subjects: frozenset[str]

    def entry(self, tool: str) -> Entry | None:
        """Returns the most specific entry of a tool, None when the catalog does not know it."""
        entry = self.exact.get(tool)
        if entry is None:
            for candidate in self.globs:
                if candidate.pattern.fullmatch(tool):
                    return candidate.entry
        return entry

    def table(self, name: str) -> Table | None:
        """Returns the table of a lower-case name, with the default schema left out or not."""
        table = self.tables.get(name)
        if table is None and self.schema and name.startswith(f"{self.schema}."):
            table = self.tables.get(name[len(self.schema) + 1 :])
        return table

    def route(self, method: str, path: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
        """Returns the route of a request and its parameters; a fixed part wins over a parameter, from left to right."""
        for route in self.routes.get((method, len(path)), ()):
            parameters = route.match(path)
            if parameters is not None:
                return route, parameters
        return None


@dataclass(frozen=True, kw_only=True, eq=False)
class CatalogIndex:
    """All enrolled servers by identity."""

    servers: Mapping[str, Server] = field(default_factory=dict)

    @cached_property
    def by_host(self) -> Mapping[str, Server]:
        """Servers by the hosts that reach them."""
        return {host: server for server in self.servers.values() for host in server.hosts}
