"""An environment of its own for AgentDojo, in the cache folder: what it asks for is nobody else's business.

Made once for each state of `requirements/eval.txt`, with hashes checked.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from control_plane.stack.places import cache_folder

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "eval.txt"
EXPORT = Path(__file__).with_name("export.py")

INSTALL_TIMEOUT_S = 1800
EXPORT_TIMEOUT_S = 1800
"""Some 2 minutes for the largest suite on a slow machine."""


def python() -> Path:
    """Returns the interpreter of the environment, which is made when it is missing.

    Raises:
        RuntimeError: it cannot be made; the end of what pip says is in the message.
    """
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache_folder() / "eval" / digest
    interpreter = folder / "bin" / "python"
    if (folder / "complete").exists():
        return interpreter
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    print("installing AgentDojo into the cache folder, once", file=sys.stderr, flush=True)
    _run([sys.executable, "-m", "venv", str(folder)], INSTALL_TIMEOUT_S)
    install = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run([*install, "-r", str(LOCK)], INSTALL_TIMEOUT_S)
    (folder / "complete").touch()
    return interpreter


def suites() -> list[str]:
    """Returns the names of all suites that AgentDojo knows."""
    return _run([str(python()), str(EXPORT)], EXPORT_TIMEOUT_S).split()


def exported(suite: str, folder: Path) -> Path:
    """Returns the file of one suite, written unless an earlier run of the same script has left it."""
    made_by = hashlib.sha256(EXPORT.read_bytes() + LOCK.read_bytes()).hexdigest()[:12]
    path = folder / f"{suite}-{made_by}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        _run([str(python()), str(EXPORT), suite, str(partial)], EXPORT_TIMEOUT_S)
        partial.replace(path)
    return path


def _run(command: list[str], timeout_s: int) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"`{Path(command[0]).name} {command[1]}` failed: {result.stderr.strip()[-1500:]}")
    return result.stdout
