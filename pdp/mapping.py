"""Gives the effects of a parsed program their resource types: tables, routes and files become operations.

A table, column, route or client that the catalog does not know makes the action UNKNOWN; nothing is left out.
"""

from __future__ import annotations

from typing import Any

from pdp.catalog_model import CatalogIndex, Server, Table
from pdp.operation import Notes, build_operations, rows_of, scope_of, verb_for, verify_folded
from pdp.programs.model import ColumnUse, CommandEffect, Effect, FileEffect, HttpEffect, SqlEffect
from pdp.programs.sql_lexical import quote
from writ.action import Container, Destination, Operation, Reversibility, Scope, Verb
from writ.errors import InvalidInput
from writ.strict_json import parse_arguments

FILE = "file"
PROGRAM = "program"
DATABASE = "database"
URL = "url"
_MAX_BODY_BYTES = 256 * 1024  # no body is longer than the arguments that carry it
_GLOB = frozenset("*?[{")


class Mapper:
    """Maps the effects of one program; `pointer` is where the program stands in the arguments."""

    __slots__ = ("_catalog", "_columns", "_notes", "_pointer", "subjects")

    def __init__(self, catalog: CatalogIndex, notes: Notes, pointer: str) -> None:
        self._catalog = catalog
        self._notes = notes
        self._pointer = pointer
        self._columns: dict[tuple[str, frozenset[str]], list[frozenset[str]]] = {}
        self.subjects: set[str] = set()

    def map(self, effect: Effect, database: Server | None) -> list[Operation]:
        """Returns the operations of one effect. `database` is the server that SQL means, None when none is declared."""
        if isinstance(effect, SqlEffect):
            return [self._sql(effect, database)]
        if isinstance(effect, HttpEffect):
            return self._http(effect)
        if isinstance(effect, FileEffect):
            return [self._file(effect)]
        return [_command(effect)]

    def check_column(self, use: ColumnUse, server: Server | None) -> None:
        """Notes a name behind an alias that is no column of the catalog: PostgreSQL may run a function of that name. Once for
        the same tables, so that no statement of many names fills caches, receipts and rules' input."""
        if server is None:  # that makes the action UNKNOWN by itself, and so does a table that is not mapped
            return
        key = (server.identity, use.tables)
        columns = self._columns.get(key)
        if columns is None:
            tables = [server.table(name) for name in use.tables]
            columns = [] if None in tables else [table.columns for table in tables if table is not None]
            self._columns[key] = columns
        if columns and not any(use.name in named for named in columns):
            self._columns[key] = []
            self._notes.doubt(
                "COLUMN_NOT_MAPPED",
                self._pointer,
                "expected a column that the catalog maps, since PostgreSQL runs any other name behind a table, got"
                f" {quote(use.name)} of {quote(min(use.tables))}",
            )

    def _sql(self, effect: SqlEffect, server: Server | None) -> Operation:
        if server is None or (effect.target and effect.target not in server.databases):
            return self._unknown("DATABASE_NOT_MAPPED", "expected a database that the catalog gives this client")
        if not effect.table:
            return Operation(verb=effect.verb, resource_type=DATABASE, reversibility=_usual(effect.verb), attributes={})
        table = server.table(effect.table)
        if table is None:
            return self._unknown(
                "TABLE_NOT_MAPPED", f"expected a table that the catalog maps, got {quote(effect.table)}"
            )
        operation = self._table(effect, table)
        self.subjects.update(subjects_of(operation, server))
        return operation

    def _table(self, effect: SqlEffect, table: Table) -> Operation:
        values = dict(effect.equalities)
        ids: tuple[str, ...] = ()
        scope = Scope.ALL
        if effect.verb is Verb.CREATE:
            # One row with literal values: its own columns say where it lies. Anything else may be any number of rows.
            values = {column: (value,) for column, value in effect.assignments.items()}
            scope = Scope.SINGLE if effect.assignments else Scope.ALL
            ids = values.get(table.key, ())
        elif effect.verb is not Verb.ADMIN:
            ids = _ids(table, values)
            scope = scope_of(ids)
        if effect.verb in (Verb.CREATE, Verb.UPDATE):
            self._verify_assignments(effect, table)
        containers = {
            Container(type=kind, id=key) for kind, column in table.containers for key in values.get(column, ())
        }
        attributes = {
            name: effect.assignments[column] for name, column in table.attributes if column in effect.assignments
        }
        for text in (*ids, *(container.id for container in containers), *attributes.values()):
            verify_folded(text, self._pointer, self._notes)
        verb = verb_for(effect.verb, scope)
        return Operation(
            verb=verb,
            resource_type=table.resource_type,
            resource_ids=ids,
            scope=scope,
            containers=tuple(sorted(containers)),
            max_rows=rows_of(scope, ids, effect.limit, table.result_rows if verb is Verb.LIST else None),
            reversibility=table.reversibility.get(verb, Reversibility.UNSPECIFIED),
            attributes=attributes,
        )

    def _verify_assignments(self, effect: SqlEffect, table: Table) -> None:
        if not effect.assignments:
            self._notes.doubt("ASSIGNMENT_NOT_UNDERSTOOD", self._pointer, "expected literal values for all columns")
        elif not table.columns.issuperset(effect.assignments):
            other = min(effect.assignments.keys() - table.columns)
            self._notes.doubt(
                "COLUMN_NOT_MAPPED", self._pointer, f"expected columns that the catalog maps, got {quote(other)}"
            )
        # A record that changes its key or its container is more than an update of this one.
        elif effect.verb is Verb.UPDATE and any(
            column in effect.assignments for column in (table.key, *(column for _, column in table.containers))
        ):
            self._notes.doubt("KEY_REASSIGNED", self._pointer, "expected key and container columns to stay")

    def _http(self, effect: HttpEffect) -> list[Operation]:
        server = self._catalog.by_host.get(effect.host)
        if server is None:
            return [_send(effect)]
        # A dot segment or an empty one is resolved by some servers and not by others.
        if not {"", ".", ".."}.isdisjoint(effect.path):
            return [self._unknown("ROUTE_NOT_MAPPED", "expected a path without empty and dot segments")]
        found = server.route(effect.method, effect.path)
        if found is None:
            return [self._unknown("ROUTE_NOT_MAPPED", "expected a method and path that the catalog maps")]
        route, parameters = found
        document = self._request(effect)
        if document is None:
            return [self._unknown("BODY_NOT_UNDERSTOOD", "expected a body that is a literal JSON object")]
        unmapped = route.entry.coverage.unmapped(document)
        if unmapped:
            self._notes.doubt("ARGUMENT_NOT_MAPPED", self._pointer, "expected query and body that the route maps")
        operations = build_operations(route.entry.operations, {**document, **parameters}, self._notes)
        for operation in operations:
            self.subjects.update(subjects_of(operation, server))
        return operations

    def _request(self, effect: HttpEffect) -> dict[str, Any] | None:
        document: dict[str, Any] = {}
        query: dict[str, Any] = {}
        for name, value in effect.query:
            if name in query:  # servers differ on which one counts
                return None
            query[name] = value
        if query:
            document["query"] = query
        if effect.sends_body:
            if effect.body is None:
                return None
            try:
                document["body"] = parse_arguments(effect.body, _MAX_BODY_BYTES) if effect.body else {}
            except InvalidInput:
                return None
        return document

    def _file(self, effect: FileEffect) -> Operation:
        ids = tuple(sorted(set(effect.paths)))
        for path in ids:
            verify_folded(path, self._pointer, self._notes)
        verb = verb_for(effect.verb, Scope.ALL if effect.everything else scope_of(ids))
        if not effect.everything and ids:
            return Operation(
                verb=verb,
                resource_type=FILE,
                resource_ids=ids,
                scope=scope_of(ids),
                max_rows=len(ids),
                reversibility=_usual(verb),
                attributes={},
            )
        directories = {Container(type="directory", id=directory) for path in ids if (directory := _directory(path))}
        return Operation(
            verb=verb,
            resource_type=FILE,
            containers=tuple(sorted(directories)),
            reversibility=_usual(verb),
            attributes={},
        )

    def _unknown(self, code: str, message: str) -> Operation:
        self._notes.doubt(code, self._pointer, message)
        return unknown_operation()


