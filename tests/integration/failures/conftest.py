"""One Redis, OPA and decision point for all tests of a module that leave them as they found them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack_support import DecisionPoint, Ground


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as running:
        yield running


@pytest.fixture(scope="module")
def point(ground: Ground) -> DecisionPoint:
    started = ground.point().start()
    ground.assign(started, "billing-1")
    return started
