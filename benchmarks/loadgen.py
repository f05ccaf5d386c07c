"""Runs the load generator, a Go process of its own, and reads what it saw."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNARY_CONNECTIONS = 4
"""Unary callers share a few connections, as gateways and sidecars do; streams share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One run. `rate` above 0 is an open loop; `count` ends a closed loop after so many decisions, if
    `seconds` have not ended it before."""

    name: str
    mode: str
    mix: str
    seconds: float
    callers: int = 1
    connections: int = 1
    rate: int = 0
    count: int = 0
    warmup_s: float = 0.5
    batch: int = 32
    path: str = ""
    single: bool = False
    """Bare OPA: asks `data.writ.decision` in place of `data.writ.decisions` with one item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run saw. CPU in microseconds a decision, latency in microseconds, memory in KiB."""

    load: Load
    decisions: int
    per_second: float
    latency: Mapping[str, float]
    lateness: Mapping[str, float]
    outcomes: Mapping[str, int]
    errors: int
    cpu: Mapping[str, float]
    memory: tuple[tuple[int, int], ...]
    """Pairs of decisions so far and the decision point's resident KiB."""
    curve: tuple[float, ...]
    stages: Mapping[str, float] = field(default_factory=dict)
    mean_batch: float = 0.0

    @property
    def cpu_total(self) -> float:
        """CPU of everything that was watched."""
        return sum(self.cpu.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadGenerator:
    """Where the binary, the replayed files and the targets are. `pids` names the processes under test."""

    binary: Path
    folder: Path
    target: str
    opa_target: str
    pids: Mapping[str, int]

    def run(self, load: Load, token: Path) -> Seen:
        """Runs one load.

        Raises:
            RuntimeError: the load generator failed, or nothing was decided.
        """
        timeout_s = load.warmup_s + load.seconds + 60
        result = subprocess.run(
            self._command(load, token), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        if result.returncode != 0:
            raise RuntimeError(f"`{load.name}`: {result.stderr.strip()[-1000:]}")
        seen = parse_seen(load, json.loads(result.stdout))
        if not seen.decisions:
            raise RuntimeError(f"`{load.name}`: nothing was decided")
        return seen

    def _command(self, load: Load, token: Path) -> list[str]:
        bare = load.mode == "opa"
        kind = "single" if load.single else "opa" if bare else "grpc"
        flags: dict[str, object] = {
            "target": self.opa_target if bare else self.target,
            "mode": load.mode,
            "callers": load.callers,
            "connections": load.connections,
            "batch": load.batch,
            "rate": load.rate,
            "count": load.count,
            "warmup": f"{load.warmup_s}s",
            "duration": f"{load.seconds}s",
            "requests": self.folder / f"{load.mix}.{kind}.bin",
            "watch": ",".join(f"{name}={pid}" for name, pid in self.pids.items() if not bare or name == "opa"),
            "out": "json",
        }
        if load.path:
            flags["path"] = load.path
        if not bare:
            flags["token"] = token
        return [str(self.binary), *(f"-{name}={value}" for name, value in flags.items())]


def parse_seen(load: Load, report: Mapping[str, Any]) -> Seen:
    """Reads the load generator's JSON."""
    return Seen(
        load=load,
        decisions=report["decisions"],
        per_second=report["decisions_per_s"],
        latency=report["latency_us"],
        lateness=report.get("lateness_us") or {},
        outcomes=report["outcomes"],
        errors=report["errors"],
        cpu=report["cpu_us_per_decision"],
        memory=tuple((sample["decisions"], sample["rss_kib"].get("pdp", 0)) for sample in report["memory"] or ()),
        curve=tuple(report["curve_us"] or ()),
    )
