"""Reads tool arguments: JSON (RFC 8259) from an agent, strictly, so that no two readers can see two different calls.

Refuses what lets parsers differ: duplicate keys (RFC 8259 4), lone surrogates (8.2), other encodings than UTF-8, a byte
order mark, NaN and Infinity. Numbers that are not integers within ±(2^53 - 1) keep their spelling (RFC 7493 2.2).
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import orjson

from writ.errors import InvalidInput

MAX_DEPTH = 64
"""Deepest nesting of objects and arrays; real calls need under 10, parsers recurse at about 1,000."""

MAX_CONTAINERS, MAX_VALUES = 10_000, 50_000
"""Most objects and arrays, and most members and elements, of one call: some 3 ms each. Real calls have under 1,000."""

MAX_NUMBER_DIGITS = 64
"""Most digits of one number. Comparing one of 1,000,000 digits keeps OPA busy for 3.8 s."""

MAX_EXPONENT = 308
"""Largest exponent, either sign: the range of an IEEE 754 double."""

MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it readers that use doubles see another number (RFC 7493 2.2)."""


@dataclass(slots=True, unsafe_hash=True)  # not frozen, which would take three times as long to make; nobody changes one
class Number:
    """A JSON number outside the integers of ±(2^53 - 1), exactly as it was written."""

    lexeme: str


JsonValue: TypeAlias = "bool | int | str | Number | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

# In JSON without blanks every number but one at the top follows one of these bytes. A hit is a number that may not be a
# small integer, or text that looks like one; either only sends the value down the thorough path. Each digit is read at
# most twice, so the search is linear.
_ODD_NUMBER = re.compile(rb"[:,\[]-?[0-9]+(?:[.eE]|(?<=[0-9]{16}))")
_SHAPES = bytes.maketrans(b"123456789E", b"000000000e")
"""Makes all digits one, so that what is to be found is a fixed text."""

