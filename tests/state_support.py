"""Builds asks and states for the tests of the state."""

from __future__ import annotations

from collections.abc import Sequence

from pdp.model import Counts, FactKey, Final, Reservation, Settlement, StateAsk, StateView, Window
from pdp.state.client import Client, NodeClient
from pdp.state.cluster import ClusterClient
from pdp.state.continuity import Continuity
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers

EPOCH = "0123456789abcdef"
YEAR_MS = 366 * 86_400_000
FAR = Window(starts_ms=(0, 1, 4_000_000_000_000, 5_000_000_000_000))
DIGEST = "d" * 64
ANSWERS_KEY = bytes(range(32))


def open_state(
    url: str,
    *,
    writer: str = "pdp-1",
    generation: int = 1_700_000_000_000,
    deadline_s: float = 5.0,
    cluster: bool = False,
) -> RedisState:
    client: Client = (ClusterClient if cluster else NodeClient)(url, deadline_s=deadline_s)
    return RedisState(
        client=client,
        writer=writer,
        generation=generation,
        continuity=Continuity(client=client),
        answers=SealedAnswers(ANSWERS_KEY),
    )


def reserve(
    amount: int = 1,
    *,
    key: str = "k",
    counter: str = "calls",
    window: Window = FAR,
    counts: Counts = Counts.ALLOWED,
    element: str = "",
    unbounded: bool = False,
) -> Reservation:
    return Reservation(
        counter=counter, key=key, window=window, amount=amount, counts=counts, element=element, unbounded=unbounded
    )


def ask(
    request_id: str,
    *reservations: Reservation,
    organisation: str = "acme",
    caller: str = "caller",
    digest: str = DIGEST,
    agent: str = "agent",
    facts: Sequence[FactKey] = (),
    lease_ms: int = 60_000,
    dry_run: bool = False,
    ticket: str = "",
    owner: str = "",
) -> StateAsk:
    return StateAsk(
        organisation=organisation,
        caller_id=caller,
        request_id=request_id,
        execution_digest=digest,
        agent_id=agent,
        reservations=reservations,
        facts=tuple(facts),
        lease_ms=lease_ms,
        dry_run=dry_run,
        ticket=ticket,
        owner=owner,
    )


def with_ticket(asked: StateAsk, view: StateView) -> StateAsk:
    return StateAsk(
        organisation=asked.organisation,
        caller_id=asked.caller_id,
        request_id=asked.request_id,
        execution_digest=asked.execution_digest,
        agent_id=asked.agent_id,
        reservations=asked.reservations,
        facts=asked.facts,
        lease_ms=asked.lease_ms,
        ticket=view.ticket,
        owner=asked.owner,
    )


def settle(
    asked: StateAsk,
    view: StateView,
    final: Final,
    *,
    answer: bytes = b"",
    ttl_ms: int = 0,
    decision_id: str = "D",
    amounts: dict[str, int] | None = None,
) -> Settlement:
    return Settlement(
        ask=with_ticket(asked, view),
        final=final,
        answer=answer,
        answer_until_ms=view.now_ms + ttl_ms if ttl_ms else 0,
        decision_id=decision_id,
        amounts=amounts or {},
    )


async def enrich_one(state: RedisState, asked: StateAsk) -> StateView:
    (view,) = await state.enrich([asked])
    return view


async def value_now(state: RedisState, reservation: Reservation, organisation: str = "acme") -> tuple[int, int]:
    """(committed, pending) as a dry run sees them."""
    view = await enrich_one(state, ask("look", reservation, organisation=organisation, dry_run=True))
    counter = view.counters[reservation.counter]
    assert counter.known
    return counter.committed, counter.pending
