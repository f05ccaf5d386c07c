"""The stack under test: the real one, started by `writ up` in a state folder of its own.

Finds the processes by the state folder's pid files. Only what stands on the decision path is counted.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.metrics import Stages, parse_stages

START_TIMEOUT_S = 300
"""A first start builds and tests the bundle; on a fresh machine it also builds OPA."""

STOP_TIMEOUT_S = 30

CALLER = "spiffe://writ.example/gateway/mcp"
FEED = "spiffe://writ.example/feed/crm"

PROCESSES = ("pdp", "opa", "redis")
"""What stands on the decision path; the control plane does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running stack. `pids` has one entry for each of pdp, opa and redis."""

    state: Path
    pids: dict[str, int]
    metrics_url: str

    @property
    def target(self) -> str:
        """Address of the decision point."""
        return f"unix://{self.state / 'pdp.sock'}"

    @property
    def opa_socket(self) -> Path:
        """Socket of the OPA that the decision point asks; the bare measurements ask it directly."""
        return self.state / "opa.sock"

    def token(self, subject: str = CALLER) -> str:
        """Mints a short-lived JWT."""
        return _writ("token", "--state", str(self.state), "--subject", subject).strip()

    def stages(self) -> Stages:
        """Reads what the decision point has spent in each stage so far."""
        with urllib.request.urlopen(self.metrics_url, timeout=5) as response:  # noqa: S310  # loopback, from settings
            return parse_stages(response.read().decode())


@contextmanager
def running(state: Path) -> Iterator[Stack]:
    """Starts the stack in `state` and stops it at the end.

    Raises:
        RuntimeError: it does not become ready; the end of its output is in the message.
    """
    ready, output = state.with_suffix(".ready"), state.with_suffix(".log")
    command = [sys.executable, "-m", "writ.cli.main", "up", "--state", str(state), "--once-ready", str(ready)]
    with output.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, ready, output)
            yield _found(state)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Path, output: Path) -> None:
    until_s = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until_s:
            tail = output.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the stack did not become ready: {tail}")
        time.sleep(0.05)


def _found(state: Path) -> Stack:
    settings = yaml.safe_load((state / "writ.yaml").read_text(encoding="utf-8"))
    pids = {name: int((state / "run" / f"{name}.pid").read_text().split()[0]) for name in PROCESSES}
    return Stack(state=state, pids=pids, metrics_url=f"http://{settings['telemetry']['metrics_listen']}/metrics")


def _writ(*arguments: str) -> str:
    command = [sys.executable, "-m", "writ.cli.main", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"`writ {arguments[0]}` failed: {result.stderr.strip()[-1000:]}")
    return result.stdout
