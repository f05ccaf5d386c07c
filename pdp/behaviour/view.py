"""What one answer of the behaviour state shows each action: what stood before its batch, and what came before it in it.

Reading is lazy: bytes are decoded when a fact is made. See `pdp.behaviour.companion`, which asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdp.behaviour.learning import BaselineCache
from pdp.behaviour.observe import Observation
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.tracks import CLEAN, Taint, Track, parse_track
from pdp.companions import companion_ask
from pdp.model import StateAsk
from writ.frozen import frozen

_NOBODY: frozenset[str] = frozenset()


@frozen
class BehaviourAsk:
    """What one action asks: `id` names its claim in 16 hex digits. `held` is set in a settlement whose action was neither
    allowed nor refused, but waits for an approval or for facts, or could not be judged: it moves nothing and is no denial.
    `transformed` is set in one whose action was allowed in another form than the observation's, which then teaches nothing."""

    id: str
    observation: Observation
    settings: BehaviourSettings
    held: bool = False
    transformed: bool = False


@dataclass(slots=True, eq=False)
class Lazy:
    """A track of one batch that is decoded when somebody looks."""

    raw: bytes | None
    ring: bytes | None
    lost_until_ms: int
    now_ms: int
    keep_ms: int
    burst_window_s: int
    session_ttl_s: int
    _track: Track | None = field(default=None, init=False)

    def track(self) -> Track:
        if self._track is None:
            self._track = parse_track(
                self.raw,
                self.ring,
                self.lost_until_ms,
                self.now_ms,
                self.keep_ms,
                self.burst_window_s,
                self.session_ttl_s,
            )
        return self._track


@frozen
class Ahead:
    """What came before in the same batch, of one track: the last of it, what was ahead of that, and the sums of all."""

    last: Observation | None = None
    before: Ahead | None = None
    count: int = 0
    rows: int = 0
    amount: int = 0
    sent: int = 0
    taint: Taint = CLEAN

    def after(self, seen: Observation) -> Ahead:
        """Returns the same with one more action."""
        return Ahead(
            last=seen,
            before=self,
            count=self.count + 1,
            rows=self.rows + seen.rows,
            amount=self.amount + max(0, seen.amount),
            sent=self.sent + seen.sent,
            taint=self.taint.plus(seen.reads, untrusted=seen.untrusted, threatened=False),
        )

    def observations(self) -> Iterator[Observation]:
        """Yields the actions, newest first."""
        ahead: Ahead | None = self
        while ahead is not None and ahead.last is not None:
            yield ahead.last
            ahead = ahead.before


NOTHING_AHEAD = Ahead()


@frozen
class BehaviourView:
    """What the state showed for one action. `session`, `agent` and `principal` as they stood before the batch, each with
    what came before in the batch; raw baselines and raw standing of the agent (`pdp.behaviour.baseline`), None when there is
    none; whether an outcome was reported of an action that the agent was not permitted; short names of agents of the batch that
    came before for the same principal or workspace; agents of the workspace with the time of their last action."""

    id: str
    now_ms: int
    session: Lazy
    agent: Lazy
    principal: Lazy | None
    ahead_session: Ahead
    ahead_agent: Ahead
    ahead_principal: Ahead
    baseline_agent: bytes | None
    baseline_tool: bytes | None
    baseline_role: bytes | None
    standing: bytes | None
    suspect: bool
    ahead_peers: frozenset[str]
    workspace: bytes | None


