"""Stage 8: receipts, permits and answers for judged items, in this order: sign, append, answer.

An answer that could not be recorded is never ALLOW. Acknowledgement `DURABLE` waits for stable storage before the answer;
`SIGNED` answers leave as soon as the entry survives a killed process.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from pdp.allowance import Allowance
from pdp.answer import decision_response, error_response, stage_timings
from pdp.ids import RANDOM_BYTES, ulid
from pdp.item import Answer, Item
from pdp.lane import Lane
from pdp.model import ApprovalAsk, Ask, Draft, Final, Recorded, Settlement
from pdp.ports import Recorder
from pdp.prepare import Refused
from pdp.rebuild import counted
from pdp.refusals import MAX_KEPT_BYTES, Refusals, Strangers, log_refused
from pdp.verdict import denied
from pdp.wire import delimited, tag
from writ.canonical import record_bytes
from writ.commitment import SALT_BYTES
from writ.errors import EvidenceFailed, NotAuthenticated, Overloaded, WritError
from writ.permit import PermitBody, PermitSigner, permit_id
from writ.receipt_body import decision_body, refusal_body, undelivered_body
from writ.v1 import receipt_pb2

log = logging.getLogger("writ.decisions")

Deliver = Callable[[Sequence[Answer]], None]

ANSWER_TTL_MS = 10 * 60 * 1000
"""How long an answer is kept for a repeat of its request (design, section 2, idempotency)."""

MAX_KEPT_ANSWER_BYTES = 64 * 1024
"""Longest answer that is kept: it quotes the action, so that a flood of long ones would fill the state. A repeat of a longer one
is judged anew, and counts nothing again."""

MAX_KEPT_BYTES_PER_CALLER = 16 * 1024 * 1024
"""Answers without a permit that are kept for one caller at a time: some 5,000 ordinary ones. Others are judged anew."""

NOT_EVALUATED = "NOT_EVALUATED"

_PAYLOAD_REQUEST, _PAYLOAD_INPUT, _PAYLOAD_SALT, _PAYLOAD_DIGEST = map(tag, (1, 2, 3, 7))


class Stopwatch:
    """Laps of one batch, in seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Ends the current stage."""
        now = self._clock()
        self.laps[stage] = now - self._last
        self._last = now


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """What is put together for one item. `permits` and `final` are those of its verdict."""

    item: Item
    salt: bytes
    permits: bool
    final: Final
    permit: PermitBody | None = None
    token: str = ""
    recorded: Recorded | None = None


@dataclass(slots=True, kw_only=True)
class Concluded:
    """What is left to do for a batch: settlements, and answers that wait for the disk."""

    settlements: list[Settlement]
    waiting: list[_Sheet] = field(default_factory=list)
    timings: bytes = b""


class Concluder:
    """Records and answers. `random(n)` returns n random bytes; `evidence(failing)` hears how the log fares;
    `finals(item)` is what the companions of the state have to learn of a judged action."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        permits: PermitSigner,
        random: Callable[[int], bytes],
        evidence: Callable[[bool], None],
        finals: Callable[[Item], tuple[object, ...]] = lambda _: (),
    ) -> None:
        self._recorder = recorder
        self._permits = permits
        self._random = random
        self._evidence = evidence
        self._finals = finals
        self._failing = False
        self._refusals = Refusals()
        self._strangers = Strangers()
        self._kept = Allowance(
            burst=MAX_KEPT_BYTES_PER_CALLER, per_s=MAX_KEPT_BYTES_PER_CALLER / (ANSWER_TTL_MS / 1000)
        )

    def conclude(self, items: Sequence[Item], watch: Stopwatch, deliver: Deliver) -> Concluded:
        """Records all items, answers those that need not wait for the disk, and returns what is left to do. Never raises
        for a failing log."""
        sheets = self._sheets(items)
        timings = stage_timings(watch.laps)
        self._permit(sheets)
        if not self._record(sheets):
            deliver([self._answer(sheet, timings) for sheet in sheets])
            return Concluded(settlements=[self._settlement(s, b"") for s in sheets if not s.item.request.dry_run])
        waiting = [sheet for sheet in sheets if sheet.item.verdict.acknowledgement != "SIGNED" and sheet.recorded]
        held = set(map(id, waiting))
        settlements = self._answered([sheet for sheet in sheets if id(sheet) not in held], timings, deliver)
        return Concluded(settlements=settlements, waiting=waiting, timings=timings)

    async def conclude_durable(self, concluded: Concluded, deliver: Deliver) -> list[Settlement]:
        """Waits for stable storage, then answers what was held back for it. Never raises for a failing log."""
        await self._durable(concluded.waiting)
        return self._answered(concluded.waiting, concluded.timings, deliver)

    def _answered(self, sheets: Sequence[_Sheet], timings: bytes, deliver: Deliver) -> list[Settlement]:
        answers = [self._answer(sheet, timings) for sheet in sheets]
        deliver(answers)
        self._log(sheets)
        return [
            self._settlement(sheet, answer.response)
            for sheet, answer in zip(sheets, answers, strict=True)
            if not sheet.item.request.dry_run
        ]

    def refuse(self, ask: Ask, refused: Refused, lane: Lane, now_ms: int) -> Answer:
        """Records that a credential did not cover a request, and returns the PERMISSION_DENIED; once that was so too often for
        its caller, records nothing and returns RESOURCE_EXHAUSTED."""
        try:
            self._refusals.verify(refused.caller, now_ms)
        except Overloaded as often:
            return error_answer(ask, often, request_id=refused.request.request_id)
        salt, decision_id = self._random(SALT_BYTES), ulid(now_ms, self._random(RANDOM_BYTES))
        body = refusal_body(
            decision_id=decision_id,
            time_ms=now_ms,
            organisation=refused.caller.organisation,
            caller_id=refused.caller.id,
            reason=refused.reason,
            bundle_revision=lane.revision,
            bundle_digest=lane.etag,
            salt=salt,
            request=ask.request,
            agent_id=refused.request.agent.id,
            principal=refused.request.principal.id,
            trace_id=ask.trace_id,
        )
        kept = ask.request if len(ask.request) <= MAX_KEPT_BYTES else b""
        payload = receipt_pb2.Payload(request=kept, salt=salt).SerializeToString()
        draft = Draft(
            body=body, organisation=refused.caller.organisation, now_ms=now_ms, salt=salt, payload=payload, subjects=()
        )
        try:
            self._recorder.append([draft])
            refused.decision_id = decision_id
        except EvidenceFailed:
            self._fares(failing=True)
        log_refused(refused.caller, refused, refused.decision_id, ask.trace_id)
        return error_answer(ask, refused, request_id=refused.request.request_id, decision_id=refused.decision_id)

    def note_stranger(self, error: NotAuthenticated) -> None:
        """Logs that a credential does not hold; nothing is recorded of who cannot be named."""
        self._strangers.log(error)

    def _sheets(self, items: Sequence[Item]) -> list[_Sheet]:
        size = SALT_BYTES + RANDOM_BYTES
        random = self._random(size * len(items))
        sheets = []
        for index, item in enumerate(items):
            salt = random[index * size : index * size + SALT_BYTES]
            item.decision_id = ulid(item.view.now_ms, random[index * size + SALT_BYTES : (index + 1) * size])
            permits = item.verdict.permits
            sheets.append(_Sheet(item=item, salt=salt, permits=permits, final=_final(item, permits)))
        return sheets

    def _permit(self, sheets: Sequence[_Sheet]) -> None:
        permitted = [sheet for sheet in sheets if sheet.permits and not sheet.item.request.dry_run]
        if not permitted:
            return
        for sheet in permitted:
            item, now_ms = sheet.item, sheet.item.view.now_ms
            sheet.permit = PermitBody(
                id=permit_id(item.caller.organisation, item.caller.id, item.request.request_id),
                organisation=item.caller.organisation,
                audience=item.call.audience,
                execution_digest=item.verdict.execution_digest,
                decision_id=item.decision_id,
                not_before_ms=now_ms,
                expires_ms=now_ms + item.verdict.permit_ttl_s * 1000,
            )
        tokens = self._permits.sign([sheet.permit for sheet in permitted if sheet.permit])
        for sheet, token in zip(permitted, tokens, strict=True):
            sheet.token = token

    def _record(self, sheets: Sequence[_Sheet]) -> bool:
        """Appends what must be evidence; on failure turns every verdict into a DENY without a permit."""
        to_record = [sheet for sheet in sheets if not sheet.item.request.dry_run]
        if not to_record:
            return True
        drafts = [_draft(sheet) for sheet in to_record]
        drafts += [self._undelivered(sheet) for sheet in to_record if sheet.item.ask.gone]
        try:
            recorded = self._recorder.append(drafts)
        except EvidenceFailed:
            self._fares(failing=True)
            self._unrecorded(to_record)
            return False
        self._fares(failing=False)
        for sheet, entry in zip(to_record, recorded, strict=False):  # undelivered entries follow and answer nobody
            sheet.recorded = entry
        return True

    async def _durable(self, sheets: Sequence[_Sheet]) -> None:
        try:
            await self._recorder.sync()
        except EvidenceFailed:
            self._fares(failing=True)
            self._unrecorded(sheets)

    def _fares(self, *, failing: bool) -> None:
        if failing != self._failing:
            self._failing = failing
            self._evidence(failing)

    def _unrecorded(self, sheets: Sequence[_Sheet]) -> None:
        for sheet in sheets:
            sheet.item.verdict = denied("EVIDENCE_UNAVAILABLE", "the decision could not be recorded", "try again later")
            sheet.permit, sheet.token, sheet.recorded = None, "", None
            sheet.permits, sheet.final = False, _final(sheet.item, False)

    def _undelivered(self, sheet: _Sheet) -> Draft:
        item, salt = sheet.item, self._random(SALT_BYTES)
        body = undelivered_body(
            decision_id=item.decision_id,
            time_ms=item.view.now_ms,
            organisation=item.caller.organisation,
            cause="CALLER_GONE",
            salt=salt,
        )
        return Draft(
            body=body,
            organisation=item.caller.organisation,
            now_ms=item.view.now_ms,
            salt=salt,
            payload=b"",
            subjects=(),
        )

    def _answer(self, sheet: _Sheet, timings: bytes) -> Answer:
        item = sheet.item
        response = decision_response(
            item,
            decision_id=item.decision_id,
            salt=sheet.salt,
            recorded=sheet.recorded,
            permit=sheet.permit,
            token=sheet.token,
            approval_reference=approval_reference(item),
            timings=timings,
        )
        return Answer(token=item.ask.token, response=response)

    def _settlement(self, sheet: _Sheet, response: bytes) -> Settlement:
        item, verdict = sheet.item, sheet.item.verdict
        until_ms = 0
        if len(response) <= MAX_KEPT_ANSWER_BYTES:
            if sheet.permit:
                until_ms = sheet.permit.expires_ms
            elif verdict.keep and self._kept.take(item.caller, len(response), item.view.now_ms):
                until_ms = item.view.now_ms + ANSWER_TTL_MS
        return Settlement(
            ask=item.state_ask,
            final=sheet.final,
            answer=response if until_ms else b"",
            answer_until_ms=until_ms,
            decision_id=_reference(sheet),
            amounts=item.amounts,
            companions=self._finals(item),
        )

    def _log(self, sheets: Sequence[_Sheet]) -> None:
        """What may not run is worth a line; what may run has its receipt, and a line only for those who debug."""
        permitted = logging.DEBUG if log.isEnabledFor(logging.DEBUG) else None
        for sheet in sheets:
            item, verdict = sheet.item, sheet.item.verdict
            level = permitted if sheet.permits else logging.INFO
            if level is None:
                continue
            log.log(
                level,
                "decision",
                extra={
                    "decision_id": item.decision_id,
                    "effect": verdict.effect,
                    "tier": verdict.tier,
                    "score": verdict.score,
                    "reasons": [rule.code for rule in verdict.rules],
                    "agent": item.request.agent.id,
                    "action_digest": item.call.action_digest,
                    "trace_id": item.ask.trace_id,
                },
            )


