"""The behaviour companion of the state, on one node and on a real cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from pdp.behaviour.companion import Behaviour, Owner, ReportedResult
from pdp.behaviour.sessions import misreported
from pdp.catalog_model import ResultSpec
from pdp.model import ClaimStatus, Final
from pdp.state.client import Call
from pdp.state.redis_state import RedisState
from tests.behaviour_support import (
    HARMLESS,
    KEY,
    SETTINGS,
    Player,
    asked,
    baseline_of,
    observed,
    open_behaviour,
    operation,
    session_of,
    settings,
    settled,
    view_of,
)
from tests.redis_server import RedisCluster, RedisServer
from tests.state_support import EPOCH
from writ.action import Verb

SECRETS = ResultSpec(classes=frozenset({"secret"}))
SEQUENCES = {
    "leak": {
        "after": [{"verb": "READ", "class": "secret"}],
        "then": {"verb": "SEND", "external": True},
        "within_s": 600,
    },
    "leak_agent": {
        "after": [{"verb": "READ", "class": "secret"}],
        "then": {"verb": "SEND", "external": True},
        "within_s": 600,
        "scope": "agent",
    },
}
WATCHFUL = settings(SEQUENCES)


@pytest_asyncio.fixture
async def state(backend: RedisServer | RedisCluster) -> AsyncIterator[RedisState]:
    backend.flush()
    opened = open_behaviour(backend.url, cluster=isinstance(backend, RedisCluster))
    assert await opened.continuity.initialise(EPOCH)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(backend: RedisServer | RedisCluster, state: RedisState) -> AsyncIterator[RedisState]:
    opened = open_behaviour(backend.url, writer="pdp-2", cluster=isinstance(backend, RedisCluster))
    yield opened
    await opened.close()


async def _report(
    state: RedisState, request_id: str, result: ReportedResult, principal: str = "p1", session: str = "s1"
) -> int:
    seen = observed(principal=principal, session=session)
    owner = Owner(session=seen.session, agent=seen.agent, principal=seen.principal)
    call: Call = Behaviour(KEY).outcome("acme", "caller", request_id, owner, result, SETTINGS)
    (answer,) = await state.client.run([call])
    assert isinstance(answer, int), answer
    return answer


async def test_a_first_action_sees_itself_and_nothing_before(state: RedisState) -> None:
    ((one, view),) = await Player(state).look(observed(operation(rows=5)))
    facts = session_of(one, view)
    assert (facts["state"], facts["recent"], facts["burst"], facts["other_agents"]) == ("OK", [], 1, 0)
    assert [facts[scope]["rows"] for scope in ("session", "agent", "principal")] == [5, 5, 5]
    assert baseline_of(one, view)["state"] == "NO_DATA"


async def test_two_actions_of_one_batch_see_each_other_in_order(state: RedisState) -> None:
    pairs = await Player(state).look(observed(operation(rows=5)), observed(operation(Verb.SEND, to=["x"], rows=7)))
    first, second = (session_of(one, view) for one, view in pairs)
    assert first["recent"] == []
    assert [(entry["verb"], entry["effect"]) for entry in second["recent"]] == [("READ", "PENDING")]
    assert (second["session"]["rows"], second["session"]["actions"], second["burst"]) == (12, 2, 2)


async def test_two_replicas_see_what_is_pending_on_the_other(state: RedisState, other: RedisState) -> None:
    await Player(state).look(observed(operation(rows=5)))
    facts = await Player(other).session()
    assert [(entry["verb"], entry["effect"]) for entry in facts["recent"]] == [("READ", "PENDING")]
    assert facts["session"]["rows"] == 6


async def test_a_killed_process_leaves_its_action_counted_as_allowed(state: RedisState, other: RedisState) -> None:
    await Player(state, WATCHFUL).look(observed(declared=WATCHFUL, result=SECRETS))
    await state.close()  # nothing is settled
    send = observed(operation(Verb.SEND, to=["x@y"]), declared=WATCHFUL)
    facts = await Player(other, WATCHFUL).session(send)
    assert facts["sequences"] == ["leak", "leak_agent"]
    assert facts["session"]["classes"] == ["secret"]


async def test_a_fresh_session_clears_nothing_of_agent_and_principal(state: RedisState) -> None:
    player = Player(state, WATCHFUL)
    await player.play(observed(operation(rows=100), result=SECRETS, session="one"))
    facts = await player.session(observed(operation(Verb.SEND, to=["x@y"]), session="two", declared=WATCHFUL))
    assert facts["sequences"] == ["leak_agent"]
    assert (facts["session"]["rows"], facts["agent"]["rows"], facts["principal"]["rows"]) == (1, 101, 101)
    assert facts["agent"]["classes"] == facts["principal"]["classes"] == ["secret"]
    assert facts["agent"]["untrusted"]


async def test_the_same_session_id_of_another_agent_is_another_session(state: RedisState) -> None:
    player = Player(state)
    await player.play(observed(operation(rows=100), agent="a1"))
    facts = await player.session(observed(agent="a2"))
    assert (facts["session"]["rows"], facts["agent"]["rows"], facts["principal"]["rows"]) == (1, 1, 101)
    assert facts["other_agents"] == 1


async def test_denied_moves_nothing_but_counts_as_a_denial(state: RedisState) -> None:
    player = Player(state)
    await player.play(observed(operation(rows=100)), final=Final.DENIED)
    facts = await player.session()
    assert facts["recent"][0]["effect"] == "DENIED"
    for scope in ("session", "agent", "principal"):
        assert (facts[scope]["rows"], facts[scope]["denials"], facts[scope]["actions"]) == (1, 1, 2)
    assert facts["denied_repeats"] == 1
    assert (await player.baseline())["state"] == "NO_DATA"


async def test_withdrawn_vanishes(state: RedisState) -> None:
    player = Player(state)
    await player.play(observed(operation(rows=100)), final=Final.WITHDRAWN)
    facts = await player.session()
    assert facts["recent"] == []
    assert (facts["agent"]["rows"], facts["agent"]["actions"], facts["agent"]["denials"]) == (1, 1, 0)


async def test_held_is_neither_a_denial_nor_a_movement(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=100)), held=True)
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.DENIED)])
    facts = await Player(state).session()
    assert (facts["session"]["rows"], facts["session"]["denials"], facts["denied_repeats"]) == (1, 0, 0)


async def test_a_denied_action_that_is_judged_again_and_allowed_moves_its_volume(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=100)))
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.DENIED)])
    (view,) = await state.enrich([one])
    assert view.status is ClaimStatus.MINE
    await state.settle([settled(one, view, Final.ALLOWED)])
    facts = await Player(state).session()
    assert facts["session"]["rows"] == 101
    assert [entry["effect"] for entry in facts["recent"]] == ["ALLOWED"]


async def test_settling_twice_changes_nothing(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=10)))
    (view,) = await state.enrich([one])
    for final in (Final.ALLOWED, Final.ALLOWED, Final.DENIED, Final.WITHDRAWN):
        await state.settle([settled(one, view, final)])
    player = Player(state)
    facts = await player.session()
    assert (facts["session"]["rows"], facts["session"]["denials"], facts["session"]["actions"]) == (11, 0, 2)
    assert (await player.baseline())["observations"] == 1


async def test_a_duplicate_is_counted_once(state: RedisState, other: RedisState) -> None:
    one = asked("r", observed(operation(rows=10)))
    (view,) = await state.enrich([one])
    assert (await other.enrich([one]))[0].status is ClaimStatus.IN_FLIGHT
    await state.settle([settled(one, view, Final.ALLOWED)])
    await other.enrich([one])
    facts = await Player(other).session()
    assert (facts["session"]["rows"], facts["session"]["actions"], len(facts["recent"])) == (11, 2, 1)


async def test_two_equal_asks_of_one_batch_are_appended_once(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=10)))
    await state.enrich([one, one])
    facts = await Player(state).session()
    assert (facts["session"]["rows"], facts["burst"]) == (11, 2)


async def test_judged_once_more_sees_only_what_came_before_it(state: RedisState) -> None:
    asks = [asked(str(i), observed(operation(rows=10))) for i in range(3)]
    views = await state.enrich(asks)
    again = asked("1", observed(operation(rows=10)), ticket=views[1].ticket)
    (view,) = await state.enrich([again])
    facts = session_of(again, view)
    assert len(facts["recent"]) == 1
    assert facts["session"]["actions"] == 3


async def test_a_dry_run_leaves_nothing(state: RedisState) -> None:
    player = Player(state)
    for _ in range(3):
        facts = await player.session(observed(operation(rows=10)))
    assert (facts["session"]["rows"], facts["recent"], facts["burst"]) == (10, [], 1)


async def test_another_digest_under_the_same_request_id_appends_nothing(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=10)))
    await state.enrich([one])
    changed = asked("r", observed(operation(rows=1000)))
    changed.execution_digest = "e" * 64  # type: ignore[misc]
    assert (await state.enrich([changed]))[0].status is ClaimStatus.REUSED
    assert (await Player(state).session())["session"]["rows"] == 11


async def test_asks_without_behaviour_show_none(state: RedisState) -> None:
    plain = asked("r")
    plain.companions = ()  # type: ignore[misc]
    views = await state.enrich([plain, asked("s")])
    assert view_of(views[0]) is None
    assert view_of(views[1]) is not None
    await state.settle([settled(plain, views[0], Final.ALLOWED), settled(asked("s"), views[1], Final.ALLOWED)])
    assert (await Player(state).session())["session"]["actions"] == 2


async def test_a_result_that_nobody_reported_is_the_worst_that_the_catalog_allows(state: RedisState) -> None:
    player = Player(state)
    await player.play(observed(result=ResultSpec()))
    facts = await player.session()
    assert facts["session"]["classes"] == ["unclassified"]
    assert facts["session"]["untrusted"]


async def test_a_gateway_replaces_the_worst_and_an_agent_only_adds(state: RedisState) -> None:
    for request_id, trusted, classes in (("r1", True, ["pii"]), ("r2", False, ["pii", "secret"])):
        one = asked(request_id, observed(operation(rows=50), result=SECRETS, session=request_id))
        (view,) = await state.enrich([one])
        await state.settle([settled(one, view, Final.ALLOWED)])
        result = ReportedResult(classes=frozenset({"pii"}), untrusted=False, threatened=True, rows=5, trusted=trusted)
        assert await _report(state, request_id, result, session=request_id) == 3
        facts = await Player(state).session(observed(session=request_id))
        assert facts["session"]["classes"] == classes
        assert facts["session"]["threatened"]
        assert facts["session"]["untrusted"], "the catalog says who may write there, whoever reports"
        assert facts["session"]["rows"] == (6 if trusted else 51)


async def test_an_outcome_of_what_was_refused_taints_session_and_agent_though_a_refused_action_counts_for_nothing(
    state: RedisState,
) -> None:
    player = Player(state)
    one = asked("r", observed())
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.DENIED)])
    assert not misreported(view_of((await player.look(observed()))[0][1]))
    result = ReportedResult(
        classes=frozenset(), untrusted=False, threatened=False, rows=None, trusted=False, misreported=True
    )
    await _report(state, "r", result, principal="")
    ((asks, seen),) = await player.look(observed())
    assert misreported(view_of(seen))
    facts = session_of(asks, seen)
    assert not facts["agent"]["threatened"], "nothing was read"
    assert facts["agent"]["denials"] == 1
    ((_, again),) = await player.look(observed(session="s2"))
    assert misreported(view_of(again)), "a fresh session clears nothing of the agent"
    for number in range(60):  # nor do so many actions that the entries are cut
        await player.play(observed(session=f"x{number}"))
    ((_, later),) = await player.look(observed())
    assert misreported(view_of(later))


async def test_an_outcome_of_another_call_says_nothing_of_what_was_read(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=50), result=SECRETS))
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.ALLOWED)])
    nothing = ReportedResult(
        classes=frozenset(), untrusted=False, threatened=False, rows=None, trusted=False, misreported=True
    )
    await _report(state, "r", nothing)
    assert (await Player(state).session())["session"]["classes"] == ["secret"], "nobody has reported it yet"
    await _report(state, "r", replace(nothing, rows=5, trusted=True, misreported=False))
    facts = await Player(state).session()
    assert (facts["session"]["classes"], facts["session"]["rows"]) == ([], 6), "the gateway has"


async def test_reporting_twice_changes_nothing_more(state: RedisState) -> None:
    one = asked("r", observed(operation(rows=50), result=SECRETS))
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.ALLOWED)])
    result = ReportedResult(classes=frozenset({"pii"}), untrusted=False, threatened=False, rows=90, trusted=False)
    for _ in range(3):
        await _report(state, "r", result)
    assert (await Player(state).session())["session"]["rows"] == 91


async def test_a_report_on_what_left_the_entries_taints_all_the_same(state: RedisState) -> None:
    player = Player(state)
    await player.play(observed())
    result = ReportedResult(classes=frozenset({"phi"}), untrusted=True, threatened=True, rows=None, trusted=True)
    assert await _report(state, "long-gone", result) == 0
    facts = await player.session()
    assert facts["agent"]["classes"] == ["phi"]
    assert facts["agent"]["untrusted"]
    assert facts["principal"]["threatened"]


async def test_what_leaves_the_entries_stays_as_taint(state: RedisState) -> None:
    player = Player(state, WATCHFUL)
    await player.play(observed(result=SECRETS))
    for _ in range(3):
        await player.play(*[observed(operation(resource="weather"))] * 40)
    facts = await player.session(observed(operation(Verb.SEND, to=["x@y"]), declared=WATCHFUL))
    assert facts["session"]["classes"] == ["secret"]
    assert facts["sequences"] == ["leak", "leak_agent"], "thirty-two harmless actions wash nothing off"
    assert facts["session"]["actions"] == 122
    assert len(facts["recent"]) == 4


async def test_more_actions_at_once_than_a_track_lists_lose_no_denial(state: RedisState) -> None:
    player = Player(state)
    await player.play(*[observed(operation(rows=1))] * 200, final=Final.DENIED)
    facts = await player.session()
    assert facts["session"]["denials"] == 200
    assert facts["session"]["actions"] == 201


@pytest.mark.parametrize("before", [0, 40])
async def test_what_is_refused_early_in_a_long_batch_gives_back_what_it_would_have_moved(
    state: RedisState, before: int
) -> None:
    player = Player(state)
    if before:
        await player.play(*[observed(operation(rows=1))] * before)
    pairs = await player.look(*[observed(operation(rows=100))] * 64)
    finals = [Final.DENIED] + [Final.ALLOWED] + [Final.WITHDRAWN] * 62
    for part in (slice(0, 20), slice(20, 64)):
        await state.settle([settled(a, v, final) for (a, v), final in list(zip(pairs, finals, strict=True))[part]])
    facts = await player.session()
    for scope in ("session", "agent", "principal"):
        assert (facts[scope]["rows"], facts[scope]["actions"]) == (before + 101, before + 3)
    await player.play(*[observed(operation(rows=1))] * 3)
    assert (await player.session())["agent"]["rows"] == before + 104


async def test_denials_and_repeats_with_one_word_changed_are_seen(state: RedisState) -> None:
    player = Player(state)
    for amount in (1000, 999, 998):
        args = b'{"to":"DE02","amount":%d,"reference":"invoice seven"}' % amount
        await player.play(observed(args=args), final=Final.DENIED)
    near = observed(args=b'{"to":"DE02","amount":997,"reference":"invoice seven"}')
    facts = await player.session(near)
    assert (facts["repeats"], facts["denied_repeats"]) == (3, 3)
    far = observed(args=b'{"to":"FR99","amount":5,"reference":"books and paper for school"}')
    assert (await player.session(far))["repeats"] == 0


async def test_other_agents_of_a_workspace_are_seen_within_one_batch_too(state: RedisState) -> None:
    pairs = await Player(state).look(*[observed(agent=f"a{i}", principal=f"p{i}", workspace="w") for i in range(4)])
    assert [session_of(one, view)["other_agents"] for one, view in pairs] == [0, 1, 2, 3]


async def test_learns_what_is_usual_from_allowed_actions(state: RedisState) -> None:
    player = Player(state)
    pay = observed(operation(Verb.PAY, amount=310_00, to=["DE02"]))
    for _ in range(60):
        await player.play(pay)
    facts = await player.baseline(observed(operation(Verb.PAY, amount=48_000_00, to=["FR76"])))
    assert (facts["state"], facts["new_agent"], facts["observations"]) == ("OK", False, 60)
    assert (facts["tool_known"], facts["destination_known"], facts["transition_known"]) == (True, False, True)
    assert facts["hour_share_bp"] == 10_000
    assert {(d["of"], d["measure"], d["mean"]) for d in facts["deviations"] if d["measure"] == "amount"} == {
        ("agent", "amount", 310_00),
        ("agent_tool", "amount", 310_00),
        ("role", "amount", 310_00),
    }
    assert (await player.baseline(observed(version="2")))["new_version"]
    assert (await player.baseline(observed(definition="d2")))["new_definition"]
    assert not (await player.baseline(pay))["new_version"]


@pytest.mark.parametrize("final", [Final.DENIED, Final.WITHDRAWN])
async def test_what_was_not_allowed_leaves_no_taint(state: RedisState, final: Final) -> None:
    player = Player(state)
    pairs = await player.look(observed(result=ResultSpec()))
    pending = await player.session(observed(session="other"))
    assert (pending["agent"]["classes"], pending["principal"]["untrusted"]) == (["unclassified"], True)
    await state.settle([settled(one, view, final) for one, view in pairs])
    facts = await player.session(observed(session="other"))
    assert (facts["agent"]["classes"], facts["agent"]["untrusted"]) == ([], False)
    assert (facts["principal"]["classes"], facts["session"]["untrusted"]) == ([], False)


async def test_totals_are_the_same_whether_entries_are_shown_or_not(state: RedisState) -> None:
    results = [ResultSpec(), SECRETS, ResultSpec(classes=frozenset({"pii"})), HARMLESS]
    player = Player(state)
    for i in range(70):
        seen = observed(operation(rows=i), session=f"s{i % 3}", result=results[i % 4])
        await player.play(seen, final=(Final.ALLOWED, Final.DENIED, Final.WITHDRAWN)[i % 3])
        plain, full = Player(state), Player(state, WATCHFUL)
        plain.count = full.count = 10_000
        facts = await plain.session(observed(session="s1"))
        other = await full.session(observed(session="s1", declared=WATCHFUL))
        for scope in ("session", "agent", "principal"):
            assert facts[scope] == other[scope]


async def test_a_report_lowers_what_the_agent_counts_as_read_too(state: RedisState) -> None:
    one = asked("r", observed(result=ResultSpec()))
    (view,) = await state.enrich([one])
    await state.settle([settled(one, view, Final.ALLOWED)])
    result = ReportedResult(classes=frozenset({"pii"}), untrusted=True, threatened=False, rows=1, trusted=True)
    await _report(state, "r", result)
    facts = await Player(state).session(observed(session="other"))
    assert facts["agent"]["classes"] == facts["principal"]["classes"] == ["pii"]
