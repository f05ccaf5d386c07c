"""Runs OPA once, as a program, where no sidecar answers for the bundle that is meant: `opa eval`, `opa inspect`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from writ.errors import EvaluationFailed

TIMEOUT_S = 60.0
"""Seconds; the largest bundles take some five to compile, and somebody waits at a terminal."""

MAX_SAID_CHARS = 500


def run_opa(opa: Path, arguments: Sequence[str], text: bytes = b"") -> bytes:
    """Returns what `opa ARGUMENTS` prints when `text` is its standard input.

    Raises:
        EvaluationFailed: `OPA_NOT_RUNNABLE` it cannot be run, or takes too long; `EVALUATION_FAILED` it failed, and says why.
    """
    command = [str(opa.absolute()), *arguments]  # a bare name would be looked for on PATH
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise EvaluationFailed("OPA_NOT_RUNNABLE", f"`{opa}` did not end within {TIMEOUT_S:.0f} s") from error
    except OSError as error:
        raise EvaluationFailed("OPA_NOT_RUNNABLE", f"`{opa}` cannot be run: {error.strerror}") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).decode(errors="replace").split())[:MAX_SAID_CHARS]
        raise EvaluationFailed("EVALUATION_FAILED", f"`opa {arguments[0]}` failed: {said}")
    return done.stdout
