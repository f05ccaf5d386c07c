"""Reads the JSON form of a DecideRequest that people write by hand."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError

from writ.action import MAX_NAME_CHARS
from writ.errors import InvalidInput
from writ.strict_json import arguments_json, parse_arguments
from writ.v1 import decision_pb2

MAX_ACTION_BYTES = 16 * 1024 * 1024
"""Largest action that is read; a decision point takes far less, and says how much."""


def parse_action(text: bytes, request_id: str) -> decision_pb2.DecideRequest:
    """Reads one action: the fields of `writ.v1.DecideRequest`, with the arguments as `args` (any JSON object; numbers keep
    their spelling) or, where every byte matters, as `args_json` (text that goes out as it is). `request_id` is used when the
    action has none.

    Raises:
        InvalidInput: the text is no JSON object, has a key twice, or a field is unknown or of another type.
    """
    try:
        fields: dict[str, Any] = parse_arguments(text, MAX_ACTION_BYTES)
    except InvalidInput as error:
        raise InvalidInput("ACTION_UNREADABLE", error.message) from error
    arguments = _arguments(fields)
    try:
        request = ParseDict(json.loads(arguments_json(fields)), decision_pb2.DecideRequest())
    except ParseError as error:
        raise InvalidInput("ACTION_UNREADABLE", f"not a writ.v1.DecideRequest: {error}") from error
    request.args_json = arguments
    request.request_id = request.request_id or request_id
    return request


def verify_agent(request: decision_pb2.DecideRequest) -> None:
    """Checks that an action says who wants to act, which no decision point can do without: by a name that it takes, and that can
    be an argument of `writ token`, which NUL cannot. Raises InvalidInput."""
    if not request.agent.id:
        raise InvalidInput("ACTION_UNREADABLE", 'expected `"agent": {"id": …}`, who wants to act; got none')
    if len(request.agent.id) > MAX_NAME_CHARS or "\x00" in request.agent.id:
        raise InvalidInput(
            "ACTION_UNREADABLE",
            f"expected `agent.id` of at most {MAX_NAME_CHARS} characters without NUL, got {len(request.agent.id)}",
        )


def _arguments(fields: dict[str, Any]) -> bytes:
    if ("args" in fields) == ("args_json" in fields):
        came = "both" if "args" in fields else "neither"
        raise InvalidInput("ACTION_UNREADABLE", f"expected either `args` or `args_json`, got {came}")
    if "args" in fields:
        return arguments_json(fields.pop("args"))
    raw = fields.pop("args_json")
    if not isinstance(raw, str):
        raise InvalidInput("ACTION_UNREADABLE", f"`args_json` must be text, got {type(raw).__name__}")
    return raw.encode()
