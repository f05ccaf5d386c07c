"""Canonical bytes and digests: known answers, the oracle `rfc8785`, and that nothing different looks the same."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from writ.canonical import (
    ACTION_DOMAIN,
    EXECUTION_DOMAIN,
    action_digest,
    arguments_bytes,
    canonical_bytes,
    execution_digest,
    record_bytes,
)
from writ.strict_json import MAX_SAFE_INTEGER, Number, parse_arguments

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "canonical"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTEGER = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
PROFILE = st.recursive(
    st.none() | st.booleans() | INTEGER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
# Of records the keys are of the basic plane, as `record_bytes` asks; values are any text.
RECORD_KEYS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=8)
RECORD = st.recursive(
    st.none() | st.booleans() | INTEGER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(RECORD_KEYS, inner, max_size=4),
    max_leaves=12,
)
KEYS = TEXT | st.sampled_from(["$", "$number", "$$number", "a"])
ODD = st.sampled_from(["1.50", "1.5", "1e3", "9007199254740993", "-0", "0.1"]).map(Number)
ARGUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        st.none() | st.booleans() | INTEGER | TEXT | ODD,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(PROFILE)
@settings(max_examples=300, deadline=None)
def test_canonical_bytes_are_those_of_rfc8785_on_the_profile(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(PROFILE)
@settings(max_examples=100, deadline=None)
def test_canonical_bytes_parse_back_to_the_value(value: Any) -> None:
    assert json.loads(canonical_bytes(value)) == value


@pytest.mark.parametrize("value", [1.5, [1.0], {"a": float("nan")}, {"a": [1e16]}, float("inf"), -0.0, {"a": {1}}])
def test_a_value_outside_the_profile_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), [2**64], {"a": 10**30}, "\ud800", {"\udc00": 1}])
def test_an_integer_or_a_text_out_of_range_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|surrogates"):
        canonical_bytes(value)


def test_keys_beyond_the_basic_plane_are_ordered_by_utf16_units() -> None:
    value = {"\U0001f600": 1, "\ufb33": 2}
    assert canonical_bytes(value) == rfc8785.dumps(value)
    assert canonical_bytes(value) == '{"\U0001f600":1,"\ufb33":2}'.encode()


def test_the_known_answers_hold() -> None:
    for line in (VECTORS / "arguments.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        arguments = parse_arguments(vector["raw"].encode(), 10_000)
        assert arguments_bytes(arguments).decode() == vector["canonical"], vector["raw"]
        digest = execution_digest(
            server="billing-mcp", tool="invoices.get", definition_digest="", audience="billing-mcp", arguments=arguments
        )
        assert digest == vector["execution_digest"], vector["raw"]


@given(ARGUMENTS, ARGUMENTS)
@settings(max_examples=400, deadline=None)
def test_two_different_arguments_never_have_the_same_bytes(first: Any, second: Any) -> None:
    # orjson with spelled numbers tells apart what the arguments tell apart, and 1 from True.
    def spelled(value: Any) -> bytes:
        return orjson.dumps(
            value,
            default=lambda number: orjson.Fragment(number.lexeme),
            option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS,
        )

    assert (arguments_bytes(first) == arguments_bytes(second)) == (spelled(first) == spelled(second))


def test_a_number_and_an_object_that_looks_like_one_differ() -> None:
    number = parse_arguments(b'{"a":1.50}', 100)
    lookalike = parse_arguments(b'{"a":{"$number":"1.50"}}', 100)
    doubled = parse_arguments(b'{"a":{"$$number":"1.50"}}', 100)
    assert arguments_bytes(number) == b'{"a":{"$number":"1.50"}}'
    assert len({arguments_bytes(number), arguments_bytes(lookalike), arguments_bytes(doubled)}) == 3


def test_integers_beyond_doubles_and_decimals_survive_exactly() -> None:
    raw = b'{"big":9007199254740993,"next":9007199254740992,"price":0.10}'
    assert b"9007199254740993" in arguments_bytes(parse_arguments(raw, 100))
    assert b'"0.10"' in arguments_bytes(parse_arguments(raw, 100))


@pytest.mark.parametrize("field", ["server", "tool", "definition_digest", "audience"])
def test_every_part_of_the_call_changes_the_execution_digest(field: str) -> None:
    call = {"server": "s", "tool": "t", "definition_digest": "d", "audience": "a"}
    before = execution_digest(**call, arguments={"x": 1})
    assert execution_digest(**{**call, field: "other"}, arguments={"x": 1}) != before
    assert execution_digest(**call, arguments={"x": "1"}) != before


def test_blanks_and_the_order_of_keys_do_not_change_the_execution_digest() -> None:
    call = {"server": "s", "tool": "t", "definition_digest": "", "audience": "a"}
    first = parse_arguments(b'{"a":1,"b":"\\u0041"}', 100)
    second = parse_arguments(b'{ "b" : "A", "a" : 1 }', 100)
    assert execution_digest(**call, arguments=first) == execution_digest(**call, arguments=second)


def test_the_two_digests_live_in_different_domains() -> None:
    assert ACTION_DOMAIN != EXECUTION_DOMAIN
    assert not ACTION_DOMAIN.startswith(EXECUTION_DOMAIN)
    assert len(action_digest(b"{}")) == 64


@given(RECORD)
@settings(max_examples=100, deadline=None)
def test_records_have_canonical_bytes(value: Any) -> None:
    assert record_bytes(value) == canonical_bytes(value)


def test_the_execution_digest_is_the_hash_of_the_canonical_call() -> None:
    arguments: dict[str, Any] = {"z": [1, None, True], "a": {"é": "x"}}
    call = {"server": "sé", "tool": "t", "definition_digest": "d", "audience": "a"}
    expected = sha256(b"writ.v1/execution\n" + rfc8785.dumps({**call, "arguments": arguments})).hexdigest()
    assert execution_digest(**call, arguments=arguments) == expected
