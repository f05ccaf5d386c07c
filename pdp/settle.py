"""Stage 9: settles after the answer, as often as it takes."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine, Sequence

from pdp.item import Item
from pdp.model import Final, Settlement
from pdp.ports import State
from pdp.telemetry import Telemetry
from writ.errors import StateFailed

log = logging.getLogger("writ.settle")

SETTLE_RETRIES_S = (0.05, 0.2, 1.0, 5.0)
"""Pauses between tries to settle; the last one repeats until the state takes it. Meanwhile it stays counted, which is the
safe side."""

MAX_UNSETTLED = 65_536
"""Items that may wait for the state to settle them, some 1 KiB each; what comes on top waits for recovery at restart."""


class Settler:
    """Commits what was allowed and gives back the rest. `spawn` runs a coroutine beside."""

    def __init__(
        self, state: State, telemetry: Telemetry, spawn: Callable[[Coroutine[None, None, None]], None]
    ) -> None:
        self._state = state
        self._telemetry = telemetry
        self._spawn = spawn
        self._unsettled = 0

    def settle_soon(self, settlements: Sequence[Settlement]) -> None:
        """Settles beside what goes on."""
        if settlements:
            self._spawn(self.settle(settlements))

    def let_go(self, items: Sequence[Item]) -> None:
        """Gives back what stands reserved for items that need no judgement of their own any more."""
        self.settle_soon(
            [Settlement(ask=item.state_ask, final=Final.WITHDRAWN) for item in items if item.state_ask.ticket]
        )

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Returns when the state has taken them, or there are too many that it does not take."""
        self._unsettled += len(settlements)
        try:
            for pause_s in itertools.chain(SETTLE_RETRIES_S, itertools.repeat(SETTLE_RETRIES_S[-1])):
                try:
                    await self._state.settle(settlements)
                except StateFailed as error:
                    self._telemetry.failure("SETTLE_FAILED")
                    log.warning("not settled", extra={"reason": error.reason, "items": len(settlements)})
                else:
                    return
                if self._unsettled > MAX_UNSETTLED:
                    log.error("not settled until a restart", extra={"items": len(settlements)})
                    return
                await asyncio.sleep(pause_s)
        finally:
            self._unsettled -= len(settlements)
