"""Turns runs into the figures of build/bench.json and sets them beside their targets. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.loadgen import Seen

KIB_PER_MIB = 1024

FLAT_MIB = 8.0
"""Growth of resident memory over the second half of a run that still counts as flat: allocators breathe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure should be. `at_most` False: at least `limit`. `aim` is what the project would like in the end."""

    figure: str
    limit: float
    at_most: bool
    text: str
    aim: str = ""

    def is_met(self, value: float) -> bool:
        """Tells whether `value` meets the target."""
        return value <= self.limit if self.at_most else value >= self.limit


TARGETS = (
    Target(
        figure="ratio_cpu_stream64",
        limit=1.25,
        at_most=True,
        text="CPU of PDP + OPA + Redis / bare OPA, 64 streaming callers",
        aim="1.0",
    ),
    Target(
        figure="ratio_cpu_unary64",
        limit=2.0,
        at_most=True,
        text="CPU of PDP + OPA + Redis / bare OPA, 64 unary callers",
        aim="1.0",
    ),
    Target(figure="ratio_p50_unary1", limit=3.0, at_most=True, text="p50 of one unary caller / a bare OPA round trip"),
    Target(figure="p99_us_open1000", limit=1000, at_most=True, text="p99 in µs, unary, 1,000/s, `signed`"),
    Target(figure="decisions_per_s_stream64", limit=6000, at_most=False, text="decisions/s, 64 streaming callers"),
    Target(figure="pdp_rss_mib", limit=150, at_most=True, text="resident memory of the PDP in MiB at the end"),
    Target(
        figure="outcome_shift",
        limit=0.05,
        at_most=True,
        text="largest gap between an effect's shares, PDP and bare OPA",
    ),
    Target(
        figure="pdp_rss_growth_mib", limit=FLAT_MIB, at_most=True, text="its growth over the last half of the run, MiB"
    ),
)


def figures(runs: Sequence[Seen]) -> dict[str, float]:
    """Returns every figure by name. Ratios are medians over the rounds, each of its own two sides."""
    found = {
        "ratio_cpu_stream64": _ratio(runs, "stream64", "opa64", _cpu),
        "ratio_cpu_unary64": _ratio(runs, "unary64", "opa64", _cpu),
        "ratio_p50_unary1": _ratio(runs, "unary1", "opa1", _p50),
        "p99_us_open1000": median(run.latency["p99"] for run in named(runs, "open1000")),
        "decisions_per_s_stream64": median(run.per_second for run in named(runs, "stream64")),
        "errors": float(sum(run.errors for run in runs)),
        "decisions": float(sum(run.decisions for run in runs if run.load.mode != "opa")),
    }
    found["outcome_shift"] = outcome_shift(named(runs, "stream64"), named(runs, "opa64"))
    for name in ("stream64", "unary64", "opa64"):
        for process in named(runs, name)[0].cpu:
            found[f"cpu_us_{process}_{name}"] = median(run.cpu[process] for run in named(runs, name))
    return found | memory_figures(runs)


def memory_figures(runs: Sequence[Seen]) -> dict[str, float]:
    """Returns resident memory at the end and how much it grew while the last half of all decisions were made."""
    line = memory_line(runs)
    half = line[-1][0] / 2
    later = [kib for decided, kib in line if decided >= half]
    return {
        "pdp_rss_mib": line[-1][1] / KIB_PER_MIB,
        "pdp_rss_max_mib": max(kib for _, kib in line) / KIB_PER_MIB,
        "pdp_rss_growth_mib": (later[-1] - later[0]) / KIB_PER_MIB,
    }


def outcome_shift(ours: Sequence[Seen], bare: Sequence[Seen]) -> float:
    """Returns the largest difference between the shares of one effect on both sides, 0 to 1: both judged the same."""
    sides = []
    for runs in (ours, bare):
        total: Counter[str] = sum((Counter(run.outcomes) for run in runs), Counter())
        sides.append({name: count / total.total() for name, count in total.items()})
    return max(abs(sides[0].get(name, 0.0) - sides[1].get(name, 0.0)) for name in sides[0].keys() | sides[1].keys())


def memory_line(runs: Sequence[Seen]) -> list[tuple[int, int]]:
    """Returns (decisions so far over all runs, resident KiB of the PDP)."""
    line: list[tuple[int, int]] = []
    before = 0
    for run in runs:
        if run.load.mode != "opa":
            line += [(before + decided, kib) for decided, kib in run.memory]
            before += run.decisions
    return line


def named(runs: Sequence[Seen], name: str) -> list[Seen]:
    """Returns the runs of one load."""
    return [run for run in runs if run.load.name == name]


def typical(runs: Sequence[Seen]) -> list[Seen]:
    """Returns one run a load, in the order of the first: the one with the median CPU."""
    kept: dict[str, Seen] = {}
    for run in runs:
        same = sorted(named(runs, run.load.name), key=_cpu)
        kept.setdefault(run.load.name, same[(len(same) - 1) // 2])
    return list(kept.values())


def document(found: Mapping[str, float], runs: Sequence[Seen], *, quick: bool) -> dict[str, object]:
    """Returns what build/bench.json holds."""
    return {
        **{name: round(value, 3) for name, value in found.items()},
        "quick": quick,
        "targets": {
            target.figure: {"limit": target.limit, "met": target.is_met(found[target.figure])} for target in TARGETS
        },
        "runs": [
            {
                "name": run.load.name,
                "decisions": run.decisions,
                "per_second": round(run.per_second),
                "latency_us": dict(run.latency),
                "sent_late_us": dict(run.lateness),
                "cpu_us": {name: round(value, 1) for name, value in run.cpu.items()},
                "stages_us": {name: round(value, 1) for name, value in run.stages.items()},
                "mean_batch": round(run.mean_batch, 1),
                "outcomes": dict(run.outcomes),
            }
            for run in runs
        ],
    }


def _ratio(runs: Sequence[Seen], ours: str, bare: str, measure: Callable[[Seen], float]) -> float:
    pairs = zip(named(runs, ours), named(runs, bare), strict=True)
    return median(measure(one) / measure(other) for one, other in pairs)


def _cpu(run: Seen) -> float:
    return run.cpu_total


def _p50(run: Seen) -> float:
    return run.latency["p50"]