class Keys:
    """Distinct keys of one call, by number from 1."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def at(self, kind: str, name: str) -> int:
        return self.names.setdefault(kind + name, len(self.names) + 1) if name else 0

    def of(self, seen: Observation) -> tuple[int, int, int, int]:
        """Numbers of session, agent, principal and workspace; 0 for none."""
        at = self.at
        return at("S", seen.session), at("A", seen.agent), at("P", seen.principal), at("W", seen.workspace)


class Reading:
    """Hands out views of one answer. Shows each action what stood before the batch and what came before it in it."""

    def __init__(self, reply: Any, cache: BaselineCache) -> None:
        self._now_ms, self._read, self._values, rings, lost, appended = reply
        self._rings = dict(zip(rings[::2], rings[1::2], strict=True))
        self._lost = dict(zip(lost[::2], lost[1::2], strict=True))
        self._appended = iter(appended.decode("ascii"))
        self._cache = cache
        self._keys = Keys()  # counts as the look did
        self._lazies: dict[int, Lazy] = {}
        self._ahead: dict[int, Ahead] = {}
        self._peers: dict[int, frozenset[str]] = {}

    def views(self, asks: Sequence[StateAsk]) -> list[BehaviourView | None]:
        owns = [companion_ask(ask.companions, BehaviourAsk) for ask in asks]
        organisation = asks[0].organisation if asks else ""
        numbers = [None if own is None else self._keys.of(own.observation) for own in owns]
        self._take_baselines(organisation, [own.observation for own in owns if own is not None])
        return [
            None if own is None or places is None else self._view(organisation, own, places)
            for own, places in zip(owns, numbers, strict=True)
        ]

    def _take_baselines(self, organisation: str, observations: Sequence[Observation]) -> None:
        """Puts what was read in the cache; the others are there."""
        names = dict.fromkeys(
            [name for seen in observations for name in (seen.agent, seen.agent_tool, seen.role) if name]
        )
        fetched, now_s = iter(self._values[len(self._keys.names) :]), self._cache.now_s()
        read = {name: next(fetched) for name, was_read in zip(names, self._read, strict=True) if was_read}
        agents = dict.fromkeys([seen.agent for seen in observations])
        beside = {name: (next(fetched), next(fetched)) for name in agents if name in read}
        for name, raw in read.items():
            self._cache.put((organisation, name), raw, now_s, beside.get(name, ()))

    def _view(self, organisation: str, own: BehaviourAsk, places: tuple[int, int, int, int]) -> BehaviourView:
        seen, settings = own.observation, own.settings
        session, agent, principal, workspace = places
        ahead, values, peers, baseline = self._ahead, self._values, self._peers, self._cache.get
        of_agent, beside = self._cache.get_all((organisation, seen.agent))
        view = BehaviourView(
            id=own.id,
            now_ms=self._now_ms,
            session=self._lazy(session, 0, settings),
            agent=self._lazy(agent, settings.taint_ttl_s, settings),
            principal=self._lazy(principal, settings.taint_ttl_s, settings) if principal else None,
            ahead_session=ahead.get(session, NOTHING_AHEAD),
            ahead_agent=ahead.get(agent, NOTHING_AHEAD),
            ahead_principal=ahead.get(principal, NOTHING_AHEAD),
            baseline_agent=of_agent,
            baseline_tool=baseline((organisation, seen.agent_tool)),
            baseline_role=baseline((organisation, seen.role)) if seen.role else None,
            standing=beside[0] if beside else None,
            suspect=bool(beside) and beside[1] is not None,
            ahead_peers=peers.get(principal, _NOBODY) | peers.get(workspace, _NOBODY),
            workspace=values[workspace - 1] if workspace else None,
        )
        if next(self._appended) == "1":
            self._append(seen, places)
        return view

    def _append(self, seen: Observation, places: tuple[int, int, int, int]) -> None:
        """Has those that come after it in the batch see an action."""
        ahead, peers = self._ahead, self._peers
        grown: dict[int, Ahead] = {}  # tracks that have come the same way go on together
        for number in places[:3]:
            if number:
                before = ahead.get(number, NOTHING_AHEAD)
                after = grown.get(id(before))
                if after is None:
                    after = grown[id(before)] = before.after(seen)
                ahead[number] = after
        for number in places[2:]:
            if number:
                there = peers.get(number, _NOBODY)
                if seen.agent[:12] not in there:
                    peers[number] = there | {seen.agent[:12]}

    def _lazy(self, number: int, keep_s: int, settings: BehaviourSettings) -> Lazy:
        lazy = self._lazies.get(number)
        if lazy is None:
            raw, ring, lost_until_ms = self._values[number - 1], self._rings.get(number), self._lost.get(number, 0)
            lazy = self._lazies[number] = Lazy(
                raw,
                ring,
                lost_until_ms,
                self._now_ms,
                keep_s * 1000,
                settings.burst_window_s,
                settings.session_ttl_s,
            )
        return lazy
