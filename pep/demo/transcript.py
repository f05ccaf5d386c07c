"""Prints the transcript: coloured on a terminal, plain text elsewhere."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape

from pep.client import DecisionRefused
from pep.demo.scenario import Step
from writ.v1 import decision_pb2

_STYLE = {
    "ALLOW": "bold green",
    "TRANSFORM": "bold cyan",
    "REQUIRE_APPROVAL": "bold yellow",
    "DEFER": "bold blue",
    "DENY": "bold red",
}


class Transcript:
    """Writes to one console. `mismatches` counts steps that did not end as expected."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0
        self.mismatches = 0

    def headline(self, text: str) -> None:
        """Prints a line between steps."""
        self._console.print(f"\n[bold]{escape(text)}[/bold]")

    def note(self, text: str) -> None:
        """Prints a line below a step."""
        self._console.print(f"     {escape(text)}", highlight=False)

    def checked(self, text: str, *, holds: bool) -> None:
        """Prints a fact that must hold, and counts it when it does not."""
        self.mismatches += not holds
        self.note(("✓ " if holds else "✗ ") + text)

    def decided(self, step: Step, decision: decision_pb2.Decision, latency_ms: float) -> None:
        """Prints one decision."""
        effect = decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")
        tier = decision_pb2.Tier.Name(decision.tier).removeprefix("TIER_")
        self._title(step, effect, f"{tier}  score {decision.risk.score}  {latency_ms:.1f} ms")
        for operation in json.loads(decision.action_json)["operations"]:
            self.note(f"action   {_sentence(operation)}")
        self.note(f"digests  action {decision.action_digest[:16]}  execution {decision.execution_digest[:16]}")
        for reason in decision.reasons:
            self.note(f"rule     {reason.rule_id} [{reason.outcome}] {reason.message}")
            if reason.remediation:
                self.note(f"         → {reason.remediation}")
        if decision.HasField("approval"):
            approval = decision.approval
            until = approval.deadline.ToDatetime().isoformat(sep=" ", timespec="minutes")
            self.note(f"approval {approval.quorum} of {', '.join(approval.roles)} until {until} UTC")
        self.note(f"receipt  {decision.decision_id}")
        self._expect(step, effect)

    def refused(self, step: Step, error: DecisionRefused, latency_ms: float) -> None:
        """Prints a request that got no decision."""
        self._title(step, error.code, f"{latency_ms:.1f} ms")
        self.note(f"error    {error.reason}: {error.message}")
        self._expect(step, error.code)

    def _title(self, step: Step, result: str, rest: str) -> None:
        self._number += 1
        style = _STYLE.get(result, "bold magenta")
        self._console.print(f"\n{self._number:>3}. {escape(step.title)}", highlight=False)
        self._console.print(f"     [{style}]{result}[/{style}]  {rest}", highlight=False)

    def _expect(self, step: Step, result: str) -> None:
        if result != step.expect:
            self.mismatches += 1
            self.note(f"✗ expected {step.expect}")


def _sentence(operation: dict[str, Any]) -> str:
    within = ", ".join(f"{container['type']} {container['id']}" for container in operation["containers"])
    named = "".join(f" {identifier}" for identifier in operation["resource_ids"])
    text = f"{operation['verb']} {operation['scope']} {operation['resource_type'] or 'unknown'}{named}"
    return f"{text} of {within}" if within else text
