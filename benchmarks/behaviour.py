"""Memory and latency of the behaviour state as the number of agents grows: `python -m benchmarks.behaviour [--agents N]`.

A real Redis, the real scripts, no gRPC and no OPA. Every agent acts in a session of its own; ten agents share a principal,
a hundred a role. At each mark single decisions of agents chosen at random are timed one by one (look and settle, each one
trip), and the bytes of each kind of key are sampled. Of ten rounds the quietest counts, so that what else the machine does
is not measured. Flat means: the last mark is like the first.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import uvloop

from pdp.authenticate import Speaker
from pdp.behaviour.companion import Behaviour
from pdp.behaviour.observe import observe
from pdp.behaviour.sessions import policy_baseline, policy_session
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.view import BehaviourAsk, BehaviourView
from pdp.catalog_model import ResultSpec
from pdp.companions import companion_ask
from pdp.model import CallerIdentity, Final, Settlement, StateAsk, StateView
from pdp.state.client import NodeClient
from pdp.state.continuity import Continuity
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers
from tests.redis_server import RedisServer
from writ.action import Action, Destination, Operation, Scope, Verb
from writ.v1 import decision_pb2

BATCH = 64
ROUNDS = 10
PROBES = 400
SAMPLES = 300
MARKS = (1_000, 10_000, 100_000, 300_000, 1_000_000)
KEY = bytes(range(32))
CALLER = CallerIdentity(organisation="bench", id="gateway", names=(), claims={}, expires_at_s=0.0)
KINDS = {"S": "session", "A": "agent", "P": "principal", "B": "baseline", "q": "claim"}
NOW_MS = 1_763_985_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was seen with so many agents. Latency in µs of one decision's two trips, CPU in µs a decision."""

    agents: int
    used_mib: float
    p50_us: float
    p99_us: float
    redis_cpu_us: float
    bytes_of: dict[str, float]


class Load:
    """Makes asks. `settings` are those of a bundle that declares behaviour and one sequence."""

    def __init__(self) -> None:
        sequence = {"after": [{"verb": "READ", "class": "secret"}], "then": {"external": True}, "within_s": 600}
        settings = BehaviourSettings.parse({"zone": "UTC", "currency": "EUR"}, {"leak": sequence})
        assert settings is not None
        self.settings = settings
        self.behaviour = Behaviour(KEY)
        self._count = 0
        self._result = ResultSpec(classes=frozenset({"pii"}))

    def ask(self, number: int) -> StateAsk:
        """One action of an agent: reads now, pays then."""
        self._count += 1
        request = decision_pb2.DecideRequest(session_id=f"s{number}", args_json=b'{"invoice":"i%d"}' % self._count)
        request.agent.id, request.agent.version = f"agent-{number}", "1"
        request.principal.id = f"user-{number // 10}"
        request.tool.server, request.tool.name = "erp", "pay" if self._count % 3 else "read"
        pays = self._count % 3 == 0
        operation = Operation(
            verb=Verb.PAY if pays else Verb.READ,
            resource_type="invoice",
            scope=Scope.SINGLE,
            resource_ids=(str(self._count),),
            amount_minor=self._count % 9_973 if pays else None,
            currency="EUR" if pays else "",
            destinations=(Destination(kind="account", value=f"DE{self._count % 50}", external=True),) if pays else (),
        )
        seen = observe(
            request,
            CALLER,
            Speaker(kind="gateway", role=f"role-{number % 100}", unit=""),
            Action(operations=(operation,)),
            self._result,
            self.settings,
            payload=(),
            threatened=False,
            key=KEY,
            now_ms=NOW_MS + self._count * 997,
        )
        request_id = f"r{self._count}"
        return StateAsk(
            organisation="bench",
            caller_id=CALLER.id,
            request_id=request_id,
            execution_digest="ab" * 32,
            agent_id=request.agent.id,
            reservations=(),
            facts=(),
            lease_ms=60_000,
            companions=(self.behaviour.ask(CALLER.id, request_id, seen, self.settings),),
        )


async def decide(state: RedisState, asks: Sequence[StateAsk]) -> None:
    """Takes asks through the state as the pipeline does: look, make the facts, settle as allowed."""
    views = await state.enrich(asks)
    settlements = []
    for ask, view in zip(asks, views, strict=True):
        own = companion_ask(ask.companions, BehaviourAsk)
        assert own is not None
        shown = companion_ask(view.companions, BehaviourView)
        assert policy_session(shown, own.observation, own.settings)["state"] == "OK"
        policy_baseline(shown, own.observation, own.settings)
        settlements.append(settlement(ask, view))
    await state.settle(settlements)


