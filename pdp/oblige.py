"""Stage 7: turns OPA's outcome into what may really happen: the verdict.

Effects can only get stricter here. Obligations that the caller cannot carry out, transforms that contradict each other
or do not yield readable arguments, and an effect that this version does not know all end in DENY.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdp.canonicalize import Canonicalizer, transform_arguments
from pdp.model import CanonicalCall, Outcome, OutcomeApproval, OutcomeObligation, OutcomeRule
from writ.errors import InvalidInput
from writ.frozen import frozen
from writ.v1 import decision_pb2

PERMITTING = frozenset({"ALLOW", "TRANSFORM"})
MAX_PERMIT_TTL_S = 30  # design, section 5


@frozen
class Verdict:
    """The judgement as it will be answered and recorded. `execution_digest` is what a permit binds.

    `keep` is False for failures that may pass: a repeat of the request is then judged anew.
    """

    effect: str
    tier: str
    score: int
    rules: tuple[OutcomeRule, ...]
    obligations: tuple[OutcomeObligation, ...] = ()
    advice: tuple[tuple[str, str], ...] = ()
    approval: OutcomeApproval | None = None
    acknowledgement: str = "SIGNED"
    permit_ttl_s: int = 0
    transformed_args: bytes = b""
    execution_digest: str = ""
    keep: bool = True

    @property
    def code(self) -> str:
        """Reason of the first rule in the order of precedence, "" without a rule."""
        return self.rules[0].code if self.rules else ""

    @property
    def permits(self) -> bool:
        """True when the action may run."""
        return self.effect in PERMITTING


def denied(code: str, message: str, remediation: str = "", *, outcome: str = "FAILURE", keep: bool = False) -> Verdict:
    """Returns the decision point's own DENY; nothing is known of tier and score, so they are the worst."""
    rule = OutcomeRule(id=f"writ.{code.lower()}", outcome=outcome, code=code, message=message, remediation=remediation)
    return Verdict(effect="DENY", tier="T3", score=100, rules=(rule,), keep=keep)


def oblige(
    outcome: Outcome, request: decision_pb2.DecideRequest, call: CanonicalCall, canonicalizer: Canonicalizer
) -> Verdict:
    """Returns the verdict for one judged action."""
    effect = outcome.effect
    supported = frozenset(request.supported_obligations)
    if effect in PERMITTING or effect == "REQUIRE_APPROVAL":
        unknown = sorted({obligation.type for obligation in outcome.obligations} - supported)
        if unknown:
            return _stricter(outcome, "OBLIGATION_NOT_SUPPORTED", f"the caller cannot carry out `{unknown[0]}`")
    transformed, digest = b"", call.execution_digest
    if effect == "TRANSFORM":
        try:
            transformed = transform_arguments(request.args_json, _edits(outcome.transforms))
            tool = request.tool
            changed = canonicalizer.canonicalize(tool.server, tool.name, tool.definition_digest, transformed)
        except InvalidInput as error:
            return _stricter(outcome, "TRANSFORM_FAILED", f"the arguments cannot be transformed: {error.message}")
        digest = changed.execution_digest
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
        transformed_args=transformed,
        execution_digest=digest,
    )


def _edits(transforms: Sequence[OutcomeObligation]) -> dict[str, Any]:
    """Returns JSON pointer → new value. Two transforms of one place must agree."""
    edits: dict[str, Any] = {}
    for transform in transforms:
        if transform.type != "set" or set(transform.params) != {"pointer", "value"}:
            raise InvalidInput("TRANSFORM_UNKNOWN", f"`{transform.id}` must be `set` with `pointer` and `value`")
        pointer, value = transform.params["pointer"], transform.params["value"]
        if not isinstance(pointer, str) or (pointer in edits and edits[pointer] != value):
            raise InvalidInput(
                "TRANSFORM_CONFLICT", f"`{transform.id}` contradicts another transform of the same place"
            )
        edits[pointer] = value
    if not edits:
        raise InvalidInput("TRANSFORM_EMPTY", "the effect is TRANSFORM and no transform was given")
    return edits


def _stricter(outcome: Outcome, code: str, message: str) -> Verdict:
    rule = OutcomeRule(id=f"writ.{code.lower()}", outcome="FAILURE", code=code, message=message, remediation="")
    return Verdict(
        effect="DENY",
        tier=outcome.tier,
        score=outcome.score,
        rules=(rule, *outcome.rules),
        acknowledgement=outcome.acknowledgement,
    )
