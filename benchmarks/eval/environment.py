"""Environments of their own for other people's benchmarks, in the cache folder: what they ask for is nobody else's business.

Each is made once for each state of its locks, with hashes checked. A script in it writes a suite as JSON; nothing of the
benchmarks' data is kept in this repository.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.eval.domains import ATTACKS
from control_plane.stack.places import cache_folder

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
LOCKS = ROOT / "requirements"

INSTALL_TIMEOUT_S = 1800
EXPORT_TIMEOUT_S = 1800
"""Some 2 minutes for the largest suite on a slow machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What one benchmark needs: its locks, each complete or meant to go without what else the packages ask for, the script
    that exports its suites, and what that script imports or reads of ours. `suites` is empty where only the script knows them;
    a `planned` suite has a YAML file of injections beside the script."""

    name: str
    locks: tuple[str, ...]
    script: str
    reads: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    planned: bool = False

    def python(self) -> Path:
        """Returns the interpreter of the environment, which is made when it is missing.

        Raises:
            RuntimeError: it cannot be made; the end of what pip says is in the message.
        """
        digest = hashlib.sha256(self._locked() + sys.version.encode()).hexdigest()[:16]
        folder = cache_folder() / "eval" / digest
        interpreter = folder / "bin" / "python"
        if (folder / "complete").exists():
            return interpreter
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        print(f"installing {self.name} into the cache folder, once", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", str(folder)], INSTALL_TIMEOUT_S)
        install = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for lock in self.locks:
            # A lock names all that is wanted; what else a package asks for is left out on purpose.
            _run([*install, "--no-deps", "--require-hashes", "-r", str(LOCKS / lock)], INSTALL_TIMEOUT_S)
        (folder / "complete").touch()
        return interpreter

    def exported(self, suite: str, folder: Path) -> Path:
        """Returns the file of one suite, written unless an earlier run of the same script has left it. Raises RuntimeError."""
        plan = _plan(HERE / Path(self.script).parent / f"{suite}.yaml") if self.planned else ""
        ours = b"".join((HERE / name).read_bytes() for name in (self.script, *self.reads))
        made_by = hashlib.sha256(ours + self._locked() + plan.encode()).hexdigest()[:12]
        path = folder / f"{suite}-{made_by}.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            _run([*self._command(), suite, str(partial)], EXPORT_TIMEOUT_S, plan)
            partial.replace(path)
        return path

    def known(self) -> list[str]:
        """Returns the names of its suites. Raises RuntimeError."""
        return list(self.suites) or _run(self._command(), EXPORT_TIMEOUT_S).split()

    def _command(self) -> list[str]:
        module = ".".join((*HERE.relative_to(ROOT).parts, *Path(self.script).with_suffix("").parts))
        return [str(self.python()), "-m", module]

    def _locked(self) -> bytes:
        return b"".join((LOCKS / lock).read_bytes() for lock in self.locks)


AGENTDOJO = Environment(name="AgentDojo", locks=("eval.txt",), script="export.py")
BFCL = Environment(
    name="BFCL",
    locks=("eval-bfcl.txt",),
    script="others/bfcl.py",
    reads=("others/playing.py",),
    suites=("bfcl",),
    planned=True,
)
TAU2 = Environment(
    name="tau2",
    locks=("eval-tau2.txt", "eval-tau2-needs.txt"),
    script="others/tau2.py",
    reads=("others/playing.py",),
    suites=("tau2_retail", "tau2_airline"),
    planned=True,
)
OTHERS = (BFCL, TAU2)
ALL_OTHERS = "others"
"""Name by which the suites of all these are asked for."""


def others(asked: str) -> list[str]:
    """Returns the suites of benchmarks beside AgentDojo that a name means: itself, or all of them; empty when it is none."""
    every = [suite for each in OTHERS for suite in each.suites]
    return every if asked == ALL_OTHERS else [suite for suite in every if suite == asked]


def suites() -> list[str]:
    """Returns the names of all suites that AgentDojo knows. Raises RuntimeError."""
    return AGENTDOJO.known()


def exported(suite: str, folder: Path) -> Path:
    """Returns the file of one suite. Raises RuntimeError."""
    return next((each for each in OTHERS if suite in each.suites), AGENTDOJO).exported(suite, folder)


def _plan(path: Path) -> str:
    """Returns injections, places and forms of attack as JSON: the environments need not read YAML."""
    return json.dumps({**yaml.safe_load(path.read_text(encoding="utf-8")), "attacks": ATTACKS})


def _run(command: list[str], timeout_s: int, told: str = "") -> str:
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_s, check=False, cwd=ROOT, input=told
    )
    if result.returncode != 0:
        raise RuntimeError(f"`{Path(command[0]).name} {command[2]}` failed: {result.stderr.strip()[-1500:]}")
    return result.stdout
