"""OPA 1.22.0 silently drops a rule that tests membership in a literal which mixes constants and references.

`deny if input.x in {"", input.y}` is undefined although `input.x` equals `input.y`: the rule index records the constants of
the literal only (rule index for `x in {...}`, open-policy-agent/opa pull request 8341). A rule that forbids would not
fire. Until an OPA without the defect is required, no rule may be written that way; bind the set to a name first.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from control_plane.stack.tools import tool_path

REGO = Path(__file__).resolve().parents[2] / "rego"
CONSTANTS = frozenset({"string", "number", "boolean", "null"})


def parse(path: Path) -> Any:
    """The syntax tree of one file, as `opa parse` prints it."""
    command = [str(tool_path("opa")), "parse", "--format", "json", "--json-include", "locations", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


def calls(node: Any) -> Iterator[list[dict[str, Any]]]:
    """Every list of terms in the tree; a call is one whose first term names the function."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("terms", "value") and isinstance(value, list) and value and isinstance(value[0], dict):
                yield value
            yield from calls(value)
    elif isinstance(node, list):
        for entry in node:
            yield from calls(entry)


def mixed_literals(tree: Any) -> list[str]:
    """Text of each literal that is tested for membership and does not consist of constants alone."""
    found = []
    for function, *operands in calls(tree):
        if function.get("type") != "ref" or [part.get("value") for part in function["value"]] != [
            "internal",
            "member_2",
        ]:
            continue
        literal = operands[1]
        if literal["type"] in ("set", "array") and any(entry["type"] not in CONSTANTS for entry in literal["value"]):
            found.append(json.dumps(literal["value"]))
    return found


@pytest.mark.parametrize("path", sorted(REGO.rglob("*.rego")), ids=lambda path: path.name)
def test_no_rule_tests_membership_in_a_literal_that_holds_a_reference(path: Path) -> None:
    assert mixed_literals(parse(path)) == []


def test_the_check_sees_such_a_literal_and_the_defect_is_still_there(tmp_path: Path) -> None:
    policy = tmp_path / "probe.rego"
    policy.write_text(
        'package probe\n\nliteral if input.x in {"", input.y}\n\nnamed if {\n\twords := {"", input.y}\n\tinput.x in words\n}\n'
    )
    assert len(mixed_literals(parse(policy))) == 1
    command = [str(tool_path("opa")), "eval", "--format", "raw", "--data", str(policy), "--stdin-input", "data.probe"]
    answer = subprocess.run(command, input=b'{"x": "a", "y": "a"}', check=True, capture_output=True, timeout=60).stdout
    assert json.loads(answer) == {"named": True}, "OPA has mended its index: drop this file and raise the least version"
