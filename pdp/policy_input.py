"""Builds the JSON of one `writ.v1.PolicyInput`: the only place where a bare dict crosses a module border.

Every field is present, enum values have no prefix, and nothing is asserted by more than who really said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from pdp.authenticate import Speaker
from pdp.inspection.model import Kind, ScanResult
from pdp.model import CallerIdentity, CanonicalCall, StateView
from writ.v1 import decision_pb2

MAX_POLICY_FINDINGS = 32
"""Findings that rules see; classes and threats are complete. More would make the input larger than the call."""


def policy_input(
    *,
    index: int,
    request: decision_pb2.DecideRequest,
    caller: CallerIdentity,
    speaker: Speaker,
    call: CanonicalCall,
    view: StateView,
    signals: dict[str, dict[str, Any]],
    circumstances: Mapping[str, Any],
) -> bytes:
    """Returns the JSON that OPA judges; the receipt commits to exactly these bytes. `circumstances` are the optional members
    `payload`, `baseline`, `session` and `provenance`."""
    agent, principal, tool = request.agent, request.principal, request.tool
    claimant = "GATEWAY" if speaker.kind == "gateway" else "AGENT"
    return orjson.dumps(
        {
            "index": index,
            "execution_digest": call.execution_digest,
            "organisation": caller.organisation,
            "now_ms": view.now_ms,
            "caller": {"id": caller.id, "kind": speaker.kind},
            "agent": {
                "id": agent.id,
                "role": speaker.role or agent.role,
                "unit": speaker.unit or agent.unit,
                "framework": agent.framework,
                "version": agent.version,
                # Role and unit go together: one of them claimed makes both a claim.
                "asserted_by": "BUNDLE" if speaker.role and speaker.unit else claimant,
                "suspended": view.suspended,
            },
            "principal": {"id": principal.id, "type": principal.type, "asserted_by": claimant},
            "delegation": [
                {"delegator": step.delegator, "delegate": step.delegate, "scopes": list(step.scopes)}
                for step in request.delegation
            ],
            "tool": {
                "server": tool.server,
                "name": tool.name,
                "definition_digest": tool.definition_digest,
                "known": call.tool_known,
            },
            "action": orjson.Fragment(call.action_json),
            "environment": {
                "name": call.environment,
                "asserted_by": "CATALOG" if call.environment else "AGENT",
                "claimed": request.environment,
            },
            "counters": {name: _counter(view, name) for name in view.counters},
            "facts": _facts(view),
            "signals": {name: {"score": said["score"], "state": said["state"]} for name, said in signals.items()},
            "context": {
                "session_id": request.session_id,
                "workspace": request.workspace,
                "purpose": request.purpose,
                "business": dict(request.business_context),
                "asserted_by": claimant,
            },
            "supported_obligations": list(request.supported_obligations),
            "approval_presented": bool(request.approval_reference),
            "dry_run": request.dry_run,
            **circumstances,
        }
    )


def policy_payload(result: ScanResult) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicyPayload`."""
    ordered = sorted(result.findings, key=lambda finding: (finding.kind is Kind.DATA, -finding.confidence))
    return {
        "state": "NO_DATA" if result.truncated else "OK",
        "classes": sorted({f.data_class for f in result.findings if f.kind is Kind.DATA}),
        "threats": sorted({f.data_class for f in result.findings if f.kind is Kind.THREAT}),
        "findings": [
            {
                "rule": finding.rule,
                "kind": finding.kind.value,
                "class": finding.data_class,
                "pointer": finding.pointer,
                "confidence": finding.confidence,
            }
            for finding in ordered[:MAX_POLICY_FINDINGS]
        ],
    }


def _counter(view: StateView, name: str) -> dict[str, Any]:
    counter = view.counters[name]
    return {
        "state": "OK" if counter.known else "NO_DATA",
        "value": counter.value,
        "committed": counter.committed,
        "pending": counter.pending,
        "amount": counter.amount,
        "unbounded": counter.unbounded,
    }


def _facts(view: StateView) -> dict[str, dict[str, list[dict[str, Any]]]]:
    facts: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for fact in view.facts:
        entry = {
            "state": "OK" if fact.known else "NO_DATA",
            "key": fact.parts,
            "value": fact.value,
            "asserted_by": "FACT_FEED",
        }
        facts.setdefault(fact.name, {"entries": []})["entries"].append(entry)
    return facts
