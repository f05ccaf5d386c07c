"""An outcome of what was refused, or of another call than was permitted, shows in the next action of its agent alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.calls import effect, request
from tests.decision_point import DecisionPoint
from tests.ground import Ground
from tests.processes import until
from writ.v1 import decision_pb2

SENTENCE = "an outcome was reported of an action that this agent was not permitted"


@pytest.fixture(scope="module")
def point() -> Iterator[DecisionPoint]:
    with Ground(packs=("invoices",)) as ground:
        started = ground.point().start()
        ground.assign(started, *(f"billing-{number}" for number in range(1, 6)))
        yield started


def decide(point: DecisionPoint, agent: str, request_id: str, customer: str = "7") -> decision_pb2.Decision:
    with point.client(f"agent/{agent}") as client:
        asked = request(
            request_id, agent=agent, args={"customer": customer, "invoice": request_id}, session_id=request_id
        )
        return client.decide(asked)


def report(
    point: DecisionPoint, agent: str, request_id: str, decision: decision_pb2.Decision, digest: str = "", *, named: bool
) -> decision_pb2.OutcomeBinding.ValueType:
    said = decision_pb2.ReportOutcomeRequest(
        request_id=request_id,
        decision_id=decision.decision_id,
        execution_digest=digest or decision.execution_digest,
        status=decision_pb2.OUTCOME_STATUS_SUCCEEDED,
    )
    if named:
        said.agent.id = agent
        said.tool.server, said.tool.name = "billing-mcp", "invoices.get"
    unverified = decision_pb2.OUTCOME_BINDING_UNVERIFIED
    with point.client(f"agent/{agent}") as client:
        # Settling follows the answer: only then is there a decision to bind a report to.
        until(lambda: client.report_outcome(said).binding != unverified, "the decision to be held")
        return client.report_outcome(said).binding


@pytest.mark.parametrize(("agent", "named"), [("billing-1", True), ("billing-2", False)])
def test_an_outcome_of_a_refused_action_is_a_threat_signal_of_its_agent(
    point: DecisionPoint, agent: str, named: bool
) -> None:
    before = decide(point, agent, f"{agent}.before")
    assert (before.risk.threat_signals.score, before.risk.threat_signals.evidence) == (
        0,
        "no sign of an attack was found",
    )
    refused = decide(point, agent, f"{agent}.refused", customer="8")
    assert effect(refused) == "DENY"
    bound = report(point, agent, f"{agent}.refused", refused, named=named)
    assert bound == decision_pb2.OUTCOME_BINDING_NOT_ALLOWED
    after = decide(point, agent, f"{agent}.after").risk.threat_signals
    assert (after.score, after.evidence) == (80, SENTENCE)


def test_an_outcome_of_another_call_than_was_permitted_is_one(point: DecisionPoint) -> None:
    permitted = decide(point, "billing-3", "b3.permitted")
    assert effect(permitted) == "ALLOW"
    bound = report(point, "billing-3", "b3.permitted", permitted, "0" * 64, named=True)
    assert bound == decision_pb2.OUTCOME_BINDING_DIGEST_MISMATCH
    assert decide(point, "billing-3", "b3.after").risk.threat_signals.evidence == SENTENCE
    assert decide(point, "billing-4", "b4").risk.threat_signals.score == 0


def test_an_outcome_of_what_was_permitted_is_none(point: DecisionPoint) -> None:
    permitted = decide(point, "billing-5", "b5.permitted")
    bound = report(point, "billing-5", "b5.permitted", permitted, named=True)
    assert bound == decision_pb2.OUTCOME_BINDING_MATCHED
    assert decide(point, "billing-5", "b5.after").risk.threat_signals.score == 0
