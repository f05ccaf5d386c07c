"""`writ doctor`: looks at everything a stack needs and says of each finding how to mend it. Changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import http.client
import importlib.metadata
import json
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack import addresses, programs, ready
from control_plane.stack.child import last_complaint
from control_plane.stack.config import StackConfig, load_stack_config
from control_plane.stack.keys import check_vault_key, read_private_key, wanted
from control_plane.stack.layout import Layout, free_bytes
from control_plane.stack.places import CHECKOUT
from control_plane.stack.redis_server import find_redis_server
from control_plane.stack.state import state_lacks
from control_plane.stack.tools import TOOLS, built_tool, opa_version, tool_version
from writ.errors import DependencyFailed, WritError

PYTHON = (3, 11)

MIN_FREE_BYTES = 512 * 1024 * 1024
"""Evidence segments are preallocated, 64 MiB each, and a full disk makes every decision a DENY."""

CLOCK_FLOOR_S = 1_767_225_600
"""2026-01-01: a clock before this release is wrong, and credentials and windows with it."""

_MEND_OPA = "unset WRIT_OPA if it is set, else remove this file; then run `make tools`"

_MEND_STATE = "have that Redis answer; then run `writ state init` or `writ state rebuild`, as docs/state.md says"

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
        runs = _runs(layout)
        read = await _read(config, layout)
        found += read
        if not runs and not all(finding.right for finding in read):
            return found  # nothing can be started until they are mended
        if config.stack.start_control_plane:
            found.append(await asyncio.to_thread(_database, layout))
        found += [] if runs else _ports(config, layout)
        found += await _services(config, layout, runs)
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
    expected = tool_version(TOOLS["opa"])
    try:
        path = built_tool("opa")
        if path is None:
            return Finding(name="opa binary", right=False, detail="not built yet", mend="run `make tools`")
        version = opa_version(path)
    except WritError as error:
        return Finding(name="opa binary", right=False, detail=error.message, mend=_MEND_OPA)
    right = version == expected
    detail = f"{version} in {path}" + ("" if right else f", expected {expected}")
    return Finding(name="opa binary", right=right, detail=detail, mend="" if right else _MEND_OPA)


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
    if not os.access(layout.root, os.W_OK):
        mend = "mount it so that it can be written, or give it to the user who runs Writ"
        yield Finding(name="state folder", right=False, detail=f"`{layout.root}` cannot be written", mend=mend)
    free = free_bytes(layout)
    enough = free >= MIN_FREE_BYTES
    mend = "" if enough else "make room: evidence that cannot be written makes every answer a DENY"
    yield Finding(name="disk", right=enough, detail=f"{free // 2**20} MiB free", mend=mend)
    yield from (_key(layout.key(f"{name}.pem"), name) for name in wanted(layout))
    yield _vault_key(layout)
    if not layout.settings.exists():
        yield Finding(name="settings", right=False, detail=f"`{layout.settings}` is missing", mend=start)


def _key(path: Path, name: str) -> Finding:
    if not path.exists():
        # A production deployment has its own keys elsewhere; the file that is named in writ.yaml is checked at start.
        return Finding(name=f"key {name}", right=False, detail=f"`{path}` is missing", mend="run `writ up`")
    return _checked(path, f"key {name}", read_private_key)


def _vault_key(layout: Layout) -> Finding:
    path = layout.key("vault.key")
    if not path.exists():
        # As with the others, a deployment may name another file.
        mend = "restore it, since payloads cannot be read without; on a state folder without payloads run `writ up`"
        return Finding(name="key vault", right=False, detail=f"`{path}` is missing", mend=mend)
    return _checked(path, "key vault", check_vault_key)


def _checked(path: Path, name: str, check: Callable[[Path], object]) -> Finding:
    try:
        check(path)
    except WritError as error:
        mend = f"run `chmod 600 {path}`" if error.reason == "KEY_EXPOSED" else "restore it from a backup"
        return Finding(name=name, right=False, detail=error.message, mend=mend)
    return Finding(name=name, right=True, detail="can be read, by its owner alone")


def _config(layout: Layout) -> StackConfig | Finding:
    try:
        return load_stack_config(layout)
    except WritError as error:
        return Finding(name="settings", right=False, detail=error.message, mend=f"correct `{layout.settings}`")


async def _read(config: StackConfig, layout: Layout) -> list[Finding]:
    return list(await asyncio.gather(*(_read_by(module, layout) for module in programs.servers(config))))


async def _read_by(module: str, layout: Layout) -> Finding:
    if said := await programs.settings_refused(module, layout):
        mend = f"correct `{layout.settings}`, or the key that is named"
        return Finding(name="settings", right=False, detail=said, mend=mend)
    return Finding(name="settings", right=True, detail=f"`{module}` takes them, and its keys")


def _database(layout: Layout) -> Finding:
    # Takes a third of a second to import, which no other verb of this module needs.
    from control_plane.config import load_config
    from control_plane.storage import probe

    try:
        return Finding(name="database", right=True, detail=probe(load_config(layout.settings).database))
    except WritError as error:
        mend = f"have that database answer, or correct `control_plane.database` in `{layout.settings}`"
        if error.reason == "STORAGE_SCHEMA_UNKNOWN":
            mend = "run the newer Writ, or restore a backup of the database"
        return Finding(name="database", right=False, detail=error.message, mend=mend)


def _runs(layout: Layout) -> bool:
    """Whether a supervisor holds the lock. A file that a killed one left is not held: the kernel gives the lock back."""
    try:
        with layout.lock.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _ports(config: StackConfig, layout: Layout) -> Iterator[Finding]:
    """Ports that a start will want. Asked only while nothing of ours runs, which would hold them itself."""
    for setting, address in addresses.wanted(config).items():
        said = addresses.cannot_listen(address)
        detail = f"cannot listen on `{address}`: {said}" if said else f"{address} is free"
        mend = f"end what listens there, or set another `{setting}` in `{layout.settings}`" if said else ""
        yield Finding(name="port", right=not said, detail=detail, mend=mend)


async def _services(config: StackConfig, layout: Layout, runs: bool) -> list[Finding]:
    stack, opa = config.stack, config.opa_socket
    asks: list[tuple[str, str, Callable[[], Awaitable[str]]]] = []
    if stack.start_redis:
        asks.append(("redis", "redis", lambda: _said(ready.redis_ready(layout.socket("redis")), "answers")))
    if stack.start_control_plane:
        http = config.control_plane_http
        asks.append(("control plane", "control-plane", lambda: _said(ready.http_ready(http), "answers")))
    owner = "opa" if stack.start_opa else ""
    asks.append(("opa", owner, lambda: _said(ready.opa_ready(opa, bundle=False), "answers")))
    asks.append(("bundle", owner, lambda: _active(config)))
    if config.pdp_health:
        owner = "pdp" if stack.start_pdp else ""
        asks.append(("pdp", owner, lambda: _said(ready.pdp_ready(config.pdp_health), "serving")))
    services = [
        _service(name, _mend(name, layout, log, runs), ask, layout.log(log) if log and runs else None)
        for name, log, ask in asks
    ]
    if runs or not stack.start_redis:
        services.append(_service("state", _MEND_STATE, lambda: _whole(layout), None))
    return list(await asyncio.gather(*services))


def _mend(name: str, layout: Layout, log: str, runs: bool) -> str:
    """`log` is the name of the process that is at fault, or "" when others run it."""
    if name == "bundle" and not log:
        return (
            f"read the log of that OPA: it reaches no bundle, or verifies it by another key, key id or scope than those of"
            f" `{layout.key('public/bundle.pem')}` and `{layout.settings}`"
        )
    if not log:
        return "start it where it runs: by `writ.yaml` others do that"
    return f"read `{layout.log(log)}`" if runs else "run `writ up`"


async def _service(name: str, mend: str, ask: Callable[[], Awaitable[str]], log: Path | None) -> Finding:
    """`log` is that of the process of ours that should answer."""
    try:
        return Finding(name=name, right=True, detail=await ask())
    except WritError as error:
        said = last_complaint(log) if log is not None else ""
        return Finding(name=name, right=False, detail=error.message + said, mend=mend)


async def _said(check: Awaitable[None], detail: str) -> str:
    await check
    return detail


async def _whole(layout: Layout) -> str:
    if lacks := await state_lacks(layout):
        raise DependencyFailed("STATE_INCOMPLETE", lacks)
    return "limits have data"


async def _active(config: StackConfig) -> str:
    active = await ready.active_revision(config.opa_socket)
    if config.stack.start_control_plane:
        served = await asyncio.to_thread(_served, config.control_plane_http)
        if served not in ("", active):
            raise DependencyFailed(
                "BUNDLE_NOT_TAKEN",
                f"opa runs revision {active} and has not taken {served}, which the control plane serves",
            )
    return f"revision {active} is active"


def _served(address: str) -> str:
    """Returns the revision that the control plane says it serves, "" when it does not say."""
    connection = http.client.HTTPConnection(address, timeout=ready.ANSWER_TIMEOUT_S)
    with (
        contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError, TypeError),
        contextlib.closing(connection),
    ):
        connection.request("GET", "/health")
        return str(json.loads(connection.getresponse().read(ready.MAX_ANSWER_BYTES))["revision"])
    return ""
