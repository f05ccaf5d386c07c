"""Spans reach a real OTLP collector, and a collector that is gone costs no decision."""

from __future__ import annotations

from pdp.telemetry import STAGES
from tests.otlp_collector import Collector, Exported
from tests.stack_support import Ground, effect, request, until
from writ.v1 import decision_pb2


def attributes(exported: Exported) -> dict[str, int]:
    return {attribute.key: attribute.value.int_value for attribute in exported.span.attributes}


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
