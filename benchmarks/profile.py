"""Where the rest goes: the pipeline without gRPC under cProfile. `python -m benchmarks.profile`.

cProfile makes small functions look dearer than they are; the table is for ranking. The first figure, CPU a decision, is
taken in a run of its own without the profiler.
"""

from __future__ import annotations

import cProfile
import pstats
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click
import uvloop

from benchmarks.inprocess import Callers, fresh, own_config, with_point
from benchmarks.run import feed_facts
from benchmarks.stack import running
from benchmarks.workload import MIXED, proposals
from control_plane.stack.places import CHECKOUT
from pdp.model import Peer
from pdp.server import DecisionPoint

CALLERS = 64
WARM_UP = 2_000
TOP = 40


async def profile(point: DecisionPoint, token: str, decisions: int) -> None:
    """Prints CPU a decision, then time by file and by function."""
    bodies = fresh([one.request.SerializeToString() for one in proposals(MIXED)], f"p{time.time_ns() // 1000 % 10**9}")
    peer = Peer(bearer=token)
    await Callers(point, peer, bodies, WARM_UP).run(CALLERS)
    started = time.process_time_ns()
    plain = Callers(point, peer, bodies, decisions)
    await plain.run(CALLERS)
    spent_us = (time.process_time_ns() - started) / 1000 / decisions
    print(f"{spent_us:.1f} µs CPU a decision without gRPC, {CALLERS} callers, answers {plain.answers}\n")
    profiler = cProfile.Profile()
    profiler.enable()
    await Callers(point, peer, bodies, decisions).run(CALLERS)
    profiler.disable()
    _print(pstats.Stats(profiler), decisions)


def _print(stats: pstats.Stats, decisions: int) -> None:
    rows = [
        (own_s * 1e6 / decisions, calls / decisions, *_place(file, line, name))
        for (file, line, name), (_, calls, own_s, _, _) in stats.stats.items()  # type: ignore[attr-defined]
    ]
    files: dict[str, float] = defaultdict(float)
    for own_us, _, file, _ in rows:
        files[file] += own_us
    print("| file | µs a decision, under the profiler |\n| --- | --- |")
    for file, own_us in sorted(files.items(), key=lambda pair: -pair[1])[: TOP // 2]:
        print(f"| {file} | {own_us:.1f} |")
    print("\n| function | µs a decision | calls a decision |\n| --- | --- | --- |")
    for own_us, calls, file, name in sorted(rows, reverse=True)[:TOP]:
        print(f"| {file} {name} | {own_us:.2f} | {calls:.2f} |")


def _place(file: str, line: int, name: str) -> tuple[str, str]:
    """Returns file and function, without where this machine keeps its packages."""
    if file.startswith(("~", "<")):
        return "built-in", name
    path = Path(file)
    short = str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else "/".join(path.parts[-2:])
    return short, f"{name}:{line}"


@click.command()
@click.option("--decisions", default=20_000, show_default=True, help="Decisions that are profiled.")
def main(decisions: int) -> None:
    """Prints what the pipeline spends its time on."""
    with tempfile.TemporaryDirectory(prefix="writ-profile-") as work, running(Path(work) / "state") as stack:
        feed_facts(stack)
        token = stack.token()
        uvloop.run(with_point(own_config(stack, Path(work)), lambda point: profile(point, token, decisions)))


if __name__ == "__main__":
    main()
