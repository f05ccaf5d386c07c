"""The checks themselves: a check that cannot fail checks nothing."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from deploy.coverage import check
from deploy.generate import differences
from deploy.reasons import ROOT, errors, rules, rules_of


def report(coverage: float, *not_covered: tuple[int, int]) -> str:
    ranges = [{"start": {"row": first}, "end": {"row": last}} for first, last in not_covered]
    return json.dumps({"coverage": coverage, "files": {"a.rego": {"not_covered": ranges}}})


def test_full_coverage_holds() -> None:
    assert check(io.StringIO(report(100.0)), io.StringIO()) == 0


def test_a_line_that_no_test_reached_is_named() -> None:
    out = io.StringIO()
    assert check(io.StringIO(report(99.9, (3, 4))), out) == 1
    assert "not reached: a.rego:3-4" in out.getvalue()


@pytest.mark.parametrize("text", ["", "FAILED: 1/2", "[]", '{"files": {}}'])
def test_what_is_no_coverage_report_fails(text: str) -> None:
    assert check(io.StringIO(text), io.StringIO()) == 1


def test_generated_files_are_compared_in_both_directions(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    for folder, files in ((new, {"a": "1", "b": "1"}), (old, {"b": "2", "c": "1", "__init__.py": ""})):
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
    assert differences(new, old) == ["a is missing", "c is generated from nothing", "b differs"]
    assert differences(new, new) == []


def test_reasons_of_errors_are_found() -> None:
    found = {(one.code, one.kind) for one in errors()}
    assert ("KEY_EXPOSED", "ConfigurationError") in found


def test_a_rule_value_in_rego_is_found_with_its_fields() -> None:
    text = 'rule := {\n "id": "a.b",\n "outcome": "DENY",\n "code": "A_B",\n "message": "no \\"x\\""\n}'
    assert list(rules_of(text)) == [{"id": "a.b", "outcome": "DENY", "code": "A_B", "message": 'no \\"x\\"'}]


def test_a_rule_value_is_found_whatever_it_holds_and_stands_in() -> None:
    text = """matched contains rule if {
    some name in {"x", "y"}
    rule := {
        "id": sprintf("a.%v", [name]),
        "code": "A_B",
        "message": sprintf(
            "more than %v", [data.x]),
        "transforms": [{"id": "t", "params": {"message": "no"}}],
    }
}"""
    assert list(rules_of(text)) == [{"id": "a.…", "code": "A_B", "message": "more than …"}]


def test_every_rule_of_the_library_and_of_packs_is_found() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "rego").rglob("*.rego")
        if not path.name.endswith("_test.rego")
    ]
    codes = {code for text in texts for code in re.findall(r'"code": "([A-Z_]+)"', text)}
    assert codes
    assert {rule["code"] for rule in rules()} >= codes
