"""A second decision point inside this process, on the running stack's OPA and Redis, without gRPC.

Shows what the pipeline costs apart from its front: waiting for OPA or Redis costs this process nothing, so its own CPU
time is the cost of the Python side.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.stack import Stack
from benchmarks.workload import ID, NUMBER
from pdp.config import Config, load_config
from pdp.item import Answer
from pdp.model import Ask, Peer
from pdp.queue import Entry
from pdp.server import DecisionPoint

DEADLINE_S = 30.0


def own_config(stack: Stack, folder: Path) -> Config:
    """Returns the stack's settings with an evidence log and a name of its own: two writers never share one."""
    config = load_config(stack.state / "writ.yaml")
    evidence = dataclasses.replace(
        config.evidence, folder=folder / "log", vault_folder=folder / "vault", issuer=f"{config.evidence.issuer}-bench"
    )
    telemetry = dataclasses.replace(config.telemetry, metrics_listen="", log_level="warning")
    return dataclasses.replace(config, evidence=evidence, telemetry=telemetry)


def fresh(bodies: Sequence[bytes], prefix: str) -> Iterator[bytes]:
    """Yields requests for ever, round-robin, each with its own request id and invoice number."""
    number = 0
    while True:
        for body in bodies:
            number += 1
            request_id = f"{prefix}{number:0{len(ID) - len(prefix)}d}".encode()
            yield body.replace(ID.encode(), request_id, 1).replace(
                NUMBER.encode(), f"{100_000_000 + number:09d}".encode(), 1
            )


class Callers:
    """Callers that each ask again as soon as they are answered, until `total` answers have come."""

    def __init__(self, point: DecisionPoint, peer: Peer, requests: Iterator[bytes], total: int) -> None:
        self._point = point
        self._peer = peer
        self._requests = requests
        self._left = total
        self._waiting = 0
        self._done = asyncio.Event()
        self.answers: dict[str, int] = {}

    async def run(self, callers: int) -> None:
        """Runs until everything is answered and settled."""
        for _ in range(callers):
            self._ask()
        await self._done.wait()
        await self._point.engine.drain()

    def answer(self, answer: Answer) -> None:
        """Called by the engine's delivery, see `pdp.service.deliver`."""
        name = answer.error.reason if answer.error is not None else "decided"
        self.answers[name] = self.answers.get(name, 0) + 1
        self._waiting -= 1
        self._ask()
        if not self._waiting:
            self._done.set()

    def _ask(self) -> None:
        if self._left <= 0:
            return
        self._left -= 1
        self._waiting += 1
        deadline_s = asyncio.get_running_loop().time() + DEADLINE_S
        ask = Ask(token=self, request=next(self._requests), peer=self._peer, deadline_s=deadline_s)
        self._point.engine.offer(Entry(asks=[ask]))


async def with_point(config: Config, work: Callable[[DecisionPoint], object]) -> None:
    """Builds a decision point, waits for its bundle, awaits `work(point)` and closes everything."""
    point = DecisionPoint(config)
    try:
        await point.state.check_server()
        await point.lanes.refresh()
        if point.lanes.current is None:
            raise RuntimeError("opa runs no bundle that this decision point can read")
        result = work(point)
        if asyncio.iscoroutine(result):
            await result
    finally:
        await point.state.close()
        point.judge.close()
        await point.offloader.aclose()
        point.recorder.close()
