"""Stage 5: the seven risk signals, integers 0 to 100. Pure; tables come from bundle data.

A signal that has nothing to rest on is 0 with evidence `no_data` and state NO_DATA, never a made-up number.

action_severity
    For each operation `severity.verbs[verb]` + `severity.scopes[scope]` + `severity.reversibility[reversibility]`,
    capped at 100; the worst operation counts. A sum, because a wide reach makes any verb graver and so does finality.
environmental_context
    `environments[name]` of the catalog's environment; 100 when the tool server is not enrolled, since then nobody knows
    where the action lands. What the caller claims can only raise it.
payload_sensitivity
    The greatest `sensitivity * confidence / 100` (both 0 to 100, from the inspection rule) of the data that inspection found
    in the arguments, plus 5 for every further data class, capped at 100; 100 when a bound cut inspection short, since what
    was not looked at may be anything. A maximum, because one secret is enough; classes count, occurrences do not: a list of
    a thousand addresses is a matter of volume.
threat_signals
    The worst `finding_scores[code]` of the findings of canonicalization or `sensitivity * confidence / 100` of the threats
    that inspection found, plus 5 for every further finding or threat class, capped at 100; 0 without any, NO_DATA when
    the inspection was cut short. A maximum, because one clear sign is enough; the small slope keeps it monotone. At least 80
    when an outcome was reported of an action that this agent was not permitted (`threat_of_misreport`).
temporal_deviation, baseline_deviation, cross_request_correlation
    See `pdp.signals_behaviour`; NO_DATA where the bundle declares no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pdp.inspection.model import CLEAN, Kind, ScanResult
from pdp.inspection.model import Finding as PayloadFinding
from writ.action import Action, Finding
from writ.errors import ConfigurationError

NO_DATA: dict[str, Any] = {"score": 0, "evidence": "no_data", "state": "NO_DATA"}

NOT_WHOLE: dict[str, Any] = {"score": 0, "evidence": "no_data: not inspected to its end", "state": "NO_DATA"}

NO_SIGN: dict[str, Any] = {"score": 0, "evidence": "no sign of an attack was found", "state": "OK"}

MISREPORTED = "an outcome was reported of an action that this agent was not permitted"
MISREPORT_SCORE = 80
"""As clear a sign as there is: what was refused was done, or something else than what was permitted."""

NOTHING_FOUND: dict[str, Any] = {"score": 0, "evidence": "inspection found nothing sensitive", "state": "OK"}

SIGNALS = (
    "action_severity",
    "payload_sensitivity",
    "temporal_deviation",
    "environmental_context",
    "baseline_deviation",
    "cross_request_correlation",
    "threat_signals",
)

UNLISTED_FINDING_SCORE = 50
"""A finding that bundle data does not rate still counts: forgetting an entry must not silence a sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTables:
    """Scores from bundle data, each 0 to 100."""

    verbs: Mapping[str, int]
    scopes: Mapping[str, int]
    reversibility: Mapping[str, int]
    environments: Mapping[str, int]
    findings: Mapping[str, int]

    @staticmethod
    def parse(data: Mapping[str, Any]) -> SignalTables:
        """Reads `action_severity`, `environments` and `finding_scores` of the activation.

        Raises:
            ConfigurationError: a table is missing or holds anything but integers 0 to 100.
        """
        severity = data.get("action_severity")
        if not isinstance(severity, Mapping):
            raise ConfigurationError("SIGNALS_INVALID", "`action_severity` must be a mapping")
        return SignalTables(
            verbs=_table(severity, "verbs"),
            scopes=_table(severity, "scopes"),
            reversibility=_table(severity, "reversibility"),
            environments=_table(data, "environments"),
            findings=_table(data, "finding_scores"),
        )


