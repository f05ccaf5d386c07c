"""Compares a catalog that people wrote with what the definitions of its tools suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdp.catalog import Catalog
from pdp.catalog_model import ContentTrust, Entry, Server
from pdp.suggest.draft import draft_server
from pdp.suggest.render import to_catalog
from pdp.suggest.said import GRAVITY, READS
from pdp.suggest.tools import Tool
from writ.action import Scope, Verb
from writ.errors import ConfigurationError
from writ.frozen import frozen


@frozen
class Difference:
    """One place where catalog and definition part. `graver`: the definition says worse than the catalog does."""

    tool: str
    code: str
    graver: bool
    message: str


def compare(tools: Sequence[Tool], catalog: Catalog, identity: str = "") -> tuple[str, list[Difference]]:
    """Returns the server that was compared and the differences, in the order of the tools.

    Raises:
        ConfigurationError: SERVER_NOT_ENROLLED when the catalog does not know `identity`, or no server with such tools.
    """
    server = _server(tools, catalog, identity)
    drafts = draft_server(tools)
    suggested = Catalog.parse(to_catalog(drafts, server.identity, server.environment)).servers[server.identity]
    found: list[Difference] = []
    for tool in tools:
        found += _of_tool(tool, server.entry(tool.name), suggested.exact.get(tool.name))
    gone = sorted(set(server.exact) - {tool.name for tool in tools})
    found += [_note(name, "TOOL_GONE", "the catalog knows it, no definition came") for name in gone]
    return server.identity, found


def _server(tools: Sequence[Tool], catalog: Catalog, identity: str) -> Server:
    if identity:
        if identity not in catalog.servers:
            raise ConfigurationError("SERVER_NOT_ENROLLED", f"expected a server of the catalog, got `{identity:.80}`")
        return catalog.servers[identity]
    known = [
        (sum(server.entry(tool.name) is not None for tool in tools), server) for server in catalog.servers.values()
    ]
    count, server = max(known, key=lambda item: item[0], default=(0, None))
    if server is None or count == 0:
        raise ConfigurationError("SERVER_NOT_ENROLLED", "expected a server with one of these tools, found none")
    return server


def _of_tool(tool: Tool, entry: Entry | None, suggested: Entry | None) -> Iterator[Difference]:
    if entry is None:
        yield _note(tool.name, "TOOL_MISSING", "the catalog does not know it, so it is UNKNOWN")
        return
    if entry.definition and entry.definition != tool.digest:
        yield _graver(tool.name, "DEFINITION_CHANGED", f"expected {entry.definition[:12]}, got {tool.digest[:12]}")
    for argument in tool.arguments:
        if argument.is_top and not entry.coverage.covers(argument.names):
            message = f"`{argument.path:.80}` makes every call that has it UNKNOWN"
            yield _note(tool.name, "ARGUMENT_NOT_MAPPED", message)
    if suggested is None:
        return
    yield from _verbs(tool, entry, suggested)
    yield from _scopes(tool, entry, suggested)
    yield from _sinks(tool, entry, suggested)
    if entry.result.content is ContentTrust.TRUSTED and suggested.result.content is ContentTrust.UNTRUSTED:
        yield _graver(tool.name, "RESULT_TRUSTED", "outsiders may write what it returns")
    if entry.result.record_trust is ContentTrust.TRUSTED and suggested.result.record_trust is ContentTrust.UNTRUSTED:
        yield _note(tool.name, "RECORDS_TRUSTED", "outsiders may choose fields of what it returns")


def _verbs(tool: Tool, entry: Entry, suggested: Entry) -> Iterator[Difference]:
    if entry.programs:  # what a program does, its parser says, call by call
        return
    here, there = _gravest(entry), _gravest(suggested)
    if there is Verb.UNKNOWN:
        if here is not Verb.UNKNOWN:
            yield _note(tool.name, "VERB_NOT_TOLD", f"the catalog says {here}, the definition does not tell")
    elif GRAVITY[there] > GRAVITY[here] and not {here, there} <= READS:
        yield _graver(tool.name, "VERB_MILDER", f"the catalog says {here}, the definition {there}")
    else:
        yield from _choices(tool, entry, suggested)


def _scopes(tool: Tool, entry: Entry, suggested: Entry) -> Iterator[Difference]:
    """Several things that the catalog counts as one: their rows and their sum are then those of one."""
    listed = {one.verb for one in suggested.operations if one.scope is Scope.ALL}
    for verb in sorted(listed & {one.verb for one in entry.operations if one.scope is Scope.SINGLE}):
        yield _graver(
            tool.name, "SCOPE_NARROWER", f"the catalog says SINGLE of {verb}, the definition allows more at once"
        )


def _choices(tool: Tool, entry: Entry, suggested: Entry) -> Iterator[Difference]:
    """A choice with which the catalog lets a graver operation be left out than the definition does."""
    named = {(one.unless.path.expression, one.unless.values) for one in entry.operations if one.unless is not None}
    for path, value in sorted({(path, value) for path, values in named for value in values}):
        here, there = _gravest(entry, path, value), _gravest(suggested, path, value)
        if GRAVITY[there] > GRAVITY[here] and not {here, there} <= READS and there is not Verb.UNKNOWN:
            where = f"with `{path:.40}` of `{value:.40}`"
            yield _graver(tool.name, "VERB_MILDER", f"{where} the catalog says {here}, the definition {there}")


def _gravest(entry: Entry, path: str = "", value: str = "") -> Verb:
    """Returns the gravest verb of an entry, of those that take place with a value at a path where one is given."""
    verbs = (
        one.verb
        for one in entry.operations
        if one.unless is None or one.unless.path.expression != path or value not in one.unless.values
    )
    return max(verbs, key=GRAVITY.__getitem__, default=Verb.UNKNOWN)


def _sinks(tool: Tool, entry: Entry, suggested: Entry) -> Iterator[Difference]:
    known = {trail for sink in entry.sinks for trail in sink.path.trails}
    for sink in suggested.sinks:
        if not all(
            any(trail[: len(part)] == part for part in known) or _is_inside(trail, known) for trail in sink.path.trails
        ):
            where = f"`{sink.path.expression:.80}` is no sink"
            # Texts, queries and ids are told for the record: that their origin is not looked at is often meant.
            grave = sink.kind not in ("content", "query", "id")
            yield Difference(
                tool=tool.name, code="SINK_MISSING", graver=grave, message=f"{where}, suggested: {sink.kind}"
            )


def _is_inside(trail: tuple[str, ...], known: set[tuple[str, ...]]) -> bool:
    return any(part[: len(trail)] == trail for part in known)


def _note(tool: str, code: str, message: str) -> Difference:
    return Difference(tool=tool, code=code, graver=False, message=message)


def _graver(tool: str, code: str, message: str) -> Difference:
    return Difference(tool=tool, code=code, graver=True, message=message)
