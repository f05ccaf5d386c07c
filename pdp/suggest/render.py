"""Writes drafts as YAML with a comment per line, or as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pdp.suggest.draft import Draft
from pdp.suggest.line import LISTS, Line
from writ.errors import ConfigurationError

MAX_SERVER_CHARS = 256
"""Longest identity of a server."""

_MAPS = ("containers", "attributes", "result")
_ORDER = [
    "definition",
    "verb",
    "resource",
    "unless",
    "ids",
    "scope",
    "containers",
    "max_rows",
    "amount",
    "destinations",
    "reversibility",
    "attributes",
    "irrelevant",
    "also",
    "sinks",
    "result",
]
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(drafts: Sequence[Draft], server: str, environment: str) -> str:
    """Returns the draft of a server as `rego/catalog/NAME/data.yaml`.

    Raises:
        ConfigurationError: SERVER_NAME_INVALID for an identity or environment that is empty, long or not printable.
    """
    for text in (server, environment):
        if not 0 < len(text) <= MAX_SERVER_CHARS or not text.isprintable():
            raise ConfigurationError(
                "SERVER_NAME_INVALID",
                f"expected 1 to {MAX_SERVER_CHARS} printable characters for server and environment, got"
                f" {text[:MAX_SERVER_CHARS]!a} of {len(text)}",
            )
    lines = [
        "# A draft by `writ catalog suggest`: every line has a confidence from 0 to 100 and the reason. Accept or correct it.",
        f"server: {scalar(server)}",
        f"environment: {scalar(environment)}",
        "",
        "tools:" if any(draft.lines for draft in drafts) else "tools: {}",
    ]
    for draft in drafts:
        lines += _tool(draft)
    return "\n".join(lines) + "\n"


def to_data(drafts: Sequence[Draft], server: str, environment: str) -> dict[str, Any]:
    """Returns drafts for programs: the tools with their lines, those left out with the reason."""
    return {
        "server": server,
        "environment": environment,
        "tools": [
            {
                "name": draft.name,
                "lines": [
                    {"key": line.key, "value": line.value, "confidence": line.confidence, "reason": line.reason}
                    for line in draft.lines
                ],
            }
            for draft in drafts
            if draft.lines
        ],
        "left_out": [{"name": draft.name, "reason": draft.left_out} for draft in drafts if not draft.lines],
    }


def to_catalog(drafts: Sequence[Draft], server: str, environment: str) -> dict[str, Any]:
    """Returns what `Catalog.parse` takes for one server."""
    tools = {draft.name: draft.entry for draft in drafts if draft.lines}
    return {"suggested": {"server": server, "environment": environment, "tools": tools}}


def _tool(draft: Draft) -> Iterator[str]:
    if not draft.lines:
        yield f"  # {scalar(draft.name[:64])} is left out, so it stays UNKNOWN: {draft.left_out}"
        return
    yield f"  {scalar(draft.name)}:"
    groups: dict[str, list[Line]] = {}
    for line in draft.lines:
        groups.setdefault(line.key.partition(".")[0], []).append(line)
    for key in _ORDER:
        if key in groups:
            yield from _group(key, groups[key], "    ")
    yield ""


def _group(key: str, lines: Sequence[Line], indent: str) -> Iterator[str]:
    if key in _MAPS:
        yield f"{indent}{key}:"
        records = [line for line in lines if line.key in LISTS]
        for line in lines:
            if line.key not in LISTS:
                name = line.key.partition(".")[2]
                yield f"{indent}  {scalar(name)}: {flow(line.value)} {_comment(line)}"
        if records:
            yield from _group(records[0].key.partition(".")[2], [_inner(line) for line in records], indent + "  ")
    elif lines[0].key in LISTS or key in ("records",):
        yield f"{indent}{key}:"
        for line in lines:
            yield f"{indent}  - {flow(line.value)} {_comment(line)}"
    else:
        yield f"{indent}{key}: {flow(lines[0].value)} {_comment(lines[0])}"


def _inner(line: Line) -> Line:
    return Line(key=line.key.partition(".")[2], value=line.value, confidence=line.confidence, reason=line.reason)


def _comment(line: Line) -> str:
    return f"# {line.confidence}: {line.reason}"


def flow(value: Any) -> str:
    """Returns a value as YAML in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value) if isinstance(value, str) else str(value)


def scalar(text: str) -> str:
    """Returns a string as a YAML scalar that every reader of YAML 1.1 and 1.2 takes for this string."""
    if text.isascii() and text.replace("_", "a").isalpha() and text.lower() not in _WORDS_OF_YAML:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


_WORDS_OF_YAML = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