def approval_reference(item: Item) -> str:
    """Returns the reference under which approvals of this exact call by this agent for this principal are collected."""
    if item.verdict.approval is None:
        return ""
    parts = (item.caller.organisation, item.request.agent.id, item.request.principal.id, item.call.execution_digest)
    return "apr_" + hashlib.sha256(orjson.dumps(["writ.approval/v1", *parts])).hexdigest()[:32]


def approval_ask(item: Item) -> ApprovalAsk:
    """Returns what the state has to be asked about an approval; without one in the verdict a RuntimeError."""
    approval = item.verdict.approval
    if approval is None:
        raise RuntimeError("no approval is asked for")
    return ApprovalAsk(
        organisation=item.caller.organisation,
        reference=approval_reference(item),
        now_ms=item.view.now_ms,
        ttl_ms=approval.deadline_s * 1000,
        keep=not item.request.dry_run,
    )


def error_answer(ask: Ask, error: WritError, *, request_id: str = "", decision_id: str = "") -> Answer:
    """Returns the answer for a request that got no decision."""
    return Answer(token=ask.token, response=error_response(ask.request, error, request_id, decision_id), error=error)


def internal_answer(ask: Ask) -> Answer:
    """Returns the answer for a defect of Writ: generic text, the cause is in the log alone."""
    return error_answer(ask, WritError("INTERNAL", "an internal error; the decision point has logged its cause"))


