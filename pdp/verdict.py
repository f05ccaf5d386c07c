"""The verdict: a judgement as it will be answered and recorded."""

from __future__ import annotations

from pdp.model import CanonicalCall, Deferral, Outcome, OutcomeApproval, OutcomeObligation, OutcomeRule
from writ.frozen import frozen

PERMITTING = frozenset({"ALLOW", "TRANSFORM"})
MAX_PERMIT_TTL_S = 30  # design, section 5


@frozen
class Verdict:
    """The judgement as it will be answered and recorded. `execution_digest` is what a permit binds: that of
    `transformed`, where there is one.

    `keep` is False for failures that may pass: a repeat of the request is then judged anew. `transformed` is the call that
    may run in place of the proposed one.
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
    deferral: Deferral | None = None
    transformed: CanonicalCall | None = None

    @property
    def code(self) -> str:
        """Reason of the first rule in the order of precedence, "" without a rule."""
        return self.rules[0].code if self.rules else ""

    @property
    def failed(self) -> bool:
        """True when nobody refused the action: it could not be judged."""
        return self.effect == "DENY" and not self.keep

    @property
    def permits(self) -> bool:
        """True when the action may run."""
        return self.effect in PERMITTING


def denied(code: str, message: str, remediation: str = "", *, outcome: str = "FAILURE", keep: bool = False) -> Verdict:
    """Returns the decision point's own DENY; nothing is known of tier and score, so they are the worst."""
    rule = OutcomeRule(id=f"writ.{code.lower()}", outcome=outcome, code=code, message=message, remediation=remediation)
    return Verdict(effect="DENY", tier="T3", score=100, rules=(rule,), keep=keep)


def stricter(verdict: Verdict | Outcome, code: str, message: str, *, effect: str = "DENY") -> Verdict:
    """Returns what becomes of a judgement that the decision point itself makes stricter: its rules stand after the reason."""
    outcome = "DEFER" if effect == "DEFER" else "FAILURE"
    rule = OutcomeRule(id=f"writ.{code.lower()}", outcome=outcome, code=code, message=message, remediation="")
    return Verdict(
        effect=effect,
        tier=verdict.tier,
        score=verdict.score,
        rules=(rule, *verdict.rules),
        acknowledgement=verdict.acknowledgement,
    )
