"""Tries rules on their own examples: each positive must be found by its rule, no negative may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from pdp.inspection.rules import Rule
from pdp.inspection.samples import written_out
from pdp.scan import Inspector
from writ.frozen import frozen


@frozen
class Failure:
    """An example that came out otherwise than its rule says. `number` counts from 0 within `positive` or `negative`."""

    group: str
    rule: str
    expected: str
    number: int
    message: str


def example_bytes(example: str | Mapping[str, Any]) -> bytes:
    """Returns the arguments that an example stands for: an object as it is, text as the value of `text`."""
    written = written_out(example)
    return orjson.dumps({"text": written} if isinstance(written, str) else written)


def failing_examples(inspector: Inspector, ids: frozenset[str] | None = None) -> list[Failure]:
    """Returns the examples that fail, of all rules or of those with the given ids, in the order of the rules."""
    return [
        failure for rule in inspector.rules.rules if ids is None or rule.id in ids for failure in _of(inspector, rule)
    ]


def _of(inspector: Inspector, rule: Rule) -> list[Failure]:
    failures = []
    for expected, examples in (("positive", rule.positive), ("negative", rule.negative)):
        for number, example in enumerate(examples):
            result = inspector.scan(example_bytes(example))
            found = any(finding.rule == rule.id for finding in result.findings)
            if found != (expected == "positive"):
                message = "expected a finding, got none" if expected == "positive" else "expected no finding, got one"
                failures.append(
                    Failure(group=rule.group, rule=rule.id, expected=expected, number=number, message=message)
                )
    return failures
