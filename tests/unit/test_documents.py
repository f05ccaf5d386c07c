"""Documents in strings and results are read within bounds; what is not read is left a text."""

from __future__ import annotations

import json

import orjson
import pytest

from pdp.documents import MAX_VALUES, Unreadable, document_in, read
from pdp.results import MAX_DEPTH, count_records, read_result
from writ.errors import InvalidInput

DEEP = "[" * 600 + "]" * 600
WIDE = "[" + "1," * MAX_VALUES + "1]"


@pytest.mark.parametrize("text", [DEEP, WIDE, '{"b":"an order","b":"x"}', '[1,{"b":[{"c":1.0,"\\u0063":2}]}]'])
def test_what_takes_long_to_read_or_cannot_be_written_again_is_left_a_text(text: str) -> None:
    assert document_in(text) is None
    assert read_result(text.encode()) == (text, False)
    for document in (text, text.encode()):
        with pytest.raises(Unreadable):
            read(document)


def test_as_many_values_as_may_be_are_read() -> None:
    assert document_in("[" + "1," * (MAX_VALUES - 1) + "1]") == [1] * MAX_VALUES


@pytest.mark.parametrize("text", ["", "[", "7", '"x"', "[1", "{]", "plain text", " [1]"])
def test_what_is_no_object_and_no_list_is_no_document(text: str) -> None:
    assert document_in(text) is None


@pytest.mark.parametrize("value", [{"a": [1, "x", None]}, [], [[{}]]])
def test_a_document_is_read(value: object) -> None:
    assert document_in(json.dumps(value)) == value
    assert read_result(orjson.dumps(value)) == (value, True)


@pytest.mark.parametrize("text", ['{"a": 1.50, "b": "\\u00e9"}', '[{"a":1e3},{"a":1}]', ' { "a" : [ ] } '])
def test_another_spelling_is_no_member_given_twice(text: str) -> None:
    assert read_result(text.encode()) == (json.loads(text), True)


@pytest.mark.parametrize(
    ("result", "count"),
    [
        ([1, 2, 3], 3),
        ({"rows": [1, 2]}, 2),
        ("text", 1),
        ([{"type": "text", "text": json.dumps([{"id": n} for n in range(40)])}], 40),
        ([[]] * 30_000, None),
    ],
)
def test_records_are_counted_also_in_a_document_in_a_string(result: object, count: int | None) -> None:
    assert count_records(result) == count


@pytest.mark.parametrize("raw", [b"", b"{", b"NaN", b'"\xff"', b"{" + b"," * (MAX_VALUES - 1)])
def test_a_result_that_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        read_result(raw)
    assert error.value.reason == "RESULT_NOT_JSON"


def test_a_result_that_is_nested_too_deep_is_called_that() -> None:
    at_most = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert read_result(at_most) == (at_most.decode(), False)
    for deep in (b"[" + at_most + b"]", b'{"a":' * 5_000 + b"1" + b"}" * 5_000):
        with pytest.raises(InvalidInput, match=f"RESULT_TOO_DEEP: .* at most {MAX_DEPTH} deep"):
            read_result(deep)
