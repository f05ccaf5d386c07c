"""Every rule of the checkout finds its positive examples and none of its negative ones, on both engines."""

from __future__ import annotations

from pdp.inspection.examples import failing_examples
from pdp.scan import Inspector


def test_every_rule_does_what_its_examples_say(inspector: Inspector) -> None:
    assert failing_examples(inspector) == []
