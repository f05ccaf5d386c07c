"""Stages 5 to 7 of a batch: signals that rest on the state, one trip to the policy engine, obligations.

Items of an agent whose item broke an evaluation are judged apart from the others for a while.
"""

from __future__ import annotations

import asyncio
import logging

from pdp.circumstances import Circumstances
from pdp.deferral import defer
from pdp.item import Item
from pdp.lanes import Lanes
from pdp.model import Outcome
from pdp.oblige import oblige
from pdp.policy_input import policy_input
from pdp.ports import Judge
from pdp.prepare import transformed_amounts
from pdp.telemetry import Telemetry
from pdp.transform.apply import Transformer
from pdp.verdict import denied
from writ.errors import EvaluationFailed

log = logging.getLogger("writ.judgement")

QUARANTINE_S = 60.0
"""How long an agent whose item broke an evaluation is judged apart from the others (design, section 2)."""


class Judgement:
    """Judges items of one lane. `deadline_s`: longest that the policy engine may take."""

    def __init__(
        self,
        *,
        judge: Judge,
        lanes: Lanes,
        circumstances: Circumstances,
        transformer: Transformer,
        telemetry: Telemetry,
        deadline_s: float,
    ) -> None:
        self._judge = judge
        self._lanes = lanes
        self._circumstances = circumstances
        self._transformer = transformer
        self._telemetry = telemetry
        self._deadline_s = deadline_s
        self._quarantine: dict[tuple[str, str], float] = {}

    async def judge(self, items: list[Item]) -> None:
        """Gives every item its verdict. Never raises for a policy engine that fails."""
        if not self._quarantine:
            await self._judged(items)
            return
        now_s = asyncio.get_running_loop().time()
        apart: list[Item] = []
        together: list[Item] = []
        for item in items:
            until_s = self._quarantine.get((item.caller.organisation, item.request.agent.id), 0.0)
            (apart if now_s < until_s else together).append(item)
        await asyncio.gather(self._judged(together), self._judged(apart))

    async def _judged(self, items: list[Item]) -> None:
        if not items:
            return
        lane = items[0].lane
        items = [item for item in items if self._is_perceived(item)]
        if not items:
            return
        for index, item in enumerate(items):
            item.input_json = item_input(index, item)
        try:
            outcomes = await self._judge.judge(
                lane.revision,
                [item.input_json for item in items],
                [item.call.execution_digest for item in items],
                self._deadline_s,
            )
        except EvaluationFailed as error:
            self._telemetry.failure(error.reason)
            for item in items:
                item.verdict = denied(error.reason, "the policy engine gave no judgement", "try again later")
            return
        if outcomes is None:
            await self._lanes.refresh()
            for item in items:
                item.verdict = denied("BUNDLE_CHANGED", "the policy changed while the action was judged", "try again")
            return
        for item, outcome in zip(items, outcomes, strict=True):
            item.outcome = outcome
            if outcome is None:
                self._isolate(item)
                continue
            try:
                self._obliged(item, outcome)
            except Exception:  # a defect that one item meets: the others have their judgement
                log.exception("obliging failed")
                self._isolate(item)

    def _is_perceived(self, item: Item) -> bool:
        """A defect that one item meets must not reach the others of its batch."""
        try:
            self._circumstances.perceive(item)
        except Exception:  # whatever it is, the item is denied and the cause is in the log
            log.exception("perceiving failed")
            self._isolate(item)
            return False
        return True

    def _obliged(self, item: Item, outcome: Outcome) -> None:
        lane, organisation = item.lane, item.caller.organisation
        verdict = oblige(outcome, item.request, item.call, lane, self._transformer, organisation)
        if verdict.effect == "DEFER" or item.request.depends_on:
            verdict = defer(verdict, self._circumstances.deferral(item), lane.deferral, item.view.now_ms)
            item.ask.deferral = verdict.deferral
        if verdict.transformed is not None:
            item.amounts = transformed_amounts(item, verdict.transformed, len(verdict.transformed_args))
        item.verdict = verdict

    def _isolate(self, item: Item) -> None:
        now_s = asyncio.get_running_loop().time()
        self._quarantine = {key: until_s for key, until_s in self._quarantine.items() if until_s > now_s}
        self._quarantine[(item.caller.organisation, item.request.agent.id)] = now_s + QUARANTINE_S
        self._telemetry.failure("EVALUATION_FAILED")
        item.verdict = denied("EVALUATION_FAILED", "the policy engine could not judge this action")


def item_input(index: int, item: Item) -> bytes:
    """Returns what OPA judges of an item at a place of its batch (`pdp.policy_input`)."""
    return policy_input(
        index=index,
        request=item.request,
        caller=item.caller,
        speaker=item.speaker,
        call=item.call,
        view=item.view,
        signals=item.signals,
        circumstances=item.circumstances,
    )
