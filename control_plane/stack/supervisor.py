"""Starts the processes of one stack in order, watches them, and stops them in reverse order.

Order: both servers read their settings, and ports are free; Redis and control plane; the bundle, built and pushed if its sources
have changed; OPA, until it runs a bundle; the state epoch; the decision point, until it serves. One supervisor a state folder, by
flock(2), which the kernel gives back when the supervisor is killed; minder.py and shim.py then end the children. Does not print;
it reports lines.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from control_plane.opa_config import OPA_ENVIRONMENT, opa_command
from control_plane.stack import policy, ready
from control_plane.stack.addresses import check_addresses
from control_plane.stack.child import Child, ChildSpec, Pace, end_leftovers
from control_plane.stack.config import StackConfig, load_stack_config, write_settings
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import Layout, link_tool, set_logs_aside
from control_plane.stack.programs import check_settings
from control_plane.stack.redis_server import find_redis_server, redis_command
from control_plane.stack.state import StackState, state_lacks
from control_plane.stack.tools import opa_version, tool_path
from writ.errors import DependencyFailed

MINDER = Path(__file__).with_name("minder.py")

GRPC_ENVIRONMENT = {"GRPC_VERBOSITY": "ERROR", "GRPC_ENABLE_FORK_SUPPORT": "false"}
"""gRPC writes lines of its own form between those of the servers: of each program that is started beside it, whose handlers
nobody needs, since all of them are other programs."""

LOGS_EVERY_S = 60.0
"""Between two looks at how large the logs are; the busiest decision point writes some 20 MiB in that time."""


class Supervisor:
    """One stack. `random(n)` gives n secret bytes, `now_s()` Unix seconds, `report(text)` tells people."""

    def __init__(
        self,
        layout: Layout,
        *,
        random: Callable[[int], bytes],
        now_s: Callable[[], float],
        report: Callable[[str], None],
    ) -> None:
        self._layout = layout
        self._random = random
        self._now_s = now_s
        self._report = report
        self._state = StackState(layout, random=random, report=report)
        self._children: list[Child] = []
        self._minder: asyncio.subprocess.Process | None = None

    @property
    def pids(self) -> dict[str, int]:
        """Process numbers by name, of those that run now."""
        return {child.spec.name: child.pid for child in self._children if child.pid is not None}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[StackConfig]:
        """Starts everything, yields the settings, and stops everything, also when starting fails.

        Raises:
            WritError: another supervisor runs on this folder, or something cannot be started.
        """
        layout = self._layout
        with _locked(layout):
            for name in end_leftovers(layout):
                self._report(f"ended {name}, left by a supervisor that was killed")
            logs = asyncio.create_task(self._keep_logs_small(), name="logs")
            try:
                yield await self._start()
            finally:
                logs.cancel()
                await self._stop()

    async def _start(self) -> StackConfig:
        layout = self._layout
        # A tool may take minutes to build, once; nothing runs yet that would have to be watched meanwhile.
        opa = await asyncio.to_thread(tool_path, "opa")
        await asyncio.to_thread(opa_version, opa)  # a program that is none would fail later, in other words
        link_tool(layout, "opa", opa)
        if made := make_keys(layout, self._random):
            self._report(f"made keys: {', '.join(made)}")
        if write_settings(layout, self._random):
            self._report(f"wrote {layout.settings}")
        config = load_stack_config(layout)
        if config.native_front and config.stack.start_pdp:
            link_tool(layout, "front", await asyncio.to_thread(tool_path, "front"))
        # Before anything runs: a start that a setting ends has stopped nothing and has used up no proof of what Redis holds.
        await check_settings(config, layout)
        check_addresses(config, layout)
        await self._start_minder()
        pace = Pace(
            ready_timeout_s=config.stack.ready_timeout_s,
            stop_timeout_s=config.stack.stop_timeout_s,
            restart_min_s=config.stack.restart_min_ms / 1000,
            restart_max_s=config.stack.restart_max_ms / 1000,
        )
        if config.stack.start_redis:
            await self._start_child(self._redis(config), pace)
        if config.stack.start_control_plane:
            await self._publish(config, opa, pace)
        if config.stack.start_opa:
            await self._start_child(self._opa(config, opa), pace)
        if config.stack.start_pdp:
            await self._state.begin(own_redis=config.stack.start_redis)
            await self._start_child(self._pdp(config), pace)
        # With both it was just counted again; else receipts or Redis are others', who alone can mend what is missing.
        if config.stack.start_redis != config.stack.start_pdp and (lacks := await state_lacks(layout)):
            self._report(f"state: {lacks}")
        return config

    async def _publish(self, config: StackConfig, opa: Path, pace: Pace) -> None:
        """Builds while the control plane starts: both take a second or two."""
        building = asyncio.create_task(
            asyncio.to_thread(policy.build_if_changed, self._layout, config.stack.rego, opa), name="build"
        )
        try:
            await self._start_child(self._control_plane(config), pace)
            built = await building
        finally:
            building.cancel()
        if built is None and not await asyncio.to_thread(policy.is_stored, self._layout, config, int(self._now_s())):
            self._report("the control plane does not hold the bundle that was pushed last; building it again")
            built = await asyncio.to_thread(policy.build, self._layout, config.stack.rego, opa)
        if built is not None:
            await asyncio.to_thread(policy.push, self._layout, config, built, int(self._now_s()))
            self._report(f"bundle {built.revision[:12]} built, tested, signed and pushed")

    async def _start_child(self, spec: ChildSpec, pace: Pace) -> None:
        child = Child(spec, self._layout, pace, report=self._report, mind=self._mind)
        self._children.append(child)
        await child.start()

    async def _stop(self) -> None:
        mark, code = "", None
        for child in reversed(self._children):
            if child.spec.name == "redis":  # the decision point, started after it, has stopped
                mark = await self._state.seal()
            code = await child.stop()
        if mark and code == 0:
            self._state.keep_mark(mark)
        self._children.clear()
        if self._minder is not None and self._minder.stdin is not None:
            self._minder.stdin.close()
            await self._minder.wait()
        _end_tools()

    async def _keep_logs_small(self) -> None:
        while True:
            try:
                await asyncio.to_thread(set_logs_aside, self._layout)
            except OSError as error:  # a full disk must not end the stack, which refuses by itself then
                self._report(f"logs cannot be set aside: {error.strerror}")
            await asyncio.sleep(LOGS_EVERY_S)

    async def _start_minder(self) -> None:
        self._minder = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(MINDER)),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C at the terminal is for the supervisor alone
        )

    def _mind(self, line: str) -> None:
        if self._minder is not None and self._minder.stdin is not None:
            # A minder that somebody killed is missed only if the supervisor is killed too.
            self._minder.stdin.write(f"{line}\n".encode())

    def _redis(self, config: StackConfig) -> ChildSpec:
        socket = self._layout.socket("redis")
        return ChildSpec(
            name="redis",
            command=tuple(redis_command(find_redis_server(), self._layout, config.stack.redis_memory_mib)),
            ready=lambda: ready.redis_ready(socket),
            sockets=(socket,),
            after_restart=self._state.resume,
        )

    def _control_plane(self, config: StackConfig) -> ChildSpec:
        return ChildSpec(
            name="control-plane",
            command=(sys.executable, "-m", "control_plane.server", "--config", str(self._layout.settings)),
            ready=lambda: ready.http_ready(config.control_plane_http),
            environment=GRPC_ENVIRONMENT,
            sockets=(self._layout.socket("control-plane"),),
        )

    def _opa(self, config: StackConfig, opa: Path) -> ChildSpec:
        settings = policy.write_opa_config(self._layout, config)
        return ChildSpec(
            name="opa",
            command=tuple(opa_command(opa, config.opa_socket, settings)),
            ready=lambda: ready.opa_ready(config.opa_socket, bundle=True),
            environment=OPA_ENVIRONMENT,
            sockets=(config.opa_socket,),
        )

    def _pdp(self, config: StackConfig) -> ChildSpec:
        return ChildSpec(
            name="pdp",
            command=(sys.executable, "-m", "pdp.server", "--config", str(self._layout.settings)),
            ready=lambda: ready.pdp_ready(config.pdp_health),
            environment=GRPC_ENVIRONMENT,
            sockets=(self._layout.socket("pdp"),),
        )


def _end_tools() -> None:
    """Ends what a start that was cancelled still waits for in threads: compilers, a bundle's tests. Nothing supervised is left by
    now. Without the kernel's list of children they end by themselves."""
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for pid in children.read_text(encoding="ascii").split():
                os.kill(int(pid), signal.SIGTERM)


@contextlib.contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    with layout.lock.open("a+") as lock:
        deadline = time.monotonic() + 0.5
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    lock.seek(0)
                    pid = lock.read(16).strip() or "unknown"
                    raise DependencyFailed(
                        "STACK_RUNNING", f"`writ up` runs already on `{layout.root}`, process {pid}"
                    ) from error
                time.sleep(0.05)  # a supervisor that is just ending gives it back in a moment
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
