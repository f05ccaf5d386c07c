"""The tool catalog of a bundle: YAML under `rego/catalog`, compiled once a revision. `docs/catalog.md` has the format.

A tool server is enrolled by its exact identity; globs match tool names within one server, the most specific wins, and a
tie fails the build. An unknown key anywhere is an error, so that a misspelt restriction never vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pdp.catalog_entry import parse_entry, parse_reversibility
from pdp.catalog_globs import parse_globs
from pdp.catalog_model import CatalogIndex, Entry, Route, Server, ShellProgram, SqlProgram, Table
from pdp.catalog_read import Reader, wrong
from writ.errors import ConfigurationError

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalog(CatalogIndex):
    """A compiled catalog and the data that it was made from."""

    data: Mapping[str, Any]

    @staticmethod
    def parse(data: Mapping[str, Any]) -> Catalog:
        """Compiles `data.catalog` of a bundle: any name → one server.

        Raises:
            ConfigurationError: CATALOG_KEY_UNKNOWN, CATALOG_INVALID or CATALOG_TIE, with the dotted path.
        """
        root = Reader(data, "catalog")
        servers: dict[str, Server] = {}
        for name in root.names():
            server = _parse_server(root.inner(name))
            if server.identity in servers:
                raise ConfigurationError("CATALOG_TIE", f"`catalog.{name}.server` enrols `{server.identity}` once more")
            servers[server.identity] = server
        _verify_hosts(servers)
        for server in servers.values():
            _verify_databases(server, servers)
        return Catalog(servers=servers, data=data)


def _parse_server(reader: Reader) -> Server:
    identity = reader.text("server")
    result_rows = reader.count("result_rows")
    tools = reader.inner("tools")
    entries = {name: parse_entry(tools.inner(name), identity, result_rows) for name in tools.names()}
    tables = reader.inner("tables")
    server = Server(
        identity=identity,
        environment=reader.text("environment"),
        audience=reader.text("audience", identity),
        exact={name: entry for name, entry in entries.items() if not _is_glob(name)},
        globs=parse_globs({name: entry for name, entry in entries.items() if _is_glob(name)}, tools.path),
        tables={name: _parse_table(tables.inner(name), name, result_rows) for name in tables.names()},
        schema=reader.text("schema", ""),
        databases=frozenset(reader.texts("databases")),
        routes=_parse_routes(reader.inner("routes"), identity, result_rows),
        hosts=frozenset(reader.texts("hosts")),
        subjects=frozenset(reader.texts("subjects")),
    )
    for host in server.hosts:
        if host != host.lower() or "/" in host:
            reader.wrong("hosts", "lower-case hosts, with a port only when it is not the scheme's own", host)
    reader.finish()
    return server


def _is_glob(name: str) -> bool:
    return "*" in name or "?" in name


def _parse_table(reader: Reader, name: str, result_rows: int | None) -> Table:
    if name != name.lower():
        wrong(reader.path, "a name in lower case", name)
    table = Table(
        resource_type=reader.text("resource"),
        key=reader.text("key", ""),
        unique=reader.texts("unique"),
        containers=tuple(reader.text_map("containers").items()),
        attributes=tuple(reader.text_map("attributes").items()),
        irrelevant=frozenset(reader.texts("irrelevant")),
        reversibility=parse_reversibility(reader),
        result_rows=reader.count("result_rows") if reader.has("result_rows") else result_rows,
    )
    for column in table.columns:
        if column != column.lower():
            wrong(reader.path, "columns in lower case", column)
    reader.finish()
    return table


def _parse_routes(reader: Reader, server: str, result_rows: int | None) -> dict[tuple[str, int], tuple[Route, ...]]:
    routes: dict[tuple[str, int], list[Route]] = {}
    seen: dict[tuple[str, tuple[str | None, ...]], str] = {}
    for name in reader.names():
        route = _parse_route(name, parse_entry(reader.inner(name), server, result_rows), reader)
        shape = (route.method, route.parts)
        if shape in seen:
            raise ConfigurationError("CATALOG_TIE", f"`{reader.path}.{name}` matches what `{seen[shape]}` matches")
        seen[shape] = name
        routes.setdefault((route.method, len(route.parts)), []).append(route)
    # Fixed before parameter, from left to right: two templates that both match differ somewhere, so one comes first.
    return {
        key: tuple(sorted(found, key=lambda route: [part is None for part in route.parts]))
        for key, found in routes.items()
    }


def _parse_route(name: str, entry: Entry, reader: Reader) -> Route:
    method, _, template = name.partition(" ")
    fail = partial(reader.wrong, name, "a method and a path template such as `GET /customers/{customer}`", name)
    if method not in _METHODS or not template.startswith("/") or entry.programs:
        fail()
    parts: list[str | None] = []
    names: list[str] = []
    for part in template[1:].split("/"):
        is_parameter = part.startswith("{") and part.endswith("}")
        if is_parameter and part[1:-1].isidentifier() and part[1:-1] not in ("query", "body", *names):
            names.append(part[1:-1])
            parts.append(None)
        elif part and "{" not in part and "}" not in part:
            parts.append(part)
        else:
            fail()
    return Route(method=method, parts=tuple(parts), names=tuple(names), entry=entry)


def _verify_hosts(servers: Mapping[str, Server]) -> None:
    seen: dict[str, str] = {}
    for server in servers.values():
        for host in server.hosts:
            if host in seen:
                raise ConfigurationError(
                    "CATALOG_TIE", f"host `{host}` is claimed by `{seen[host]}` and by `{server.identity}`"
                )
            seen[host] = server.identity


def _verify_databases(server: Server, servers: Mapping[str, Server]) -> None:
    for entry in (*server.exact.values(), *(glob.entry for glob in server.globs)):
        for program in entry.programs:
            named: tuple[str, ...] = ()
            if isinstance(program, SqlProgram):
                named = (program.database,)
            elif isinstance(program, ShellProgram):
                named = tuple(program.sql_clients.values())
            for name in named:
                if name not in servers:
                    wrong(f"database of {server.identity}", "an enrolled server", name)
