"""Which loads are run, how long and in which order.

Everything that ends in a ratio alternates with the bare OPA round by round, so that what else the machine does falls on
both sides; the median round counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.loadgen import UNARY_CONNECTIONS, Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Lengths of a benchmark. `memory_decisions` are decided in all before the last memory sample, unless that takes
    longer than `memory_s`; the report says how many they were."""

    rounds: int
    ratio_s: float
    single_s: float
    other_s: float
    open_s: float
    warmup_s: float
    memory_decisions: int
    memory_s: float

    def ratio_round(self) -> list[Load]:
        """The loads whose CPU is compared, and the latency of a lone caller."""
        long, short = self.ratio_s, self.single_s
        return [
            self._load("stream64", "stream", 64, long),
            self._load("opa64", "opa", 64, long),
            self._load("unary64", "unary", 64, long),
            self._load("unary1", "unary", 1, short),
            self._load("opa1", "opa", 1, short),
        ]

    def once(self) -> list[Load]:
        """Loads that are measured once."""
        single = replace(self._load("opa64 one input", "opa", 64, self.other_s), single=True)
        return [
            self._load("stream1", "stream", 1, self.other_s),
            self._load("stream8", "stream", 8, self.other_s),
            self._load("unary8", "unary", 8, self.other_s),
            self._load("opa8", "opa", 8, self.other_s),
            self._load("batch8x32", "batch", 8, self.other_s),
            replace(single, path="/v1/data/writ/decision?strict-builtin-errors=true"),
            self._open("open200", "unary", 200, "signed"),
            self._open("open1000", "unary", 1000, "signed"),
            self._open("open1000 stream", "stream", 1000, "signed"),
            self._open("open1000 mixed", "unary", 1000, "mixed"),
            replace(self._open("open1000 opa", "opa", 1000, "signed"), callers=64),
        ]

    def memory(self, decided: int) -> Load:
        """The last load, which brings the number of decisions to `memory_decisions`."""
        count = max(self.memory_decisions - decided, self.memory_decisions // 10)
        return replace(self._load("memory", "stream", 64, self.memory_s), count=count, warmup_s=0.1)

    def _load(self, name: str, mode: str, callers: int, seconds: float) -> Load:
        connections = min(callers, UNARY_CONNECTIONS) if mode == "unary" else 1
        return Load(
            name=name,
            mode=mode,
            mix="mixed",
            seconds=seconds,
            callers=callers,
            connections=connections,
            warmup_s=self.warmup_s,
        )

    def _open(self, name: str, mode: str, rate: int, mix: str) -> Load:
        callers = 8 if mode == "stream" else 1
        load = self._load(name, mode, callers, self.open_s)
        return replace(load, rate=rate, mix=mix, connections=UNARY_CONNECTIONS if mode == "unary" else 1)


QUICK = Plan(
    rounds=2, ratio_s=1.8, single_s=0.8, other_s=0.7, open_s=1.5, warmup_s=0.2, memory_decisions=100_000, memory_s=12.0
)
FULL = Plan(
    rounds=5,
    ratio_s=6.0,
    single_s=4.0,
    other_s=4.0,
    open_s=15.0,
    warmup_s=1.0,
    memory_decisions=1_000_000,
    memory_s=600.0,
)
