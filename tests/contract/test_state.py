"""The contract of `pdp.ports.State`, on one node and on a real cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from pdp.model import ApprovalAsk, ClaimStatus, Counts, FactKey, Final, Window
from pdp.state.records import StoredFact
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers
from pdp.state.wire import organisation_key, parse_ticket
from tests.redis_server import RedisCluster, RedisServer
from tests.state_support import EPOCH, FAR, ask, enrich_one, open_state, reserve, settle, value_now, with_ticket
from writ.errors import StateFailed

SLIDING = Window(length_ms=3_600_000)


@pytest_asyncio.fixture
async def state(backend: RedisServer | RedisCluster) -> AsyncIterator[RedisState]:
    backend.flush()
    opened = open_state(backend.url, cluster=isinstance(backend, RedisCluster))
    assert await opened.continuity.initialise(EPOCH)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(backend: RedisServer | RedisCluster, state: RedisState) -> AsyncIterator[RedisState]:
    opened = open_state(backend.url, writer="pdp-2", cluster=isinstance(backend, RedisCluster))
    yield opened
    await opened.close()


async def test_the_server_of_the_tests_is_accepted(state: RedisState) -> None:
    await state.check_server()


async def test_a_decision_sees_itself_included(state: RedisState) -> None:
    view = await enrich_one(state, ask("r", reserve(5)))
    counter = view.counters["calls"]
    assert (view.status, counter.known) == (ClaimStatus.MINE, True)
    assert (counter.value, counter.committed, counter.pending, counter.amount) == (5, 0, 0, 5)
    assert view.state_epoch == EPOCH
    assert view.ticket


async def test_items_of_one_batch_see_the_earlier_ones(state: RedisState) -> None:
    views = await state.enrich([ask(str(i), reserve()) for i in range(5)])
    assert [view.counters["calls"].value for view in views] == [1, 2, 3, 4, 5]
    assert len({view.now_ms for view in views}) == 1


async def test_allowed_commits_and_denied_gives_back(state: RedisState) -> None:
    asks = [ask(str(i), reserve(10)) for i in range(2)]
    views = await state.enrich(asks)
    await state.settle([settle(asks[0], views[0], Final.ALLOWED), settle(asks[1], views[1], Final.DENIED)])
    assert await value_now(state, reserve()) == (10, 0)


@pytest.mark.parametrize("window", [None, SLIDING])
async def test_each_kind_of_counter_keeps_its_kind(state: RedisState, window: Window | None) -> None:
    kinds = {
        counts: reserve(counter=counts.value, key=counts.value, counts=counts)
        if window is None
        else reserve(counter=counts.value, key=counts.value, counts=counts, window=window)
        for counts in Counts
    }
    finals = [Final.ALLOWED, Final.DENIED, Final.DENIED, Final.WITHDRAWN]
    asks = [ask(str(i), *kinds.values()) for i in range(len(finals))]
    views = await state.enrich(asks)
    await state.settle([settle(a, v, f) for a, v, f in zip(asks, views, finals, strict=True)])
    assert await value_now(state, kinds[Counts.PROPOSED]) == (3, 0)
    assert await value_now(state, kinds[Counts.ALLOWED]) == (1, 0)
    assert await value_now(state, kinds[Counts.DENIED]) == (2, 0)


async def test_settling_twice_changes_nothing(state: RedisState) -> None:
    asked = ask("r", reserve(7))
    view = await enrich_one(state, asked)
    for _ in range(3):
        await state.settle([settle(asked, view, Final.ALLOWED)])
    await state.settle([settle(asked, view, Final.DENIED)])
    assert await value_now(state, reserve()) == (7, 0)


async def test_a_transform_commits_the_lowered_amount_and_never_more(state: RedisState) -> None:
    asks = [ask("low", reserve(100)), ask("high", reserve(100))]
    views = await state.enrich(asks)
    await state.settle([settle(asks[0], views[0], Final.ALLOWED, amounts={"calls": 30})])
    await state.settle([settle(asks[1], views[1], Final.ALLOWED, amounts={"calls": 500})])
    assert await value_now(state, reserve()) == (130, 0)


async def test_judged_once_more_sees_only_what_was_reserved_before(state: RedisState) -> None:
    asks = [ask(str(i), reserve(10)) for i in range(3)]
    views = await state.enrich(asks)
    again = await enrich_one(state, with_ticket(asks[1], views[1]))
    counter = again.counters["calls"]
    assert (counter.value, counter.committed, counter.pending, counter.amount) == (20, 0, 10, 10)
    assert again.ticket == views[1].ticket
    await state.settle([settle(asks[0], views[0], Final.DENIED)])
    settled = await enrich_one(state, with_ticket(asks[1], views[1]))
    assert (settled.counters["calls"].value, settled.counters["calls"].pending) == (10, 0)


async def test_a_dry_run_sees_itself_and_leaves_nothing(state: RedisState) -> None:
    view = await enrich_one(state, ask("r", reserve(4), dry_run=True))
    assert (view.status, view.ticket, view.counters["calls"].value) == (ClaimStatus.MINE, "", 4)
    assert await value_now(state, reserve()) == (0, 0)
    assert (await enrich_one(state, ask("r", reserve(4), digest="e" * 64))).status is ClaimStatus.MINE


async def test_a_duplicate_waits_then_gets_the_same_answer_and_counts_once(
    state: RedisState, other: RedisState
) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    assert (await enrich_one(state, asked)).status is ClaimStatus.IN_FLIGHT
    assert (await enrich_one(other, asked)).status is ClaimStatus.IN_FLIGHT
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"\x00yes", ttl_ms=30_000)])
    repeat = await enrich_one(other, asked)
    assert (repeat.status, repeat.answer) == (ClaimStatus.ANSWERED, b"\x00yes")
    assert await value_now(other, reserve()) == (1, 0)


async def test_who_reads_redis_reads_no_answer_and_who_writes_it_forges_none(
    state: RedisState, other: RedisState
) -> None:
    asked, foreign = ask("r", reserve()), ask("s", reserve())
    keys = []
    for each in (asked, foreign):
        view = await enrich_one(state, each)
        answer = b"invoice hunter2 of " + each.request_id.encode()
        await state.settle([settle(each, view, Final.ALLOWED, answer=answer, ttl_ms=30_000)])
        ticket = parse_ticket(view.ticket)
        keys.append(f"{organisation_key(each.organisation)[:-1]}a2:{ticket.epoch}.{ticket.hold}")
    sealed = [await state.client.command("GET", key) for key in keys]
    assert not any(b"hunter2" in each for each in sealed)
    assert (await enrich_one(other, asked)).answer == b"invoice hunter2 of r"
    for changed in (
        sealed[::-1],
        [each[:-1] + bytes([each[-1] ^ 1]) for each in sealed],
        [b"", b"x"],
        [b"yes" * 20] * 2,
    ):
        for key, each in zip(keys, changed, strict=True):
            await state.client.command("SET", key, each, "KEEPTTL")
        for one in (asked, foreign):
            repeat = await enrich_one(other, one)
            assert (repeat.status, repeat.answer) == (ClaimStatus.ANSWERED, b"")


async def test_who_writes_redis_keeps_no_answer_alive(state: RedisState, other: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)])
    ticket = parse_ticket(view.ticket)
    key = f"{{acme}}:a2:{ticket.epoch}.{ticket.hold}"
    assert 0 < await state.client.command("PTTL", key) <= 30_000
    sealed = await state.client.command("GET", key)
    assert other.answers.open(asked, sealed, view.now_ms + 29_999) == b"yes"
    assert other.answers.open(asked, sealed, view.now_ms + 30_000) == b""


async def test_an_answer_is_where_a_decision_point_of_the_earlier_form_does_not_look(state: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)])
    ticket = parse_ticket(view.ticket)
    assert await state.client.command("GET", f"{{acme}}:a:{ticket.epoch}.{ticket.hold}") is None


async def test_an_answer_that_cannot_be_sealed_is_told_to_those_who_settle(
    state: RedisState, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    settlement = settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)
    with monkeypatch.context() as broken:
        broken.setattr(SealedAnswers, "seal", lambda *_: 1 / 0)
        settling = [asyncio.create_task(state.settle([settlement])) for _ in range(2)]
        told = await asyncio.wait_for(asyncio.gather(*settling, return_exceptions=True), 5)
    assert [(type(each), "ZeroDivisionError" in str(each)) for each in told] == [(StateFailed, True)] * 2
    await state.settle([settlement])
    assert (await enrich_one(state, asked)).answer == b"yes"


async def test_two_equal_asks_of_one_batch_are_judged_once(state: RedisState) -> None:
    views = await state.enrich([ask("r", reserve()), ask("r", reserve())])
    assert [view.status for view in views] == [ClaimStatus.MINE, ClaimStatus.IN_FLIGHT]


async def test_another_digest_under_the_same_request_id_is_refused(state: RedisState, other: RedisState) -> None:
    await enrich_one(state, ask("r", reserve()))
    assert (await enrich_one(other, ask("r", reserve(), digest="e" * 64))).status is ClaimStatus.REUSED
    assert (await enrich_one(other, ask("r", reserve(), caller="someone else"))).status is ClaimStatus.MINE


async def test_an_answer_to_one_agent_is_no_answer_to_another_behind_the_same_gateway(state: RedisState) -> None:
    asked = ask("1", reserve(), owner="a" * 24)
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)])
    assert (await enrich_one(state, asked)).status is ClaimStatus.ANSWERED
    assert (await enrich_one(state, ask("1", reserve(), owner="b" * 24))).status is ClaimStatus.REUSED
    assert await state.find_outcome("acme", "caller", "1") == ("D", asked.execution_digest, "allowed")


async def test_who_takes_over_a_lease_keeps_the_reservation(state: RedisState, other: RedisState) -> None:
    asked = ask("r", reserve(10), lease_ms=0)
    first = await enrich_one(state, asked)
    await enrich_one(state, ask("later", reserve(10)))
    second = await enrich_one(other, asked)
    assert (second.status, second.counters["calls"].value) == (ClaimStatus.MINE, 10)
    assert second.ticket != first.ticket
    assert await value_now(other, reserve()) == (0, 20)


@pytest.mark.parametrize("order", ["first holder settles first", "second holder settles first"])
@pytest.mark.parametrize(("one", "two", "committed"), [("allowed", "denied", 10), ("denied", "denied", 0)])
async def test_an_allow_of_either_holder_counts_once(
    state: RedisState, other: RedisState, order: str, one: str, two: str, committed: int
) -> None:
    asked = ask("r", reserve(10), lease_ms=0)
    first, second = await enrich_one(state, asked), await enrich_one(other, asked)
    steps = [(state, settle(asked, first, Final(one))), (other, settle(asked, second, Final(two)))]
    for holder, settlement in steps if order.startswith("first") else reversed(steps):
        await holder.settle([settlement])
    assert await value_now(state, reserve()) == (committed, 0)


async def test_what_one_holder_denied_stays_reserved_while_another_may_have_allowed_it(
    state: RedisState, other: RedisState
) -> None:
    asked = ask("r", reserve(10), lease_ms=0)
    await enrich_one(state, asked)
    second = await enrich_one(other, asked)
    await other.settle([settle(asked, second, Final.DENIED)])
    assert await value_now(other, reserve()) == (0, 10)


async def test_a_repeat_after_its_answer_expired_is_judged_anew_and_counts_once(state: RedisState) -> None:
    asked = ask("r", reserve(10))
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED)])
    again = await enrich_one(state, asked)
    assert (again.status, again.counters["calls"].value) == (ClaimStatus.MINE, 10)
    await state.settle([settle(asked, again, Final.DENIED)])
    assert await value_now(state, reserve()) == (10, 0)


async def pass_time(state: RedisState, ms: int) -> None:
    """The organisation's time never goes back: from here on it stands `ms` later."""
    now_ms = (await enrich_one(state, ask("look", reserve(), dry_run=True))).now_ms
    await state.client.command("HSET", "{acme}:m", "t", now_ms + ms)


