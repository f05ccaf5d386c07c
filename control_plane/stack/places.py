"""Where things lie outside the checkout and the state folder: the cache of built tools. Reads `os.environ`.

Does not create anything.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""Folder that holds `rego/`, `deploy/` and `requirements/`: Writ runs from a checkout, installed editable."""


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Returns `$WRIT_CACHE`, else `$XDG_CACHE_HOME/writ`, else `~/.cache/writ`."""
    environ = os.environ if environ is None else environ
    if own := environ.get("WRIT_CACHE"):
        return Path(own).resolve()
    if base := environ.get("XDG_CACHE_HOME"):
        return Path(base).resolve() / "writ"
    return Path.home() / ".cache" / "writ"


def tool_override(name: str, environ: Mapping[str, str] | None = None) -> Path | None:
    """Returns the binary that `$WRIT_OPA`, `$WRIT_REGAL`, ... name, to be used instead of the built one."""
    environ = os.environ if environ is None else environ
    value = environ.get(f"WRIT_{name.upper().replace('-', '_')}")
    return Path(value).resolve() if value else None


def find_program(name: str) -> Path | None:
    """Returns the program on PATH, or None."""
    found = shutil.which(name)
    return Path(found) if found else None


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns the environment of a child process: ours and `extra`, so that a child sees the same cache and locale."""
    return {**os.environ, **(extra or {})}
