"""Calls that wait for answers: one of its own, an item of a batch, or one of a stream. Knows nothing of gRPC."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias, cast

from pdp.front import FrontCall
from pdp.item import Answer
from pdp.model import Ask
from writ.errors import WritError

Said: TypeAlias = tuple[bytes, WritError | None]
"""An answer without its token."""


def deliver(answers: Sequence[Answer]) -> None:
    """Hands each answer to the call that waits for it."""
    for answer in answers:
        cast("SingleCall", answer.token).answer(answer)
    if answers and isinstance(answers[-1].token, FrontCall):
        answers[-1].token.flush()


class SingleCall:
    """A unary call, or one item of a DecideBatch. `ask.gone` tells the engine that nobody waits any more."""

    __slots__ = ("future",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[Said] = loop.create_future()

    def answer(self, answer: Answer) -> None:
        # Not the answer itself: it leads back to this call, and its bytes would wait for the collector of cycles.
        if not self.future.done():
            self.future.set_result((answer.response, answer.error))


class Stream:
    """The answers of one stream, in the order in which they become ready."""

    __slots__ = ("_limit", "_loop", "_room", "_wakeup", "answers", "closed", "unanswered")

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._loop = loop
        self._limit = limit
        self._room: asyncio.Future[None] | None = None
        self._wakeup: asyncio.Future[None] | None = None
        self.answers: deque[bytes] = deque()
        self.unanswered: dict[int, Ask] = {}
        self.closed = False

    def wake(self) -> None:
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    async def changed(self) -> None:
        self._wakeup = self._loop.create_future()
        await self._wakeup
        self._wakeup = None

    def take(self) -> bytes:
        """Returns the next answer, and lets the reader go on."""
        answer = self.answers.popleft()
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        return answer

    async def room(self) -> None:
        """Waits until fewer than `limit` requests are unanswered, or their answers not taken."""
        while len(self.unanswered) + len(self.answers) >= self._limit:
            self._room = self._loop.create_future()
            await self._room
            self._room = None


class StreamCall:
    """One request of a stream. Does not know its ask, which knows it: a cycle would outlive the request."""

    __slots__ = ("stream",)

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def answer(self, answer: Answer) -> None:
        if self.stream.unanswered.pop(id(self), None) is not None:
            self.stream.answers.append(answer.response)
            self.stream.wake()
