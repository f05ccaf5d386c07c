"""Canonicalizes long programs in one worker process with a time limit, so that no parser holds up the event loop.

The worker is `python -m pdp.offload`; both sides exchange frames of JSON (4 bytes length, big endian) over its pipes,
so that a worker broken by a hostile program cannot make this process run anything. It ends when its input ends.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from collections import Counter
from typing import Any, BinaryIO

import orjson

from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.model import CanonicalCall
from writ.action import Action, Container, Destination, Finding, Operation, Reversibility, Scope, Verb
from writ.errors import InvalidInput

START_LIMIT_S = 20.0
"""Longest start of a worker: it imports the parsers and compiles the catalog."""

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Longest frame: a catalog, or the operations of a program of 16 KiB."""

MAX_WAITING = 64
"""Calls that may wait for the worker; one more is UNKNOWN at once."""

MAX_WAITING_PER_CALLER = 16
"""Those of one caller, so that its flood leaves room for others."""


class Offloader:
    """Owns the worker. Calls are taken one after the other; a late or broken worker is killed and made anew."""

    def __init__(self, *, limit_s: float = 0.5, start_limit_s: float = START_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._start_limit_s = start_limit_s
        self._lock = asyncio.Lock()
        self._waiting: Counter[str] = Counter()
        self._process: asyncio.subprocess.Process | None = None
        self._loaded: Canonicalizer | None = None

    async def canonicalize(
        self,
        canonicalizer: Canonicalizer,
        server: str,
        tool: str,
        definition_digest: str,
        args_json: bytes,
        caller: str = "",
    ) -> CanonicalCall:
        """Returns what `canonicalizer.canonicalize` returns, or the action as UNKNOWN with finding PARSE_TIMEOUT (the
        worker was killed), PARSE_FAILED (it broke) or PARSE_BUSY. Raises InvalidInput as it does."""
        if not canonicalizer.is_heavy(server, tool, args_json):
            return canonicalizer.canonicalize(server, tool, definition_digest, args_json)
        if self._waiting.total() >= MAX_WAITING or self._waiting[caller] >= MAX_WAITING_PER_CALLER:
            message = f"expected at most {MAX_WAITING} long programs waiting, {MAX_WAITING_PER_CALLER} of one caller"
            code = "PARSE_BUSY"
        else:
            self._waiting[caller] += 1
            try:
                async with self._lock:
                    return await self._ask(canonicalizer, [server, tool, definition_digest, args_json.decode("utf-8")])
            except TimeoutError:
                code, message = "PARSE_TIMEOUT", f"expected a program that parses within {self._limit_s} s"
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                code, message = "PARSE_FAILED", "expected the parser to finish, got a broken worker"
            finally:
                self._waiting[caller] -= 1
                if not self._waiting[caller]:
                    del self._waiting[caller]
        finding = Finding(code=code, pointer="", message=message)
        return canonicalizer.unknown(server, tool, definition_digest, args_json, finding)

    async def aclose(self) -> None:
        """Ends the worker."""
        await self._kill()

    async def _ask(self, canonicalizer: Canonicalizer, request: list[str]) -> CanonicalCall:
        finished = False
        try:
            async with asyncio.timeout(self._start_limit_s):
                process = await self._worker(canonicalizer)
            async with asyncio.timeout(self._limit_s):
                answer = await _exchange(process, request)
            finished = True
        finally:
            # Whatever interrupted the exchange, also a caller that went away, leaves the pipes out of step.
            if not finished:
                await asyncio.shield(self._kill())
        if "reason" in answer:
            raise InvalidInput(answer["reason"], answer["message"])
        return _call_from_json(answer)

    async def _worker(self, canonicalizer: Canonicalizer) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._loaded = None
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "pdp.offload",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=MAX_FRAME_BYTES,
            )
        if self._loaded is not canonicalizer:
            load = {"catalog": canonicalizer.catalog.data, "severity": canonicalizer.severity}
            await _exchange(self._process, load)
            self._loaded = canonicalizer
        return self._process

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, message: object) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("expected a worker with pipes")
    data = orjson.dumps(message)
    process.stdin.write(struct.pack(">I", len(data)) + data)
    await process.stdin.drain()
    (length,) = struct.unpack(">I", await process.stdout.readexactly(4))
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"expected a frame of at most {MAX_FRAME_BYTES} bytes, got {length}")
    answer = orjson.loads(await process.stdout.readexactly(length))
    if type(answer) is not dict:
        raise ValueError("expected an object from the worker")
    return answer


def _call_to_json(call: CanonicalCall) -> dict[str, Any]:
    return {
        "action": call.action.to_json(),
        "action_json": call.action_json.decode("utf-8"),
        "action_digest": call.action_digest,
        "execution_digest": call.execution_digest,
        "environment": call.environment,
        "tool_known": call.tool_known,
        "audience": call.audience,
        "subjects": call.subjects,
    }


def _call_from_json(data: dict[str, Any]) -> CanonicalCall:
    return CanonicalCall(
        action=Action(
            operations=tuple(_operation(item) for item in data["action"]["operations"]),
            findings=tuple(Finding(**item) for item in data["action"]["findings"]),
        ),
        action_json=data["action_json"].encode("utf-8"),
        action_digest=data["action_digest"],
        execution_digest=data["execution_digest"],
        environment=data["environment"],
        tool_known=data["tool_known"],
        audience=data["audience"],
        subjects=tuple(data["subjects"]),
    )


def _operation(data: dict[str, Any]) -> Operation:
    return Operation(
        verb=Verb(data["verb"]),
        resource_type=data["resource_type"],
        resource_ids=tuple(data["resource_ids"]),
        scope=Scope(data["scope"]),
        containers=tuple(Container(**item) for item in data["containers"]),
        max_rows=data.get("max_rows"),
        amount_minor=data.get("amount_minor"),
        currency=data["currency"],
        destinations=tuple(Destination(**item) for item in data["destinations"]),
        reversibility=Reversibility(data["reversibility"]),
        attributes=data["attributes"],
    )


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers frames until `source` ends. A frame with a catalog replaces the one before."""
    canonicalizer: Canonicalizer | None = None
    while len(head := source.read(4)) == 4:
        message = orjson.loads(source.read(struct.unpack(">I", head)[0]))
        answer: dict[str, Any] = {}
        if type(message) is dict:
            canonicalizer = Canonicalizer(Catalog.parse(message["catalog"]), message["severity"])
        elif canonicalizer is not None:
            server, tool, definition_digest, arguments = message
            try:
                answer = _call_to_json(
                    canonicalizer.canonicalize(server, tool, definition_digest, arguments.encode("utf-8"))
                )
            except InvalidInput as error:
                answer = {"reason": error.reason, "message": error.message}
        data = orjson.dumps(answer)
        sink.write(struct.pack(">I", len(data)) + data)
        sink.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
