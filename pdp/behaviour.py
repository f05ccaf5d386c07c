"""The companion of the state that remembers behaviour: sessions, totals, baselines. See docs/behaviour.md and ADR 0009.

One script call a batch and organisation to look, one to settle. Looking appends the action to its session, agent and
principal as `pending`, so that two actions in one batch or on two replicas see each other; a process that dies leaves
them pending, which counts as allowed until they are forgotten. Reading is lazy: bytes are decoded when a fact is made.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pdp.baseline import baseline_ttl_ms
from pdp.behaviour_observe import Observation, join_classes
from pdp.behaviour_settings import BehaviourSettings
from pdp.behaviour_tracks import CLEAN, Taint, Track, parse_track, slot_ms
from pdp.model import Final, Settlement, StateAsk
from pdp.sequences import Scope
from pdp.state import companion_ask
from pdp.state_client import Call, load_script
from pdp.state_wire import claim_id, organisation_key
from writ.errors import StateFailed
from writ.frozen import frozen

_LOOK = load_script("behaviour_look", library=("behaviour",))
_SETTLE = load_script("behaviour_settle", library=("behaviour", "baseline"), allow_oom=True)
_OUTCOME = load_script("behaviour_outcome", library=("behaviour",), allow_oom=True)

_LOOK_HEAD = struct.Struct("<HddddB")
_LOOK_ITEM = struct.Struct("<HHHHHHddd16s12s12sBH")
_SETTLE_HEAD = struct.Struct("<Hdddddddd")
_SETTLE_ITEM = struct.Struct("<HHHHHHddd16scdddH8s8s8s8s4s")
_OUTCOME_HEAD = struct.Struct("<ddddBB")
_FINALS = {Final.ALLOWED: b"a", Final.DENIED: b"d", Final.WITHDRAWN: b"w"}


@frozen
class BehaviourAsk:
    """What one action asks: `id` names its claim in 16 hex digits. `held` is set in a settlement whose action was neither
    allowed nor refused, but waits for an approval or for facts: it moves nothing and is no denial. `transformed` is set in one
    whose action was allowed in another form than the observation's, which then teaches nothing."""

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
    whose word replaces the worst that the catalog says about classes and rows; an agent's only adds."""

    classes: frozenset[str]
    untrusted: bool
    threatened: bool
    rows: int | None
    trusted: bool


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
    what came before in the batch; raw baselines, None when there is none; short names of agents of the batch that came
    before for the same principal or workspace; agents of the workspace with the time of their last action."""

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
    ahead_peers: frozenset[str]
    workspace: bytes | None


class _Keys:
    """Distinct keys of one call, by number from 1."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def at(self, kind: str, name: str) -> int:
        return self.names.setdefault(kind + name, len(self.names) + 1) if name else 0

    def of(self, ask: StateAsk, own: BehaviourAsk) -> tuple[int, ...]:
        """Numbers of what a look needs: session, agent, principal, workspace, claim, baselines of agent, agent and tool,
        role; 0 for none."""
        at, seen = self.at, own.observation
        return (
            at("S", seen.session),
            at("A", seen.agent),
            at("P", seen.principal),
            at("W", seen.workspace),
            0 if ask.dry_run else at("q:", claim_id(ask.caller_id, ask.request_id)),
            at("B", seen.agent),
            at("B", seen.agent_tool),
            at("B", seen.role),
        )


