"""Reads long requests of users before their actions join a batch: each text once, one at a time, each caller's in turn."""

from __future__ import annotations

import asyncio
from collections import Counter

from pdp.provenance.speech import Request, Requests
from pdp.steps import Turns, share
from writ.errors import Overloaded

MAX_WAITING, MAX_WAITING_PER_CALLER = 1_024, 256
"""Actions whose user's request is being read or waits for it, in all and of one caller (organisation, id)."""


class Listening:
    """Gathers those who wait for the same text."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._turns = Turns(total=MAX_WAITING, per_caller=MAX_WAITING_PER_CALLER)
        self._reading: dict[str, asyncio.Task[Request]] = {}
        self._waiting: Counter[tuple[str, str]] = Counter()

    async def read(self, text: str, caller: tuple[str, str]) -> Request:
        """Returns what a request says.

        Raises:
            Overloaded: too many wait.
        """
        if self._waiting[caller] >= MAX_WAITING_PER_CALLER:
            raise Overloaded(
                "CALLER_OVERLOADED", f"expected at most {MAX_WAITING_PER_CALLER} long requests of one caller waiting"
            )
        if self._waiting.total() >= MAX_WAITING:
            raise Overloaded("OVERLOADED", f"expected at most {MAX_WAITING} long requests waiting")
        self._waiting[caller] += 1
        try:
            reading = self._reading.get(text)
            if reading is None:
                reading = self._reading[text] = asyncio.create_task(self._in_turn(text, caller))
                reading.add_done_callback(lambda done: self._over(text, done))
            return await asyncio.shield(reading)
        finally:
            self._waiting[caller] -= 1
            if not self._waiting[caller]:
                del self._waiting[caller]

    async def _in_turn(self, text: str, caller: tuple[str, str]) -> Request:
        async with self._turns.turn(caller):
            return await share(self._requests.read_in_steps(text))

    def _over(self, text: str, done: asyncio.Task[Request]) -> None:
        self._reading.pop(text, None)
        if not done.cancelled():
            done.exception()  # those who wait get it
