"""What is encoded by hand are the bytes that the generated classes write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.wire import delimited, tag, varint
from writ.v1 import decision_pb2, receipt_pb2


@pytest.mark.parametrize("size", [1, 127, 128, 300, 8191, 8192, 16383, 16384, 2_100_000])
def test_a_field_of_any_length_is_what_the_generated_class_writes(size: int) -> None:
    value = bytes(size)
    assert delimited(tag(1), value) == receipt_pb2.Receipt(body=value).SerializeToString()
    assert delimited(tag(15), value) == decision_pb2.Decision(action_json=value).SerializeToString()


@pytest.mark.parametrize("name", ["decision_id", "action_digest", "execution_digest"])
def test_a_tag_takes_as_many_bytes_as_its_number_needs(name: str) -> None:
    number = decision_pb2.Decision.DESCRIPTOR.fields_by_name[name].number
    message = decision_pb2.Decision()
    setattr(message, name, "x")
    assert delimited(tag(number), b"x") == message.SerializeToString()


@given(st.integers(0, 2**64 - 1))
def test_a_varint_is_what_the_generated_class_writes(number: int) -> None:
    expected = receipt_pb2.Permit(expires_at_ms=number - 2**64 if number >= 2**63 else number).SerializeToString()
    assert b"\x18" + varint(number) == (expected or b"\x18\x00")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_joined_parts_read_as_one_message(body: bytes, salt: bytes) -> None:
    joined = delimited(tag(1), body) + receipt_pb2.Receipt(head=b"h", leaf_index=3).SerializeToString()
    read = receipt_pb2.Receipt.FromString(joined + delimited(tag(6), salt))
    assert read == receipt_pb2.Receipt(body=body, head=b"h", leaf_index=3, salt=salt)