async def test_a_request_that_is_allowed_again_and_again_counts_anew_every_ten_minutes(state: RedisState) -> None:
    asked = ask("r", reserve(10))
    for minutes in range(0, 35, 5):
        view = await enrich_one(state, asked)
        assert view.status is ClaimStatus.MINE
        await state.settle([settle(asked, view, Final.ALLOWED)])
        assert await value_now(state, reserve()) == (10 * (1 + minutes // 10), 0)
        await pass_time(state, 300_000)


async def test_refusals_in_between_do_not_stretch_what_an_allow_has_counted(state: RedisState) -> None:
    asked = ask("r", reserve(10))
    for final in (Final.ALLOWED, Final.DENIED, Final.DENIED, Final.ALLOWED):
        view = await enrich_one(state, asked)
        await state.settle([settle(asked, view, final)])
        await pass_time(state, 240_000)
    assert await value_now(state, reserve()) == (20, 0)


async def test_what_a_dead_writer_may_have_allowed_long_ago_is_counted_beside_what_is_judged_now(
    state: RedisState, other: RedisState
) -> None:
    asked = ask("r", reserve(10), lease_ms=0)
    await enrich_one(state, asked)
    await pass_time(state, 600_000)
    view = await enrich_one(other, asked)
    assert view.counters["calls"].value == 20
    await other.settle([settle(asked, view, Final.ALLOWED)])
    assert await value_now(other, reserve()) == (10, 10)


async def test_a_repeat_of_a_denied_action_reserves_again(state: RedisState) -> None:
    asked = ask("r", reserve(10))
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.DENIED)])
    again = await enrich_one(state, asked)
    assert again.counters["calls"].value == 10
    await state.settle([settle(asked, again, Final.ALLOWED)])
    assert await value_now(state, reserve()) == (10, 0)


