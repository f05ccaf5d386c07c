"""A real OTLP collector for tests: the gRPC TraceService of opentelemetry-proto, which keeps what it is sent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One span, and the service that says it is its own."""

    service: str
    span: trace_pb2.Span


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Serves on a loopback port; `endpoint` is what a setting names."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exported: list[Exported] = []
        self._server = grpc.server(ThreadPoolExecutor(max_workers=2))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)  # type: ignore[no-untyped-call]
        self.endpoint = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def Export(  # noqa: N802  # the service's name for it
        self, request: trace_service_pb2.ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        """Keeps the spans."""
        with self._lock:
            for resource_spans in request.resource_spans:
                names = {a.key: a.value.string_value for a in resource_spans.resource.attributes}
                for scope_spans in resource_spans.scope_spans:
                    self._exported += [Exported(service=names["service.name"], span=span) for span in scope_spans.spans]
        return trace_service_pb2.ExportTraceServiceResponse()

    @property
    def exported(self) -> list[Exported]:
        """Returns what came so far."""
        with self._lock:
            return list(self._exported)

    def stop(self) -> None:
        """Ends at once."""
        self._server.stop(None).wait()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