def _reference(sheet: _Sheet) -> str:
    if sheet.item.verdict.effect != "TRANSFORM":
        return sheet.item.decision_id
    return f"{sheet.item.decision_id}/{sheet.item.verdict.execution_digest}"


def _final(item: Item, permits: bool) -> Final:
    if permits:
        return Final.ALLOWED
    return Final.WITHDRAWN if item.verdict.code == NOT_EVALUATED else Final.DENIED


def _draft(sheet: _Sheet) -> Draft:
    item = sheet.item
    request, call, verdict, view = item.request, item.call, item.verdict, item.view
    claims = {
        "request_id": request.request_id,
        "workspace": request.workspace,
        "purpose": request.purpose,
        "approval_reference": request.approval_reference,
    }
    body = decision_body(
        decision_id=item.decision_id,
        time_ms=view.now_ms,
        organisation=item.caller.organisation,
        caller_id=item.caller.id,
        caller_kind=item.speaker.kind,
        agent_id=request.agent.id,
        tool_server=request.tool.server,
        tool_name=request.tool.name,
        tool_known=call.tool_known,
        environment=call.environment,
        action_digest=call.action_digest,
        bundle_revision=item.lane.revision,
        bundle_digest=item.lane.etag,
        effect=verdict.effect,
        tier=verdict.tier,
        score=verdict.score,
        signals=item.signals,
        rules=verdict.rules,
        obligations=verdict.obligations,
        acknowledgement=verdict.acknowledgement,
        salt=sheet.salt,
        execution_digest=call.execution_digest,
        input_json=item.input_json,
        claims=record_bytes(claims),
        principal=request.principal.id,
        session_id=request.session_id,
        user_request=request.user_request,
        delegation=_delegation(item),
        approval_reference=approval_reference(item),
        permit_id=sheet.permit.id if sheet.permit else "",
        trace_id=item.ask.trace_id,
        state_epoch=view.state_epoch,
        state_sequence=view.state_sequence,
        ticket=view.ticket,
    )
    return Draft(
        body=body,
        organisation=item.caller.organisation,
        now_ms=view.now_ms,
        salt=sheet.salt,
        payload=_payload(sheet),
        subjects=call.subjects,
    )