async def test_a_transformed_repeat_reserves_only_the_rest(state: RedisState) -> None:
    asked = ask("r", reserve(100))
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, amounts={"calls": 30})])
    again = await enrich_one(state, asked)
    assert again.counters["calls"].value == 100
    assert await value_now(state, reserve()) == (30, 70)
    await state.settle([settle(asked, again, Final.ALLOWED)])
    assert await value_now(state, reserve()) == (100, 0)


@pytest.mark.parametrize("lost", ["s:agent", "S:agent"])
async def test_an_agent_stays_suspended_when_a_key_is_lost_and_after_a_rebuild(
    backend: RedisServer | RedisCluster, state: RedisState, other: RedisState, lost: str
) -> None:
    await state.suspend("acme", "agent")
    with backend.client() as client:
        if lost == "s:agent":
            assert client.delete(f"{{acme}}:{lost}") == 1
        else:
            assert client.hdel("{acme}:m", lost) == 1
    assert (await enrich_one(state, ask("r1"))).suspended
    await state.continuity.activate("acme", "f" * 16)
    assert (await enrich_one(other, ask("r2"))).suspended
    assert not (await enrich_one(other, ask("r3", agent="another"))).suspended
    await other.resume("acme", "agent")
    assert not (await enrich_one(state, ask("r4"))).suspended


