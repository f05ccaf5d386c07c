"""One Redis node: pipelines of commands over RESP2, an asyncio Protocol around the reader of `hiredis`.

Not redis-py (which serves Clusters, `pdp.state.cluster`): its connection costs a lone decision seven task switches and a
decision in a batch 40 µs, a tenth of all (ADR 0011). It knows how to connect, to send and to read; no subscriptions, no
retries, nothing is ever sent twice. One pipeline at a time uses a connection; what failed is never used again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import hiredis

from pdp.connection import Connection
from writ.errors import ConfigurationError
from writ.frozen import frozen

MAX_IDLE = 32
"""Idle connections that are kept. A batch takes one; more only overlap while batches are in flight."""

MAX_REPLY_BYTES = 256 * 1024 * 1024
"""Of one pipeline; the replies of a batch are some 100 KiB."""

DEFAULT_PORT = 6379
_TLS_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}

Command = tuple[str | bytes | int, ...]


@frozen
class Address:
    """Where a node listens: `path` of a unix socket, else host and port. `user` and `password` "" for none; never log
    them."""

    path: str
    host: str
    port: int
    tls: ssl.SSLContext | None
    user: str
    password: str
    database: int


def parse_address(url: str) -> Address:
    """Parses `unix:///path`, `redis://host:port` or `rediss://host:port`, each with `user:password@`, a database as
    `?db=1` (or path of a host) and for TLS `?ssl_ca_certs=`, `ssl_certfile=`, `ssl_keyfile=`.

    Raises ConfigurationError `STATE_URL_INVALID`; it never holds the URL, where a password may stand.
    """
    try:
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        port = parts.port or DEFAULT_PORT
    except ValueError as error:
        raise _invalid("a URL that can be read") from error
    unknown = sorted(query.keys() - _TLS_FILES - {"db"})
    if parts.scheme not in ("unix", "redis", "rediss") or (parts.scheme == "unix") != (not parts.hostname):
        raise _invalid("`unix:///path`, `redis://host:port` or `rediss://host:port`")
    if unknown or (parts.scheme != "rediss" and query.keys() & _TLS_FILES):
        raise _invalid(f"`db`, and with `rediss` {', '.join(sorted(_TLS_FILES))}, as options")
    database = query.get("db") or (parts.path.strip("/") if parts.hostname else "") or "0"
    if not database.isascii() or not database.isdigit() or len(database) > 6:
        raise _invalid("a database by its number")
    return Address(
        path="" if parts.hostname else unquote(parts.path),
        host=parts.hostname or "",
        port=port,
        tls=_context(query) if parts.scheme == "rediss" else None,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=int(database),
    )


def _context(query: Mapping[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=query.get("ssl_ca_certs"))
        if "ssl_certfile" in query:
            context.load_cert_chain(query["ssl_certfile"], query.get("ssl_keyfile"))
    except (OSError, ValueError) as error:
        raise _invalid("certificates and a key that can be read") from error
    return context


def _invalid(expected: str) -> ConfigurationError:
    return ConfigurationError("STATE_URL_INVALID", f"redis.url: expected {expected}")


class _Connection(Connection[list[Any]]):
    """One connection. `ask` is called only when no reply is outstanding."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._reader = hiredis.Reader()
        self._replies: list[Any] = []
        self._wanted = 0
        self._room = 0

    async def ask(self, commands: Sequence[Command], until_s: float) -> list[Any]:
        """Sends all and waits for as many replies until the loop's time is `until_s`. On any failure the connection is
        closed."""
        self._replies, self._wanted, self._room = [], len(commands), MAX_REPLY_BYTES
        packed = [hiredis.pack_command(command) for command in commands]  # type: ignore[arg-type]  # its stub wants one element
        return await self._answer(b"".join(packed), until_s)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self.close()  # bytes nobody asked for: what follows cannot be told apart
            return
        self._room -= len(data)
        replies = self._replies
        try:
            if self._room < 0:
                raise hiredis.ProtocolError("too long")
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                replies.append(reply)
        except hiredis.HiredisError:
            self._fail(ConnectionResetError("expected RESP2, got something else"))
            return
        if len(replies) > self._wanted:
            self._fail(ConnectionResetError("more replies than commands"))
        elif len(replies) == self._wanted:
            self._answered(replies)


class Node:
    """Runs pipelines on one node. `deadline_s` holds for connecting and answering together."""

    def __init__(self, address: Address, *, deadline_s: float) -> None:
        self._address = address
        self._deadline_s = deadline_s
        self._idle: list[_Connection] = []

    async def pipeline(self, commands: Sequence[Command]) -> list[Any]:
        """Returns the replies in order; one that is an error is a `hiredis.ReplyError` in its place.

        Raises OSError or TimeoutError when it is unknown what took effect; every idle connection is dropped then, since it
        leads to the same server.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._deadline_s
        try:
            connection = await self._connection(loop, until_s)
            replies = await connection.ask(commands, until_s)
        except (OSError, TimeoutError):
            self.close()
            raise
        if connection.usable and len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return replies

    def close(self) -> None:
        """Drops idle connections; those in use end with their pipelines."""
        while self._idle:
            self._idle.pop().close()

    async def _connection(self, loop: asyncio.AbstractEventLoop, until_s: float) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        async with asyncio.timeout_at(until_s):
            connection = await self._connected(loop)
        greeting = self._greeting()
        if greeting:
            for reply in await connection.ask(greeting, until_s):
                if isinstance(reply, hiredis.ReplyError):
                    connection.close()
                    raise ConnectionRefusedError(f"it refused user, password or database ({error_code(reply)})")
        return connection

    async def _connected(self, loop: asyncio.AbstractEventLoop) -> _Connection:
        address = self._address
        if address.path:
            _, connection = await loop.create_unix_connection(lambda: _Connection(loop), address.path)
        else:
            _, connection = await loop.create_connection(
                lambda: _Connection(loop), address.host, address.port, ssl=address.tls
            )
        return connection

    def _greeting(self) -> list[Command]:
        address = self._address
        greeting: list[Command] = []
        if address.password:
            user = (address.user,) if address.user else ()
            greeting.append(("AUTH", *user, address.password))
        if address.database:
            greeting.append(("SELECT", address.database))
        return greeting


def error_code(error: BaseException) -> str:
    """Returns the first word of an error reply: `NOSCRIPT`, `OOM`, `ERR` …; at most 32 characters."""
    return str(error).split(" ", 1)[0][:32]


def parse_info(text: bytes) -> dict[str, str]:
    """Returns the fields of an answer to INFO."""
    lines = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines() if not line.startswith("#"))
    return {name: value for name, colon, value in lines if colon}
