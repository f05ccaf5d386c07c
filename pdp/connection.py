"""One connection to a server on the decision path, on which one answer at a time is awaited: what the clients of OPA and Redis
have in common.

An answer that nobody waits for any more must never meet the next question, so whatever fails, is late or is cancelled closes the
connection; who had it opens another.
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Connection(asyncio.Protocol, Generic[Answer]):
    """A stream and the one who waits for its answer. Who reads it gives it to `_answered`, and what is none to `_fail`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None

    @property
    def usable(self) -> bool:
        """True while another question may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Drops the connection at once, with whatever is unsent."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    async def _answer(self, question: bytes, until_s: float) -> Answer:
        """Sends and waits until the loop's time is `until_s`; called only when no answer is outstanding. On any failure the
        connection is closed."""
        if self._transport is None:
            raise self._lost()
        waiter: asyncio.Future[Answer] = self._loop.create_future()
        self._waiter = waiter
        timer = self._loop.call_at(until_s, self._expired)
        self._transport.write(question)
        try:
            return await waiter
        except BaseException:  # also when the asking task was cancelled
            self.close()
            raise
        finally:
            self._waiter = None
            timer.cancel()

    def _answered(self, answer: Answer) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def _fail(self, error: Exception) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
        self.close()

    def _expired(self) -> None:
        self._fail(self._late())

    def _late(self) -> Exception:
        """Returns what to raise when time ran out."""
        return TimeoutError()

    def _lost(self) -> Exception:
        """Returns what to raise when the connection ended before the answer."""
        return ConnectionResetError("the connection was closed before the whole answer had come")

    # asyncio.Protocol ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream socket gives a Transport

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._fail(self._lost())
