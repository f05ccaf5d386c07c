"""The caller's trace on its way into receipts, through grpcio's front and the native one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.stack_support import DecisionPoint, Ground, request
from writ.v1 import decision_pb2, decision_pb2_grpc

ALL = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL

Metadata = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as running:
        yield running


@pytest.fixture(scope="module", params=["grpcio", "native"])
def point(ground: Ground, request: pytest.FixtureRequest) -> DecisionPoint:
    name = f"pdp-traced-{request.param}"
    pdp = {"front": ground.native_front(name)} if request.param == "native" else {}
    started = ground.point(name, pdp=pdp).start()
    ground.assign(started, "billing-1")
    return started


@pytest.fixture
def service(point: DecisionPoint) -> Iterator[decision_pb2_grpc.DecisionServiceStub]:
    with grpc.insecure_channel(point.target) as channel:
        yield decision_pb2_grpc.DecisionServiceStub(channel)


@pytest.fixture
def metadata(ground: Ground) -> Metadata:
    return (("authorization", f"Bearer {ground.token()}"),)


def fresh(agent: str = "billing-1", **fields: Any) -> decision_pb2.DecideRequest:
    """A request with an id of its own: both decision points share one state."""
    return request(f"traced-{os.urandom(8).hex()}", agent=agent, **fields)


def traced(trace_id: str) -> Metadata:
    """What an instrumented caller adds."""
    return (("traceparent", f"00-{trace_id}-{os.urandom(8).hex()}-01"),)


def trailers(refused: grpc.RpcError) -> dict[str, str | bytes]:
    return {trailer.key: trailer.value for trailer in refused.trailing_metadata()}


def on_record(point: DecisionPoint, trace_id: str) -> list[str]:
    """Kinds of the receipts of a trace."""
    return [entry["kind"] for entry in point.entries() if entry.get("trace_id") == trace_id]


def test_receipts_of_every_call_name_its_trace(
    point: DecisionPoint, service: decision_pb2_grpc.DecisionServiceStub, metadata: Metadata
) -> None:
    unary, waits, batch, stream, outcome = (os.urandom(16).hex() for _ in range(5))
    asked = fresh()
    decision = service.Decide(asked, metadata=metadata + traced(unary), timeout=60).decision
    service.WaitDecision(
        decision_pb2.WaitDecisionRequest(request=fresh()), metadata=metadata + traced(waits), timeout=60
    )
    service.DecideBatch(
        decision_pb2.DecideBatchRequest(requests=[fresh(), fresh()], semantic=ALL),
        metadata=metadata + traced(batch),
        timeout=60,
    )
    asks = iter([fresh(), fresh(), fresh("payroll-1")])
    assert len(list(service.DecideStream(asks, metadata=metadata + traced(stream), timeout=60))) == 3
    service.ReportOutcome(
        decision_pb2.ReportOutcomeRequest(
            request_id=asked.request_id,
            decision_id=decision.decision_id,
            execution_digest=decision.execution_digest,
            status=decision_pb2.OUTCOME_STATUS_SUCCEEDED,
        ),
        metadata=metadata + traced(outcome),
        timeout=60,
    )
    assert on_record(point, unary) == ["decision"]
    assert on_record(point, waits) == ["decision"]
    assert on_record(point, batch) == ["decision"] * 2
    assert sorted(on_record(point, stream)) == ["decision", "decision", "refusal"]
    assert on_record(point, outcome) == ["outcome"]


@pytest.mark.parametrize("sent", ["", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x" * 55, "y" * 4_000])
def test_what_is_no_traceparent_costs_no_decision(
    point: DecisionPoint, service: decision_pb2_grpc.DecisionServiceStub, metadata: Metadata, sent: str
) -> None:
    told = (*metadata, ("traceparent", sent))
    decision = service.Decide(fresh(), metadata=told, timeout=60).decision
    (entry,) = (entry for entry in point.entries() if entry.get("decision_id") == decision.decision_id)
    assert entry["trace_id"] == ""


def test_a_repeat_has_the_receipt_of_the_first_call(
    point: DecisionPoint, service: decision_pb2_grpc.DecisionServiceStub, metadata: Metadata
) -> None:
    first, again = os.urandom(16).hex(), os.urandom(16).hex()
    denied = fresh(args={"customer": "8", "invoice": "INV-71"})
    ids = {
        service.Decide(denied, metadata=metadata + traced(trace_id), timeout=60).decision.decision_id
        for trace_id in (first, again)
    }
    assert len(ids) == 1
    assert (on_record(point, first), on_record(point, again)) == (["decision"], [])


def test_a_refused_decide_names_its_receipt_in_a_trailer(
    point: DecisionPoint, service: decision_pb2_grpc.DecisionServiceStub, metadata: Metadata
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        service.Decide(fresh("payroll-1"), metadata=metadata, timeout=60)
    said = trailers(refused.value)
    on_log = {entry["decision_id"] for entry in point.entries() if entry["kind"] == "refusal"}
    assert said["writ-reason"] == "CALLER_NOT_PERMITTED"
    assert said["writ-decision-id"] in on_log
    broken = fresh()
    broken.args_json = b"{"
    with pytest.raises(grpc.RpcError) as refused:
        service.Decide(broken, metadata=metadata, timeout=60)
    assert "writ-decision-id" not in trailers(refused.value), "nothing of it is on record"
