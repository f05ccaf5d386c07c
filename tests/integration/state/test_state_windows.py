"""Windows as Redis counts them. Time is moved by the organisation's own clock, ahead of Redis TIME."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from pdp.model import Counts, Final, Reservation, Window
from pdp.state.rebuild import CountedRecord, counted, rebuild
from pdp.state.redis_state import RedisState
from tests.redis_server import RedisServer
from tests.state_support import DIGEST, EPOCH, ask, enrich_one, open_state, reserve, settle, value_now, with_ticket

HOUR = 3_600_000
MINUTE = 60_000
SLIDING = Window(length_ms=HOUR)
NEW_EPOCH = "fedcba9876543210"


@pytest_asyncio.fixture
async def state(server: RedisServer) -> AsyncIterator[RedisState]:
    server.flush()
    opened = open_state(server.url)
    await opened.continuity.initialise(EPOCH)
    await enrich_one(opened, ask("first"))
    yield opened
    await opened.close()


def move_to(server: RedisServer, now_ms: int) -> None:
    with server.client() as client:
        client.hset("{acme}:m", "t", now_ms)


async def now_of(state: RedisState) -> int:
    return (await enrich_one(state, ask("now", dry_run=True))).now_ms


async def allow(state: RedisState, request_id: str, reservation: Reservation) -> None:
    asked = ask(request_id, reservation)
    await state.settle([settle(asked, await enrich_one(state, asked), Final.ALLOWED)])


async def start(server: RedisServer, state: RedisState) -> int:
    """A whole hour in the near future, as the organisation's time."""
    begin = (await now_of(state) // HOUR + 2) * HOUR
    move_to(server, begin)
    return begin


async def test_a_calendar_counter_begins_anew_with_its_window(server: RedisServer, state: RedisState) -> None:
    begin = await start(server, state)
    hours = reserve(window=Window(starts_ms=(begin - HOUR, begin, begin + HOUR, begin + 2 * HOUR)))
    await allow(state, "a", hours)
    move_to(server, begin + HOUR - 1)
    assert await value_now(state, hours) == (1, 0)
    move_to(server, begin + HOUR)
    assert await value_now(state, hours) == (0, 0)


async def test_windows_that_do_not_hold_the_time_of_redis_are_no_data(server: RedisServer, state: RedisState) -> None:
    begin = await start(server, state)
    past = reserve(window=Window(starts_ms=tuple(begin - HOUR * back for back in (5, 4, 3, 2))))
    view = await enrich_one(state, ask("a", past))
    assert not view.counters["calls"].known


async def test_an_action_judged_again_after_its_window_counts_in_the_new_one(
    server: RedisServer, state: RedisState
) -> None:
    begin = await start(server, state)
    hours = reserve(window=Window(starts_ms=(begin - HOUR, begin, begin + HOUR, begin + 2 * HOUR)))
    asked = ask("a", hours)
    view = await enrich_one(state, asked)
    move_to(server, begin + HOUR)
    again = await enrich_one(state, with_ticket(asked, view))
    assert (again.counters["calls"].value, again.counters["calls"].pending) == (1, 0)
    await state.settle([settle(asked, again, Final.ALLOWED)])
    assert await value_now(state, hours) == (1, 0)


@pytest.mark.parametrize("element", ["", "e"])
async def test_a_sliding_counter_forgets_at_most_one_bucket_late_and_never_early(
    server: RedisServer, state: RedisState, element: str
) -> None:
    begin = await start(server, state)
    sliding = reserve(window=SLIDING, element=element)
    probe = reserve(0 if not element else 1, window=SLIDING, element=element and "other")
    await allow(state, "a", sliding)
    move_to(server, begin + HOUR)
    assert await value_now(state, probe) == (1, 0)
    move_to(server, begin + HOUR + MINUTE)
    assert await value_now(state, probe) == (0, 0)


async def test_a_sliding_counter_keeps_what_came_later(server: RedisServer, state: RedisState) -> None:
    begin = await start(server, state)
    for step in range(120):
        move_to(server, begin + step * MINUTE)
        await allow(state, f"{step}", reserve(window=SLIDING))
    assert await value_now(state, reserve(0, window=SLIDING)) == (61, 0)
    move_to(server, begin + 500 * MINUTE)
    assert await value_now(state, reserve(0, window=SLIDING)) == (0, 0)
    await allow(state, "again", reserve(window=SLIDING))
    assert await value_now(state, reserve(0, window=SLIDING)) == (1, 0)


async def test_a_reservation_outlives_its_sliding_window_until_it_is_settled(
    server: RedisServer, state: RedisState
) -> None:
    begin = await start(server, state)
    asked = ask("a", reserve(3, window=SLIDING))
    view = await enrich_one(state, asked)
    move_to(server, begin + 10 * HOUR)
    assert await value_now(state, reserve(0, window=SLIDING)) == (0, 3)
    await state.settle([settle(asked, view, Final.ALLOWED)])  # decided ten hours ago: out of the window
    assert await value_now(state, reserve(0, window=SLIDING)) == (0, 0)


async def test_rebuild_counts_again_what_receipts_say_under_a_new_epoch(server: RedisServer, state: RedisState) -> None:
    begin = await start(server, state)
    window = Window(starts_ms=(begin - HOUR, begin, begin + HOUR, begin + 2 * HOUR))
    counters = (
        reserve(10, counter="hour", key="h", window=window),
        reserve(1, counter="slide", key="s", window=SLIDING),
        reserve(1, counter="names", key="n", window=window, element="x"),
        reserve(1, counter="tried", key="t", window=window, counts=Counts.PROPOSED),
    )
    records = []
    for number in range(4):
        asked = ask(f"r{number}", *counters)
        view = await enrich_one(state, asked)
        final = Final.DENIED if number == 3 else Final.ALLOWED
        await state.settle([settle(asked, view, final)])
        kept = tuple(entry for c in counters if (entry := counted(c, view.now_ms)) is not None)
        records.append(
            CountedRecord(
                organisation="acme",
                caller_id="caller",
                request_id=f"r{number}",
                execution_digest=DIGEST,
                now_ms=view.now_ms,
                reservations=kept,
                final=final,
            )
        )
    before = [await value_now(state, counter) for counter in counters]
    server.flush()
    assert not (await enrich_one(state, ask("lost", *counters))).counters["hour"].known
    assert await rebuild(state, [*records, records[0]], epoch=NEW_EPOCH) == 4
    move_to(server, begin)
    assert [await value_now(state, counter) for counter in counters] == before == [(30, 0), (3, 0), (1, 0), (4, 0)]
    repeat = await enrich_one(state, ask("r0", *counters))
    assert (repeat.state_epoch, repeat.counters["hour"].value) == (NEW_EPOCH, 30)
    other = open_state(server.url, writer="pdp-2")
    assert (await enrich_one(other, ask("new", *counters))).counters["hour"].value == 40
    await other.close()


async def test_a_rebuild_counts_a_request_as_often_as_it_was_counted(server: RedisServer, state: RedisState) -> None:
    counter = reserve(10, counter="slide", key="s", window=SLIDING)
    now_ms = (await enrich_one(state, ask("look", counter, dry_run=True))).now_ms
    records = [
        CountedRecord(
            organisation="acme",
            caller_id="caller",
            request_id="r",
            execution_digest=DIGEST,
            now_ms=now_ms - minutes * 60_000,
            reservations=(kept,),
            final=final,
        )
        for minutes, final in ((1, Final.ALLOWED), (12, Final.ALLOWED), (15, Final.DENIED), (20, Final.ALLOWED))
        if (kept := counted(counter, now_ms)) is not None
    ]
    server.flush()
    assert await rebuild(state, records, epoch=NEW_EPOCH) == 2
    assert await value_now(state, counter) == (20, 0)
    repeat = await enrich_one(state, ask("r", counter))
    assert repeat.counters["slide"].value == 20, "the last one was allowed nine minutes ago at most"


async def test_decision_points_that_run_during_a_rebuild_find_the_new_epoch(
    server: RedisServer, state: RedisState
) -> None:
    asked = ask("before", reserve(5))
    view = await enrich_one(state, asked)
    operator = open_state(server.url, writer="operator")
    await rebuild(operator, [], epoch=NEW_EPOCH, organisations=["acme"])
    after = await enrich_one(state, ask("after", reserve()))
    assert (after.state_epoch, after.counters["calls"].value) == (NEW_EPOCH, 1)
    await state.settle(
        [settle(asked, view, Final.ALLOWED)]
    )  # of the old epoch: its receipt is for the rebuild to count
    assert await value_now(state, reserve()) == (0, 1)
    await operator.close()