@pytest.mark.parametrize("first", ["key", "mark"])
async def test_of_a_suspension_a_lost_place_is_written_again(
    backend: RedisServer | RedisCluster, state: RedisState, other: RedisState, first: str
) -> None:
    def lose(place: str) -> None:
        with backend.client() as client:
            lost = client.delete("{acme}:s:agent") if place == "key" else client.hdel("{acme}:m", "S:agent")
            assert lost == 1

    await state.suspend("acme", "agent")
    lose(first)
    assert (await enrich_one(state, ask("r0", dry_run=True))).suspended
    with backend.client() as client:  # a dry run has written nothing
        assert client.exists("{acme}:s:agent") + client.hexists("{acme}:m", "S:agent") == 1
    assert (await enrich_one(state, ask("r1"))).suspended
    lose("mark" if first == "key" else "key")
    await state.continuity.activate("acme", "f" * 16)
    assert (await enrich_one(other, ask("r2"))).suspended
    lose(first)
    assert (await enrich_one(other, ask("r3"))).suspended
    await other.resume("acme", "agent")
    assert not (await enrich_one(other, ask("r4"))).suspended


async def test_an_agent_may_be_suspended_before_its_organisation_has_counted(state: RedisState) -> None:
    await state.suspend("fresh", "agent")
    view = await enrich_one(state, ask("r", organisation="fresh"))
    assert (view.suspended, view.state_epoch) == (True, EPOCH)


