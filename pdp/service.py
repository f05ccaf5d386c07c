"""The gRPC front: the only module, with `pdp.server`, that knows gRPC.

Accepts calls, hands entries of (token, request bytes, peer) to the engine, and turns what comes back into gRPC answers.
Requests and answers of Decide and DecideStream stay bytes here; another front that hands over whole batches needs
nothing from this module.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import NoReturn, TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from pdp.answer import status_code
from pdp.authenticate import Authenticator
from pdp.calls import SingleCall, Stream, StreamCall
from pdp.config import Limits, Timeouts
from pdp.decide import Engine
from pdp.deferral import MAX_WAIT_S
from pdp.lanes import Lanes
from pdp.model import Ask, CallerIdentity, Peer
from pdp.prepare import Refused
from pdp.queue import Entry
from pdp.refusals import Strangers
from pdp.report import Reporter
from pdp.request import is_length_of_time, verify_size
from pdp.state.redis_state import RedisState, StoredFact
from pdp.trace_context import KEY, TraceContext, parse_traceparent
from pdp.wire import delimited, tag
from writ.errors import DeadlineExceeded, InvalidInput, NotAuthenticated, NotReady, Overloaded, WritError
from writ.v1 import decision_pb2, fact_pb2

log = logging.getLogger("writ.service")

MAX_PEERS = 4096
"""Credentials whose Peer is kept, so that one object stands for one caller."""

CERTIFICATE_KEY = "writ-peer-certificate-bin"
"""Metadata in which the native front tells which certificate TLS has verified; nobody else reaches the socket behind it."""

ANSWER_S = 0.5
"""What is left of a caller's time when its patience ends, so that the answer still reaches it."""

_WHOLE = (Overloaded, NotReady, DeadlineExceeded)
"""Errors that a DecideBatch as a whole can meet; those of single items stand in their answers."""

_STATUS = {code.value[0]: code for code in grpc.StatusCode}

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
M = TypeVar("M", bound=Message)

_RESPONSES = tag(decision_pb2.DecideBatchResponse.RESPONSES_FIELD_NUMBER)


