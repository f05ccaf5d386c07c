"""`writ doctor`: looks at everything a stack needs and says of each finding how to mend it. Changes nothing."""

from __future__ import annotations

import asyncio
import importlib.metadata
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack import ready
from control_plane.stack.config import StackConfig, load_stack_config
from control_plane.stack.keys import KINDS, read_private_key
from control_plane.stack.layout import Layout, free_bytes
from control_plane.stack.places import CHECKOUT
from control_plane.stack.redis_server import find_redis_server
from control_plane.stack.tools import TOOLS, built_tool, tool_version
from writ.errors import WritError

PYTHON = (3, 11)

MIN_FREE_BYTES = 512 * 1024 * 1024
"""Evidence segments are preallocated, 64 MiB each, and a full disk makes every decision a DENY."""

CLOCK_FLOOR_S = 1_767_225_600
"""2026-01-01: a clock before this release is wrong, and credentials and windows with it."""

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `mend` is "" when it is right."""

    name: str
    right: bool
    detail: str
    mend: str = ""


async def examine(layout: Layout) -> list[Finding]:
    """Returns every finding, in the order in which one would mend them."""
    found = [_python(), _packages(), _opa(), _redis(), _clock()]
    found += _state(layout)
    if layout.settings.exists():
        config = _config(layout)
        if isinstance(config, Finding):
            return [*found, config]
        found += await _services(config)
    return found


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    right = sys.version_info[:2] >= PYTHON
    return Finding(name="python", right=right, detail=version, mend="" if right else "install Python 3.11 or newer")


def _packages() -> Finding:
    wrong = []
    for name, version in _PIN.findall((CHECKOUT / "requirements" / "runtime.txt").read_text(encoding="utf-8")):
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "missing"
        if installed != version:
            wrong.append(f"{name} {installed} instead of {version}")
    detail = "; ".join(wrong[:3]) if wrong else "as locked"
    return Finding(name="packages", right=not wrong, detail=detail, mend="run `make setup`" if wrong else "")


def _opa() -> Finding:
    try:
        path = built_tool("opa")
    except WritError as error:
        return Finding(
            name="opa binary", right=False, detail=error.message, mend="unset WRIT_OPA, or mend what it names"
        )
    if path is None:
        return Finding(name="opa binary", right=False, detail="not built yet", mend="run `make tools`")
    return Finding(name="opa binary", right=True, detail=f"{tool_version(TOOLS['opa'])} in {path}")


def _redis() -> Finding:
    try:
        server = find_redis_server()
    except WritError as error:
        mend = "install redis-server 7 or newer, or run `make setup`"
        return Finding(name="redis binary", right=False, detail=error.message, mend=mend)
    return Finding(name="redis binary", right=True, detail=f"{server.name} {server.version} in {server.binary}")


def _clock() -> Finding:
    now_s = time.time()
    right = now_s >= CLOCK_FLOOR_S
    detail = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s))
    return Finding(name="clock", right=right, detail=detail, mend="" if right else "set the clock, for example by NTP")


def _state(layout: Layout) -> Iterator[Finding]:
    start = "run `writ up`"
    if not layout.root.is_dir():
        yield Finding(name="state folder", right=False, detail=f"`{layout.root}` is missing", mend=start)
        return
    mode = layout.root.stat().st_mode & 0o777
    mend = f"run `chmod 700 {layout.root}`" if mode != 0o700 else ""
    yield Finding(name="state folder", right=not mend, detail=f"{layout.root}, mode {mode:04o}", mend=mend)
    free = free_bytes(layout)
    enough = free >= MIN_FREE_BYTES
    mend = "" if enough else "make room: evidence that cannot be written makes every answer a DENY"
    yield Finding(name="disk", right=enough, detail=f"{free // 2**20} MiB free", mend=mend)
    yield from (_key(layout.key(f"{name}.pem"), name) for name in KINDS)
    if not layout.settings.exists():
        yield Finding(name="settings", right=False, detail=f"`{layout.settings}` is missing", mend=start)


def _key(path: Path, name: str) -> Finding:
    if not path.exists():
        # A production deployment has its own keys elsewhere; the file that is named in writ.yaml is checked at start.
        return Finding(name=f"key {name}", right=False, detail=f"`{path}` is missing", mend="run `writ up`")
    try:
        read_private_key(path)
    except WritError as error:
        return Finding(
            name=f"key {name}", right=False, detail=error.message, mend=f"restore it, or run `chmod 600 {path}`"
        )
    return Finding(name=f"key {name}", right=True, detail="readable by its owner alone")


def _config(layout: Layout) -> StackConfig | Finding:
    try:
        return load_stack_config(layout)
    except WritError as error:
        return Finding(name="settings", right=False, detail=error.message, mend=f"correct `{layout.settings}`")


async def _services(config: StackConfig) -> list[Finding]:
    asks: list[tuple[str, Callable[[], Awaitable[str]]]] = []
    if config.stack.start_redis:
        path = Path(config.redis_url.removeprefix("unix://"))
        asks.append(("redis", lambda: _said(ready.redis_ready(path), "answers")))
    if config.stack.start_control_plane:
        asks.append(("control plane", lambda: _said(ready.http_ready(config.control_plane_http), "answers")))
    asks.append(("opa", lambda: _said(ready.opa_ready(config.opa_socket, bundle=False), "answers")))
    asks.append(("bundle", lambda: _active(config)))
    if not config.pdp_tls:
        asks.append(("pdp", lambda: _said(ready.pdp_ready(config.pdp_listen), "serving")))
    return list(await asyncio.gather(*(_service(name, ask) for name, ask in asks)))


async def _service(name: str, ask: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(name=name, right=True, detail=await ask())
    except WritError as error:
        mend = f"run `writ up`; if it runs, read logs/{name.replace(' ', '-')}.log in the state folder"
        return Finding(name=name, right=False, detail=error.message, mend=mend)


async def _said(check: Awaitable[None], detail: str) -> str:
    await check
    return detail


async def _active(config: StackConfig) -> str:
    return f"revision {await ready.active_revision(config.opa_socket)} is active"
