"""Writes DecideResponses: the only place that turns a verdict into wire messages."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from google.protobuf.message import DecodeError

from pdp.item import Item
from pdp.model import Recorded
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
    laps: Mapping[str, float],
) -> bytes:
    """Returns a DecideResponse that holds the decision with its evidence."""
    verdict, call, now_ms = item.verdict, item.call, item.view.now_ms
    response = decision_pb2.DecideResponse(request_id=item.request.request_id)
    decision = response.decision
    decision.decision_id = decision_id
    decision.effect = _EFFECTS.get(verdict.effect, decision_pb2.EFFECT_DENY)
    decision.tier = _TIERS.get(verdict.tier, decision_pb2.TIER_T3)
    risk = decision.risk
    risk.score = verdict.score
    for name in SIGNALS:
        signal = item.signals[name]
        factor = getattr(risk, name)
        factor.evidence = signal["evidence"]
        if signal["score"]:
            factor.score = signal["score"]
    for rule in verdict.rules:
        decision.reasons.add(
            rule_id=rule.id, outcome=rule.outcome, code=rule.code, message=rule.message, remediation=rule.remediation
        )
    for duty in verdict.obligations:
        params = orjson.dumps(dict(duty.params), option=orjson.OPT_SORT_KEYS)
        decision.obligations.add(id=duty.id, type=duty.type, params_json=params)
    for identifier, message in verdict.advice:
        decision.advice.add(id=identifier, message=message)
    if verdict.effect == "TRANSFORM":
        decision.transformed_args_json = verdict.transformed_args
    if verdict.approval is not None:
        approval = decision.approval
        approval.reference = approval_reference
        approval.quorum = verdict.approval.quorum
        approval.roles.extend(verdict.approval.roles)
        approval.deadline.FromMilliseconds(now_ms + verdict.approval.deadline_s * 1000)
    if permit is not None:
        decision.permit.token = token
        decision.permit.id = permit.id
        decision.permit.expires_at_ms = permit.expires_ms
    if recorded is not None:
        decision.receipt.CopyFrom(receipt_message(recorded, salt))
    decision.bundle.revision = item.lane.revision
    decision.bundle.digest = item.lane.etag
    decision.decided_at.seconds, millis = divmod(now_ms, 1000)
    decision.decided_at.nanos = millis * 1_000_000
    for stage, seconds in laps.items():
        decision.timings.add(stage=stage, duration_us=int(seconds * 1e6))
    decision.action_json = call.action_json
    decision.action_digest = call.action_digest
    decision.execution_digest = call.execution_digest
    return response.SerializeToString()


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