class Behaviour:
    """See `pdp.state.Companion`. `key`: the secret of `pdp.session_key`, the same on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ask(
        self, caller_id: str, request_id: str, observation: Observation, settings: BehaviourSettings
    ) -> BehaviourAsk:
        """Returns what goes into `StateAsk.companions`."""
        return BehaviourAsk(id=self._id(caller_id, request_id), observation=observation, settings=settings)

    def _id(self, caller_id: str, request_id: str) -> str:
        return blake2b(claim_id(caller_id, request_id).encode(), key=self._key, digest_size=8).hexdigest()

    def look(self, organisation: str, asks: Sequence[StateAsk]) -> Call | None:
        keys, items, settings = _Keys(), [], None
        for ask in asks:
            own = companion_ask(ask.companions, BehaviourAsk)
            if own is None:
                continue
            seen, settings = own.observation, own.settings
            numbers = keys.of(ask, own)
            head = _LOOK_ITEM.pack(
                *numbers[:6],
                seen.rows,
                max(0, seen.amount),
                seen.sent,
                own.id.encode(),
                seen.agent[:12].encode(),
                seen.session[:12].encode(),
                2 * seen.untrusted,
                len(seen.body) - seen.body.rindex("|") - 1,
            )
            items.append(head + seen.body.encode())
        if settings is None:
            return None
        head = _LOOK_HEAD.pack(
            len(keys.names),
            settings.session_ttl_s * 1000,
            settings.taint_ttl_s * 1000,
            slot_ms(settings.burst_window_s),
            settings.peers_window_s * 1000,
            _wanted(settings),
        )
        return Call(script=_LOOK, key=organisation_key(organisation), args=(head, *keys.names, *items))

    def read(self, asks: Sequence[StateAsk], reply: Any) -> Sequence[object]:
        try:
            return _Reading(reply).views(asks)
        except (TypeError, ValueError, IndexError, KeyError, StopIteration, AttributeError) as error:
            raise StateFailed(
                "STATE_MALFORMED", "the answer of behaviour_look.lua is not of the expected form"
            ) from error

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        keys, items, settings = _Keys(), [], None
        for settlement in settlements:
            own = companion_ask(settlement.companions, BehaviourAsk) or companion_ask(
                settlement.ask.companions, BehaviourAsk
            )
            if own is None:
                continue
            settings = own.settings
            items.append(_settle_item(keys, own, settlement.final))
        if settings is None:
            return None
        half_life_ms = settings.half_life_days * 86_400_000
        head = _SETTLE_HEAD.pack(
            len(keys.names),
            settings.session_ttl_s * 1000,
            settings.taint_ttl_s * 1000,
            slot_ms(settings.burst_window_s),
            half_life_ms,
            settings.min_observations,
            settings.outlier_deviations,
            settings.daily_drift_bp / 10_000,
            baseline_ttl_ms(settings),
        )
        return Call(script=_SETTLE, key=organisation_key(organisation), args=(head, *keys.names, *items))

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
            2 * result.untrusted + 4 * result.threatened,
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


def _settle_item(keys: _Keys, own: BehaviourAsk, final: Final) -> bytes:
    seen = own.observation
    learns = final is Final.ALLOWED and not own.transformed
    return (
        _SETTLE_ITEM.pack(
            keys.at("S", seen.session),
            keys.at("A", seen.agent),
            keys.at("P", seen.principal),
            keys.at("B", seen.agent) if learns else 0,
            keys.at("B", seen.agent_tool) if learns else 0,
            keys.at("B", seen.role) if learns else 0,
            seen.rows,
            max(0, seen.amount),
            seen.sent,
            own.id.encode(),
            b"h" if own.held and final is Final.DENIED else _FINALS[final],
            seen.amount,
            seen.rows,
            seen.bytes,
            seen.hour,
            seen.tool.encode(),
            seen.resource.encode(),
            seen.version.encode(),
            seen.definition.encode(),
            seen.kind.encode(),
        )
        + "".join(seen.destinations).encode()
    )


class _Reading:
    """Hands out views of one answer. Shows each action what stood before the batch and what came before it in it."""

    def __init__(self, reply: Any) -> None:
        self._now_ms, self._values, self._rings, self._lost, appended = reply
        self._appended = iter(appended.decode("ascii"))
        self._keys = _Keys()  # counts as the look did
        self._lazies: dict[int, Lazy] = {}
        self._ahead: dict[int, Ahead] = {}
        self._peers: dict[int, frozenset[str]] = {}

    def views(self, asks: Sequence[StateAsk]) -> list[BehaviourView | None]:
        owns = [companion_ask(ask.companions, BehaviourAsk) for ask in asks]
        return [None if own is None else self._view(ask, own) for ask, own in zip(asks, owns, strict=True)]

    def _view(self, ask: StateAsk, own: BehaviourAsk) -> BehaviourView:
        seen, settings = own.observation, own.settings
        session, agent, principal, workspace, _, of_agent, of_tool, of_role = self._keys.of(ask, own)
        ahead, values, peers = self._ahead, self._values, self._peers
        view = BehaviourView(
            id=own.id,
            now_ms=self._now_ms,
            session=self._lazy(session, 0, settings),
            agent=self._lazy(agent, settings.taint_ttl_s, settings),
            principal=self._lazy(principal, settings.taint_ttl_s, settings) if principal else None,
            ahead_session=ahead.get(session, NOTHING_AHEAD),
            ahead_agent=ahead.get(agent, NOTHING_AHEAD),
            ahead_principal=ahead.get(principal, NOTHING_AHEAD),
            baseline_agent=values[of_agent - 1],
            baseline_tool=values[of_tool - 1],
            baseline_role=values[of_role - 1] if of_role else None,
            ahead_peers=peers.get(principal, _NOBODY) | peers.get(workspace, _NOBODY),
            workspace=values[workspace - 1] if workspace else None,
        )
        if next(self._appended) == "1":
            grown: dict[int, Ahead] = {}  # tracks that have come the same way go on together
            for number in (session, agent, principal):
                if number:
                    before = ahead.get(number, NOTHING_AHEAD)
                    after = grown.get(id(before))
                    if after is None:
                        after = grown[id(before)] = before.after(seen)
                    ahead[number] = after
            for number in (principal, workspace):
                if number:
                    there = peers.get(number, _NOBODY)
                    if seen.agent[:12] not in there:
                        peers[number] = there | {seen.agent[:12]}
        return view

    def _lazy(self, number: int, keep_s: int, settings: BehaviourSettings) -> Lazy:
        lazy = self._lazies.get(number)
        if lazy is None:
            raw, ring, lost_until_ms = self._values[number - 1], self._rings[number - 1], self._lost[number - 1]
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
