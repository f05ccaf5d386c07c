"""Reads stage times and batch sizes from the decision point's Prometheus text (exposition format 0.0.4)."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Sums since the start: seconds a stage, batches, items."""

    seconds: dict[str, float]
    batches: float
    items: float

    def since(self, before: Stages) -> Stages:
        """Returns what came after `before`."""
        return Stages(
            seconds={name: value - before.seconds.get(name, 0.0) for name, value in self.seconds.items()},
            batches=self.batches - before.batches,
            items=self.items - before.items,
        )

    def us_per_decision(self) -> dict[str, float]:
        """Returns the wall-clock microseconds of each stage, shared by the items of its batch."""
        return {name: value * 1e6 / max(self.items, 1.0) for name, value in self.seconds.items()}

    def mean_batch(self) -> float:
        """Returns how many items a batch had."""
        return self.items / max(self.batches, 1.0)


def parse_stages(text: str) -> Stages:
    """Returns the sums of `writ_stage_seconds` and `writ_batch_items`."""
    seconds: dict[str, float] = {}
    batches = items = 0.0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "writ_stage_seconds_sum":
                seconds[sample.labels["stage"]] = sample.value
            elif sample.name == "writ_batch_items_sum":
                items = sample.value
            elif sample.name == "writ_batch_items_count":
                batches = sample.value
    return Stages(seconds=seconds, batches=batches, items=items)
