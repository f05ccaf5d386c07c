"""Telemetry: Prometheus metrics, JSON logs and, when a collector is named, OpenTelemetry spans.

Labels are closed sets (stages, effects, tiers, reasons of Writ's own); nothing that a caller chose becomes a label. Cost
is paid once a batch, not once a decision.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import orjson
from prometheus_client import CollectorRegistry, Gauge, Histogram, start_http_server
from prometheus_client import Counter as Metric

from pdp.item import Item
from pdp.trace_context import TraceContext
from writ.errors import DependencyFailed

STAGES = ("canonicalize", "enrich", "evaluate", "record")

_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_ITEMS = (1, 2, 4, 8, 16, 32, 64)

MAX_SPAN_DECISIONS = 64
"""Decisions of a batch that its span names: all of them, unless `limits.max_batch_items` was raised."""

_RECORD_KEYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Telemetry:
    """Metrics of one decision point. `otlp_endpoint` "" means no spans."""

    def __init__(self, *, otlp_endpoint: str = "", service: str = "writ-pdp") -> None:
        self.registry = CollectorRegistry()
        self._stages = Histogram(
            "writ_stage_seconds", "Time of one stage of a batch.", ["stage"], buckets=_SECONDS, registry=self.registry
        )
        self._stage = {name: self._stages.labels(name) for name in STAGES}
        self._items = Histogram("writ_batch_items", "Items of a batch.", buckets=_ITEMS, registry=self.registry)
        self._decisions = Metric("writ_decisions", "Decisions.", ["effect", "tier"], registry=self.registry)
        self._failures = Metric("writ_failures", "Requests and stages that failed.", ["reason"], registry=self.registry)
        self._ready = Gauge("writ_ready", "1 while an activated bundle is served.", registry=self.registry)
        self._full = Gauge(
            "writ_evidence_failing", "1 while the evidence log cannot be written.", registry=self.registry
        )
        self._lost = Gauge(
            "writ_state_lost", "Organisations without their counts, 1 more for all.", registry=self.registry
        )
        self._tracer = _tracer(otlp_endpoint, service) if otlp_endpoint else None

    def listen(self, host: str, port: int) -> None:
        """Serves `/metrics` on a thread of its own. Raises DependencyFailed when the address cannot be had."""
        try:
            start_http_server(port, host, registry=self.registry)
        except OSError as error:
            message = f"cannot listen on `{host}:{port}` of `telemetry.metrics_listen`: {error.strerror}"
            raise DependencyFailed("ADDRESS_UNAVAILABLE", message) from error

    def batch(self, laps: Mapping[str, float], items: Sequence[Item]) -> None:
        """Counts one concluded batch; `laps` are seconds a stage."""
        if not items:
            return
        for stage, seconds in laps.items():
            self._stage[stage].observe(seconds)
        self._items.observe(len(items))
        for (effect, tier), count in Counter((item.verdict.effect, item.verdict.tier) for item in items).items():
            self._decisions.labels(effect, tier).inc(count)
        if self._tracer is not None:
            _trace(self._tracer, laps, items)

    def failure(self, reason: str) -> None:
        """Counts a failure by its stable reason."""
        self._failures.labels(reason).inc()

    def state_lost(self, more: int) -> None:
        """Takes in that one more has no state (1), or one less (-1)."""
        self._lost.inc(more)

    def ready(self, value: bool) -> None:
        """Says whether an activated bundle is served."""
        self._ready.set(1 if value else 0)

    def evidence_failing(self, value: bool) -> None:
        """Says whether the evidence log cannot be written."""
        self._full.set(1 if value else 0)


def _trace(tracer: Any, laps: Mapping[str, float], items: Sequence[Item]) -> None:
    """One span a batch, one below it for each stage; times are reckoned back from now."""
    parent, links = _callers(items)
    end_ns = time.time_ns()
    start_ns = end_ns - int(sum(laps.values()) * 1e9)
    span_of_batch = tracer.start_as_current_span(
        "decide", context=parent, links=links, start_time=start_ns, end_on_exit=False
    )
    with span_of_batch as span:
        span.set_attribute("writ.items", len(items))
        span.set_attribute("writ.decision_ids", [item.decision_id for item in items[:MAX_SPAN_DECISIONS]])
        for stage, seconds in laps.items():
            child = tracer.start_span(stage, start_time=start_ns)
            start_ns += int(seconds * 1e9)
            child.end(end_time=start_ns)
        span.end(end_time=end_ns)


def _callers(items: Sequence[Item]) -> tuple[Any, list[Any]]:
    """Returns the span of a caller to stand below, when every decision comes from that one; else None, and links to the
    callers' spans, each with its decision."""
    from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    def remote(trace: TraceContext) -> SpanContext:
        trace_id, span_id, flags = (int(number, 16) for number in trace)
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))

    first = items[0].ask.trace
    if first and all(item.ask.trace == first for item in items):
        return set_span_in_context(NonRecordingSpan(remote(first))), []
    return None, [
        Link(remote(item.ask.trace), {"writ.decision_id": item.decision_id})
        for item in items[:MAX_SPAN_DECISIONS]
        if item.ask.trace
    ]


def _tracer(endpoint: str, service: str) -> Any:
    # Imported only here: the SDK costs 30 MiB and half a second that nobody without a collector should pay.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, insecure=True)))
    return provider.get_tracer("writ")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time_ms, level, logger, message, and whatever came as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time_ms": int(record.created * 1000),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _RECORD_KEYS})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def set_up_logging(level: str, stream: TextIO = sys.stderr) -> None:
    """Sends all logs to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