def settlement(ask: StateAsk, view: StateView) -> Settlement:
    """What follows an ALLOW."""
    settled = StateAsk(
        organisation=ask.organisation,
        caller_id=ask.caller_id,
        request_id=ask.request_id,
        execution_digest=ask.execution_digest,
        agent_id=ask.agent_id,
        reservations=(),
        facts=(),
        lease_ms=ask.lease_ms,
        ticket=view.ticket,
        companions=ask.companions,
    )
    return Settlement(ask=settled, final=Final.ALLOWED, decision_id="D" * 26)


async def grow(state: RedisState, load: Load, numbers: Iterable[int]) -> None:
    """Lets each agent act once."""
    batch: list[StateAsk] = []
    for number in numbers:
        batch.append(load.ask(number))
        if len(batch) == BATCH:
            await decide(state, batch)
            batch = []
    if batch:
        await decide(state, batch)


async def measure(server: RedisServer, state: RedisState, load: Load, agents: int, draw: random.Random) -> Mark:
    """Times single decisions and samples the bytes of the keys."""
    halves, tails, spent = [], [], []
    for _ in range(ROUNDS):
        times = []
        before = server.cpu_us()
        for _ in range(PROBES):
            ask = load.ask(draw.randrange(agents))
            start = time.perf_counter()
            await decide(state, [ask])
            times.append((time.perf_counter() - start) * 1e6)
        times.sort()
        halves.append(times[len(times) // 2])
        tails.append(times[len(times) * 99 // 100])
        spent.append((server.cpu_us() - before) / PROBES)
    return Mark(
        agents=agents,
        used_mib=used_mib(server),
        p50_us=min(halves),
        p99_us=min(tails),
        redis_cpu_us=min(spent),
        bytes_of=sampled(server),
    )


def used_mib(server: RedisServer) -> float:
    """Memory of the data set in MiB."""
    with server.client() as client:
        info: dict[str, Any] = client.info("memory")
    return float(info["used_memory"]) / 2**20


def sampled(server: RedisServer) -> dict[str, float]:
    """Mean bytes of each kind of key, its overhead in the server included."""
    found: dict[str, list[int]] = {}
    with server.client() as client:
        for _ in range(SAMPLES * len(KINDS)):
            key = client.randomkey()
            assert isinstance(key, bytes)
            kind = KINDS.get(key.split(b":", 1)[1][:1].decode())
            if kind is not None:
                kind += " entries" if kind != "claim" and key.endswith(b"r") else ""
                found.setdefault(kind, []).append(int(client.memory_usage(key) or 0))
    return {kind: sum(sizes) / len(sizes) for kind, sizes in sorted(found.items())}


async def run(agents: int) -> list[Mark]:
    """Grows to `agents` and measures at each mark on the way."""
    marks: list[Mark] = []
    draw = random.Random(7)
    with RedisServer() as server:
        client = NodeClient(server.url, deadline_s=10.0)
        load = Load()
        state = RedisState(
            client=client,
            writer="bench",
            generation=1_700_000_000_000,
            continuity=Continuity(client=client),
            answers=SealedAnswers(KEY),
            companions=(load.behaviour,),
        )
        await state.continuity.initialise("0123456789abcdef")
        reached = 0
        for mark in [*(mark for mark in MARKS if mark < agents), agents]:
            await grow(state, load, range(reached, mark))
            reached = mark
            marks.append(await measure(server, state, load, mark, draw))
            click.echo(line(marks[-1]))
        await state.close()
    return marks


def line(mark: Mark) -> str:
    """One row for people."""
    sizes = ", ".join(f"{kind} {size:.0f}" for kind, size in mark.bytes_of.items())
    return (
        f"{mark.agents:>9,} agents: {mark.used_mib:8.1f} MiB, p50 {mark.p50_us:6.0f} us, p99 {mark.p99_us:6.0f} us, "
        f"redis {mark.redis_cpu_us:5.0f} us; bytes: {sizes}"
    )


@click.command()
@click.option("--agents", default=1_000_000, show_default=True, help="How many agents to simulate.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("build/behaviour.json"))
def main(agents: int, out: Path) -> None:
    """Measure the behaviour state."""
    marks = uvloop.run(run(agents))
    figures = {
        "marks": [
            {
                "agents": mark.agents,
                "used_mib": round(mark.used_mib, 1),
                "p50_us": round(mark.p50_us),
                "p99_us": round(mark.p99_us),
                "redis_cpu_us": round(mark.redis_cpu_us),
                "bytes": {kind: round(size) for kind, size in mark.bytes_of.items()},
            }
            for mark in marks
        ],
        "client_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
