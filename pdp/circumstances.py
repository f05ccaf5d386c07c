"""What surrounds an action: what its companions in the state know of it, as facts for rules and as risk signals.

The seam between the pipeline and everything that is remembered beyond counters and facts. Adds to the state's one trip a
batch; decides nothing.
"""

from __future__ import annotations

from dataclasses import replace

from pdp.deferral import NOTHING, DeferralView
from pdp.deferral_state import FORGET_MS, DeferralAsk, DeferralFinal, Deferrals
from pdp.item import Item
from pdp.model import Ask, CallerIdentity
from pdp.state import Companion, companion_ask
from pdp.state_wire import claim_id
from writ.v1 import decision_pb2


class Circumstances:
    """Companions of the state, and what the pipeline makes of them."""

    def __init__(self) -> None:
        self._deferrals = Deferrals()

    def companions(self) -> tuple[Companion, ...]:
        """What the state has to carry, in the order of `StateView.companions`."""
        return (self._deferrals,)

    def asks(self, ask: Ask, request: decision_pb2.DecideRequest, caller: CallerIdentity) -> tuple[object, ...]:
        """Returns what the companions ask for one action."""
        deferral = self._deferrals.ask(
            caller.organisation,
            caller.id,
            request.request_id,
            request.depends_on,
            waits=ask.waits_until_s > 0,
        )
        return () if deferral is None else (deferral,)

    def deferral(self, item: Item) -> DeferralView:
        """Returns how a request and those that it builds on stand."""
        view = companion_ask(item.view.companions, DeferralView) or NOTHING
        if view.since_ms or not item.ask.deferred_since_ms:
            return view
        return replace(
            view, since_ms=item.ask.deferred_since_ms
        )  # deferred in this call, and not told to the state yet

    def finals(self, item: Item) -> tuple[object, ...]:
        """Returns what the companions have to learn of a judged action."""
        ask = companion_ask(item.state_ask.companions, DeferralAsk)
        deferral = item.verdict.deferral
        if deferral is None and ask is None:
            return ()
        organisation, state_ask = item.caller.organisation, item.state_ask
        claim = ask.claim if ask is not None else claim_id(state_ask.caller_id, state_ask.request_id)
        if deferral is None:
            return (self._deferrals.final(organisation, DeferralFinal(claim=claim)),)
        ttl_ms = deferral.deadline_ms - item.view.now_ms + FORGET_MS
        final = DeferralFinal(claim=claim, since_ms=deferral.since_ms, depth=deferral.depth, ttl_ms=ttl_ms)
        return (self._deferrals.final(organisation, final),)
