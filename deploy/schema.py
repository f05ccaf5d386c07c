"""Generates the JSON schemas by which `opa check` types `input`, from the protobuf descriptors of `writ.v1`.

`rego/schemas/input.json` describes PolicyInput, `rego/schemas/batch.json` PolicyBatch (JSON Schema draft 7, the subset that
OPA reads: no `$ref`, so messages stand inline). The JSON is that of `pdp.policy_input`: protobuf names, every field present
unless `optional`, enum values without the prefix of their enum, 64-bit integers as numbers.

    python -m deploy.schema            writes both files
    python -m deploy.schema --check    exits 1 when a file differs
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from writ.v1 import policy_pb2

SCHEMAS = Path(__file__).resolve().parent.parent / "rego" / "schemas"

_ANYTHING: dict[str, Any] = {}
_WELL_KNOWN = {"google.protobuf.Value": _ANYTHING}

_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "boolean",
    FieldDescriptor.TYPE_UINT32: "integer",
    FieldDescriptor.TYPE_INT32: "integer",
    FieldDescriptor.TYPE_UINT64: "integer",
    FieldDescriptor.TYPE_INT64: "integer",
}


def schema_of(message: Descriptor) -> dict[str, Any]:
    """Returns the schema of one message. Raises RuntimeError for a field type that the contract must not use."""
    if message.full_name in _WELL_KNOWN:
        return _WELL_KNOWN[message.full_name]
    return {
        "type": "object",
        "properties": {field.name: _field(field) for field in message.fields},
        "required": sorted(field.name for field in message.fields if not _is_optional(field)),
        "additionalProperties": False,
    }


def _is_optional(field: FieldDescriptor) -> bool:
    # A message field has presence without the keyword too, but `pdp.policy_input` always writes it; the keyword shows as
    # a oneof of its own.
    return field.has_presence and (field.message_type is None or field.containing_oneof is not None)


def _field(field: FieldDescriptor) -> dict[str, Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _single(field.message_type.fields_by_name["value"])}
    if field.is_repeated:
        return {"type": "array", "items": _single(field)}
    return _single(field)


def _single(field: FieldDescriptor) -> dict[str, Any]:
    if field.message_type is not None:
        return schema_of(field.message_type)
    if field.enum_type is not None:
        return {"type": "string", "enum": _names(field.enum_type)}
    if field.type not in _SCALARS:
        raise RuntimeError(f"{field.full_name}: type {field.type} has no exact JSON form")
    return {"type": _SCALARS[field.type]}


def _names(enum: EnumDescriptor) -> list[str]:
    # Every enum's zero value is `<PREFIX>_UNSPECIFIED`; the prefix is what the style guide of protobuf asks for.
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return [value.name.removeprefix(prefix) for value in enum.values]


def documents() -> dict[str, str]:
    """Returns file name → content."""
    messages = {"input.json": policy_pb2.PolicyInput.DESCRIPTOR, "batch.json": policy_pb2.PolicyBatch.DESCRIPTOR}
    return {
        name: json.dumps(
            {"$schema": "http://json-schema.org/draft-07/schema#", "title": message.full_name, **schema_of(message)},
            indent=2,
        )
        + "\n"
        for name, message in messages.items()
    }


def main(arguments: list[str]) -> int:
    """Writes or checks. Returns the exit code: 0 good, 1 drifted, 2 usage."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m deploy.schema [--check]", file=sys.stderr)
        return 2
    drifted = [
        name
        for name, text in documents().items()
        if not (SCHEMAS / name).exists() or (SCHEMAS / name).read_text(encoding="utf-8") != text
    ]
    if arguments:
        for name in drifted:
            print(f"rego/schemas/{name} differs from the protobuf; run `python -m deploy.schema`", file=sys.stderr)
        return 1 if drifted else 0
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
