"""Settling after the answer: kept up until the state takes it."""

from __future__ import annotations

import asyncio

import pytest

from pdp import settle
from pdp.model import Final
from tests.pipeline_support import Pipeline, action, until
from writ.errors import StateFailed
from writ.v1 import decision_pb2


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "SETTLE_RETRIES_S", (0.001, 0.002))


def failing(pipeline: Pipeline, times: int) -> list[str]:
    """Has the state refuse to settle so many times; returns the list that tells how often it did."""
    refused: list[str] = []

    def refuse() -> None:
        if len(refused) < times:
            refused.append("STATE_UNAVAILABLE")
            raise StateFailed("STATE_UNAVAILABLE", "gone")

    pipeline.state.before_settle = refuse
    return refused


@pytest.mark.usefixtures("impatient")
async def test_what_is_not_settled_is_settled_when_the_state_is_back_however_late() -> None:
    pipeline = await Pipeline().start()
    refused = failing(pipeline, 20)
    assert (await pipeline.ask(action("r1"))).decision.effect == decision_pb2.EFFECT_ALLOW
    await asyncio.wait_for(pipeline.engine.drain(), 10)
    assert len(refused) == 20
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.ALLOWED]


@pytest.mark.usefixtures("impatient")
async def test_a_state_that_never_comes_back_holds_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "MAX_UNSETTLED", 3)
    pipeline = await Pipeline().start()
    refused = failing(pipeline, 1_000_000)
    for number in range(8):
        await pipeline.ask(action(f"r{number}"))
    tries = len(refused)
    await until(lambda: len(refused) > tries + 30)  # those held try again and again; by then each has tried once
    assert pipeline.engine._settler._unsettled <= 3
    pipeline.state.before_settle = lambda: None
    await asyncio.wait_for(pipeline.engine.drain(), 10)
    assert 0 < len(pipeline.state.settled) <= 3
