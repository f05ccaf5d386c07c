"""Judges a recorded decision again: the recorded input, the recorded revision, and the same answer or an error that says
what differs. Needs the vault's keys, so it is an operator's tool and not an auditor's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import orjson

from pdp.evidence.read import EvidenceReader
from pdp.model import Outcome
from pdp.opa_command import run_opa
from pdp.outcome import parse_outcome
from writ.errors import EvaluationFailed, InvalidInput, VerificationFailed
from writ.receipt import Receipt, VerifiedReceipt
from writ.v1 import receipt_pb2

QUERY = "data.writ.decision"


_OWN_DEFERRAL = "writ.dependency_deferred"
"""The one rule of the decision point's own that defers; all others of its own have the outcome FAILURE, as no policy's has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Two judgements of one input. `recorded` is what was signed. `replayed` is what the policy says now, None when it was not
    asked about this decision. `own` are the codes of the rules that the decision point itself put before those of the policy:
    a failure, or why it was stricter. `differences` names what the policy said otherwise; empty means that it said the same."""

    decision_id: str
    revision: str
    recorded: dict[str, Any]
    replayed: dict[str, Any] | None
    own: tuple[str, ...]
    differences: tuple[str, ...]


def unjudged(receipt: Receipt) -> Replay | None:
    """Returns the replay of a decision that rests on no judgement of the policy, such as an item after the one that ended
    its batch; None for one that does, which takes `replay`. Raises InvalidInput NOT_A_DECISION."""
    predicate = _decision(receipt)
    recorded = _of_receipt(predicate)
    own = _own(recorded)
    if len(own) < len(recorded["rules"]):
        return None
    return Replay(
        decision_id=predicate["decision_id"],
        revision=predicate["bundle"]["revision"],
        recorded=recorded,
        replayed=None,
        own=own,
        differences=(),
    )


def recorded_payload(receipt: Receipt, verified: VerifiedReceipt, reader: EvidenceReader) -> receipt_pb2.Payload:
    """Returns what was stored beside a decision, checked against the receipt's commitment.

    Raises:
        EvidenceFailed: it is not there or was erased.
        VerificationFailed: it is not what the receipt commits to.
    """
    predicate = _decision(receipt)
    payload = receipt_pb2.Payload.FromString(reader.read_payload(predicate["decision_id"]))
    if not payload.input_json:
        raise InvalidInput(
            "NOT_EVALUATED", "this decision was made without the policy engine; there is nothing to replay"
        )
    if verified.salt:
        verified.verify_value("input", payload.input_json)
    return payload


def replay(receipt: Receipt, payload: receipt_pb2.Payload, bundle: Path, opa: Path) -> Replay:
    """Judges the recorded input with the bundle.

    What is compared is what the policy said. Where the decision point put a rule of its own before those of the policy, the
    effect is its own and it let go of the obligations; tier, score and the rules after its own are still the policy's.

    Raises:
        VerificationFailed: the bundle is another revision than the one that judged.
        EvaluationFailed: OPA gave no outcome.
    """
    predicate = _decision(receipt)
    revision = predicate["bundle"]["revision"]
    found = _revision(bundle, opa)
    if found != revision:
        raise VerificationFailed("REVISION_MISMATCH", f"expected revision {revision}, got a bundle of {found}")
    outcome = _judge(payload.input_json, bundle, opa)
    recorded, replayed = _of_receipt(predicate), _of_outcome(outcome)
    own = _own(recorded)
    said = {**recorded, "rules": recorded["rules"][len(own) :]}
    compared = ("rules", "score", "tier") if own else sorted(recorded)
    return Replay(
        decision_id=predicate["decision_id"],
        revision=revision,
        recorded=recorded,
        replayed=replayed,
        own=own,
        differences=tuple(name for name in compared if said[name] != replayed[name]),
    )


def _decision(receipt: Receipt) -> dict[str, Any]:
    predicate: dict[str, Any] = orjson.loads(receipt.body)["predicate"]
    if predicate["kind"] != "decision":
        raise InvalidInput(
            "NOT_A_DECISION", f"expected the receipt of a decision, got one of kind `{predicate['kind']}`"
        )
    return predicate


def _own(recorded: dict[str, Any]) -> tuple[str, ...]:
    """Returns the codes of the decision point's own rules, which stand before those of the policy."""
    own = takewhile(lambda rule: rule[1] == "FAILURE" or rule[0] == _OWN_DEFERRAL, recorded["rules"])
    return tuple(code for _, _, code in own)


def _of_receipt(predicate: dict[str, Any]) -> dict[str, Any]:
    return {
        "effect": predicate["effect"],
        "tier": predicate["tier"],
        "score": predicate["risk"]["score"],
        "rules": [[rule["id"], rule["outcome"], rule["code"]] for rule in predicate["rules"]],
        "obligations": [[duty["id"], duty["type"]] for duty in predicate["obligations"]],
    }


def _of_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "effect": outcome.effect,
        "tier": outcome.tier,
        "score": outcome.score,
        "rules": [[rule.id, rule.outcome, rule.code] for rule in outcome.rules],
        "obligations": [[duty.id, duty.type] for duty in outcome.obligations],
    }


def _judge(input_json: bytes, bundle: Path, opa: Path) -> Outcome:
    document = run_opa(
        opa,
        ["eval", "--bundle", str(bundle), "--stdin-input", "--strict-builtin-errors", "--format=json", QUERY],
        input_json,
    )
    try:
        value = json.loads(document)["result"][0]["expressions"][0]["value"]
    except (ValueError, LookupError, TypeError) as error:
        raise EvaluationFailed("EVALUATION_FAILED", "the bundle gives no outcome for the recorded input") from error
    outcome = parse_outcome(value)
    if outcome is None:
        raise EvaluationFailed("EVALUATION_MALFORMED", "the bundle's outcome is not one that this version reads")
    return outcome


def _revision(bundle: Path, opa: Path) -> str:
    try:
        manifest = json.loads(run_opa(opa, ["inspect", "--format=json", str(bundle)]))["manifest"]
    except (ValueError, LookupError, TypeError) as error:
        raise EvaluationFailed("EVALUATION_MALFORMED", "the bundle has no readable manifest") from error
    return str(manifest.get("revision", ""))
