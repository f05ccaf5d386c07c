"""Redis gone, slow, read-only, full, emptied, replaced: with a real server, never an ALLOW on made-up numbers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from pdp.model import ClaimStatus, FactKey, Final
from pdp.state.records import StoredFact
from pdp.state.redis_state import RedisState
from tests.redis_server import RedisServer
from tests.state_support import EPOCH, ask, enrich_one, open_state, reserve, settle, value_now, with_ticket
from writ.errors import ConfigurationError, StateFailed


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest_asyncio.fixture
async def state(server: RedisServer) -> AsyncIterator[RedisState]:
    opened = open_state(server.url, deadline_s=1.0)
    await opened.continuity.initialise(EPOCH)
    yield opened
    await opened.close()


async def fails_with(reason: str, state: RedisState, request_id: str = "failing") -> None:
    with pytest.raises(StateFailed) as caught:
        await enrich_one(state, ask(request_id, reserve()))
    assert caught.value.reason == reason


async def test_a_server_that_is_gone_fails_the_call_and_is_used_again_when_it_is_back(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("before", reserve()))
    server.kill()
    await fails_with("STATE_UNAVAILABLE", state)
    await fails_with("STATE_UNAVAILABLE", state)
    server.start()
    view = await enrich_one(state, ask("after", reserve()))
    assert (view.state_epoch, view.counters["calls"].known) == ("", False)


async def test_a_paused_server_runs_into_the_deadline_and_what_it_reserved_late_is_given_back(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("before", reserve()))
    server.pause()
    await fails_with("STATE_TIMEOUT", state)
    server.resume()
    view = await enrich_one(state, ask("failing", reserve()))
    assert (view.status, view.counters["calls"].value) == (ClaimStatus.MINE, 2)
    await state.settle([settle(ask("failing", reserve()), view, Final.ALLOWED)])
    assert await value_now(state, reserve()) == (1, 1)


async def test_two_batches_at_once_give_back_what_a_call_without_an_answer_reserved(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("before", reserve()))
    server.pause()
    await fails_with("STATE_TIMEOUT", state)
    server.resume()
    views = await asyncio.gather(*[enrich_one(state, ask(f"after{number}", reserve())) for number in range(3)])
    assert sorted(view.counters["calls"].value for view in views) == [2, 3, 4]


async def test_a_call_that_arrives_after_its_fence_changes_nothing(server: RedisServer, state: RedisState) -> None:
    await enrich_one(state, ask("before", reserve()))
    late = open_state(server.url)  # the same writer, an earlier generation
    state.generation += 1
    await enrich_one(state, ask("fence", reserve()))
    late.continuity._known.update(state.continuity._known)
    await fails_with("STATE_FENCED", late)
    assert await value_now(state, reserve()) == (0, 2)
    await late.close()


async def test_a_restarted_process_is_not_fenced_off_by_a_clock_that_was_set_back(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("before", reserve()))
    earlier = open_state(server.url, generation=1_600_000_000_000)
    assert (await enrich_one(earlier, ask("after", reserve()))).counters["calls"].value == 2
    await earlier.close()


async def test_a_read_only_replica_is_refused_when_it_serves_and_at_start(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("before", reserve()))
    with RedisServer(port=0) as replica:
        view_state = open_state(replica.url)
        await view_state.continuity.initialise(EPOCH)
        await enrich_one(view_state, ask("before", reserve()))
        with replica.client() as client:
            client.execute_command("REPLICAOF", "127.0.0.1", "1")
        await fails_with("STATE_READ_ONLY", view_state)
        with pytest.raises(ConfigurationError, match="STATE_SERVER_REPLICA"):
            await view_state.check_server()
        await view_state.close()


async def test_a_full_memory_refuses_to_reserve_and_still_settles(server: RedisServer, state: RedisState) -> None:
    asked = ask("before", reserve(5))
    view = await enrich_one(state, asked)
    server.configure(maxmemory="1mb")
    await fails_with("STATE_OUT_OF_MEMORY", state)
    await state.settle([settle(asked, view, Final.ALLOWED)])
    server.configure(maxmemory="0")
    assert await value_now(state, reserve()) == (5, 0)


async def test_settlements_that_ride_with_a_refused_enrichment_still_count(
    server: RedisServer, state: RedisState
) -> None:
    import asyncio

    asked = ask("before", reserve(5))
    view = await enrich_one(state, asked)
    server.configure(maxmemory="1mb")
    settled, refused = await asyncio.gather(
        state.settle([settle(asked, view, Final.ALLOWED)]),
        enrich_one(state, ask("next", reserve())),
        return_exceptions=True,
    )
    assert settled is None
    assert isinstance(refused, StateFailed)
    server.configure(maxmemory="0")
    assert await value_now(state, reserve()) == (5, 0)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_evicts_is_refused_at_start(server: RedisServer, state: RedisState, policy: str) -> None:
    server.configure(maxmemory_policy=policy)
    with pytest.raises(ConfigurationError, match="STATE_SERVER_EVICTS"):
        await state.check_server()


async def test_an_emptied_server_has_no_data_rather_than_zero(server: RedisServer, state: RedisState) -> None:
    await state.put_facts("acme", [StoredFact(name="f", parts=("a",), value_json=b"1", ttl_ms=60_000)])
    asked = ask("before", reserve(5))
    view = await enrich_one(state, asked)
    server.flush()
    for number in range(3):
        lost = await enrich_one(state, ask(f"{number}", reserve(), facts=[FactKey(name="f", parts=("a",))]))
        assert (lost.status, lost.ticket, lost.state_epoch) == (ClaimStatus.MINE, "", "")
        assert not lost.counters["calls"].known
        assert not lost.facts[0].known
    await state.settle(
        [settle(asked, view, Final.ALLOWED)]
    )  # on nothing: no error, and nothing counted as if it were all
    fresh = open_state(server.url, writer="pdp-2")
    assert not (await enrich_one(fresh, ask("fresh", reserve()))).counters["calls"].known
    await fresh.close()


async def test_one_lost_organisation_is_told_from_one_that_is_new(server: RedisServer, state: RedisState) -> None:
    await enrich_one(state, ask("a", reserve()))
    with server.client() as client:
        client.delete("{acme}:m")
    fresh = open_state(server.url, writer="pdp-2")
    for opened in (state, fresh):
        assert not (await enrich_one(opened, ask("b", reserve()))).counters["calls"].known
        new = await enrich_one(opened, ask("b", reserve(), organisation=f"new-{opened.writer}"))
        assert new.counters["calls"].value == 1
    await fresh.close()


async def test_an_older_copy_of_the_data_has_no_data_for_every_decision_point(
    server: RedisServer, state: RedisState
) -> None:
    await enrich_one(state, ask("a", reserve()))
    with server.client() as client:
        before = client.hget("{acme}:m", "s")
        await enrich_one(state, ask("b", reserve()))
        client.hset("{acme}:m", "s", before)
    assert not (await enrich_one(state, ask("c", reserve()))).counters["calls"].known
    fresh = open_state(server.url, writer="pdp-2")
    assert not (await enrich_one(fresh, ask("d", reserve()))).counters["calls"].known
    await fresh.close()


async def test_another_server_under_the_same_data_has_no_data(server: RedisServer, state: RedisState) -> None:
    await enrich_one(state, ask("a", reserve()))
    with server.client() as client:
        client.hset("{acme}:m", "r", "0" * 40)  # as a promoted replica would find it
    assert not (await enrich_one(state, ask("b", reserve()))).counters["calls"].known


async def test_time_never_goes_back_within_an_organisation(server: RedisServer, state: RedisState) -> None:
    view = await enrich_one(state, ask("a", reserve()))
    ahead = view.now_ms + 3_600_000
    with server.client() as client:
        client.hset("{acme}:m", "t", ahead)
    assert (await enrich_one(state, ask("b", reserve()))).now_ms == ahead
    assert (await enrich_one(state, ask("c", reserve()))).now_ms == ahead


async def test_a_server_that_forgot_the_scripts_gets_them_again(server: RedisServer, state: RedisState) -> None:
    await enrich_one(state, ask("a", reserve()))
    with server.client() as client:
        client.script_flush()
    assert (await enrich_one(state, ask("b", reserve()))).counters["calls"].value == 2


async def test_garbage_under_a_key_of_ours_is_a_failure_and_not_a_zero(server: RedisServer, state: RedisState) -> None:
    await enrich_one(state, ask("a", reserve()))
    with server.client() as client:
        (key,) = client.keys("{acme}:n:*")
        client.delete(key)
        client.set(key, "garbage")
    await fails_with("STATE_REFUSED", state)


async def test_judging_once_more_after_the_claim_was_taken_over_leaves_it_to_the_other(
    server: RedisServer, state: RedisState
) -> None:
    asked = ask("r", reserve(), lease_ms=0)
    view = await enrich_one(state, asked)
    other = open_state(server.url, writer="pdp-2")
    await enrich_one(other, asked)
    assert (await enrich_one(state, with_ticket(asked, view))).status is ClaimStatus.IN_FLIGHT
    await other.close()
