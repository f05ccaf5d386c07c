"""The companion of the state that remembers behaviour: sessions, totals, baselines. See docs/behaviour.md and ADR 0009.

One script call a batch and organisation to look, one to settle. Looking appends the action to its session, agent and
principal as `pending`, so that two actions in one batch or on two replicas see each other; a process that dies leaves
them pending, which counts as allowed until they are forgotten. Reading is lazy: bytes are decoded when a fact is made.
Baselines change slowly: they are read once a second, and what is learned is gathered as long (`pdp.behaviour_learning`).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pdp.behaviour_learning import HOLD_S, BaselineCache, Learning
from pdp.behaviour_observe import Observation, join_classes
from pdp.behaviour_settings import BehaviourSettings
from pdp.behaviour_tracks import CLEAN, Taint, Track, parse_track, slot_ms
from pdp.model import Final, Settlement, StateAsk
from pdp.provenance.model import ProvenanceAsk
from pdp.sequences import Scope
from pdp.state import companion_ask
from pdp.state_client import Call, load_script
from pdp.state_wire import claim_id, organisation_key
from writ.errors import StateFailed
from writ.frozen import frozen

_LOOK = load_script("behaviour_look", library=("behaviour",))
_SETTLE = load_script("behaviour_settle", library=("behaviour",), allow_oom=True)
_OUTCOME = load_script("behaviour_outcome", library=("behaviour",), allow_oom=True)

_LOOK_HEAD = struct.Struct("<HHHddddB")
_LOOK_ITEM = struct.Struct("<HHHHHddd16s12s12s8sBH")
_SETTLE_HEAD = struct.Struct("<Hddd")
_SETTLE_ITEM = struct.Struct("<HHHddd16sc8s")
_OUTCOME_HEAD = struct.Struct("<ddddBB")
_FINALS = {Final.ALLOWED: b"a", Final.DENIED: b"d", Final.WITHDRAWN: b"w"}


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


@frozen
class Owner:
    """Names of the tracks that hold an action, as in its observation; `principal` "" for none."""

    session: str
    agent: str
    principal: str


@frozen
class ReportedResult:
    """What inspection found in a reported result. `rows` is None when nobody counted. `trusted`: reported by a gateway,
    whose word replaces the worst that the catalog says about classes and rows; an agent's only adds. `misreported`: of an
    action that was not permitted, or not as it was done."""

    classes: frozenset[str]
    untrusted: bool
    threatened: bool
    rows: int | None
    trusted: bool
    misreported: bool = False


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
    what came before in the batch; raw baselines and raw standing of the agent (`pdp.baseline`), None when there is none; whether
    an outcome was reported of an action that the agent was not permitted; short names of agents of the batch that came before
    for the same principal or workspace; agents of the workspace with the time of their last action."""

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


