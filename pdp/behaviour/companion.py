"""The companion of the state that remembers behaviour: sessions, totals, baselines. See docs/behaviour.md and ADR 0009.

One script call a batch and organisation to look, one to settle. Looking appends the action to its session, agent and
principal as `pending`, so that two actions in one batch or on two replicas see each other; a process that dies leaves
them pending, which counts as allowed until they are forgotten. Reading is lazy: bytes are decoded when a fact is made.
Baselines change slowly: they are read once a second, and what is learned is gathered as long (`pdp.behaviour.learning`).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from pdp.behaviour.learning import HOLD_S, BaselineCache, Learning
from pdp.behaviour.observe import Observation, join_classes
from pdp.behaviour.sequences import Scope
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.tracks import slot_ms
from pdp.behaviour.view import BehaviourAsk, Keys, Reading
from pdp.companions import companion_ask
from pdp.model import Final, Settlement, StateAsk
from pdp.provenance.model import ProvenanceAsk
from pdp.state.client import Call, load_script
from pdp.state.wire import claim_id, organisation_key
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


class Behaviour:
    """See `pdp.companions` (Companion, Learner). `key`: the secret of `pdp.session_key`, the same on every replica. `hold_s`: how
    long baselines may be held here before they are read again, or learned; `clock` is monotonic."""

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
        keys, settings = Keys(), None
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
            return Reading(reply, self._baselines).views(asks)
        except (TypeError, ValueError, IndexError, KeyError, StopIteration, AttributeError) as error:
            raise StateFailed(
                "STATE_MALFORMED", "the answer of behaviour_look.lua is not of the expected form"
            ) from error

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        keys, items, settings = Keys(), [], None
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


def _settle_item(keys: Keys, own: BehaviourAsk, final: Final) -> bytes:
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
