"""Random scripts of nasty pieces, run by a real bash: every file that `rm` is then given was told before.

`rm` is a script that writes down its arguments and removes nothing; nothing else that deletes is on the PATH.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdp.programs.model import FileEffect, Program
from pdp.programs.shell import parse_shell
from writ.action import Verb

_SCRIPTS = 2500
_SEED = 20260101
_STUB = """#!/bin/sh
for a in "$@"; do printf '%s\\0' "$a"; done >> "$RM_LOG"
"""
_TOOLS = ("bash", "dash", "cat", "env", "nohup", "timeout", "echo", "xargs", "nice", "find", "printf", "true")

_COMMANDS = [
    *("rm", "r\\m", "'rm'", '"rm"', "r'm'", "$x", "env rm", "command rm", "nohup rm", "x=2 rm", "timeout 5 rm", "echo"),
    *("echo rm", "xargs rm", "r\\\nm", "bash -c 'rm a'", 'bash -c "rm b"', "sh -c rm", "eval rm", "printf %s", "! rm"),
    *("time rm", "{ rm", "if rm", "for i in", "case a in", "f() { rm", "[ a", "[[ a", "cat", "then rm", "nice rm"),
    *("xargs -I{} rm", "find . -exec rm"),
]
_WORDS = [
    *("a", "'b c'", '"d"', "e\\ f", "$'g\\nh'", '"i$x"', "$x", "*", "{j,k}", "l#m", "#n", "$(rm o)", "`rm p`"),
    *('"$(rm q)"', "${x:-r}", "<(rm s)", "--", "-f", "\\\n", "t\\\nu", "~", "!", "'", '"', "=", "x=1", "[v]"),
    *("$((1+1))", "\\", "é", '$"w"', "\\$y", "''", "}", "{"),
]
_JOINTS = [
    *(";", " && ", " || ", " | ", "\n", "|", "; }", " #", "\\\n", "; fi", "; then ", "; do ", "; done", " ) ", "( "),
    *(")", ";;", " > f ", " < a ", " <<E\nrm z\nE\n", " <<'E'\nrm $(rm y)\nE\n", " <<E\n$(rm w)\nE\n", " <<< x "),
    *("2>&1", " &> g ", " |& "),
]


def scripts() -> Iterator[str]:
    pick = random.Random(_SEED)
    for _ in range(_SCRIPTS):
        parts: list[str] = []
        for _ in range(pick.randint(1, 4)):
            words = [pick.choice(_WORDS) for _ in range(pick.randint(0, 3))]
            parts += [" ".join([pick.choice(_COMMANDS), *words]), pick.choice(_JOINTS)]
        yield "".join(parts)


def is_told(program: Program, removed: set[str]) -> bool:
    deleted = [effect for effect in program.effects if isinstance(effect, FileEffect) and effect.verb is Verb.DELETE]
    return any(effect.everything for effect in deleted) or removed <= {path for e in deleted for path in e.paths}


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in _TOOLS:
        found = shutil.which(name)
        assert found is not None, f"expected `{name}` on the path"
        (folder / ("sh" if name == "dash" else name)).symlink_to(os.path.realpath(found))
    (folder / "rm").write_text(_STUB)
    (folder / "rm").chmod(0o755)
    return folder


def test_whatever_bash_removes_was_told_before(tmp_path: Path, tools: Path) -> None:
    ran = 0
    for index, script in enumerate(scripts()):
        program = parse_shell(script, {})
        if any(effect.verb is Verb.UNKNOWN for effect in program.effects if not hasattr(effect, "method")):
            continue
        log = tmp_path / f"log{index}"
        folder = tmp_path / f"run{index}"
        folder.mkdir()
        subprocess.run(
            [tools / "bash", "-c", script],
            cwd=folder,
            env={"PATH": str(tools), "HOME": "/nowhere", "RM_LOG": str(log), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        if log.exists():
            ran += 1
            removed = {text for text in log.read_text().split("\0") if text and not text.startswith("-")}
            assert is_told(program, removed), (script, removed)
    assert ran > _SCRIPTS // 20
