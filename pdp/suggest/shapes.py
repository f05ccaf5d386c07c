"""Refuses definitions of a wrong shape, and says what came: what is passed over in silence would be drafted too mild."""

from __future__ import annotations

from collections.abc import Mapping

from writ.errors import InvalidInput


def shape(value: object) -> str:
    """Returns what a JSON value is, in words; none of its text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return f"an object of {len(value)}" if isinstance(value, Mapping) else "a number"


def wrong(what: str, expected: str, value: object) -> InvalidInput:
    """Returns the error for a value of another shape than expected."""
    return InvalidInput("TOOLS_INVALID", f"expected {what} to be {expected}, got {shape(value)}")


def verify_schema(schema: object) -> None:
    """Checks the shape of one schema, not of those inside. Booleans and null say nothing and are schemas as well; so does
    `required` of a boolean, as JSON Schema once had it. Raises InvalidInput TOOLS_INVALID."""
    if not isinstance(schema, Mapping):
        if schema is not None and not isinstance(schema, bool):
            raise wrong("a schema", "an object", schema)
        return
    properties, required = schema.get("properties"), schema.get("required")
    if properties is not None and not isinstance(properties, Mapping):
        raise wrong("`properties`", "an object", properties)
    if required is not None and not isinstance(required, (list, bool)):
        raise wrong("`required`", "an array", required)
