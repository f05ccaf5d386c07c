"""One watched process: started by shim.py, named in the state folder, restarted with growing pauses, stopped whole.

Every child leads a process group, so that its workers end with it. Does not know what the process is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from control_plane.stack.layout import Layout
from control_plane.stack.minder import signalled
from control_plane.stack.places import child_environment
from writ.errors import DependencyFailed


async def _nothing() -> None:
    """Most children need nothing after a restart."""


SHIM = Path(__file__).with_name("shim.py")

POLL_S = 0.02
"""Between two questions whether a child is ready or gone; a start takes tenths of a second."""

STEADY_S = 30.0
"""A child that ran this long starts again with the shortest pause."""

TAIL_LINES = 5

MAX_TAIL_BYTES = 8192

COMPLAINTS = frozenset({"warning", "error", "critical"})
"""Levels of a log, ours and OPA's, whose lines say that something is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to run. `ready` raises DependencyFailed until it is; `sockets` are removed before each start;
    `after_restart` is called when it is ready again after a crash."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], Awaitable[None]]
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: tuple[Path, ...] = ()
    after_restart: Callable[[], Awaitable[None]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds."""

    ready_timeout_s: float
    stop_timeout_s: float
    restart_min_s: float
    restart_max_s: float


class Child:
    """A process that is kept running from `start` to `stop`. `report(text)` tells people; `mind(line)` the minder."""

    def __init__(
        self, spec: ChildSpec, layout: Layout, pace: Pace, *, report: Callable[[str], None], mind: Callable[[str], None]
    ) -> None:
        self.spec = spec
        self._layout = layout
        self._pace = pace
        self._report = report
        self._mind = mind
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """Process number while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        """Returns once the process is ready; from then on it is watched.

        Raises:
            DependencyFailed: it ended or was not ready in time; the last lines of its output are in the message.
        """
        try:
            await self._spawn()
            await self._until_ready()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._keep_running())

    async def stop(self) -> int | None:
        """Ends the process and its workers: SIGTERM, then SIGKILL. May be called twice, and before `start`. Returns the exit
        code, None when nothing ran."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        return await self._end()

    async def _keep_running(self) -> None:
        pause_s = self._pace.restart_min_s
        while True:
            if self._process is not None:
                started = time.monotonic()
                code = await self._process.wait()
                self._forget()
                self._process = None
                if time.monotonic() - started > STEADY_S:
                    pause_s = self._pace.restart_min_s
                self._report(f"{self.spec.name} {_ended(code)}; starting again{self._tail()}")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, self._pace.restart_max_s)
            await self._start_again(pause_s)

    async def _start_again(self, next_pause_s: float) -> None:
        try:
            await self._spawn()
            await self._until_ready()
        except (DependencyFailed, OSError) as error:
            self._report(f"{self.spec.name} did not come back: {error}; next try in {next_pause_s:.2f} s")
            await self._end()
            return
        self._report(f"{self.spec.name} is ready again")
        try:
            await self.spec.after_restart()
        except DependencyFailed as error:
            self._report(f"after the restart of {self.spec.name}: {error}")

    async def _spawn(self) -> None:
        for path in self.spec.sockets:
            path.unlink(missing_ok=True)
        with self._layout.log(self.spec.name).open("ab") as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                # -I -S: the shim needs no site packages, and starts in a few milliseconds.
                *(sys.executable, "-I", "-S", str(SHIM), str(os.getpid()), *self.spec.command),
                env=child_environment(self.spec.environment),
                cwd=self._layout.root,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # A kill of the supervisor before this line: the shim's parent-death signal ends the child.
        self._mind(f"+{self._process.pid}")
        record = f"{self._process.pid} {start_ticks(self._process.pid)}\n"
        self._layout.process(self.spec.name).write_text(record, encoding="ascii")

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self._pace.ready_timeout_s
        while True:
            try:
                return await self.spec.ready()
            except DependencyFailed as error:
                process = self._process
                if process is not None and process.returncode is not None:
                    raise DependencyFailed(
                        "CHILD_ENDED",
                        f"{self.spec.name} {_ended(process.returncode)} before it was ready{self._tail()}",
                    ) from error
                if time.monotonic() > deadline:
                    said = last_complaint(self._layout.log(self.spec.name), self._log_start)
                    raise DependencyFailed(
                        "CHILD_NOT_READY",
                        f"{self.spec.name} was not ready within {self._pace.ready_timeout_s:.0f} s: {error.message}{said}",
                    ) from error
            await asyncio.sleep(POLL_S)

    async def _end(self) -> int | None:
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            signalled(process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), self._pace.stop_timeout_s)
            except TimeoutError:
                self._report(f"{self.spec.name} did not stop within {self._pace.stop_timeout_s:.0f} s and was killed")
        self._forget()
        code = await process.wait()
        self._process = None
        return code

    def _forget(self) -> None:
        """Kills what is left of the group: workers of a child that crashed."""
        if self._process is not None:
            signalled(self._process.pid, signal.SIGKILL)
            self._mind(f"-{self._process.pid}")
        self._layout.process(self.spec.name).unlink(missing_ok=True)

    def _tail(self) -> str:
        path = self._layout.log(self.spec.name)
        lines = _last_words(self.spec.name, _end_of(path, self._log_start))
        return f"; last words in {path}: " + " | ".join(lines) if lines else ""


def last_complaint(path: Path, start: int = 0) -> str:
    """Returns what the process that writes a log complained of last, behind byte `start` and near its end: "; …" with the log's
    name, or "" where no line in JSON has a level of warning or graver."""
    for line in reversed(_end_of(path, start)):
        said = _fields(line)
        if said.get("level") in COMPLAINTS:
            words = (str(said[name]) for name in ("message", "msg", "reason", "detail") if said.get(name))
            return f"; {path} says{_when(said)}: {': '.join(words)}"
    return ""


def _when(said: dict[str, Any]) -> str:
    """Returns when a line was written: it may be long ago. Ours have `time_ms` (Unix), OPA's `time` (RFC 3339)."""
    at = said.get("time", "")
    if isinstance(said.get("time_ms"), int):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(said["time_ms"] / 1000))
    return f" at {at}" if at else ""


