"""README's commands, typed in a copy of the checkout: they run, and what comes out is what README shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readme_commands import Command, as_pattern, commands
from tests.stack_support import CHECKOUT, PATIENCE_S, until

COMMANDS = commands(CHECKOUT / "README.md")

APART = {
    "make demo": "run first, in the fixture",
    "make test": "is what runs this",
    "cat action.json": "shows a file; the file is made of what is shown",
}
"""Commands that are not simply run, and why."""


NOT_COPIED = (".git", ".venv", ".writ", ".hypothesis", ".*_cache", "build", "__pycache__", "*.egg-info")
"""What was made in the checkout, by its name."""


def run(copy: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Types one line in the copy."""
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=copy, capture_output=True, text=True, timeout=600, check=False, env=clean()
    )


def clean() -> dict[str, str]:
    """Returns our environment without what would lead out of the copy."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "WRIT_STATE", "WRIT_VENV")}


def make_copy(folder: Path) -> None:
    """Copies the sources, with an environment of its own over the packages that are installed here.

    Setting up from the locks is left out: it needs a registry, and has run before these tests could.
    """
    shutil.copytree(CHECKOUT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
    (folder / "deploy" / "setup.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    environment = folder / ".venv"
    venv.create(environment, symlinks=True)
    site = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "copy.pth").write_text(f"{folder}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    script = environment / "bin" / "writ"
    script.write_text(f"#!{environment / 'bin' / 'python'}\nfrom writ.cli.main import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's folder: its path is too long for a socket.
    made = Path(tempfile.mkdtemp(prefix="writ-"))
    make_copy(made)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    """The first command of all."""
    return run(folder, "make demo")


@pytest.fixture(scope="module")
def copy(folder: Path, demo: subprocess.CompletedProcess[str]) -> Iterator[Path]:
    """A copy in which `writ up` runs, as README says."""
    mark = folder / "ready"
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [folder / ".venv" / "bin" / "writ", "up", "--once-ready", mark],
            cwd=folder,
            env=clean(),
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: mark.exists() or up.poll() is not None, "the stack to be ready")
        assert up.poll() is None, (folder / "up.log").read_text(errors="replace")
        for command in COMMANDS:
            if command.line.startswith("cat "):
                (folder / command.line.removeprefix("cat ")).write_text(command.output, encoding="utf-8")
        yield folder
    finally:
        up.terminate()
        up.wait(PATIENCE_S)


def test_the_demo_plays_and_verifies_its_receipts(demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, demo.stdout[-3000:] + demo.stderr[-3000:]
    assert "receipts" in demo.stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.line not in APART], ids=lambda command: command.line)
def test_a_command_of_readme_says_what_readme_shows(copy: Path, command: Command) -> None:
    done = run(copy, command.line)
    assert as_pattern(command.output).fullmatch(done.stdout.strip()), done.stdout + done.stderr


def test_readme_shows_commands_to_run() -> None:
    lines = [command.line for command in COMMANDS]
    assert set(APART) <= set(lines), "a command that README no longer has needs no exception"
    assert len(lines) > len(APART)
