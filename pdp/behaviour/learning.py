"""What allowed actions teach is gathered for about a second and learned in one fold: baselines change slowly, and are dear.

Only learning waits. What is counted, what sessions list, denials and taint are written with each action; a process that is
killed loses what it would have taught in its last second, and nothing else. See docs/behaviour.md.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pdp.behaviour.baseline import baseline_ttl_ms
from pdp.behaviour.observe import Observation
from pdp.behaviour.settings import BehaviourSettings
from pdp.state.client import Call, load_script
from pdp.state.wire import organisation_key

HOLD_S = 1.0
"""How long what was allowed waits to be learned, and how old a baseline may be that an action is compared with."""

MAX_AGENTS_PER_CALL = 32
"""Agents whose baselines one script call learns: while it runs, the server does nothing else. Some 20 µs each."""

MAX_WAITING = 16_384
"""Actions that wait; beyond it the oldest are learned at once."""

MAX_OF_AGENT = 1_024
"""Actions of one agent that wait, for the same reason."""

_LEARN = load_script("behaviour_learn", library=("behaviour", "baseline"))
_HEAD = struct.Struct("<Hddddd")
_LOT = struct.Struct("<HHHHHHHHH8s8s8s")
_VALUE = struct.Struct("<dddH")
_HOUR = struct.Struct("<BH")

_Names = tuple[str, str, str, str, str]
_Held = tuple[float, bytes | None, Sequence[bytes | None]]


@dataclass(slots=True)
class _Lot:
    """What actions of one agent, tool, role, version and definition have in common, and how often."""

    count: int = 0
    values: dict[tuple[int, int, int], int] = field(default_factory=dict)
    hours: dict[int, int] = field(default_factory=dict)
    resources: dict[str, None] = field(default_factory=dict)
    destinations: dict[str, None] = field(default_factory=dict)
    transitions: dict[str, None] = field(default_factory=dict)

    def add(self, seen: Observation, before: str) -> None:
        self.count += 1
        value = (seen.amount, seen.rows, seen.bytes)
        self.values[value] = self.values.get(value, 0) + 1
        self.hours[seen.hour] = self.hours.get(seen.hour, 0) + 1
        self.resources[seen.resource] = None
        self.transitions[before + seen.kind] = None
        for name in seen.destinations:
            self.destinations[name] = None

    def pack(self, places: tuple[int, int, int], names: _Names) -> bytes:
        _, _, tool, version, definition = names
        named = (self.resources, self.destinations, self.transitions)
        head = _LOT.pack(
            *places,
            self.count,
            len(self.values),
            len(self.hours),
            *map(len, named),
            tool.encode(),
            version.encode(),
            definition.encode(),
        )
        values = b"".join([_VALUE.pack(*value, count) for value, count in self.values.items()])
        hours = b"".join([_HOUR.pack(hour, count) for hour, count in self.hours.items()])
        return head + values + hours + "".join([name for names_ in named for name in names_]).encode()


@dataclass(slots=True)
class _Waiting:
    """What waits to be learned of one agent. `due_s` by the clock."""

    due_s: float
    settings: BehaviourSettings
    count: int = 0
    lots: dict[_Names, _Lot] = field(default_factory=dict)


class Learning:
    """Gathers observations. `clock` gives monotonic seconds."""

    def __init__(self, hold_s: float, clock: Callable[[], float]) -> None:
        self._hold_s = hold_s
        self._clock = clock
        self._agents: OrderedDict[tuple[str, str], _Waiting] = OrderedDict()
        self._count = 0

    def add(self, organisation: str, seen: Observation, before: str, settings: BehaviourSettings) -> None:
        """Takes in an allowed action; `before` is the kind of what its session did before."""
        key = (organisation, seen.agent)
        waiting = self._agents.get(key)
        if waiting is None:
            waiting = self._agents[key] = _Waiting(self._clock() + self._hold_s, settings)
        names = (seen.agent_tool, seen.role, seen.tool, seen.version, seen.definition)
        lot = waiting.lots.get(names)
        if lot is None:
            lot = waiting.lots[names] = _Lot()
        lot.add(seen, before)
        waiting.settings = settings
        waiting.count += 1
        self._count += 1
        if waiting.count == MAX_OF_AGENT:
            waiting.due_s = 0.0
            self._agents.move_to_end(key, last=False)

    def due_in_s(self) -> float | None:
        """Seconds until something has to be learned; None when nothing waits."""
        first = next(iter(self._agents.values()), None)
        return None if first is None else max(0.0, first.due_s - self._clock())

    def take(self, *, everything: bool = False) -> list[Call]:
        """Returns calls that learn what is due, or `everything`, of at most `MAX_AGENTS_PER_CALL` agents. What it returns is
        forgotten here: a call that fails is not made again, because it may have taken effect."""
        now_s, taken = self._clock(), 0
        groups: dict[str, dict[str, _Waiting]] = {}
        while self._agents and taken < MAX_AGENTS_PER_CALL:
            key, waiting = next(iter(self._agents.items()))
            if not everything and waiting.due_s > now_s and self._count <= MAX_WAITING:
                break
            del self._agents[key]
            taken += 1
            self._count -= waiting.count
            groups.setdefault(key[0], {})[key[1]] = waiting
        return [_call(organisation, agents) for organisation, agents in groups.items()]


def _call(organisation: str, agents: dict[str, _Waiting]) -> Call:
    keys: dict[str, int] = {}
    lots: list[bytes] = []
    for agent, waiting in agents.items():
        settings = waiting.settings
        for names, lot in waiting.lots.items():
            places = tuple(
                keys.setdefault("B" + name, len(keys) + 1) if name else 0 for name in (agent, names[0], names[1])
            )
            lots.append(lot.pack((places[0], places[1], places[2]), names))
    head = _HEAD.pack(
        len(keys),
        settings.half_life_days * 86_400_000,
        settings.min_observations,
        settings.outlier_deviations,
        settings.daily_drift_bp / 10_000,
        baseline_ttl_ms(settings),
    )
    return Call(script=_LEARN, key=organisation_key(organisation), args=(head, *keys, *lots))


class BaselineCache:
    """Baselines as they were read lately, those of agents with what stands beside them. An entry that was used within the last
    look is there when its answer is read: it goes only after as many others have come as one of two generations holds."""

    LIMIT = 4_096

    def __init__(self, hold_s: float, clock: Callable[[], float]) -> None:
        self._hold_s = hold_s
        self._clock = clock
        self._young: dict[tuple[str, str], _Held] = {}
        self._old: dict[tuple[str, str], _Held] = {}

    def now_s(self) -> float:
        """The time that `fresh_until` gives and `put` takes."""
        return self._clock()

    def fresh_until(self, key: tuple[str, str]) -> float:
        """When a baseline, named by organisation and key, has to be read again; 0 for one that was not read lately."""
        found = self._young.get(key)
        return 0.0 if found is None else found[0]

    def get(self, key: tuple[str, str]) -> bytes | None:
        """Returns it; None for none, also when it is not known any more: that is no data."""
        return self.get_all(key)[0]

    def get_all(self, key: tuple[str, str]) -> tuple[bytes | None, Sequence[bytes | None]]:
        """Returns a baseline and what was read beside it, as `get` does; nothing beside one that is not known any more."""
        found = self._young.get(key) or self._old.get(key)
        return (None, ()) if found is None else found[1:]

    def put(self, key: tuple[str, str], raw: bytes | None, now_s: float, beside: Sequence[bytes | None] = ()) -> None:
        """Takes in what was read."""
        if len(self._young) >= self.LIMIT:
            self._old, self._young = self._young, {}
        self._young[key] = (now_s + self._hold_s, raw, beside)
