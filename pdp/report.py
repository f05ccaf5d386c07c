"""ReportOutcome: binds what happened to what was decided, and records it as an entry of the evidence log."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Protocol

from pdp.answer import receipt_message
from pdp.authenticate import MAX_UNIX_S
from pdp.lanes import Lanes
from pdp.model import CallerIdentity, Draft
from pdp.ports import Recorder
from pdp.refusals import Refusals
from pdp.request import DIGEST, REQUEST_ID, check_owner
from pdp.results import Labels, Results
from pdp.state.client import Call, Client
from pdp.steps import Turns, share
from writ.commitment import SALT_BYTES
from writ.errors import InvalidInput, NotReady
from writ.receipt_body import outcome_body
from writ.v1 import decision_pb2, receipt_pb2

MAX_SHORT_BYTES = 16 * 1024
"""Longer results are looked at one after the other, each caller's in turn."""

MAX_BESIDE_BYTES = 16 * 1024
"""Most bytes of a report beside its result: names and digests."""

MAX_WAITING, MAX_WAITING_PER_CALLER = 64, 16
"""Long results that may wait, in all and of one caller: 64 MiB, 16 MiB."""

_DECISION_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_ERROR_CODE = re.compile(r"[A-Z0-9_]{0,64}")

_STATUSES = {
    decision_pb2.OUTCOME_STATUS_SUCCEEDED: "SUCCEEDED",
    decision_pb2.OUTCOME_STATUS_FAILED: "FAILED",
    decision_pb2.OUTCOME_STATUS_NOT_EXECUTED: "NOT_EXECUTED",
}
_THREATS = frozenset(
    {decision_pb2.OUTCOME_BINDING_NOT_ALLOWED, decision_pb2.OUTCOME_BINDING_DIGEST_MISMATCH},
)
_BINDINGS = {
    decision_pb2.OUTCOME_BINDING_MATCHED: "MATCHED",
    decision_pb2.OUTCOME_BINDING_UNVERIFIED: "UNVERIFIED",
    decision_pb2.OUTCOME_BINDING_NOT_ALLOWED: "NOT_ALLOWED",
    decision_pb2.OUTCOME_BINDING_DIGEST_MISMATCH: "DIGEST_MISMATCH",
}


class Decisions(Protocol):
    """Where decisions of the last ten minutes can be looked up, and results remembered."""

    client: Client

    async def find_outcome(self, organisation: str, caller_id: str, request_id: str) -> tuple[str, str, str] | None:
        """Returns the reference of the decision (see `Settlement`), digest of the call as proposed, and `allowed` or
        `denied`; None when nothing is held.
        Raises StateFailed."""
        ...

    async def tell(self, calls: Sequence[Call]) -> None:
        """Makes the calls in one trip. Raises StateFailed when one of them fails."""
        ...


class Reporter:
    """Takes reports of outcomes. `random(n)` returns n random bytes; `failure` counts threat signals by reason."""

    def __init__(
        self,
        *,
        decisions: Decisions,
        recorder: Recorder,
        lanes: Lanes,
        results: Results,
        random: Callable[[int], bytes],
        failure: Callable[[str], None],
    ) -> None:
        self._decisions = decisions
        self._recorder = recorder
        self._lanes = lanes
        self._results = results
        self._random = random
        self._failure = failure
        self._refusals = Refusals()
        self._long = Turns(total=MAX_WAITING, per_caller=MAX_WAITING_PER_CALLER)

    async def report(
        self, request: decision_pb2.ReportOutcomeRequest, caller: CallerIdentity, now_ms: int, trace_id: str = ""
    ) -> decision_pb2.ReportOutcomeResponse:
        """Records one report. `trace_id` is the caller's trace, "" for none.

        Raises:
            InvalidInput: a field is out of bounds, or the result cannot be read.
            NotPermitted: a result is reported for an agent that the caller may not speak for.
            NotReady: a result is reported and no bundle is active.
            Overloaded: too many long results wait, or too many reports of one caller match nothing and name no agent.
            StateFailed, EvidenceFailed: nothing was recorded; report again.
        """
        _check(request)
        record = await self._decisions.find_outcome(caller.organisation, caller.id, request.request_id)
        binding = bind(request, record)
        # Nothing says that this caller had anything decided.
        if binding == decision_pb2.OUTCOME_BINDING_UNVERIFIED and not request.HasField("agent"):
            self._refusals.verify(caller, now_ms)
        if binding in _THREATS:
            self._failure(f"OUTCOME_{_BINDINGS[binding]}")
        labels = await self._learn(request, caller, binding)
        salt = self._random(SALT_BYTES)
        body = outcome_body(
            decision_id=request.decision_id,
            time_ms=now_ms,
            organisation=caller.organisation,
            caller_id=caller.id,
            status=_STATUSES[request.status],
            binding=_BINDINGS[binding],
            finished_at_ms=request.finished_at.ToMilliseconds() if request.HasField("finished_at") else None,
            rows=request.rows if request.HasField("rows") else None,
            error_code=request.error_code,
            salt=salt,
            execution_digest=request.execution_digest,
            result=request.result_json,
            classes=labels.classes,
            threats=labels.threats,
            trace_id=trace_id,
        )
        payload = receipt_pb2.Payload(request=request.SerializeToString(), salt=salt).SerializeToString()
        draft = Draft(
            body=body, organisation=caller.organisation, now_ms=now_ms, salt=salt, payload=payload, subjects=()
        )
        recorded = self._recorder.append([draft])[0]
        return decision_pb2.ReportOutcomeResponse(
            receipt=receipt_message(recorded, salt), binding=binding, classes=labels.classes, threats=labels.threats
        )

    async def _learn(
        self,
        request: decision_pb2.ReportOutcomeRequest,
        caller: CallerIdentity,
        binding: decision_pb2.OutcomeBinding.ValueType,
    ) -> Labels:
        """Labels the result and tells the state, before the report is recorded: a label that is not on record is only
        stricter, a report whose label was lost would be milder."""
        misreported = binding in _THREATS
        if not request.HasField("agent"):
            if request.result_json:
                raise InvalidInput("FIELD_INVALID", "`agent` and `tool` must be given with `result_json`, got neither")
            if misreported:
                await self._suspect(request, caller)
            return Labels()
        check_owner(request.agent.id, request.principal.id, request.session_id, request.tool)
        lane = self._lanes.current
        if lane is None:
            raise NotReady("BUNDLE_NOT_ACTIVE", "no policy bundle is active yet")
        speaker = lane.callers.speaker(caller, request.agent.id, request.principal.id)
        matched = binding == decision_pb2.OUTCOME_BINDING_MATCHED
        trusted = matched and speaker.kind == "gateway"
        # A gateway may be faster than the settling of what it was just permitted; then what it reports is known, not trusted.
        known = speaker.kind == "gateway" and not misreported
        is_long = len(request.result_json) > MAX_SHORT_BYTES
        async with self._long.turn((caller.organisation, caller.id)) if is_long else nullcontext():
            labels = await share(self._results.label(request, lane, trusted=trusted))
            sighting = await share(self._results.sighting(request, lane, labels, trusted=trusted))
        calls = self._results.calls(
            request, caller, lane, labels, matched=matched, trusted=trusted, misreported=misreported
        )
        await self._decisions.tell(calls)
        await self._results.learn(self._decisions.client, request, caller, lane, sighting, trusted=trusted, known=known)
        return labels

    async def _suspect(self, request: decision_pb2.ReportOutcomeRequest, caller: CallerIdentity) -> None:
        """Tells the state of a threat that names no agent: the caller's own is meant, if its credential says which."""
        lane = self._lanes.current
        own = lane.callers.own_agent(caller) if lane is not None else ""
        if lane is None or not own:
            return
        named = decision_pb2.ReportOutcomeRequest()
        named.CopyFrom(request)
        named.agent.id = own
        calls = self._results.calls(named, caller, lane, Labels(), matched=False, trusted=False, misreported=True)
        await self._decisions.tell(calls)


