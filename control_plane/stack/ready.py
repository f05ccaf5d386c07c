"""Asks the processes of a stack whether they are ready. Each check raises DependencyFailed with what it found instead.

Does not wait; the supervisor asks again.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2

from writ.errors import DependencyFailed

ANSWER_TIMEOUT_S = 5.0
"""For one question; a process that is up answers in milliseconds."""

HEALTH_CHECK = "/grpc.health.v1.Health/Check"

MAX_ANSWER_BYTES = 64 * 1024


async def redis_ready(socket: Path) -> None:
    """Asks Redis for PONG; while it loads its append-only file it answers LOADING."""
    answer = await _ask("redis", str(socket), b"PING\r\n", until=b"\r\n")
    if answer != b"+PONG\r\n":
        raise DependencyFailed("REDIS_NOT_READY", f"expected PONG, got {answer[:60]!r}")


async def redis_run_id(socket: Path) -> str:
    """Returns what Redis calls this run of its process: 40 hex digits, others after every start."""
    answer = await _ask("redis", str(socket), b"INFO server\r\n", until=b"\r\n\r\n")
    found = re.search(rb"\r\nrun_id:([0-9a-f]{40})\r\n", answer)
    if found is None:
        raise DependencyFailed("REDIS_NOT_READY", f"expected its run id, got {answer[:60]!r}")
    return found.group(1).decode()


async def opa_ready(socket: Path, *, bundle: bool) -> None:
    """Asks OPA for its health; with `bundle` it must also have activated one."""
    status, body = await _get("opa", str(socket), "/health?bundles" if bundle else "/health")
    if status != 200:
        raise DependencyFailed("OPA_NOT_READY", f"expected 200, got {status} {body[:200].decode(errors='replace')}")


async def http_ready(address: str) -> None:
    """Asks the control plane at `host:port` for its health."""
    status, _ = await _get("control plane", address, "/health")
    if status != 200:
        raise DependencyFailed("CONTROL_PLANE_NOT_READY", f"expected 200, got {status}")


async def active_revision(opa_socket: Path) -> str:
    """Returns the revision that OPA runs, by its own word."""
    status, body = await _get("opa", str(opa_socket), "/v1/data/system/bundles")
    try:
        bundles = json.loads(body)["result"]
        revision = next(iter(bundles.values()))["manifest"]["revision"]
    except (ValueError, KeyError, StopIteration, TypeError, AttributeError) as error:
        raise DependencyFailed("BUNDLE_MISSING", f"opa has no active bundle, answered {status}") from error
    return str(revision)


async def pdp_ready(listen: str) -> None:
    """Asks the decision point's health service (gRPC health checking protocol) for SERVING."""
    target = listen if listen.startswith("unix:") else f"dns:///{listen}"
    try:
        async with grpc.aio.insecure_channel(target) as channel:
            check = channel.unary_unary(
                HEALTH_CHECK,
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            answer = await check(health_pb2.HealthCheckRequest(), timeout=ANSWER_TIMEOUT_S)
    except grpc.aio.AioRpcError as error:
        raise DependencyFailed("PDP_NOT_READY", f"no answer on `{listen}`: {error.code().name}") from error
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        name = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
        raise DependencyFailed("PDP_NOT_READY", f"expected SERVING, got {name}")


async def _get(who: str, address: str, path: str) -> tuple[int, bytes]:
    request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
    head, _, body = (await _ask(who, address, request, until=None)).partition(b"\r\n\r\n")
    fields = head.split(b" ", 2)
    if len(fields) < 2 or not fields[1].isdigit():
        raise DependencyFailed("NOT_READY", f"{who} on `{address}` gave no HTTP answer")
    return int(fields[1]), body


async def _ask(who: str, address: str, request: bytes, until: bytes | None) -> bytes:
    """One question on a connection of its own. `address` is a socket path or `host:port`."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            if address.startswith("/"):
                reader, writer = await asyncio.open_unix_connection(address)
            else:
                host, _, port = address.rpartition(":")
                reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                writer.write(request)
                return await (reader.readuntil(until) if until else _to_the_end(reader))
            finally:
                writer.close()
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise DependencyFailed("NOT_READY", f"{who} does not answer on `{address}`: {_why(error)}") from error


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    """An answer may come in several pieces; who answers HTTP/1.0 closes behind it."""
    answer = b""
    while len(answer) < MAX_ANSWER_BYTES and (part := await reader.read(MAX_ANSWER_BYTES - len(answer))):
        answer += part
    return answer


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came within {ANSWER_TIMEOUT_S:.0f} s"
    if isinstance(error, OSError):
        return error.strerror or "it cannot be reached"
    return "expected host:port" if isinstance(error, ValueError) else "its answer is cut short"
