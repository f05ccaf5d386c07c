"""Items that are over a limit only by what others have reserved: whom they wait for, how long, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import orjson

from pdp.config import Timeouts
from pdp.item import Answer
from pdp.model import ClaimStatus, Final, Outcome, StateAsk, StateView
from tests.pipeline_support import PATIENCE_S, Pipeline, action, outcome, until
from writ.v1 import decision_pb2

COUNTER = "invoice_status_updates"
PATIENT = Timeouts(contention_ms=60_000)
EXECUTE_ALL = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL


def update(request_id: str) -> decision_pb2.DecideRequest:
    args = b'{"customer":"7","invoice":"INV-1","status":"paid"}'
    return action(request_id, tool="invoices.update_status", args_json=args)


async def contended(pending: int, *, allowed_at: int = 0, timeouts: Timeouts = PATIENT) -> tuple[Pipeline, list[int]]:
    """Returns a pipeline whose policy allows at so much pending or less, and what it was shown, judgement by judgement."""
    pipeline = await Pipeline(timeouts=timeouts).start()
    pipeline.state.pending[COUNTER] = pending
    shown: list[int] = []

    def verdict(item: bytes) -> Outcome:
        shown.append(orjson.loads(item)["counters"][COUNTER]["pending"])
        return outcome("REQUIRE_APPROVAL", contended=True) if shown[-1] > allowed_at else outcome()

    pipeline.judge.verdict = verdict
    return pipeline, shown


def more_than(items: Sequence[object], number: int) -> bool:
    return len(items) > number


def last_is(items: Sequence[int], value: int) -> bool:
    return items[-1:] == [value]


async def effect(future: asyncio.Future[Answer]) -> str:
    answer = await asyncio.wait_for(future, PATIENCE_S)
    decision = decision_pb2.DecideResponse.FromString(answer.response).decision
    return decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")


async def test_every_settlement_before_it_brings_another_judgement_until_the_limit_is_kept() -> None:
    pipeline, shown = await contended(5, allowed_at=2)
    ((_, future),) = pipeline.offer(update("r1"))
    for left in (4, 3, 2):
        trips = len(pipeline.state.trips)
        await until(partial(more_than, pipeline.state.trips, trips + 1))  # asked again, and nothing had changed
        assert not future.done()
        pipeline.state.pending[COUNTER] = left
    assert await effect(future) == "ALLOW"
    assert shown == [5, 4, 3, 2]


async def test_each_settlement_before_it_begins_its_patience_anew() -> None:
    pipeline, shown = await contended(8, timeouts=Timeouts(contention_ms=2_000))
    ((_, future),) = pipeline.offer(update("r1"), deadline_s=60.0)
    for left in range(8, -1, -1):  # lasts longer than one patience
        pipeline.state.pending[COUNTER] = left
        await until(partial(last_is, shown, left))
        await asyncio.sleep(0.25)
    assert await effect(future) == "ALLOW"


async def test_it_gives_up_in_time_for_its_caller_when_nobody_settles() -> None:
    pipeline, shown = await contended(1)
    ((_, future),) = pipeline.offer(update("r1"), deadline_s=1.6)
    assert await effect(future) == "REQUIRE_APPROVAL"
    assert shown == [1, 1]


async def test_items_of_one_batch_do_not_wait_for_each_other() -> None:
    pipeline, shown = await contended(0)
    first = pipeline.state._view

    def with_those_before(ask: StateAsk) -> StateView:
        pipeline.state.pending[COUNTER] = int(ask.request_id[1:])
        return first(ask)

    pipeline.state._view = with_those_before  # type: ignore[method-assign]
    answers = await pipeline.ask_all(*(update(f"r{n}") for n in range(3)), semantic=EXECUTE_ALL)
    effects = [decision_pb2.Effect.Name(answer.decision.effect) for answer in answers]
    assert effects == ["EFFECT_ALLOW", "EFFECT_REQUIRE_APPROVAL", "EFFECT_REQUIRE_APPROVAL"]
    assert shown == [0, 1, 2], "judged once: what they wait for is settled only together with them"


async def test_a_bundle_swapped_meanwhile_makes_it_anew_and_it_waits_again() -> None:
    pipeline, shown = await contended(1)
    ((_, future),) = pipeline.offer(update("r1"))
    await until(lambda: shown)
    pipeline.judge.revision = "b" * 64
    await pipeline.lanes.refresh()
    await until(lambda: len(shown) == 2)
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.WITHDRAWN]
    assert not future.done(), "the limit is held by another still"
    pipeline.state.pending.clear()
    assert await effect(future) == "ALLOW"
    await pipeline.engine.drain()
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.WITHDRAWN, Final.ALLOWED]
    (body,) = pipeline.recorder.bodies("decision")
    assert body["bundle"]["revision"] == "b" * 64


async def test_a_claim_taken_over_meanwhile_is_answered_by_the_other_and_its_hold_is_given_back() -> None:
    pipeline, shown = await contended(1)
    ((_, future),) = pipeline.offer(update("r1"))
    await until(lambda: shown)
    mine, status = pipeline.state._view, ClaimStatus.IN_FLIGHT
    polls: list[str] = []

    def taken(ask: StateAsk) -> StateView:
        polls.append(ask.ticket)
        answer = decision_pb2.DecideResponse(request_id="r1").SerializeToString()
        return StateView(
            status=status, now_ms=mine(ask).now_ms, answer=answer if status is ClaimStatus.ANSWERED else b""
        )

    pipeline.state._view = taken  # type: ignore[method-assign]
    await until(lambda: len(polls) > 2)
    assert not future.done(), "the other has not answered yet"
    status = ClaimStatus.ANSWERED
    answer = await asyncio.wait_for(future, PATIENCE_S)
    assert decision_pb2.DecideResponse.FromString(answer.response).request_id == "r1"
    await pipeline.engine.drain()
    assert [(s.final, bool(s.ask.ticket)) for s in pipeline.state.settled] == [(Final.WITHDRAWN, True)]
    assert shown == [1]
    assert pipeline.recorder.bodies("decision") == []
