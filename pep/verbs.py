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
        DependencyFailed: it did not exit with 0, and the message is the last line of its standard error; or it did not
            run, or not in time.
    """
    verb = f"`writ {arguments[0]}`"
    try:
        done = subprocess.run(command(arguments), capture_output=True, text=True, timeout=VERB_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as e:
        raise DependencyFailed("VERB_FAILED", f"{verb} did not end within {VERB_TIMEOUT_S:.0f} seconds") from e
    except OSError as e:
        raise DependencyFailed("VERB_FAILED", f"{verb} cannot be run: {e.strerror}") from e
    if done.returncode:
        raise DependencyFailed("VERB_FAILED", f"{verb} failed: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(text: str) -> str:
    """What a verb ends with; before it may stand how the verb is used, or what a library had to say."""
    line = text.strip().rpartition("\n")[2]
    for name in ("Error: ", "writ: "):
        line = line.removeprefix(name)
    return line
