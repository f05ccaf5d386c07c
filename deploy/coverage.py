"""Reads the JSON of `opa test --coverage` and says which lines no test has reached; exit 1 below the threshold.

Run by `.ci/run`. OPA's own `--threshold` says only how much is missing, not where.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, TextIO

THRESHOLD = 100.0
"""Per cent. A rule that no test reaches is a rule that nobody has seen deny."""


def uncovered(report: dict[str, Any]) -> list[str]:
    """Returns `file:first-last` of each range that was not reached."""
    return [
        f"{name}:{part['start']['row']}-{part['end']['row']}"
        for name, file in sorted(report["files"].items())
        for part in file.get("not_covered", ())
    ]


def check(source: TextIO, out: TextIO) -> int:
    """Returns 0 if the report is whole and reaches the threshold, else 1."""
    text = source.read()
    try:
        report = json.loads(text)
        coverage, lines = float(report["coverage"]), uncovered(report)
    except (ValueError, KeyError, TypeError):
        # Failed tests are printed as text in place of the report.
        out.write(f"expected a coverage report, got: {text.strip()[-2000:]}\n")
        return 1
    for line in lines:
        out.write(f"not reached: {line}\n")
    out.write(f"coverage {coverage:.1f} %, expected {THRESHOLD:.0f} %\n")
    return 0 if coverage >= THRESHOLD else 1


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    raise SystemExit(check(sys.stdin, sys.stdout))
