"""Stage 7: turns OPA's outcome into what may really happen: the verdict.

Effects can only get stricter here. Obligations that the caller cannot carry out, transforms that contradict each other
or do not yield readable arguments, and an effect that this version does not know all end in DENY.
"""

from __future__ import annotations

from pdp.catalog_sinks import sink_values
from pdp.lane import Lane
from pdp.model import CanonicalCall, Outcome
from pdp.transform.apply import Transformer
from pdp.verdict import MAX_PERMIT_TTL_S, PERMITTING, Verdict, stricter
from writ.errors import InvalidInput
from writ.strict_json import parse_arguments
from writ.v1 import decision_pb2


def oblige(
    outcome: Outcome,
    request: decision_pb2.DecideRequest,
    call: CanonicalCall,
    lane: Lane,
    transformer: Transformer,
    organisation: str,
) -> Verdict:
    """Returns the verdict for one judged action."""
    effect = outcome.effect
    if effect in PERMITTING or effect == "REQUIRE_APPROVAL":
        unknown = sorted({obligation.type for obligation in outcome.obligations} - set(request.supported_obligations))
        if unknown:
            return stricter(outcome, "OBLIGATION_NOT_SUPPORTED", f"the caller cannot carry out `{unknown[0]}`")
    arguments, changed = b"", call
    if effect == "TRANSFORM":
        try:
            arguments, changed = _transformed(outcome, request, lane, transformer, organisation)
        except InvalidInput as error:
            return stricter(outcome, "TRANSFORM_FAILED", f"the arguments cannot be transformed: {error.message}")
    return Verdict(
        effect=effect,
        tier=outcome.tier,
        score=outcome.score,
        rules=outcome.rules,
        obligations=outcome.obligations,
        advice=outcome.advice,
        approval=outcome.approval if effect == "REQUIRE_APPROVAL" else None,
        acknowledgement=outcome.acknowledgement,
        permit_ttl_s=min(outcome.permit_ttl_s, MAX_PERMIT_TTL_S) if effect in PERMITTING else 0,
        transformed_args=arguments,
        execution_digest=changed.execution_digest,
        transformed=changed if changed is not call else None,
    )


def _transformed(
    outcome: Outcome, request: decision_pb2.DecideRequest, lane: Lane, transformer: Transformer, organisation: str
) -> tuple[bytes, CanonicalCall]:
    """Returns the transformed arguments and what they make of the call. Raises InvalidInput."""
    tool = request.tool
    arguments = transformer.transform(
        request.args_json, outcome.transforms, lane.inspector.scan, _sinks(request, lane), organisation
    )
    return arguments, lane.canonicalizer.canonicalize(tool.server, tool.name, tool.definition_digest, arguments)


def _sinks(request: decision_pb2.DecideRequest, lane: Lane) -> dict[str, list[str]]:
    """Returns the pointers of each kind of sink among the arguments; those of a call with too many are not to be told."""
    server = lane.canonicalizer.catalog.servers.get(request.tool.server)
    entry = server.entry(request.tool.name) if server is not None else None
    sinks: dict[str, list[str]] = {}
    if entry is not None:
        found = sink_values(entry, parse_arguments(request.args_json, len(request.args_json)))
        if not found.complete:
            raise InvalidInput("SINKS_UNKNOWN", "expected fewer or shorter values in the places that name destinations")
        for value in found.values:
            sinks.setdefault(value.kind, []).append(value.pointer)
    return sinks
