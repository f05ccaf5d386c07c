"""The `State` port on Redis: claims, counters, facts, suspension, and whether all that is still what it was.

One script call an organisation and batch, settlements of the last batch riding in the same pipeline. The promise:

    an ALLOW is given only while committed + reserved earlier + own <= limit.

Then the sum of what is allowed never exceeds the limit, on any number of PDPs. Proof: tickets are drawn in the script
that reserves, so a ticket's order is the order of reservation. Of all allowed actions of one window take the one with
the highest ticket. When it was judged, every other one had been reserved before it and was either still pending with
a lower ticket or committed; both were in the value that it was judged by, with at least what it finally counts. So
the sum of all of them was at most that value, which was at most the limit. It rests on three duties: a reservation is
given back only when everyone who held it gave it back; final amounts never exceed reserved ones; and the caller
answers nothing but DENY once `lease_ms` have passed since its enrichment.

Continuity (what distinguishes nothing counted yet from counters lost): see `pdp.state.continuity` and docs/state.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from pdp.companions import Companion, Learner
from pdp.model import ClaimStatus, Final, Settlement, StateAsk, StateView
from pdp.state.client import Call, load_script, run_one
from pdp.state.records import StateRecords, StoredFact
from pdp.state.sealed_answers import SealedAnswers
from pdp.state.wire import (
    FINAL_CODES,
    Enriched,
    answer_commands,
    claim_id,
    organisation_key,
    pack_asks,
    pack_settlements,
    parse_ticket,
    read_enriched,
)
from writ.errors import StateFailed

__all__ = ["OpenTicket", "RedisState", "StoredFact"]

MAX_ITEMS_PER_CALL = 256
"""Items in one script call: while a script runs, the server does nothing else."""

LEARN_STEP_S = 0.05
"""Least time between two trips that only learn."""

_TRIPS_PER_MS = 4096  # numbers of a restarted process lie above those of the one before; still exact in Lua

_CANCELLED = ("STATE_UNAVAILABLE", "the call was cancelled before redis answered")

_ENRICH = load_script("enrich")
_SETTLE = load_script("settle", allow_oom=True)
_OPEN = load_script("open", allow_oom=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """A reservation that a writer holds and has not settled."""

    claim: str
    ticket: str
    trip: int


_Chunk = tuple[str, list[StateAsk]]


@dataclass(slots=True)
class _Settling:
    """One call of a pipeline that settles: an answer that is stored, the claims' own, or a companion's."""

    organisation: str
    call: Call
    settlements: Sequence[Settlement]
    companion: Companion | None


@dataclass(slots=True)
class _Flush:
    settlements: Sequence[Settlement]
    done: asyncio.Future[None]


@dataclass(slots=True, kw_only=True)
class RedisState(StateRecords):
    """State on Redis. `writer` names this PDP for good (its evidence log has the same name); no two run at once under
    one name. `generation` is the Unix time in ms at which this process started: it fences off calls of an earlier one.
    `companions` show in `StateView.companions`, in this order; `answers` seals what is kept for repeats.
    """

    answers: SealedAnswers
    companions: Sequence[Companion] = ()
    _live: set[tuple[str, str]] = field(default_factory=set)
    _lost: dict[str, set[int]] = field(default_factory=dict)
    _queue: list[_Flush] = field(default_factory=list)
    _flying: int = 0
    _timer: asyncio.TimerHandle | None = None
    _beside: set[asyncio.Task[Any]] = field(default_factory=set)
    _known: tuple[Sequence[Companion], Sequence[Learner]] = ((), ())
    _first_trip: int = field(init=False)
    _next_trip: int = field(init=False)

    def __post_init__(self) -> None:
        self._first_trip = self._next_trip = self.generation * _TRIPS_PER_MS

    async def enrich(self, asks: Sequence[StateAsk]) -> list[StateView]:
        """See `pdp.ports.State`. Settlements that wait are flushed first, in the same pipeline."""
        groups: dict[str, list[int]] = {}
        for index, ask in enumerate(asks):
            groups.setdefault(ask.organisation, []).append(index)
        for organisation in groups:
            if not self.continuity.knows(organisation):
                await self._meet(organisation)
            if organisation in self._lost:
                await self._sweep(organisation)
        chunks = [
            (organisation, indexes[start : start + MAX_ITEMS_PER_CALL])
            for organisation, indexes in groups.items()
            for start in range(0, len(indexes), MAX_ITEMS_PER_CALL)
        ]
        answers = await self._enrich([(organisation, [asks[i] for i in part]) for organisation, part in chunks])
        views = dict(
            pair for (_, part), answer in zip(chunks, answers, strict=True) for pair in zip(part, answer, strict=True)
        )
        return [views[index] for index in range(len(asks))]

    async def _enrich(self, chunks: list[_Chunk]) -> list[list[StateView]]:
        claimed: set[tuple[str, str]] = set()
        trips: list[tuple[str, int]] = []
        try:
            answers = await self._ask(chunks, claimed, trips)
            for at, (chunk, answer) in enumerate(zip(chunks, answers, strict=True)):
                if answer.state != 1 and await self.continuity.changed(chunk[0], answer):
                    (answers[at],) = await self._ask([chunk], claimed, trips)
        except BaseException:
            # What took effect is unknown. A higher generation fences off what is still on its way, and the next
            # enrichment gives back what came through.
            self._live -= claimed
            for organisation, trip in trips:
                self._lost.setdefault(organisation, set()).add(trip)
            self.generation += 1
            raise
        for (organisation, part), answer in zip(chunks, answers, strict=True):
            self.continuity.has(organisation, state=answer.state == 1)
            if answer.state == 1:
                self.continuity.saw(organisation, answer.epoch, answer.sequence)
            for at, (ask, view) in enumerate(zip(part, answer.views, strict=True)):
                if view.ticket:
                    claimed.discard((organisation, claim_id(ask.caller_id, ask.request_id)))
                if view.status is ClaimStatus.ANSWERED:
                    answer.views[at] = replace(view, answer=self.answers.open(ask, view.answer, view.now_ms))
        self._live -= claimed  # answered, or held by another
        return [answer.views for answer in answers]

    async def _ask(
        self, chunks: list[_Chunk], claimed: set[tuple[str, str]], trips: list[tuple[str, int]]
    ) -> list[Enriched]:
        calls, beside = [], []
        for organisation, asks in chunks:
            orphans = [self._claim(organisation, ask, claimed) for ask in asks]
            epoch, seen = self.continuity.known(organisation)
            trips.append((organisation, self._next_trip))
            packed = pack_asks(asks, orphans, self.writer, self.generation, self._next_trip, epoch, seen)
            self._next_trip += 1
            calls.append(Call(script=_ENRICH, key=organisation_key(organisation), args=(packed,)))
            beside.append([companion.look(organisation, asks) for companion in self.companions])
        looks = [call for of_chunk in beside for call in of_chunk if call is not None]
        replies = await self._trip(calls + looks)
        looked = iter(replies[len(calls) :])
        return [
            read_enriched(
                asks,
                reply,
                [
                    companion.read(asks, next(looked)) if call is not None else (None,) * len(asks)
                    for companion, call in zip(self.companions, of_chunk, strict=True)
                ],
            )
            for (_, asks), of_chunk, reply in zip(chunks, beside, replies, strict=False)
        ]

    def _claim(self, organisation: str, ask: StateAsk, claimed: set[tuple[str, str]]) -> bool:
        """True when nothing in this process holds the claim: should Redis say that this writer does, it is an
        orphan."""
        key = (organisation, claim_id(ask.caller_id, ask.request_id))
        if ask.dry_run or key in self._live:
            return False
        self._live.add(key)
        claimed.add(key)
        return True

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """See `pdp.ports.State`. Leaves at once when nothing is in flight, else with the next pipeline."""
        kept = [settlement for settlement in settlements if settlement.ask.ticket]
        if not kept:
            return
        loop = asyncio.get_running_loop()
        flush = _Flush(kept, loop.create_future())
        self._queue.append(flush)
        if not self._flying:
            await asyncio.sleep(0)  # an enrichment that starts in this turn of the loop takes it along
            if not self._flying and flush in self._queue:
                with suppress(Exception):  # `done` tells, as it tells those who came along
                    await self._trip([])
        await flush.done

    async def _trip(self, calls: list[Call]) -> list[object]:
        """One pipeline: what waits to be settled, then `calls`, then what is due to be learned; each part fails alone when the
        server refuses it, and nobody is told of what was not learned."""
        flushes, self._queue = self._queue, []
        if not flushes and not calls:
            return []
        self._flying += 1
        failure: BaseException | None = None
        try:
            settling = self._settle_calls(flush.settlements for flush in flushes)
            learning = [call for learner in self._learners() for call in learner.learn()]
            replies = await self.client.run([one.call for one in settling] + calls + learning)
            failure = self._settled(settling, replies)
        except BaseException as error:
            failure = error
            raise
        finally:
            self._flying -= 1
            for flush in flushes:
                self._finish(flush, failure)
            if self._queue and not self._flying:
                self._flush_soon()
            self._learn_later()
        answers = replies[len(settling) : len(settling) + len(calls)]
        refused = _first_failure(answers)
        if refused is not None:
            raise refused
        return answers

    def _settled(self, settling: Sequence[_Settling], replies: Sequence[Any]) -> StateFailed | None:
        """Takes in what settling answered; returns its first failure."""
        failure, learners = None, self._learners()
        for one, reply in zip(settling, replies, strict=False):
            if one.call.script is None:
                continue  # memory is full, say: an answer that was not kept is judged again
            if isinstance(reply, StateFailed):
                failure = failure or reply
            elif one.companion is None:
                self.continuity.saw(one.organisation, reply[0].decode(), reply[1])
            else:
                for learner in learners:
                    if learner is one.companion:
                        learner.settled(one.organisation, one.settlements, reply)
        return failure

    def _learners(self) -> Sequence[Learner]:
        companions, learners = self._known
        if companions is not self.companions:
            learners = [companion for companion in self.companions if isinstance(companion, Learner)]
            self._known = (self.companions, learners)
        return learners

    def _learn_later(self) -> None:
        """Has what waits to be learned learned when it is due, should no pipeline take it along before."""
        waits = [wait_s for learner in self._learners() if (wait_s := learner.learns_in_s()) is not None]
        if waits and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(LEARN_STEP_S, min(waits)), self._learn_soon)

    def _learn_soon(self) -> None:
        self._timer = None
        self._start(self._learn(everything=False))

    async def _learn(self, *, everything: bool) -> None:
        while calls := [call for learner in self._learners() for call in learner.learn(everything=everything)]:
            with suppress(StateFailed):  # learning is not made up for: it may have taken effect
                await self.client.run(calls)
        self._learn_later()

    async def learn(self) -> None:
        """Learns all that waits."""
        await self._learn(everything=True)

    async def close(self) -> None:
        """Learns what waits and closes the connections."""
        await self.learn()
        while self._beside:  # else they would give their connections back to a client that is closed
            await asyncio.wait(self._beside)
        if self._timer is not None:
            self._timer.cancel()
        await StateRecords.close(self)

    def _finish(self, flush: _Flush, failure: BaseException | None) -> None:
        if flush.done.done():  # its caller was cancelled
            return
        if failure is not None:
            flush.done.set_exception(_told(failure))
            flush.done.exception()  # a caller that has gone needs no warning
            return
        for settlement in flush.settlements:
            ask = settlement.ask
            self._live.discard((ask.organisation, claim_id(ask.caller_id, ask.request_id)))
        flush.done.set_result(None)

    def _flush_soon(self) -> None:
        self._start(self._trip([]))  # the waiting callers get its failure

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs what nobody awaits. The loop holds tasks weakly, so they are kept here."""
        task = asyncio.get_running_loop().create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._beside.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that nothing warns of it

    def _settle_calls(self, batches: Iterable[Sequence[Settlement]]) -> list[_Settling]:
        groups: dict[str, list[Settlement]] = {}
        for batch in batches:
            for settlement in batch:
                groups.setdefault(settlement.ask.organisation, []).append(settlement)
        found = []
        for organisation, whole in groups.items():
            for start in range(0, len(whole), MAX_ITEMS_PER_CALL):
                part = whole[start : start + MAX_ITEMS_PER_CALL]
                key = organisation_key(organisation)
                # Before the claims speak of them. What was stored but is not spoken of does no harm.
                found += [
                    _Settling(organisation, Call(script=None, key=key, args=command), (), None)
                    for command in answer_commands(part, self.answers.seal)
                ]
                own = Call(
                    script=_SETTLE, key=key, args=(pack_settlements(part, *self.continuity.known(organisation)),)
                )
                found.append(_Settling(organisation, own, part, None))
                for companion in self.companions:
                    call = companion.settle(organisation, part)
                    if call is not None:
                        found.append(_Settling(organisation, call, part, companion))
        return found

    async def tell(self, calls: Sequence[Call]) -> None:
        """Makes the calls in one trip. Raises StateFailed when one of them fails."""
        if calls:
            refused = _first_failure(await self.client.run(calls))
            if refused is not None:
                raise refused

    async def open_tickets(self, organisation: str, *, earlier: bool = True) -> list[OpenTicket]:
        """What this writer holds unsettled in Redis: `earlier` from before this process started, else by calls of this
        one whose answers were lost. At return such calls that are still on their way are fenced off."""
        reply = await run_one(self.client, _OPEN, organisation_key(organisation), self.writer, str(self.generation))
        epoch = reply[0].decode()
        lost = self._lost.get(organisation, set())
        return [
            OpenTicket(claim=claim.decode(), ticket=f"{epoch}.{order}.{hold}", trip=trip)
            for order, hold, trip, claim in reply[1:]
            # Not by order: a process that started after the clock was set back has lower numbers than the one before.
            if (not self._first_trip <= trip < self._next_trip if earlier else trip in lost)
        ]

    async def close_tickets(self, organisation: str, finals: Sequence[tuple[OpenTicket, Final]]) -> None:
        """Settles tickets that no ask stands for any more, without an answer to keep."""
        for start in range(0, len(finals), MAX_ITEMS_PER_CALL):
            items = []
            for opened, final in finals[start : start + MAX_ITEMS_PER_CALL]:
                ticket = parse_ticket(opened.ticket)
                items.append([opened.claim, ticket.epoch, ticket.order, ticket.hold, FINAL_CODES[final], {}, 0, ""])
            epoch, seen = self.continuity.known(organisation)
            packed = orjson.dumps({"e": epoch, "s": seen, "q": items})
            await run_one(self.client, _SETTLE, organisation_key(organisation), packed)

    async def _sweep(self, organisation: str) -> None:
        """Gives back what calls without an answer have reserved: no decision can rest on them. Two batches may do so at once."""
        swept = set(self._lost[organisation])
        opened = await self.open_tickets(organisation, earlier=False)
        await self.close_tickets(organisation, [(t, Final.WITHDRAWN) for t in opened if t.trip in swept])
        left = self._lost.pop(organisation, set()) - swept
        if left:
            self._lost[organisation] = left


def _told(failure: BaseException) -> StateFailed:
    """What those learn who have something settled in a trip that failed."""
    if isinstance(failure, StateFailed):
        return failure
    if isinstance(failure, Exception):
        return StateFailed("STATE_BROKEN", f"settling met a defect of Writ: {type(failure).__name__}")
    return StateFailed(*_CANCELLED)


def _first_failure(replies: Sequence[object]) -> StateFailed | None:
    return next((reply for reply in replies if isinstance(reply, StateFailed)), None)
