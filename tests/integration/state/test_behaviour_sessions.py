"""Sessions on a real server: what is lost, what expires, floods, corruption, replicas, restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from pdp.behaviour.companion import Behaviour
from pdp.catalog_model import ResultSpec
from pdp.model import Final
from pdp.state.rebuild import rebuild
from pdp.state.redis_state import RedisState
from tests.behaviour_support import (
    KEY,
    Player,
    advance,
    asked,
    baseline_of,
    forget,
    observed,
    open_behaviour,
    operation,
    session_of,
    settings,
    settled,
    view_of,
)
from tests.redis_server import RedisServer
from tests.state_support import EPOCH
from writ.action import Verb
from writ.errors import StateFailed

SECRETS = ResultSpec(classes=frozenset({"secret"}))
LEAK = {
    "after": [{"verb": "READ", "class": "secret"}],
    "then": {"verb": "SEND", "external": True},
    "within_s": 600,
    "scope": "agent",
}
DECLARED = settings({"leak": LEAK, "leak_session": LEAK | {"scope": "session"}}, session_ttl_s=600, taint_ttl_s=1200)
SEND = observed(operation(Verb.SEND, to=["x@y"]), declared=DECLARED)


@pytest_asyncio.fixture
async def player(state: RedisState) -> Player:
    return Player(state, DECLARED)


@pytest.mark.parametrize(
    ("kind", "scope"), [("S", "session"), ("A", "agent"), ("P", "principal")], ids=["session", "agent", "principal"]
)
async def test_a_lost_track_is_no_data_and_tainted_not_new(
    player: Player, server: RedisServer, kind: str, scope: str
) -> None:
    await player.play(observed(operation(rows=100)))
    forget(server, f"{kind}*")
    for _ in range(2):  # also once the loss has been written over
        facts = await player.session(SEND)
        assert facts[scope]["state"] == "NO_DATA"
        assert (facts[scope]["classes"], facts[scope]["untrusted"]) == (["unclassified"], True)
        await player.play(observed())
    assert facts["sequences"] == {"session": ["leak_session"], "agent": ["leak"], "principal": []}[scope]
    assert facts["state"] == ("NO_DATA" if scope == "session" else "OK")


async def test_a_request_id_that_is_used_anew_counts_its_action_anew(player: Player, server: RedisServer) -> None:
    moving = observed(operation(rows=100), principal="someone", declared=DECLARED)
    asks = asked("r", moving, DECLARED)
    for uses, minutes in ((1, 5), (1, 6), (2, 5), (2, 6), (3, 0)):
        (view,) = await player.state.enrich([asks])
        await player.state.settle([settled(asks, view, Final.ALLOWED)])
        facts = await player.session(moving)
        told = [(facts[of]["actions"], facts[of]["rows"]) for of in ("session", "agent", "principal")]
        assert told == [(uses + 1, 100 * (uses + 1))] * 3, "with the one that looks"
        advance(server, minutes * 60_000)


@pytest.mark.parametrize("part", ["S*r", "S*[0-9a-f]"], ids=["entries", "head"])
async def test_half_a_session_is_no_data(player: Player, server: RedisServer, part: str) -> None:
    await player.play(observed(operation(rows=100)))
    with server.client() as client:
        (key,) = client.scan_iter(f"{{acme}}:{part}")
        client.delete(key)
    for _ in range(2):
        facts = await player.session(SEND)
        assert (facts["state"], facts["sequences"]) == ("NO_DATA", ["leak_session"])
        await player.play(observed())


async def test_a_session_that_ended_is_new_and_not_lost(player: Player, server: RedisServer) -> None:
    await player.play(observed(operation(rows=100), result=SECRETS))
    forget(server, "S*")
    advance(server, 601_000)
    facts = await player.session(SEND)
    assert facts["session"]["state"] == "OK"
    assert facts["session"]["rows"] == 1
    assert facts["agent"]["classes"] == ["secret"], "the agent remembers"


async def test_tracks_expire_and_baselines_outlive_them(player: Player, server: RedisServer) -> None:
    await player.play(observed(workspace="w"))
    with server.client() as client:
        ttls = {kind: client.pttl(next(iter(client.scan_iter(f"{{acme}}:{kind}*")))) for kind in "SAPWB"}
    # A sixteenth longer than they have to live, so that not every action has to renew them.
    assert 600_000 < ttls["S"] <= 637_500
    assert 2_400_000 < ttls["A"] <= 2_550_000
    assert 2_400_000 < ttls["P"] <= 2_550_000
    assert 3_590_000 < ttls["W"] <= 3_600_000
    assert ttls["B"] > 100 * 86_400_000


async def test_taint_of_an_agent_holds_as_long_as_declared_and_then_goes(player: Player, server: RedisServer) -> None:
    await player.play(observed(operation(rows=100), result=SECRETS))
    advance(server, 1_199_000)
    facts = await player.session(observed(session="later"))
    assert (facts["agent"]["classes"], facts["agent"]["rows"]) == (["secret"], 101)
    advance(server, 1_300_000)
    facts = await player.session(observed(session="much later"))
    assert (facts["agent"]["classes"], facts["agent"]["rows"], facts["agent"]["untrusted"]) == ([], 1, False)


async def test_taint_that_left_the_entries_holds_as_long_as_declared(player: Player, server: RedisServer) -> None:
    await player.play(observed(result=SECRETS))
    for _ in range(3):
        await player.play(*[observed(operation(resource="weather"))] * 40)
    advance(server, 1_199_000)
    assert (await player.session(observed(session="later")))["agent"]["classes"] == ["secret"]
    await player.play(observed(session="later"))
    advance(server, 2_401_000)
    assert (await player.session(observed(session="later still")))["agent"]["classes"] == []


async def test_a_burst_is_counted_over_all_sessions_and_ends(player: Player, server: RedisServer) -> None:
    for i in range(40):
        await player.play(observed(session=f"s{i}"))
    assert (await player.session(observed(session="new")))["burst"] == 41
    advance(server, 55_000)
    assert (await player.session(observed(session="new")))["burst"] == 41
    advance(server, 20_000)
    assert (await player.session(observed(session="new")))["burst"] == 1


async def test_a_flood_of_sessions_is_bounded_in_bytes(player: Player, server: RedisServer) -> None:
    for i in range(20):
        await player.play(
            *[
                observed(
                    operation(resource="t" * 200),
                    session=f"s{i}-{j}",
                    payload=[f"class{n}" for n in range(100)],
                    result=ResultSpec(classes=frozenset(f"result{n}" * 5 for n in range(100))),
                )
                for j in range(25)
            ]
        )
    with server.client() as client:
        sizes = {kind: [client.strlen(key) for key in client.scan_iter(f"{{acme}}:{kind}*")] for kind in "SAP"}
    assert len(sizes["S"]) == 1_000, "a head and its entries each"
    assert max(sizes["S"]) <= 1_500
    assert max(sizes["A"] + sizes["P"]) <= 65 * 1_100
    assert (await player.session(observed(session="one more")))["agent"]["classes"] == ["unclassified"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"T",
        b"\x00" * 200,
        b"T3" + EPOCH.encode() + b"\xff" * 124 + b"||||",
        b"T3" + EPOCH.encode() + b"\x00" * 124 + b"|||",
        b"T3" + EPOCH.encode() + b"\x00" * 6 + b"\xff" * 24 + b"\x00" * 94 + b"||||",
        b"T3" + b"f" * 16 + b"\x00" * 124 + b"||||",
    ],
)
async def test_a_corrupt_track_is_no_data_and_stops_nothing(player: Player, server: RedisServer, damage: bytes) -> None:
    await player.play(observed())
    with server.client() as client:
        for key in client.scan_iter("{acme}:[SAP]*"):
            client.set(key, damage)
    for _ in range(2):
        facts = await player.session(SEND)
        assert [facts[scope]["state"] for scope in ("session", "agent", "principal")] == ["NO_DATA"] * 3
        assert facts["sequences"] == ["leak", "leak_session"]
        await player.play(observed())


async def test_entries_that_cannot_be_read_make_the_track_no_data(player: Player, server: RedisServer) -> None:
    await player.play(observed())
    with server.client() as client:
        key = next(iter(client.scan_iter("{acme}:S*r")))
        raw = client.get(key)
        assert isinstance(raw, bytes)
        client.set(key, raw.replace(b"|R|", b"|?|"))
    assert (await player.session())["session"]["state"] == "NO_DATA"


async def test_another_kind_of_value_in_place_of_a_track_fails_the_call(player: Player, server: RedisServer) -> None:
    await player.play(observed())
    with server.client() as client:
        key = next(iter(client.scan_iter("{acme}:S*")))
        client.delete(key)
        client.hset(key, "a", "b")
    facts = await player.session(SEND)
    assert facts["session"]["state"] == "NO_DATA", "MGET reads it as missing, and the agent says that it was there"


async def test_an_emptied_server_shows_no_data_until_it_is_rebuilt_and_then_for_as_long_as_taint_holds(
    state: RedisState, player: Player, server: RedisServer
) -> None:
    await player.play(observed(result=SECRETS))
    server.flush()
    ((one, view),) = await player.look(SEND)
    assert view.companions == (None,)
    assert session_of(one, view)["sequences"] == ["leak", "leak_session"]
    assert session_of(one, view)["agent"]["state"] == "NO_DATA"
    assert baseline_of(one, view)["state"] == "NO_DATA"
    await rebuild(state, iter(()), epoch="f" * 16)
    await state.continuity.activate("acme", "f" * 16)
    for _ in range(2):
        facts = await player.session(SEND)
        assert facts["agent"]["state"] == facts["session"]["state"] == "NO_DATA"
        await player.play(observed())
    advance(server, 601_000)
    facts = await player.session(observed(session="another"))
    assert (facts["session"]["state"], facts["agent"]["state"]) == ("OK", "NO_DATA")
    advance(server, 600_000)
    facts = await player.session(observed(session="another"))
    assert (facts["session"]["state"], facts["agent"]["state"]) == ("OK", "OK")


async def test_sixty_four_callers_on_two_replicas_see_one_another_in_one_order(
    state: RedisState, server: RedisServer
) -> None:
    other = open_behaviour(server.url, writer="pdp-2")
    players = [Player(state, DECLARED), Player(other, DECLARED)]
    looks = await asyncio.gather(*[players[i % 2].look(observed(operation(rows=1))) for i in range(64)])
    seen = sorted(session_of(one, view)["session"]["rows"] for pairs in looks for one, view in pairs)
    assert seen == list(range(1, 65))
    await other.close()


async def test_a_refused_script_fails_the_enrichment(state: RedisState, server: RedisServer) -> None:
    class Broken(Behaviour):
        def look(self, organisation: str, asks: Any) -> Any:
            call = super().look(organisation, asks)
            assert call is not None
            return replace(call, args=(b"short", *call.args[1:]))

    state.companions = (Broken(KEY),)
    with pytest.raises(StateFailed, match="redis refused the call"):
        await state.enrich([asked("r")])


async def test_a_malformed_answer_is_our_error(state: RedisState) -> None:
    await state.enrich([asked("warm")])
    with pytest.raises(StateFailed, match=r"behaviour_look\.lua"):
        Behaviour(KEY).read([asked("r")], [1, [], [], b""])


async def test_another_companion_object_settles_what_one_has_looked_at(player: Player, state: RedisState) -> None:
    ((one, view),) = await player.look(observed(operation(rows=9)))
    state.companions = (Behaviour(KEY),)
    await state.settle([settled(one, view, Final.DENIED)])
    facts = await player.session()
    assert (facts["session"]["rows"], facts["session"]["denials"]) == (1, 1)
    assert view_of(view) is not None


async def test_a_full_server_denies_new_actions_and_still_settles_old_ones(
    state: RedisState, player: Player, server: RedisServer
) -> None:
    ((one, view),) = await player.look(observed(operation(rows=9)))
    server.configure(maxmemory="1mb")
    try:
        with pytest.raises(StateFailed, match="memory is full"):
            await player.look(observed())
        await state.settle([settled(one, view, Final.DENIED)])
    finally:
        server.configure(maxmemory="0")
    facts = await player.session()
    assert (facts["session"]["rows"], facts["session"]["denials"]) == (1, 1)


async def test_what_a_killed_process_left_pending_counts_until_it_is_forgotten(
    player: Player, server: RedisServer
) -> None:
    worker = Path(__file__).with_name("behaviour_worker.py")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = await asyncio.create_subprocess_exec(sys.executable, str(worker), server.url, env=environment)
    assert await killed.wait() == -signal.SIGKILL
    facts = await player.session(SEND)
    assert [entry["effect"] for entry in facts["recent"]] == ["PENDING"]
    assert (facts["session"]["rows"], facts["agent"]["classes"]) == (41, ["secret"])
    assert facts["sequences"] == ["leak", "leak_session"]
    advance(server, 2_500_000)
    facts = await player.session(observed(session="later"))
    assert (facts["agent"]["rows"], facts["agent"]["classes"]) == (1, [])
