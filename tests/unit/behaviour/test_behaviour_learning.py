"""What is gathered before it is learned: when it is due, that nothing is taken twice, and its bounds."""

from __future__ import annotations

import struct

from pdp.behaviour.learning import MAX_AGENTS_PER_CALL, MAX_OF_AGENT, MAX_WAITING, BaselineCache, Learning
from tests.behaviour_support import observed, settings

DECLARED = settings()


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def gather(learning: Learning, count: int, agents: int = 1) -> None:
    for number in range(count):
        learning.add("acme", observed(agent=f"a{number % agents}"), "^^^^", DECLARED)


def learned(learning: Learning, *, everything: bool = False) -> int:
    """How many actions the calls teach that are taken."""
    count = 0
    for call in learning.take(everything=everything):
        (keys,) = struct.unpack_from("<H", call.args[0])  # type: ignore[arg-type]
        for lot in call.args[1 + keys :]:
            count += struct.unpack_from("<HHHH", lot)[3]  # type: ignore[arg-type]
    return count


def test_nothing_is_due_before_its_time_and_everything_is_learned_once() -> None:
    clock = Clock()
    learning = Learning(1.0, clock)
    gather(learning, 10)
    assert learning.due_in_s() == 1.0
    assert learned(learning) == 0
    clock.now_s += 1.0
    assert learning.due_in_s() == 0.0
    assert learned(learning) == 10
    assert learned(learning, everything=True) == 0
    assert learning.due_in_s() is None


def test_what_has_to_be_learned_at_a_stop_is_learned_before_its_time() -> None:
    learning = Learning(60.0, Clock())
    gather(learning, 7, agents=3)
    assert learned(learning, everything=True) == 7


def test_actions_of_one_agent_and_tool_share_one_lot() -> None:
    learning = Learning(0.0, Clock())
    gather(learning, 500)
    (call,) = learning.take()
    (keys,) = struct.unpack_from("<H", call.args[0])  # type: ignore[arg-type]
    assert len(call.args) == 1 + keys + 1


def test_a_call_learns_of_few_agents_and_the_next_of_the_others() -> None:
    learning = Learning(0.0, Clock())
    gather(learning, 100, agents=100)
    assert learned(learning) == MAX_AGENTS_PER_CALL
    assert sum(learned(learning) for _ in range(4)) == 100 - MAX_AGENTS_PER_CALL


def test_a_busy_agent_is_learned_before_its_time() -> None:
    learning = Learning(60.0, Clock())
    gather(learning, MAX_OF_AGENT - 1)
    assert learned(learning) == 0
    gather(learning, 1)
    assert learned(learning) == MAX_OF_AGENT


def test_no_more_than_the_bound_waits() -> None:
    learning = Learning(60.0, Clock())
    gather(learning, MAX_WAITING + 1, agents=64)
    assert learned(learning) == (MAX_WAITING + 1 + 63) // 64
    assert learned(learning) == 0


def test_a_baseline_is_read_again_after_its_time() -> None:
    clock = Clock()
    cache = BaselineCache(1.0, clock)
    key = ("acme", "a1")
    assert cache.fresh_until(key) <= clock()
    cache.put(key, b"one", clock())
    assert cache.fresh_until(key) > clock()
    clock.now_s += 1.0
    assert cache.fresh_until(key) <= clock()
    unheld = BaselineCache(0.0, clock)
    unheld.put(key, b"one", clock())
    assert unheld.fresh_until(key) <= clock()


def test_a_baseline_that_a_look_relied_on_is_there_for_its_answer_and_later_it_is_no_data() -> None:
    clock = Clock()
    cache = BaselineCache(1.0, clock)
    cache.put(("acme", "a1"), b"one", clock())
    for number in range(BaselineCache.LIMIT):
        cache.put(("acme", f"other{number}"), b"other", clock())
    assert cache.get(("acme", "a1")) == b"one"
    assert cache.get(("other", "a1")) is None, "another organisation's agent"
    for number in range(BaselineCache.LIMIT):
        cache.put(("acme", f"more{number}"), b"other", clock())
    assert cache.get(("acme", "a1")) is None
