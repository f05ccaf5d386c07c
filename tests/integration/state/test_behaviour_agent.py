"""`writ agent` against a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pdp.behaviour.admin import read_agent, reset_agent
from pdp.behaviour.companion import Behaviour
from pdp.behaviour.observe import Observation
from pdp.config import load_config
from pdp.model import Final
from pdp.policy_explain import RunningPolicy
from pdp.server import derived_key, now_ms
from pdp.state.redis_state import RedisState
from tests.behaviour_support import KEY, Player, asked, forget, observed, open_behaviour, operation, settings
from tests.redis_server import RedisServer
from tests.state_support import EPOCH
from writ.action import Verb
from writ.cli.main import cli

DECLARED = settings(min_observations=5)


@pytest.fixture
def config(server: RedisServer, tmp_path: Path) -> Path:
    master = tmp_path / "master.key"
    master.write_bytes(os.urandom(32))
    master.chmod(0o600)
    document: dict[str, Any] = {
        "pdp": {"listen": "unix:///w.sock", "jwt": {"issuer": "i", "audience": "a", "public_keys": "keys"}},
        "redis": {"url": server.url, "name_key": "master.key"},
        "opa": {"socket": "opa.sock"},
        "evidence": {
            "folder": "log",
            "issuer": "pdp-1",
            "vault_folder": "vault",
            "vault_master_key": "master.key",
            "receipt_key": "r.pem",
            "permit_key": "p.pem",
        },
    }
    path = tmp_path / "writ.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def writ_agent(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["agent", *arguments, "--config", str(config)])


def payment(key: bytes = KEY) -> Observation:
    return observed(operation(Verb.PAY, amount=31_000, to=["DE02"]), declared=DECLARED, key=key)


async def learn(state: RedisState, key: bytes, count: int = 20) -> None:
    state.companions = (Behaviour(key, hold_s=0.0),)
    player = Player(state, DECLARED)
    for _ in range(count):
        await player.play(payment(key))


@contextlib.asynccontextmanager
async def at_work(server: RedisServer) -> AsyncIterator[RedisState]:
    """A state of a process that has ended when the command line is asked."""
    state = open_behaviour(server.url)
    await state.continuity.initialise(EPOCH)
    yield state
    await state.close()


async def learned(server: RedisServer, config: Path) -> None:
    """Has an agent work that the command line knows."""
    server.flush()
    async with at_work(server) as state:
        await learn(state, derived_key(load_config(config), "names"))


async def test_a_baseline_is_described_in_plain_numbers(state: RedisState) -> None:
    await learn(state, KEY)
    found = await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    baseline = found["baseline"]
    assert (baseline["observations"], baseline["means"]["amount"]["mean"]) == (20, 31_000)
    assert baseline["hours"] == {"12": 10_000}
    assert baseline["known"] == {
        "tools": 1,
        "resource_types": 1,
        "destinations": 1,
        "transitions": 2,
        "versions": 1,
    }
    assert found["stored_bytes"] <= 2048


async def test_what_speaks_of_an_agent_and_a_tool_does_not_outlive_a_reset(state: RedisState) -> None:
    await learn(state, KEY)
    player = Player(state, DECLARED)
    player.count = 1_000  # other requests than those before
    seen = payment()
    assert {d["of"] for d in (await player.baseline(seen))["deviations"]} == {"agent", "agent_tool", "role"}
    assert await reset_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    assert not await reset_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    for again in (False, True):
        facts = await player.baseline(seen)
        # The first definition of a tool that a new agent meets is no other one.
        assert (facts["new_agent"], facts["new_definition"]) == (True, not again)
        assert {d["of"] for d in facts["deviations"]} == {"role"}
        await player.play(seen)
    assert (await player.session(seen))["session"]["actions"] == 23, "the session stays"


async def test_an_agent_that_is_reset_is_new_also_when_its_baseline_had_been_lost(
    state: RedisState, server: RedisServer
) -> None:
    await learn(state, KEY, 30)
    player = Player(state, DECLARED)
    player.count = 1_000
    seen = payment()
    forget(server, "[AB]*")
    assert not (await player.baseline(seen))["new_agent"]
    await player.play(seen)
    assert not (await player.baseline(seen))["new_agent"]
    assert (await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms()))["lost"]
    assert await reset_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    assert not (await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms()))["lost"]
    for _ in range(3):
        assert (await player.baseline(seen))["new_agent"]
        await player.play(seen)


def test_show_tells_of_a_baseline_that_was_lost(server: RedisServer, config: Path) -> None:
    asyncio.run(learned(server, config))
    assert "lost" not in writ_agent(config, "show", "a1").output
    forget(server, "[AB]*")
    shown = writ_agent(config, "show", "a1")
    assert shown.exit_code == 1
    assert "lost          an earlier baseline" in shown.output
    assert "forgotten  True" in writ_agent(config, "reset", "a1").output
    assert "lost" not in writ_agent(config, "show", "a1").output


async def test_a_loss_that_only_the_track_tells_is_told_and_may_be_forgotten(
    state: RedisState, server: RedisServer
) -> None:
    await learn(state, KEY, 30)
    player = Player(state, DECLARED)
    player.count = 1_000
    seen = payment()
    forget(server, "[ABK]*")
    await player.look(seen)  # its session tells that the track was lost
    for known, lost in ((DECLARED, True), (None, False)):
        assert (await read_agent(state.client, KEY, "acme", "a1", known, now_ms()))["lost"] is lost
    assert not (await player.baseline(seen))["new_agent"]
    assert await reset_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    assert not (await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms()))["lost"]
    assert (await player.baseline(seen))["new_agent"]


async def test_an_agent_that_was_only_denied_has_lost_nothing(state: RedisState) -> None:
    player = Player(state, DECLARED)
    seen = payment()
    for _ in range(3):
        await player.play(seen, final=Final.DENIED)
    found = await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms())
    assert (found["acted"], found["lost"]) == (True, False)
    assert (await player.baseline(seen))["new_agent"]


async def test_actions_of_another_epoch_are_lost(state: RedisState, server: RedisServer) -> None:
    await Player(state, DECLARED).play(observed(declared=DECLARED), final=Final.DENIED)
    with server.client() as client:
        client.hset("{acme}:m", "e", "0" * 16)
    assert (await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms()))["lost"]


async def test_many_actions_without_a_baseline_tell_that_it_was_lost(state: RedisState, server: RedisServer) -> None:
    await learn(state, KEY, 30)
    forget(server, "[BK]*")
    later_ms = now_ms() + DECLARED.burst_window_s * 1000 * 2
    assert (await read_agent(state.client, KEY, "acme", "a1", DECLARED, later_ms))["lost"]
    assert not (await read_agent(state.client, KEY, "acme", "a1", settings(min_observations=31), later_ms))["lost"]


async def test_a_baseline_that_cannot_be_read_was_lost(state: RedisState, server: RedisServer) -> None:
    await learn(state, KEY)
    with server.client() as client:
        for key in client.scan_iter("{acme}:B*"):
            client.set(key, b"B1 and what is none")
        client.delete(*client.scan_iter("{acme}:[AK]*"))
    assert (await read_agent(state.client, KEY, "acme", "a1", DECLARED, now_ms()))["lost"]


@pytest.mark.parametrize(
    ("currency", "said"),
    [("EUR", "mean 310 EUR, deviation 0 EUR"), ("JPY", "mean 31,000 JPY, deviation 0 JPY"), ("KWD", "mean 31 KWD")],
)
def test_amounts_are_shown_in_the_currency_of_the_running_bundle(
    server: RedisServer, config: Path, monkeypatch: pytest.MonkeyPatch, currency: str, said: str
) -> None:
    asyncio.run(learned(server, config))
    activation = {"behaviour": {"zone": "UTC", "currency": currency}}
    monkeypatch.setattr(RunningPolicy, "activation", lambda _: activation)
    shown = writ_agent(config, "show", "a1").output
    assert f"amount        {said}" in shown
    assert "bundle" not in shown
    found = json.loads(writ_agent(config, "show", "a1", "--json").output)
    assert (found["currency"], found["baseline"]["means"]["amount"]["mean"]) == (currency, 31_000)


def test_show_prints_what_is_usual_and_json_says_the_same(server: RedisServer, config: Path) -> None:
    asyncio.run(learned(server, config))
    shown = writ_agent(config, "show", "a1")
    assert shown.exit_code == 0, shown.output
    assert "amount        mean 31,000 minor units, deviation 0 minor units, of 20" in shown.output
    assert "hours         Mon 12:00 100 %" in shown.output
    in_json = writ_agent(config, "show", "a1", "--json")
    as_json = json.loads(in_json.stdout)
    assert (as_json["organisation"], as_json["suspended"]) == ("acme", False)
    assert as_json["baseline"]["observations"] == 20
    reset = writ_agent(config, "reset", "a1", "--json")
    assert json.loads(reset.stdout) == {"agent": "a1", "forgotten": True}
    for done in (shown, in_json, reset, writ_agent(config, "reset", "a1")):
        assert done.stderr.startswith("writ: the running bundle is not read (EVALUATION_UNAVAILABLE")
        assert len(done.stderr.splitlines()) == 1
    gone = writ_agent(config, "show", "a1")
    assert gone.exit_code == 1
    assert "baseline      none" in gone.output


def test_suspend_and_resume_reach_the_next_decision(server: RedisServer, config: Path) -> None:
    async def suspended() -> bool:
        async with at_work(server) as state:
            (view,) = await state.enrich([asked("r", observed(agent="agent"))])
        return view.suspended

    server.flush()
    assert not asyncio.run(suspended())
    for verb, expected in (("suspend", True), ("resume", False)):
        done = writ_agent(config, verb, "agent", "--json")
        assert json.loads(done.output) == {"agent": "agent", "suspended": expected}
        assert asyncio.run(suspended()) is expected


def test_several_organisations_need_a_name(server: RedisServer, config: Path) -> None:
    server.flush()
    refused = writ_agent(config, "show", "a1")
    assert refused.exit_code == 1
    assert "ORGANISATION_UNCLEAR" in refused.output or "expected `--organisation`: the state holds 0" in refused.output


@pytest.mark.parametrize("agent_id", ["", "a" * 257, "a\x00b"])
@pytest.mark.parametrize("verb", ["show", "reset", "suspend", "resume"])
def test_an_id_that_no_agent_can_have_is_refused(config: Path, verb: str, agent_id: str) -> None:
    refused = writ_agent(config, verb, agent_id)
    assert refused.exit_code == 2
    assert "`agent.id` must" in refused.output


def test_of_an_agent_that_never_acted_nothing_is_known_until_it_is_suspended(server: RedisServer, config: Path) -> None:
    agent_id = "new\nagent\x1b[2J"
    server.flush()
    asyncio.run(met(server))
    for verb in ("show", "reset", "resume"):
        message = 'nothing is known of agent `"new\\nagent\\u001b[2J"` of `acme`'
        refused = writ_agent(config, verb, agent_id, "--organisation", "acme")
        assert (refused.exit_code, refused.output) == (1, f"writ: AGENT_NOT_KNOWN: {message}\n")
        refused = writ_agent(config, verb, agent_id, "--organisation", "acme", "--json")
        assert refused.exit_code == 1
        assert json.loads(refused.output) == {"error": {"reason": "AGENT_NOT_KNOWN", "message": message}}
    suspended = writ_agent(config, "suspend", agent_id, "--organisation", "acme")
    assert (suspended.exit_code, suspended.output) == (0, 'agent  "new\\nagent\\u001b[2J"\nsuspended  True\n')
    shown = writ_agent(config, "show", agent_id, "--organisation", "acme")
    assert shown.exit_code == 1, "it has no baseline"
    assert shown.output.splitlines()[:2] == ['agent         "new\\nagent\\u001b[2J" of acme', "suspended     yes"]
    assert "forgotten  False" in writ_agent(config, "reset", agent_id, "--organisation", "acme").output
    assert writ_agent(config, "resume", agent_id, "--organisation", "acme").exit_code == 0
    assert writ_agent(config, "resume", agent_id, "--organisation", "acme").exit_code == 1


async def met(server: RedisServer) -> None:
    """Lets the state know its organisation."""
    async with at_work(server) as state:
        await state.enrich([asked("r", observed(agent="other"))])
