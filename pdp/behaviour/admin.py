"""What an operator may see and do of an agent's behaviour: read its baseline, make it forgotten. Changes no other state."""

from __future__ import annotations

import struct
from typing import Any

import orjson

from pdp.behaviour.baseline import DAY_MS, FORGOTTEN, HOURS, MEASURES, Baseline, earlier, parse_baseline
from pdp.behaviour.sessions import has_acted
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.tracks import LOST, Track, parse_track
from pdp.session_key import state_name
from pdp.state.client import Client, load_script, run_one
from pdp.state.wire import organisation_key

_PUT = load_script("put")

BUSIEST = 5
"""Hours of the week that are told."""

_FORGOTTEN_MS = 112 * DAY_MS
"""How long it stands that an agent was made to be forgotten: as long as a baseline by default, and so beyond its track."""

_DENIED_AT, _SIMILARITY_BYTES = 23, 8
"""The byte of a track that says how many denied actions' similarities end it, and the bytes of each (behaviour.lua)."""

_SETS = ("tools", "resource_types", "destinations", "transitions", "versions")


def baseline_key(key: bytes, organisation: str, agent_id: str) -> str:
    """The Redis key of an agent's own baseline. `key` names agents in the state."""
    return f"{organisation_key(organisation)[:-1]}B{state_name(key, 'agent', agent_id)}"


async def read_agent(
    client: Client, key: bytes, organisation: str, agent_id: str, settings: BehaviourSettings | None, now_ms: int
) -> dict[str, Any]:
    """Returns what is stored of an agent, for people and programs, at `now_ms` (Unix). `baseline` is None when nothing is
    stored or it cannot be read; `lost` tells that there was an earlier one, `acted` whether its actions are on record.
    `settings` of the bundle say how many actions make an agent known; None: a loss that only they tell is not told. Times in
    Unix ms. Raises StateFailed."""
    prefix, name = organisation_key(organisation)[:-1], state_name(key, "agent", agent_id)
    raw = await client.command("GET", baseline_key(key, organisation, agent_id))
    standing = await client.command("GET", f"{prefix}K{name}")
    actions = await client.command("GET", f"{prefix}A{name}")
    suspended = await client.command("GET", f"{prefix}s:{agent_id}")
    if suspended is None:
        suspended = await client.command("HGET", organisation_key(organisation), f"S:{agent_id}")
    found = parse_baseline(raw)
    lost = earlier(standing, found) is not None or (found is None and raw not in (None, FORGOTTEN))
    if raw is None and actions is not None and settings is not None:
        epoch = await client.command("HGET", organisation_key(organisation), "e")
        lost = lost or has_acted(_track(actions, epoch or b"", settings, now_ms), settings)
    raw = None if raw == FORGOTTEN else raw
    return {
        "organisation": organisation,
        "agent": agent_id,
        "suspended": suspended is not None,
        "stored_bytes": len(raw) if raw is not None else 0,
        "baseline": describe(found) if found is not None else None,
        "lost": lost,
        "acted": actions is not None,
    }


def _track(raw: bytes, epoch: bytes, settings: BehaviourSettings, now_ms: int) -> Track:
    """Reads a track as scripts show it: that of another epoch is lost, and what was denied is left out."""
    if len(raw) <= _DENIED_AT or raw[2:18] != epoch:
        return LOST
    raw = raw[: len(raw) - _SIMILARITY_BYTES * raw[_DENIED_AT]]
    keep_ms = settings.taint_ttl_s * 1000
    return parse_track(raw, None, 0, now_ms, keep_ms, settings.burst_window_s, settings.session_ttl_s)


async def reset_agent(
    client: Client, key: bytes, organisation: str, agent_id: str, settings: BehaviourSettings | None, now_ms: int
) -> bool:
    """Forgets the baseline of an agent, and with it those of agent and tool: they do not outlive it. The agent is new then,
    also when its baseline had been lost. False when there was none to forget (see `read_agent`). Raises StateFailed."""
    found = await read_agent(client, key, organisation, agent_id, settings, now_ms)
    name = state_name(key, "agent", agent_id)
    # In one step: where its standing outlived its baseline, the agent would count as one whose baseline was lost.
    items = [[f"B{name}", FORGOTTEN.decode(), _FORGOTTEN_MS], [f"K{name}", "", 0]]
    await run_one(client, _PUT, organisation_key(organisation), orjson.dumps(items))
    return bool(found["stored_bytes"] or found["lost"])


def describe(baseline: Baseline) -> dict[str, Any]:
    """Returns a baseline in plain numbers. Weights are what was left at `updated_ms`; hours are of the bundle's zone,
    Monday 0:00 is 0. Names are hashed, so only their number is told."""
    return {
        "observations": round(baseline.weight),
        "since_ms": int(baseline.born_ms),
        "updated_ms": int(baseline.updated_ms),
        "means": {
            measure: {
                "weight": round(mean.weight, 2),
                "mean": round(mean.mean, 2),
                "deviation": round(mean.deviation, 2),
            }
            for measure, mean in zip(MEASURES, baseline.means, strict=True)
        },
        "hours": _busiest(baseline),
        "known": {
            name: len(records) // 10
            for name, records in zip(_SETS, baseline.sets, strict=False)
            if len(baseline.sets) == 5
        },
    }


def _busiest(baseline: Baseline) -> dict[str, int]:
    """The busiest hours of the week with their share in basis points, the busiest first."""
    if len(baseline.hours) != 2 * HOURS or not baseline.hour_sum:
        return {}
    counts = struct.unpack(f"<{HOURS}H", baseline.hours)
    order = sorted((hour for hour in range(HOURS) if counts[hour]), key=lambda hour: (-counts[hour], hour))
    return {str(hour): counts[hour] * 10_000 // baseline.hour_sum for hour in order[:BUSIEST]}
