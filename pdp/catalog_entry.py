"""Reads one entry of the catalog, a tool or a route: its operations, its programs and what it leaves unread."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from pdp.catalog_model import (
    USUAL_REVERSIBILITY,
    AmountSpec,
    DestinationSpec,
    Entry,
    HttpProgram,
    OperationSpec,
    ProgramSpec,
    ShellProgram,
    SqlProgram,
    Unless,
)
from pdp.catalog_path import ArgumentPath, Coverage, parse_path
from pdp.catalog_read import Reader
from pdp.catalog_sinks import parse_result, parse_sinks, usual_sinks
from writ.action import Reversibility, Scope, Verb

_E = TypeVar("_E", bound=StrEnum)

DESTINATION_KINDS = ("host", "url", "email", "account", "path", "channel")
DIALECTS = ("postgres", "sqlite", "mysql", "tsql")
# Verbs that touch one record by what they are, not by an id. A read, update or delete without an id touches everything.
_ONE_AT_A_TIME = frozenset({Verb.CREATE, Verb.SEND, Verb.PAY, Verb.EXECUTE, Verb.ADMIN})


def parse_entry(reader: Reader, server: str, result_rows: int | None) -> Entry:
    """Returns the compiled entry of `server`; `result_rows` is its default bound. Raises ConfigurationError."""
    paths: list[ArgumentPath] = [parse_path(text, f"{reader.path}.irrelevant") for text in reader.texts("irrelevant")]
    programs = tuple(_parse_program(inner, server, paths) for inner in reader.inners("programs"))
    operations: list[OperationSpec] = []
    also = reader.inners("also")
    if not programs or also or reader.has("verb"):
        operations.append(_parse_operation(reader, result_rows, paths))
    for inner in also:
        operations.append(_parse_operation(inner, result_rows, paths))
        inner.finish()
    coverage = Coverage([trail for path in paths for trail in path.trails])
    entry = Entry(
        operations=tuple(operations),
        programs=programs,
        coverage=coverage,
        sinks=parse_sinks(reader, coverage) if reader.has("sinks") else usual_sinks(operations, programs),
        result=parse_result(reader.inner("result")),
        definition=_parse_definition(reader),
    )
    reader.finish()
    return entry


def _parse_definition(reader: Reader) -> str:
    digest = reader.text("definition", "")
    if digest and not (len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        reader.wrong("definition", "a SHA-256 in lower-case hex", digest)
    return digest


def parse_enum(reader: Reader, key: str, kind: type[_E]) -> _E:
    """Returns a member of an enumeration by its name."""
    value = reader.text(key)
    if value not in kind.__members__:
        reader.wrong(key, f"one of {', '.join(kind.__members__)}", value)
    return kind[value]


def parse_reversibility(reader: Reader) -> Mapping[Verb, Reversibility]:
    """Returns the reversibility per verb: one word for all verbs, or a mapping for some of them."""
    if not reader.has("reversibility"):
        return USUAL_REVERSIBILITY
    if isinstance(reader.value("reversibility"), str):
        return dict.fromkeys(Verb, parse_enum(reader, "reversibility", Reversibility))
    inner = reader.inner("reversibility")
    special: dict[Verb, Reversibility] = {}
    for name in inner.names():
        if name not in Verb.__members__:
            reader.wrong("reversibility", "a mapping of verbs", name)
        special[Verb[name]] = parse_enum(inner, name, Reversibility)
    return {**USUAL_REVERSIBILITY, **special}


def _parse_operation(reader: Reader, result_rows: int | None, paths: list[ArgumentPath]) -> OperationSpec:
    verb = parse_enum(reader, "verb", Verb)
    ids = _path(reader, "ids", paths)
    scope = parse_enum(reader, "scope", Scope) if reader.has("scope") else None
    if ids is not None and scope is not None:
        reader.wrong("scope", "left out where `ids` tells it", scope.value)
    if scope is Scope.MANY or (scope is Scope.SINGLE and verb not in _ONE_AT_A_TIME):
        reader.wrong("scope", f"ALL, or `ids` to prove that {verb} touches less", scope.value)
    return OperationSpec(
        verb=verb,
        resource_type=reader.text("resource"),
        scope=scope,
        ids=ids,
        containers=_paths(reader, "containers", paths),
        max_rows=_path(reader, "max_rows", paths),
        result_rows=reader.count("result_rows") if reader.has("result_rows") else result_rows,
        amount=_parse_amount(reader.inner("amount"), paths) if reader.has("amount") else None,
        destinations=tuple(_parse_destination(inner, paths) for inner in reader.inners("destinations")),
        reversibility=parse_reversibility(reader),
        attributes=_paths(reader, "attributes", paths),
        unless=_parse_unless(reader.inner("unless"), paths) if reader.has("unless") else None,
    )


def _parse_unless(reader: Reader, paths: list[ArgumentPath]) -> Unless:
    values = reader.texts("values")
    if not values:
        reader.wrong("values", "the values of the argument with which this does not take place", [])
    unless = Unless(path=_needed_path(reader, "path", paths), values=frozenset(values))
    reader.finish()
    return unless


def _path(reader: Reader, key: str, paths: list[ArgumentPath]) -> ArgumentPath | None:
    if not reader.has(key):
        return None
    path = parse_path(reader.text(key), f"{reader.path}.{key}")
    paths.append(path)
    return path


def _needed_path(reader: Reader, key: str, paths: list[ArgumentPath]) -> ArgumentPath:
    path = _path(reader, key, paths)
    if path is None:
        reader.wrong(key, "a JMESPath expression", None)
    return path


def _paths(reader: Reader, key: str, paths: list[ArgumentPath]) -> tuple[tuple[str, ArgumentPath], ...]:
    inner = reader.inner(key)
    return tuple((name, _needed_path(inner, name, paths)) for name in inner.names())


def _parse_amount(reader: Reader, paths: list[ArgumentPath]) -> AmountSpec:
    currency_path = _path(reader, "currency_path", paths)
    currency = "" if currency_path else reader.text("currency")
    if currency and not is_currency(currency):
        reader.wrong("currency", "an ISO 4217 code", currency)
    exponent = reader.count("exponent")
    if exponent is None or exponent > 4:
        reader.wrong("exponent", "the decimal places of the amount, 0 to 4", exponent)
    amount = AmountSpec(
        path=_needed_path(reader, "path", paths), exponent=exponent, currency=currency, currency_path=currency_path
    )
    reader.finish()
    return amount


def is_currency(text: str) -> bool:
    """True for three upper-case letters, the shape of ISO 4217."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _parse_destination(reader: Reader, paths: list[ArgumentPath]) -> DestinationSpec:
    kind = reader.text("kind")
    if kind not in DESTINATION_KINDS:
        reader.wrong("kind", f"one of {', '.join(DESTINATION_KINDS)}", kind)
    destination = DestinationSpec(
        kind=kind, path=_needed_path(reader, "path", paths), inside=frozenset(reader.texts("inside"))
    )
    reader.finish()
    return destination


def _parse_program(reader: Reader, server: str, paths: list[ArgumentPath]) -> ProgramSpec:
    language = reader.text("language")
    program: ProgramSpec
    if language == "sql":
        dialect = reader.text("dialect")
        if dialect not in DIALECTS:
            reader.wrong("dialect", f"one of {', '.join(DIALECTS)}", dialect)
        argument = _needed_path(reader, "argument", paths)
        program = SqlProgram(argument=argument, dialect=dialect, database=reader.text("database", server))
    elif language == "bash":
        argument = _needed_path(reader, "argument", paths)
        program = ShellProgram(argument=argument, sql_clients=reader.text_map("sql_clients"))
    elif language == "http":
        program = HttpProgram(
            method=_path(reader, "method", paths),
            default_method=reader.text("default_method", ""),
            url=_needed_path(reader, "url", paths),
            headers=_path(reader, "headers", paths),
            body=_path(reader, "body", paths),
            base_url=reader.text("base_url", ""),
        )
    else:
        reader.wrong("language", "sql, bash or http", language)
    reader.finish()
    return program
