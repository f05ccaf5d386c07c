"""Every option that a reading command is known by, given to the real command: what is told as a read writes nothing."""

from __future__ import annotations

import itertools
import shlex
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
    """Yields a command with each letter and each long option before and behind files, of which one is not there."""
    shown = subprocess.run(
        [name, "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    ).stdout
    long = sorted({word.split("=")[0].strip(",[") for word in shown.split() if word.startswith("--") and len(word) > 4})
    for option in [f"-{letter}" for letter in _LETTERS] + long:
        yield [name, option, "c", "a", "b"]
        yield [name, "a", option]
        yield [name, f"{option}c" if option[1] != "-" else f"{option}=c", "a", "b"]


def reads(command: list[str]) -> bool:
    """True for a command that is told as nothing but reads."""
    program = parse_shell(" ".join(command), {})
    return all(isinstance(effect, FileEffect) and effect.verb in (Verb.READ, Verb.LIST) for effect in program.effects)


def has_no_end(command: list[str]) -> bool:
    return command[0] == "tail" and any(part[:3].lower() in ("-f", "-fc", "--f") for part in command)


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("latin-1") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", _INSTALLED)
def test_no_option_of_a_read_writes_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    for path, text in _FILES.items():
        (tmp_path / path).write_text(text)
    # What a word in no quotes becomes may be any option.
    may_be_any = reads([name, "$x"])
    for command in commands(name):
        if (may_be_any or reads(command)) and not has_no_end(command):
            subprocess.run(
                command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
            )
            assert held(tmp_path) == _FILES, command


_AWK_PARTS = (
    ("", "print ", "x = ", "x\n", "if (1) ", "} END {", "print length "),
    ('/"/', '/[^]/"]/', '/[[:alpha:]/"]/', r"/\"/", '1 # "', '/[/"]/'),
    (' ~ /";~/ , 1', '; x = "~ /";\n print 1', ', "/"', ";(/"),
    (" | c", ' > "written"', "; print 1 | c; x = 1/2", ' > f # "/', '; print " " | c; x = "/"'),
)


def test_no_awk_program_that_is_told_as_a_read_writes(tmp_path: Path) -> None:
    told = 0
    for parts in itertools.product(*_AWK_PARTS):
        command = ["awk", 'BEGIN {f = "written"; c = "touch written"; ' + "".join(parts) + "}"]
        if reads([shlex.quote(part) for part in command]):
            told += 1
            subprocess.run(
                command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
            )
            assert not held(tmp_path), command
    assert told


def test_most_of_them_are_installed() -> None:
    assert len(_INSTALLED) > 40
