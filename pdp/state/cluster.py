"""A Redis or Valkey Cluster through redis-py, the one place that imports it: it knows how slots move between nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pdp.state.client import Call, failed, refused
from writ.errors import StateFailed

MAX_CONNECTIONS = 32
"""Per node. A batch takes one; more only overlap while batches of several lanes are in flight."""


def translate(error: BaseException) -> StateFailed:
    """A redis-py exception, or a deadline, as StateFailed. redis-py takes known codes off the text of a reply."""
    if isinstance(error, ReadOnlyError):
        return refused("READONLY")
    if isinstance(error, OutOfMemoryError):
        return refused("OOM")
    if isinstance(error, RedisTimeoutError):
        return failed(TimeoutError())
    return refused(str(error)) if isinstance(error, ResponseError) else failed(error)


class ClusterClient:
    """A Redis or Valkey Cluster, found through any of its nodes."""

    def __init__(self, url: str, *, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._cluster: RedisCluster = RedisCluster.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=deadline_s,
            protocol=2,
        )

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        answers = await self._pipeline([call.command() for call in calls])
        missing = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if missing:
            again = [calls[i].in_full() for i in missing]
            for index, answer in zip(missing, await self._pipeline(again), strict=True):
                answers[index] = answer
        return [translate(answer) if isinstance(answer, Exception) else answer for answer in answers]

    async def _pipeline(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        pipeline: Any = self._cluster.pipeline()
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Any] = await _guard(pipeline.execute(raise_on_error=False), self._deadline_s)
        return answers

    async def command(self, *args: str | bytes | int) -> Any:
        return await _guard(self._cluster.execute_command(*args), self._deadline_s)

    async def infos(self) -> list[Mapping[str, Any]]:
        await _guard(self._cluster.initialize(), self._deadline_s)
        return [
            await _guard(self._cluster.info("everything", target_nodes=node), self._deadline_s)
            for node in self._cluster.get_primaries()
        ]

    async def close(self) -> None:
        await self._cluster.aclose()


async def _guard(awaitable: Any, deadline_s: float) -> Any:
    try:
        async with asyncio.timeout(deadline_s):
            return await awaitable
    except (RedisError, OSError, TimeoutError) as error:
        raise translate(error) from error
