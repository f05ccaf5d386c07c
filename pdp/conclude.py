"""Stage 8: receipts, permits and answers for judged items, in this order: sign, append, answer.

An answer that could not be recorded is never ALLOW. Acknowledgement `DURABLE` waits for stable storage before the answer;
`SIGNED` answers leave as soon as the entry survives a killed process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pdp.allowance import Allowance
from pdp.answer import decision_response, error_response, stage_timings
from pdp.approval import approval_reference
from pdp.drafts import decision_draft, refusal_draft, undelivered_draft
from pdp.ids import RANDOM_BYTES, ulid
from pdp.item import Answer, Item
from pdp.lane import Lane
from pdp.model import Ask, Final, Recorded, Settlement
from pdp.ports import Recorder
from pdp.prepare import Refused
from pdp.refusals import Refusals, Strangers, log_refused
from pdp.verdict import denied
from writ.commitment import SALT_BYTES
from writ.errors import EvidenceFailed, NotAuthenticated, Overloaded, WritError
from writ.permit import PermitBody, PermitSigner, permit_id

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
        draft = refusal_draft(ask, refused, lane, decision_id, salt, now_ms)
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
        drafts = [
            decision_draft(sheet.item, sheet.salt, sheet.final, sheet.permit.id if sheet.permit else "")
            for sheet in to_record
        ]
        gone = [sheet.item for sheet in to_record if sheet.item.ask.gone]
        drafts += [undelivered_draft(item, self._random(SALT_BYTES)) for item in gone]
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
