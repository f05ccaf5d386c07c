"""Stage 4: what the state knows of the items of a batch, and which of them need a judgement at all.

One trip a batch. What was answered before gets that answer, what another decision point holds comes back later, what breaks the
call is answered alone; when the state fails everything is denied but what waits for facts, which goes on waiting.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pdp.approval import approval_ask
from pdp.conclude import Concluder, Deliver, Stopwatch, error_answer, internal_answer
from pdp.contention import pending_before
from pdp.item import Answer, Item
from pdp.model import ClaimStatus, StateView
from pdp.ports import State
from pdp.queue import Entry
from pdp.semantics import permits
from pdp.settle import Settler
from pdp.telemetry import Telemetry
from pdp.verdict import denied
from writ.errors import DeadlineExceeded, InvalidInput, StateFailed, WritError
from writ.v1 import decision_pb2

log = logging.getLogger("writ.enrichment")


class Enrichment:
    """Asks the state. `later(entry)` has an entry asked about again after a while; so has `waits_on(entry)`, if it has waited for
    facts and may wait on; `refuse(entry, error)` answers it."""

    def __init__(
        self,
        *,
        state: State,
        settler: Settler,
        concluder: Concluder,
        telemetry: Telemetry,
        deliver: Deliver,
        later: Callable[[Entry], None],
        waits_on: Callable[[Entry], bool],
        refuse: Callable[[Entry, WritError], None],
    ) -> None:
        self._state = state
        self._settler = settler
        self._concluder = concluder
        self._telemetry = telemetry
        self._deliver = deliver
        self._later = later
        self._waits_on = waits_on
        self._refuse = refuse

    async def enrich(self, entries: list[Entry]) -> list[Entry]:
        """Gives every item its view, and answers what needs no judgement; returns the entries that do. Raises nothing for a
        state that fails."""
        items = [item for entry in entries for item in entry.items]
        if not items:
            return []
        try:
            views = await self._views(items)
        except StateFailed as error:
            self._telemetry.failure(error.reason)
            blind = StateView(status=ClaimStatus.MINE, now_ms=int(time.time() * 1000))
            for item in items:
                item.view = blind
                item.verdict = denied(error.reason, "the state that limits rest on cannot be read", "try again later")
            items = [item for entry in entries if not self._waits_on(entry) for item in entry.items]
            settlements = self._concluder.conclude(items, Stopwatch(time.perf_counter), self._deliver).settlements
            # What was reserved when they came the first time.
            self._settler.settle_soon([settlement for settlement in settlements if settlement.ask.ticket])
            return []
        for item, view in zip(items, views, strict=True):
            if view is None:
                continue
            item.view = view
            if view.ticket:
                item.state_ask = replace(item.state_ask, ticket=view.ticket)
        if None in views:
            entries = self._without(
                entries, {id(item) for item, view in zip(items, views, strict=True) if view is None}
            )
        now_s = asyncio.get_running_loop().time()
        return [entry for entry in entries if self._is_mine(entry, now_s)]

    async def _views(self, items: list[Item]) -> Sequence[StateView | None]:
        """Returns the views; None for an item that broke the call, which the others of its batch do not pay for."""
        try:
            return await self._state.enrich([item.state_ask for item in items])
        except StateFailed:
            raise
        except Exception:  # a defect that one item meets: each is asked for alone to find which
            if len(items) == 1:
                log.exception("enriching failed")
                return [None]
        return [view for item in items for view in await self._views([item])]

    def _without(self, entries: list[Entry], broken: set[int]) -> list[Entry]:
        """Answers the broken items, and returns the entries that have others."""
        for entry in entries:
            for item in entry.items:
                if id(item) in broken:
                    entry.answered[item.ask] = False
                    self._telemetry.failure("INTERNAL")
                    self._deliver([internal_answer(item.ask)])
            entry.items = [item for item in entry.items if id(item) not in broken]
        return [entry for entry in entries if entry.items]

    def _is_mine(self, entry: Entry, now_s: float) -> bool:
        """Answers what needs no judgement; False when nothing of the entry is left for this batch."""
        if any(item.view.status is ClaimStatus.IN_FLIGHT for item in entry.items):
            if now_s < entry.asks[0].deadline_s:
                self._later(entry)
            else:
                late = DeadlineExceeded("DEADLINE_EXCEEDED", "the same request is still being decided elsewhere")
                self._refuse(entry, late)
                self._settler.let_go(entry.items)
            return False
        if now_s < entry.contended_until_s and 0 < entry.pending_before <= pending_before(entry):
            self._later(entry)
            return False
        mine: list[Item] = []
        others: list[Item] = []
        for item in entry.items:
            (others if self._is_answered(entry, item) else mine).append(item)
        entry.items = mine
        self._settler.let_go(others)
        return bool(mine)

    def _is_answered(self, entry: Entry, item: Item) -> bool:
        """Answers an item that was answered before, or whose request_id belongs to another; False for others."""
        status = item.view.status
        if status is ClaimStatus.ANSWERED and item.view.answer:
            self._deliver([Answer(token=item.ask.token, response=item.view.answer)])
            stops = entry.semantic != decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
            entry.answered[item.ask] = stops and permits(item.view.answer)
            return True
        error: WritError
        if status is ClaimStatus.ANSWERED:
            error = StateFailed(
                "ANSWER_UNREADABLE", "expected an answer that this deployment sealed; ask with another request_id"
            )
        elif status is ClaimStatus.REUSED:
            error = InvalidInput(
                "REQUEST_ID_REUSED",
                "this request_id was used for another call, agent, principal or session; expected a new one",
            )
        else:
            return False
        self._telemetry.failure(error.reason)
        self._deliver([error_answer(item.ask, error)])
        entry.answered[item.ask] = False
        return True

    async def date(self, items: Sequence[Item]) -> None:
        """Finds when the approvals that are asked for were asked for first: their deadline counts from then on."""
        asking = [item for item in items if item.verdict.approval]
        if not asking:
            return
        try:
            since_ms = await self._state.first_asked([approval_ask(item) for item in asking])
        except StateFailed as error:
            self._telemetry.failure(error.reason)
            for item in asking:
                item.verdict = denied(
                    error.reason, "the state that approvals rest on cannot be read", "try again later"
                )
            return
        for item, first_ms in zip(asking, since_ms, strict=True):
            item.approval_since_ms = first_ms
