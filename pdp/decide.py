"""The pipeline: a list of requests in, a list of answers out. The table of contents of a decision.

Knows nothing of gRPC, sockets or files; its clients come in as the Protocols of `pdp.ports`. One batch at a time goes
through the numbered stages (design, section 2); what arrives meanwhile forms the next one.

    1 authenticate, 2 canonicalize   pdp.preparation, pdp.prepare
    3 scan                           pdp.scan
    4 enrich                         pdp.enrichment: one state trip a batch
    5 score                          pdp.signals, pdp.circumstances
    6 evaluate                       pdp.judgement: one OPA trip a batch
    7 oblige                         pdp.oblige
    8 record                         pdp.conclude, then the answer
    9 settle                         pdp.settle, after the answer

The failure table. "Never ALLOW" means never ALLOW or TRANSFORM.

    what fails                                    what the caller gets
    ------------------------------------------    -------------------------------------------------------
    no bundle activated yet                       UNAVAILABLE `BUNDLE_NOT_ACTIVE`
    OPA gone / slow / malformed                   DENY `EVALUATION_UNAVAILABLE` / `_TIMEOUT` / `_MALFORMED`
    OPA cannot judge one item of a batch          DENY `EVALUATION_FAILED` for it, the others are judged
    OPA changed its bundle meanwhile              made again once; then DENY `BUNDLE_CHANGED`
    Redis gone / slow / read-only / full          DENY `STATE_UNAVAILABLE` and its kin
    Redis emptied, replica promoted               counters and facts are no_data; rules decide, never as zero
    evidence log full or failing                  DENY `EVIDENCE_UNAVAILABLE`, without a receipt
    bundle data unreadable for this version       the lane that stands goes on, and fails closed when OPA moved on
    clock going back                              state time never goes back; credentials use the wall clock
    control plane down                            nothing: it is not on the path
    overload                                      RESOURCE_EXHAUSTED
    program too slow to parse                     verb UNKNOWN with finding `PARSE_TIMEOUT`
    caller gone before the reservation            dropped; nothing is reserved
    arguments too large to be inspected           class `unclassified`, which counts as the most sensitive
    counter, baseline, session, provenance lost   no_data; rules and score take them as the worst
    facts that a rule needs do not come           DEFER, at its end DENY `DEFER_TIMED_OUT`
    OPA or Redis, while a caller waits for facts  the wait goes on; as above when it is failing at its end
    native front gone                             started again; UNAVAILABLE meanwhile
    one item breaks a stage                       INTERNAL or DENY `EVALUATION_FAILED` for it, the others are judged
    a defect of Writ                              INTERNAL, generic text
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence

from pdp.authenticate import Authenticator
from pdp.circumstances import Circumstances
from pdp.conclude import Concluded, Concluder, Deliver, Stopwatch, error_answer, internal_answer
from pdp.config import Limits, Timeouts
from pdp.contention import may_wait
from pdp.enrichment import Enrichment
from pdp.judgement import Judgement
from pdp.lanes import Lanes
from pdp.model import Final, Settlement
from pdp.offload import Offloader
from pdp.patience import Patience
from pdp.ports import Judge, State
from pdp.preparation import Preparation
from pdp.queue import Entry, FairQueue
from pdp.semantics import short_circuit
from pdp.settle import Settler
from pdp.telemetry import Telemetry
from pdp.transform.apply import Transformer
from pdp.verdict import denied
from writ.errors import DeadlineExceeded, NotAuthenticated, NotReady, WritError

log = logging.getLogger("writ.decide")

POLL_S, POLL_MAX_S = 0.002, 0.05
"""Pauses before asking the state again for a duplicate in flight or a contended item: about one Redis trip at first, then
twice as long each time that nothing has changed."""


class Engine:
    """Decides what is offered. All methods belong to one event loop."""

    def __init__(
        self,
        *,
        limits: Limits,
        timeouts: Timeouts,
        authenticator: Authenticator,
        lanes: Lanes,
        state: State,
        judge: Judge,
        concluder: Concluder,
        offloader: Offloader,
        transformer: Transformer,
        circumstances: Circumstances,
        telemetry: Telemetry,
        deliver: Deliver,
    ) -> None:
        self._limits = limits
        self._authenticator = authenticator
        self._timeouts = timeouts
        self._lanes = lanes
        self._concluder = concluder
        self._telemetry = telemetry
        self._deliver = deliver
        self._queue = FairQueue(per_caller=limits.queue_per_caller, total=limits.queue_total)
        self._in_flight = 0
        self._scheduled = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._patience = Patience(self._put_back)
        self._settler = Settler(state, telemetry, self._spawn)
        self._enrichment = Enrichment(
            state=state,
            settler=self._settler,
            concluder=concluder,
            telemetry=telemetry,
            deliver=deliver,
            later=self._later,
            waits_on=self._waits_on,
            refuse=self._refuse,
        )
        self._preparation = Preparation(
            authenticator=authenticator,
            limits=limits,
            lease_ms=timeouts.lease_ms,
            offloader=offloader,
            circumstances=circumstances,
            concluder=concluder,
            telemetry=telemetry,
            deliver=deliver,
            put_back=self._put_back,
            spawn=self._spawn,
        )
        self._judgement = Judgement(
            judge=judge,
            lanes=lanes,
            circumstances=circumstances,
            transformer=transformer,
            telemetry=telemetry,
            deadline_s=timeouts.opa_ms / 1000,
        )

    def offer(self, entry: Entry) -> None:
        """Takes an entry; its answers come through `deliver`, in any order. Never raises: overload is an answer too. Who is
        nobody takes no place in the queue, and several credentials of one caller share one."""
        try:
            caller = self._authenticator.authenticate(entry.asks[0].peer, time.time())
            entry.caller = (caller.organisation, caller.id)
            self._queue.put(entry)
        except WritError as error:
            self._refuse(entry, error)
            return
        except Exception as error:
            self._broken([entry], "taking a request failed", error)
            return
        self._schedule()

    async def drain(self) -> None:
        """Waits until everything offered is answered and settled. What is deferred is not waited for any more."""
        self._patience.end()
        while self._tasks or len(self._queue):
            await asyncio.sleep(POLL_S)

    def facts_changed(self, organisation: str) -> None:
        """Judges at once what waits for facts of an organisation."""
        self._patience.facts_changed(organisation)

    # Batches ---------------------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        # call_soon, so that everything the loop has already read from its sockets gets into the same batch.
        if not self._scheduled and len(self._queue) and self._in_flight < self._limits.batches_in_flight:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._scheduled = False
        entries = self._queue.draw(self._limits.max_batch_items, self._limits.max_batch_bytes)
        if entries:
            self._in_flight += 1
            self._spawn(self._run(entries))
        self._schedule()

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, entries: list[Entry]) -> None:
        concluded = Concluded(settlements=[])
        try:
            concluded = await self._decided(entries)
        except Exception as error:
            self._broken(entries, "batch failed", error)
        finally:
            # The next batch need not wait for what follows: settling, and the disk.
            self._in_flight -= 1
            self._schedule()
        self._settler.settle_soon(concluded.settlements)
        if concluded.waiting:
            await self._settler.settle(await self._concluder.conclude_durable(concluded, self._deliver))

    async def _decided(self, entries: list[Entry]) -> Concluded:
        watch = Stopwatch(time.perf_counter)
        entries = await self._prepared(entries)
        watch.lap("canonicalize")
        lease_s = asyncio.get_running_loop().time() + self._timeouts.lease_ms / 1000
        try:
            entries = await self._enrichment.enrich(entries)
            watch.lap("enrich")
            await self._judgement.judge([item for entry in entries for item in entry.items])
            entries = [entry for entry in entries if not self._comes_back(entry)]
            await self._enrichment.date([item for entry in entries for item in entry.items])
            ready = [item for entry in entries if not self._waits_on(entry) for item in entry.items]
        except Exception:
            # Nothing is on record yet, so nothing may stay reserved.
            self._settler.let_go([item for entry in entries for item in entry.items])
            raise
        watch.lap("evaluate")
        if asyncio.get_running_loop().time() >= lease_s:
            # Another decision point may have taken the claims over and may count what stands reserved for them.
            for item in ready:
                item.verdict = denied("LEASE_EXPIRED", "the judgement took longer than the claim on the request")
        concluded = self._concluder.conclude(ready, watch, self._deliver)
        watch.lap("record")
        self._telemetry.batch(watch.laps, ready)
        return concluded

    def _comes_back(self, entry: Entry) -> bool:
        """Tells whether another judgement may differ: once for contention, once for a changed bundle."""
        if not entry.remade and any(item.verdict.code == "BUNDLE_CHANGED" for item in entry.items):
            entry.remade = True
            self._spawn(self._made_again(entry))
            return True
        contended = any(item.outcome and item.outcome.contended and not item.verdict.permits for item in entry.items)
        now_s = asyncio.get_running_loop().time()
        if contended and may_wait(entry, now_s, self._timeouts.contention_ms / 1000):
            self._later(entry)
            return True
        short_circuit(entry)
        return False

    def _waits_on(self, entry: Entry) -> bool:
        """Tells whether somebody waits for facts, and may wait on."""
        if not entry.asks[0].waits_until_s or not self._patience.keeps(entry):
            return False
        # Nobody else has to stand behind who may wait for minutes: it reserves anew when it is judged again.
        self._settler.let_go(entry.items)
        entry.items, entry.contended_until_s = [], 0.0
        return True

    def _later(self, entry: Entry) -> None:
        """Puts an entry back into the queue after a while."""
        entry.pause_s = min(max(POLL_S, 2 * entry.pause_s), POLL_MAX_S)
        asyncio.get_running_loop().call_later(entry.pause_s, self._put_back, entry)

    def _put_back(self, entry: Entry) -> None:
        self._queue.put_back(entry)
        self._schedule()

    async def _made_again(self, entry: Entry) -> None:
        """Gives back what the items reserved under the old bundle; the next batch makes them anew under the new one."""
        await self._settler.settle([Settlement(ask=item.state_ask, final=Final.WITHDRAWN) for item in entry.items])
        entry.items, entry.contended_until_s = [], 0.0
        self._put_back(entry)

    # (1) authenticate, (2) canonicalize ------------------------------------------------------------------------------

    async def _prepared(self, entries: list[Entry]) -> list[Entry]:
        lane = self._lanes.current
        loop_s = asyncio.get_running_loop().time()
        ready, fresh = [], []
        for entry in entries:
            if lane is None:
                self._refuse(entry, NotReady("BUNDLE_NOT_ACTIVE", "no policy bundle is active yet"))
            elif entry.items and entry.items[0].lane is lane:
                ready.append(entry)
            elif any(item.state_ask.ticket for item in entry.items):
                self._spawn(self._made_again(entry))  # it came back for another judgement, and the bundle moved on
            elif loop_s >= entry.asks[0].deadline_s:
                self._refuse(
                    entry, DeadlineExceeded("DEADLINE_EXCEEDED", "the deadline passed while the request waited")
                )
            else:
                fresh.append(entry)
                ready.append(entry)
        if lane is not None and fresh:
            elsewhere = await self._preparation.prepare(fresh, lane, time.time())
            if elsewhere:  # they may be back in the queue already
                ready = [entry for entry in ready if entry not in elsewhere]
        return [entry for entry in ready if entry.items]

    def _refuse(self, entry: Entry, error: WritError) -> None:
        self._telemetry.failure(error.reason)
        if isinstance(error, NotAuthenticated):
            self._concluder.note_stranger(error)
        self._deliver([error_answer(ask, error) for ask in entry.asks])

    def _broken(self, entries: Sequence[Entry], what: str, error: Exception) -> None:
        """Answers what met our defect: nobody waits for ever, nobody is allowed, and the cause is in the log alone."""
        log.error(what, exc_info=error)
        self._telemetry.failure("INTERNAL")
        self._deliver([internal_answer(ask) for entry in entries for ask in entry.asks])
