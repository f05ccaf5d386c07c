"""Reads `signatures.txt`: one tool a line, with the verbs, sinks and trust that a careful reader expects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TYPES: dict[str, dict[str, Any]] = {
    "s": {"type": "string"},
    "i": {"type": "integer"},
    "n": {"type": "number"},
    "b": {"type": "boolean"},
    "o": {"type": "object"},
    "date": {"type": "string", "format": "date"},
    "email": {"type": "string", "format": "email"},
    "uri": {"type": "string", "format": "uri"},
    "s[]": {"type": "array", "items": {"type": "string"}},
}
_ARGUMENT = re.compile(r'(\w+)(\?)?(?::([\w\[\]/]+))?(?:\s+"([^"]*)")?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One line. `verbs` are the alternatives, each the set of all operations."""

    definition: dict[str, Any]
    verbs: tuple[frozenset[str], ...]
    sinks: frozenset[tuple[str, str]]
    trust: str


def read_signatures() -> list[Signature]:
    """Returns all lines of the table."""
    folder = Path(__file__).parent
    lines = [
        line
        for path in sorted(folder.glob("signatures*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [_read(line) for line in lines if "|" in line and not line.startswith("#")]


def _read(line: str) -> Signature:
    name, description, arguments, verbs, sinks, trust = (part.strip() for part in line.split("|"))
    properties: dict[str, Any] = {}
    required: list[str] = []
    for text in filter(None, (part.strip() for part in arguments.split(";"))):
        match = _ARGUMENT.fullmatch(text)
        assert match is not None, text
        key, optional, kind, about = match.groups()
        schema = _TYPES.get(kind or "s") or {"type": "string", "enum": kind.split("/")}
        properties[key] = {**schema, "description": about} if about else schema
        if not optional:
            required.append(key)
    return Signature(
        definition={
            "name": name,
            "description": description,
            "inputSchema": {"type": "object", "properties": properties, "required": required},
        },
        verbs=tuple(frozenset(part.split("+")) for part in verbs.split("/")),
        sinks=frozenset((kind, path) for kind, _, path in (item.partition("=") for item in sinks.split())),
        trust=trust,
    )
