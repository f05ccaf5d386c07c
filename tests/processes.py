"""What tests that start processes share: where the checkout is, how long to wait, and the command line run to its end.

Waiting has an upper bound and is never asserted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PATIENCE_S = 300.0
"""Upper bound of waiting for a process on a busy machine: building and testing the bundle takes minutes on a tenth of a core."""


def until(condition: Callable[[], object], what: str = "the condition") -> None:
    """Waits until the condition holds. Raises AssertionError after `PATIENCE_S`."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited in vain for {what}"
        time.sleep(0.01)


def environment() -> dict[str, str]:
    """Returns ours, with the checkout on the module path."""
    paths = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def writ(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line to its end."""
    command = [sys.executable, "-m", "writ.cli.main", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=environment(), cwd=CHECKOUT
    )
