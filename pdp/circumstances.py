"""What surrounds an action: what its companions in the state know of it, as facts for rules and as risk signals.

The seam between the pipeline and everything that is remembered beyond counters and facts. Adds to the state's one trip a
batch; decides nothing.
"""

from __future__ import annotations

from dataclasses import replace

from pdp.authenticate import Speaker
from pdp.behaviour import Behaviour, BehaviourAsk, BehaviourView
from pdp.behaviour_observe import observe
from pdp.catalog_model import WORST_RESULT, ResultSpec
from pdp.deferral import NOTHING, DeferralView
from pdp.deferral_state import FORGET_MS, DeferralAsk, DeferralFinal, Deferrals
from pdp.inspection.model import UNCLASSIFIED, Kind, ScanResult
from pdp.item import Item
from pdp.lane import Lane
from pdp.model import Ask, CallerIdentity, CanonicalCall
from pdp.sessions import policy_baseline, policy_session
from pdp.signals_behaviour import behaviour_signals
from pdp.state import Companion, companion_ask
from pdp.state_wire import claim_id
from writ.v1 import decision_pb2

HELD = frozenset({"REQUIRE_APPROVAL", "DEFER"})
"""Effects of actions that were neither allowed nor refused."""


class Circumstances:
    """Companions of the state, and what the pipeline makes of them. `key` (32 bytes) names agents and sessions in the state;
    equal on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._behaviour = Behaviour(key)
        self._deferrals = Deferrals()

    def companions(self) -> tuple[Companion, ...]:
        """What the state has to carry, in the order of `StateView.companions`."""
        return (self._behaviour, self._deferrals)

    def asks(
        self,
        ask: Ask,
        request: decision_pb2.DecideRequest,
        caller: CallerIdentity,
        speaker: Speaker,
        call: CanonicalCall,
        payload: ScanResult,
        lane: Lane,
        now_ms: int,
    ) -> tuple[object, ...]:
        """Returns what the companions ask for one action."""
        asks: list[object] = []
        if lane.behaviour is not None:
            observation = observe(
                request,
                caller,
                speaker,
                call.action,
                result_spec(lane, request.tool),
                lane.behaviour,
                payload=data_classes(payload),
                threatened=any(finding.kind is Kind.THREAT for finding in payload.findings),
                key=self._key,
                now_ms=now_ms,
            )
            asks.append(self._behaviour.ask(caller.id, request.request_id, observation, lane.behaviour))
        deferral = self._deferrals.ask(
            caller.organisation, caller.id, request.request_id, request.depends_on, waits=ask.waits_until_s > 0
        )
        if deferral is not None:
            asks.append(deferral)
        return tuple(asks)

    def perceive(self, item: Item) -> None:
        """Fills in the facts and signals that rest on the state, before an item is judged."""
        own = companion_ask(item.state_ask.companions, BehaviourAsk)
        if own is None:
            return
        view = companion_ask(item.view.companions, BehaviourView)
        baseline = policy_baseline(view, own.observation, own.settings)
        session = policy_session(view, own.observation, own.settings)
        item.circumstances = {**item.circumstances, "baseline": baseline, "session": session}
        item.signals = item.signals | behaviour_signals(
            baseline, session, external=own.observation.external, currency=own.settings.currency
        )

    def deferral(self, item: Item) -> DeferralView:
        """Returns how a request and those that it builds on stand."""
        view = companion_ask(item.view.companions, DeferralView) or NOTHING
        if view.since_ms or not item.ask.deferred_since_ms:
            return view
        return replace(
            view, since_ms=item.ask.deferred_since_ms
        )  # deferred in this call, and not told to the state yet

    def finals(self, item: Item) -> tuple[object, ...]:
        """Returns what the companions have to learn of a judged action beyond how it ended."""
        finals: list[object] = []
        behaviour = companion_ask(item.state_ask.companions, BehaviourAsk)
        if behaviour is not None and item.verdict.effect in HELD:
            finals.append(replace(behaviour, held=True))
        deferral = self._deferral_final(item)
        if deferral is not None:
            finals.append(deferral)
        return tuple(finals)

    def _deferral_final(self, item: Item) -> DeferralFinal | None:
        ask, deferral = companion_ask(item.state_ask.companions, DeferralAsk), item.verdict.deferral
        if deferral is None and ask is None:
            return None
        claim = ask.claim if ask is not None else claim_id(item.state_ask.caller_id, item.state_ask.request_id)
        final = DeferralFinal(claim=claim)
        if deferral is not None:
            ttl_ms = deferral.deadline_ms - item.view.now_ms + FORGET_MS
            final = DeferralFinal(claim=claim, since_ms=deferral.since_ms, depth=deferral.depth, ttl_ms=ttl_ms)
        return self._deferrals.final(item.caller.organisation, final)


def result_spec(lane: Lane, tool: decision_pb2.Tool) -> ResultSpec:
    """Returns what the catalog says of a tool's result; the worst case for a tool that it does not know."""
    server = lane.canonicalizer.catalog.servers.get(tool.server)
    entry = server.entry(tool.name) if server is not None else None
    return entry.result if entry is not None else WORST_RESULT


def data_classes(payload: ScanResult) -> list[str]:
    """Returns the data classes that inspection found, with `unclassified` when it was cut short."""
    classes = {finding.data_class for finding in payload.findings if finding.kind is Kind.DATA}
    return sorted(classes | {UNCLASSIFIED} if payload.truncated else classes)
