"""Runs the `opa` binary for what only it can say: build, compile against capabilities, verify as it will load, test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from writ.errors import DependencyFailed

TIMEOUT_S = 120
"""Seconds; building and testing the whole policy library takes some 2."""

MAX_SAID_CHARS = 2000
"""Of what OPA says, as much as goes into an error message."""


def run_opa(opa: Path, *arguments: str, cwd: Path | None = None) -> tuple[int, str]:
    """Returns exit code and what OPA said, both streams together.

    Raises DependencyFailed `OPA_NOT_RUNNABLE` when the binary is missing, cannot be run or takes too long.
    """
    done = _run(opa, arguments, cwd, b"")
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    return done.returncode, said[:MAX_SAID_CHARS]


def eval_opa(opa: Path, *arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> tuple[bytes, str]:
    """Runs `opa eval` and returns the whole result as JSON text, empty when it is undefined, and what OPA complained of.

    Raises DependencyFailed as `run_opa` does.
    """
    done = _run(opa, ("eval", "--format", "raw", *arguments), cwd, stdin)
    complaint = (b"" if done.returncode == 0 else done.stdout) + done.stderr
    result = done.stdout.strip() if done.returncode == 0 else b""
    return result, complaint.decode("utf-8", "replace").strip()[:MAX_SAID_CHARS]


def _run(opa: Path, arguments: tuple[str, ...], cwd: Path | None, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [str(opa), *arguments], cwd=cwd, capture_output=True, timeout=TIMEOUT_S, check=False, input=stdin
        )
    except subprocess.TimeoutExpired as error:
        raise DependencyFailed("OPA_NOT_RUNNABLE", f"opa did not end within {TIMEOUT_S:.0f} s") from error
    except OSError as error:
        raise DependencyFailed("OPA_NOT_RUNNABLE", f"cannot run opa: {error.strerror}") from error
