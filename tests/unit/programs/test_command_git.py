"""What git loses for good, sends and writes, and what of it may run another program."""

from __future__ import annotations

import pytest

from pdp.programs.model import CommandEffect, FileEffect
from pdp.programs.shell import parse_shell
from writ.action import Verb


def verbs(text: str) -> set[Verb]:
    """Returns the verbs of a command; UNKNOWN always comes with a finding."""
    program = parse_shell(text, {})
    told = {effect.verb for effect in program.effects if isinstance(effect, CommandEffect | FileEffect)}
    assert (Verb.UNKNOWN in told) is bool(program.findings)
    return told


@pytest.mark.parametrize(
    "arguments",
    [
        "status",
        "--version",
        "log --oneline -n 20",
        "-C /srv/app log -S'std::x' --since='2 weeks ago'",
        "diff --text HEAD~1 -- a",
        "branch --contains HEAD",
        "branch -m old new",
        "checkout -b feature",
        "checkout -qb feature origin/main",
        "checkout feature/a-1",
        "checkout release-1.x",
        "checkout HEAD~1",
        "checkout -",
        "switch -c feature",
        "clean -nd",
        "restore --staged a",
        "reset --soft HEAD~1",
        "stash pop",
        "fetch --prune",
        "fetch origin +refs/heads/*:refs/remotes/origin/*",
        "pull --ff-only",
        "worktree add ../a",
        "clone --recurse-submodules https://host.example/a.git",
        "config user.email",
        "submodule status",
        "commit -m 'Fix A::b'",
        'commit -am "Bump to $VERSION"',
        "tag -a v1 -m v1",
        "add -f a",
        "gc",
        "bisect good",
    ],
)
def test_what_git_keeps_a_way_back_from_only_runs(arguments: str) -> None:
    assert verbs(f"git {arguments}") == {Verb.EXECUTE}


@pytest.mark.parametrize(
    "arguments",
    [
        "reset --hard",
        "reset --har HEAD~1",
        "checkout -f",
        "checkout -- a",
        "checkout .",
        "checkout HEAD a",
        "checkout ./a",
        "checkout s/",
        "checkout '*.py'",
        "checkout *",
        "checkout :/",
        "checkout -p .env",
        "checkout src/a.py",
        "checkout --pathspec-from-file=a",
        "fetch origin +a:main",
        "fetch -pf origin a:main",
        "pull origin +a:main",
        "worktree add -B main ../a other",
        "clean -n --no-dry -f",
        "checkout -qB main other",
        "restore a",
        "restore --staged --worktree a",
        "restore -S -W a",
        "switch --discard main",
        "switch -C main other",
        "clean -fdx",
        "clean -e -n -f",
        "branch -qD old",
        "branch --del old",
        "branch -f main other",
        "branch -M a main",
        "tag -fd v1",
        "stash clear",
        "worktree remove a",
        "remote rm origin",
        "reflog expire --all",
        "gc --prune=now",
        "rm a",
        "mv -f a b",
    ],
)
def test_what_git_loses_for_good_is_deleted(arguments: str) -> None:
    assert verbs(f"git {arguments}") == {Verb.DELETE}


@pytest.mark.parametrize(
    "arguments",
    ["-f", "-uf origin a", "--forc", "--force-with-lease", "--mirror", "origin :a", "origin +a", "-d origin a"],
)
def test_a_push_that_overwrites_or_deletes_sends_and_deletes(arguments: str) -> None:
    assert verbs(f"git push {arguments}") == {Verb.SEND, Verb.DELETE}
    assert verbs("git push -u origin a:b") == {Verb.SEND}


@pytest.mark.parametrize("option", ["--output=a", "--output a", "--outp=a", "--output-directory=a", "--output-dir a"])
def test_a_file_that_git_writes_is_told(option: str) -> None:
    effects = parse_shell(f"git format-patch {option}", {}).effects
    assert FileEffect(verb=Verb.UPDATE, paths=("a",)) in effects


@pytest.mark.parametrize(
    "arguments",
    [
        "clone -u ./x https://host.example/a.git",
        "clone -c core.fsmonitor=./x https://host.example/a.git",
        "clone -qc core.fsmonitor=./x https://host.example/a.git",
        "clone --co=core.fsmonitor=./x https://host.example/a.git",
        "clone ext::./x",
        "fetch --upload-pack=./x",
        "push --rec=./x",
        "ls-remote --exec=./x host",
        "init --template=./x",
        "grep -lO./x a",
        "log --ext-diff",
        "rebase -x ./x main",
        "bisect run ./x",
        "submodule foreach ./x",
        "config alias.x '!x'",
        "-c alias.x='!x' x",
        "-C $x log",
        "commit $x",
        'branch -m "$x"',
        'log "$x"',
    ],
)
def test_what_of_git_may_run_another_program_is_unknown(arguments: str) -> None:
    assert Verb.UNKNOWN in verbs(f"git {arguments}")
