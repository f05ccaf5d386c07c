"""Runs the native front as a child of the decision point."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pdp.addresses import refused
from pdp.config import NativeFront, Pdp
from writ.errors import DependencyFailed

log = logging.getLogger("writ.front")

START_S = 10.0
"""Longest that the front may take to listen; it takes milliseconds."""

RESTART_S, RESTART_MAX_S = 0.1, 5.0
"""Pauses before a front that ended is started again, twice as long each time until it has served for a while."""

STEADY_S = 10.0


class FrontProcess:
    """The sockets and the process. `accept` makes the protocol of the front's connection; `changed` is called whenever `serving`
    has."""

    def __init__(
        self,
        pdp: Pdp,
        front: NativeFront,
        accept: Callable[[], asyncio.Protocol],
        *,
        max_message_bytes: int,
        changed: Callable[[], None],
    ) -> None:
        self._pdp = pdp
        self._front = front
        self._accept = accept
        self._max_message_bytes = max_message_bytes
        self._changed = changed
        self._serving = False
        self._server: asyncio.Server | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._minder: asyncio.Task[None] | None = None

    @property
    def serving(self) -> bool:
        """Whether the front takes calls: not between its end and its next start."""
        return self._serving

    @property
    def rest(self) -> Path:
        """Socket on which grpcio takes every call but Decide and DecideStream."""
        return self._front.folder / "rest.sock"

    @property
    def _engine(self) -> Path:
        return self._front.folder / "engine.sock"

    def prepare(self) -> None:
        """Makes the folder, which nobody else may enter."""
        self._front.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._front.folder.chmod(0o700)

    async def start(self) -> None:
        """Starts the front and returns when it accepts calls. Raises DependencyFailed FRONT_FAILED."""
        self._engine.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.get_running_loop().create_unix_server(self._accept, str(self._engine))
        finally:
            os.umask(before)
        await self._spawn()
        self._minder = asyncio.create_task(self._mind())

    async def stop(self) -> None:
        """Ends the front: it takes no new calls, and those that wait have `drain_ms`."""
        if self._minder is not None:
            self._minder.cancel()
            with suppress(asyncio.CancelledError):
                await self._minder
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), self._pdp.timeouts.drain_ms / 1000 + 1.0)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._server is not None:
            self._server.close()

    async def _spawn(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env={"GOGC": "400", "GOMAXPROCS": "2"},
        )
        self._process = process
        assert process.stdout is not None  # noqa: S101  a pipe was asked for
        try:
            said = await asyncio.wait_for(process.stdout.readline(), START_S)
        except TimeoutError:
            said = b""
        if said != b"serving\n":
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            listen = self._pdp.listen
            raise DependencyFailed(
                "FRONT_FAILED",
                f"`{self._front.binary.name}` did not begin to serve on `{listen}` of `pdp.listen`:"
                f" {refused(listen) or 'see its output'}",
            )
        self._tell(serving=True)

    def _tell(self, *, serving: bool) -> None:
        self._serving = serving
        self._changed()

    def _command(self) -> list[str]:
        pdp = self._pdp
        command = [
            str(self._front.binary),
            "-listen",
            pdp.listen,
            "-engine",
            str(self._engine),
            "-rest",
            str(self.rest),
        ]
        command += [
            "-max-message-bytes",
            str(self._max_message_bytes),
            "-max-unanswered",
            str(pdp.limits.queue_per_caller),
        ]
        command += ["-drain", f"{pdp.timeouts.drain_ms}ms"]
        if pdp.tls is not None:
            command += ["-certificate", str(pdp.tls.certificate), "-key", str(pdp.tls.key)]
            command += ["-client-authority", str(pdp.tls.client_authority)]
        return command

    async def _mind(self) -> None:
        """Starts the front again whenever it ends."""
        loop, pause_s = asyncio.get_running_loop(), RESTART_S
        while self._process is not None:
            since_s = loop.time()
            code = await self._process.wait()
            self._tell(serving=False)
            pause_s = RESTART_S if loop.time() - since_s > STEADY_S else min(2 * pause_s, RESTART_MAX_S)
            log.error("native front ended, starting it again", extra={"code": code, "pause_s": pause_s})
            await asyncio.sleep(pause_s)
            with suppress(DependencyFailed, OSError):
                await self._spawn()
