"""The bounded, fair queue in front of the pipeline."""

from __future__ import annotations

import pytest

from pdp.model import Ask, Peer
from pdp.queue import Entry, FairQueue
from writ.errors import Overloaded


def entry(caller: str, items: int = 1, size: int = 10) -> Entry:
    asks = [Ask(token=None, request=b"x" * size, peer=Peer(bearer=caller), deadline_s=1.0) for _ in range(items)]
    return Entry(asks=asks, caller=("acme", caller))


def test_one_flooding_caller_delays_the_others_by_one_entry_a_turn() -> None:
    queue = FairQueue(per_caller=1000, total=10_000)
    flood = [entry("flood") for _ in range(500)]
    for each in flood:
        queue.put(each)
    quiet = [entry("a"), entry("b")]
    for each in quiet:
        queue.put(each)
    drawn = queue.draw(4, 10_000)
    assert drawn == [flood[0], quiet[0], quiet[1], flood[1]]


def test_order_within_a_caller_is_kept() -> None:
    queue = FairQueue(per_caller=10, total=10)
    entries = [entry("a") for _ in range(5)]
    for each in entries:
        queue.put(each)
    assert queue.draw(2, 10_000) + queue.draw(10, 10_000) == entries
    assert len(queue) == 0


def test_a_draw_keeps_its_bounds_but_never_starves_a_large_entry() -> None:
    queue = FairQueue(per_caller=1000, total=1000)
    queue.put(entry("a", items=8))
    queue.put(entry("b", size=5000))
    assert [len(each.asks) for each in queue.draw(4, 100)] == [8]
    assert [each.size for each in queue.draw(4, 100)] == [5000]
    assert queue.draw(4, 100) == []


def test_a_caller_and_all_together_are_bounded() -> None:
    queue = FairQueue(per_caller=2, total=3)
    queue.put(entry("a", items=2))
    with pytest.raises(Overloaded, match="CALLER_OVERLOADED"):
        queue.put(entry("a"))
    queue.put(entry("b"))
    with pytest.raises(Overloaded, match="OVERLOADED"):
        queue.put(entry("c"))
    queue.draw(10, 1000)
    queue.put(entry("a", items=2))


def test_an_entry_that_comes_back_is_never_refused() -> None:
    queue = FairQueue(per_caller=1, total=1)
    first = entry("a")
    queue.put(first)
    queue.draw(1, 100)
    queue.put(entry("a"))
    queue.put_back(first)
    assert len(queue) == 2
