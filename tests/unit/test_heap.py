"""The collector: what was built is kept, what comes after is still collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from pdp import heap


class Ring:
    """Refers to itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_lives_is_looked_at_no_more_and_the_young_more_rarely() -> None:
    heap.keep()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold() == (heap.YOUNG, heap.MIDDLE, heap.OLD)


def test_a_lane_that_was_kept_is_freed_when_the_next_one_is() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    heap.keep()
    del ring
    gc.collect()
    assert gone() is not None
    heap.keep()
    assert gone() is None


def test_cycles_made_later_are_collected() -> None:
    heap.keep()
    gone = weakref.ref(Ring())
    gc.collect()
    assert gone() is None
