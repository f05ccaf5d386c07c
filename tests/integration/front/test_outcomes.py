"""ReportOutcome and what comes after a decision: bindings, receipts from the command line, replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pep.client import Client, DecisionRefused
from tests.stack_support import Stack, effect, request, until, writ
from writ.receipt import Receipt, format_receipt, verify_receipt
from writ.v1 import decision_pb2, receipt_pb2

FOREIGN = {"customer": "8", "invoice": "INV-80"}
SUCCEEDED = decision_pb2.OUTCOME_STATUS_SUCCEEDED


def report(
    client: Client, request_id: str, decision: decision_pb2.Decision, /, **changes: object
) -> decision_pb2.ReportOutcomeResponse:
    fields = {
        "request_id": request_id,
        "decision_id": decision.decision_id,
        "execution_digest": decision.execution_digest,
        "status": SUCCEEDED,
        **changes,
    }
    return client.report_outcome(decision_pb2.ReportOutcomeRequest(**fields))  # type: ignore[arg-type]  # mixed by name


def binding(response: decision_pb2.ReportOutcomeResponse) -> str:
    return decision_pb2.OutcomeBinding.Name(response.binding).removeprefix("OUTCOME_BINDING_")


def settled(client: Client, request_id: str, decision: decision_pb2.Decision) -> None:
    """Settling follows the answer: until then nothing is held to bind a report to."""
    until(lambda: binding(report(client, request_id, decision)) != "UNVERIFIED", "the decision to be held")


def test_an_outcome_is_bound_to_the_decision_and_on_record(stack: Stack, client: Client) -> None:
    decision = client.decide(request("outcome-1"))
    settled(client, "outcome-1", decision)
    answer = report(client, "outcome-1", decision, rows=1)
    assert binding(answer) == "MATCHED"
    verify_receipt(Receipt.of_message(answer.receipt), stack.public_keys("receipt"))
    entry = stack.entries()[-1]
    assert (entry["kind"], entry["decision_id"]) == ("outcome", decision.decision_id)
    reference = entry["outcome_reference"]
    assert (reference["status"], reference["binding"], reference["rows"]) == ("SUCCEEDED", "MATCHED", 1)


def test_an_outcome_of_another_call_is_a_digest_mismatch(client: Client) -> None:
    decision = client.decide(request("outcome-2"))
    settled(client, "outcome-2", decision)
    assert binding(report(client, "outcome-2", decision, execution_digest="0" * 64)) == "DIGEST_MISMATCH"


def test_an_outcome_of_what_was_not_allowed_is_a_threat_unless_it_did_not_run(stack: Stack, client: Client) -> None:
    decision = client.decide(request("outcome-3", args=FOREIGN))
    assert effect(decision) == "DENY"
    settled(client, "outcome-3", decision)
    assert binding(report(client, "outcome-3", decision)) == "NOT_ALLOWED"
    stayed = report(client, "outcome-3", decision, status=decision_pb2.OUTCOME_STATUS_NOT_EXECUTED)
    assert binding(stayed) == "MATCHED"
    assert [entry["outcome_reference"]["binding"] for entry in stack.entries()[-2:]] == ["NOT_ALLOWED", "MATCHED"]


def test_an_outcome_of_nothing_that_is_held_is_unverified(stack: Stack, client: Client) -> None:
    decision = client.decide(request("outcome-4"))
    settled(client, "outcome-4", decision)
    assert binding(report(client, "never-asked", decision)) == "UNVERIFIED"
    assert binding(report(client, "outcome-4", decision, decision_id="0" * 26)) == "UNVERIFIED"
    with stack.client("agent/billing-2") as other:
        assert binding(report(other, "outcome-4", decision)) == "UNVERIFIED", "another caller holds no such request"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": decision_pb2.OUTCOME_STATUS_UNSPECIFIED},
        {"execution_digest": "0" * 63},
        {"decision_id": "no ulid"},
        {"request_id": "with blanks in it"},
        {"error_code": "lower case"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_unreadable_report_is_refused(stack: Stack, client: Client, changes: dict[str, object]) -> None:
    decision = client.decide(request("outcome-5"))
    before = len(stack.entries())
    with pytest.raises(DecisionRefused) as error:
        report(client, "outcome-5", decision, **changes)
    assert error.value.code == "INVALID_ARGUMENT"
    assert len(stack.entries()) == before


@pytest.fixture
def bundle(stack: Stack, tmp_path: Path) -> Path:
    """The archive that was pushed, which is the revision that judged."""
    path = tmp_path / "bundle.tar.gz"
    path.write_bytes((stack.root / "bundle" / "bundle.tar.gz").read_bytes())
    return path


@pytest.mark.parametrize("args", [None, FOREIGN], ids=["allowed", "denied"])
def test_a_recorded_decision_is_judged_again_to_the_same_answer(
    stack: Stack, client: Client, bundle: Path, tmp_path: Path, args: dict[str, object] | None
) -> None:
    decision = client.decide(request(f"replay-{args is None}", args=args, purpose="replayed"))
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(format_receipt(Receipt.of_message(decision.receipt)))
    keys = stack.layout.public_keys / "receipt.pem"
    verified = writ("receipt", "verify", receipt, "--keys", keys, "--json")
    assert verified.returncode == 0, verified.stderr
    done = writ(
        *("replay", receipt, "--config", stack.layout.settings, "--keys", keys),
        *("--bundle", bundle, "--opa", stack.layout.opa_link, "--json"),
    )
    assert done.returncode == 0, done.stderr + done.stdout
    result = json.loads(done.stdout)
    assert result["differences"] == []
    assert result["replayed"]["effect"] == effect(decision)
    assert result["revision"] == decision.bundle.revision


def test_an_item_after_the_end_of_its_batch_was_not_judged_and_differs_from_nothing(
    stack: Stack, client: Client, bundle: Path, tmp_path: Path
) -> None:
    batch = [request("replay-batch-1", args=FOREIGN), request("replay-batch-2")]
    answers = client.decide_batch(batch, decision_pb2.BATCH_SEMANTIC_DENY_ON_FIRST_DENY)
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(format_receipt(Receipt.of_message(answers[1].decision.receipt)))
    done = writ(
        *("replay", receipt, "--config", stack.layout.settings, "--keys", stack.layout.public_keys / "receipt.pem"),
        *("--bundle", bundle, "--opa", stack.layout.opa_link),
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines()[-1] == "not judged by policy: NOT_EVALUATED"
    recorded = next(line for line in done.stdout.splitlines() if line.startswith("recorded"))
    assert '"DENY"' in recorded
    assert '["writ.not_evaluated", "FAILURE", "NOT_EVALUATED"]' in recorded


def test_a_receipt_that_was_changed_is_not_judged_again(
    stack: Stack, client: Client, bundle: Path, tmp_path: Path
) -> None:
    decision = client.decide(request("replay-changed"))
    receipt = Receipt.of_message(decision.receipt)
    changed = tmp_path / "changed.json"
    text = format_receipt(receipt)
    body = receipt.body.replace(b'"effect":"ALLOW"', b'"effect":"DENY"')
    assert body != receipt.body
    changed.write_bytes(format_receipt(Receipt.of_message(_with_body(decision, body))))
    assert changed.read_bytes() != text
    keys = stack.layout.public_keys / "receipt.pem"
    done = writ(
        *("replay", changed, "--config", stack.layout.settings, "--keys", keys),
        *("--bundle", bundle, "--opa", stack.layout.opa_link),
    )
    assert done.returncode == 1
    assert "writ: " in done.stderr


def _with_body(decision: decision_pb2.Decision, body: bytes) -> receipt_pb2.Receipt:
    changed = decision_pb2.Decision()
    changed.CopyFrom(decision)
    changed.receipt.body = body
    return changed.receipt


def reported(request_id: str, decision: decision_pb2.Decision, result: object, **fields: Any) -> Any:
    """Returns a report with a result, by the agent that asked."""
    return decision_pb2.ReportOutcomeRequest(
        request_id=request_id,
        decision_id=decision.decision_id,
        execution_digest=decision.execution_digest,
        status=decision_pb2.OUTCOME_STATUS_SUCCEEDED,
        result_json=json.dumps(result).encode(),
        agent=decision_pb2.Agent(id=fields.pop("agent", "billing-1")),
        tool=decision_pb2.Tool(server="billing-mcp", name="invoices.get"),
        **fields,
    )


def test_a_result_is_inspected_labelled_and_on_record_without_its_text(stack: Stack, client: Client) -> None:
    decision = client.decide(request("outcome-10"))
    settled(client, "outcome-10", decision)
    secret = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    answer = client.report_outcome(reported("outcome-10", decision, {"note": f"token {secret}"}))
    assert "credential" in answer.classes
    assert "financial" in answer.classes  # the catalog's word stays
    reference = stack.entries()[-1]["outcome_reference"]
    assert reference["classes"] == list(answer.classes)
    assert secret.encode() not in answer.SerializeToString()


def test_a_result_that_cannot_be_read_or_is_anothers_is_refused(client: Client) -> None:
    decision = client.decide(request("outcome-11"))
    settled(client, "outcome-11", decision)
    broken = reported("outcome-11", decision, {})
    broken.result_json = b"{"
    with pytest.raises(DecisionRefused, match="RESULT_NOT_JSON"):
        client.report_outcome(broken)
    broken.result_json = b"[" * 2000 + b"]" * 2000
    with pytest.raises(DecisionRefused, match="RESULT_TOO_DEEP"):
        client.report_outcome(broken)
    broken.result_json = b'"' + b"a" * (1024 * 1024) + b'"'
    with pytest.raises(DecisionRefused, match="RESULT_TOO_LARGE"):
        client.report_outcome(broken)
    with pytest.raises(DecisionRefused, match="CALLER_NOT_PERMITTED"):
        client.report_outcome(reported("outcome-11", decision, {}, agent="billing-2"))
    broken = reported("outcome-11", decision, {})
    broken.ClearField("agent")
    with pytest.raises(DecisionRefused, match="FIELD_INVALID"):
        client.report_outcome(broken)
