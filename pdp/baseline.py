"""Reads baselines and says how far an action lies from what is usual. Pure. They are learned in `pdp/lua/baseline.lua`,
whose head describes the stored format.

A deviation is (value - mean) / max(deviation, 5 % of the mean, 1), upwards only. A mean of the agent counts from
`MIN_WEIGHT` observations; those of agent and tool and of the role only from `min_observations`, because they may excuse
what the agent's own mean does not.
"""

from __future__ import annotations

import struct
from math import isfinite, sqrt
from typing import Any

from pdp.behaviour_observe import NO_NAME, Observation
from pdp.behaviour_settings import BehaviourSettings
from writ.frozen import frozen

MEASURES = ("amount", "rows", "bytes")
MIN_WEIGHT = 8
"""Observations below which a mean says nothing, not even as a warning."""

MAX_CENTI = 100_000
"""Largest deviation that is told: a thousand standard deviations."""

FLOOR = 0.05
"""A deviation is at least this share of the mean, as in baseline.lua."""

FORGET_HALF_LIVES = 8
"""A name unused for so long is not known any more, and an unused baseline is dropped: 0.4 % of it is left."""

HOURS = 168
DAY_MS = 86_400_000
MAX_VALUE = 2**53

_MEASURES = struct.Struct("<2sddI15d")
_SETS = struct.Struct("<dIBBBBB")
_RECORD = 10
_NO_PREVIOUS = "^^^^"


@frozen
class Mean:
    """A forgotten mean: weight of its observations, mean and standard deviation."""

    weight: float
    mean: float
    deviation: float


@frozen
class Baseline:
    """What is stored. `sets` are records of 10 bytes: tools, resource types, destinations, transitions, versions; for agent
    and tool only definitions. `hours` holds 168 counts, empty for agent and tool."""

    updated_ms: float
    weight: float
    means: tuple[Mean, Mean, Mean]
    hour_sum: int
    hours: bytes
    sets: tuple[bytes, ...]


def parse_baseline(raw: bytes | None) -> Baseline | None:
    """Reads a baseline; None for none and for one that cannot be read or holds impossible numbers."""
    if raw is None:
        return None
    try:
        return _parse(raw)
    except (ValueError, struct.error, IndexError):
        return None


def _parse(raw: bytes) -> Baseline:
    kind, updated_ms, weight, _, *numbers = _MEASURES.unpack_from(raw)
    if kind not in (b"B1", b"M1") or not all(isfinite(n) and n >= 0 for n in (updated_ms, weight, *numbers)):
        raise ValueError("baseline")
    if max(updated_ms, weight, *numbers[0::5], *numbers[1::5]) > MAX_VALUE:
        raise ValueError("baseline")
    at = _MEASURES.size
    hour_sum, hours = 0, b""
    if kind == b"B1":
        _, hour_sum, *sizes = _SETS.unpack_from(raw, at)
        at += _SETS.size
        hours = raw[at : at + 2 * HOURS]
        at += 2 * HOURS
    else:
        sizes = [raw[at]]
        at += 1
    sets = []
    for size in sizes:
        sets.append(raw[at : at + size * _RECORD])
        at += size * _RECORD
    if at != len(raw):
        raise ValueError("baseline")
    first, second, third = (
        Mean(weight=numbers[i], mean=numbers[i + 1], deviation=sqrt(numbers[i + 2])) for i in (0, 5, 10)
    )
    return Baseline(
        updated_ms=updated_ms,
        weight=weight,
        means=(first, second, third),
        hour_sum=hour_sum,
        hours=hours,
        sets=tuple(sets),
    )


def baseline_ttl_ms(settings: BehaviourSettings) -> int:
    """How long an unused baseline is kept."""
    return FORGET_HALF_LIVES * settings.half_life_days * DAY_MS


def remaining(baseline: Baseline, settings: BehaviourSettings, now_ms: int) -> float:
    """Share of the weight that is left at `now_ms`; a clock that went back forgets nothing."""
    return float(0.5 ** (max(0.0, now_ms - baseline.updated_ms) / (settings.half_life_days * DAY_MS)))


