"""CPU of each stage in this process, without gRPC: `python -m benchmarks.micro`.

One batch after the other goes through the pipeline's own stages on a running stack. CPU is this process's
(`time.process_time_ns`), so waiting for OPA or Redis is not in it; what they spend shows in `benchmarks.run`.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click
import uvloop

from benchmarks.inprocess import DEADLINE_S, fresh, own_config, with_point
from benchmarks.opa_inputs import PLAIN_NUMBER
from benchmarks.run import feed_facts
from benchmarks.stack import running
from benchmarks.workload import MIXED, NUMBER, Kind, Mix, example, proposals
from pdp import heap
from pdp.authenticate import Authenticator
from pdp.conclude import Concluder, Stopwatch
from pdp.item import Item
from pdp.judgement import item_input
from pdp.lane import Lane
from pdp.model import Ask, Peer
from pdp.oblige import oblige
from pdp.prepare import admit, canonicalize, inspect, make_item
from pdp.server import DecisionPoint
from pdp.transform.apply import Transformer
from writ.cli.token_keys import load_token_keys
from writ.keys import parse_private_key
from writ.permit import PermitSigner

BATCH = 32
KIND_ROUNDS = 2_000
STAGES = (
    "admit",
    "canonicalize",
    "inspect",
    "make_item",
    "enrich",
    "policy_input",
    "evaluate",
    "oblige",
    "record",
    "durable",
    "settle",
)


class Bench:
    """Takes batches through the stages one at a time and notes the CPU of each."""

    def __init__(self, point: DecisionPoint, lane: Lane, token: str) -> None:
        jwt = point.config.pdp.jwt
        if jwt is None:
            raise RuntimeError("expected a stack whose callers bring tokens")
        self._point = point
        self._lane = lane
        self._peer = Peer(bearer=token)
        self._authenticator = Authenticator(
            issuer=jwt.issuer, audience=jwt.audience, keys=load_token_keys(jwt.public_keys)
        )
        self._concluder = Concluder(
            recorder=point.recorder,
            permits=PermitSigner(parse_private_key(point.config.evidence.permit_key.read_bytes())),
            random=os.urandom,
            evidence=lambda _: None,
            finals=point.circumstances.finals,
        )
        self._transformer = Transformer(bytes(32))
        self._last = 0
        self.spent: dict[str, list[float]] = {}

    async def run(self, mix: Mix, batches: int) -> None:
        """Runs a warm-up of a fifth, then `batches` batches, with the collector on as in production."""
        bodies = fresh(
            [one.request.SerializeToString() for one in proposals(mix)], f"m{time.time_ns() // 1000 % 10**9}"
        )
        for number in range(batches + batches // 5):
            if number == batches // 5:
                self.spent = {stage: [] for stage in STAGES}
            await self._batch([next(bodies) for _ in range(BATCH)])

    async def _batch(self, requests: Sequence[bytes]) -> None:
        limits, timeouts, lane = self._point.config.pdp.limits, self._point.config.pdp.timeouts, self._lane
        now_s, deadline_s = time.time(), asyncio.get_running_loop().time() + DEADLINE_S
        asks = [Ask(token=self, request=raw, peer=self._peer, deadline_s=deadline_s) for raw in requests]
        self._last = time.process_time_ns()
        admitted = [admit(ask, lane, self._authenticator, limits, now_s) for ask in asks]
        self._lap("admit")
        calls = [canonicalize(one, lane) for one in admitted]
        self._lap("canonicalize")
        payloads = [inspect(one, call, lane) for one, call in zip(admitted, calls, strict=True)]
        self._lap("inspect")
        items = [
            make_item(ask, one, call, payload, lane, self._point.circumstances, int(now_s * 1000), timeouts.lease_ms)
            for ask, one, call, payload in zip(asks, admitted, calls, payloads, strict=True)
        ]
        self._lap("make_item")
        for item, view in zip(items, await self._point.state.enrich([item.state_ask for item in items]), strict=True):
            item.view = view
        self._lap("enrich")
        await self._judge(items)
        concluded = self._concluder.conclude(items, Stopwatch(time.perf_counter), lambda _: None)
        self._lap("record")
        settlements = concluded.settlements
        if concluded.waiting:
            settlements += await self._concluder.conclude_durable(concluded, lambda _: None)
        self._lap("durable")
        await self._point.state.settle(settlements)
        self._lap("settle")

    async def _judge(self, items: Sequence[Item]) -> None:
        for index, item in enumerate(items):
            self._point.circumstances.perceive(item)
            item.input_json = item_input(index, item)
        self._lap("policy_input")
        inputs, digests = [item.input_json for item in items], [item.call.execution_digest for item in items]
        outcomes = await self._point.judge.judge(self._lane.revision, inputs, digests, DEADLINE_S)
        self._lap("evaluate")
        for item, outcome in zip(items, outcomes or (), strict=True):
            if outcome is None:
                raise RuntimeError("opa could not judge an item of the workload")
            item.outcome = outcome
            item.verdict = oblige(
                outcome, item.request, item.call, self._lane, self._transformer, item.caller.organisation
            )
        self._lap("oblige")

    def _lap(self, stage: str) -> None:
        now = time.process_time_ns()
        self.spent.setdefault(stage, []).append((now - self._last) / 1000 / BATCH)
        self._last = time.process_time_ns()


def canonicalization_us(kind: Kind, lane: Lane, *, fresh_text: bool) -> float:
    """Returns the median microseconds of one canonicalization; `fresh_text`: no SQL text is met twice."""
    request = example(kind).request
    spent = []
    for number in range(KIND_ROUNDS):
        text = str(100_000_000 + number) if fresh_text else PLAIN_NUMBER
        args = request.args_json.replace(NUMBER.encode(), text.encode())
        started = time.perf_counter_ns()
        lane.canonicalizer.canonicalize(request.tool.server, request.tool.name, "", args)
        spent.append((time.perf_counter_ns() - started) / 1000)
    return median(spent)


async def measure(point: DecisionPoint, token: str, batches: int) -> None:
    """Prints two tables."""
    lane = point.lanes.current
    if lane is None:
        raise RuntimeError("opa runs no bundle")
    heap.keep()  # as the server does
    bench = Bench(point, lane, token)
    await bench.run(MIXED, batches)
    print(f"| stage | median µs CPU a decision, batches of {BATCH} |\n| --- | --- |")
    medians = {stage: median(bench.spent[stage]) for stage in STAGES}
    for stage, value in (*medians.items(), ("sum", sum(medians.values()))):
        print(f"| {stage} | {value:.1f} |")
    print("\n| canonicalize | median µs, same text again | median µs, fresh text |\n| --- | --- | --- |")
    for kind in MIXED.kinds:
        again, first = (canonicalization_us(kind, lane, fresh_text=flag) for flag in (False, True))
        print(f"| {kind.name} | {again:.1f} | {first:.1f} |")


@click.command()
@click.option("--batches", default=200, show_default=True, help="Batches that are measured.")
def main(batches: int) -> None:
    """Prints what each stage costs this process."""
    with tempfile.TemporaryDirectory(prefix="writ-micro-") as work, running(Path(work) / "state") as stack:
        feed_facts(stack)
        token = stack.token()
        uvloop.run(with_point(own_config(stack, Path(work)), lambda point: measure(point, token, batches)))


if __name__ == "__main__":
    main()
