"""A small HTTP/1.1 client for OPA's unix socket: keep-alive connections, one request in flight on each (RFC 9112).

An asyncio Protocol and `httptools` instead of a general client, because a round trip costs 286 us with it and 324 to
839 with the known ones (design, section 8). It knows status and body, no more: no redirects, compression or pipelining.
Judging changes nothing in OPA, so a request whose connection broke before an answer is sent once more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import httptools

from pdp.connection import Connection
from writ.errors import EvaluationFailed

CONNECTIONS = 2
"""Requests in flight: one in OPA while the next is on its way. More only queue inside OPA's one processor."""

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""64 outcomes of at most some 20 rules each; what is longer is no answer of the policy library."""


class Answer(NamedTuple):
    """Status code and body as they came."""

    status: int
    body: bytes


class _ConnectionLost(Exception):
    """The connection ended before an answer. Never leaves this module."""


class _Connection(Connection[Answer]):
    """One keep-alive connection. `ask` is called only when no answer is outstanding."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: list[bytes] = []
        self._room = 0

    async def ask(self, request: bytes, until_s: float, max_answer_bytes: int) -> Answer:
        """Sends and waits until the loop's time is `until_s`. On any failure the connection is closed."""
        self._chunks, self._room = [], max_answer_bytes
        return await self._answer(request, until_s)

    def _late(self) -> Exception:
        return _late()

    def _lost(self) -> Exception:
        return _ConnectionLost()

    # asyncio.Protocol ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self.close()  # bytes nobody asked for: what follows on this connection cannot be told apart
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(_malformed(f"expected an HTTP/1.1 answer, got {type(error).__name__}"))

    # httptools -------------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._waiter is None:
            self.close()  # a second answer to one request

    def on_body(self, body: bytes) -> None:
        self._room -= len(body)
        if self._room < 0:
            self._fail(_malformed("answer of opa is longer than its limit"))
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        chunks = self._chunks
        self._answered(Answer(self._parser.get_status_code(), chunks[0] if len(chunks) == 1 else b"".join(chunks)))
        if not self._parser.should_keep_alive():
            self.close()


class OpaClient:
    """Sends requests over at most `connections` connections; further callers wait in order."""

    def __init__(self, socket: Path, *, connections: int = CONNECTIONS) -> None:
        self._socket = str(socket)
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    async def call(self, request: bytes, until_s: float, max_answer_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Sends one whole HTTP request (head and body) and returns the answer, whatever its status.

        `until_s` is a time of the running loop. A connection that broke is replaced once.

        Raises:
            EvaluationFailed: `EVALUATION_UNAVAILABLE` nobody listens or hung up twice, `EVALUATION_TIMEOUT` no whole
                answer until then, `EVALUATION_MALFORMED` no HTTP, or more than `max_answer_bytes` of body.
        """
        await self._slot(until_s)
        try:
            try:
                return await self._attempt(self._idle.pop() if self._idle else None, request, until_s, max_answer_bytes)
            except _ConnectionLost:
                self._drop_idle()  # opened to the same process, which is gone
            return await self._attempt(None, request, until_s, max_answer_bytes)
        except _ConnectionLost as error:
            raise _unavailable("hung up before it answered") from error
        finally:
            self._slots.release()

    def close(self) -> None:
        """Drops idle connections; those in use end with their requests."""
        self._drop_idle()

    async def _slot(self, until_s: float) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout_at(until_s):
                await self._slots.acquire()
        except TimeoutError as error:
            raise _late() from error

    async def _attempt(self, connection: _Connection | None, request: bytes, until_s: float, room: int) -> Answer:
        if connection is None or not connection.usable:
            connection = await self._connect(until_s)
        answer = await connection.ask(request, until_s, room)
        if connection.usable:
            self._idle.append(connection)
        return answer

    async def _connect(self, until_s: float) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until_s):
                _, connection = await loop.create_unix_connection(lambda: _Connection(loop), self._socket)
        except TimeoutError as error:
            raise _late() from error
        except OSError as error:
            raise _unavailable(f"cannot be reached: {error.strerror or type(error).__name__}") from error
        return connection

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()


def _late() -> EvaluationFailed:
    return EvaluationFailed("EVALUATION_TIMEOUT", "expected an answer of opa within the deadline, got none")


def _unavailable(what: str) -> EvaluationFailed:
    return EvaluationFailed("EVALUATION_UNAVAILABLE", f"opa {what}")


def _malformed(message: str) -> EvaluationFailed:
    return EvaluationFailed("EVALUATION_MALFORMED", message)
