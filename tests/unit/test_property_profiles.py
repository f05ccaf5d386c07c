"""A gate draws the same examples every time; a search draws more of them, others each time, for every kind of property."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S, environment

MODULE = """
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

@settings(max_examples=20)
@given(st.integers())
def test_function(number):
    print("FUNCTION", number)

@settings(max_examples=20, derandomize=True)
@given(st.integers())
def test_fixed(number):
    print("FIXED", number)

def test_within(searching):
    @searching(settings(max_examples=20))
    @given(st.integers())
    def within(number):
        print("WITHIN", number)
    within()

class Machine(RuleBasedStateMachine):
    @rule(number=st.integers())
    def step(self, number):
        pass

    def teardown(self):
        print("MACHINE 0")

TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=20, stateful_step_count=2)
"""


def drawn(folder: Path, *options: str) -> dict[str, list[str]]:
    """Runs the module with the profiles of this checkout, and returns what each property drew."""
    (folder / "test_module.py").write_text(MODULE)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.conftest", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=folder,
        env=environment() | {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "kept")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.lstrip(".").split() for line in done.stdout.splitlines()]
    return {
        name: [line[1] for line in lines if line[:1] == [name]] for name in ("FUNCTION", "FIXED", "WITHIN", "MACHINE")
    }


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return drawn(tmp_path_factory.mktemp("gate"))


def test_a_gate_draws_the_same_examples_every_time(gate: dict[str, list[str]], tmp_path: Path) -> None:
    assert {name: len(numbers) for name, numbers in gate.items()} == dict.fromkeys(gate, 20)
    assert drawn(tmp_path) == gate


def test_a_search_draws_as_many_times_more_and_others(gate: dict[str, list[str]], tmp_path: Path) -> None:
    found = drawn(tmp_path, "--fuzz=4")
    assert {name: len(numbers) for name, numbers in found.items()} == dict.fromkeys(gate, 80)
    for name in ("FUNCTION", "FIXED", "WITHIN"):
        assert found[name][:20] != gate[name]
