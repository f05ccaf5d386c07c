"""Baselines on a real server: slow poisoning, outliers, forgetting, clock jumps, corrupt and oversized state."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any

import pytest

from pdp.behaviour.baseline import Baseline, parse_baseline
from pdp.behaviour.observe import Observation
from pdp.behaviour.settings import BehaviourSettings
from pdp.model import Final
from pdp.state.redis_state import RedisState
from tests.behaviour_support import Player, advance, forget, observed, operation, settings
from tests.redis_server import RedisServer
from writ.action import Verb

DECLARED = settings(min_observations=20, outlier_deviations=6, daily_drift_bp=1000)
DAY_MS = 86_400_000


def pay(amount: int, **changes: Any) -> Observation:
    changes = {"to": ["DE02"], **changes}
    to = changes.pop("to")
    return observed(operation(Verb.PAY, amount=amount, to=to), declared=DECLARED, **changes)


def key_of(seen: Observation) -> str:
    return f"{{acme}}:B{seen.agent}"


def stored(server: RedisServer, seen: Observation) -> Baseline:
    with server.client() as client:
        found = parse_baseline(client.get(key_of(seen)))
    assert found is not None
    return found


async def learn(state: RedisState, amounts: list[int], declared: BehaviourSettings = DECLARED) -> Player:
    player = Player(state, declared)
    for amount in amounts:
        await player.play(pay(amount))
    return player


async def test_mean_and_deviation_are_those_of_the_values(state: RedisState, server: RedisServer) -> None:
    values = [100, 200, 300, 400, 500] * 3
    await learn(state, values)
    amount = stored(server, pay(1)).means[0]
    assert amount.weight == pytest.approx(15, rel=1e-3)
    assert amount.mean == pytest.approx(300, rel=1e-3)
    assert amount.deviation == pytest.approx(141.42, rel=1e-2)


async def test_a_thousand_steps_of_one_percent_move_the_mean_by_the_daily_drift_at_most(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000 + 40 * (i % 11) for i in range(40)])
    before = stored(server, pay(1)).means[0].mean
    amount = before
    for _ in range(1_000):
        amount *= 1.01
        await player.play(pay(min(int(amount), 2**53 - 1)))
    after = stored(server, pay(1)).means[0]
    assert after.mean <= before * 1.10 + 1
    assert (await player.baseline(pay(100_000)))["deviations"][0]["deviation_centi"] > 10_000


async def test_the_drift_holds_for_every_day_and_yardstick(state: RedisState, server: RedisServer) -> None:
    wide = settings(min_observations=20, outlier_deviations=100, daily_drift_bp=500)
    player = await learn(state, [10_000] * 25, wide)
    means = [stored(server, pay(1)).means[0].mean]
    for _ in range(4):
        advance(server, DAY_MS)
        for _ in range(60):
            await player.play(pay(14_000))
        means.append(stored(server, pay(1)).means[0].mean)
    for yesterday, today in pairwise(means):
        assert yesterday < today <= yesterday * 1.05 + 1
    facts = await player.baseline(pay(14_000))
    of_means = {d["of"]: d["mean"] for d in facts["deviations"] if d["measure"] == "amount"}
    assert all(mean <= 10_000 * 1.05**4 + 4 for mean in of_means.values())


async def test_alternating_extremes_do_not_widen_the_deviation_beyond_the_drift(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000 + 100 * (i % 5) for i in range(40)])
    before = stored(server, pay(1)).means[0]
    floor = max(before.deviation, 0.05 * before.mean)
    for step in range(200):
        seen = stored(server, pay(1)).means[0]
        reach = 5.9 * max(seen.deviation, 0.05 * seen.mean)
        await player.play(pay(int(seen.mean + (reach if step % 2 else -reach))))
    after = stored(server, pay(1)).means[0]
    assert after.deviation <= floor * 1.10 + 1
    assert abs(after.mean - before.mean) <= 0.10 * before.mean + 1


@pytest.mark.parametrize("final", [Final.DENIED, Final.WITHDRAWN])
async def test_what_was_not_allowed_teaches_nothing(state: RedisState, server: RedisServer, final: Final) -> None:
    player = await learn(state, [10_000] * 25)
    before = stored(server, pay(1))
    for _ in range(10):
        await player.play(pay(10_100, to=["FR76"], tool="other", version="9"), final=final)
    assert stored(server, pay(1)) == before


async def test_an_outlier_moves_no_mean_and_no_deviation(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [10_000 + 100 * (i % 5) for i in range(40)])
    before = stored(server, pay(1)).means[0]
    for _ in range(50):
        await player.play(pay(50_000))
        await player.play(pay(1))
    after = stored(server, pay(1)).means[0]
    assert (after.mean, after.deviation) == (before.mean, before.deviation)


async def test_after_a_half_life_an_observation_weighs_half(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [10_000] * 40)
    advance(server, 14 * DAY_MS)
    facts = await player.baseline(pay(10_000))
    assert facts["observations"] == 20
    await player.play(pay(10_000))
    assert stored(server, pay(1)).weight == pytest.approx(21, rel=1e-3)
    assert stored(server, pay(1)).hour_sum == 21


async def test_a_clock_that_leaps_a_year_makes_the_agent_new_and_nothing_usual(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * 40)
    advance(server, 366 * DAY_MS)
    facts = await player.baseline(pay(10_000))
    assert (facts["new_agent"], facts["observations"], facts["deviations"]) == (True, 0, [])
    assert not facts["tool_known"]
    assert not facts["destination_known"]


async def test_a_clock_that_was_set_back_changes_nothing(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [10_000] * 40)
    advance(server, 3_600_000)
    await player.play(pay(10_000))
    with server.client() as client:
        client.hset("{acme}:m", "t", 0)
    before = stored(server, pay(1))
    await player.play(pay(10_000))
    after = stored(server, pay(1))
    assert after.updated_ms >= before.updated_ms
    assert after.weight == pytest.approx(before.weight + 1)


def _with_double(raw: bytes, at: int, value: float) -> bytes:
    return raw[:at] + struct.pack("<d", value) + raw[at + 8 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"\x00" * len(raw),
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw + b"x",
        lambda raw: b"X9" + raw[2:],
        lambda raw: _with_double(raw, 10, float("nan")),
        lambda raw: _with_double(raw, 18, float("inf")),
        lambda raw: _with_double(raw, 38, float("nan")),
        lambda raw: _with_double(raw, 46, -5.0),
        lambda raw: _with_double(raw, 38, 1e300),
        lambda raw: raw[:166] + b"\xff" + raw[167:],
    ],
)
async def test_a_corrupt_baseline_is_no_data_and_is_learned_anew(
    state: RedisState, server: RedisServer, damage: Any
) -> None:
    player = await learn(state, [10_000] * 40)
    with server.client() as client:
        raw = client.get(key_of(pay(1)))
        assert isinstance(raw, bytes)
        client.set(key_of(pay(1)), damage(raw))
        client.delete(key_of(pay(1)).replace(":B", ":K"))
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"], facts["tool_known"]) == ("NO_DATA", False, False), "lost is not new"
    await player.play(pay(10_000))
    assert stored(server, pay(1)).weight == pytest.approx(1)
    assert not (await player.baseline(pay(10_000)))["new_agent"], "not either when something is learned anew"


async def test_extreme_values_neither_stop_nor_poison(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [2**53 - 1] * 5 + [0] * 5 + [2**53 - 1] * 20)
    found = stored(server, pay(1)).means[0]
    assert 0 <= found.mean < 2**53
    facts = await player.baseline(pay(2**53 - 1))
    assert facts["state"] == "OK"


async def test_an_agent_that_touches_everything_stays_within_two_kibibytes(
    state: RedisState, server: RedisServer
) -> None:
    player = Player(state, DECLARED)
    for i in range(120):
        await player.play(
            *[
                observed(
                    operation(Verb.SEND, f"type{i}_{j}", amount=i, to=[f"{i}-{j}-{n}@x" for n in range(8)]),
                    tool=f"tool{i}{j}",
                    version=str(i),
                    declared=DECLARED,
                )
                for j in range(4)
            ]
        )
    with server.client() as client:
        assert client.strlen(key_of(observed())) <= 2048
        assert max(client.strlen(key) for key in client.scan_iter("{acme}:[SAP]*")) <= 16_384
    latest = await player.baseline(observed(operation(Verb.SEND, "type119_3"), tool="tool1193", declared=DECLARED))
    assert (latest["tool_known"], latest["resource_known"]) == (True, True)
    assert not (await player.baseline(observed(tool="tool00", declared=DECLARED)))["tool_known"]


async def test_a_lost_baseline_is_no_data_and_its_agent_is_not_new(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [10_000] * 40)
    forget(server, "B*")
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"], facts["deviations"]) == ("NO_DATA", False, [])


async def test_an_agent_whose_baseline_was_lost_is_neither_known_nor_new_until_as_much_is_learned_anew(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * 40)
    forget(server, "B*")
    for _ in range(DECLARED.min_observations):
        advance(server, DAY_MS // 24)
        facts = await player.baseline(pay(10_000))
        assert (facts["state"], facts["new_agent"], facts["tool_known"]) == ("NO_DATA", False, False)
        await player.play(pay(10_000))
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"], facts["tool_known"]) == ("OK", False, True)


async def test_a_baseline_that_was_lost_for_longer_than_it_would_have_told_makes_nobody_known(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * 40)
    with server.client() as client:
        client.delete(key_of(pay(1)))
    await player.play(*[pay(10_000)] * 4)
    advance(server, 13 * DAY_MS)
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"]) == ("NO_DATA", False), (
        "44 observations of which less than half is forgotten"
    )
    advance(server, 4 * DAY_MS)
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"]) == ("OK", True), "it would be new with what was lost as well"


async def test_an_agent_that_was_not_known_is_new_when_its_baseline_is_lost(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * (DECLARED.min_observations - 1))
    with server.client() as client:
        client.delete(key_of(pay(1)))
    for _ in range(2):
        assert (await player.baseline(pay(10_000)))["new_agent"]
        await player.play(pay(10_000))


@pytest.mark.parametrize("damage", [b"", b"x" * 26, b"K1" + struct.pack("<ddd", float("nan"), 1, 1)])
async def test_what_cannot_be_read_of_how_well_an_agent_was_known_makes_it_no_new_one(
    state: RedisState, server: RedisServer, damage: bytes
) -> None:
    player = await learn(state, [10_000] * 3)
    with server.client() as client:
        client.set(key_of(pay(1)).replace(":B", ":K"), damage)
    assert not (await player.baseline(pay(10_000)))["new_agent"]
    for _ in range(DECLARED.min_observations):
        await player.play(pay(10_000))
    assert (await player.baseline(pay(10_000)))["state"] == "OK"


async def test_without_how_well_it_was_known_the_track_tells_that_a_baseline_was_lost(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * 40)
    forget(server, "[BK]*")
    assert (await player.baseline(pay(10_000)))["new_agent"], "so much in a minute may not have been learned yet"
    advance(server, 120_000)
    assert not (await player.baseline(pay(10_000)))["new_agent"]


async def test_an_agent_of_which_all_was_lost_is_not_new_for_the_first_thing_that_it_learns(
    state: RedisState, server: RedisServer
) -> None:
    player = await learn(state, [10_000] * 40)
    forget(server, "[ABKS]*")
    for _ in range(DECLARED.min_observations):
        facts = await player.baseline(pay(10_000))
        assert (facts["state"], facts["new_agent"]) == ("NO_DATA", False)
        await player.play(pay(10_000))
    assert (await player.baseline(pay(10_000)))["state"] == "OK"


async def test_an_agent_of_which_only_others_speak_is_lost_and_not_new(state: RedisState, server: RedisServer) -> None:
    player = await learn(state, [10_000] * 40)
    forget(server, "[ABKS]*")
    facts = await player.baseline(pay(10_000))
    assert (facts["state"], facts["new_agent"]) == ("NO_DATA", False), "its principal knows of it"


async def test_an_agent_that_has_done_little_or_was_refused_is_new(state: RedisState) -> None:
    player = Player(state, DECLARED)
    for _ in range(DECLARED.min_observations + 5):
        await player.play(pay(10_000), final=Final.DENIED)
    assert (await player.baseline(pay(10_000)))["new_agent"]
    assert (await player.baseline(pay(10_000, agent="a2")))["new_agent"]


async def test_another_definition_of_a_known_tool_is_new_and_a_tool_that_is_new_is_not(state: RedisState) -> None:
    player = Player(state, DECLARED)
    first = observed(operation(Verb.READ), declared=DECLARED, definition="a" * 64)
    for _ in range(25):
        await player.play(first)
    assert not (await player.baseline(first))["new_definition"]
    other = observed(operation(Verb.READ), declared=DECLARED, definition="b" * 64)
    facts = await player.baseline(other)
    assert (facts["tool_known"], facts["new_definition"]) == (True, True)
    unused = observed(operation(Verb.READ), declared=DECLARED, tool="never", definition="c" * 64)
    facts = await player.baseline(unused)
    assert (facts["tool_known"], facts["new_definition"]) == (False, False)
