"""The actions that are measured: varied agents, customers, invoices and tools, the same in every run.

A request is made once, as protobuf bytes, and replayed by the load generator, which writes a fresh request id into each
and a fresh invoice number into each SQL text, so that no text is met twice. Pure; `benchmarks.records` writes files.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from writ.v1 import decision_pb2

AGENTS = 256
"""Enough that the monthly counter of updates, 1,000 an agent, stays far away over a million decisions."""

CUSTOMERS_PER_AGENT = 4

REQUESTS = 2048
"""Distinct requests of one mix; a round-robin over them is varied for every cache but that of a whole request."""

ID = "0" * 24
"""Placeholder of a request id, of the width that the load generator fills in."""

NUMBER = "987654321"
"""Placeholder of an invoice number inside SQL; a digit string that occurs nowhere else in a request."""

ROLE, UNIT = "billing-assistant", "finance"
PURPOSE = "answer a customer's question about an invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one action is about."""

    customer: str
    foreign: str
    invoice: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of action; `weight` is its share of the mix in percent."""

    name: str
    weight: int
    server: str
    tool: str
    args: Callable[[Draw], Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What is drawn from."""

    name: str
    kinds: tuple[Kind, ...]


def _http(draw: Draw) -> Mapping[str, object]:
    url = f"https://billing.internal/customers/{draw.customer}/invoices/{draw.invoice}"
    return {"method": "GET", "url": url}


def _select(draw: Draw) -> str:
    return f"SELECT id, total FROM invoices WHERE customer_id = {draw.customer} AND id = {NUMBER}"  # noqa: S608  # never run


_READ = Kind(
    name="read one invoice",
    weight=36,
    server="billing-mcp",
    tool="invoices.get",
    args=lambda draw: {"customer": draw.customer, "invoice": draw.invoice},
)
_LIST = Kind(
    name="list a customer's invoices",
    weight=12,
    server="billing-mcp",
    tool="invoices.list",
    args=lambda draw: {"customer": draw.customer, "limit": draw.limit},
)
_UPDATE = Kind(
    name="update a payment status",
    weight=10,
    server="billing-mcp",
    tool="invoices.update_status",
    args=lambda draw: {"customer": draw.customer, "invoice": draw.invoice, "status": "paid"},
)
_HTTP = Kind(name="read by HTTP", weight=12, server="billing-api", tool="http.request", args=_http)
_SQL = Kind(
    name="read by SQL", weight=8, server="billing-db", tool="sql.query", args=lambda draw: {"sql": _select(draw)}
)
_FOREIGN = Kind(
    name="read a customer it does not serve",
    weight=8,
    server="billing-mcp",
    tool="invoices.get",
    args=lambda draw: {"customer": draw.foreign, "invoice": draw.invoice},
)
_DELETE = Kind(
    name="delete one invoice",
    weight=5,
    server="billing-mcp",
    tool="invoices.delete",
    args=lambda draw: {"customer": draw.customer, "invoice": draw.invoice},
)
_DELETE_ALL = Kind(
    name="delete all of a customer's",
    weight=3,
    server="billing-mcp",
    tool="invoices.delete_all",
    args=lambda draw: {"customer": draw.customer},
)
_SHELL = Kind(
    name="read by SQL in a shell",
    weight=3,
    server="ops-shell",
    tool="bash",
    args=lambda draw: {"command": f'psql -c "{_select(draw)}"'},
)
_UNKNOWN = Kind(
    name="a tool nobody enrolled",
    weight=3,
    server="billing-mcp",
    tool="invoices.export_everything",
    args=lambda draw: {"customer": draw.customer},
)

MIXED = Mix(name="mixed", kinds=(_READ, _LIST, _UPDATE, _HTTP, _SQL, _FOREIGN, _DELETE, _DELETE_ALL, _SHELL, _UNKNOWN))
"""Every kind. Deletions, shell and unknown tools are grave: their receipts are `durable`, that is on the disk first."""

SIGNED = Mix(name="signed", kinds=(_READ, _LIST, _UPDATE, _HTTP, _SQL, _FOREIGN))
"""The kinds of tiers T0 and T1, whose receipts are `signed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One request of a mix and whether its agent serves the customer that it names."""

    kind: Kind
    request: decision_pb2.DecideRequest
    serves: bool


def agent_name(number: int) -> str:
    """Returns the identifier of an agent, from 0."""
    return f"bench-{number}"


def assignments() -> Iterator[tuple[str, str]]:
    """Yields (agent, customer) for every assignment that the fact feed has to know."""
    for number in range(AGENTS):
        for offset in range(CUSTOMERS_PER_AGENT):
            yield agent_name(number), _customer(number, offset)


def proposals(mix: Mix, count: int = REQUESTS, seed: int = 1) -> list[Proposal]:
    """Returns `count` requests in the shares of the mix, in an order that `seed` fixes."""
    source = random.Random(seed)
    kinds = source.choices(mix.kinds, [kind.weight for kind in mix.kinds], k=count)
    return [_proposal(kind, source) for kind in kinds]


def example(kind: Kind) -> Proposal:
    """Returns one request of a kind."""
    return _proposal(kind, random.Random(kind.name))


def _proposal(kind: Kind, source: random.Random) -> Proposal:
    agent = source.randrange(AGENTS)
    draw = Draw(
        customer=_customer(agent, source.randrange(CUSTOMERS_PER_AGENT)),
        foreign=_customer((agent + 1 + source.randrange(AGENTS - 1)) % AGENTS, 0),
        invoice=f"INV-{source.randrange(10_000, 99_999)}",
        limit=source.choice((10, 20, 50, 100)),
    )
    request = decision_pb2.DecideRequest(
        request_id=ID,
        agent=decision_pb2.Agent(id=agent_name(agent), role=ROLE, unit=UNIT, framework="bench", version="1"),
        principal=decision_pb2.Principal(id=f"user-{source.randrange(1000)}@example.com", type="human"),
        session_id=f"session-{agent}-{source.randrange(8)}",
        tool=decision_pb2.Tool(server=kind.server, name=kind.tool),
        args_json=json.dumps(kind.args(draw)).encode(),
        environment="production",
        purpose=PURPOSE,
    )
    return Proposal(kind=kind, request=request, serves=kind is not _FOREIGN)


def _customer(agent: int, offset: int) -> str:
    return str(1000 + agent * CUSTOMERS_PER_AGENT + offset)
