"""Replaying shows what was signed, and compares what the policy said with what it says now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pdp.replay import Replay, replay, unjudged
from writ.errors import InvalidInput
from writ.receipt import Receipt
from writ.v1 import receipt_pb2

REVISION = "a" * 64
DENIED = {"id": "invoices.customer_not_assigned", "outcome": "DENY", "code": "CUSTOMER_NOT_ASSIGNED"}
READ = {"id": "invoices.read_one", "outcome": "ALLOW", "code": "INVOICE_READ"}


def failure(code: str, outcome: str = "FAILURE") -> dict[str, str]:
    return {"id": f"writ.{code.lower()}", "outcome": outcome, "code": code}


def receipt(*rules: dict[str, str], **changes: Any) -> Receipt:
    """A receipt with a body as the decision point writes it, as far as replaying reads it."""
    predicate = {
        "kind": "decision",
        "decision_id": "01M7YC9PS5CCH4HZQXSGFBPV7G",
        "bundle": {"revision": REVISION},
        "effect": "DENY",
        "tier": "T1",
        "risk": {"score": 60},
        "rules": list(rules),
        "obligations": [],
        **changes,
    }
    body = json.dumps({"predicate": predicate}).encode()
    return Receipt(body=body, head=b"", signature=b"", index=0, path=(), salt=b"")


def said_now(tmp_path: Path, *rules: dict[str, str], **changes: Any) -> Path:
    """An OPA whose bundle says this of every input."""
    outcome = {
        "index": 0,
        "execution_digest": "b" * 64,
        "effect": "DENY",
        "tier": "T1",
        "score": 60,
        "rules": [{**rule, "message": "m", "remediation": ""} for rule in rules],
        "obligations": [],
        "transforms": [],
        "advice": [],
        "approval": None,
        "contended": False,
        "acknowledgement": "SIGNED",
        "permit_ttl_s": 0,
        **changes,
    }
    evaluated = json.dumps({"result": [{"expressions": [{"value": outcome}]}]})
    opa = tmp_path / "opa"
    inspected = json.dumps({"manifest": {"revision": REVISION}})
    opa.write_text(
        f"#!/bin/sh\ncat >/dev/null\ncase $1 in inspect) echo '{inspected}';; *) echo '{evaluated}';; esac\n"
    )
    opa.chmod(0o700)
    return opa


def replayed(tmp_path: Path, given: Receipt, opa: Path) -> Replay:
    return replay(given, receipt_pb2.Payload(input_json=b"{}"), tmp_path / "bundle.tar.gz", opa)


@pytest.mark.parametrize("code", ["NOT_EVALUATED", "STATE_UNAVAILABLE", "EVALUATION_TIMEOUT"])
def test_what_the_policy_was_not_asked_has_nothing_to_differ_from(code: str) -> None:
    result = unjudged(receipt(failure(code), tier="T3", risk={"score": 100}))
    assert result is not None
    assert (result.own, result.replayed, result.differences) == ((code,), None, ())
    assert result.recorded["rules"] == [[f"writ.{code.lower()}", "FAILURE", code]]
    assert (result.recorded["effect"], result.recorded["tier"], result.recorded["score"]) == ("DENY", "T3", 100)


def test_what_the_policy_judged_is_compared_whole(tmp_path: Path) -> None:
    given = receipt(DENIED)
    assert unjudged(given) is None
    same = replayed(tmp_path, given, said_now(tmp_path, DENIED))
    assert (same.own, same.differences) == ((), ())
    other = replayed(tmp_path, given, said_now(tmp_path, READ, effect="ALLOW", score=59, permit_ttl_s=30))
    assert other.differences == ("effect", "rules", "score")


@pytest.mark.parametrize(
    "own",
    [
        [failure("OBLIGATION_NOT_SUPPORTED")],
        [failure("DEPENDENCY_DENIED")],
        [failure("DEFER_TIMED_OUT"), failure("DEPENDENCY_DEFERRED", "DEFER")],
    ],
    ids=lambda own: own[0]["code"],
)
def test_where_the_decision_point_was_stricter_the_record_is_shown_as_signed(
    tmp_path: Path, own: list[dict[str, str]]
) -> None:
    given = receipt(*own, READ)
    assert unjudged(given) is None
    duties = [{"id": "o1", "type": "log", "params": {}}]
    opa = said_now(tmp_path, READ, effect="ALLOW", permit_ttl_s=30, obligations=duties)
    result = replayed(tmp_path, given, opa)
    assert result.recorded["effect"] == "DENY", "never the effect of the replay"
    assert [rule[2] for rule in result.recorded["rules"]] == [*(rule["code"] for rule in own), "INVOICE_READ"]
    assert result.own == tuple(rule["code"] for rule in own)
    assert result.replayed is not None
    assert result.replayed["effect"] == "ALLOW"
    assert result.differences == ()


def test_a_policy_that_says_otherwise_differs_although_the_decision_point_was_stricter(tmp_path: Path) -> None:
    given = receipt(failure("DEPENDENCY_DENIED"), READ)
    assert replayed(tmp_path, given, said_now(tmp_path, DENIED, tier="T2")).differences == ("rules", "tier")


def test_a_deferral_of_the_policy_is_no_rule_of_the_decision_point(tmp_path: Path) -> None:
    waits = {"id": "invoices.assignment_not_known", "outcome": "DEFER", "code": "ASSIGNMENT_NOT_KNOWN"}
    given = receipt(waits, effect="DEFER")
    assert unjudged(given) is None
    assert replayed(tmp_path, given, said_now(tmp_path, waits)).differences == ("effect",)


def test_a_receipt_of_something_else_is_refused() -> None:
    with pytest.raises(InvalidInput, match="kind `refusal`"):
        unjudged(receipt(kind="refusal"))
