"""What an agent usually pays it pays on; fifty times as much waits for people, by the checked-in packs alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.calls import codes, effect, request
from tests.decision_point import DecisionPoint
from tests.ground import Ground
from tests.processes import until
from writ.v1 import decision_pb2

PAYS = """package packs.invoices

matched contains {
	"id": "invoices.refund",
	"outcome": "ALLOW",
	"code": "REFUNDED",
	"message": "money is refunded",
	"remediation": "",
} if {
	input.action.operations[0].verb == "PAY"
}
"""


@pytest.fixture(scope="module")
def point() -> Iterator[DecisionPoint]:
    with Ground(packs=("invoices", "bulk_operations", "new_agents"), pays=PAYS) as ground:
        yield ground.point().start()


def pay(point: DecisionPoint, agent: str, number: int, amount: str) -> decision_pb2.Decision:
    args = {"payment": f"PAY-{number}", "customer": "7", "account": "DE89370400440532013000"}
    asked = request(
        f"{agent}-{number}",
        "payments.refund",
        agent=agent,
        args=args | {"amount": amount, "currency": "EUR"},
        session_id="s",
    )
    with point.client(f"agent/{agent}") as client:
        return client.decide(asked)


@pytest.mark.parametrize(("agent", "payments", "known"), [("billing-1", 12, False), ("billing-2", 60, True)])
def test_what_an_agent_usually_pays_goes_through_and_fifty_times_as_much_is_held(
    point: DecisionPoint, agent: str, payments: int, known: bool
) -> None:
    for number in range(payments):
        assert effect(pay(point, agent, number, f"{9 + number % 3}.00")) == "ALLOW"
    numbers = iter(range(payments, payments + 1_000))

    def learned() -> bool:
        """Baselines are learned, and read again, a second after the action."""
        said = pay(point, agent, next(numbers), "10.00").risk.baseline_deviation.evidence
        return ("a new agent" not in said and "no_data" not in said) if known else "no_data" not in said

    until(learned, "the baseline to be learned")
    assert effect(pay(point, agent, next(numbers), "11.00")) == "ALLOW"
    held = pay(point, agent, next(numbers), "500.00")
    assert effect(held) == "REQUIRE_APPROVAL"
    assert "ACTION_UNUSUAL" in codes(held)


@pytest.mark.parametrize("subject", ["gateway/mcp", "agent/billing-3"])
def test_a_payment_that_was_made_waits_for_people_when_it_is_asked_for_again(
    point: DecisionPoint, subject: str
) -> None:
    def paid(request_id: str, amount: str = "10.00", **changes: str) -> decision_pb2.Decision:
        return call(point, subject, request_id, "payments.refund", PAID | {"amount": amount}, **changes)

    assert effect(paid("once")) == "ALLOW"
    assert effect(paid("once")) == "ALLOW", "the same request has its answer"
    for number in range(60):  # so that the first one is no longer listed in its session
        call(point, subject, f"read-{number}", "invoices.get", {"invoice": "1"})
    again = paid("again", "10.0")
    assert (effect(again), codes(again)[:1]) == ("REQUIRE_APPROVAL", ["PAYMENT_REPEATED"])
    assert effect(paid("held-ones-do-not-count")) == "REQUIRE_APPROVAL"
    spelt = call(
        point, subject, "spelt", "payments.refund", PAID | {"amount": "10.00", "account": "DE89 3704 0044 0532 0130 00"}
    )
    assert "PAYMENT_REPEATED" in codes(spelt), "the account in groups"
    assert "PAYMENT_REPEATED" in codes(paid("another-principal", principal="somebody else"))
    assert effect(paid("another-sum", "10.01")) == "ALLOW"
    session = paid("another-session", session_id="t")
    assert ("PAYMENT_REPEATED" in codes(session)) == (subject != "gateway/mcp"), "an agent names sessions as it likes"


PAID = {"payment": "PAY-1", "customer": "7", "account": "DE89370400440532013000", "currency": "EUR"}


def call(
    point: DecisionPoint,
    subject: str,
    request_id: str,
    tool: str,
    args: dict[str, str],
    session_id: str = "s",
    principal: str = "ann",
) -> decision_pb2.Decision:
    agent = "billing-3" if subject.startswith("agent/") else "billing-4"
    asked = request(request_id, tool, agent=agent, args=args, session_id=session_id)
    asked.principal.id = principal
    with point.client(subject) as client:
        return client.decide(asked)