async def test_a_suspended_agent_gets_no_stored_answer(state: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)])
    await state.suspend("acme", "agent")
    repeat = await enrich_one(state, asked)
    assert (repeat.status, repeat.suspended, repeat.counters["calls"].value) == (ClaimStatus.MINE, True, 1)
    await state.settle([settle(asked, repeat, Final.DENIED)])
    await state.resume("acme", "agent")
    assert not (await enrich_one(state, asked)).suspended
    assert await value_now(state, reserve()) == (1, 0)


async def test_a_repeat_whose_stored_answer_is_gone_is_judged_anew_and_counts_once(state: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.ALLOWED, answer=b"yes", ttl_ms=30_000)])
    epoch, _, hold = view.ticket.split(".")
    assert await state.client.command("DEL", f"{{acme}}:a2:{epoch}.{hold}") == 1
    repeat = await enrich_one(state, asked)
    assert repeat.status is ClaimStatus.MINE
    await state.settle([settle(asked, repeat, Final.ALLOWED)])
    assert await value_now(state, reserve()) == (1, 0)


async def test_an_answer_that_comes_too_late_does_not_take_the_place_of_the_one_that_was_given(
    state: RedisState,
) -> None:
    asked = ask("r", reserve())
    first = await enrich_one(state, asked)
    await state.settle([settle(asked, first, Final.WITHDRAWN)])
    second = await enrich_one(state, asked)
    await state.settle([settle(asked, second, Final.ALLOWED, answer=b"given", ttl_ms=30_000)])
    await state.settle([settle(asked, first, Final.ALLOWED, answer=b"late", ttl_ms=30_000)])
    repeat = await enrich_one(state, asked)
    assert (repeat.status, repeat.answer) == (ClaimStatus.ANSWERED, b"given")