_BLANKS = b" \t\n\r"
"""What may stand between tokens (RFC 8259 2); of these only the space may stand inside of text as it is."""
# A string, or what is left from an opening quote on: nothing is read twice.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_DEEP = re.compile(rb"[\[{]{%d}" % (MAX_DEPTH + 1))
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
ASTRAL = re.compile(rb"[\xf0-\xf4]")
"""First bytes of characters beyond U+FFFF, in UTF-8."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_arguments(
    raw: bytes, max_bytes: int, *, max_odd: int = sys.maxsize, most: tuple[int, int] = (MAX_CONTAINERS, MAX_VALUES)
) -> JsonObject:
    """Returns the object that `raw` (untrusted) holds; at most `max_bytes` bytes. `max_odd` bounds the elements, and twice the
    members, objects and arrays, that have to be gone through one by one because of fractions, large numbers, escapes, characters
    beyond U+FFFF or keys that begin with `$`. `most` bounds the objects and arrays, and the values.

    Raises:
        InvalidInput: ARGUMENTS_TOO_LARGE, ARGUMENTS_NOT_UTF8, ARGUMENTS_NOT_JSON, ARGUMENTS_NOT_OBJECT,
            ARGUMENTS_DUPLICATE_KEY, ARGUMENTS_LONE_SURROGATE, ARGUMENTS_TOO_DEEP, ARGUMENTS_TOO_MANY_VALUES,
            ARGUMENTS_NUMBER_TOO_LONG or ARGUMENTS_NUMBER_OUT_OF_RANGE.
    """
    if len(raw) > max_bytes:
        raise InvalidInput("ARGUMENTS_TOO_LARGE", f"expected at most {max_bytes} bytes of arguments, got {len(raw)}")
    if len(raw) > most[0] and _has_many_signs(raw, most):
        _verify_number(_STRING.sub(b"", raw), most)
    # A value that comes back byte for byte but for blanks had no duplicate key, no escape that could hide something and
    # no odd number that the pattern lets through: then the fast reader and the thorough one agree. Blanks inside of text
    # go on both sides alike, and none can stand inside of a number or of a word.
    bare = raw.translate(None, _BLANKS)
    if bare[:1] == b"{" and bare.count(b"{") + bare.count(b"[") <= MAX_DEPTH and is_odd_free(bare):
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return _parse_thoroughly(raw, max_odd)
        if b'"$' in bare or ASTRAL.search(bare):
            _verify_odd(raw, max_odd)  # reading them is quick, putting them into canonical order is not
        if orjson.dumps(value).translate(None, _BLANKS) == bare:
            return value  # type: ignore[no-any-return]  # it starts with `{`, so it is an object
    return _parse_thoroughly(raw, max_odd)


def arguments_json(arguments: JsonValue) -> bytes:
    """Returns parsed arguments as JSON again, numbers spelled as they came. Raises InvalidInput VALUE_INVALID."""
    try:
        return orjson.dumps(arguments, default=_lexeme, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    except (TypeError, ValueError) as e:
        raise InvalidInput("VALUE_INVALID", "expected JSON values, got something else") from e


def _lexeme(value: object) -> orjson.Fragment:
    if isinstance(value, Number):
        return orjson.Fragment(value.lexeme)
    raise TypeError(f"expected a JSON value, got {type(value).__name__}")


def is_odd_free(compact: bytes) -> bool:
    """True when JSON text without blanks surely holds no number but integers of at most 15 digits."""
    shapes = compact.translate(_SHAPES)
    if b"0." not in shapes and b"0e" not in shapes and b"0" * 16 not in shapes:
        return True  # a hundred times as quick as the pattern, and true of most
    return not _ODD_NUMBER.search(compact)


def _has_many_signs(raw: bytes, most: tuple[int, int]) -> bool:
    return raw.count(b"{") + raw.count(b"[") > most[0] or raw.count(b",") > most[1]


def _verify_number(bare: bytes, most: tuple[int, int]) -> None:
    if _has_many_signs(bare, most):
        if _DEEP.search(bare.translate(None, _NO_BRACKETS)):
            _too_deep()
        expected = f"at most {most[0]} objects and arrays with {most[1]} values"
        raise InvalidInput("ARGUMENTS_TOO_MANY_VALUES", f"expected {expected}, got more")


def _verify_odd(raw: bytes, most: int) -> None:
    if _weight(raw) <= most:
        return
    # Every string has two quotes and is a key or an element: with more of them there is no need to look where they end.
    if raw.count(b'"') - raw.count(b'\\"') > 2 * most or _weight(_STRING.sub(b"", raw)) > most:
        raise InvalidInput(
            "ARGUMENTS_TOO_MANY_VALUES",
            f"expected at most {most} values beside fractions, large numbers, escapes, characters beyond U+FFFF or keys that"
            " begin with `$` (members, objects and arrays count twice), got more",
        )


def _weight(raw: bytes) -> int:
    return raw.count(b",") + raw.count(b":") + 2 * (raw.count(b"{") + raw.count(b"["))


def _parse_thoroughly(raw: bytes, max_odd: int = sys.maxsize) -> JsonObject:
    _verify_odd(raw, max_odd)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise InvalidInput("ARGUMENTS_NOT_UTF8", f"expected UTF-8, byte {e.start} is not") from e
    try:
        shapes = raw.translate(_SHAPES)
        is_short = b"0e" not in shapes and b"0" * 16 not in shapes and b"-0" not in raw
        value = (_SHORT_DECODER if is_short else _DECODER).decode(text)
    except RecursionError:
        _too_deep()
    except json.JSONDecodeError as e:
        raise InvalidInput("ARGUMENTS_NOT_JSON", f"expected JSON, got something else at character {e.pos}") from e
    if type(value) is not dict:
        raise InvalidInput("ARGUMENTS_NOT_OBJECT", f"expected a JSON object, got {_NAMES[type(value)]}")
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _verify_depth(value)
    if _SURROGATE.search(raw):
        try:
            orjson.dumps(value, default=_lexeme)
        except TypeError:
            _verify_text(value)
    return value


def _verify_depth(value: JsonValue) -> None:
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        inner: list[JsonValue] = []
        for item in level:
            if type(item) is dict:
                inner += item.values()
            elif type(item) is list:
                inner += item
        level = inner
    if any(type(item) in (dict, list) for item in level):
        _too_deep()


def _verify_text(value: JsonValue) -> None:
    level: list[JsonValue] = [value]
    while level:
        item = level.pop()
        if type(item) is dict:
            level += item.keys()
            level += item.values()
        elif type(item) is list:
            level += item
        elif type(item) is str and not is_text(item):
            raise InvalidInput("ARGUMENTS_LONE_SURROGATE", "expected whole characters, got half of a surrogate pair")


def is_text(text: str) -> bool:
    """Tells whether text holds whole characters alone, no half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> NoReturn:
    raise InvalidInput("ARGUMENTS_TOO_DEEP", f"expected at most {MAX_DEPTH} levels of nesting, got more") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidInput("ARGUMENTS_DUPLICATE_KEY", "expected every key of an object once, got one twice")
    return value


def _integer(lexeme: str) -> int | Number:
    if len(lexeme) < 16 and lexeme != "-0":
        return int(lexeme)
    digits = len(lexeme) - (lexeme[0] == "-")
    _verify_digits(digits)
    if digits > 16 or lexeme == "-0" or abs(number := int(lexeme)) > MAX_SAFE_INTEGER:
        return Number(lexeme)
    return number


def _decimal(lexeme: str) -> Number:
    if len(lexeme) > MAX_NUMBER_DIGITS:
        _verify_digits(sum(map(str.isdigit, lexeme)))
    exponent = lexeme.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        raise InvalidInput("ARGUMENTS_NUMBER_OUT_OF_RANGE", f"expected an exponent within ±{MAX_EXPONENT}, got more")
    return Number(lexeme)


def _verify_digits(count: int) -> None:
    if count > MAX_NUMBER_DIGITS:
        raise InvalidInput(
            "ARGUMENTS_NUMBER_TOO_LONG", f"expected at most {MAX_NUMBER_DIGITS} digits in a number, got {count}"
        )


def _constant(name: str) -> NoReturn:
    raise InvalidInput("ARGUMENTS_NOT_JSON", f"expected JSON, got the constant `{name}`")


_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    Number: "a number",
    str: "a string",
    list: "an array",
}
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, strict=True
)
# For numbers of at most 15 digits on either side of the point, without an exponent: nothing is left to look at.
_SHORT_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Number, parse_constant=_constant, strict=True)
