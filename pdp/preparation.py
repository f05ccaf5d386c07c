"""Stages 1 to 3 for a batch: everything that happens to its asks before the state is asked.

Each stage takes all asks before the next one begins. An ask that went through all stages alone would find their code
and tables pushed out of the processor's caches by those of the stage before: preparing then costs a tenth more. Between asks
that take long, the event loop has its turn: one batch may hold half a megabyte of them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field

from pdp.authenticate import Authenticator
from pdp.circumstances import Circumstances
from pdp.conclude import Concluder, Deliver, error_answer, internal_answer
from pdp.config import Limits
from pdp.inspection.model import ScanResult
from pdp.lane import Lane
from pdp.model import Ask, CanonicalCall
from pdp.offload import Offloader
from pdp.prepare import Admitted, Refused, admit, canonicalize, inspect, is_heavy, make_item
from pdp.provenance.speech import Request
from pdp.queue import Entry
from pdp.steps import SLICE_S
from pdp.telemetry import Telemetry
from writ.errors import DeadlineExceeded, NotAuthenticated, WritError

log = logging.getLogger("writ.decide")


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    """One ask on its way to an item; each stage fills its field."""

    entry: Entry
    ask: Ask
    admitted: Admitted = field(init=False)
    heavy: bool = False
    call: CanonicalCall = field(init=False)
    payload: ScanResult = field(init=False)
    said: Request | None = None


class Preparation:
    """Makes items of asks. What cannot be prepared is answered here, and costs the others of its batch nothing.

    `put_back(entry)` takes an entry whose programs were parsed in another process; `spawn` runs a coroutine beside.
    """

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        limits: Limits,
        lease_ms: int,
        offloader: Offloader,
        circumstances: Circumstances,
        concluder: Concluder,
        telemetry: Telemetry,
        deliver: Deliver,
        put_back: Callable[[Entry], None],
        spawn: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._authenticator = authenticator
        self._limits = limits
        self._lease_ms = lease_ms
        self._offloader = offloader
        self._circumstances = circumstances
        self._concluder = concluder
        self._telemetry = telemetry
        self._deliver = deliver
        self._put_back = put_back
        self._spawn = spawn

    async def prepare(self, entries: Sequence[Entry], lane: Lane, now_s: float) -> Collection[Entry]:
        """Fills the items of the entries at `now_s` (Unix). Returns those that are prepared elsewhere and come back through
        `put_back`; of the others, one without items is answered."""
        works = []
        for entry in entries:
            entry.items = []
            works += [_Work(entry=entry, ask=ask) for ask in entry.asks if not ask.gone and ask not in entry.answered]

        def admitted(work: _Work) -> None:
            work.admitted = admit(work.ask, lane, self._authenticator, self._limits, now_s)
            admitted = work.admitted
            work.heavy = is_heavy(admitted, lane) or self._circumstances.is_long(admitted.request, admitted.speaker)

        def canonicalized(work: _Work) -> None:
            work.call = canonicalize(work.admitted, lane)

        works = await self._each(works, admitted, lane, now_s)
        heavy = dict.fromkeys([work.entry for work in works if work.heavy])
        for entry in heavy:  # its items stay together
            self._spawn(self._elsewhere([work for work in works if work.entry is entry], lane, now_s))
        if heavy:
            works = [work for work in works if work.entry not in heavy]
        await self._finish(await self._each(works, canonicalized, lane, now_s), lane, now_s)
        return heavy

    async def _elsewhere(self, works: Sequence[_Work], lane: Lane, now_s: float) -> None:
        """Prepares an entry with a long program, which is parsed in another process, or with a long request of a user, which
        is read in steps; the entry joins a later batch."""
        read = []
        for work in works:
            request = work.admitted.request
            tool = request.tool
            if work.ask.gone:
                continue
            try:
                self._verify_deadline(work.ask)
                if self._circumstances.is_long(request, work.admitted.speaker):
                    work.said = await self._circumstances.read(request, work.admitted.caller)
                work.call = await self._offloader.canonicalize(
                    lane.canonicalizer,
                    tool.server,
                    tool.name,
                    tool.definition_digest,
                    request.args_json,
                    work.admitted.caller.id,
                )
                self._verify_deadline(work.ask)
            except Exception as error:
                self._failed(work, error, lane, now_s)
            else:
                read.append(work)
        await self._finish([work for work in read if not work.ask.gone], lane, time.time())
        entry = works[0].entry
        if entry.items:
            self._put_back(entry)

    @staticmethod
    def _verify_deadline(ask: Ask) -> None:
        if asyncio.get_running_loop().time() >= ask.deadline_s:
            raise DeadlineExceeded("DEADLINE_EXCEEDED", "the deadline passed while the request waited")

    async def _finish(self, works: list[_Work], lane: Lane, now_s: float) -> None:
        def inspected(work: _Work) -> None:
            work.payload = inspect(work.admitted, work.call, lane)

        def made(work: _Work) -> None:
            if work.said is not None:
                self._circumstances.know(work.admitted.request, work.said)
            work.entry.items.append(
                make_item(
                    work.ask,
                    work.admitted,
                    work.call,
                    work.payload,
                    lane,
                    self._circumstances,
                    int(now_s * 1000),
                    self._lease_ms,
                )
            )

        await self._each(await self._each(works, inspected, lane, now_s), made, lane, now_s)

    async def _each(
        self, works: Sequence[_Work], stage: Callable[[_Work], None], lane: Lane, now_s: float
    ) -> list[_Work]:
        """Returns the works that came through a stage; a defect that one of them meets does not reach the others."""
        through = []
        until = time.perf_counter() + SLICE_S
        for work in works:
            if time.perf_counter() >= until:
                await asyncio.sleep(0)  # others have their turn
                until = time.perf_counter() + SLICE_S
            try:
                stage(work)
            except Exception as error:
                self._failed(work, error, lane, now_s)
            else:
                through.append(work)
        return through

    def _failed(self, work: _Work, error: Exception, lane: Lane, now_s: float) -> None:
        work.entry.answered[work.ask] = False
        if isinstance(error, Refused):
            answer = self._concluder.refuse(work.ask, error, lane, int(now_s * 1000))
        elif isinstance(error, WritError):
            if isinstance(error, NotAuthenticated):  # it has expired since it was offered
                self._concluder.note_stranger(error)
            answer = error_answer(work.ask, error)
        else:
            log.error("preparing failed", exc_info=error)
            answer = internal_answer(work.ask)
        self._telemetry.failure(answer.error.reason if answer.error else "INTERNAL")
        self._deliver([answer])
