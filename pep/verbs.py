"""Runs another verb of the command line in a process of its own: the sides of Writ never import each other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from writ.errors import DependencyFailed

VERB_TIMEOUT_S = 120.0


def command(arguments: Sequence[str]) -> list[str]:
    """Returns the command line that runs `writ ARGUMENTS` with this interpreter."""
    return [sys.executable, "-m", "writ.cli.main", *arguments]


def output_of(arguments: Sequence[str]) -> str:
    """Runs `writ ARGUMENTS` and returns what it printed.

    Raises:
        DependencyFailed: it did not exit with 0; the message is what it said on standard error.
    """
    done = subprocess.run(command(arguments), capture_output=True, text=True, timeout=VERB_TIMEOUT_S, check=False)
    if done.returncode:
        raise DependencyFailed("VERB_FAILED", f"`writ {arguments[0]}` failed: {done.stderr.strip()}")
    return done.stdout
