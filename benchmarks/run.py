"""`make bench`: starts the real stack, drives it and a bare OPA in turns, prints Markdown, writes build/bench.*."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import orjson
from google.protobuf.duration_pb2 import Duration

from benchmarks.inprocess import own_config
from benchmarks.loadgen import Load, LoadGenerator, Seen
from benchmarks.markdown import report
from benchmarks.opa_inputs import opa_bodies, opa_items, single_bodies
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.plot import plot
from benchmarks.records import write_records
from benchmarks.results import document, figures
from benchmarks.stack import CALLER, FEED, Stack, running
from benchmarks.workload import MIXED, SIGNED, assignments, example, proposals
from control_plane.stack.tools import tool_path
from pdp.evaluate import OpaJudge
from pdp.lane import Lane
from pdp.model import CallerIdentity
from pep.client import Client
from writ.v1 import decision_pb2, fact_pb2

FACTS_PER_PUT = 256
ASSIGNMENT_TTL_S = 3600
ORGANISATION = "acme"

WARM_UP = Load(name="warm-up", mode="stream", mix="mixed", seconds=30.0, callers=64, count=20_000, warmup_s=0.1)
"""Some 80 actions of each of 256 agents: above `min_observations`."""


async def load_lane(stack: Stack) -> Lane:
    """Reads the bundle that the stack runs, as the decision point does."""
    judge = OpaJudge(stack.opa_socket)
    try:
        return Lane.build(await judge.activation())
    finally:
        judge.close()


def caller() -> CallerIdentity:
    """Returns the gateway in whose name everything is asked."""
    return CallerIdentity(
        organisation=ORGANISATION, id=CALLER, names=(CALLER,), claims={}, expires_at_s=time.time() + ASSIGNMENT_TTL_S
    )


def feed_facts(stack: Stack) -> None:
    """Tells the stack which agent serves which customer."""
    facts = [
        fact_pb2.Fact(
            name="assignment", key=[agent, customer], value_json=b"true", ttl=Duration(seconds=ASSIGNMENT_TTL_S)
        )
        for agent, customer in assignments()
    ]
    with Client(stack.target, token=stack.token(FEED)) as client:
        for start in range(0, len(facts), FACTS_PER_PUT):
            client.put_facts(facts[start : start + FACTS_PER_PUT])


def write_requests(folder: Path) -> None:
    """Writes the requests that the load generator replays."""
    for mix in (MIXED, SIGNED):
        write_records(folder / f"{mix.name}.grpc.bin", (one.request.SerializeToString() for one in proposals(mix)))


async def write_inputs(folder: Path, stack: Stack) -> None:
    """Writes what the bare OPA is asked, by the state as it is now."""
    lane, asker, config = await load_lane(stack), caller(), own_config(stack, folder)
    for mix in (MIXED, SIGNED):
        items = await opa_items(proposals(mix), lane, asker, config)
        write_records(folder / f"{mix.name}.opa.bin", opa_bodies(items, lane.revision))
        write_records(folder / f"{mix.name}.single.bin", single_bodies(items))


def probe(stack: Stack) -> list[Sequence[str]]:
    """Asks once for each kind of action and returns rows of kind, share, tier and effect."""
    rows: list[Sequence[str]] = []
    with Client(stack.target, token=stack.token()) as client:
        for number, kind in enumerate(MIXED.kinds):
            request = example(kind).request
            request.request_id = f"probe-{time.time_ns()}-{number}"
            decision = client.decide(request)
            effect = decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")
            tier = decision_pb2.Tier.Name(decision.tier).removeprefix("TIER_")
            rows.append((kind.name, str(kind.weight), tier, effect))
    return rows


def run_plan(plan: Plan, stack: Stack, generator: LoadGenerator, token: Path) -> list[Seen]:
    """Runs everything, in order."""
    runs: list[Seen] = []
    for number in range(plan.rounds):
        loads = plan.ratio_round()
        # Every other round backwards, so that neither side always runs on the machine that the other has warmed.
        runs += [_run(load, stack, generator, token) for load in (loads if number % 2 == 0 else loads[::-1])]
    runs += [_run(load, stack, generator, token) for load in plan.once()]
    decided = sum(run.decisions for run in runs if run.load.mode != "opa")
    runs.append(_run(plan.memory(decided), stack, generator, token))
    return runs


def _run(load: Load, stack: Stack, generator: LoadGenerator, token: Path) -> Seen:
    before = stack.stages()
    seen = generator.run(load, token)
    spent = stack.stages().since(before)
    print(f"{load.name}: {seen.per_second:.0f}/s, {seen.cpu_total:.0f} µs CPU, {seen.errors} errors", file=sys.stderr)
    return replace(seen, stages=spent.us_per_decision(), mean_batch=spent.mean_batch())


@click.command()
@click.option("--quick", is_flag=True, envvar="QUICK", help="Under a minute; the figures are rougher.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("build"), show_default=True)
def main(quick: bool, out: Path) -> None:
    """Measures Writ beside a bare OPA."""
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as work, running(Path(work) / "state") as stack:
        folder = Path(work)
        feed_facts(stack)
        write_requests(folder)
        rows = probe(stack)
        generator = LoadGenerator(
            binary=tool_path("loadgen"),
            folder=folder,
            target=stack.target,
            opa_target=f"unix://{stack.opa_socket}",
            pids=stack.pids,
        )
        (folder / "token").write_text(stack.token())
        # Agents that have acted before, so that baselines and sessions cost what they cost in the long run.
        generator.run(replace(WARM_UP, count=5_000) if quick else WARM_UP, folder / "token")
        asyncio.run(write_inputs(folder, stack))
        runs = run_plan(QUICK if quick else FULL, stack, generator, folder / "token")
    found = figures(runs)
    out.mkdir(parents=True, exist_ok=True)
    text = report(found, runs, rows)
    (out / "bench.json").write_bytes(orjson.dumps(document(found, runs, quick=quick), option=orjson.OPT_INDENT_2))
    (out / "bench.md").write_text(text, encoding="utf-8")
    (out / "bench.svg").write_text(plot(runs), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