def _delegation(item: Item) -> bytes:
    if not item.request.delegation:
        return b""
    return record_bytes([[step.delegator, step.delegate, list(step.scopes)] for step in item.request.delegation])


def _payload(sheet: _Sheet) -> bytes:
    """Returns a serialized Payload; what was counted is the only part with inner messages."""
    item = sheet.item
    own = (
        delimited(_PAYLOAD_REQUEST, item.ask.request)
        + delimited(_PAYLOAD_INPUT, item.input_json)
        + delimited(_PAYLOAD_SALT, sheet.salt)
        + delimited(_PAYLOAD_DIGEST, item.call.execution_digest.encode())
        + _payload_of_caller(item.caller.id, sheet.final)
    )
    return own + _reservations(item) if item.state_ask.reservations else own


@lru_cache(maxsize=1024)
def _payload_of_caller(caller_id: str, final: Final) -> bytes:
    return receipt_pb2.Payload(caller_id=caller_id, final=final.value).SerializeToString()


def _reservations(item: Item) -> bytes:
    payload = receipt_pb2.Payload()
    for reservation in item.state_ask.reservations:
        kept = counted(reservation, item.view.now_ms)
        if kept is not None:
            payload.reservations.add(
                key=kept.key,
                start_ms=kept.start_ms,
                end_ms=kept.end_ms,
                amount=kept.amount,
                counts=kept.counts.value,
                element=kept.element,
            )
    return payload.SerializeToString()