def _end_of(path: Path, start: int) -> list[str]:
    """Returns the last lines of a log behind byte `start`."""
    try:
        with path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(start if start <= end else 0, end - MAX_TAIL_BYTES))  # else it was set aside meanwhile
            return log.read(MAX_TAIL_BYTES).decode(errors="replace").strip().splitlines()
    except OSError:
        return []


def _last_words(name: str, lines: list[str]) -> list[str]:
    """Returns what a process said last; the line with which it gave up, by name or as the JSON of a log, if there is one,
    because what libraries say behind it while the interpreter ends is no cause."""
    for line in reversed(lines):
        if line.startswith(f"{name}: "):
            return [line]
        if (said := _given_up(line)) is not None:
            return [f"{name}: {said}"]
    return lines[-TAIL_LINES:]


def _given_up(line: str) -> str | None:
    """Returns what a line of level `critical` says, with which our servers end; None for any other line."""
    said = _fields(line)
    if said.get("level") != "critical":
        return None
    return ": ".join(str(said[name]) for name in ("reason", "message") if said.get(name))


def _fields(line: str) -> dict[str, Any]:
    """Returns what a line of a log in JSON holds, nothing for any other line."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def start_ticks(pid: int) -> str:
    """Returns when a process started, in clock ticks since boot (proc(5), field 22), or "" when there is none."""
    try:
        return (
            (Path("/proc") / str(pid) / "stat")
            .read_text(encoding="ascii", errors="replace")
            .rpartition(")")[2]
            .split()[19]
        )
    except OSError:
        return ""


def end_leftovers(layout: Layout) -> list[str]:
    """Kills children that a killed supervisor left and that have not ended yet; returns their names.

    A process number that now belongs to another process is left alone.
    """
    ended = []
    for path in sorted((layout.root / "run").glob("*.pid")):
        fields = path.read_text(encoding="ascii", errors="replace").split()
        pid = int(fields[0]) if len(fields) == 2 and fields[0].isdigit() else 0
        if pid > 1 and start_ticks(pid) == fields[1]:
            signalled(pid, signal.SIGKILL)
            while start_ticks(pid) == fields[1] and not _is_zombie(pid):
                time.sleep(POLL_S)  # the kernel ends it; what it holds open must be free before we start
            ended.append(path.stem)
        path.unlink(missing_ok=True)
    return ended


def _is_zombie(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
