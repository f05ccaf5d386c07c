"""Writes DecideResponses: the only place that turns a verdict into wire messages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from pdp.item import Item
from pdp.lane import Lane
from pdp.model import OutcomeRule, Recorded
from pdp.signals import SIGNALS
from pdp.verdict import Verdict
from pdp.wire import delimited, tag, varint
from writ.errors import (
    DeadlineExceeded,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    NotReady,
    Overloaded,
    WritError,
)
from writ.merkle import HASH_BYTES
from writ.permit import PermitBody
from writ.v1 import decision_pb2, receipt_pb2

# Fields that are written by hand, see `pdp.wire`.
_RESPONSE_REQUEST_ID, _RESPONSE_DECISION = tag(1), tag(2)
_DECISION_ID, _PERMIT, _RECEIPT, _ACTION_JSON, _ACTION_DIGEST, _EXECUTION_DIGEST = map(tag, (1, 10, 11, 15, 16, 17))
_PERMIT_TOKEN, _PERMIT_ID = tag(1), tag(2)
_RECEIPT_BODY, _RECEIPT_SALT = tag(1), tag(6)
_PATH_NODE = tag(5) + varint(HASH_BYTES)
_RISK = tag(4)
_FACTORS = tuple((name, tag(decision_pb2.Risk.DESCRIPTOR.fields_by_name[name].number)) for name in SIGNALS)

MAX_KNOWN_SAID = 1024
"""Judgements that are kept serialised; a lane has a few dozen."""

_known_said: dict[tuple[int, str, str, str, str], tuple[tuple[OutcomeRule, ...], bytes]] = {}

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


def error_response(request: bytes, error: WritError, request_id: str = "", decision_id: str = "") -> bytes:
    """Returns a DecideResponse that holds an error. The request_id is echoed when the bytes can be read at all; `decision_id` is
    that of the receipt of a refusal."""
    if not request_id:
        try:
            request_id = decision_pb2.DecideRequest.FromString(request).request_id[:128]
        except DecodeError:
            request_id = ""
    wire = decision_pb2.RequestError(
        code=status_code(error), reason=error.reason, message=error.message, decision_id=decision_id
    )
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
    verdict, call = item.verdict, item.call
    parts = [
        _judgement(item),
        timings,
        _decided_at(item.view.now_ms),
        delimited(_DECISION_ID, decision_id.encode()),
        delimited(_ACTION_JSON, call.action_json),
        delimited(_ACTION_DIGEST, call.action_digest.encode()),
        delimited(_EXECUTION_DIGEST, call.execution_digest.encode()),
    ]
    if permit is not None:
        own = delimited(_PERMIT_TOKEN, token.encode()) + delimited(_PERMIT_ID, permit.id.encode())
        parts.append(delimited(_PERMIT, own + _permit_expiry(permit.expires_ms)))
    if recorded is not None:
        parts.append(delimited(_RECEIPT, _receipt(recorded, salt)))
    if verdict.obligations or verdict.advice or verdict.approval or verdict.transformed_args or verdict.deferral:
        duties = decision_pb2.Decision()
        _add_duties(duties, item, approval_reference)
        parts.append(duties.SerializeToString())
    return delimited(_RESPONSE_REQUEST_ID, item.request.request_id.encode()) + delimited(
        _RESPONSE_DECISION, b"".join(parts)
    )


def _receipt(recorded: Recorded, salt: bytes) -> bytes:
    return b"".join(
        (
            delimited(_RECEIPT_BODY, recorded.body),
            _signed_head(recorded.head, recorded.signature),
            _leaf_index(recorded.leaf_index),
            *[_PATH_NODE + node for node in recorded.path],
            delimited(_RECEIPT_SALT, salt),
        )
    )


@lru_cache(maxsize=8)
def _signed_head(head: bytes, signature: bytes) -> bytes:
    """The part of a Receipt that a whole batch shares."""
    return receipt_pb2.Receipt(head=head, signature=signature).SerializeToString()


@lru_cache(maxsize=256)
def _leaf_index(index: int) -> bytes:
    return receipt_pb2.Receipt(leaf_index=index).SerializeToString()


@lru_cache(maxsize=64)
def _permit_expiry(expires_ms: int) -> bytes:
    return receipt_pb2.Permit(expires_at_ms=expires_ms).SerializeToString()


@lru_cache(maxsize=64)
def _decided_at(now_ms: int) -> bytes:
    seconds, millis = divmod(now_ms, 1000)
    return decision_pb2.Decision(decided_at=Timestamp(seconds=seconds, nanos=millis * 1_000_000)).SerializeToString()


def stage_timings(laps: Mapping[str, float]) -> bytes:
    """Returns the timings of one batch as part of a serialized Decision; `laps` are seconds a stage."""
    timings = [decision_pb2.StageTiming(stage=stage, duration_us=int(seconds * 1e6)) for stage, seconds in laps.items()]
    return decision_pb2.Decision(timings=timings).SerializeToString()


def _judgement(item: Item) -> bytes:
    verdict, signals = item.verdict, item.signals
    factors = [_factor(key, signals[name]["score"], signals[name]["evidence"]) for name, key in _FACTORS]
    return _said(verdict, item.lane) + delimited(_RISK, _risk_score(verdict.score) + b"".join(factors))


@lru_cache(maxsize=4096)
def _factor(key: bytes, score: int, evidence: str) -> bytes:
    return delimited(key, decision_pb2.RiskFactor(score=score, evidence=evidence).SerializeToString())


@lru_cache(maxsize=256)
def _risk_score(score: int) -> bytes:
    return decision_pb2.Risk(score=score).SerializeToString()


def _said(verdict: Verdict, lane: Lane) -> bytes:
    """Returns the part of a Decision that equal outcomes share, which have one and the same tuple of rules."""
    # Each entry holds its tuple, so that no other can have the same id. Hashing the rules would cost more than writing them.
    key = (id(verdict.rules), verdict.effect, verdict.tier, lane.revision, lane.etag)
    known = _known_said.get(key)
    if known is None:
        if len(_known_said) >= MAX_KNOWN_SAID:
            _known_said.clear()
        known = _known_said[key] = (verdict.rules, _serialized(verdict, lane))
    return known[1]


def _serialized(verdict: Verdict, lane: Lane) -> bytes:
    return decision_pb2.Decision(
        effect=_EFFECTS.get(verdict.effect, decision_pb2.EFFECT_DENY),
        tier=_TIERS.get(verdict.tier, decision_pb2.TIER_T3),
        reasons=[
            decision_pb2.Reason(
                rule_id=rule.id,
                outcome=rule.outcome,
                code=rule.code,
                message=rule.message,
                remediation=rule.remediation,
            )
            for rule in verdict.rules
        ],
        bundle=decision_pb2.BundleRef(revision=lane.revision, digest=lane.etag),
    ).SerializeToString()


def _add_duties(decision: decision_pb2.Decision, item: Item, approval_reference: str) -> None:
    verdict = item.verdict
    for duty in verdict.obligations:
        params = orjson.dumps(dict(duty.params), option=orjson.OPT_SORT_KEYS)
        decision.obligations.add(id=duty.id, type=duty.type, params_json=params)
    for identifier, message in verdict.advice:
        decision.advice.add(id=identifier, message=message)
    if verdict.transformed_args:
        decision.transformed_args_json = verdict.transformed_args
        decision.transformed_execution_digest = verdict.execution_digest
    if verdict.approval is not None:
        approval = decision.approval
        approval.reference = approval_reference
        approval.quorum = verdict.approval.quorum
        approval.roles.extend(verdict.approval.roles)
        approval.deadline.FromMilliseconds(item.approval_since_ms + verdict.approval.deadline_s * 1000)
    if verdict.deferral is not None:
        decision.deferral.deadline.FromMilliseconds(verdict.deferral.deadline_ms)
        decision.deferral.depth = verdict.deferral.depth


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
