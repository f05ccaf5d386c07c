"""The one place that talks to redis-py: runs Lua scripts on one node or a Cluster, within a deadline.

Every exception of redis-py, and every deadline, becomes a `StateFailed`. Nothing is ever sent twice on its own:
whether a call that failed took effect is unknown, and `pdp.state` deals with it. Requires the commands EVALSHA, EVAL,
INFO, GET, SET, HGET, HSET, HSETNX, HVALS and those in `pdp/lua`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib import resources
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from writ.errors import ConfigurationError, StateFailed

MAX_CONNECTIONS = 32
"""Per node. A batch takes one; more only overlap while batches of several lanes are in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A Lua script and the SHA-1 that EVALSHA knows it by."""

    text: str
    sha: str


def load_script(name: str, *, library: Sequence[str] = ("counters",), allow_oom: bool = False) -> Script:
    """Puts the files of `library` before `<name>.lua`. `allow_oom`: runs even when memory is full, for what gives back."""
    folder = resources.files("pdp").joinpath("lua")
    parts = [folder.joinpath(f"{part}.lua").read_text("utf-8") for part in (*library, name)]
    text = "\n".join(["#!lua flags=allow-oom" if allow_oom else "#!lua", *parts])
    return Script(text=text, sha=sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One script call. `key` is the one key; all others of the script carry its hash tag. Without a script `args` are a plain
    command with its key."""

    script: Script | None
    key: str
    args: tuple[str | bytes, ...]

    def command(self) -> tuple[Any, ...]:
        """What goes to the server, as long as it knows the script."""
        return self.args if self.script is None else ("EVALSHA", self.script.sha, 1, self.key, *self.args)

    def in_full(self) -> tuple[Any, ...]:
        """The same with the text of the script."""
        return self.args if self.script is None else ("EVAL", self.script.text, 1, self.key, *self.args)


class Client(Protocol):
    """A Redis node or Cluster."""

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        """Runs the calls, in order where they share a key, in one concurrent pipeline a node. A call that the server
        refused answers with a StateFailed in its place. Raises StateFailed when it is unknown what took effect."""
        ...

    async def command(self, *args: str | bytes | int) -> Any:
        """Runs one command that names its key. Raises StateFailed."""
        ...

    async def infos(self) -> list[Mapping[str, Any]]:
        """INFO of every primary. Raises StateFailed."""
        ...

    async def close(self) -> None: ...


def translate(error: BaseException) -> StateFailed:
    """A redis-py exception, or a deadline, as StateFailed. Server messages are cut: they may quote arguments."""
    if isinstance(error, ReadOnlyError):
        return StateFailed("STATE_READ_ONLY", "expected a primary, got a read-only replica")
    text = str(error)
    if isinstance(error, OutOfMemoryError) or "OOM" in text[:80]:
        return StateFailed("STATE_OUT_OF_MEMORY", "redis refuses writes: its memory is full")
    if isinstance(error, (TimeoutError, RedisTimeoutError)):
        return StateFailed("STATE_TIMEOUT", "redis did not answer within its deadline")
    if isinstance(error, ResponseError):
        code = text.split(" ", 1)[0]
        if "READONLY" in text[:200]:
            return StateFailed("STATE_READ_ONLY", "expected a primary, got a read-only replica")
        if code == "FENCED":
            return StateFailed("STATE_FENCED", "a later call of the same writer was served before this one")
        return StateFailed("STATE_REFUSED", f"redis refused the call: {code[:32]}")
    return StateFailed("STATE_UNAVAILABLE", f"redis cannot be reached: {type(error).__name__}")


_FAILURES = (RedisError, OSError, TimeoutError)


class NodeClient:
    """One Redis node, by `unix:///path` or `redis://host:port` (also `rediss://`)."""

    def __init__(self, url: str, *, deadline_s: float, password: str | None = None) -> None:
        self._deadline_s = deadline_s
        self._redis: Redis = Redis.from_url(
            url,
            password=password,
            max_connections=MAX_CONNECTIONS,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=deadline_s,
            protocol=2,
        )

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        try:
            async with asyncio.timeout(self._deadline_s):
                answers = await self._pipeline([call.command() for call in calls])
                missing = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
                if missing:
                    again = [calls[i].in_full() for i in missing]
                    for index, answer in zip(missing, await self._pipeline(again), strict=True):
                        answers[index] = answer
        except _FAILURES as error:
            # Whatever else is pooled leads to the same server that just failed.
            await self._redis.connection_pool.disconnect(inuse_connections=False)
            raise translate(error) from error
        return [translate(answer) if isinstance(answer, Exception) else answer for answer in answers]

    async def _pipeline(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        # Spares redis-py's pipeline object, which costs more than the script call itself.
        pool: Any = self._redis.connection_pool
        connection = await pool.get_connection()
        done = False
        try:
            await connection.send_packed_command(connection.pack_commands(commands))
            answers: list[Any] = []
            for _ in commands:
                try:
                    answers.append(await connection.read_response())
                except ResponseError as error:
                    answers.append(error)
            done = True
            return answers
        finally:
            if not done:  # answers may still come: this connection never serves again
                await connection.disconnect(nowait=True)
            await pool.release(connection)

    async def command(self, *args: str | bytes | int) -> Any:
        redis: Any = self._redis
        return await _guard(redis.execute_command(*args), self._deadline_s)

    async def infos(self) -> list[Mapping[str, Any]]:
        return [await _guard(self._redis.info("everything"), self._deadline_s)]

    async def close(self) -> None:
        await self._redis.aclose()


class ClusterClient:
    """A Redis or Valkey Cluster, found through any of its nodes."""

    def __init__(self, url: str, *, deadline_s: float, password: str | None = None) -> None:
        self._deadline_s = deadline_s
        self._cluster: RedisCluster = RedisCluster.from_url(
            url,
            password=password,
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
    except _FAILURES as error:
        raise translate(error) from error


async def run_one(client: Client, script: Script, key: str, *args: str | bytes) -> Any:
    """Runs one script and returns its answer. Raises StateFailed."""
    (answer,) = await client.run([Call(script=script, key=key, args=args)])
    if isinstance(answer, StateFailed):
        raise answer
    return answer


def verify_server(info: Mapping[str, Any]) -> None:
    """Refuses a server that may lose counters or is too old. Raises ConfigurationError with the reason
    STATE_SERVER_*."""
    policy = info.get("maxmemory_policy")
    if policy != "noeviction":
        raise ConfigurationError(
            "STATE_SERVER_EVICTS", f"maxmemory-policy: expected noeviction, got `{policy}`: it would forget counters"
        )
    if info.get("role") != "master":
        raise ConfigurationError("STATE_SERVER_REPLICA", f"role: expected master, got `{info.get('role')}`")
    field, least = ("valkey_version", 8) if "valkey_version" in info else ("redis_version", 7)
    version = str(info.get(field, ""))
    major = version.split(".", 1)[0]
    if not major.isdigit() or int(major) < least:
        raise ConfigurationError("STATE_SERVER_VERSION", f"{field}: expected {least} or newer, got `{version[:16]}`")
