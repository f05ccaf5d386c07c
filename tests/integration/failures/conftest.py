"""One Redis, OPA and decision point for all tests of a module that leave them as they found them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack_support import DecisionPoint, Ground


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    # What other packs make of a thousand updates in a minute, or of a new agent, is not under test here.
    with Ground(packs=("invoices",)) as running:
        yield running


@pytest.fixture(scope="module")
def point(ground: Ground) -> DecisionPoint:
    started = ground.point().start()
    ground.assign(started, "billing-1")
    return started
