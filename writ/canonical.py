"""Canonical JSON (RFC 8785) on the profile without floats, and the two digests of an action.

The profile: null, booleans, integers within ±(2^53 - 1), strings of whole characters, lists, and objects with string
keys. Arguments may hold other numbers; `arguments_bytes` writes `Number("1.50")` as `{"$number":"1.50"}` and puts one
more `$` before every key of the caller that starts with `$`, so that no two different arguments have the same bytes.

These formats never change. Another rule means another domain prefix (`…/v2`), and both stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from writ.strict_json import ASTRAL, MAX_SAFE_INTEGER, JsonObject, Number, is_odd_free

ACTION_DOMAIN = b"writ.v1/action\n"
"""Domain prefix of `action_digest`."""

EXECUTION_DOMAIN = b"writ.v1/execution\n"
"""Domain prefix of `execution_digest`."""

_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_LEAVES = frozenset((str, int, bool, type(None)))
_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def canonical_bytes(value: Any) -> bytes:
    """Returns the RFC 8785 bytes of a value of the profile; a tuple counts as a list.

    Raises:
        TypeError: a value has a type outside the profile, such as a float.
        ValueError: an integer is out of range, or text holds half of a surrogate pair.
    """
    try:
        out = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return _thorough(value)  # says what is wrong, or writes a subclass of str, list or dict
    # orjson orders keys by code point, RFC 8785 by UTF-16 unit; they part only where a character beyond U+FFFF occurs.
    # It writes floats too, and a float that is no number as null.
    if is_odd_free(out) and b"null" not in out and (out.isascii() or not ASTRAL.search(out)) and out[0] in b'{["tf':
        return out
    return _thorough(value)


def record_bytes(value: Any) -> bytes:
    """Returns what `canonical_bytes` returns, for a value that Writ made itself from the types of the profile.

    It does not look for floats, which takes most of the time; keys must be in the basic multilingual plane.
    """
    return orjson.dumps(value, option=_OPTIONS)


def arguments_bytes(arguments: JsonObject) -> bytes:
    """Returns the canonical bytes of arguments, numbers outside the profile and `$` keys escaped as said above."""
    numbers = 0

    def escaped(value: object) -> dict[str, str]:
        nonlocal numbers
        if type(value) is not Number:
            raise TypeError(f"expected a value of arguments, got {type(value).__name__}")
        numbers += 1
        return {"$number": value.lexeme}

    try:
        out = orjson.dumps(arguments, default=escaped, option=_OPTIONS)
    except TypeError:
        return canonical_bytes(_escape(arguments))  # says what is wrong
    # parse_arguments never returns a float, so that only `$` keys of the caller and the order are left to look for.
    if out.count(b'"$') > numbers:
        arguments = _escape(arguments)
        out = orjson.dumps(arguments, option=_OPTIONS)
    if out.isascii() or not ASTRAL.search(out):
        return out
    return orjson.dumps(_ordered(arguments), default=escaped, option=_OPTIONS & ~orjson.OPT_SORT_KEYS)


def action_digest(action_json: bytes) -> str:
    """Returns the digest, lower-case hex, of the canonical JSON of an action without its findings."""
    return sha256(ACTION_DOMAIN + action_json).hexdigest()


def execution_digest(*, server: str, tool: str, definition_digest: str, audience: str, arguments: JsonObject) -> str:
    """Returns the digest, lower-case hex, that permits, approvals, idempotency and receipts bind.

    It covers every argument as received (from `parse_arguments`), nothing folded or dropped; only blanks, the order of
    keys and the spelling of escapes do not count, because no reader of JSON can see them.
    """
    head = arguments_bytes(arguments)
    tail = orjson.dumps({"audience": audience, "definition_digest": definition_digest, "server": server, "tool": tool})
    return sha256(b'%b{"arguments":%b,%b' % (EXECUTION_DOMAIN, head, tail[1:])).hexdigest()


def _escape(value: Any) -> Any:
    if type(value) is Number:
        return {"$number": value.lexeme}
    if isinstance(value, dict):
        return {
            f"${key}" if key[:1] == "$" else key: item if type(item) in _LEAVES else _escape(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [item if type(item) in _LEAVES else _escape(item) for item in value]
    return value


def _ordered(value: Any) -> Any:
    """Returns the value with the members of its objects in the order of RFC 8785."""
    if isinstance(value, dict):
        keys = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf16)
        return {key: item if type(item := value[key]) in _LEAVES else _ordered(item) for key in keys}
    if isinstance(value, list):
        return [item if type(item) in _LEAVES else _ordered(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _thorough(value: Any) -> bytes:
    pieces: list[str] = []
    _write(value, pieces)
    return "".join(pieces).encode("utf-8")


def _write(value: Any, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(f'"{_ESCAPED.sub(_escaped, value)}"')
    elif value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise ValueError(f"expected an integer within ±{MAX_SAFE_INTEGER}, got one outside")
        pieces.append(int.__str__(value))
    elif isinstance(value, Mapping):
        _write_object(value, pieces)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            pieces.append("," if index else "[")
            _write(item, pieces)
        pieces.append("]" if value else "[]")
    else:
        raise TypeError(f"expected a value of the canonical profile, got {type(value).__name__}")


def _write_object(value: Mapping[Any, Any], pieces: list[str]) -> None:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("expected keys that are strings, got another type")
    for index, key in enumerate(sorted(value, key=_utf16)):
        pieces.append("," if index else "{")
        _write(key, pieces)
        pieces.append(":")
        _write(value[key], pieces)
    pieces.append("}" if value else "{}")


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
