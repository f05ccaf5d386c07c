"""What the evidence log is given of a decision, a refusal, or an answer that nobody waited for: body, payload, subjects. Pure.

Personal data stands in the body as salted commitments alone (docs/receipts.md); the payload, which is stored encrypted, holds
what they commit to.
"""

from __future__ import annotations

from functools import lru_cache

from pdp.approval import approval_reference
from pdp.item import Item
from pdp.lane import Lane
from pdp.model import Ask, Draft, Final
from pdp.prepare import Refused
from pdp.refusals import MAX_KEPT_BYTES
from pdp.state.rebuild import counted
from pdp.wire import delimited, tag
from writ.canonical import record_bytes
from writ.receipt_body import decision_body, refusal_body, undelivered_body
from writ.v1 import receipt_pb2

_PAYLOAD_REQUEST, _PAYLOAD_INPUT, _PAYLOAD_SALT, _PAYLOAD_DIGEST = map(tag, (1, 2, 3, 7))


def decision_draft(item: Item, salt: bytes, final: Final, permitted_as: str) -> Draft:
    """Returns the entry of a judged item. `salt`: `SALT_BYTES` random bytes; `permitted_as`: id of its permit, "" without one."""
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
        salt=salt,
        execution_digest=call.execution_digest,
        input_json=item.input_json,
        claims=record_bytes(claims),
        principal=request.principal.id,
        session_id=request.session_id,
        user_request=request.user_request,
        delegation=_delegation(item),
        approval_reference=approval_reference(item),
        permit_id=permitted_as,
        trace_id=item.ask.trace_id,
        state_epoch=view.state_epoch,
        state_sequence=view.state_sequence,
        ticket=view.ticket,
    )
    return Draft(
        body=body,
        organisation=item.caller.organisation,
        now_ms=view.now_ms,
        salt=salt,
        payload=_payload(item, salt, final),
        subjects=call.subjects,
    )


def refusal_draft(ask: Ask, refused: Refused, lane: Lane, decision_id: str, salt: bytes, now_ms: int) -> Draft:
    """Returns the entry of a request that its credential did not cover. `now_ms`: Unix."""
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
    return Draft(
        body=body, organisation=refused.caller.organisation, now_ms=now_ms, salt=salt, payload=payload, subjects=()
    )


def undelivered_draft(item: Item, salt: bytes) -> Draft:
    """Returns the entry that says that nobody waited for the answer of an item any more."""
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


def _delegation(item: Item) -> bytes:
    if not item.request.delegation:
        return b""
    return record_bytes([[step.delegator, step.delegate, list(step.scopes)] for step in item.request.delegation])


def _payload(item: Item, salt: bytes, final: Final) -> bytes:
    """Returns a serialized Payload; what was counted is the only part with inner messages."""
    own = (
        delimited(_PAYLOAD_REQUEST, item.ask.request)
        + delimited(_PAYLOAD_INPUT, item.input_json)
        + delimited(_PAYLOAD_SALT, salt)
        + delimited(_PAYLOAD_DIGEST, item.call.execution_digest.encode())
        + _payload_of_caller(item.caller.id, final)
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