def hour_share_bp(baseline: Baseline, hour: int) -> int:
    """Share of the actions in an hour of the week, in basis points; 0 without any."""
    if not baseline.hour_sum or len(baseline.hours) != 2 * HOURS:
        return 0
    count: int = struct.unpack_from("<H", baseline.hours, 2 * hour)[0]
    return min(10_000, count * 10_000 // baseline.hour_sum)


def find(names: bytes, name: str) -> int | None:
    """The number beside a name in a set: day of its last use (Unix), or its count; None when it is not there."""
    wanted = name.encode()
    at = names.find(wanted)
    while at % _RECORD and at >= 0:
        at = names.find(wanted, at + 1)
    return None if at < 0 else int.from_bytes(names[at + 8 : at + _RECORD], "little")


def centi(mean: Mean, value: int) -> int:
    """How far `value` lies above the mean, in hundredths of a standard deviation, 0 to MAX_CENTI."""
    above = value - mean.mean
    if above <= 0:
        return 0
    return int(min(MAX_CENTI, 100 * above / max(mean.deviation, FLOOR * mean.mean, 1.0)))


def baseline_facts(
    raw_agent: bytes | None,
    raw_tool: bytes | None,
    raw_role: bytes | None,
    previous_kind: str,
    observation: Observation,
    settings: BehaviourSettings,
    now_ms: int,
) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicyBaseline`. `previous_kind`: kind of the session's last action, "" for none."""
    agent, tool, role = parse_baseline(raw_agent), parse_baseline(raw_tool), parse_baseline(raw_role)
    facts = dict(UNKNOWN)
    facts["deviations"] = _deviations((agent, tool, role), observation, settings, now_ms)
    facts["new_definition"] = _is_new(tool, 0, observation.definition, settings.new_definition_observations)
    if agent is None:
        facts["destination_known"] = not observation.destinations
        return facts
    tools, resources, destinations, transitions, _ = agent.sets if len(agent.sets) == 5 else (b"",) * 5
    oldest = now_ms // DAY_MS - FORGET_HALF_LIVES * settings.half_life_days
    weight = agent.weight * remaining(agent, settings, now_ms)

    def known(names: bytes, name: str) -> bool:
        day = find(names, name)
        return day is not None and day >= oldest

    return facts | {
        "state": "OK",
        "observations": round(weight),
        "new_agent": weight < settings.min_observations - 0.5,
        "new_version": _is_new(agent, 4, observation.version, settings.new_version_observations),
        "tool_known": known(tools, observation.tool),
        "resource_known": known(resources, observation.resource),
        "destination_known": all(known(destinations, name) for name in observation.destinations),
        "transition_known": known(transitions, (previous_kind or _NO_PREVIOUS) + observation.kind),
        "hour_share_bp": hour_share_bp(agent, observation.hour),
    }


UNKNOWN: dict[str, Any] = {
    "state": "NO_DATA",
    "observations": 0,
    "new_agent": True,
    "new_version": True,
    "new_definition": True,
    "tool_known": False,
    "resource_known": False,
    "destination_known": False,
    "transition_known": False,
    "hour_share_bp": 0,
    "deviations": [],
}
"""PolicyBaseline of an agent of which nothing is stored, or whose baseline was lost."""


def _is_new(baseline: Baseline | None, index: int, name: str, least: int) -> bool:
    if baseline is None or index >= len(baseline.sets) or name == NO_NAME:
        return True
    return (find(baseline.sets[index], name) or 0) < least


def _deviations(
    baselines: tuple[Baseline | None, ...], observation: Observation, settings: BehaviourSettings, now_ms: int
) -> list[dict[str, Any]]:
    values = (observation.amount, observation.rows, observation.bytes)
    found = []
    for of, baseline, least in zip(
        ("agent", "agent_tool", "role"),
        baselines,
        (MIN_WEIGHT, settings.min_observations - 0.5, settings.min_observations - 0.5),
        strict=True,
    ):
        if baseline is None:
            continue
        left = remaining(baseline, settings, now_ms)
        for measure, value, mean in zip(MEASURES, values, baseline.means, strict=True):
            if value >= 0 and mean.weight * left >= min(least, MAX_VALUE):
                found.append(
                    {
                        "of": of,
                        "measure": measure,
                        "value": value,
                        "mean": round(mean.mean),
                        "deviation_centi": centi(mean, value),
                    }
                )
    return found
