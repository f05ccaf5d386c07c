"""`writ scan` and `writ rules test` print what the library says, in order, and exit as they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pdp.cli import rules as cli_rules
from pdp.cli import scan as cli_scan
from pdp.cli.rules import rules
from pdp.cli.scan import MAX_LINE_BYTES, scan

GROUP = """
rules:
  shout:
    kind: THREAT
    class: noise
    patterns: ['\\bHELP+\\b']
    confidence: 90
    positive: [POSITIVE]
    negative: ["calm"]
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "compiled"
    for module in (cli_rules, cli_scan):
        monkeypatch.setattr(module, "compiled_folder", lambda: folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules" / "noise").mkdir(parents=True)
    return write(tmp_path / "rules", "HELPPP me")


def write(folder: Path, positive: str) -> Path:
    (folder / "noise" / "data.yaml").write_text(GROUP.replace("POSITIVE", positive), encoding="utf-8")
    return folder


def run(folder: Path, data: str, *options: str) -> Result:
    return CliRunner().invoke(scan, ["--rules", str(folder), *options], input=data)


def test_findings_of_one_call_are_printed_without_the_text(folder: Path) -> None:
    readable = run(folder, '{"note": "please HELP"}')
    assert readable.exit_code == 0
    assert "shout" in readable.output
    assert "/note 7-11" in readable.output
    assert "HELP" not in readable.output
    (finding,) = json.loads(run(folder, '{"note": "please HELP"}', "--json").output)["findings"]
    assert (finding["rule"], finding["class"], finding["pointer"]) == ("shout", "noise", "/note")
    assert run(folder, '{"note": "calm"}').output == "nothing found\n"


def test_a_batch_is_answered_in_order_and_exits_1_for_a_bad_line(folder: Path) -> None:
    lines = [
        json.dumps({"id": "a", "tool": "mail.send", "args": {"body": "HELP"}}),
        "nonsense",
        json.dumps({"id": 2, "args": {"body": "calm"}}),
        "",
        json.dumps({"id": 3, "args": "HELP"}),
        json.dumps({"id": 4, "args": {}, "more": 1}),
        json.dumps({"args": {}}),
        '{"id": 5, "args": {"a": 1, "a": 2}}',
        json.dumps({"id": 6, "args": {"a": "x" * MAX_LINE_BYTES}}),
        json.dumps({"id": 7, "args": {"b": ["HELPP"]}}),
    ]
    result = run(folder, "\n".join(lines), "--batch")
    answers: list[dict[str, Any]] = [json.loads(line) for line in result.output.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, 2, 3, 4, None, None, None, 7]
    assert [len(answer["findings"]) if "findings" in answer else answer["error"]["reason"] for answer in answers] == [
        1,
        "ARGUMENTS_NOT_JSON",
        0,
        "SCAN_LINE_INVALID",
        "SCAN_LINE_INVALID",
        "SCAN_LINE_INVALID",
        "ARGUMENTS_DUPLICATE_KEY",
        "ARGUMENTS_TOO_LARGE",
        1,
    ]
    assert answers[4]["error"]["message"].endswith("; got `id` (int), `args` (dict), `more` (int)")
    assert result.exit_code == 1
    assert run(folder, lines[0], "--batch").exit_code == 0


def test_arguments_that_cannot_be_read_are_exit_1_and_rules_exit_2(folder: Path) -> None:
    assert run(folder, "nonsense").exit_code == 1
    assert json.loads(run(folder, "nonsense", "--json").output)["error"]["reason"] == "ARGUMENTS_NOT_JSON"
    (folder / "noise" / "data.yaml").write_text("rules: [", encoding="utf-8")
    result = run(folder, "{}", "--json")
    assert result.exit_code == 2
    assert json.loads(result.output)["error"]["reason"] == "INSPECTION_RULES_UNREADABLE"


def test_rules_that_do_what_their_examples_say_pass(folder: Path) -> None:
    result = CliRunner().invoke(rules, ["test", str(folder)])
    assert (result.exit_code, result.output) == (0, "1 rules, 2 examples, 0 failed\n")


def test_a_rule_that_does_not_find_its_example_is_named(folder: Path) -> None:
    write(folder, "whisper")
    result = CliRunner().invoke(rules, ["test", str(folder)])
    assert result.exit_code == 1
    assert "FAILED  noise.shout: positive 0: expected a finding, got none" in result.output
    document = json.loads(CliRunner().invoke(rules, ["test", str(folder), "--json", "--rule", "shout"]).output)
    assert [failure["rule"] for failure in document["failures"]] == ["shout"]


def test_an_unknown_rule_and_a_key_that_stands_twice_are_exit_2(folder: Path) -> None:
    assert CliRunner().invoke(rules, ["test", str(folder), "--rule", "no_such_rule"]).exit_code == 2
    text = (folder / "noise" / "data.yaml").read_text(encoding="utf-8")
    (folder / "noise" / "data.yaml").write_text(text + "    confidence: 10\n", encoding="utf-8")
    result = CliRunner().invoke(rules, ["test", str(folder), "--json"])
    assert result.exit_code == 2
    assert "key `confidence` twice" in json.loads(result.output)["error"]["message"]


def test_a_folder_without_rules_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", "{}").exit_code == 2


def test_compiled_patterns_are_kept_and_spoilt_ones_made_again(folder: Path, own_cache: Path) -> None:
    first = run(folder, '{"note": "HELP"}').output
    kept = sorted(own_cache.glob("*.hs"))
    assert kept
    for file in kept:
        file.write_bytes(b"spoilt")
    assert run(folder, '{"note": "HELP"}').output == first
    assert all(file.read_bytes() != b"spoilt" for file in kept)
