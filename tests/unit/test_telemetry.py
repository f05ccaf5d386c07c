"""What is told of the decision point, and what is said when it cannot be told."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pdp.telemetry import MAX_SPAN_DECISIONS, Telemetry
from pdp.trace_context import TraceContext
from writ.errors import DependencyFailed


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DependencyFailed, match=f"cannot listen on `127.0.0.1:{port}`") as caught:
            Telemetry().listen("127.0.0.1", port)
    assert caught.value.reason == "ADDRESS_UNAVAILABLE"


def traced(number: int, trace: TraceContext | None) -> Any:
    """As much of an item as telemetry reads."""
    return SimpleNamespace(
        ask=SimpleNamespace(trace=trace), decision_id=f"D{number}", verdict=SimpleNamespace(effect="ALLOW", tier="T0")
    )


def test_a_span_names_no_more_decisions_than_a_bound_and_obeys_who_samples_none() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry()
    telemetry._tracer = provider.get_tracer("test")
    many = [traced(number, TraceContext(f"{number + 1:032x}", f"{1:016x}", "01")) for number in range(200)]
    telemetry.batch({"evaluate": 0.1}, many)
    batch = exporter.get_finished_spans()[-1]
    assert batch.attributes is not None
    ids = batch.attributes["writ.decision_ids"]
    assert isinstance(ids, tuple)
    assert (batch.attributes["writ.items"], len(ids), len(batch.links)) == (200, *(2 * [MAX_SPAN_DECISIONS]))
    exporter.clear()
    telemetry.batch({"evaluate": 0.1}, [traced(1, TraceContext(f"{1:032x}", f"{1:016x}", "00"))])
    assert not exporter.get_finished_spans()
