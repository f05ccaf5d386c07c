"""Builds observations and asks for the tests of the behaviour state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pdp.authenticate import Speaker
from pdp.behaviour.companion import Behaviour
from pdp.behaviour.observe import Observation, observe
from pdp.behaviour.sessions import policy_baseline, policy_session
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.view import BehaviourAsk, BehaviourView
from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.companions import companion_ask
from pdp.model import CallerIdentity, Final, Settlement, StateAsk, StateView
from pdp.state.client import Client, NodeClient
from pdp.state.cluster import ClusterClient
from pdp.state.continuity import Continuity
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers
from tests.redis_server import RedisServer
from tests.state_support import ask, settle
from writ.action import Action, Destination, Operation, Scope, Verb
from writ.v1 import decision_pb2

KEY = b"k" * 32
HARMLESS = ResultSpec(content=ContentTrust.TRUSTED, record_trust=ContentTrust.TRUSTED, classes=frozenset())
NOON_MONDAY_MS = 1_763_985_600_000  # 2025-11-24T12:00:00Z
CALLER = CallerIdentity(organisation="acme", id="caller", names=("caller",), claims={}, expires_at_s=0.0)


def settings(sequences: Mapping[str, Any] | None = None, **changes: Any) -> BehaviourSettings:
    found = BehaviourSettings.parse({"zone": "UTC", "currency": "EUR", **changes}, sequences or {})
    assert found is not None
    return found


SETTINGS = settings()


def operation(
    verb: Verb = Verb.READ,
    resource: str = "invoice",
    *,
    rows: int | None = 1,
    amount: int | None = None,
    currency: str = "EUR",
    to: Sequence[str] = (),
    external: bool = True,
) -> Operation:
    return Operation(
        verb=verb,
        resource_type=resource,
        scope=Scope.ALL,
        max_rows=rows,
        amount_minor=amount,
        currency=currency if amount is not None else "",
        destinations=tuple(Destination(kind="email", value=value, external=external) for value in to),
    )


def observed(
    *operations: Operation,
    agent: str = "a1",
    session: str = "s1",
    principal: str = "p1",
    workspace: str = "",
    role: str = "clerk",
    version: str = "1",
    tool: str = "tool",
    definition: str = "d1",
    args: bytes = b'{"a":1}',
    payload: Sequence[str] = (),
    threatened: bool = False,
    result: ResultSpec = HARMLESS,
    now_ms: int = NOON_MONDAY_MS,
    declared: BehaviourSettings = SETTINGS,
    key: bytes = KEY,
) -> Observation:
    request = decision_pb2.DecideRequest(session_id=session, workspace=workspace, args_json=args)
    request.agent.id, request.agent.version = agent, version
    request.principal.id = principal
    request.tool.server, request.tool.name, request.tool.definition_digest = "server", tool, definition
    return observe(
        request,
        CALLER,
        Speaker(kind="agent", role=role, unit=""),
        Action(operations=operations or (operation(),)),
        result,
        declared,
        payload=payload,
        threatened=threatened,
        key=key,
        now_ms=now_ms,
    )


def open_behaviour(url: str, *, writer: str = "pdp-1", cluster: bool = False) -> RedisState:
    client: Client = (ClusterClient if cluster else NodeClient)(url, deadline_s=5.0)
    return RedisState(
        client=client,
        writer=writer,
        generation=1_700_000_000_000,
        continuity=Continuity(client=client),
        answers=SealedAnswers(KEY),
        companions=(Behaviour(KEY, hold_s=0.0),),
    )


def asked(
    request_id: str,
    observation: Observation | None = None,
    declared: BehaviourSettings = SETTINGS,
    *,
    dry_run: bool = False,
    ticket: str = "",
    held: bool = False,
) -> StateAsk:
    plain = ask(request_id, dry_run=dry_run, ticket=ticket)
    own = Behaviour(KEY).ask("caller", request_id, observation or observed(), declared)
    own = BehaviourAsk(id=own.id, observation=own.observation, settings=own.settings, held=held)
    return StateAsk(
        organisation=plain.organisation,
        caller_id=plain.caller_id,
        request_id=plain.request_id,
        execution_digest=plain.execution_digest,
        agent_id=plain.agent_id,
        reservations=(),
        facts=(),
        lease_ms=plain.lease_ms,
        dry_run=dry_run,
        ticket=ticket,
        companions=(own,),
    )


def settled(asks: StateAsk, view: StateView, final: Final) -> Settlement:
    plain = settle(asks, view, final)
    return Settlement(ask=plain.ask, final=final, decision_id="D", companions=asks.companions)


def view_of(view: StateView) -> BehaviourView | None:
    return companion_ask(view.companions, BehaviourView)


def session_of(asks: StateAsk, view: StateView) -> dict[str, Any]:
    own = companion_ask(asks.companions, BehaviourAsk)
    assert own is not None
    return policy_session(view_of(view), own.observation, own.settings)


def baseline_of(asks: StateAsk, view: StateView) -> dict[str, Any]:
    own = companion_ask(asks.companions, BehaviourAsk)
    assert own is not None
    return policy_baseline(view_of(view), own.observation, own.settings)


class Player:
    """Plays actions one after the other through a state."""

    def __init__(self, state: RedisState, declared: BehaviourSettings = SETTINGS) -> None:
        self.state = state
        self.declared = declared
        self.count = 0

    async def look(self, *observations: Observation, dry_run: bool = False) -> list[tuple[StateAsk, StateView]]:
        asks = []
        for one in observations:
            self.count += 1
            asks.append(asked(f"{self.state.writer}-{self.count}", one, self.declared, dry_run=dry_run))
        return list(zip(asks, await self.state.enrich(asks), strict=True))

    async def play(self, *observations: Observation, final: Final = Final.ALLOWED) -> list[tuple[StateAsk, StateView]]:
        pairs = await self.look(*observations)
        await self.state.settle([settled(a, v, final) for a, v in pairs])
        await self.state.learn()
        return pairs

    async def session(self, observation: Observation | None = None) -> dict[str, Any]:
        ((one, view),) = await self.look(observation or observed(declared=self.declared), dry_run=True)
        return session_of(one, view)

    async def baseline(self, observation: Observation | None = None) -> dict[str, Any]:
        ((one, view),) = await self.look(observation or observed(declared=self.declared), dry_run=True)
        return baseline_of(one, view)


def advance(server: RedisServer, ms: int) -> None:
    """Lets the organisation's time run ahead of the server's: it never goes back."""
    with server.client() as client:
        now_s, micros = client.time()
        last = max(int(client.hget("{acme}:m", "t") or 0), now_s * 1000 + micros // 1000)
        client.hset("{acme}:m", "t", last + ms)


def forget(server: RedisServer, pattern: str) -> None:
    """Loses the keys of the organisation that match; there is at least one."""
    with server.client() as client:
        keys = list(client.scan_iter(f"{{acme}}:{pattern}"))
        assert keys
        client.delete(*keys)
