"""What of a `traceparent` is read, and where the trace of a request then stands."""

from __future__ import annotations

import logging
import struct
from typing import Any

import orjson
import pytest

from pdp.front import FrontProtocol
from pdp.queue import Entry
from pdp.telemetry import JsonFormatter
from pdp.trace_context import CHARS, TraceContext, parse_traceparent
from tests.pipeline_support import Pipeline, action, outcome
from tests.unit.test_service_garbage import Context, Engine, front, request

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = f"00-{TRACE}-{SPAN}-01"  # the example of W3C Trace Context, 3.2.4
"""What a caller sends."""

NONE = {
    "nothing": "",
    "another version": f"01-{TRACE}-{SPAN}-01",
    "the version that is none": f"ff-{TRACE}-{SPAN}-01",
    "capitals": f"00-{TRACE.upper()}-{SPAN}-01",
    "a trace of zeros": f"00-{'0' * 32}-{SPAN}-01",
    "a span of zeros": f"00-{TRACE}-{'0' * 16}-01",
    "a short trace": f"00-{TRACE[1:]}-{SPAN}-01",
    "flags of no hex": f"00-{TRACE}-{SPAN}-0g",
    "something after it": f"{SENT}-more",
    "a line end": f"{SENT}\n",
    "a blank before it": f" {SENT}",
    "digits of another script": f"00-{TRACE.replace('4', '٤')}-{SPAN}-01",
    "a very long text": "0" * 100_000,
}


def test_the_one_form_is_read() -> None:
    assert parse_traceparent(SENT) == TraceContext(TRACE, SPAN, "01")
    assert parse_traceparent(f"00-{TRACE}-{SPAN}-00") == TraceContext(TRACE, SPAN, "00")


@pytest.mark.parametrize("value", NONE.values(), ids=NONE)
def test_anything_else_is_ignored(value: str) -> None:
    assert parse_traceparent(value) is None


class Traced(Context):
    """A call that says where its trace stands."""

    def __init__(self, *sent: str) -> None:
        super().__init__([])
        self._sent = sent

    def invocation_metadata(self) -> Any:
        return (("user-agent", "x"), *(("traceparent", value) for value in self._sent))


@pytest.mark.parametrize(
    ("sent", "trace_id"),
    [((SENT,), TRACE), ((), ""), (("nonsense",), ""), ((SENT, SENT), ""), (("\x00" * 55,), "")],
    ids=["one", "none", "nonsense", "two", "as long as one"],
)
async def test_a_call_is_of_the_trace_that_it_names_once(sent: tuple[str, ...], trace_id: str) -> None:
    offered: list[Entry] = []

    class Listening(Engine):
        def offer(self, entry: Entry) -> None:
            offered.append(entry)
            super().offer(entry)

    made, context = front(), Traced(*sent)
    made._engine = Listening()  # type: ignore[assignment]  # a front of the tests has an engine of theirs
    said: Any = context
    await made.decide(request(1).SerializeToString(), said)
    assert [ask.trace_id for entry in offered for ask in entry.asks] == [trace_id]


@pytest.mark.parametrize("sent", [SENT, SENT.upper(), "\xff" * CHARS], ids=["one", "none", "no text"])
async def test_what_the_native_front_hands_over_is_read_as_strictly(sent: str) -> None:
    offered: list[Entry] = []
    nobody: Any = None
    protocol = FrontProtocol(offered.append, nobody, 5.0)
    for kind, traceparent in ((5, sent.encode("latin-1")), (2, b"")):
        frame = struct.pack("<BQII", kind, kind, 0, 0) + traceparent + b"request"
        protocol.data_received(struct.pack("<I", len(frame)) + frame)
    (traced,), (plain,) = (entry.asks for entry in offered)
    assert (traced.request, plain.request) == (b"request", b"request")
    assert (traced.trace_id, plain.trace_id) == (TRACE if sent == SENT else "", "")


async def test_lines_that_name_a_decision_name_the_trace_of_its_caller(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "writ.decisions")
    pipeline = await Pipeline().start()
    pipeline.judge.verdict = lambda _: outcome("DENY")
    for number, agent in enumerate(("billing-1", "payroll-1")):  # one is denied, one refused
        for trace in (parse_traceparent(SENT), None):
            ((ask, future),) = pipeline.offer(action(f"r{number}-{trace is None}", agent=agent))
            ask.trace = trace
            await future
    lines = [orjson.loads(JsonFormatter().format(record)) for record in caplog.records]
    traced = [(line["message"], line["trace_id"]) for line in lines if line.get("decision_id")]
    assert traced == [("decision", TRACE), ("decision", ""), ("refused", TRACE), ("refused", "")]
    for kind in ("decision", "refusal"):
        assert [body["trace_id"] for body in pipeline.recorder.bodies(kind)] == [TRACE, ""]
