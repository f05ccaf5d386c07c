"""Writes DecideResponses: the only place that turns a verdict into wire messages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from pdp.item import Item
from pdp.model import OutcomeRule, Recorded
from pdp.signals import SIGNALS
from writ.errors import (
    DeadlineExceeded,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    NotReady,
    Overloaded,
    WritError,
)
from writ.permit import PermitBody
from writ.v1 import decision_pb2, receipt_pb2

_DECISION_TAG = bytes([2 << 3 | 2])
"""Field 2 of DecideResponse, length-delimited."""

# google.rpc.Code
_INTERNAL = 13
_CODES: tuple[tuple[type[WritError], int], ...] = (
    (InvalidInput, 3),
    (DeadlineExceeded, 4),
    (NotPermitted, 7),
    (Overloaded, 8),
    (NotReady, 14),
    (NotAuthenticated, 16),
)

_EFFECTS = {
    "ALLOW": decision_pb2.EFFECT_ALLOW,
    "DENY": decision_pb2.EFFECT_DENY,
    "REQUIRE_APPROVAL": decision_pb2.EFFECT_REQUIRE_APPROVAL,
    "TRANSFORM": decision_pb2.EFFECT_TRANSFORM,
    "DEFER": decision_pb2.EFFECT_DEFER,
}
_TIERS = {
    "T0": decision_pb2.TIER_T0,
    "T1": decision_pb2.TIER_T1,
    "T2": decision_pb2.TIER_T2,
    "T3": decision_pb2.TIER_T3,
}


def status_code(error: WritError) -> int:
    """Returns the google.rpc.Code of an error; INTERNAL for everything that is not the caller's."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), _INTERNAL)


def error_response(request: bytes, error: WritError, request_id: str = "") -> bytes:
    """Returns a DecideResponse that holds an error. The request_id is echoed when the bytes can be read at all."""
    if not request_id:
        try:
            request_id = decision_pb2.DecideRequest.FromString(request).request_id[:128]
        except DecodeError:
            request_id = ""
    wire = decision_pb2.RequestError(code=status_code(error), reason=error.reason, message=error.message)
    return decision_pb2.DecideResponse(request_id=request_id, error=wire).SerializeToString()


def decision_response(
    item: Item,
    *,
    decision_id: str,
    salt: bytes,
    recorded: Recorded | None,
    permit: PermitBody | None,
    token: str,
    approval_reference: str,
    timings: bytes,
) -> bytes:
    """Returns a DecideResponse that holds the decision with its evidence; `timings` is what `stage_timings` returns.

    Serialized messages of one type may be joined (protobuf encoding, "Last One Wins"), and most of a decision is the same
    for many: its judgement is written once and joined with what belongs to this answer alone.
    """
    verdict, call, now_ms = item.verdict, item.call, item.view.now_ms
    seconds, millis = divmod(now_ms, 1000)
    own = decision_pb2.Decision(
        decision_id=decision_id,
        decided_at=Timestamp(seconds=seconds, nanos=millis * 1_000_000),
        action_json=call.action_json,
        action_digest=call.action_digest,
        execution_digest=call.execution_digest,
    )
    if permit is not None:
        own.permit.token = token
        own.permit.id = permit.id
        own.permit.expires_at_ms = permit.expires_ms
    if recorded is not None:
        own.receipt.body = recorded.body
        own.receipt.head = recorded.head
        own.receipt.signature = recorded.signature
        own.receipt.leaf_index = recorded.leaf_index
        own.receipt.path.extend(recorded.path)
        own.receipt.salt = salt
    if verdict.obligations or verdict.advice or verdict.approval or verdict.transformed_args or verdict.deferral:
        _add_duties(own, item, approval_reference)
    decision = _judgement(item) + timings + own.SerializeToString()
    head = decision_pb2.DecideResponse(request_id=item.request.request_id).SerializeToString()
    return head + _DECISION_TAG + _varint(len(decision)) + decision


def stage_timings(laps: Mapping[str, float]) -> bytes:
    """Returns the timings of one batch as part of a serialized Decision; `laps` are seconds a stage."""
    timings = [decision_pb2.StageTiming(stage=stage, duration_us=int(seconds * 1e6)) for stage, seconds in laps.items()]
    return decision_pb2.Decision(timings=timings).SerializeToString()


def _judgement(item: Item) -> bytes:
    verdict, signals = item.verdict, item.signals
    scores = tuple([(signals[name]["score"], signals[name]["evidence"]) for name in SIGNALS])
    return _serialized_judgement(
        verdict.effect, verdict.tier, verdict.score, verdict.rules, scores, item.lane.revision, item.lane.etag
    )


@lru_cache(maxsize=1024)
def _serialized_judgement(
    effect: str,
    tier: str,
    score: int,
    rules: tuple[OutcomeRule, ...],
    scores: tuple[tuple[int, str], ...],
    revision: str,
    etag: str,
) -> bytes:
    risk = decision_pb2.Risk(score=score)
    for name, (value, evidence) in zip(SIGNALS, scores, strict=True):
        getattr(risk, name).CopyFrom(decision_pb2.RiskFactor(score=value, evidence=evidence))
    return decision_pb2.Decision(
        effect=_EFFECTS.get(effect, decision_pb2.EFFECT_DENY),
        tier=_TIERS.get(tier, decision_pb2.TIER_T3),
        risk=risk,
        reasons=[
            decision_pb2.Reason(
                rule_id=rule.id,
                outcome=rule.outcome,
                code=rule.code,
                message=rule.message,
                remediation=rule.remediation,
            )
            for rule in rules
        ],
        bundle=decision_pb2.BundleRef(revision=revision, digest=etag),
    ).SerializeToString()


def _add_duties(decision: decision_pb2.Decision, item: Item, approval_reference: str) -> None:
    verdict = item.verdict
    for duty in verdict.obligations:
        params = orjson.dumps(dict(duty.params), option=orjson.OPT_SORT_KEYS)
        decision.obligations.add(id=duty.id, type=duty.type, params_json=params)
    for identifier, message in verdict.advice:
        decision.advice.add(id=identifier, message=message)
    decision.transformed_args_json = verdict.transformed_args
    if verdict.approval is not None:
        approval = decision.approval
        approval.reference = approval_reference
        approval.quorum = verdict.approval.quorum
        approval.roles.extend(verdict.approval.roles)
        approval.deadline.FromMilliseconds(item.approval_since_ms + verdict.approval.deadline_s * 1000)
    if verdict.deferral is not None:
        decision.deferral.deadline.FromMilliseconds(verdict.deferral.deadline_ms)
        decision.deferral.depth = verdict.deferral.depth


def _varint(number: int) -> bytes:
    """Returns a protobuf varint."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def receipt_message(recorded: Recorded, salt: bytes) -> receipt_pb2.Receipt:
    """Returns the wire form of a committed entry."""
    return receipt_pb2.Receipt(
        body=recorded.body,
        head=recorded.head,
        signature=recorded.signature,
        leaf_index=recorded.leaf_index,
        path=recorded.path,
        salt=salt,
    )
