"""Runs Lua scripts on one Redis node (`pdp.state.node`) or a Cluster (`pdp.state.cluster`), within a deadline.

Every failure, and every deadline, becomes a `StateFailed`. Nothing is ever sent twice on its own:
whether a call that failed took effect is unknown, and `pdp.state.redis_state` deals with it. The commands that it requires
stand in docs/state.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib import resources
from typing import Any, Protocol

from hiredis import ReplyError

from pdp.state.node import Node, error_code, parse_address, parse_info
from writ.errors import ConfigurationError, StateFailed


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


def refused(text: str) -> StateFailed:
    """What an error reply means. It is cut: it may quote arguments."""
    code = text.split(" ", 1)[0]
    if code == "OOM" or "OOM" in text[:80]:
        return StateFailed("STATE_OUT_OF_MEMORY", "redis refuses writes: its memory is full")
    if "READONLY" in text[:200]:
        return StateFailed("STATE_READ_ONLY", "expected a primary, got a read-only replica")
    if code == "FENCED":
        return StateFailed("STATE_FENCED", "a later call of the same writer was served before this one")
    return StateFailed("STATE_REFUSED", f"redis refused the call: {code[:32]}")


def failed(error: BaseException) -> StateFailed:
    """What it means that no whole answer came."""
    if isinstance(error, TimeoutError):
        return StateFailed("STATE_TIMEOUT", "redis did not answer within its deadline")
    return StateFailed("STATE_UNAVAILABLE", f"redis cannot be reached: {_why(error)}")


def _why(error: BaseException) -> str:
    """Words of ours or of the system. A library's may quote addresses or what was sent."""
    if isinstance(error, ConnectionError) and error.errno is None:
        return str(error)  # of pdp.state.node
    if isinstance(error, ConnectionError | FileNotFoundError | PermissionError) and error.errno is not None:
        return os.strerror(error.errno)
    return type(error).__name__


_AWAY = frozenset({"LOADING", "MASTERDOWN", "NOAUTH", "NOPERM", "BUSY"})
"""Replies of a server that serves nothing at the moment, or not us."""


class NodeClient:
    """One Redis node, by `unix:///path`, `redis://host:port` or `rediss://host:port`. Raises ConfigurationError."""

    def __init__(self, url: str, *, deadline_s: float) -> None:
        self._node = Node(parse_address(url), deadline_s=deadline_s)

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        answers = await self._pipeline([call.command() for call in calls])
        missing = [i for i, answer in enumerate(answers) if type(answer) is ReplyError and _is(answer, "NOSCRIPT")]
        if missing:
            again = [calls[i].in_full() for i in missing]
            for index, answer in zip(missing, await self._pipeline(again), strict=True):
                answers[index] = answer
        return [refused(str(answer)) if type(answer) is ReplyError else answer for answer in answers]

    async def _pipeline(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        try:
            answers = await self._node.pipeline(commands)
        except (OSError, TimeoutError) as error:
            raise failed(error) from error
        for answer in answers:
            if type(answer) is ReplyError and error_code(answer) in _AWAY:
                raise StateFailed("STATE_UNAVAILABLE", f"redis cannot be reached: {error_code(answer)}")
        return answers

    async def command(self, *args: str | bytes | int) -> Any:
        (answer,) = await self._pipeline([args])
        if type(answer) is ReplyError:
            raise refused(str(answer))
        return answer

    async def infos(self) -> list[Mapping[str, Any]]:
        return [parse_info(await self.command("INFO", "everything"))]

    async def close(self) -> None:
        self._node.close()


def _is(answer: ReplyError, code: str) -> bool:
    return error_code(answer) == code


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
