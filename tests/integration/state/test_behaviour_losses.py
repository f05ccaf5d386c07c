"""What an attacker gains by filling tracks, by evicted keys and by fresh sessions: nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pdp.behaviour.companion import Behaviour, Owner, ReportedResult
from pdp.behaviour.sessions import misreported
from pdp.behaviour.view import BehaviourAsk
from pdp.catalog_model import ResultSpec
from pdp.model import Final
from pdp.state.redis_state import RedisState
from tests.behaviour_support import (
    KEY,
    Player,
    advance,
    forget,
    observed,
    operation,
    session_of,
    settings,
    settled,
    view_of,
)
from tests.redis_server import RedisServer
from writ.action import Verb

SECRETS = ResultSpec(classes=frozenset({"secret"}))
LEAK = {
    "after": [{"verb": "READ", "class": "secret"}],
    "then": {"verb": "SEND", "external": True},
    "within_s": 600,
}
SEQUENCES = {scope: LEAK | {"scope": scope} for scope in ("session", "agent", "principal")}
WATCHFUL = settings(SEQUENCES)
PLAIN = settings()


async def misreport(player: Player) -> None:
    """Has the agent report an outcome of what it was refused."""
    ((asks, _),) = await player.play(observed(), final=Final.DENIED)
    result = ReportedResult(
        classes=frozenset(), untrusted=False, threatened=False, rows=None, trusted=False, misreported=True
    )
    owner = Owner(session=observed().session, agent=observed().agent, principal="")
    call = Behaviour(KEY).outcome("acme", asks.caller_id, asks.request_id, owner, result, PLAIN)
    await player.state.client.run([call])


@pytest.mark.parametrize("declared", [WATCHFUL, PLAIN], ids=["entries shown", "heads alone"])
async def test_a_secret_that_was_read_is_remembered_however_many_actions_follow(
    state: RedisState, server: RedisServer, declared: object
) -> None:
    player = Player(state, WATCHFUL if declared is WATCHFUL else PLAIN)
    await player.play(observed(result=SECRETS, declared=player.declared))
    send = observed(operation(Verb.SEND, to=["x@y"]), declared=player.declared)
    for number in range(1, 100):
        await player.play(observed(args=b'{"n":"%d"}' % number, declared=player.declared))
        facts = await player.session(send)
        assert facts["sequences"] == (sorted(SEQUENCES) if declared is WATCHFUL else []), number
        assert [facts[scope]["classes"] for scope in SEQUENCES] == [["secret"]] * 3, number


async def test_one_batch_hides_no_secret_behind_its_own_actions(state: RedisState) -> None:
    player = Player(state, WATCHFUL)
    for filler in range(44, 52):
        session = f"s{filler}"
        await player.play(observed(result=SECRETS, session=session))
        send = observed(operation(Verb.SEND, to=["x@y"]), session=session, declared=WATCHFUL)
        *_, last = await player.look(*[observed(session=session, args=b'{"n":"x"}')] * filler, send)
        assert "session" in session_of(*last)["sequences"], filler


@pytest.mark.parametrize("kind", ["S", "A", "P"], ids=["session", "agent", "principal"])
@pytest.mark.parametrize("declared", [WATCHFUL, PLAIN], ids=["entries shown", "heads alone"])
async def test_entries_that_are_gone_are_no_data_and_wipe_no_taint(
    state: RedisState, server: RedisServer, kind: str, declared: object
) -> None:
    player = Player(state, WATCHFUL if declared is WATCHFUL else PLAIN)
    scope = {"S": "session", "A": "agent", "P": "principal"}[kind]
    await player.play(observed(operation(rows=100), result=SECRETS, declared=player.declared))
    forget(server, f"{kind}*r")
    await player.play(observed(declared=player.declared))  # the loss shows at the latest when an entry is added
    for _ in range(60):  # and until what was lost would have been forgotten, whatever else happens
        facts = await player.session(observed(declared=player.declared))
        assert (facts[scope]["state"], facts[scope]["untrusted"]) == ("NO_DATA", True)
        await player.play(observed(declared=player.declared), final=Final.DENIED)
    advance(server, 86_400_000 if kind != "S" else 3_601_000)
    later = await player.session(observed(declared=player.declared))
    if kind == "S":  # its session is still there, and so is what it read
        assert (later[scope]["state"], later[scope]["classes"]) == ("OK", ["secret"])
    else:
        assert later[scope]["state"] == "OK"


async def test_a_denied_action_gives_back_without_the_lost_entries(state: RedisState, server: RedisServer) -> None:
    player = Player(state, PLAIN)
    await player.play(observed(operation(rows=100), result=SECRETS))
    pairs = await player.look(observed(operation(rows=7)))
    forget(server, "A*r")
    await state.settle([settled(asks, view, Final.DENIED) for asks, view in pairs])
    assert (await player.session())["agent"]["state"] == "NO_DATA"


async def test_a_fresh_session_of_an_agent_whose_track_was_lost_is_no_data(
    state: RedisState, server: RedisServer
) -> None:
    player = Player(state, PLAIN)
    await player.play(observed(result=SECRETS))
    forget(server, "A*")
    for session in ("fresh", "fresher"):
        facts = await player.session(observed(session=session))
        assert [facts[scope]["state"] for scope in ("session", "agent")] == ["NO_DATA", "NO_DATA"]
        await player.play(observed(session=session))
    advance(server, 3_700_000)  # no session from before the loss would still be there
    facts = await player.session(observed(session="freshest"))
    assert [facts[scope]["state"] for scope in ("session", "agent")] == ["OK", "NO_DATA"]


@pytest.mark.parametrize("lost", ["[ASP]*", "A*r", "X*"], ids=["tracks", "entries", "mark"])
async def test_an_agent_that_reported_of_what_it_was_not_permitted_is_a_suspect_whatever_is_lost(
    state: RedisState, server: RedisServer, lost: str
) -> None:
    player = Player(state, PLAIN)
    await misreport(player)
    forget(server, lost)
    for session in ("s1", "fresh"):
        ((_, view),) = await player.look(observed(session=session))
        assert misreported(view_of(view)), session
    ((_, view),) = await player.look(observed(agent="a2"))
    assert not misreported(view_of(view))


async def test_a_suspect_is_one_under_the_next_epoch_too(state: RedisState, server: RedisServer) -> None:
    player = Player(state, PLAIN)
    await misreport(player)
    await state.continuity.activate("acme", "f" * 16)
    ((_, view),) = await player.look(observed(session="fresh"))
    assert misreported(view_of(view))


async def test_a_principal_whose_track_was_lost_is_no_data_in_a_fresh_session_too(
    state: RedisState, server: RedisServer
) -> None:
    player = Player(state, PLAIN)
    await player.play(observed(result=SECRETS), observed(agent="a2", session="s2"))
    forget(server, "P*")
    for agent in ("a1", "a2"):
        facts = await player.session(observed(session="fresh", agent=agent))
        assert [facts[scope]["state"] for scope in ("session", "agent", "principal")] == ["OK", "OK", "NO_DATA"], agent
    await player.play(observed(session="fresh"))
    facts = await player.session(observed(session="fresher", agent="a3"))
    assert facts["principal"]["state"] == "NO_DATA", "it stays lost for all who act for it"
    for agent in ("a1", "a3"):
        facts = await player.session(observed(session="fresh", agent=agent, principal="p2"))
        assert facts["principal"]["state"] == "OK", "it was never there"
    advance(server, 86_401_000)
    assert (await player.session(observed(session="freshest")))["principal"]["state"] == "OK"


async def test_an_agent_that_acts_for_many_tells_of_the_latest(state: RedisState, server: RedisServer) -> None:
    player = Player(state, PLAIN)
    for number in range(20):
        await player.play(observed(principal=f"p{number}", session=f"s{number}"))
    forget(server, "P*")
    states = [
        (await player.session(observed(principal=f"p{number}", session="fresh")))["principal"]["state"]
        for number in range(21)
    ]
    assert states == ["OK"] * 4 + ["NO_DATA"] * 16 + ["OK"]


async def test_where_agent_and_principal_were_lost_neither_is_new(state: RedisState, server: RedisServer) -> None:
    player = Player(state, PLAIN)
    await player.play(observed(result=SECRETS))
    forget(server, "[AP]*")
    facts = await player.session(observed(session="fresh"))
    assert [facts[scope]["state"] for scope in ("session", "agent", "principal")] == ["NO_DATA"] * 3


async def test_an_agent_that_was_quiet_for_longer_than_it_is_remembered_is_not_lost(
    state: RedisState, server: RedisServer
) -> None:
    player = Player(state, PLAIN)
    await player.play(observed(result=SECRETS))
    forget(server, "A*")
    forget(server, "S*")
    forget(server, "P*")
    advance(server, 86_401_000)
    facts = await player.session(observed(session="fresh"))
    assert [facts[scope]["state"] for scope in ("session", "agent")] == ["OK", "OK"]


async def test_denials_are_forgotten_after_a_while_and_not_before(state: RedisState, server: RedisServer) -> None:
    player = Player(state, PLAIN)
    for number in range(25):
        await player.play(observed(session=f"s{number}"), final=Final.DENIED)
    facts = await player.session(observed(session="fresh"))
    assert [facts[scope]["denials"] for scope in ("session", "agent", "principal")] == [0, 25, 25]
    advance(server, 3_599_000)
    assert (await player.session(observed(session="fresh")))["agent"]["denials"] == 25
    await player.play(observed(session="other"))
    assert (await player.session(observed(session="fresh")))["agent"]["denials"] == 25
    advance(server, 3_601_000)
    facts = await player.session(observed(session="fresh"))
    assert (facts["agent"]["denials"], facts["agent"]["actions"]) == (0, 27)


async def test_trying_again_in_fresh_sessions_is_trying_again(state: RedisState) -> None:
    player = Player(state, PLAIN)
    for number in range(3):
        await player.play(
            observed(session=f"s{number}", args=b'{"to":"mallory","n":"%d"}' % number), final=Final.DENIED
        )
    again = observed(session="fresh", agent="a1", args=rb'{"to":"\u006dallory","n":"9"}')
    assert (await player.session(again))["denied_repeats"] == 3
    assert (await player.session(observed(session="fresh", tool="another")))["denied_repeats"] == 0
    other_agent = observed(session="fresh", agent="a2", args=b'{"to":"mallory","n":"9"}')
    assert (await player.session(other_agent))["denied_repeats"] == 3, "the principal is the same"
    await player.play(*[observed(session="bulk", args=b'{"to":"mallory","n":"%d"}' % n) for n in range(20)])
    assert (await player.session(again))["denied_repeats"] == 0, "3 of 23 are no more than bulk work brings with it"


async def test_bulk_work_of_which_one_in_ten_is_refused_is_no_trying_again(state: RedisState) -> None:
    player = Player(state, PLAIN)
    seen = 0
    for number in range(300):
        update = observed(operation(Verb.UPDATE), args=b'{"invoice":"INV%d","status":"paid"}' % number)
        ((asks, view),) = await player.look(update)
        facts = session_of(asks, view)
        seen = max(seen, facts["denied_repeats"])
        assert facts["agent"]["denials"] * 100 < 25 * facts["agent"]["actions"]
        final = Final.DENIED if number % 10 == 9 else Final.ALLOWED
        await state.settle([settled(asks, view, final)])
    assert seen == 0
    assert facts["repeats"] >= 32


async def test_a_transformed_action_teaches_nothing(state: RedisState) -> None:
    player = Player(state, PLAIN)
    pay = observed(operation(Verb.PAY, amount=5, to=["x@y"]), tool="pay")
    pairs = await player.look(pay)
    plain = [settled(asks, view, Final.ALLOWED) for asks, view in pairs]
    transformed = [
        replace(
            one,
            companions=tuple(replace(own, transformed=True) for own in one.companions if isinstance(own, BehaviourAsk)),
        )
        for one in plain
    ]
    await state.settle(transformed)
    assert (await player.baseline(pay))["state"] == "NO_DATA"
    assert (await player.session(pay))["recent"][0]["effect"] == "ALLOWED"
    await player.play(pay)
    facts = await player.baseline(pay)
    assert (facts["observations"], facts["destination_known"], facts["tool_known"]) == (1, True, True)
