"""Reading a DecideRequest strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.request import parse_request
from writ.errors import InvalidInput
from writ.v1 import decision_pb2

LIMIT = 1024 * 1024


def good() -> decision_pb2.DecideRequest:
    request = decision_pb2.DecideRequest(request_id="r-1", args_json=b"{}")
    request.agent.id, request.tool.server, request.tool.name = "billing-7", "billing-mcp", "invoices.get"
    return request


def test_a_good_request_comes_out_as_it_went_in() -> None:
    assert parse_request(good().SerializeToString(), LIMIT) == good()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("request_id", lambda r: setattr(r, "request_id", "")),
        ("request_id", lambda r: setattr(r, "request_id", "a b")),
        ("request_id", lambda r: setattr(r, "request_id", "a\n")),
        ("request_id", lambda r: setattr(r, "request_id", "x" * 129)),
        ("agent.id", lambda r: setattr(r.agent, "id", "")),
        ("agent.id", lambda r: setattr(r.agent, "id", "x" * 257)),
        ("agent.role", lambda r: setattr(r.agent, "role", "a\x00b")),
        ("tool.server", lambda r: setattr(r.tool, "server", "")),
        ("tool.name", lambda r: setattr(r.tool, "name", "")),
        ("tool.definition_digest", lambda r: setattr(r.tool, "definition_digest", "AB" * 32)),
        ("principal.type", lambda r: setattr(r.principal, "type", "root")),
        ("session_id", lambda r: setattr(r, "session_id", "s" * 129)),
        ("user_request", lambda r: setattr(r, "user_request", "u" * 20_000)),
        ("business_context", lambda r: r.business_context.update({str(n): "" for n in range(33)})),
        ("business_context value", lambda r: r.business_context.update(a="b" * 1025)),
        ("supported_obligations", lambda r: r.supported_obligations.extend(["o"] * 33)),
        ("delegation", lambda r: [r.delegation.add(delegator="a", delegate="b") for _ in range(65)]),
        ("delegation.delegator", lambda r: r.delegation.add(delegate="b")),
    ],
)
def test_a_field_out_of_bounds_is_named(field: str, change: object) -> None:
    request = good()
    change(request)  # type: ignore[operator]
    with pytest.raises(InvalidInput) as caught:
        parse_request(request.SerializeToString(), LIMIT)
    assert f"`{field}`" in caught.value.message


def test_an_oversized_request_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InvalidInput, match="REQUEST_TOO_LARGE"):
        parse_request(b"\xff" * 101, 100)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse_request(raw, LIMIT)
    except InvalidInput as error:
        assert error.reason in ("REQUEST_UNREADABLE", "FIELD_INVALID")
