"""Spans reach a real OTLP collector, and a collector that is gone costs no decision."""

from __future__ import annotations

import os
from typing import Any

import grpc
import pytest

from pdp.telemetry import STAGES
from tests.otlp_collector import Collector, Exported
from tests.stack_support import PATIENT, Ground, effect, request, until, update
from writ.v1 import decision_pb2, decision_pb2_grpc


def attributes(exported: Exported) -> dict[str, int]:
    return {attribute.key: attribute.value.int_value for attribute in exported.span.attributes}


def decision_ids(exported: Exported) -> tuple[str, ...]:
    (ids,) = (attribute.value.array_value for attribute in exported.span.attributes if "ids" in attribute.key)
    return tuple(value.string_value for value in ids.values)


def test_a_batch_is_a_span_and_each_stage_one_below_it(ground: Ground) -> None:
    with Collector() as collector:
        point = ground.point("pdp-traced", telemetry={"otlp_endpoint": collector.endpoint}).start()
        ground.assign(point, "billing-1")
        with point.client() as client:
            requests = [request(f"traced-{number}") for number in range(5)]
            client.decide_batch(requests, decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL)
        assert point.stop() == 0, "what was not sent yet is sent before it ends"
        exported = collector.exported
    assert {one.service for one in exported} == {"writ-pdp"}
    (batch,) = (one for one in exported if one.span.name == "decide")
    assert attributes(batch)["writ.items"] == 5
    stages = [one.span for one in exported if one.span.parent_span_id == batch.span.span_id]
    assert sorted(span.name for span in stages) == sorted(STAGES)
    for span in stages:
        assert span.trace_id == batch.span.trace_id
        assert batch.span.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= batch.span.end_time_unix_nano


def test_a_collector_that_is_gone_costs_no_decision(ground: Ground) -> None:
    with Collector() as collector:
        point = ground.point("pdp-untraced", telemetry={"otlp_endpoint": collector.endpoint}).start()
        ground.assign(point, "billing-1")
        with point.client() as client:
            assert effect(client.decide(request("heard"))) == "ALLOW"
            until(lambda: collector.exported, "the first span")
            collector.stop()
            answers = [effect(client.decide(request(f"unheard-{number}"))) for number in range(50)]
    assert set(answers) == {"ALLOW"}
    point.kill()


def traceparent(trace_id: str) -> tuple[str, str]:
    return ("traceparent", f"00-{trace_id}-00f067aa0ba902b7-01")


def test_a_batch_of_one_call_stands_in_its_trace_and_one_of_several_is_linked_to_theirs(ground: Ground) -> None:
    alone, *both = (os.urandom(16).hex() for _ in range(3))
    with Collector() as collector:
        patient = {**PATIENT, "limits": {"batches_in_flight": 1}}
        point = ground.point("pdp-joined", telemetry={"otlp_endpoint": collector.endpoint}, pdp=patient).start()
        ground.assign(point, "billing-1")
        credential = ("authorization", f"Bearer {ground.token()}")
        with grpc.insecure_channel(point.target) as channel:
            service = decision_pb2_grpc.DecisionServiceStub(channel)

            def ask(asked: decision_pb2.DecideRequest, *trace: tuple[str, str]) -> Any:
                return service.Decide.future(asked, metadata=(credential, *trace), timeout=60)

            first = ask(request("joined-alone"), traceparent(alone)).result().decision.decision_id
            ground.opa.pause()
            try:
                held = ask(update("joined-held", "billing-1"))
                until(lambda: ground.open_reservations() == 1, "a batch to be held")
                # What comes meanwhile forms the next one.
                together = [ask(request(f"joined-{trace_id}"), traceparent(trace_id)) for trace_id in both]
                with pytest.raises(grpc.RpcError, match="BATCH_INVALID"):  # its answer says that those have come
                    service.DecideBatch(decision_pb2.DecideBatchRequest(), metadata=(credential,), timeout=60)
            finally:
                ground.opa.resume()
            untraced = held.result().decision.decision_id
            ids = {trace_id: call.result().decision.decision_id for trace_id, call in zip(both, together, strict=True)}
        assert point.stop() == 0
        batches = {decision_ids(one): one.span for one in collector.exported if one.span.name == "decide"}
        stages = [
            one.span for one in collector.exported if one.span.trace_id.hex() == alone and one.span.name in STAGES
        ]
    joined, lone, linked = batches[first,], batches[untraced,], batches[tuple(ids.values())]
    assert (joined.trace_id.hex(), joined.parent_span_id.hex(), len(joined.links)) == (alone, "00f067aa0ba902b7", 0)
    assert len(stages) == len(STAGES)
    assert (lone.parent_span_id, len(lone.links)) == (b"", 0)
    assert linked.parent_span_id == b""
    named = {link.trace_id.hex(): link.attributes[0].value.string_value for link in linked.links}
    assert named == ids
