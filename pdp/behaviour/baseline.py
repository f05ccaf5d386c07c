"""Reads baselines and says how far an action lies from what is usual. Pure. They are learned in `pdp/lua/baseline.lua`,
whose head describes the stored format.

A deviation is (value - mean) / max(deviation, 5 % of the mean, 1), upwards only. A mean of the agent counts from
`MIN_WEIGHT` observations; those of agent and tool and of the role only from `min_observations`, because they may excuse
what the agent's own mean does not.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from math import inf, isfinite, sqrt
from typing import Any

from pdp.behaviour.observe import NO_NAME, Observation
from pdp.behaviour.settings import BehaviourSettings
from writ.frozen import frozen

MEASURES = ("amount", "rows", "bytes")
_PLACES = (0, 5, 10)  # of the measures' weights
YARDSTICKS = ("agent", "agent_tool", "role")
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

_MEASURES = struct.Struct("<2sdddI15d")
_SETS = struct.Struct("<dIBBBBB")
_STANDING = struct.Struct("<2sddd")
_KINDS = frozenset({b"B1", b"M1"})
_RECORD = 10
_NO_PREVIOUS = "^^^^"


@frozen
class Mean:
    """A forgotten mean: weight of its observations, mean and standard deviation. `unit` is what counts as one deviation:
    at least FLOOR of the mean, and 1."""

    weight: float
    mean: float
    deviation: float
    unit: float


@frozen
class Baseline:
    """What is stored. `sets` are records of 10 bytes: tools, resource types, destinations, transitions, versions; for agent
    and tool only definitions. `hours` holds 168 counts, empty for agent and tool. `measures` are five numbers each of amount,
    rows and bytes: weight, mean, variance, mean and deviation at the day's start."""

    updated_ms: float
    weight: float
    born_ms: float
    measures: tuple[float, ...]
    hour_sum: int
    hours: bytes
    sets: tuple[bytes, ...]

    @property
    def means(self) -> tuple[Mean, ...]:
        """Of amount, rows and bytes."""
        return tuple(_mean(*self.measures[at : at + 3]) for at in range(0, 15, 5))


@lru_cache(maxsize=2_048)
def parse_baseline(raw: bytes | None) -> Baseline | None:
    """Reads a baseline; None for none and for one that cannot be read or holds impossible numbers. Cached, because the
    actions of a second share theirs (`pdp.behaviour.learning`)."""
    if raw is None:
        return None
    try:
        return _parse(raw)
    except (ValueError, struct.error, IndexError):
        return None


def _parse(raw: bytes) -> Baseline:
    fields = _MEASURES.unpack_from(raw)
    kind, updated_ms, weight, born_ms = fields[:4]
    # A NaN or an infinity among them would make the sum one.
    if kind not in _KINDS or not isfinite(sum(fields[1:])) or min(fields[1:]) < 0:
        raise ValueError("baseline")
    if max(fields[1:4]) > MAX_VALUE or max(fields[5::5]) > MAX_VALUE or max(fields[6::5]) > MAX_VALUE:
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
    return Baseline(
        updated_ms=updated_ms,
        weight=weight,
        born_ms=born_ms,
        measures=fields[5:],
        hour_sum=hour_sum,
        hours=hours,
        sets=tuple(sets),
    )


def _mean(weight: float, mean: float, variance: float) -> Mean:
    deviation = sqrt(variance)
    return Mean(weight=weight, mean=mean, deviation=deviation, unit=_unit(mean, deviation))


def _unit(mean: float, deviation: float) -> float:
    return max(deviation, FLOOR * mean, 1.0)


@frozen
class Standing:
    """How well an agent was known at `updated_ms`: the weight of its baseline then."""

    updated_ms: float
    weight: float


_UNREADABLE = Standing(updated_ms=MAX_VALUE, weight=inf)


def baseline_ttl_ms(settings: BehaviourSettings) -> int:
    """How long an unused baseline is kept."""
    return FORGET_HALF_LIVES * settings.half_life_days * DAY_MS


def remaining(baseline: Baseline, settings: BehaviourSettings, now_ms: int) -> float:
    """Share of the weight that is left at `now_ms`; a clock that went back forgets nothing."""
    return _left(baseline.updated_ms, settings, now_ms)


def _left(at_ms: float, settings: BehaviourSettings, now_ms: int) -> float:
    return float(0.5 ** (max(0.0, now_ms - at_ms) / (settings.half_life_days * DAY_MS)))


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


