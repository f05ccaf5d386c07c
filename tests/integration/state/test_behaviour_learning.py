"""Learning waits on a real server: nothing else does, and one fold teaches what its actions would have taught one by one."""

from __future__ import annotations

import asyncio

import pytest

from pdp.behaviour.baseline import Baseline, parse_baseline
from pdp.behaviour.companion import Behaviour
from pdp.behaviour.observe import Observation
from pdp.model import Final
from pdp.state.redis_state import LEARN_STEP_S, RedisState
from tests.behaviour_support import KEY, Player, observed, open_behaviour, operation, session_of, settings, settled
from tests.redis_server import RedisServer
from tests.state_support import EPOCH
from writ.action import Verb

DECLARED = settings(min_observations=20)
LATE_S = 3_600.0


@pytest.fixture
def state(state: RedisState) -> RedisState:
    state.companions = (Behaviour(KEY, hold_s=LATE_S),)
    return state


def pay(amount: int, number: int = 0) -> Observation:
    return observed(
        operation(Verb.PAY, amount=amount, to=[f"DE{number % 3}"]), declared=DECLARED, tool=f"tool{number % 2}"
    )


async def play(player: Player, *seen: Observation, final: Final = Final.ALLOWED) -> None:
    """Looks and settles; what is allowed waits to be learned."""
    pairs = await player.look(*seen)
    await player.state.settle([settled(asks, view, final) for asks, view in pairs])


def stored(server: RedisServer) -> Baseline | None:
    with server.client() as client:
        return parse_baseline(client.get(f"{{acme}}:B{pay(1).agent}"))


async def test_learning_waits_and_nothing_else_does(state: RedisState, server: RedisServer) -> None:
    player = Player(state, DECLARED)
    await play(player, pay(100), pay(200))
    await play(player, pay(300), final=Final.DENIED)
    facts = await player.session(pay(400))
    assert (facts["session"]["actions"], facts["agent"]["denials"], facts["session"]["amount_minor"]) == (4, 1, 700)
    assert [entry["effect"] for entry in facts["recent"]] == ["DENIED", "ALLOWED", "ALLOWED"]
    assert stored(server) is None
    await state.learn()
    found = stored(server)
    assert found is not None
    assert found.weight == 2


async def test_a_process_that_stops_has_learned(state: RedisState, server: RedisServer) -> None:
    await play(Player(state, DECLARED), pay(100))
    await state.close()
    found = stored(server)
    assert found is not None
    assert found.weight == 1


async def test_a_state_that_closes_waits_for_what_is_being_learned_and_leaves_no_connection(
    server: RedisServer,
) -> None:
    server.flush()
    state = open_behaviour(server.url)
    assert await state.continuity.initialise(EPOCH)
    await play(Player(state, DECLARED), pay(100))
    server.pause()
    await asyncio.sleep(4 * LEARN_STEP_S)
    closing = asyncio.create_task(state.close())
    await asyncio.sleep(LEARN_STEP_S)
    server.resume()
    await closing
    await asyncio.sleep(LEARN_STEP_S)
    found = stored(server)
    assert found is not None
    assert found.weight == 1
    with server.client() as client:
        assert len(client.client_list()) == 1, "the one that asks"


async def test_settling_again_teaches_nothing_more(state: RedisState, server: RedisServer) -> None:
    pairs = await Player(state, DECLARED).look(pay(100))
    for _ in range(3):
        await state.settle([settled(asks, view, Final.ALLOWED) for asks, view in pairs])
    await state.learn()
    await state.learn()
    found = stored(server)
    assert found is not None
    assert found.weight == 1


async def test_one_fold_teaches_what_its_actions_would_have_taught_one_by_one(server: RedisServer) -> None:
    found = []
    for hold_s in (LATE_S, 0.0):
        server.flush()
        opened = open_behaviour(server.url)
        opened.companions = (Behaviour(KEY, hold_s=hold_s),)
        assert await opened.continuity.initialise(EPOCH)
        player = Player(opened, DECLARED)
        for number in range(60):
            await play(player, pay(10_000 + 40 * (number % 11), number))
            if not hold_s:
                await opened.learn()
        await opened.close()
        found.append(stored(server))
    folded, single = found
    assert folded is not None
    assert single is not None
    assert folded.weight == pytest.approx(single.weight, rel=1e-3)
    assert (folded.hours, folded.hour_sum) == (single.hours, single.hour_sum)
    for one, other in zip(folded.means, single.means, strict=True):
        assert one.mean == pytest.approx(other.mean, rel=2e-3)
        assert one.deviation == pytest.approx(other.deviation, rel=0.2)
    assert [sorted(names(records)) for records in folded.sets] == [sorted(names(records)) for records in single.sets]


def names(records: bytes) -> list[bytes]:
    return [records[at : at + 8] for at in range(0, len(records), 10)]


async def test_a_fold_moves_a_mean_by_the_daily_drift_at_most(state: RedisState, server: RedisServer) -> None:
    player = Player(state, DECLARED)
    await play(player, *[pay(10_000 + 40 * (number % 11)) for number in range(40)])
    await state.learn()
    before = stored(server)
    assert before is not None
    mean, amount = before.means[0].mean, 10_000.0
    for _ in range(20):
        steps = []
        for _ in range(20):
            amount *= 1.01
            steps.append(pay(int(amount)))
        await play(player, *steps)
    await state.learn()
    after = stored(server)
    assert after is not None
    assert mean < after.means[0].mean <= mean * 1.10 + 1


async def test_a_baseline_is_compared_with_as_it_was_read_until_its_time_is_over(
    state: RedisState, server: RedisServer
) -> None:
    player = Player(state, DECLARED)
    await play(player, *[pay(10_000)] * 30)
    assert (await player.baseline(pay(10_000)))["state"] == "NO_DATA", "it was read before anything was known"
    await state.learn()
    assert (await player.baseline(pay(10_000)))["state"] == "NO_DATA"
    state.companions = (Behaviour(KEY, hold_s=LATE_S),)
    assert (await player.baseline(pay(10_000)))["observations"] == 30
    with server.client() as client:
        client.delete(f"{{acme}}:B{pay(1).agent}")
    assert (await player.baseline(pay(10_000)))["observations"] == 30


async def test_what_is_known_of_a_tool_is_never_older_than_what_is_known_of_its_agent(
    state: RedisState, server: RedisServer
) -> None:
    now_s = 100.0
    state.companions = (Behaviour(KEY, hold_s=10.0, clock=lambda: now_s),)
    player = Player(state, DECLARED)
    first, second = (
        observed(operation(Verb.PAY, amount=100, to=["DE1"]), declared=DECLARED, tool=name) for name in ("one", "two")
    )
    await play(player, first)
    now_s += 5.0
    await play(player, second)
    await state.learn()
    now_s += 6.0  # the agent's is read again, with the first tool; the second tool's is held for four more seconds
    assert (await player.baseline(first))["tool_known"]
    for tool in (first, second):
        facts = await player.baseline(tool)
        assert (facts["tool_known"], facts["new_definition"]) == (True, False)


async def test_what_a_killed_process_had_gathered_is_not_learned_and_all_else_counts(
    state: RedisState, server: RedisServer
) -> None:
    await play(Player(state, DECLARED), pay(100))
    other = open_behaviour(server.url, writer="pdp-2")
    ((asks, view),) = await Player(other, DECLARED).look(pay(200))
    facts = session_of(asks, view)
    assert (facts["session"]["actions"], facts["session"]["amount_minor"]) == (2, 300)
    assert stored(server) is None
    await other.close()
