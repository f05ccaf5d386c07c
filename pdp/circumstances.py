"""What surrounds an action: what its companions in the state know of it, as facts for rules and as risk signals.

The seam between the pipeline and everything that is remembered beyond counters and facts. Adds to the state's one trip a
batch; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pdp.authenticate import Speaker
from pdp.behaviour.companion import Behaviour
from pdp.behaviour.observe import observe
from pdp.behaviour.sessions import misreported, policy_baseline, policy_session
from pdp.behaviour.view import BehaviourAsk, BehaviourView
from pdp.catalog_model import WORST_RESULT, ContentTrust, Entry, ResultSpec
from pdp.catalog_sinks import paid_sum, scalars, sink_values
from pdp.companions import Companion, companion_ask
from pdp.deferral import NOTHING, DeferralView
from pdp.deferral_state import FORGET_MS, DeferralAsk, DeferralFinal, Deferrals
from pdp.inspection.model import UNCLASSIFIED, Kind, ScanResult
from pdp.item import Item
from pdp.lane import Lane
from pdp.listening import Listening
from pdp.model import Ask, CallerIdentity, CanonicalCall
from pdp.provenance.ask import MAX_NAMING, ProvenanceAsk, ProvenanceView, Speech, policy_provenance, provenance_ask
from pdp.provenance.speech import Request, Requests
from pdp.provenance.store import Provenance
from pdp.session_key import session_name, state_name
from pdp.signals import threat_of_misreport
from pdp.signals_behaviour import behaviour_signals
from pdp.state.wire import claim_id
from pdp.wording.intent import action_kind, chosen_name
from pdp.wording.opposites import turns_round
from writ.strict_json import parse_arguments
from writ.v1 import decision_pb2

HELD = frozenset({"REQUIRE_APPROVAL", "DEFER"})
"""Effects of actions that were neither allowed nor refused."""

MAX_LOOKED_AT = 4_096
"""Values among which the first texts of a call are looked for: a millisecond."""

TRANSFORMED = "TRANSFORM"
"""The effect of actions that are allowed in another form than the one they were proposed in."""


class Circumstances:
    """Companions of the state, and what the pipeline makes of them. `key` (32 bytes) names agents and sessions in the state;
    equal on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._requests = Requests(key)
        self._listening = Listening(self._requests)
        self._behaviour = Behaviour(key)
        self._provenance = Provenance()
        self._deferrals = Deferrals()

    def companions(self) -> tuple[Companion, ...]:
        """What the state has to carry, in the order of `StateView.companions`."""
        return (self._behaviour, self._provenance, self._deferrals)

    def asks(
        self,
        ask: Ask,
        request: decision_pb2.DecideRequest,
        caller: CallerIdentity,
        speaker: Speaker,
        call: CanonicalCall,
        payload: ScanResult,
        lane: Lane,
        entry: Entry | None,
        now_ms: int,
    ) -> tuple[object, ...]:
        """Returns what the companions ask for one action; `entry` is what the catalog says of its tool."""
        asks: list[object] = []
        if lane.behaviour is not None:
            observation = observe(
                request,
                caller,
                speaker,
                call.action,
                entry.result if entry is not None else WORST_RESULT,
                lane.behaviour,
                payload=data_classes(payload),
                threatened=any(finding.kind is Kind.THREAT for finding in payload.findings),
                key=self._key,
                now_ms=now_ms,
            )
            asks.append(self._behaviour.ask(caller.id, request.request_id, observation, lane.behaviour))
            provenance = self._provenance_ask(request, caller, speaker, call, entry)
            if provenance is not None:
                asks.append(provenance)
        deferral = self._deferrals.ask(
            caller.organisation, caller.id, request.request_id, request.depends_on, waits=ask.waits_until_s > 0
        )
        if deferral is not None:
            asks.append(deferral)
        return tuple(asks)

    def owner(self, request: decision_pb2.DecideRequest, caller: CallerIdentity) -> str:
        """Names for whom a caller asks: 24 hex digits."""
        return session_name(self._key, caller.id, request.agent.id, request.principal.id, request.session_id)

    def _provenance_ask(
        self,
        request: decision_pb2.DecideRequest,
        caller: CallerIdentity,
        speaker: Speaker,
        call: CanonicalCall,
        entry: Entry | None,
    ) -> ProvenanceAsk | None:
        if entry is None:
            return None
        operations = call.action.operations
        arguments = call.arguments
        if arguments is None:
            arguments = parse_arguments(request.args_json, len(request.args_json))
        kind = action_kind(
            chosen_name(request.tool.name, entry.chosen(arguments)),
            [one.verb for one in operations],
            [one.resource_type for one in operations],
        )
        untrusted = entry.result.content is ContentTrust.UNTRUSTED
        if not entry.sinks and not request.user_request and not kind.reads and not untrusted:
            return None
        return provenance_ask(
            self._key,
            self._requests,
            session=session_name(self._key, caller.id, request.agent.id, request.principal.id, request.session_id),
            agent=state_name(self._key, "agent", request.agent.id),
            claim=claim_id(caller.id, request.request_id),
            tool=(request.tool.server, request.tool.name),
            speech=Speech(text=request.user_request, by_gateway=speaker.kind == "gateway"),
            kind=kind,
            sinks=sink_values(entry, arguments),
            naming=_texts(arguments),
            result=entry.result,
            dry_run=request.dry_run,
            others=() if kind.reads else scalars(arguments),
            paid=paid_sum(entry, arguments),
            turned=turns_round(kind.sides, arguments),
        )

    def is_long(self, request: decision_pb2.DecideRequest, speaker: Speaker) -> bool:
        """Tells whether the user's request of an action takes long to read; then `read` it first."""
        return speaker.kind == "gateway" and self._requests.is_long(request.user_request)

    async def read(self, request: decision_pb2.DecideRequest, caller: CallerIdentity) -> Request:
        """Reads a long request of a user, while others have their turn. Raises Overloaded."""
        return await self._listening.read(request.user_request, (caller.organisation, caller.id))

    def know(self, request: decision_pb2.DecideRequest, said: Request) -> None:
        """Keeps what was read for `asks`, should it have been forgotten meanwhile."""
        self._requests.keep(request.user_request, said)

    def perceive(self, item: Item) -> None:
        """Fills in the facts and signals that rest on the state, before an item is judged."""
        provenance = companion_ask(item.state_ask.companions, ProvenanceAsk)
        if provenance is not None:
            known = companion_ask(item.view.companions, ProvenanceView)
            item.circumstances = {**item.circumstances, "provenance": policy_provenance(provenance, known)}
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
        if misreported(view):
            item.signals["threat_signals"] = threat_of_misreport(item.signals["threat_signals"])

    def deferral(self, item: Item) -> DeferralView:
        """Returns how a request and those that it builds on stand."""
        view = companion_ask(item.view.companions, DeferralView) or NOTHING
        if view.since_ms or not item.ask.deferral:
            return view
        return replace(
            view, since_ms=item.ask.deferral.since_ms
        )  # deferred in this call, and not told to the state yet

    def finals(self, item: Item) -> tuple[object, ...]:
        """Returns what the companions have to learn of a judged action beyond how it ended."""
        finals: list[object] = []
        behaviour = companion_ask(item.state_ask.companions, BehaviourAsk)
        if behaviour is not None:
            # What failed before it was judged was refused by nobody: an outage must not make suspects of those who asked.
            if item.verdict.effect in HELD or item.verdict.failed:
                finals.append(replace(behaviour, held=True))
            elif (
                item.verdict.effect == TRANSFORMED
            ):  # the amount and the receiver that it asked for are not what it got
                finals.append(replace(behaviour, transformed=True))
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
    entry = catalog_entry(lane, tool)
    return entry.result if entry is not None else WORST_RESULT


def catalog_entry(lane: Lane, tool: decision_pb2.Tool) -> Entry | None:
    """Returns what the catalog says of a tool, if anything."""
    server = lane.canonicalizer.catalog.servers.get(tool.server)
    return server.entry(tool.name) if server is not None else None


def _texts(arguments: Mapping[str, Any]) -> list[str]:
    """Returns the texts among the arguments, in order; values in lists and objects as well."""
    found: list[str] = []
    waiting: list[Any] = [arguments]
    left = MAX_LOOKED_AT
    while waiting and len(found) < MAX_NAMING and left:
        left -= 1
        value = waiting.pop()
        if type(value) is str:
            found.append(value)
        elif type(value) is dict:
            waiting.extend(reversed(value.values()))
        elif type(value) is list:
            waiting.extend(reversed(value))
    return found


def data_classes(payload: ScanResult) -> list[str]:
    """Returns the data classes that inspection found, with `unclassified` when it was cut short."""
    classes = {finding.data_class for finding in payload.findings if finding.kind is Kind.DATA}
    return sorted(classes | {UNCLASSIFIED} if payload.truncated else classes)
