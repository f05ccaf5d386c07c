"""A whole stack by `writ up`, as an operator has it: supervised, and restarted when killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from control_plane.stack.config import write_settings
from control_plane.stack.layout import Layout, make_layout
from control_plane.stack.tokens import mint_token
from pdp.evidence.read import log_entries
from pep.client import Client
from tests.processes import CHECKOUT, PATIENCE_S, environment, until
from writ.keys import KeySet, parse_public_keys


class Stack:
    """A stack that `writ up` keeps running in the state folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.settings = yaml.safe_load(self.layout.settings.read_text(encoding="utf-8"))
        self.target = str(self.settings["pdp"]["listen"])

    def pid(self, name: str) -> int:
        """Returns the process id of the child `name`: redis, control-plane, opa or pdp."""
        return int(self.layout.process(name).read_text().split()[0])

    def kill(self, name: str) -> None:
        """SIGKILL to a child, which the supervisor starts again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def pause(self, name: str) -> None:
        """SIGSTOP to a child."""
        os.kill(self.pid(name), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT to a child."""
        os.kill(self.pid(name), signal.SIGCONT)

    def token(self, subject: str = "agent/billing-1", *, ttl_s: int = 3_600, **claims: Any) -> str:
        """Mints a credential."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()), ttl_s=ttl_s, **claims)

    def client(self, subject: str = "agent/billing-1", *, timeout_s: float = 60.0, **claims: Any) -> Client:
        """Returns a connection of its own with a credential of its own."""
        return Client(self.target, token=self.token(subject, **claims), timeout_s=timeout_s)

    def token_of_the_past(self, subject: str = "agent/billing-1") -> str:
        """Mints a credential that expired a minute ago."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()) - 120, ttl_s=60)

    def entries(self) -> list[dict[str, Any]]:
        """Returns the predicates of the evidence log, in order."""
        return [entry.predicate() for entry in log_entries(self.root / "evidence")]

    def public_keys(self, name: str) -> KeySet:
        """Returns the public half of `receipt` or `permit`."""
        return parse_public_keys((self.layout.public_keys / f"{name}.pem").read_bytes())


def write_changed(layout: Layout, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes the settings of a first start, but for `changes`."""
    write_settings(layout, os.urandom)
    settings = yaml.safe_load(layout.settings.read_text(encoding="utf-8"))
    for section, values in changes.items():
        settings[section] |= values
    layout.settings.write_text(yaml.safe_dump(settings), encoding="utf-8")


@contextlib.contextmanager
def running_stack(changes: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[Stack]:
    """Starts `writ up` in a folder of its own and stops it at the end. `changes` are settings, by section."""
    folder = Path(tempfile.mkdtemp(prefix="writ-"))
    root, mark, output = folder / "s", folder / "ready", folder / "log"
    if changes:
        write_changed(make_layout(root), changes)
    command = [sys.executable, "-m", "writ.cli.main", "up", "--state", str(root), "--once-ready", str(mark)]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), cwd=CHECKOUT
        )
    try:
        until(lambda: mark.exists() or process.poll() is not None, "the stack to be ready")
        assert process.poll() is None, output.read_text(errors="replace")[-3000:]
        yield Stack(root)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()  # nothing when it has ended; its children end with it
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