async def test_withdrawn_drops_the_claim(state: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    await state.settle([settle(asked, view, Final.WITHDRAWN)])
    assert (await enrich_one(state, ask("r", reserve(), digest="e" * 64))).status is ClaimStatus.MINE


async def test_the_outcome_of_an_answered_request_is_found(state: RedisState) -> None:
    asked = ask("r", reserve())
    view = await enrich_one(state, asked)
    assert await state.find_outcome("acme", "caller", "r") is None
    await state.settle([settle(asked, view, Final.ALLOWED, decision_id="01J")])
    assert await state.find_outcome("acme", "caller", "r") == ("01J", asked.execution_digest, "allowed")


async def test_an_unbounded_amount_reserves_nothing_and_says_so(state: RedisState) -> None:
    view = await enrich_one(state, ask("r", reserve(0, unbounded=True)))
    assert view.counters["calls"].unbounded
    assert await value_now(state, reserve()) == (0, 0)


async def test_amounts_are_exact_up_to_two_to_the_53_and_refused_beyond(state: RedisState) -> None:
    most = 2**53 - 1
    asked = ask("r", reserve(most))
    view = await enrich_one(state, asked)
    assert view.counters["calls"].value == most
    await state.settle([settle(asked, view, Final.ALLOWED)])
    assert await value_now(state, reserve(0)) == (most, 0)
    assert (await enrich_one(state, ask("more", reserve(1)))).counters["calls"].unbounded


@pytest.mark.parametrize("window", [None, SLIDING])
async def test_distinct_values_count_once_however_often_they_come(state: RedisState, window: Window | None) -> None:
    def element(name: str):  # type: ignore[no-untyped-def]
        return reserve(element=name) if window is None else reserve(element=name, window=window)

    asks = [ask(str(i), element(name)) for i, name in enumerate(["a", "b", "a", "c"])]
    views = await state.enrich(asks)
    assert [view.counters["calls"].value for view in views] == [1, 2, 2, 3]
    again = await enrich_one(state, with_ticket(asks[1], views[1]))
    assert (again.counters["calls"].value, again.counters["calls"].pending) == (2, 1)
    finals = [Final.DENIED, Final.ALLOWED, Final.ALLOWED, Final.DENIED]
    await state.settle([settle(a, v, f) for a, v, f in zip(asks, views, finals, strict=True)])
    assert await value_now(state, element("z")) == (2, 0)


async def test_a_full_set_of_distinct_values_counts_as_over(state: RedisState) -> None:
    for start in range(0, 1024, 256):
        await state.enrich([ask(str(i), reserve(element=f"e{i}")) for i in range(start, start + 256)])
    assert (await enrich_one(state, ask("new", reserve(element="new")))).counters["calls"].unbounded
    assert (await enrich_one(state, ask("old", reserve(element="e5")))).counters["calls"].value == 1024


async def test_facts_are_found_until_retracted_and_missing_ones_are_no_data(state: RedisState) -> None:
    keys = [FactKey(name="assignment", parts=("a", "7")), FactKey(name="assignment", parts=("a", "8"))]
    await state.put_facts(
        "acme", [StoredFact(name="assignment", parts=("a", "7"), value_json=b'{"since": 1}', ttl_ms=60_000)]
    )
    view = await enrich_one(state, ask("r", facts=keys))
    assert [(fact.known, fact.value) for fact in view.facts] == [(True, {"since": 1}), (False, None)]
    await state.put_facts("acme", [StoredFact(name="assignment", parts=("a", "7"), retract=True)])
    assert not (await enrich_one(state, ask("s", facts=keys))).facts[0].known
    assert not (await enrich_one(state, ask("t", facts=keys, organisation="other"))).facts[0].known


async def test_many_organisations_in_one_batch_do_not_see_each_other(state: RedisState) -> None:
    asks = [ask(str(i), reserve(), organisation=f"org {i % 7}}}{{") for i in range(70)]
    views = await state.enrich(asks)
    assert [view.counters["calls"].value for view in views] == [1 + i // 7 for i in range(70)]
    await state.settle([settle(a, v, Final.ALLOWED) for a, v in zip(asks, views, strict=True)])
    assert await value_now(state, reserve(), organisation="org 3}{") == (10, 0)


async def test_a_batch_above_the_limit_of_one_script_call_is_split(state: RedisState) -> None:
    views = await state.enrich([ask(str(i), reserve()) for i in range(600)])
    assert [view.counters["calls"].value for view in views] == list(range(1, 601))


async def test_an_approval_is_dated_by_who_asks_first(state: RedisState, other: RedisState) -> None:
    def asked(now_ms: int, *, reference: str = "apr_1", organisation: str = "acme", keep: bool = True) -> ApprovalAsk:
        return ApprovalAsk(organisation=organisation, reference=reference, now_ms=now_ms, ttl_ms=60_000, keep=keep)

    assert await state.first_asked([asked(50, keep=False)]) == [50], "a dry run keeps nothing"
    assert await state.first_asked([asked(100), asked(101), asked(102, reference="apr_2")]) == [100, 100, 102]
    mixed = [asked(200), asked(201, organisation="other"), asked(202, reference="apr_2")]
    assert await other.first_asked(mixed) == [100, 201, 102]
    assert await other.first_asked([asked(300, keep=False), asked(301, organisation="other")]) == [100, 201]


async def test_an_approval_that_nobody_gave_in_time_begins_anew(state: RedisState) -> None:
    def asked(now_ms: int) -> ApprovalAsk:
        return ApprovalAsk(organisation="acme", reference="apr_short", now_ms=now_ms, ttl_ms=20, keep=True)

    assert await state.first_asked([asked(100)]) == [100]
    await asyncio.sleep(0.05)
    assert await state.first_asked([asked(200)]) == [200]


def _counters(backend: RedisServer | RedisCluster) -> list[bytes]:
    with backend.client() as client:
        return sorted(client.scan_iter("{acme}:n:*"))


def _forget(backend: RedisServer | RedisCluster) -> None:
    with backend.client() as client:
        for name in _counters(backend):
            client.delete(name)


@pytest.mark.parametrize("window", [FAR, SLIDING, Window(length_ms=366 * 86_400_000)])
@pytest.mark.parametrize("element", ["", "one"])
async def test_a_counter_that_was_lost_has_no_data_and_is_not_zero(
    backend: RedisServer | RedisCluster, state: RedisState, window: Window, element: str
) -> None:
    counted = reserve(1 if element else 500, window=window, element=element)
    first = ask("first", counted)
    view = await enrich_one(state, first)
    assert view.counters["calls"].known
    await state.settle([settle(first, view, Final.ALLOWED)])
    pending = ask("pending", counted)
    held = await enrich_one(state, pending)
    _forget(backend)
    for number in range(3):
        again = ask(str(number), counted)
        view = await enrich_one(state, again)
        assert not view.counters["calls"].known
        await state.settle([settle(again, view, Final.ALLOWED)])
    assert not (await enrich_one(state, ask("look", counted, dry_run=True))).counters["calls"].known
    retried = await enrich_one(state, with_ticket(pending, held))
    assert not retried.counters["calls"].known, "what it saw reserved is gone"
    await state.settle([settle(pending, retried, Final.ALLOWED)])  # writes the counter again
    assert not (await enrich_one(state, ask("last", counted))).counters["calls"].known
    assert (await enrich_one(state, ask("other", reserve(key="other", window=window)))).counters["calls"].known


async def test_a_counter_that_was_lost_counts_again_when_what_it_held_would_be_forgotten(
    backend: RedisServer | RedisCluster, state: RedisState
) -> None:
    counted = reserve(window=SLIDING)
    await enrich_one(state, ask("first", counted))
    _forget(backend)
    with backend.client() as client:
        now_s, micros = client.time()
        client.hset("{acme}:m", "t", now_s * 1000 + micros // 1000 + 3_600_000)
        assert not (await enrich_one(state, ask("soon", counted))).counters["calls"].known
        client.hset("{acme}:m", "t", now_s * 1000 + micros // 1000 + 2 * 3_600_000 + 180_000)
    assert (await enrich_one(state, ask("later", counted))).counters["calls"].known


@pytest.mark.parametrize("window", [FAR, SLIDING])
async def test_a_list_of_counters_that_was_lost_is_written_again_within_an_hour_of_use(
    backend: RedisServer | RedisCluster, state: RedisState, window: Window
) -> None:
    counted = reserve(window=window)
    await enrich_one(state, ask("first", counted))
    with backend.client() as client:
        (listing,) = client.scan_iter("{acme}:c:*")
        assert client.delete(listing) == 1
        now_s, micros = client.time()
        client.hset("{acme}:m", "t", now_s * 1000 + micros // 1000 + 3_600_001)
    assert (await enrich_one(state, ask("later", counted))).counters["calls"].known
    _forget(backend)
    assert not (await enrich_one(state, ask("last", counted))).counters["calls"].known


@pytest.mark.parametrize("field", ["c", "p"])
async def test_a_counter_without_its_sum_was_lost(
    backend: RedisServer | RedisCluster, state: RedisState, field: str
) -> None:
    counted = reserve(window=FAR)
    first = ask("first", counted)
    await state.settle([settle(first, await enrich_one(state, first), Final.ALLOWED)])
    with backend.client() as client:
        (counter,) = _counters(backend)
        assert client.hdel(counter, field) == 1
    assert not (await enrich_one(state, ask("next", counted))).counters["calls"].known


async def test_what_is_listed_of_counters_goes_with_them(
    backend: RedisServer | RedisCluster, state: RedisState
) -> None:
    await enrich_one(state, ask("r", reserve(window=SLIDING)))
    with backend.client() as client:
        (listing,) = client.scan_iter("{acme}:c:*")
        (counter,) = _counters(backend)
        assert client.hlen(listing) == 1
        assert 0 <= client.pexpiretime(listing) - client.pexpiretime(counter) <= 86_400_000
