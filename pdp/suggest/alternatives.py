"""Unites the alternatives of a JSON schema (`anyOf`, `oneOf`, `allOf`) into one place that may hold what any of them may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_CHOICES = 256
"""Most values of a closed set that are kept; tools that do many things have some dozens."""


def types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """Returns the JSON types that a schema names, without `null`; empty when it says nothing."""
    named = schema.get("type")
    if isinstance(named, str):
        found = {named}
    elif isinstance(named, list):
        found = {item for item in named if isinstance(item, str)}
    elif isinstance(schema.get("properties"), Mapping):
        found = {"object"}
    elif "items" in schema:
        found = {"array"}
    elif isinstance(schema.get("enum"), list) or isinstance(schema.get("const"), str):
        found = {"string"}
    else:
        found = set()
    return frozenset(found - {"null"})


def choices_of(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Returns the values of a closed set, None when the set is open."""
    if "const" in schema:
        return (str(schema["const"])[:64],)
    choices = schema.get("enum")
    if not isinstance(choices, list) or not choices:
        return None
    return tuple(str(choice)[:64] for choice in choices[:MAX_CHOICES])


def unite(merged: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Adds one alternative: every property and every choice of each counts."""
    types = types_of(merged) | types_of(part)
    properties = dict(mapping(merged.get("properties")))
    for name, schema in mapping(part.get("properties")).items():
        properties[name] = _either(properties[name], schema) if name in properties else schema
    closed = [schema for schema in (merged, part) if "enum" in schema or "const" in schema]
    if len(closed) == 2:
        merged["enum"] = [*_values(merged), *(value for value in _values(part) if value not in _values(merged))]
        merged.pop("const", None)
    elif closed and types_of(part if closed[0] is merged else merged):
        # A choice holds only where every alternative has one; the plain string beside it allows anything.
        merged.pop("enum", None)
        merged.pop("const", None)
        part = {key: value for key, value in part.items() if key not in ("enum", "const")}
    for key, value in part.items():
        if not (key == "const" and "enum" in merged):
            merged.setdefault(key, value)
    if types:
        merged["type"] = sorted(types)
    if properties:
        merged["properties"] = properties


def _either(first: object, second: object) -> object:
    """Returns the schema of a property that two alternatives have."""
    if first == second:
        return first
    if isinstance(first, Mapping) and set(first) == {"anyOf"} and isinstance(first["anyOf"], list):
        return {"anyOf": [*first["anyOf"], second]}
    return {"anyOf": [first, second]}


def _values(schema: Mapping[str, Any]) -> list[Any]:
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"][:MAX_CHOICES] if isinstance(schema["enum"], list) else []


def strings(value: object) -> list[str]:
    """Returns the strings of a list, [] for anything that is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def mapping(value: object) -> Mapping[str, Any]:
    """Returns the value, {} for anything that is no object."""
    return value if isinstance(value, Mapping) else {}