class _Keys:
    """Distinct keys of one call, by number from 1."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def at(self, kind: str, name: str) -> int:
        return self.names.setdefault(kind + name, len(self.names) + 1) if name else 0

    def of(self, seen: Observation) -> tuple[int, int, int, int]:
        """Numbers of session, agent, principal and workspace; 0 for none."""
        at = self.at
        return at("S", seen.session), at("A", seen.agent), at("P", seen.principal), at("W", seen.workspace)


class Behaviour:
    """See `pdp.state.Companion` and `pdp.state.Learner`. `key`: the secret of `pdp.session_key`, the same on every replica.
    `hold_s`: how long baselines may be held here before they are read again, or learned; `clock` is monotonic."""

    def __init__(self, key: bytes, *, hold_s: float = HOLD_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._learning = Learning(hold_s, clock)
        self._baselines = BaselineCache(hold_s, clock)

    def ask(
        self, caller_id: str, request_id: str, observation: Observation, settings: BehaviourSettings
    ) -> BehaviourAsk:
        """Returns what goes into `StateAsk.companions`."""
        return BehaviourAsk(id=self._id(caller_id, request_id), observation=observation, settings=settings)

    def _id(self, caller_id: str, request_id: str) -> str:
        return blake2b(claim_id(caller_id, request_id).encode(), key=self._key, digest_size=8).hexdigest()

    def look(self, organisation: str, asks: Sequence[StateAsk]) -> Call | None:
        keys, settings = _Keys(), None
        items: list[bytes] = []
        claims: list[str] = []
        wanted: dict[str, bool] = {}
        beside: list[str] = []
        cache, now_s = self._baselines, self._baselines.now_s()
        for ask in asks:
            own = companion_ask(ask.companions, BehaviourAsk)
            if own is None:
                continue
            seen, settings = own.observation, own.settings
            if seen.agent not in wanted:
                wanted[seen.agent] = cache.fresh_until((organisation, seen.agent)) <= now_s
                if wanted[seen.agent]:
                    beside += ("K" + seen.agent, "X" + seen.agent)
            if seen.agent_tool not in wanted:
                until_s = cache.fresh_until((organisation, seen.agent_tool))
                wanted[seen.agent_tool] = (
                    # Never older than the agent's: beside an agent that knows the tool, nothing known of how it used it would
                    # read as a definition that it was not shown before.
                    wanted[seen.agent] or until_s <= now_s or until_s < cache.fresh_until((organisation, seen.agent))
                )
            if seen.role and seen.role not in wanted:
                wanted[seen.role] = cache.fresh_until((organisation, seen.role)) <= now_s
            if not ask.dry_run:
                claims.append("q:" + claim_id(ask.caller_id, ask.request_id))
            head = _LOOK_ITEM.pack(
                *keys.of(seen),
                0 if ask.dry_run else len(claims),
                seen.rows,
                max(0, seen.amount),
                seen.sent,
                own.id.encode(),
                seen.agent[:12].encode(),
                seen.session[:12].encode(),
                seen.similarity.to_bytes(8, "big"),
                2 * seen.untrusted + 8 * (companion_ask(ask.companions, ProvenanceAsk) is not None),
                len(seen.body) - seen.body.rindex("|") - 1,
            )
            items.append(head + seen.body.encode())
        if settings is None:
            return None
        bases = ["B" + name for name, is_wanted in wanted.items() if is_wanted] + beside
        head = _LOOK_HEAD.pack(
            len(keys.names),
            len(bases),
            len(claims),
            settings.session_ttl_s * 1000,
            settings.taint_ttl_s * 1000,
            slot_ms(settings.burst_window_s),
            settings.peers_window_s * 1000,
            _wanted(settings),
        )
        read = bytes(wanted.values())  # which of the baselines were asked for; comes back with the answer
        args: tuple[str | bytes, ...] = (head, read, *keys.names, *bases, *claims, *items)
        return Call(script=_LOOK, key=organisation_key(organisation), args=args)

    def read(self, asks: Sequence[StateAsk], reply: Any) -> Sequence[object]:
        try:
            return _Reading(reply, self._baselines).views(asks)
        except (TypeError, ValueError, IndexError, KeyError, StopIteration, AttributeError) as error:
            raise StateFailed(
                "STATE_MALFORMED", "the answer of behaviour_look.lua is not of the expected form"
            ) from error

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        keys, items, settings = _Keys(), [], None
        for settlement in settlements:
            own = _settled(settlement)
            if own is not None:
                settings = own.settings
                items.append(_settle_item(keys, own, settlement.final))
        if settings is None:
            return None
        head = _SETTLE_HEAD.pack(
            len(keys.names),
            settings.session_ttl_s * 1000,
            settings.taint_ttl_s * 1000,
            slot_ms(settings.burst_window_s),
        )
        return Call(script=_SETTLE, key=organisation_key(organisation), args=(head, *keys.names, *items))

    def settled(self, organisation: str, settlements: Sequence[Settlement], reply: Any) -> None:
        """Takes in what `settle` has changed: each action that was pending and is allowed now teaches once."""
        owns = [(own, settlement) for settlement in settlements if (own := _settled(settlement)) is not None]
        if not isinstance(reply, bytes) or len(reply) != 4 * len(owns):
            raise StateFailed("STATE_MALFORMED", "the answer of behaviour_settle.lua is not of the expected form")
        text = reply.decode("ascii", "replace")
        for at, (own, settlement) in enumerate(owns):
            before = text[4 * at : 4 * at + 4]
            if before != _NOTHING and settlement.final is Final.ALLOWED and not own.transformed:
                self._learning.add(organisation, own.observation, before, own.settings)

    def learn(self, *, everything: bool = False) -> list[Call]:
        return self._learning.take(everything=everything)

    def learns_in_s(self) -> float | None:
        return self._learning.due_in_s()

    def outcome(
        self,
        organisation: str,
        caller_id: str,
        request_id: str,
        owner: Owner,
        result: ReportedResult,
        settings: BehaviourSettings,
    ) -> Call:
        """Returns the call that records what a result held. It answers with the number of tracks that still list the
        action; those that do not take the taint itself. Classes are at most a few hundred bytes."""
        classes = join_classes(result.classes)
        head = _OUTCOME_HEAD.pack(
            settings.session_ttl_s * 1000,
            settings.taint_ttl_s * 1000,
            slot_ms(settings.burst_window_s),
            -1 if result.rows is None else result.rows,
            2 * result.untrusted + 4 * result.threatened + 16 * result.misreported,
            1 if result.trusted else 0,
        )
        names = [f"S{owner.session}", f"A{owner.agent}"] + ([f"P{owner.principal}"] if owner.principal else [])
        return Call(
            script=_OUTCOME,
            key=organisation_key(organisation),
            args=(head, self._id(caller_id, request_id), classes, *names),
        )


def _wanted(settings: BehaviourSettings) -> int:
    """Whose entries have to be shown beside those of sessions: 1 agents, 2 principals."""
    scopes = {sequence.scope for sequence in settings.sequences}
    # An action without a principal is matched against its agent's entries in place of them.
    return (1 if scopes - {Scope.SESSION} else 0) + (2 if Scope.PRINCIPAL in scopes else 0)


def _settled(settlement: Settlement) -> BehaviourAsk | None:
    return companion_ask(settlement.companions, BehaviourAsk) or companion_ask(settlement.ask.companions, BehaviourAsk)


_NOTHING = "    "


def _settle_item(keys: _Keys, own: BehaviourAsk, final: Final) -> bytes:
    seen = own.observation
    allowed = final is Final.ALLOWED
    return _SETTLE_ITEM.pack(
        keys.at("S", seen.session),
        0 if allowed else keys.at("A", seen.agent),
        0 if allowed else keys.at("P", seen.principal),
        seen.rows,
        max(0, seen.amount),
        seen.sent,
        own.id.encode(),
        b"h" if own.held and final is Final.DENIED else _FINALS[final],
        seen.similarity.to_bytes(8, "big"),
    )


class _Reading:
    """Hands out views of one answer. Shows each action what stood before the batch and what came before it in it."""

    def __init__(self, reply: Any, cache: BaselineCache) -> None:
        self._now_ms, self._read, self._values, rings, lost, appended = reply
        self._rings = dict(zip(rings[::2], rings[1::2], strict=True))
        self._lost = dict(zip(lost[::2], lost[1::2], strict=True))
        self._appended = iter(appended.decode("ascii"))
        self._cache = cache
        self._keys = _Keys()  # counts as the look did
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


_NOBODY: frozenset[str] = frozenset()