def subjects_of(operation: Operation, server: Server) -> list[str]:
    """Returns the known data subjects of an operation as `type:id`."""
    subjects = [f"{item.type}:{item.id}" for item in operation.containers if item.type in server.subjects]
    if operation.resource_type in server.subjects:
        subjects += [f"{operation.resource_type}:{key}" for key in operation.resource_ids]
    return subjects


def unknown_operation() -> Operation:
    """Returns the operation of what Writ cannot tell: everything, without a bound."""
    return Operation(verb=Verb.UNKNOWN, attributes={})


def program_operation() -> Operation:
    """Returns the operation of a program without effects, such as `SELECT 1`: it runs, and touches nothing known."""
    return Operation(verb=Verb.EXECUTE, resource_type=PROGRAM, attributes={})


def _ids(table: Table, values: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if table.key in values:
        return tuple(sorted(set(values[table.key])))
    for column in table.unique:
        if column in values:
            return tuple(sorted({f"{column}={value}" for value in values[column]}))
    return ()


def _send(effect: HttpEffect) -> Operation:
    """A request to a host that nobody enrolled: even a GET carries data out, in its path and query."""
    url = effect.url or f"{effect.scheme}://{effect.host}/{'/'.join(effect.path)}"
    return Operation(
        verb=Verb.SEND,
        resource_type=URL,
        destinations=(
            Destination(kind="host", value=effect.host, external=True),
            Destination(kind="url", value=url, external=True),
        ),
        reversibility=Reversibility.IRREVERSIBLE,
        attributes={},
    )


def _command(effect: CommandEffect) -> Operation:
    """A program that runs is the one thing that runs; what it deletes, changes or sends has no name and no bound here."""
    ids = (effect.program,) if effect.program else ()
    scope = scope_of(ids) if effect.verb is Verb.EXECUTE else Scope.ALL
    return Operation(verb=effect.verb, resource_type=PROGRAM, resource_ids=ids, scope=scope, attributes={})


def _directory(path: str) -> str:
    """Returns the part of a glob that is certain: up to the last `/` before its first special character."""
    first = next((index for index, character in enumerate(path) if character in _GLOB), -1)
    return path if first < 0 else path[: path.rfind("/", 0, first) + 1]


def _usual(verb: Verb) -> Reversibility:
    if verb in (Verb.READ, Verb.LIST):
        return Reversibility.REVERSIBLE
    return Reversibility.IRREVERSIBLE if verb in (Verb.DELETE, Verb.SEND, Verb.PAY) else Reversibility.UNSPECIFIED
