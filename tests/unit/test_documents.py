"""Documents in strings and results are read within bounds; what is not read is left a text."""

from __future__ import annotations

import json

import orjson
import pytest

from pdp.documents import MAX_VALUES, Unreadable, document_in, read
from pdp.results import read_result
from writ.errors import InvalidInput

DEEP = "[" * 600 + "]" * 600
WIDE = "[" + "1," * MAX_VALUES + "1]"


@pytest.mark.parametrize("text", [DEEP, WIDE])
def test_what_takes_long_to_read_or_cannot_be_written_again_is_left_a_text(text: str) -> None:
    assert document_in(text) is None
    assert read_result(text.encode()) == text
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
    assert read_result(orjson.dumps(value)) == value


@pytest.mark.parametrize("raw", [b"", b"{", b"NaN", b'"\xff"', b"{" + b"," * (MAX_VALUES - 1)])
def test_a_result_that_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        read_result(raw)
    assert error.value.reason == "RESULT_NOT_JSON"
