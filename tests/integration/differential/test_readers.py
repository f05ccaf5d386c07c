"""Every option that a reading command is known by, given to the real command: what is told as a read writes nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdp.programs.command_files import FILE_COMMANDS
from pdp.programs.command_filters import FILTER_COMMANDS
from pdp.programs.model import FileEffect
from pdp.programs.shell import parse_shell
from writ.action import Verb

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SHELL = frozenset({"cd", "pushd", "popd"})
_INSTALLED = [name for name in sorted({*FILE_COMMANDS, *FILTER_COMMANDS} - _SHELL) if shutil.which(name)]
_FILES = {"a": "x 1\ny 2\n", "b": "x 3\n", "s/a": "q\n"}


def commands(name: str) -> Iterator[list[str]]:
    """Yields a command with each letter and each long option, beside files of which one is not there."""
    shown = subprocess.run(
        [name, "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    ).stdout
    long = sorted({word.split("=")[0].strip(",[") for word in shown.split() if word.startswith("--") and len(word) > 4})
    for option in [f"-{letter}" for letter in _LETTERS] + long:
        yield [name, option, "c", "a", "b"]
        yield [name, f"{option}c" if option[1] != "-" else f"{option}=c", "a", "b"]


def reads(command: list[str]) -> bool:
    """True for a command that is told as nothing but reads. Following a file has no end."""
    if command[0] == "tail" and any(part[:2] in ("-f", "-F") or part.startswith("--f") for part in command):
        return False
    program = parse_shell(" ".join(command), {})
    return all(isinstance(effect, FileEffect) and effect.verb in (Verb.READ, Verb.LIST) for effect in program.effects)


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", _INSTALLED)
def test_no_option_of_a_read_writes_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    for path, text in _FILES.items():
        (tmp_path / path).write_text(text)
    for command in filter(reads, commands(name)):
        subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        assert held(tmp_path) == _FILES, command


def test_most_of_them_are_installed() -> None:
    assert len(_INSTALLED) > 40
