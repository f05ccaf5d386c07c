"""Long work lets others have their turn, and callers take theirs one after the other."""

from __future__ import annotations

import asyncio
import time

import pytest

from pdp.steps import SLICE_S, Steps, Turns, finish, share
from writ.errors import Overloaded


def _working(steps: int, done: list[int]) -> Steps[int]:
    for number in range(steps):
        until = time.perf_counter() + SLICE_S
        while time.perf_counter() < until:
            pass
        done.append(number)
        yield
    return steps


def test_work_at_once_returns_its_result() -> None:
    assert finish(_working(3, [])) == 3


async def test_others_have_their_turn_between_steps() -> None:
    done: list[int] = []
    seen: list[int] = []
    work = asyncio.create_task(share(_working(20, done)))
    while not work.done():
        seen.append(len(done))
        await asyncio.sleep(0)
    assert await work == 20
    assert len(set(seen)) >= 10


async def test_what_a_step_raises_comes_out() -> None:
    def broken() -> Steps[int]:
        yield
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await share(broken())


async def test_cancelled_work_is_closed() -> None:
    closed: list[bool] = []

    def endless() -> Steps[None]:
        try:
            while True:
                time.sleep(SLICE_S)  # a step that uses up its slice, so that the loop gets a turn
                yield
        finally:
            closed.append(True)

    work = asyncio.create_task(share(endless()))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert closed == [True]


async def _take(turns: Turns, caller: str, order: list[str]) -> None:
    async with turns.turn(caller):
        order.append(caller)
        await asyncio.sleep(0)


async def test_callers_come_in_turn_and_one_at_a_time() -> None:
    turns = Turns(total=64, per_caller=16)
    order: list[str] = []
    async with asyncio.TaskGroup() as group:
        for caller in ("a", "a", "a", "a", "b", "b", "c"):
            group.create_task(_take(turns, caller, order))
    assert order == ["a", "a", "b", "c", "a", "b", "a"]


async def test_a_flood_is_refused_and_leaves_room_for_others() -> None:
    turns = Turns(total=3, per_caller=2)
    order: list[str] = []
    async with turns.turn("a"):
        waiting = [asyncio.create_task(_take(turns, caller, order)) for caller in ("a", "a", "b")]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="of one caller") as refused:
            await _take(turns, "a", order)
        assert refused.value.reason == "CALLER_OVERLOADED"
        with pytest.raises(Overloaded, match="at most 3") as refused:
            await _take(turns, "c", order)
        assert refused.value.reason == "OVERLOADED"
    await asyncio.gather(*waiting)
    assert order == ["a", "b", "a"]


@pytest.mark.parametrize("passed_on", [False, True])
async def test_who_leaves_while_waiting_keeps_nobody_waiting(passed_on: bool) -> None:
    turns = Turns(total=8, per_caller=8)
    order: list[str] = []
    async with turns.turn("a"):
        leaving = asyncio.create_task(_take(turns, "a", order))
        staying = asyncio.create_task(_take(turns, "b", order))
        await asyncio.sleep(0)
        if not passed_on:
            leaving.cancel()
            await asyncio.sleep(0)
    leaving.cancel()
    await staying
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert order == ["b"]
    await _take(turns, "c", order)
    assert order == ["b", "c"]
