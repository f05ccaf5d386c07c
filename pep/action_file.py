"""Reads the JSON form of a DecideRequest that people write by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError

from writ.errors import InvalidInput
from writ.v1 import decision_pb2


def parse_action(text: str, request_id: str) -> decision_pb2.DecideRequest:
    """Reads one action: the fields of `writ.v1.DecideRequest`, with the arguments as `args` (any JSON object) or, where
    every digit matters, as `args_json` (text that goes out as it is). `request_id` is used when the action has none.

    Raises:
        InvalidInput: the text is no JSON object, or a field is unknown or of another type.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidInput("ACTION_UNREADABLE", f"expected a JSON object: {error}") from error
    if not isinstance(document, Mapping):
        raise InvalidInput("ACTION_UNREADABLE", f"expected a JSON object, got {type(document).__name__}")
    fields: dict[str, Any] = dict(document)
    arguments = _arguments(fields)
    try:
        request = ParseDict(fields, decision_pb2.DecideRequest())
    except ParseError as error:
        raise InvalidInput("ACTION_UNREADABLE", f"not a writ.v1.DecideRequest: {error}") from error
    request.args_json = arguments
    request.request_id = request.request_id or request_id
    return request


def _arguments(fields: dict[str, Any]) -> bytes:
    if ("args" in fields) == ("args_json" in fields):
        raise InvalidInput("ACTION_UNREADABLE", "expected either `args` or `args_json`")
    if "args" in fields:
        return json.dumps(fields.pop("args"), ensure_ascii=False, separators=(",", ":")).encode()
    raw = fields.pop("args_json")
    if not isinstance(raw, str):
        raise InvalidInput("ACTION_UNREADABLE", f"`args_json` must be text, got {type(raw).__name__}")
    return raw.encode()
