"""Judges a recorded decision again: the recorded input, the recorded revision, and the same answer or an error that says
what differs. Needs the vault's keys, so it is an operator's tool and not an auditor's.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pdp.evidence_read import EvidenceReader
from pdp.model import Outcome
from pdp.outcome import parse_outcome
from writ.errors import EvaluationFailed, InvalidInput, VerificationFailed
from writ.receipt import Receipt, VerifiedReceipt
from writ.v1 import receipt_pb2

OPA_TIMEOUT_S = 60.0

QUERY = "data.writ.decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Two judgements of one input. `differences` names what is not equal; empty means the same answer."""

    decision_id: str
    revision: str
    recorded: dict[str, Any]
    replayed: dict[str, Any]
    differences: tuple[str, ...]


def recorded_payload(receipt: Receipt, verified: VerifiedReceipt, reader: EvidenceReader) -> receipt_pb2.Payload:
    """Returns what was stored beside a decision, checked against the receipt's commitment.

    Raises:
        EvidenceFailed: it is not there or was erased.
        VerificationFailed: it is not what the receipt commits to.
    """
    predicate = orjson.loads(receipt.body)["predicate"]
    if predicate["kind"] != "decision":
        raise InvalidInput(
            "NOT_A_DECISION", f"expected the receipt of a decision, got one of kind `{predicate['kind']}`"
        )
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

    Raises:
        VerificationFailed: the bundle is another revision than the one that judged.
        EvaluationFailed: OPA gave no outcome.
    """
    predicate = orjson.loads(receipt.body)["predicate"]
    revision = predicate["bundle"]["revision"]
    found = _revision(bundle, opa)
    if found != revision:
        raise VerificationFailed("REVISION_MISMATCH", f"expected revision {revision}, got a bundle of {found}")
    outcome = _judge(payload.input_json, bundle, opa)
    recorded, replayed = _of_receipt(predicate), _of_outcome(outcome)
    if any(rule[1] == "FAILURE" for rule in recorded["rules"]):
        # The decision point was stricter than the policy; only what the policy said can be compared.
        recorded["rules"] = [rule for rule in recorded["rules"] if rule[1] != "FAILURE"]
        recorded["effect"] = replayed["effect"]
    return Replay(
        decision_id=predicate["decision_id"],
        revision=revision,
        recorded=recorded,
        replayed=replayed,
        differences=tuple(sorted(name for name in recorded if recorded[name] != replayed[name])),
    )


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
    document = _opa(
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
        manifest = json.loads(_opa(opa, ["inspect", "--format=json", str(bundle)], b""))["manifest"]
    except (ValueError, LookupError, TypeError) as error:
        raise EvaluationFailed("EVALUATION_MALFORMED", "the bundle has no readable manifest") from error
    return str(manifest.get("revision", ""))


def _opa(opa: Path, arguments: list[str], standard_input: bytes) -> bytes:
    done = subprocess.run(
        [str(opa), *arguments], input=standard_input, capture_output=True, timeout=OPA_TIMEOUT_S, check=False
    )
    if done.returncode:
        detail = done.stderr.decode(errors="replace").strip()[:500]
        raise EvaluationFailed("EVALUATION_FAILED", f"opa {arguments[0]} failed: {detail}")
    return done.stdout
