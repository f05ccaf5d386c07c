"""Long work on the event loop: done in steps, between which others have their turn; and one caller after the other.

A worker process would need the rules and the catalog again, some 100 MiB; what is long here is rare, and only has to keep
nobody waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Generator, Hashable
from contextlib import asynccontextmanager
from typing import TypeVar

from writ.errors import Overloaded

SLICE_S = 0.002
"""Longest time between two turns of the others, but for the last step begun."""

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that yields wherever it may be interrupted, and returns its result. A step takes one or two milliseconds; some twenty in a
text of 16 KiB that is made to be one long sentence or quotation, which is read as a whole."""


def finish(steps: Steps[T]) -> T:
    """Does all the work at once."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: T = end.value
        return result


async def share(steps: Steps[T]) -> T:
    """Does the work, and lets others have their turn every `SLICE_S`."""
    until = time.perf_counter() + SLICE_S
    try:
        while True:
            next(steps)
            if time.perf_counter() >= until:
                await asyncio.sleep(0)
                until = time.perf_counter() + SLICE_S
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


class Turns:
    """Lets one work at a time, each caller's first in turn, so that a flood of one delays the others by one work a turn."""

    def __init__(self, *, total: int, per_caller: int) -> None:
        self._total = total
        self._per_caller = per_caller
        self._count = 0
        self._is_busy = False
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, caller: Hashable) -> AsyncIterator[None]:
        """Waits for a turn of `caller`, and holds it.

        Raises:
            Overloaded: the caller, or all together, have too many waiting.
        """
        if self._is_busy:
            await self._wait(caller)
        self._is_busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, caller: Hashable) -> None:
        line = self._lines.get(caller)
        if line is not None and len(line) >= self._per_caller:
            raise Overloaded(
                "CALLER_OVERLOADED", f"expected at most {self._per_caller} long calls of one caller waiting"
            )
        if self._count >= self._total:
            raise Overloaded("OVERLOADED", f"expected at most {self._total} long calls waiting")
        if line is None:
            line = self._lines[caller] = deque()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        self._count += 1
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it came as the caller left
            else:
                self._leave(caller, turn)
            raise

    def _leave(self, caller: Hashable, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(caller)
        if line is not None and turn in line:
            line.remove(turn)
            self._count -= 1
            if not line:
                del self._lines[caller]

    def _pass_on(self) -> None:
        """Gives the turn to the next caller; it stays taken in between, so that nobody comes before."""
        while self._lines:
            caller, line = next(iter(self._lines.items()))
            turn = line.popleft()
            self._count -= 1
            if line:
                self._lines.move_to_end(caller)
            else:
                del self._lines[caller]
            if not turn.done():
                turn.set_result(None)
                return
        self._is_busy = False
