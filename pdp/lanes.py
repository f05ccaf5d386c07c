"""Knows the lane of the bundle that OPA runs now, and follows when OPA activates another one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from pdp.lane import Lane
from pdp.model import Activation
from pdp.ports import Judge
from writ.errors import WritError

log = logging.getLogger("writ.lanes")


class Lanes:
    """The current lane. It never goes back to none: while OPA is away the last lane stands and its decisions fail closed.

    `complete` adds what OPA cannot say; it raises WritError when the activation may not be used as it is.
    """

    def __init__(
        self,
        judge: Judge,
        *,
        complete: Callable[[Activation], Activation] = lambda said: said,
    ) -> None:
        self._judge = judge
        self._complete = complete
        self._reading: asyncio.Task[None] | None = None
        self.current: Lane | None = None

    async def refresh(self) -> None:
        """Reads what OPA runs and makes its lane; concurrent calls share one reading. Never raises: what went wrong is
        logged, and the lane that stands stays."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(self._done)
        await asyncio.shield(self._reading)

    async def follow(self, every_s: float) -> None:
        """Refreshes for ever; a swap under load is noticed at once by the mismatch, an idle one within `every_s`."""
        while True:
            await self.refresh()
            await asyncio.sleep(every_s if self.current else min(every_s, 0.2))

    async def _read(self) -> None:
        try:
            activation = self._complete(await self._judge.activation())
            current = self.current
            if current is None or (current.revision, current.etag) != (activation.revision, activation.etag):
                # Compiling inspection rules takes seconds; the loop goes on answering by the lane that stands.
                self.current = await asyncio.to_thread(Lane.build, activation)
                log.info("bundle activated", extra={"revision": activation.revision})
        except WritError as error:
            log.warning("bundle not readable", extra={"reason": error.reason, "detail": error.message})
        except Exception:
            # A defect of ours in reading it; whoever follows must go on following all the same.
            log.exception("bundle not readable")

    def _done(self, _: asyncio.Task[None]) -> None:
        self._reading = None
