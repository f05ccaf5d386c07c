"""The steps of the invoice scenario, as data: what an agent proposes and what a reader should notice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from writ.v1 import decision_pb2

ROLE, UNIT = "billing-assistant", "finance"
CUSTOMER, FOREIGN_CUSTOMER = "7", "8"
MONTHLY_UPDATES = 1000
"""What the invoice pack allows a calendar month."""

DELETE_ALL = (
    ("invoices.delete_all(customer=7)", "billing-mcp", "invoices.delete_all", {"customer": CUSTOMER}),
    (
        "DELETE /customers/7/invoices",
        "billing-api",
        "http.request",
        {"method": "DELETE", "url": "https://billing.internal/customers/7/invoices"},
    ),
    ("DELETE FROM invoices …", "billing-db", "sql.query", {"sql": "DELETE FROM invoices WHERE customer_id=7"}),
    (
        'psql -c "delete from …"',
        "ops-shell",
        "bash",
        {"command": 'psql -c "delete from invoices where customer_id = 7"'},
    ),
)
"""One deletion in four spellings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One proposed action. `args` is JSON text, so that a malformed one can be shown; `agent` overrides who is claimed.
    `expect` is the effect or the gRPC status name that a reader should see."""

    title: str
    server: str
    tool: str
    args: str
    expect: str
    agent: str = ""


def steps() -> Iterator[Step]:
    """Yields the scenario in order, all but the permit and the thousand updates."""
    mcp = "billing-mcp"
    yield _step(
        "read one invoice of an assigned customer", mcp, "invoices.get", "ALLOW", customer="7", invoice="INV-71"
    )
    yield _step("read 20,000 rows", mcp, "invoices.list", "REQUIRE_APPROVAL", customer="7", limit=20_000)
    yield _step("delete one invoice", mcp, "invoices.delete", "REQUIRE_APPROVAL", customer="7", invoice="INV-71")
    for spelling, server, tool, args in DELETE_ALL:
        yield Step(
            title=f"delete all of a customer's: {spelling}",
            server=server,
            tool=tool,
            args=json.dumps(args),
            expect="REQUIRE_APPROVAL",
        )
    yield _step("read a customer it does not serve", mcp, "invoices.get", "DENY", customer="8", invoice="INV-80")
    yield _step("call a tool nobody enrolled", mcp, "invoices.export_everything", "DENY", customer="7")
    yield Step(
        title="send malformed arguments: a key twice",
        server=mcp,
        tool="invoices.get",
        args='{"customer": "7", "customer": "8", "invoice": "INV-71"}',
        expect="INVALID_ARGUMENT",
    )
    yield Step(
        title="speak as another agent",
        server=mcp,
        tool="invoices.get",
        args='{"customer": "7", "invoice": "INV-71"}',
        expect="PERMISSION_DENIED",
        agent="payroll-1",
    )


def request(step: Step, agent: str, request_id: str) -> decision_pb2.DecideRequest:
    """Returns the request of one step."""
    return decision_pb2.DecideRequest(
        request_id=request_id,
        agent=decision_pb2.Agent(id=step.agent or agent, role=ROLE, unit=UNIT, framework="demo", version="1"),
        session_id=f"{agent}-1",
        tool=decision_pb2.Tool(server=step.server, name=step.tool),
        args_json=step.args.encode(),
        environment="production",
        purpose="invoice questions",
    )


def update(number: int) -> Step:
    """Returns one of many payment status updates."""
    return _step(
        f"update a payment status, number {number}",
        "billing-mcp",
        "invoices.update_status",
        "ALLOW",
        customer=CUSTOMER,
        invoice=f"INV-{number}",
        status="paid",
    )


def _step(title: str, server: str, tool: str, expect: str, **args: object) -> Step:
    return Step(title=title, server=server, tool=tool, args=json.dumps(args), expect=expect)
