"""Where the rest goes: the pipeline without gRPC, sampled by CPU time. `python -m benchmarks.profile`.

A profiling timer (setitimer(2), ITIMER_PROF) ticks while this process uses its CPU, so waiting for OPA or Redis is not
in the tables, and functions are not made dearer by being watched. C code counts for the Python line that called it.
"""

from __future__ import annotations

import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import uvloop

from benchmarks.inprocess import Callers, fresh, own_config, with_point
from benchmarks.run import feed_facts
from benchmarks.stack import running
from benchmarks.workload import MIXED, proposals
from control_plane.stack.places import CHECKOUT
from pdp import heap
from pdp.model import Peer
from pdp.server import DecisionPoint

CALLERS = 64
WARM_UP = 2_000
TICK_S = 0.001
TOP = 40


class Samples:
    """How often a tick found a function running: by itself, or as the innermost one of this repository."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self.files: Counter[str] = Counter()

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Samples the main thread inside the block."""
        before = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, TICK_S, TICK_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)

    def _tick(self, _: int, frame: FrameType | None) -> None:
        if frame is not None:
            self.lines[f"{_place(frame)}:{frame.f_lineno}"] += 1
        while frame is not None and not Path(frame.f_code.co_filename).is_relative_to(CHECKOUT):
            frame = frame.f_back
        self.functions[_place(frame) if frame else "event loop"] += 1
        self.files[_place(frame).partition(" ")[0] if frame else "event loop"] += 1


def _place(frame: FrameType) -> str:
    """Returns file and function, without where this machine keeps its packages."""
    path = Path(frame.f_code.co_filename)
    short = str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else "/".join(path.parts[-2:])
    return f"{short} {frame.f_code.co_qualname}"


async def profile(point: DecisionPoint, token: str, decisions: int) -> None:
    """Prints CPU a decision, and which files, functions and lines it went to."""
    bodies = fresh([one.request.SerializeToString() for one in proposals(MIXED)], f"p{time.time_ns() // 1000 % 10**9}")
    peer = Peer(bearer=token)
    await Callers(point, peer, bodies, WARM_UP).run(CALLERS)
    heap.keep()  # as the server does
    samples, callers = Samples(), Callers(point, peer, bodies, decisions)
    started = time.process_time_ns()
    with samples.taking():
        await callers.run(CALLERS)
    spent_us = (time.process_time_ns() - started) / 1000 / decisions
    print(f"{spent_us:.1f} µs CPU a decision without gRPC, {CALLERS} callers, answers {callers.answers}")
    for title, counts in (("file", samples.files), ("function", samples.functions), ("line", samples.lines)):
        print(f"\n| {title} | µs a decision |\n| --- | --- |")
        for place, count in counts.most_common(TOP):
            print(f"| {place} | {count / counts.total() * spent_us:.1f} |")


@click.command()
@click.option("--decisions", default=40_000, show_default=True, help="Decisions that are sampled.")
def main(decisions: int) -> None:
    """Prints what the pipeline spends its time on."""
    with tempfile.TemporaryDirectory(prefix="writ-profile-") as work, running(Path(work) / "state") as stack:
        feed_facts(stack)
        token = stack.token()
        uvloop.run(with_point(own_config(stack, Path(work)), lambda point: profile(point, token, decisions)))


if __name__ == "__main__":
    main()
