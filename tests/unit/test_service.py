"""The gRPC front: what it refuses before anybody else sees it, and how it slows who does not read."""

from __future__ import annotations

import asyncio
import struct
from typing import Any, NoReturn

import grpc
import pytest

from pdp.calls import Stream
from pdp.config import Limits
from pdp.deferral import MAX_WAIT_S
from pdp.front import FrontProtocol
from pdp.model import CallerIdentity
from pdp.prepare import Refused
from tests.unit.test_service_garbage import Context, front, request
from writ.errors import NotAuthenticated, NotPermitted
from writ.v1 import decision_pb2


@pytest.mark.parametrize("method", ["decide_batch", "wait_decision"])
async def test_what_holds_requests_is_no_longer_than_a_message_may_be(method: str) -> None:
    one = request(1)
    one.args_json = b"x" * Limits().max_request_bytes
    batch = decision_pb2.DecideBatchRequest(requests=[one], semantic=decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL)
    message = batch if method == "decide_batch" else decision_pb2.WaitDecisionRequest(request=one)
    told: list[object] = []

    class Listening(Context):
        async def abort(self, *said: object) -> None:
            told.extend(said)
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await getattr(front(), method)(message.SerializeToString(), Listening([]))
    assert "REQUEST_TOO_LARGE" in str(told)


@pytest.mark.parametrize(("seconds", "nanos"), [(-1, 0), (10, -1), (1, 10**9), (MAX_WAIT_S, 1)])
async def test_a_wait_that_is_no_length_of_time_or_too_long_is_refused(seconds: int, nanos: int) -> None:
    wait = decision_pb2.WaitDecisionRequest(request=request(1))
    wait.max_wait.seconds, wait.max_wait.nanos = seconds, nanos
    context = Context([])
    said: Any = context
    with pytest.raises(ConnectionAbortedError):
        await front().wait_decision(wait.SerializeToString(), said)
    assert context.aborted[:2] == (
        grpc.StatusCode.INVALID_ARGUMENT,
        f"FIELD_INVALID: `max_wait` must be 0 to {MAX_WAIT_S} seconds, got {seconds} and nanos of {nanos}",
    )


@pytest.mark.parametrize("decision_id", ["", "01M7YC9PS5CCH4HZQXSGFBPV7G"], ids=["not on record", "on record"])
async def test_a_refusal_on_record_names_its_receipt_in_a_trailer(decision_id: str) -> None:
    caller = CallerIdentity(organisation="acme", id="x", names=("x",), claims={}, expires_at_s=2**40)
    refused = Refused(NotPermitted("CALLER_NOT_PERMITTED", "not covered"), request(1), caller)
    refused.decision_id = decision_id
    context = Context([])
    said: Any = context
    with pytest.raises(ConnectionAbortedError):
        await front(refused).decide(request(1).SerializeToString(), said)
    named = (("writ-decision-id", decision_id),) if decision_id else ()
    assert context.aborted[2] == (("writ-reason", "CALLER_NOT_PERMITTED"), *named)


class Nobody:
    """Knows no credential."""

    def authenticate(self, _: object, __: float) -> NoReturn:
        raise NotAuthenticated("CREDENTIAL_INVALID", "the token does not hold")


@pytest.mark.parametrize("method", ["decide_batch", "wait_decision", "decide_stream", "report_outcome", "put"])
async def test_a_call_that_the_engine_never_sees_has_its_line_too(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    made, context = front(), Context([])
    made._authenticator = Nobody()  # type: ignore[assignment]  # a front of the tests knows everybody
    with pytest.raises(ConnectionAbortedError):
        await getattr(made, method)(b"", context)
    assert context.aborted[0] is grpc.StatusCode.UNAUTHENTICATED
    assert [record.__dict__["reason"] for record in caplog.records] == ["CREDENTIAL_INVALID"]


async def test_a_stream_of_the_native_front_without_a_credential_has_its_line(caplog: pytest.LogCaptureFixture) -> None:
    nobody: Any = Nobody()
    protocol = FrontProtocol(lambda _: None, nobody, 5.0)
    opened = struct.pack("<BQI", 4, 1, 0)
    protocol.data_received(struct.pack("<I", len(opened)) + opened)
    assert [record.__dict__["reason"] for record in caplog.records] == ["CREDENTIAL_INVALID"]


async def test_who_does_not_read_its_answers_is_read_from_again_once_it_does() -> None:
    stream = Stream(asyncio.get_running_loop(), 2)
    await stream.room()
    stream.answers += [b"1", b"2"]
    waiting = asyncio.create_task(stream.room())
    await asyncio.sleep(0)  # lets the task begin
    assert not waiting.done()
    assert stream.take() == b"1"
    await asyncio.wait_for(waiting, 5)
