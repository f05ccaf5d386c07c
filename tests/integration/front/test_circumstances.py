"""Transforms and deferrals by real processes: a policy whose rules redact, cap and wait for facts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest

from pep.client import Client, permitted_digest
from tests.stack_support import FEED, GATEWAY, DecisionPoint, Ground, assignment, codes, effect, request, until, update
from writ.commitment import commitment
from writ.permit import verify_permit
from writ.v1 import decision_pb2

REDACTS = """package packs.invoices

matched contains rule if {
	input.context.workspace == "trial"
	"credential" in input.payload.classes
	rule := {
		"id": "invoices.redact_credentials",
		"outcome": "TRANSFORM",
		"code": "CREDENTIALS_REDACTED",
		"message": "credentials are taken out",
		"remediation": "",
		"transforms": [{"id": "redact", "type": "redact", "params": {"classes": ["credential"]}}],
	}
}

matched contains rule if {
	input.context.workspace == "trial"
	input.action.operations[0].max_rows > 50
	input.action.operations[0].verb == "LIST"
	rule := {
		"id": "invoices.cap_rows",
		"outcome": "TRANSFORM",
		"code": "ROWS_CAPPED",
		"message": "at most 50 at once",
		"remediation": "",
		"transforms": [{"id": "cap", "type": "cap", "params": {"pointer": "/limit", "max": 50}}],
	}
}

matched contains rule if {
	input.context.workspace == "trial"
	input.action.operations[0].verb in {"LIST", "CREATE"}
	rule := {
		"id": "invoices.test_allows",
		"outcome": "ALLOW",
		"code": "TEST_ALLOWS",
		"message": "a test",
		"remediation": "",
	}
}
"""

DEFERS = """package packs.invoices

matched contains rule if {
	input.context.workspace == "trial"
	input.facts.assignment.entries[_].state == "NO_DATA"
	rule := {
		"id": "invoices.wait_for_assignment",
		"outcome": "DEFER",
		"code": "ASSIGNMENT_AWAITED",
		"message": "nobody has said yet whom the agent serves",
		"remediation": "wait",
	}
}
"""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground(redacts=REDACTS, defers=DEFERS) as running:
        yield running


@pytest.fixture(scope="module")
def point(ground: Ground) -> DecisionPoint:
    started = ground.point().start()
    ground.assign(started, "billing-1")
    return started


LISTS = {"customer": "7", "limit": 5}


def test_a_row_limit_is_lowered_and_the_permit_binds_the_lowered_call(point: DecisionPoint) -> None:
    with point.client() as client:
        decision = client.decide(
            request("cap-1", "invoices.list", args={"customer": "7", "limit": 500}, workspace="trial")
        )
    assert effect(decision) == "TRANSFORM"
    assert json.loads(decision.transformed_args_json) == {"customer": "7", "limit": 50}
    assert decision.permit.token
    assert json.loads(decision.receipt.body)["predicate"]["effect"] == "TRANSFORM"


def test_permit_and_report_take_the_digest_of_the_lowered_call_and_the_receipt_that_of_the_proposed_one(
    ground: Ground, point: DecisionPoint
) -> None:
    with point.client(GATEWAY) as client:
        lowered = client.decide(
            request("cap-2", "invoices.list", args={"customer": "7", "limit": 500}, workspace="trial")
        )
        proposed = client.decide(request("cap-3", "invoices.list", args={"customer": "7", "limit": 50}))
        assert (effect(lowered), effect(proposed)) == ("TRANSFORM", "ALLOW"), codes(lowered) + codes(proposed)
        digest = lowered.transformed_execution_digest
        # As if the lowered call had been proposed.
        assert digest == permitted_digest(lowered) == proposed.execution_digest == permitted_digest(proposed)
        assert digest != lowered.execution_digest
        assert not proposed.transformed_execution_digest
        permit = verify_permit(
            lowered.permit.token,
            keys=ground.public_keys("permit"),
            audience="billing-mcp",
            execution_digest=digest,
            now_ms=lowered.decided_at.ToMilliseconds(),
        )
        assert permit.id == lowered.permit.id
        bound = json.loads(lowered.receipt.body)["predicate"]["commitments"]["execution_digest"]
        assert bound == commitment("execution_digest", lowered.receipt.salt, lowered.execution_digest.encode())
        until(lambda: _reported(client, lowered, digest) != "UNVERIFIED", "the decision to be held")
        assert _reported(client, lowered, digest) == "MATCHED"
        assert _reported(client, lowered, lowered.execution_digest) == "DIGEST_MISMATCH"


def _reported(client: Client, decision: decision_pb2.Decision, digest: str) -> str:
    report = decision_pb2.ReportOutcomeRequest(
        request_id="cap-2",
        decision_id=decision.decision_id,
        execution_digest=digest,
        status=decision_pb2.OUTCOME_STATUS_SUCCEEDED,
    )
    return decision_pb2.OutcomeBinding.Name(client.report_outcome(report).binding).removeprefix("OUTCOME_BINDING_")


def test_a_fact_that_comes_ends_the_wait(ground: Ground, point: DecisionPoint) -> None:
    answers: list[decision_pb2.Decision] = []

    def wait() -> None:
        with point.client("agent/billing-2") as client:
            answers.append(client.wait_decision(update("wait-1", "billing-2", workspace="trial"), 20.0))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    assert not answers
    ground.assign(point, "billing-2")
    waiting.join(10.0)
    assert effect(answers[0]) == "ALLOW"


def test_a_wait_that_is_over_says_defer_and_when_it_ends(point: DecisionPoint) -> None:
    with point.client("agent/billing-3") as client:
        decision = client.wait_decision(update("wait-2", "billing-3", workspace="trial"), 0.5)
        assert effect(decision) == "DEFER"
        deadline = decision.deferral.deadline.ToMilliseconds()
        again = client.decide(update("wait-2", "billing-3", workspace="trial"))
    assert codes(again)[0] == "ASSIGNMENT_AWAITED"
    assert again.deferral.deadline.ToMilliseconds() == deadline


def test_what_builds_on_a_deferred_action_is_deferred_until_that_is_decided(
    ground: Ground, point: DecisionPoint
) -> None:
    with point.client("agent/billing-4") as client:
        first = update("base", "billing-4", workspace="trial")
        assert effect(client.decide(first)) == "DEFER"
        ground.settled()
        second = request("upon", "invoices.list", agent="billing-4", args=LISTS, workspace="trial", depends_on=["base"])
        with point.client(FEED) as feed:
            feed.put_facts([assignment("billing-4")])
        deferred = client.decide(second)
        assert codes(deferred)[0] == "DEPENDENCY_DEFERRED"
        assert deferred.deferral.depth == 1
        assert effect(client.decide(first)) == "ALLOW"
        ground.settled()
        assert effect(client.decide(second)) == "ALLOW"


def test_what_builds_on_a_denied_action_is_denied(ground: Ground, point: DecisionPoint) -> None:
    with point.client() as client:
        denied = request("bad", "no.such.tool", args={})
        assert effect(client.decide(denied)) == "DENY"
        ground.settled()
        second = request("upon-bad", "invoices.list", args=LISTS, workspace="trial", depends_on=["bad"])
        assert codes(client.decide(second))[0] == "DEPENDENCY_DENIED"


def test_what_builds_on_an_action_that_nobody_asked_for_waits(point: DecisionPoint) -> None:
    with point.client() as client:
        orphan = request("orphan", "invoices.list", args=LISTS, workspace="trial", depends_on=["never-asked"])
        assert effect(client.decide(orphan)) == "DEFER"
