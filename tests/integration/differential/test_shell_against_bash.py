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
_NESTED = 6000
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

_PAYLOADS = [
    *(
        "$(rm b)",
        "`rm b`",
        "<(rm b)",
        ">(rm b)",
        '"$(rm b)"',
        "$(\nrm b\n)",
        "$\\\n(rm b)",
        "'a[$(rm b)]'",
        "$[a[$(rm b)]]",
    ),
    *(
        "$((a[$(rm b)]))",
        "${z[$(rm b)]}",
        "\nrm b\n",
        "; rm b #",
        "$'$(rm b)'",
        "$(# )\nrm b)",
        "`# `rm b`",
        "$( (rm b) )",
    ),
]
_EDGES = [
    *(
        "",
        " ",
        "\t",
        "x",
        "'",
        '"',
        "\\",
        "\\\\",
        " #",
        "~",
        "*",
        "\n",
        "$",
        "{",
        "}",
        "-",
        "%",
        ",",
        "${HOME}",
        "$(true)",
    ),
    *("''", "$'x'", "\\\n", "(", ")", "[", "]", "<", "E\n", "\nE\n", "${q:-x}", "\\'", "\\`", "é"),
]
_INSIDE = [
    *(
        '"@"',
        "'@'",
        "$(echo @)",
        "`echo @`",
        "${q:-@}",
        '"${q:-@}"',
        "${HOME:+@}",
        "${HOME#@}",
        '"${HOME%%@}"',
        "${HOME/x/@}",
    ),
    *("${HOME:@}", "${HOME:0:@}", "${HOME^@}", "{x,@}", "$((1+@))", "$'@'", '$"@"', "<(echo @)", '"${q:-"@"}"'),
    *("\"${q:-'@'}\"", "${q:-'@'}", "a@", "@b", "!(@)", "$(cat <<E\n@\nE\n)", "${q:- @}", '`echo "@"`', "#@", "[@]"),
]
_AROUND = [
    *("echo @", 'echo "@"', "cat <<E\n@\nE\n", "cat <<-E\n\t@\n\tE\n", "cat <<E\nx\n@\nE\n", "cat <<'E'\n@\nE\n"),
    *("cat <<E\n@\\\nE\nE\n", "y=@", 'y="@"', "[[ x == @ ]]", "[[ x =~ @ ]]", "[[ @ ]]", "[ x = @ ]", '[ x = "@" ]'),
    *("case x in @) ;; esac", "case @ in x) ;; esac", "for i in @; do true; done", "cat <<< @", "true > @", "true # @"),
    *(
        "(echo @)",
        "while false; do true; done < @",
        'printf %s "@"',
        "y=(@)",
        "y[@]=1",
        "wait -n -p @",
        "true {x[@]}>f",
    ),
    *(
        "y=@; echo ${HOME:y}",
        "cat <<E && echo\n@\n E\nE\n",
        "cat <<E <<F\nx\nE\n@\nF\n",
        "time echo @",
        "bash -c 'echo @'",
    ),
]


def nested_scripts() -> Iterator[str]:
    """Yields removals of `b` inside expansions, quotes and here-documents inside one another."""
    pick = random.Random(_SEED)
    for _ in range(_NESTED):
        text = pick.choice(_PAYLOADS)
        for _ in range(pick.choice((0, 0, 1, 1, 2))):
            text = pick.choice(_INSIDE).replace("@", pick.choice(("", pick.choice(_EDGES))) + text)
        yield pick.choice(_AROUND).replace("@", pick.choice(_EDGES) + text + pick.choice(_EDGES))


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


def removed_by(script: str, folder: Path, tools: Path) -> set[str]:
    """Runs the script in an empty `folder`; returns what `rm` was given but options."""
    folder.mkdir()
    log = folder.with_suffix(".log")
    subprocess.run(
        [tools / "bash", "-c", script],
        cwd=folder,
        env={"PATH": str(tools), "HOME": "/nowhere", "RM_LOG": str(log), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return {text for text in log.read_text().split("\0") if text and text[0] != "-"} if log.exists() else set()


def is_open(program: Program) -> bool:
    return all(hasattr(effect, "method") or effect.verb is not Verb.UNKNOWN for effect in program.effects)


def test_whatever_bash_removes_was_told_before(tmp_path: Path, tools: Path) -> None:
    ran = 0
    for index, script in enumerate(scripts()):
        program = parse_shell(script, {})
        if is_open(program) and (removed := removed_by(script, tmp_path / f"run{index}", tools)):
            ran += 1
            assert is_told(program, removed), (script, removed)
    assert ran > _SCRIPTS // 40


def test_nothing_is_removed_out_of_an_expansion_that_was_taken_for_text(tmp_path: Path, tools: Path) -> None:
    ran = 0
    for index, script in enumerate(nested_scripts()):
        program = parse_shell(script, {})
        # What tells the deletion may do it; bash runs what seems to do nothing.
        if is_open(program) and not is_told(program, {"b"}):
            ran += 1
            assert not removed_by(script, tmp_path / f"run{index}", tools), script
    assert ran > _NESTED // 20
