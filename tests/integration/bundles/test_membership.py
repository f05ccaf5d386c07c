"""The way of testing membership that OPA drops: found in the syntax tree, refused at build and push, and still a defect."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from control_plane.bundles.membership import verify_membership
from control_plane.bundles.model import BundleRefused
from control_plane.stack.tools import tool_path

REGO = Path(__file__).resolve().parents[3] / "rego"


def refused(text: str) -> str:
    """Returns the message for a policy file of this text."""
    with pytest.raises(BundleRefused) as error:
        verify_membership({"packs/probe.rego": f"package probe\n\n{text}\n".encode()}, tool_path("opa"))
    assert error.value.reason == "MEMBERSHIP_DROPPED"
    return error.value.message


def test_no_rule_of_ours_tests_membership_in_a_literal_that_holds_a_reference() -> None:
    policy = {str(path.relative_to(REGO)): path.read_bytes() for path in sorted(REGO.rglob("*.rego"))}
    assert len(policy) > 30
    verify_membership(policy, tool_path("opa"))


@pytest.mark.parametrize(
    ("rule", "literal"),
    [
        ('deny if input.x in {"", input.y}', '"", input["y"]'),
        ("deny if input.x in [1, input.y]", '[1, input["y"]]'),
        ("deny if not input.x in {null, input.y}", 'null, input["y"]'),
        ("deny contains x if { some x in input.all; x.kind in {true, input.kinds[x.n].m} }", "true"),
        ("deny if every x in input.all { x in {2, input.y} }", "2"),
        ('deny := y if y := input.x in {"", upper(input.y)}', '""'),
        ('deny if { z := input.y; input.x in {"", z} }', '"", z'),
        ('deny if count({x | x := input.all[_]; x in {"a", input.y}}) > 0', '"a"'),
        ('deny := "no" if { false } else := "yes" if input.x in {"", input.y}', '""'),
    ],
)
def test_a_literal_that_mixes_constants_and_references_is_refused_by_name(rule: str, literal: str) -> None:
    message = refused(rule)
    assert message.startswith("`packs/probe.rego` rule `deny`: expected a name or constants alone behind `in`, got `")
    assert literal in message


@pytest.mark.parametrize(
    "rule",
    [
        'deny if input.x in {"", "a"}',
        "deny if input.x in [1, 2.5, true, null]",
        'deny if { words := {"", input.y}; input.x in words }',
        "deny if some x in {1, input.y}",
        "deny if input.x in input.all",
        'deny if {"", input.y}[input.x]',
        'deny := {"", input.y}',
    ],
)
def test_what_opa_judges_rightly_is_taken(rule: str) -> None:
    verify_membership({"packs/probe.rego": f"package probe\n\n{rule}\n".encode()}, tool_path("opa"))


def test_opa_still_has_the_defect(tmp_path: Path) -> None:
    policy = tmp_path / "probe.rego"
    policy.write_text(
        'package probe\n\nliteral if input.x in {"", input.y}\n\nnamed if {\n\twords := {"", input.y}\n\tinput.x in words\n}\n'
    )
    command = [str(tool_path("opa")), "eval", "--format", "raw", "--data", str(policy), "--stdin-input", "data.probe"]
    answer = subprocess.run(command, input=b'{"x": "a", "y": "a"}', check=True, capture_output=True, timeout=60).stdout
    assert json.loads(answer) == {"named": True}, "OPA has mended its index: drop the check and raise the least version"