def signals(
    action: Action, environment: str, claimed: str, payload: ScanResult, tables: SignalTables
) -> dict[str, dict[str, Any]]:
    """Returns the JSON of `writ.v1.PolicySignals`, without what only the state can tell."""
    return {
        "action_severity": _action_severity(action, tables),
        "payload_sensitivity": _payload(payload) if payload is not CLEAN else NOTHING_FOUND,
        "temporal_deviation": NO_DATA,
        "environmental_context": _environment(environment, claimed, tables.environments),
        "baseline_deviation": NO_DATA,
        "cross_request_correlation": NO_DATA,
        "threat_signals": _threat(action.findings, payload, tables.findings),
    }


def _action_severity(action: Action, tables: SignalTables) -> dict[str, Any]:
    worst, which = -1, action.operations[0]
    for operation in action.operations:
        score = (
            tables.verbs.get(operation.verb, 100)
            + tables.scopes.get(operation.scope, 100)
            + tables.reversibility.get(operation.reversibility, 100)
        )
        if score > worst:
            worst, which = score, operation
    noun = which.resource_type or "unknown resource"
    evidence = f"{which.verb} of {which.scope} {noun}, {which.reversibility.lower()}"
    return {"score": min(worst, 100), "evidence": evidence, "state": "OK"}


def _environment(name: str, claimed: str, table: Mapping[str, int]) -> dict[str, Any]:
    score = table.get(name, 100) if name else 100
    evidence = f"environment {name} by catalog" if name else "tool server not enrolled"
    if claimed and claimed != name and table.get(claimed, 100) > score:
        score, evidence = table.get(claimed, 100), f"{evidence}; caller claims a more exposed one"
    return {"score": score, "evidence": evidence, "state": "OK"}


def _payload(payload: ScanResult) -> dict[str, Any]:
    if payload.truncated:
        return {"score": 100, "evidence": "too large to be inspected to its end", "state": "OK"}
    data = [finding for finding in payload.findings if finding.kind is Kind.DATA]
    if not data:
        return NOTHING_FOUND
    classes = sorted({finding.data_class for finding in data})
    score = max(_weight(finding) for finding in data) + 5 * (len(classes) - 1)
    return {"score": min(score, 100), "evidence": "arguments hold " + ", ".join(classes), "state": "OK"}


def _threat(findings: tuple[Finding, ...], payload: ScanResult, table: Mapping[str, int]) -> dict[str, Any]:
    threats = [finding for finding in payload.findings if finding.kind is Kind.THREAT]
    if not findings and not threats:
        return NOT_WHOLE if payload.truncated else NO_SIGN
    codes = sorted({finding.code for finding in findings})
    classes = sorted({threat.data_class for threat in threats})
    scores = [table.get(code, UNLISTED_FINDING_SCORE) for code in codes] + [_weight(threat) for threat in threats]
    score = max(scores) + 5 * (len(findings) + len(classes) - 1)
    return {"score": min(score, 100), "evidence": "findings: " + ", ".join(codes + classes), "state": "OK"}


def threat_of_misreport(known: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `threat_signals` of an agent that reported such an outcome before: never less than it was."""
    said = known["score"] > 0
    return {
        "score": min(100, max(known["score"] + 5, MISREPORT_SCORE)) if said else MISREPORT_SCORE,
        "evidence": f"{known['evidence']}; {MISREPORTED}" if said else MISREPORTED,
        "state": "OK",
    }


def _weight(finding: PayloadFinding) -> int:
    return finding.sensitivity * finding.confidence // 100


def _table(data: Mapping[str, Any], name: str) -> dict[str, int]:
    table = data.get(name)
    if not isinstance(table, Mapping):
        raise ConfigurationError("SIGNALS_INVALID", f"`{name}` must be a mapping of integers 0 to 100")
    for key, value in table.items():
        if type(value) is not int or not 0 <= value <= 100:
            raise ConfigurationError("SIGNALS_INVALID", f"`{name}.{key}` must be an integer 0 to 100")
    return dict(table)
