"""Arguments that are programs: taken out of the call, parsed, mapped to operations; parsed programs are kept.

The cache is bounded by entries and by the length of what it keeps, so that an agent cannot fill memory with SQL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from pdp.catalog_model import CatalogIndex, HttpProgram, ProgramSpec, Server, ShellProgram, SqlProgram
from pdp.mapping import Mapper
from pdp.operation import Notes, find, text_of
from pdp.programs.http import parse_http
from pdp.programs.model import MAX_PROGRAM_BYTES, ColumnUse, Program, SqlEffect
from pdp.programs.shell import parse_shell
from pdp.programs.sql import parse_sql
from writ.action import Finding, Operation
from writ.canonical import canonical_bytes
from writ.frozen import frozen

MAX_CACHED = 1024
"""Programs kept. Agents repeat few statements; 1,024 entries of 2 KiB are 2 MiB, and their operations as much."""

MAX_CACHED_BYTES = 2048
"""Longest program that is kept."""


@frozen
class Mapped:
    """What a program comes to."""

    operations: tuple[Operation, ...]
    findings: tuple[Finding, ...]
    unknown: bool
    subjects: tuple[str, ...]


class Programs:
    """The programs of one catalog, with their cache."""

    def __init__(self, catalog: CatalogIndex) -> None:
        self._catalog = catalog
        self._cache: OrderedDict[Hashable, Mapped] = OrderedDict()

    def operations(
        self, spec: ProgramSpec, arguments: Mapping[str, Any], notes: Notes, subjects: list[str]
    ) -> tuple[Operation, ...]:
        """Returns the operations of the program that `spec` finds in the arguments, () when it is absent."""
        if isinstance(spec, HttpProgram):
            mapped = self._request(spec, arguments)
        else:
            text = find(spec.argument, arguments, notes)
            if text is None:
                return ()
            mapped = self._text(spec, text)
        notes.findings += mapped.findings
        notes.unknown |= mapped.unknown
        subjects += mapped.subjects
        return mapped.operations

    def _text(self, spec: SqlProgram | ShellProgram, text: object) -> Mapped:
        if type(text) is not str:
            return _refused("PROGRAM_NOT_TEXT", spec.argument.pointer, "expected a program as a string")
        key = (id(spec), text)
        mapped = self._cached(key)
        if mapped is not None:
            return mapped
        if len(text) > MAX_PROGRAM_BYTES or len(text.encode("utf-8")) > MAX_PROGRAM_BYTES:
            return _refused(
                "PROGRAM_TOO_LONG", spec.argument.pointer, f"expected a program of at most {MAX_PROGRAM_BYTES} bytes"
            )
        mapped = self._parse(spec, text)
        self._keep(key, mapped, len(text))
        return mapped

    def _parse(self, spec: SqlProgram | ShellProgram, text: str) -> Mapped:
        servers = self._catalog.servers
        if isinstance(spec, SqlProgram):
            database = servers[spec.database]
            return self._map(parse_sql(text, spec.dialect), spec.argument.pointer, lambda _: database)
        clients = spec.sql_clients
        program = parse_shell(text, clients)
        return self._map(program, spec.argument.pointer, lambda effect: servers.get(clients.get(effect.client, "")))

    def _request(self, spec: HttpProgram, arguments: Mapping[str, Any]) -> Mapped:
        notes = Notes()
        method = find(spec.method, arguments, notes) if spec.method is not None else None
        method = spec.default_method if method is None else method
        url = find(spec.url, arguments, notes)
        headers = _headers(find(spec.headers, arguments, notes)) if spec.headers is not None else ()
        body = _body(find(spec.body, arguments, notes)) if spec.body is not None else None
        if type(method) is not str or type(url) is not str or headers is None or notes.unknown:
            return _refused("REQUEST_NOT_UNDERSTOOD", spec.url.pointer, "expected method, URL and headers as strings")
        if spec.base_url and url.startswith("/") and not url.startswith(("//", "/\\")):
            url = spec.base_url + url
        if len(url) > MAX_PROGRAM_BYTES:
            return _refused("PROGRAM_TOO_LONG", spec.url.pointer, f"expected at most {MAX_PROGRAM_BYTES} bytes of URL")
        key = (id(spec), method, url, headers, body)
        mapped = self._cached(key)
        if mapped is None:
            mapped = self._map(parse_http(method, url, headers, body), spec.url.pointer, lambda _: None)
            size = len(url) + len(body or b"") + sum(len(name) + len(value) for name, value in headers)
            self._keep(key, mapped, size)
        return mapped

    def _cached(self, key: Hashable) -> Mapped | None:
        mapped = self._cache.get(key)
        if mapped is not None:
            self._cache.move_to_end(key)
        return mapped

    def _keep(self, key: Hashable, mapped: Mapped, size: int) -> None:
        if size <= MAX_CACHED_BYTES:
            self._cache[key] = mapped
            if len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)

    def _map(
        self, program: Program, pointer: str, database: Callable[[SqlEffect | ColumnUse], Server | None]
    ) -> Mapped:
        notes = Notes()
        mapper = Mapper(self._catalog, notes, pointer)
        operations: list[Operation] = []
        for effect in program.effects:
            operations += mapper.map(effect, database(effect) if isinstance(effect, SqlEffect) else None)
        for use in program.columns:
            mapper.check_column(use, database(use))
        findings: tuple[Finding, ...] = ()
        if program.findings or notes.findings:
            found = [Finding(code=item.code, pointer=pointer, message=item.message) for item in program.findings]
            findings = tuple(dict.fromkeys(found + notes.findings))
        return Mapped(
            operations=tuple(operations),
            findings=findings,
            unknown=notes.unknown,
            subjects=tuple(sorted(mapper.subjects)),
        )


def _refused(code: str, pointer: str, message: str) -> Mapped:
    finding = Finding(code=code, pointer=pointer, message=message)
    return Mapped(operations=(), findings=(finding,), unknown=True, subjects=())


def _headers(value: object) -> tuple[tuple[str, str], ...] | None:
    """Returns headers from an object, or from a list of pairs; None when they are neither."""
    if value is None:
        return ()
    if type(value) is dict:
        pairs: list[Any] = [list(item) for item in value.items()]
    elif type(value) is list:
        pairs = value
    else:
        return None
    headers: list[tuple[str, str]] = []
    for pair in pairs:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str:
            return None
        text = text_of(pair[1])
        if text is None:
            return None
        headers.append((pair[0], text))
    return tuple(headers)


def _body(value: object) -> bytes | None:
    """Returns the bytes of a body: text as it stands, anything else as the JSON that the tool makes of it."""
    if value is None:
        return None
    if type(value) is str:
        return value.encode("utf-8")
    try:
        return canonical_bytes(value)
    except (TypeError, ValueError):
        return b"\x00"  # no JSON: a number that only its spelling holds; the route finds the body not understood
