"""The stack under test: the real one, started by `writ up` in a state folder of its own.

Finds the processes by the state folder's pid files. Only what stands on the decision path is counted.
"""

from __future__ import annotations

import os
import shutil
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
from control_plane.stack.config import write_settings
from control_plane.stack.layout import make_layout
from control_plane.stack.places import CHECKOUT

START_TIMEOUT_S = 300
"""A first start builds and tests the bundle; on a fresh machine it also builds OPA."""

STOP_TIMEOUT_S = 30

CALLER = "spiffe://writ.example/gateway/mcp"
FEED = "spiffe://writ.example/feed/crm"

UNLIMITED = 10**12

LIFTED = {
    "packs/agent_safety/data.yaml": ("limits.denied_repeats", "limits.denials", "limits.burst"),
    "settings/packs/bulk_operations/data.yaml": ("limits.total.rows",),
}
"""Limits that a load passes by lasting; those of single actions stand."""

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
    _prepare(state)
    ready, output = state.with_suffix(".ready"), state.with_suffix(".log")
    command = [sys.executable, "-m", "writ.cli.main", "up", "--state", str(state), "--once-ready", str(ready)]
    command += ["--while", str(os.getpid())]  # a run that is killed leaves no stack
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


def _prepare(state: Path) -> None:
    """Has the stack run the real policy with the limits lifted that a load of one kind, repeated for minutes, would pass: it
    would measure how a rogue agent is stopped. The tests of those limits stay out."""
    layout = make_layout(state)
    if not write_settings(layout, os.urandom):
        return
    policy = state.with_suffix(".rego")
    shutil.copytree(CHECKOUT / "rego", policy)
    for name, keys in LIFTED.items():
        path = policy / name
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key in keys:
            *above, last = key.split(".")
            node = document
            for step in above:
                node = node[step]
            node[last] = UNLIMITED
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
    for pack in ("agent_safety", "bulk_operations"):
        for test in (policy / "packs" / pack).glob("*_test.rego"):
            test.unlink()
    settings = yaml.safe_load(layout.settings.read_text(encoding="utf-8"))
    settings["stack"]["rego"] = str(policy)
    layout.settings.write_text(yaml.safe_dump(settings), encoding="utf-8")


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
