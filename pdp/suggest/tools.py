"""Reads tool definitions: MCP `tools/list` (2025-06-18), OpenAI function schemas, or a list of either. Untrusted input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pdp.suggest.schema import Argument, parse_arguments_schema, parse_result_schema
from pdp.suggest.shapes import shape, wrong
from pdp.suggest.words import plain_text
from writ.canonical import arguments_bytes
from writ.errors import InvalidInput
from writ.frozen import frozen
from writ.strict_json import parse_arguments

MAX_TOOLS_BYTES = 8 * 1024 * 1024
"""Longest document; the largest published servers have some hundred tools of a few KiB each."""

MAX_TOOLS = 2048
"""Most tools of one server."""

MAX_CONTAINERS, MAX_VALUES = 100_000, 500_000
"""Most objects and arrays of one document, and most values; published servers have some forty of the former a tool."""

MAX_NAME_CHARS = 256
"""Longest name; MCP and OpenAI allow 128 and 64."""

MAX_DESCRIPTION_CHARS = 16 * 1024
"""How much of a description is read at all; the digest is over all of it."""

DEFINITION_DOMAIN = b"writ.v1/definition\n"
"""Domain prefix of the digest of a definition."""

_GRAVE = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False, "openWorldHint": True}
"""The annotations of MCP, each with its graver value."""


@frozen
class Tool:
    """One definition as it came, `description` as `plain_text` makes it. `titles`: its own and that of its annotations.
    `hints` are the server's own claims; one that is no boolean is read as the graver of both."""

    name: str
    titles: tuple[str, ...]
    description: str
    arguments: tuple[Argument, ...]
    results: tuple[Argument, ...] | None
    hints: Mapping[str, bool]
    digest: str


def parse_tools(document: bytes) -> tuple[Tool, ...]:
    """Returns the tools in the order of the document.

    Raises:
        InvalidInput: a reason of strict JSON, TOOLS_TOO_LARGE, TOOLS_INVALID, or TOOLS_TOO_MANY.
    """
    if len(document) > MAX_TOOLS_BYTES:
        raise InvalidInput("TOOLS_TOO_LARGE", f"expected at most {MAX_TOOLS_BYTES} bytes of tool definitions, got more")
    # A bare list is put into an object, which is what the strict parser takes.
    stripped = document.strip()
    wrapped = b'{"tools":%b}' % stripped if stripped.startswith(b"[") else stripped
    root = parse_arguments(wrapped, MAX_TOOLS_BYTES + 16, most=(MAX_CONTAINERS, MAX_VALUES))
    listed: Any = root
    for _ in range(3):  # `{"result": {"tools": […]}}`, as JSON-RPC wraps it
        if isinstance(listed, Mapping):
            listed = next((listed[key] for key in ("tools", "functions", "result") if key in listed), [listed])
    if not isinstance(listed, list):
        raise wrong("the tool definitions", "a list", listed)
    if len(listed) > MAX_TOOLS:
        raise InvalidInput("TOOLS_TOO_MANY", f"expected at most {MAX_TOOLS} tools, got {len(listed)}")
    tools = tuple(_parse_tool(item, index) for index, item in enumerate(listed))
    seen: set[str] = set()
    for tool in tools:
        if tool.name in seen:
            raise InvalidInput(
                "TOOLS_INVALID", f"expected every tool name once, got {json.dumps(tool.name[:64])} twice"
            )
        seen.add(tool.name)
    return tools


def _parse_tool(item: object, index: int) -> Tool:
    if not isinstance(item, Mapping):
        raise wrong(f"tool {index}", "an object", item)
    inner = item.get("function")
    definition: Mapping[str, Any] = inner if isinstance(inner, Mapping) else item
    name = definition.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARS:
        came = shape(name) if "name" in definition else "none"
        expected = f"expected tool {index} to have a name of 1 to {MAX_NAME_CHARS} characters, got {came}"
        raise InvalidInput("TOOLS_INVALID", expected)
    try:
        return _read_tool(definition, name)
    except InvalidInput as error:
        raise InvalidInput(error.reason, f"tool {index}, {json.dumps(name[:64])}: {error.message}") from error


def _read_tool(definition: Mapping[str, Any], name: str) -> Tool:
    schema = next((definition[key] for key in ("inputSchema", "parameters", "input_schema") if key in definition), None)
    annotations, description = definition.get("annotations"), definition.get("description")
    if annotations is not None and not isinstance(annotations, Mapping):
        raise wrong("`annotations`", "an object", annotations)
    if description is not None and not isinstance(description, str):
        raise wrong("`description`", "a string", description)
    claims = annotations or {}
    return Tool(
        name=name,
        titles=tuple(title for title in (definition.get("title"), claims.get("title")) if isinstance(title, str)),
        description=plain_text((description or "")[:MAX_DESCRIPTION_CHARS]),
        arguments=parse_arguments_schema(schema),
        results=parse_result_schema(definition.get("outputSchema")),
        # A claim only ever raises: what is neither of the two values that it may have is the graver one. Null says nothing.
        hints={
            hint: claims[hint] if isinstance(claims[hint], bool) else grave
            for hint, grave in _GRAVE.items()
            if claims.get(hint) is not None
        },
        digest=definition_digest(definition),
    )


def definition_digest(definition: Mapping[str, Any]) -> str:
    """Returns the SHA-256, lower-case hex, over the canonical JSON of a strictly parsed definition, all of it."""
    return sha256(DEFINITION_DOMAIN + arguments_bytes(dict(definition))).hexdigest()
