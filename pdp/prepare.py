"""Stages 1 to 3 for one ask: authenticate, parse, authorise, canonicalize, inspect; and what it will ask of the state."""

from __future__ import annotations

from pdp.authenticate import Authenticator, Speaker, verify_delegation
from pdp.circumstances import Circumstances, catalog_entry
from pdp.config import Limits
from pdp.declarations import StateContext
from pdp.inspection.model import CLEAN, ScanResult
from pdp.item import Item
from pdp.lane import Lane
from pdp.model import Ask, CallerIdentity, CanonicalCall, StateAsk
from pdp.policy_input import policy_payload
from pdp.request import parse_request
from pdp.signals import signals
from pdp.understood import unexplained
from writ.errors import InvalidInput, NotPermitted
from writ.frozen import frozen
from writ.v1 import decision_pb2


@frozen
class Admitted:
    """An ask whose caller may speak for its agent; its arguments are not read yet."""

    request: decision_pb2.DecideRequest
    caller: CallerIdentity
    speaker: Speaker


class Refused(NotPermitted):
    """NotPermitted after the request could be read, so that the refusal can be recorded with who asked for what.
    `decision_id` names the receipt, once there is one."""

    def __init__(self, cause: NotPermitted, request: decision_pb2.DecideRequest, caller: CallerIdentity) -> None:
        super().__init__(cause.reason, cause.message)
        self.request = request
        self.caller = caller
        self.decision_id = ""


def admit(ask: Ask, lane: Lane, authenticator: Authenticator, limits: Limits, now_s: float) -> Admitted:
    """Authenticates, parses and authorises.

    Raises:
        NotAuthenticated: the credential does not hold at `now_s` (Unix seconds).
        InvalidInput: the request cannot be read.
        Refused: the caller may not speak for this agent and principal.
    """
    caller = authenticator.authenticate(ask.peer, now_s)
    request = parse_request(ask.request, limits.max_request_bytes)
    if len(request.args_json) > limits.max_args_bytes:
        raise InvalidInput(
            "ARGUMENTS_TOO_LARGE",
            f"expected `args_json` of at most {limits.max_args_bytes} bytes, got {len(request.args_json)}",
        )
    try:
        speaker = lane.callers.speaker(caller, request.agent.id, request.principal.id)
        if request.delegation:
            verify_delegation(request)
    except NotPermitted as error:
        raise Refused(error, request, caller) from error
    return Admitted(request=request, caller=caller, speaker=speaker)


def canonicalize(admitted: Admitted, lane: Lane) -> CanonicalCall:
    """Reads the arguments into the canonical action. Raises InvalidInput."""
    tool = admitted.request.tool
    return lane.canonicalizer.canonicalize(tool.server, tool.name, tool.definition_digest, admitted.request.args_json)


def is_heavy(admitted: Admitted, lane: Lane) -> bool:
    """Tells whether the arguments hold a program that is too long to be parsed on the event loop."""
    tool = admitted.request.tool
    return lane.canonicalizer.is_heavy(tool.server, tool.name, admitted.request.args_json)


def inspect(admitted: Admitted, call: CanonicalCall, lane: Lane) -> ScanResult:
    """Looks through the arguments (stage 3); what the catalog says that a program is for is no finding."""
    payload = lane.inspector.scan(admitted.request.args_json)
    if not payload.findings:
        return payload
    entry = catalog_entry(lane, admitted.request.tool)
    return unexplained(payload, entry.programs if entry is not None else (), call.action)


def make_item(
    ask: Ask,
    admitted: Admitted,
    call: CanonicalCall,
    payload: ScanResult,
    lane: Lane,
    circumstances: Circumstances,
    now_ms: int,
    lease_ms: int,
) -> Item:
    """Returns the item with what it asks of the state. `payload` is what `inspect` found. `now_ms` (Unix) only picks the
    calendar windows to offer; which one holds is decided by the state's own time."""
    request, caller = admitted.request, admitted.caller
    context = state_context(admitted, call, len(request.args_json))
    entry = catalog_entry(lane, request.tool)
    state_ask = StateAsk(
        organisation=caller.organisation,
        caller_id=caller.id,
        request_id=request.request_id,
        execution_digest=call.execution_digest,
        agent_id=request.agent.id,
        reservations=lane.declarations.reservations(context, now_ms),
        facts=lane.declarations.fact_keys(context),
        lease_ms=lease_ms,
        dry_run=request.dry_run,
        companions=circumstances.asks(ask, request, caller, admitted.speaker, call, payload, lane, entry, now_ms),
        owner=circumstances.owner(request, caller),
    )
    return Item(
        ask=ask,
        lane=lane,
        request=request,
        caller=caller,
        speaker=admitted.speaker,
        call=call,
        state_ask=state_ask,
        payload=payload,
        circumstances={} if payload is CLEAN else {"payload": policy_payload(payload)},
        signals=signals(call.action, call.environment, request.environment, payload, lane.signals),
    )


def transformed_amounts(item: Item, call: CanonicalCall, args_bytes: int) -> dict[str, int]:
    """Returns what the transformed `call` counts, by counter; one that it does not touch any more counts 0."""
    admitted = Admitted(request=item.request, caller=item.caller, speaker=item.speaker)
    context = state_context(admitted, call, args_bytes)
    now = item.lane.declarations.reservations(context, item.view.now_ms)
    amounts = {reservation.counter: 0 for reservation in item.state_ask.reservations}
    # What has no bound keeps what was reserved.
    return amounts | {r.counter: r.amount for r in now if not r.unbounded and r.counter in amounts}


def state_context(admitted: Admitted, call: CanonicalCall, args_bytes: int) -> StateContext:
    """Returns what counters and facts may be keyed by."""
    request, speaker, caller = admitted.request, admitted.speaker, admitted.caller
    vouched = speaker.kind == "gateway"
    return StateContext(
        organisation=caller.organisation,
        agent_id=request.agent.id,
        # What only the agent claims would give it a counter of its own for every name that it thinks of.
        agent_role=speaker.role or (request.agent.role if vouched else ""),
        agent_unit=speaker.unit or (request.agent.unit if vouched else ""),
        principal_id=request.principal.id,
        session_id=request.session_id if vouched else "",
        tool_server=request.tool.server,
        tool_name=request.tool.name,
        environment=call.environment,
        action=call.action,
        args_bytes=args_bytes,
    )
