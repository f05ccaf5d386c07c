"""Precision and recall of payload inspection per class: `python -m benchmarks.inspection_eval`.

The corpus of `benchmarks.inspection_corpus` is made up at run time; one part of it is held out: counted, never shown. A
sample counts once for a class, however often it is found there. Precision is over all samples: whatever finds a class in a
sample that neither holds nor may hold it is wrong. Writes build/inspection.json, prints a table, and with `--show N` up to N
mistakes of a class from the open part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from benchmarks.inspection_corpus.build import corpus
from benchmarks.inspection_corpus.model import Sample
from pdp.inspection.folder import read_rules
from pdp.scan import Inspector

ROOT = Path(__file__).resolve().parents[1]
VALIDATED = frozenset({"payment_card", "bank_account", "government_id", "credential"})
"""Classes whose values have structure or check digits, which the stricter targets are for."""

TARGETS = {True: (0.99, 0.97), False: (0.95, 0.90)}
"""Least precision and recall, of validated classes and of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Counts of samples of one class: found rightly, missed, found wrongly."""

    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of findings that are right; 1 when there are none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that is found; 1 when nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A sample, and the rules that found something in it, by class."""

    sample: Sample
    found: dict[str, list[str]]


def judge(inspector: Inspector, samples: Iterable[Sample]) -> list[Judged]:
    """Inspects every sample."""
    judged = []
    for sample in samples:
        found: dict[str, list[str]] = {}
        for finding in inspector.scan(orjson.dumps(sample.args)).findings:
            found.setdefault(finding.data_class, []).append(finding.rule)
        judged.append(Judged(sample=sample, found=found))
    return judged


def quality(judged: Sequence[Judged], data_class: str) -> Quality:
    """Returns the counts of one class."""
    right = sum(data_class in one.sample.wants and data_class in one.found for one in judged)
    missed = sum(data_class in one.sample.wants and data_class not in one.found for one in judged)
    wrong = sum(data_class in one.found and data_class not in one.sample.wants | one.sample.may for one in judged)
    return Quality(right=right, missed=missed, wrong=wrong)


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """Returns the figures of all classes, whole and held out, beside their targets."""
    held_out = [one for one in judged if one.sample.held_out]
    classes = {}
    for data_class in sorted({name for one in judged for name in one.sample.wants}):
        precision, recall = TARGETS[data_class in VALIDATED]
        whole = quality(judged, data_class)
        classes[data_class] = {
            "all": _figures(whole),
            "held_out": _figures(quality(held_out, data_class)),
            "target": {"precision": precision, "recall": recall},
            "met": whole.precision >= precision and whole.recall >= recall,
        }
    clean = [one for one in judged if not one.sample.wants]
    return {
        "classes": classes,
        "negatives": len(clean),
        "negatives_with_findings": sum(bool(one.found) for one in clean),
    }


def _figures(found: Quality) -> dict[str, float | int]:
    return {
        "positives": found.right + found.missed,
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "missed": found.missed,
        "wrong": found.wrong,
    }


def table(figures: dict[str, Any]) -> str:
    """Returns the figures as Markdown."""
    lines = [
        "| class | positives | precision | recall | held out: precision | recall | target | met |",
        "|---|---:|---:|---:|---:|---:|---|---|",
    ]
    for name, entry in figures["classes"].items():
        whole, held_out, target = entry["all"], entry["held_out"], entry["target"]
        lines.append(
            f"| {name} | {whole['positives']} | {whole['precision']:.1%} | {whole['recall']:.1%}"
            f" | {held_out['precision']:.1%} | {held_out['recall']:.1%}"
            f" | {target['precision']:.0%} / {target['recall']:.0%} | {'yes' if entry['met'] else 'no'} |"
        )
    lines.append(f"\n{figures['negatives_with_findings']} of {figures['negatives']} look-alikes have a finding.")
    return "\n".join(lines)


def mistakes(judged: Sequence[Judged], limit: int) -> list[str]:
    """Returns up to `limit` missed and wrong samples of each class, of the open part only."""
    lines = []
    open_part = [one for one in judged if not one.sample.held_out]
    for data_class in sorted({name for one in judged for name in (*one.sample.wants, *one.found)}):
        missed = [one for one in open_part if data_class in one.sample.wants and data_class not in one.found]
        wrong = [
            one for one in open_part if data_class in one.found and data_class not in one.sample.wants | one.sample.may
        ]
        for what, some in (("missed", missed), ("wrong", wrong)):
            for one in some[:limit]:
                text = json.dumps(one.sample.args, ensure_ascii=False)[:200]
                rules = ",".join(sorted(set(one.found.get(data_class, []))))
                lines.append(f"{data_class} {what} {one.sample.kind}/{one.sample.carrier} {rules}: {text}")
    return lines


@click.command()
@click.option("--rules", type=click.Path(path_type=Path, exists=True), default=ROOT / "rego" / "inspection")
@click.option("--seed", type=int, default=None, help="another corpus than the usual one")
@click.option("--show", type=int, default=0, help="how many mistakes of a class to print")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "build" / "inspection.json")
def main(rules: Path, seed: int | None, show: int, out: Path) -> None:
    """Measures the rules of a folder."""
    samples = corpus() if seed is None else corpus(seed)
    judged = judge(Inspector(read_rules(rules)), samples)
    figures = report(judged)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    click.echo(table(figures))
    for line in mistakes(judged, show):
        click.echo(line)


if __name__ == "__main__":
    main()
