"""The report as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.loadgen import Seen
from benchmarks.results import TARGETS, Target, typical

STAGES = ("canonicalize", "enrich", "evaluate", "record")


def report(found: Mapping[str, float], runs: Sequence[Seen], probes: Sequence[Sequence[str]]) -> str:
    """Returns the whole report; `probes` are rows of kind, share, tier and effect of the workload."""
    rows = typical(runs)
    parts = [
        "# Writ beside a bare OPA",
        "Same bundle, same varied inputs, same machine; the load generator's own cost is not counted.",
        "## Targets",
        _table(("figure", "what", "measured", "target", "aim", "met"), (_target(found, target) for target in TARGETS)),
        "## Loads",
        "CPU in µs a decision, latency in µs. Closed loops count from the call, open loops from the time at which the "
        "request was due.",
        _table(
            ("load", "decisions/s", "p50", "p99", "p99.9", "CPU PDP", "OPA", "Redis", "sum", "errors"),
            (_load(run) for run in rows),
        ),
        "## Stages",
        "Wall-clock µs of each stage, shared by the items of its batch (from `/metrics`).",
        _table(
            ("load", "mean batch", *STAGES), (_stages(run) for run in rows if run.stages and run.load.mode != "opa")
        ),
        "## Workload",
        _table(("action", "share %", "tier", "effect"), probes),
    ]
    return "\n\n".join(parts) + "\n"


def _target(found: Mapping[str, float], target: Target) -> Sequence[str]:
    value = found[target.figure]
    sign = "≤" if target.at_most else "≥"
    met = "yes" if target.is_met(value) else "**no**"
    return target.figure, target.text, _number(value), f"{sign} {target.limit:g}", target.aim, met


def _load(run: Seen) -> Sequence[str]:
    latency = [f"{run.latency[name]:.0f}" for name in ("p50", "p99", "p999")]
    cpu = [f"{run.cpu[name]:.0f}" if name in run.cpu else "" for name in ("pdp", "opa", "redis")]
    return run.load.name, f"{run.per_second:.0f}", *latency, *cpu, f"{run.cpu_total:.0f}", str(run.errors)


def _stages(run: Seen) -> Sequence[str]:
    times = [f"{run.stages.get(stage, 0.0):.0f}" for stage in STAGES]
    return run.load.name, f"{run.mean_batch:.1f}", *times


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
