"""Arguments are read strictly, and the fast reader never says anything else than the thorough one."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pdp.canonicalize import MAX_ODD
from writ.canonical import arguments_bytes
from writ.errors import InvalidInput
from writ.strict_json import Number, _parse_thoroughly, parse_arguments

REFUSED = {
    b"": "ARGUMENTS_NOT_JSON",
    b"[]": "ARGUMENTS_NOT_OBJECT",
    b"7": "ARGUMENTS_NOT_OBJECT",
    b'"a"': "ARGUMENTS_NOT_OBJECT",
    b"null": "ARGUMENTS_NOT_OBJECT",
    b"{": "ARGUMENTS_NOT_JSON",
    b'{"a":1}{"a":1}': "ARGUMENTS_NOT_JSON",
    b'{"a":1,}': "ARGUMENTS_NOT_JSON",
    b"{'a':1}": "ARGUMENTS_NOT_JSON",
    b'{"a":01}': "ARGUMENTS_NOT_JSON",
    b'{"a":+1}': "ARGUMENTS_NOT_JSON",
    b'{"a":NaN}': "ARGUMENTS_NOT_JSON",
    b'{"a":-Infinity}': "ARGUMENTS_NOT_JSON",
    b'{"a":"\t"}': "ARGUMENTS_NOT_JSON",
    b'\xef\xbb\xbf{"a":1}': "ARGUMENTS_NOT_JSON",
    b'{"a":1,"a":1}': "ARGUMENTS_DUPLICATE_KEY",
    b'{"a":{"b":1,"\\u0062":2}}': "ARGUMENTS_DUPLICATE_KEY",
    b'{"a":"\\ud800"}': "ARGUMENTS_LONE_SURROGATE",
    b'{"\\udc00":1}': "ARGUMENTS_LONE_SURROGATE",
    b'{"a":["\\uDC00\\ud800"]}': "ARGUMENTS_LONE_SURROGATE",
    b'{"a":"\xff"}': "ARGUMENTS_NOT_UTF8",
    b'{"a":"\xed\xa0\x80"}': "ARGUMENTS_NOT_UTF8",
    '{"a":1}'.encode("utf-16"): "ARGUMENTS_NOT_UTF8",
    b'{"a":%b%b}' % (b"[" * 64, b"]" * 64): "ARGUMENTS_TOO_DEEP",
    b'{"a":%b%b}' % (b"[" * 90_000, b"]" * 90_000): "ARGUMENTS_TOO_DEEP",
    b'{"a":[%b]}' % b",".join([b"[[]]"] * 5_001): "ARGUMENTS_TOO_MANY_VALUES",
    b'{"a":[%b]}' % b",".join([b"1"] * 50_002): "ARGUMENTS_TOO_MANY_VALUES",
    b'{"a":%b}' % (b"1" * 65): "ARGUMENTS_NUMBER_TOO_LONG",
    b'{"a":0.%b}' % (b"1" * 64): "ARGUMENTS_NUMBER_TOO_LONG",
    b'{"a":1e%b}' % (b"0" * 64): "ARGUMENTS_NUMBER_TOO_LONG",
    b'{"a":1e309}': "ARGUMENTS_NUMBER_OUT_OF_RANGE",
    b'{"a":1E-309}': "ARGUMENTS_NUMBER_OUT_OF_RANGE",
    b'{"a":"%b"}' % (b"x" * 200_000): "ARGUMENTS_TOO_LARGE",
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.items(), ids=lambda value: repr(value)[:40])
def test_what_two_readers_could_read_differently_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_arguments(raw, 200_000)
    assert caught.value.reason == reason


def test_nesting_of_64_levels_is_accepted() -> None:
    raw = b'{"a":%b%b}' % (b"[" * 63, b"]" * 63)
    assert parse_arguments(raw, 1000)["a"]
    many = b'{"a":[%b]}' % b",".join([b"[]"] * 100)
    assert len(parse_arguments(many, 1000)["a"]) == 100  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["[" * 20_000, "{}," * 20_000, "," * 60_000, '\\"[,' * 20_000])
def test_signs_inside_of_strings_are_no_values(text: str) -> None:
    assert parse_arguments(json.dumps({"a": text, "b": "\\"}).encode(), 200_000) == {"a": text, "b": "\\"}


def test_as_many_values_as_may_be_are_read() -> None:
    raw = b'{"a":[%b],"b":[%b]}' % (b",".join([b"[]"] * 9_990), b",".join([b"1"] * 40_000))
    assert len(parse_arguments(raw, 200_000)["a"]) == 9_990  # type: ignore[arg-type]  # the value is JSON


ODD = {
    "fractions": b'{"a":[%b]}' % b",".join([b"1.5"] * 40),
    "large numbers": b'{"a":[%b]}' % b",".join([b"9007199254740993"] * 40),
    "escapes": b'{"a":[%b]}' % b",".join([b'"\\u0041"'] * 40),
    "members": b'{"b":1.5,%b}' % b",".join(b'"%d":1' % number for number in range(20)),
    "objects": b'{"b":1.5,"a":[%b]}' % b",".join([b"{}"] * 20),
    "dollars": b'{"$":1,"a":[%b]}' % b",".join([b"1"] * 40),
    "far characters": b'{"\xf0\x9f\x98\x80":1,"a":[%b]}' % b",".join([b"1"] * 40),
    "strings": b'{"b":1.5,"a":[%b]}' % b",".join([b'""'] * 90),
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_what_has_to_be_gone_through_is_bounded(raw: bytes) -> None:
    with pytest.raises(InvalidInput, match="ARGUMENTS_TOO_MANY_VALUES"):
        parse_arguments(raw, 10_000, max_odd=40)
    assert parse_arguments(raw, 10_000, max_odd=300)


@pytest.mark.parametrize("text", ["[1.5,\n" * 60, '\\"' * 60, ',"' * 60, "$:{" * 60])
def test_signs_inside_of_strings_are_not_gone_through(text: str) -> None:
    raw = json.dumps({"a": text, "b": "\n", "c": 1.5}).encode()
    assert parse_arguments(raw, 10_000, max_odd=20)["a"] == text


def test_plain_values_are_not_gone_through() -> None:
    assert parse_arguments(b'{"a":[%b]}' % b",".join([b'"x.5"', b"1", b"null"] * 40), 10_000, max_odd=40)


MAX_CPU_S = 10.0
"""A thousand times what the dearest arguments take (5 ms): what goes through them once for each of them takes longer."""


def test_the_dearest_arguments_are_not_gone_through_once_for_each_value() -> None:
    numbers = b'{"a":[%b]}' % b",".join(b"1e%d" % (number % 300) for number in range(16_000))
    keys = b'{"\xf0\x9f\x98\x80":1.5,%b}' % b",".join(b'"$\\u0041%d":1' % number for number in range(8_000))
    for raw in (numbers, keys):
        began = time.thread_time()
        arguments_bytes(parse_arguments(raw, 262_144, max_odd=MAX_ODD))
        assert time.thread_time() - began < MAX_CPU_S


@pytest.mark.parametrize("lexeme", ["1.0", "-0", "1e3", "9007199254740992", "-9007199254740993", "1E+308", "0.10"])
def test_a_number_outside_the_profile_keeps_its_spelling(lexeme: str) -> None:
    assert parse_arguments(b'{"a":%b}' % lexeme.encode(), 100) == {"a": Number(lexeme)}


@pytest.mark.parametrize("number", [0, -1, 9007199254740991, -9007199254740991])
def test_a_safe_integer_is_an_integer(number: int) -> None:
    assert parse_arguments(b'{"a":%d}' % number, 100) == {"a": number}


PIECES = st.lists(
    st.sampled_from(
        [
            '{"a":',
            '"b":',
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "1",
            "-0",
            "0",
            "9007199254740993",
            "1.5",
            "1e5",
            '"x"',
            '"$"',
            "null",
            "true",
            " ",
            '"\\ud800"',
            '"\\ud83d\\ude00"',
            "NaN",
            '"a":1',
            '"é"',
            '": 1',
            '"\\u0061"',
            '",1.5"',
        ]
    ),
    max_size=9,
).map(lambda pieces: "".join(pieces).encode())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), ("\t,\r\n", " :\n")])
DUMPED = st.builds(
    lambda value, separators: json.dumps({"a": value}, separators=separators, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    ),
    VALUES,
    SEPARATORS,
)


@given(PIECES | PIECES.map(lambda raw: b'{"a":%b}' % raw) | DUMPED)
@example(b'{"a":1e16}')
@example(b'{"a b": 1, "ab": 2}')
@example(b'{"a": 1, "a" : 1}')
@example(b'{"a": "\\u0020"}')
@example(b'{"a": [1, 1.5, -0]}')
@example(b'{"a":[1,1.5]}')
@example(b'{"a":18446744073709551615}')
@settings(max_examples=1000, deadline=None)
def test_the_fast_reader_and_the_thorough_one_agree(raw: bytes) -> None:
    def outcome(parse: Any) -> Any:
        try:
            return repr(parse(raw))
        except InvalidInput as error:
            return error.reason

    fast = outcome(lambda data: parse_arguments(data, 10_000))
    assert fast == outcome(_parse_thoroughly)
    if fast.startswith("{"):  # and neither accepts what Python's own reader refuses
        json.loads(raw, parse_float=Decimal)
