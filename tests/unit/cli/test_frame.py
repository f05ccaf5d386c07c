"""The frame of the command line: it finds verbs, loads one when it is used, and says errors in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner

from writ.cli import main as frame
from writ.cli.completion import completion
from writ.errors import ConfigurationError, WritError

VERBS = sorted(frame.SUMMARIES)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "writ.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_installed_verb_has_a_summary_and_the_other_way_round() -> None:
    assert sorted(frame._found()) == VERBS


def test_help_loads_no_side() -> None:
    code = """
import sys
from writ.cli.main import cli
cli(["--help"], standalone_mode=False)
print([name for name in sys.modules if name.partition(".")[0] in ("pdp", "pep", "control_plane", "grpc")])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_help_with_an_example_and_json(verb: str) -> None:
    command = frame.cli.get_command(click.Context(frame.cli), verb)
    assert command is not None
    leaves = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    assert "Example" in command.get_help(click.Context(command, info_name=verb)), f"{verb} has no example"
    for leaf in leaves:
        text = leaf.get_help(click.Context(leaf, info_name=leaf.name))
        # An example that is broken within a word cannot be pasted into a shell.
        assert not re.search(r"Example.*\w-\n", text, re.DOTALL), f"{verb} {leaf.name} breaks its example:\n{text}"
        assert "Example" in text, f"{verb} {leaf.name} has no example"
        assert "--json" in text, f"{verb} {leaf.name} has no --json"


def test_an_error_of_ours_is_one_line_and_exit_1() -> None:
    result = run("token", "--state", "/nonexistent", "--subject", "agent/a")
    assert result.returncode == 1
    assert result.stderr.startswith("writ: KEY_INVALID: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_wrong_option_is_exit_2() -> None:
    assert run("token", "--nonsense").returncode == 2
    assert run("nonsense").returncode == 2
    assert run("token", "--subject", "billing-1").returncode == 2


def test_a_verb_whose_package_is_missing_says_so() -> None:
    with pytest.raises(ConfigurationError, match="needs module `no_such_package`"):
        frame._load(EntryPoint(name="x", value="no_such_package:x", group=frame.GROUP))


def test_an_entry_point_that_is_no_command_is_refused() -> None:
    with pytest.raises(WritError, match="is no command"):
        frame._load(EntryPoint(name="x", value="json:dumps", group=frame.GROUP))


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    result = CliRunner().invoke(completion, [shell, "--json"])
    assert "_WRIT_COMPLETE" in json.loads(result.output)["script"]
