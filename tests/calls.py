"""Requests to the invoice server of the checked-in catalog, facts of its feed, and short words for answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration

from writ.v1 import decision_pb2, fact_pb2

ORGANISATION = "acme"
FEED = "feed/crm"
GATEWAY = "gateway/mcp"
CUSTOMER = "7"
UPDATES_A_MONTH = 1_000
"""What the invoice pack allows an agent without an approval."""


def request(
    request_id: str,
    tool: str = "invoices.get",
    *,
    agent: str = "billing-1",
    args: Mapping[str, object] | None = None,
    **fields: Any,
) -> decision_pb2.DecideRequest:
    """Returns a request to the invoice server; `args` default to one invoice of the assigned customer."""
    arguments = {"customer": CUSTOMER, "invoice": "INV-71"} if args is None else args
    return decision_pb2.DecideRequest(
        request_id=request_id,
        agent=decision_pb2.Agent(id=agent, role="billing-assistant", unit="finance"),
        tool=decision_pb2.Tool(server="billing-mcp", name=tool),
        args_json=json.dumps(arguments).encode(),
        environment="production",
        **fields,
    )


def update(request_id: str, agent: str, *, customer: str = CUSTOMER, **fields: Any) -> decision_pb2.DecideRequest:
    """Returns a payment status update, which counts towards the month's limit of its agent."""
    args = {"customer": customer, "invoice": f"INV-{request_id}", "status": "paid"}
    return request(request_id, "invoices.update_status", agent=agent, args=args, **fields)


def assignment(agent: str, customer: str = CUSTOMER, *, ttl_s: int = 3_600) -> fact_pb2.Fact:
    """Returns the fact that an agent serves a customer."""
    return fact_pb2.Fact(name="assignment", key=[agent, customer], value_json=b"true", ttl=Duration(seconds=ttl_s))


def effect(decision: decision_pb2.Decision) -> str:
    """Returns the short name of the effect."""
    return decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")


def codes(decision: decision_pb2.Decision) -> list[str]:
    """Returns the reasons in order of precedence."""
    return [reason.code for reason in decision.reasons]
