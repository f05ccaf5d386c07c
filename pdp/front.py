"""Takes whole batches from the native front: frames on a unix socket, in place of gRPC calls (docs/adr/0010).

The frames are described in `deploy/tools/front/frames.go`. Whoever can connect to the socket (mode 0600) may say which
certificate TLS has verified: it belongs to the front alone. Tokens of callers are verified here as everywhere.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import cast

from pdp.answer import status_code
from pdp.authenticate import Authenticator
from pdp.item import Answer
from pdp.model import Ask, Peer
from pdp.queue import Entry
from pdp.refusals import Strangers
from pdp.trace_context import CHARS, TraceContext, parse_traceparent
from writ.errors import WritError

MAX_PEERS = 8192
"""Credentials that are remembered by their number: twice as many as the front gives out before it begins anew."""

MAX_FRAME_BYTES = 16 * 1024 * 1024

_HEAD = struct.Struct("<I")
_PEER = struct.Struct("<IB")
_ASK = struct.Struct("<QII")
_TOKEN = struct.Struct("<Q")
_OPEN = struct.Struct("<QI")
_ANSWER = struct.Struct("<IBQBH")
_FRAME_PEER, _FRAME_ASK, _FRAME_GONE, _FRAME_OPEN, _FRAME_TRACED_ASK = 1, 2, 3, 4, 5
_FRAME_ANSWER, _FRAME_OPENED = 1, 2
_BEARER, _CERTIFICATE = 1, 2

_NOBODY = Peer()


class FrontCall:
    """One request that came in a frame; its answer leaves with those of the same turn of the event loop."""

    __slots__ = ("_front", "_number")

    def __init__(self, front: FrontProtocol, number: int) -> None:
        self._front = front
        self._number = number

    def answer(self, answer: Answer) -> None:
        self._front.answer(self._number, answer)

    def flush(self) -> None:
        """Sends what has gathered now: logging and settling need not come first."""
        self._front.flush()


class FrontProtocol(asyncio.Protocol):
    """One connection of the native front. `offer` takes what came; `default_s` is for callers that set no deadline."""

    def __init__(self, offer: Callable[[Entry], None], authenticator: Authenticator, default_s: float) -> None:
        self._offer = offer
        self._authenticator = authenticator
        self._strangers = Strangers()
        self._default_s = default_s
        self._peers: OrderedDict[int, Peer] = OrderedDict()
        self._asks: dict[int, Ask] = {}
        self._in: list[bytes] = []  # the beginning of a frame; `_held` bytes of the `_wanted` that it needs
        self._held = self._wanted = 0
        self._out: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # what a stream server makes

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        for ask in self._asks.values():
            ask.gone = True

    def data_received(self, data: bytes) -> None:
        if self._in or self._wanted:
            # A large frame comes in many pieces: they are joined once, when it is whole.
            self._in.append(data)
            self._held += len(data)
            if self._held < self._wanted:
                return
            data = b"".join(self._in)
            self._in.clear()
            self._held = self._wanted = 0
        at, size = 0, len(data)
        now_s = self._loop.time()
        while size - at >= 4:
            (length,) = _HEAD.unpack_from(data, at)
            if not 1 <= length <= MAX_FRAME_BYTES:
                self._abort()
                return
            end = at + 4 + length
            if end > size:
                self._wanted = end - at
                break
            try:
                self._take(data, at + 4, end, now_s)
            except struct.error:
                self._abort()
                return
            at = end
        if at < size:
            self._in.append(data[at:])
            self._held = size - at

    def _take(self, data: bytes, at: int, end: int, now_s: float) -> None:
        kind = data[at]
        if kind == _FRAME_ASK:
            self._ask(data, at, at + 17, end, now_s, None)
        elif kind == _FRAME_GONE:
            gone = self._asks.pop(_TOKEN.unpack_from(data, at + 1)[0], None)
            if gone is not None:
                gone.gone = True
        elif kind == _FRAME_PEER:
            number, credential = _PEER.unpack_from(data, at + 1)
            self._meet(number, credential, data[at + 6 : end])
        elif kind == _FRAME_OPEN:
            self._opened(*_OPEN.unpack_from(data, at + 1))
        elif kind == _FRAME_TRACED_ASK:
            begins = at + 17 + CHARS
            trace = parse_traceparent(data[at + 17 : min(begins, end)].decode("latin-1"))
            self._ask(data, at, begins, end, now_s, trace)
        else:
            self._abort()

    def _ask(self, data: bytes, at: int, begins: int, end: int, now_s: float, trace: TraceContext | None) -> None:
        number, peer, left_ms = _ASK.unpack_from(data, at + 1)
        left_s = left_ms / 1000 if left_ms else self._default_s
        ask = Ask(
            token=FrontCall(self, number),
            request=data[begins:end],
            peer=self._peer(peer),
            deadline_s=now_s + left_s,
            trace=trace,
        )
        self._asks[number] = ask
        self._offer(Entry(asks=[ask]))

    def _peer(self, number: int) -> Peer:
        peer = self._peers.get(number)
        if peer is None:
            return _NOBODY
        self._peers.move_to_end(number)  # who is used longest ago is forgotten first
        return peer

    def _meet(self, number: int, kind: int, credential: bytes) -> None:
        peer = _NOBODY
        if kind == _BEARER and credential.isascii():
            peer = Peer(bearer=credential.decode("ascii"))
        elif kind == _CERTIFICATE:
            peer = Peer(certificate=credential)
        self._peers[number] = peer
        if len(self._peers) > MAX_PEERS:
            self._peers.popitem(last=False)

    def _opened(self, number: int, peer: int) -> None:
        """Tells a stream how long its credential holds."""
        try:
            caller = self._authenticator.authenticate(self._peer(peer), time.time())
        except WritError as error:
            self._strangers.log(error)
            self._send(_FRAME_OPENED, number, status_code(error), f"{error.reason}: {error.message}", b"")
            return
        left_ms = max(0, int((caller.expires_at_s - time.time()) * 1000))
        self._send(_FRAME_OPENED, number, 0, "", _TOKEN.pack(min(left_ms, 2**62)))

    def answer(self, number: int, answer: Answer) -> None:
        if self._asks.pop(number, None) is None:
            return  # nobody waits any more
        error = answer.error
        if error is None:
            self._send(_FRAME_ANSWER, number, 0, "", answer.response)
        else:
            self._send(_FRAME_ANSWER, number, status_code(error), f"{error.reason}: {error.message}", answer.response)

    def _send(self, kind: int, number: int, code: int, detail: str, response: bytes) -> None:
        said = detail.encode()[:65_535]
        if not self._out:
            self._loop.call_soon(self.flush)
        self._out.append(_ANSWER.pack(12 + len(said) + len(response), kind, number, code, len(said)))
        if said:
            self._out.append(said)
        self._out.append(response)

    def flush(self) -> None:
        """Sends every answer that has gathered in one write."""
        out, self._out = self._out, []
        if out and self._transport is not None:
            self._transport.write(b"".join(out))

    def _abort(self) -> None:
        """What is no frame comes from no front of ours."""
        if self._transport is not None:
            self._transport.abort()