def baseline_facts(
    raw_agent: bytes | None,
    raw_tool: bytes | None,
    raw_role: bytes | None,
    previous_kind: str,
    observation: Observation,
    settings: BehaviourSettings,
    now_ms: int,
    *,
    raw_standing: bytes | None = None,
    was_known: bool = False,
) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicyBaseline`. `previous_kind`: kind of the session's last action, "" for none.
    `raw_standing`: what is stored of how well the agent was known, None for nothing. `was_known`: the agent has acted so much
    that a baseline which is not there was lost."""
    agent, tool, role = parse_baseline(raw_agent), parse_baseline(raw_tool), parse_baseline(raw_role)
    if agent is None or (tool is not None and tool.born_ms < agent.born_ms):
        tool = None  # it speaks of an agent that was reset since
    deviations = _deviations((agent, tool, role), observation, settings, now_ms)
    if agent is not None and len(agent.sets) != 5:
        agent = None
    weight = agent.weight * remaining(agent, settings, now_ms) if agent is not None else 0.0
    is_new = weight < settings.min_observations - 0.5
    gone = agent is None and (raw_agent is not None or was_known)  # what is there and cannot be read was there before
    was_lost = gone or (is_new and _was_known(earlier(raw_standing, agent), weight, settings, now_ms))
    if raw_agent == FORGOTTEN:
        was_lost = False
    if agent is None or was_lost:
        return (LOST if was_lost else UNKNOWN) | {
            "destination_known": not observation.destinations,
            "deviations": deviations,
        }
    tools, resources, destinations, transitions, _ = agent.sets
    oldest = now_ms // DAY_MS - FORGET_HALF_LIVES * settings.half_life_days
    tool_known = _knows(tools, observation.tool, oldest)
    return {
        "state": "OK",
        "observations": round(weight),
        "new_agent": is_new,
        "new_version": _is_new(agent, 4, observation.version, settings.new_version_observations),
        "new_definition": _other_definition(
            tool, observation.definition, settings.new_definition_observations, used=tool_known
        ),
        "tool_known": tool_known,
        "resource_known": _knows(resources, observation.resource, oldest),
        "destination_known": all(_knows(destinations, name, oldest) for name in observation.destinations),
        "transition_known": _knows(transitions, (previous_kind or _NO_PREVIOUS) + observation.kind, oldest),
        "hour_share_bp": hour_share_bp(agent, observation.hour),
        "deviations": deviations,
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
"""PolicyBaseline of an agent of which nothing is stored."""

FORGOTTEN = b"R1"
"""Stands in place of a baseline that an operator made forgotten: its agent is new, and nothing of it was lost."""

LOST: dict[str, Any] = UNKNOWN | {"new_agent": False}
"""PolicyBaseline of an agent whose baseline was lost, until as much is learned anew as makes an agent known. It is not new: what
is far from usual for it was held before."""


def earlier(raw_standing: bytes | None, agent: Baseline | None) -> Standing | None:
    """Returns how well the agent was known by an earlier baseline than `agent`, which was lost then; None when nothing says so.
    What cannot be read was known as well as can be."""
    if raw_standing is None:
        return None
    try:
        kind, updated_ms, weight, born_ms = _STANDING.unpack(raw_standing)
    except struct.error:
        return _UNREADABLE
    if kind != b"K1" or not isfinite(updated_ms + weight + born_ms) or min(updated_ms, weight, born_ms) < 0:
        return _UNREADABLE
    return None if agent is not None and agent.born_ms == born_ms else Standing(updated_ms=updated_ms, weight=weight)


def _was_known(found: Standing | None, weight: float, settings: BehaviourSettings, now_ms: int) -> bool:
    """Tells whether the agent would be known had its earlier baseline not been lost; `weight`: what was learned anew.
    Observations are forgotten alike wherever they are counted, so they add up."""
    if found is None:
        return False
    left = found.weight * _left(found.updated_ms, settings, now_ms)
    return left + weight >= settings.min_observations - 0.5


def _knows(names: bytes, name: str, oldest: int) -> bool:
    day = find(names, name)
    return day is not None and day >= oldest


def _other_definition(tool: Baseline | None, name: str, least: int, *, used: bool) -> bool:
    """Tells whether the agent has used the tool by another definition, and by this one less often than declared. A tool that it
    has not used at all is new itself, which `tool_known` says; what is stored of one that it has used may be lost."""
    if tool is None or not tool.sets or not tool.sets[0]:
        return used
    return _is_new(tool, 0, name, least) and len(tool.sets[0]) > (
        _RECORD if find(tool.sets[0], name) is not None else 0
    )


def _is_new(baseline: Baseline | None, index: int, name: str, least: int) -> bool:
    if baseline is None or index >= len(baseline.sets) or name == NO_NAME:
        return True
    return (find(baseline.sets[index], name) or 0) < least


def _deviations(
    baselines: tuple[Baseline | None, ...], observation: Observation, settings: BehaviourSettings, now_ms: int
) -> list[dict[str, Any]]:
    values = (observation.amount, observation.rows, observation.bytes)
    found = []
    least: float = MIN_WEIGHT
    for of, baseline in zip(YARDSTICKS, baselines, strict=True):
        if baseline is not None:
            left = remaining(baseline, settings, now_ms)
            for place, measure, value in zip(_PLACES, MEASURES, values, strict=True):
                weight, mean, variance = baseline.measures[place : place + 3]
                if value >= 0 and weight * left >= least:
                    above = (value - mean) / _unit(mean, sqrt(variance))
                    centi = int(min(MAX_CENTI, 100 * above)) if above > 0 else 0
                    found.append(
                        {
                            "of": of,
                            "measure": measure,
                            "value": value,
                            "mean": round(mean),
                            "deviation_centi": centi,
                        }
                    )
        least = settings.min_observations - 0.5
    return found
