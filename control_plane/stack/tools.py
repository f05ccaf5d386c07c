"""Builds OPA, Regal, the native front and the load generator from `deploy/tools/*`, once, into the cache folder.

Each tool is a Go module with a checked-in `go.sum`; the binary's folder is keyed by version and by the digest of the
module's files, so another version never meets an old binary. The build goes to a folder of its own that is renamed
into place: a crash leaves an unused folder, never half a binary. `python -m control_plane.stack.tools opa` builds and
prints the path.

Does not download anything itself: the Go toolchain fetches modules by its own settings and checks them against go.sum.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack.go import find_go
from control_plane.stack.places import CHECKOUT, cache_folder, child_environment, tool_override
from control_plane.stack.progress import Progress
from writ.errors import ConfigurationError, DependencyFailed

MODULES = CHECKOUT / "deploy" / "tools"

BUILD_TIMEOUT_S = 1_800
"""A cold build of OPA takes a minute on two cores; a slow machine on a slow line may take many."""


VERSION_TIMEOUT_S = 20
"""For a binary to say its version; it takes a tenth of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A Go module under `deploy/tools`. `package` is built; `requires` names the module whose version counts, or ""."""

    name: str
    package: str
    requires: str = ""
    version_symbol: str = ""


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(name="opa", package="github.com/open-policy-agent/opa", requires="github.com/open-policy-agent/opa"),
        Tool(
            name="regal",
            package="github.com/open-policy-agent/regal",
            requires="github.com/open-policy-agent/regal",
            version_symbol="github.com/open-policy-agent/regal/pkg/version.Version",
        ),
        Tool(name="front", package="."),
        Tool(name="loadgen", package="."),
    )
}


def tool_version(tool: Tool) -> str:
    """Returns the version that go.mod requires, without the `v`; "0" for a tool that is our own source."""
    if not tool.requires:
        return "0"
    text = (MODULES / tool.name / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"{re.escape(tool.requires)} v(\S+)", text)
    if found is None:
        raise ConfigurationError(
            "TOOL_UNKNOWN", f"deploy/tools/{tool.name}/go.mod must require {tool.requires}, found no such line"
        )
    return found.group(1)


def tool_folder(tool: Tool) -> Path:
    """Returns the folder that holds, or will hold, the binary."""
    module = MODULES / tool.name
    if not module.is_dir():
        raise ConfigurationError("TOOL_UNKNOWN", f"expected a Go module in `deploy/tools/{tool.name}`, found none")
    digest = hashlib.sha256()
    for file in sorted(p for p in module.rglob("*") if p.suffix in {".go", ".mod", ".sum"}):
        digest.update(file.relative_to(module).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return cache_folder() / "tools" / f"{tool.name}-{tool_version(tool)}-{digest.hexdigest()[:12]}"


def built_tool(name: str) -> Path | None:
    """Returns the binary if it is there, without building it.

    Raises:
        ConfigurationError: there is no such tool, or `$WRIT_<NAME>` names no executable file.
    """
    if name not in TOOLS:
        raise ConfigurationError("TOOL_UNKNOWN", f"expected one of {', '.join(TOOLS)}, got `{name}`")
    own = tool_override(name)
    if own is not None:
        if not os.access(own, os.X_OK):
            raise ConfigurationError("TOOL_UNKNOWN", f"`{own}` named for {name} is no executable file")
        return own
    binary = tool_folder(TOOLS[name]) / name
    return binary if binary.is_file() else None


def opa_version(binary: Path) -> str:
    """Returns the version that an OPA says it has.

    Raises:
        ConfigurationError: it does not run, or is no OPA.
    """
    try:
        done = subprocess.run(
            [str(binary), "version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT_S, check=False
        )
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
        raise ConfigurationError(
            "TOOL_UNKNOWN", f"`{binary}` named for opa does not run: {type(error).__name__}"
        ) from error
    found = re.match(r"Version: (\S+)\n", done.stdout)
    if done.returncode != 0 or found is None:
        raise ConfigurationError("TOOL_UNKNOWN", f"expected an OPA in `{binary}`, got another program")
    return found.group(1)


def tool_path(name: str) -> Path:
    """Returns the binary, building it first when it is missing; a concurrent build is waited for.

    Raises:
        ConfigurationError: there is no such tool.
        DependencyFailed: it cannot be built; the last lines of the compiler are in the message.
    """
    found = built_tool(name)
    if found is not None:
        return found
    tool = TOOLS[name]
    folder = tool_folder(tool)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / f".{name}.lock"):
        if not (folder / name).is_file():
            _build(tool, folder)
    return folder / name


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(tool: Tool, folder: Path) -> None:
    go = find_go()
    work = Path(tempfile.mkdtemp(prefix=f".{tool.name}.", dir=folder.parent))
    try:
        title = f"building {tool.name} {tool_version(tool)} with {go.version} (once)"
        with Progress(sys.stderr, title):
            result = subprocess.run(
                _command(tool, go.binary, work / tool.name),
                cwd=MODULES / tool.name,
                env=child_environment(go.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=BUILD_TIMEOUT_S,
                check=False,
            )
        if result.returncode != 0:
            tail = "; ".join(result.stderr.strip().splitlines()[-5:])
            raise DependencyFailed("TOOL_BUILD_FAILED", f"{tool.name} did not build: {tail}")
        # A crash before this line leaves a dotted folder that nobody reads; after it the binary is complete.
        work.rename(folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DependencyFailed("TOOL_BUILD_FAILED", f"{tool.name} did not build: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _command(tool: Tool, go: Path, output: Path) -> list[str]:
    flags = "-s -w"
    if tool.version_symbol:
        flags += f" -X {tool.version_symbol}={tool_version(tool)}"
    # -buildvcs=false: the binary must not depend on the state of this checkout.
    return [str(go), "build", "-trimpath", "-buildvcs=false", f"-ldflags={flags}", "-o", str(output), tool.package]


def main(names: Sequence[str]) -> int:
    """Builds the named tools and prints one path a line."""
    for name in names:
        sys.stdout.write(f"{tool_path(name)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["opa"]))