class DecisionFront:
    """Handlers of DecisionService and FactService."""

    def __init__(
        self,
        *,
        engine: Engine,
        authenticator: Authenticator,
        lanes: Lanes,
        reporter: Reporter,
        state: RedisState,
        limits: Limits,
        timeouts: Timeouts,
        behind_front: bool = False,
    ) -> None:
        self._engine = engine
        self._authenticator = authenticator
        self._lanes = lanes
        self._reporter = reporter
        self._state = state
        self._limits = limits
        self._default_s = timeouts.default_deadline_ms / 1000
        self._behind_front = behind_front
        self._strangers = Strangers()
        self._peers: dict[str | bytes, Peer] = {}

    def handlers(self) -> list[grpc.GenericRpcHandler]:
        """Returns the handlers to register; messages are handed over as bytes."""
        return [
            grpc.method_handlers_generic_handler(
                "writ.v1.DecisionService",
                {
                    "Decide": grpc.unary_unary_rpc_method_handler(self.decide),
                    "WaitDecision": grpc.unary_unary_rpc_method_handler(self.wait_decision),
                    "DecideStream": grpc.stream_stream_rpc_method_handler(self.decide_stream),
                    "DecideBatch": grpc.unary_unary_rpc_method_handler(self.decide_batch),
                    "ReportOutcome": grpc.unary_unary_rpc_method_handler(self.report_outcome),
                },
            ),
            grpc.method_handlers_generic_handler(
                "writ.v1.FactService", {"Put": grpc.unary_unary_rpc_method_handler(self.put)}
            ),
        ]

    async def decide(self, request: bytes, context: Context) -> bytes:
        """Decide."""
        loop = asyncio.get_running_loop()
        call = SingleCall(loop)
        peer, trace = self._sender(context)
        ask = Ask(token=call, request=request, peer=peer, deadline_s=self._deadline_s(loop, context), trace=trace)
        return await self._decided(ask, call, context)

    async def wait_decision(self, request: bytes, context: Context) -> bytes:
        """WaitDecision."""
        peer, trace = self._sender(context)
        try:
            self._identify(peer)  # nobody else has it read
            verify_size(request, self._limits.max_request_bytes)
            wait = _parse(decision_pb2.WaitDecisionRequest(), request)
            if wait.request.dry_run:
                raise InvalidInput("FIELD_INVALID", "`dry_run` must be false: a rehearsal does not wait")
            wait_s = wait.max_wait.ToNanoseconds() / 1e9 if wait.HasField("max_wait") else float(MAX_WAIT_S)
            if not is_length_of_time(wait.max_wait) or wait_s > MAX_WAIT_S:
                came = f"{wait.max_wait.seconds} and nanos of {wait.max_wait.nanos}"
                raise InvalidInput("FIELD_INVALID", f"`max_wait` must be 0 to {MAX_WAIT_S} seconds, got {came}")
        except WritError as error:
            await _abort(context, error)
        loop = asyncio.get_running_loop()
        remaining_s = context.time_remaining()
        patience_s = min(wait_s, MAX_WAIT_S if remaining_s is None else max(0.0, remaining_s - ANSWER_S))
        call = SingleCall(loop)
        ask = Ask(
            token=call,
            request=wait.request.SerializeToString(),
            peer=peer,
            deadline_s=loop.time() + patience_s + self._default_s,
            waits_until_s=loop.time() + patience_s,
            trace=trace,
        )
        return await self._decided(ask, call, context)

    async def _decided(self, ask: Ask, call: SingleCall, context: Context) -> bytes:
        self._engine.offer(Entry(asks=[ask]))
        try:
            response, error = await call.future
        except asyncio.CancelledError:
            ask.gone = True
            raise
        if error is not None:
            await _abort(context, error)
        return response

    async def decide_batch(self, request: bytes, context: Context) -> bytes:
        """DecideBatch."""
        peer, trace = self._sender(context)
        try:
            self._identify(peer)  # nobody else has it read
            verify_size(request, self._limits.max_request_bytes)
            batch = _parse(decision_pb2.DecideBatchRequest(), request)
            check_batch(batch, self._limits.max_batch_items)
        except WritError as error:
            await _abort(context, error)
        loop = asyncio.get_running_loop()
        deadline_s = self._deadline_s(loop, context)
        calls = [SingleCall(loop) for _ in batch.requests]
        asks = [
            Ask(token=call, request=item.SerializeToString(), peer=peer, deadline_s=deadline_s, trace=trace)
            for call, item in zip(calls, batch.requests, strict=True)
        ]
        self._engine.offer(Entry(asks=asks, semantic=batch.semantic))
        try:
            said = await asyncio.gather(*(call.future for call in calls))
        except asyncio.CancelledError:
            for ask in asks:
                ask.gone = True
            raise
        refusal = said[0][1]
        if isinstance(refusal, _WHOLE) and all(error is refusal for _, error in said):
            await _abort(context, refusal)
        return b"".join(delimited(_RESPONSES, response) for response, _ in said)  # a DecideBatchResponse

    async def decide_stream(self, _: AsyncIterator[bytes], context: Context) -> None:
        """DecideStream. Ends when the caller has sent everything and has every answer, or its credential expires."""
        loop = asyncio.get_running_loop()
        (peer, trace), stream = self._sender(context), Stream(loop, self._limits.queue_per_caller)
        try:
            caller = self._identify(peer)
        except WritError as error:
            await _abort(context, error)
        reader = loop.create_task(self._read(context, peer, trace, stream))
        expiry = loop.call_later(max(caller.expires_at_s - time.time(), 0.0), reader.cancel, "expired")
        try:
            await self._write(context, stream)
            if reader.cancelled():
                await context.abort(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_EXPIRED: the credential has expired")
        finally:
            expiry.cancel()
            reader.cancel()
            for ask in stream.unanswered.values():
                ask.gone = True

    async def _read(self, context: Context, peer: Peer, trace: TraceContext | None, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        try:
            # A caller that sends without reading its answers is not read from until it does.
            while isinstance(request := await context.read(), bytes):  # else grpc.aio.EOF
                call = StreamCall(stream)
                deadline_s = loop.time() + self._default_s
                ask = Ask(token=call, request=request, peer=peer, deadline_s=deadline_s, trace=trace)
                stream.unanswered[id(call)] = ask
                self._engine.offer(Entry(asks=[ask]))
                await stream.room()
        finally:
            stream.closed = True
            stream.wake()

    async def _write(self, context: Context, stream: Stream) -> None:
        while True:
            while stream.answers:
                await context.write(stream.take())
            if stream.closed and not stream.unanswered:
                return
            await stream.changed()

    async def report_outcome(self, request: bytes, context: Context) -> bytes:
        """ReportOutcome."""
        try:
            peer, trace = self._sender(context)
            caller = self._identify(peer)
            report = _parse(decision_pb2.ReportOutcomeRequest(), request)
            trace_id = trace.trace_id if trace else ""
            response = await self._reporter.report(report, caller, int(time.time() * 1000), trace_id)
            if response.binding == decision_pb2.OUTCOME_BINDING_MATCHED:
                self._engine.facts_changed(caller.organisation)
        except Exception as error:
            await _abort(context, _told(error))
        return response.SerializeToString()

    async def put(self, request: bytes, context: Context) -> bytes:
        """FactService.Put."""
        try:
            caller = self._identify(self._sender(context)[0])
            facts = list(_parse(fact_pb2.PutRequest(), request).facts)
            lane = self._lanes.current
            if lane is None:
                raise NotReady("BUNDLE_NOT_ACTIVE", "no policy bundle is active yet")
            records = lane.feeds.check(caller, facts)
            await self._state.put_facts(
                caller.organisation,
                [
                    StoredFact(name=r.name, parts=r.parts, value_json=r.value, ttl_ms=r.ttl_ms, retract=not r.ttl_ms)
                    for r in records
                ],
            )
            self._engine.facts_changed(caller.organisation)
        except Exception as error:
            await _abort(context, _told(error))
        return fact_pb2.PutResponse(count=len(facts)).SerializeToString()

    def _identify(self, peer: Peer) -> CallerIdentity:
        """Authenticates where the engine does not. Raises NotAuthenticated."""
        try:
            return self._authenticator.authenticate(peer, time.time())
        except NotAuthenticated as error:
            self._strangers.log(error)
            raise

    def _sender(self, context: Context) -> tuple[Peer, TraceContext | None]:
        """Returns who asks, unverified, and where its trace stands."""
        bearer, certificate, traceparent = "", b"", ""
        for key, value in context.invocation_metadata() or ():
            if key == "authorization" and isinstance(value, str) and value[:7].lower() == "bearer ":
                bearer = value[7:]
            elif key == CERTIFICATE_KEY and self._behind_front and isinstance(value, bytes):
                certificate = value
            elif key == KEY:  # one that came twice is none
                traceparent = f"{traceparent},{value!s}" if traceparent else str(value)
        if not bearer and not self._behind_front:
            certificate = next(iter(context.auth_context().get("x509_pem_cert", ())), b"")
        key_: str | bytes = certificate or bearer
        peer = self._peers.get(key_)
        if peer is None:
            if len(self._peers) >= MAX_PEERS:
                self._peers.clear()
            peer = self._peers[key_] = Peer(certificate=certificate, bearer=bearer)
        return peer, parse_traceparent(traceparent) if traceparent else None

    def _deadline_s(self, loop: asyncio.AbstractEventLoop, context: Context) -> float:
        remaining_s = context.time_remaining()
        return loop.time() + (self._default_s if remaining_s is None else remaining_s)


def check_batch(batch: decision_pb2.DecideBatchRequest, max_items: int) -> None:
    """Checks a DecideBatch as a whole. Raises InvalidInput."""
    if not 1 <= len(batch.requests) <= max_items:
        raise InvalidInput("BATCH_INVALID", f"expected 1 to {max_items} requests, got {len(batch.requests)}")
    if batch.semantic not in decision_pb2.BatchSemantic.values() or not batch.semantic:
        raise InvalidInput("BATCH_INVALID", "`semantic` must be one of the three; there is no default")
    if len({item.request_id for item in batch.requests}) != len(batch.requests):
        raise InvalidInput("BATCH_INVALID", "two requests have one request_id; each needs its own")


def _parse(message: M, raw: bytes) -> M:
    try:
        message.ParseFromString(raw)
    except DecodeError as error:
        raise InvalidInput(
            "REQUEST_UNREADABLE", f"expected a {message.DESCRIPTOR.full_name}, got {len(raw)} bytes that are none"
        ) from error
    return message


def _told(error: Exception) -> WritError:
    """Returns what a caller may know of an error. Of our own defects nothing: their texts may quote what was sent."""
    if isinstance(error, WritError):
        return error
    log.error("call failed", exc_info=error)
    return WritError("INTERNAL", "an internal error; the decision point has logged its cause")


async def _abort(context: Context, error: WritError) -> NoReturn:
    trailers = [("writ-reason", error.reason)]
    if isinstance(error, Refused) and error.decision_id:
        trailers.append(("writ-decision-id", error.decision_id))
    await context.abort(_STATUS[status_code(error)], f"{error.reason}: {error.message}", tuple(trailers))