def bind(
    request: decision_pb2.ReportOutcomeRequest, record: tuple[str, str, str] | None
) -> decision_pb2.OutcomeBinding.ValueType:
    """Tells how a report relates to the decision that is held."""
    if record is None:
        return decision_pb2.OUTCOME_BINDING_UNVERIFIED
    reference, proposed_digest, final = record
    decision_id, _, transformed_digest = reference.partition("/")
    if decision_id != request.decision_id:
        return decision_pb2.OUTCOME_BINDING_UNVERIFIED
    permitted_digest = transformed_digest or proposed_digest
    if request.status == decision_pb2.OUTCOME_STATUS_NOT_EXECUTED:
        return decision_pb2.OUTCOME_BINDING_MATCHED
    if final != "allowed":
        return decision_pb2.OUTCOME_BINDING_NOT_ALLOWED
    if permitted_digest != request.execution_digest:
        return decision_pb2.OUTCOME_BINDING_DIGEST_MISMATCH
    return decision_pb2.OUTCOME_BINDING_MATCHED


def _check(request: decision_pb2.ReportOutcomeRequest) -> None:
    for name, pattern, value in (
        ("request_id", REQUEST_ID, request.request_id),
        ("decision_id", _DECISION_ID, request.decision_id),
        ("execution_digest", DIGEST, request.execution_digest),
        ("error_code", _ERROR_CODE, request.error_code),
    ):
        if not pattern.fullmatch(value):
            raise InvalidInput("FIELD_INVALID", f"`{name}` must match {pattern.pattern}, got {len(value)} characters")
    beside = request.ByteSize() - len(request.result_json)
    if beside > MAX_BESIDE_BYTES:
        raise InvalidInput(
            "REQUEST_TOO_LARGE", f"expected at most {MAX_BESIDE_BYTES} bytes beside `result_json`, got {beside}"
        )
    if request.status not in _STATUSES:
        raise InvalidInput(
            "FIELD_INVALID", f"`status` must be SUCCEEDED, FAILED or NOT_EXECUTED, got number {request.status}"
        )
    if request.status == decision_pb2.OUTCOME_STATUS_NOT_EXECUTED and (request.result_json or request.rows):
        raise InvalidInput(
            "FIELD_INVALID",
            "`result_json` must be empty and `rows` 0 or absent with status NOT_EXECUTED, got"
            f" {len(request.result_json)} bytes and {request.rows} rows",
        )
    finished_at = request.finished_at
    if not 0 <= finished_at.seconds <= MAX_UNIX_S or not 0 <= finished_at.nanos < 10**9:
        raise InvalidInput(
            "FIELD_INVALID",
            "`finished_at` must be a time from 1970 to 9999, with nanos of 0 to 999999999,"
            f" got {finished_at.seconds} seconds and nanos of {finished_at.nanos}",
        )
    if request.rows > 2**53 - 1:
        raise InvalidInput("FIELD_INVALID", f"`rows` must be at most 2^53 - 1, got {request.rows}")
